"""What staff ask, asked of PostgreSQL: search by parts of names, the lists, the digest, the actions, the removal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.digest.daily import make_digest, send_digest_if_due
from bot.export.register import export_register
from bot.programme.load import load_programmes
from bot.staff.case import correct_field
from bot.staff.waiving import accept_despite
from bot.store.models import Application, Reply, User
from bot.store.retention import remove_over_age
from bot.store.staff.cases import CaseFilter, find_cases
from bot.store.store import Store
from tests.integration.servers import Postgres
from tests.staff_data import DAY, fill
from tests.staff_site import config, filled_store

pytestmark = pytest.mark.integration
PROGRAMMES = load_programmes()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    server = Postgres()
    try:
        with Store.open(server.url, str(tmp_path_factory.mktemp("blobs"))) as store:
            fill(store)
            yield store
    finally:
        server.close()


def test_what_is_read_together_is_of_one_moment(store: Store) -> None:
    def people(session: Session) -> int:
        return session.exec(select(func.count(col(User.name)))).one()

    with store.reading() as session:
        before = people(session)
        with store.transaction() as meanwhile:
            meanwhile.add(User(name="meanwhile", password="", created_at=datetime.now(UTC)))
        assert people(session) == before
    with store.reading() as session:
        assert people(session) == before + 1


@pytest.mark.parametrize(
    "words", ["燃气", "燃", "连云港东方", "东区 水务", "JSAQ2025-0003", "0003", "example.cn", "不存在", "公司 一号", "--", "'"]
)
def test_both_databases_find_the_same(store: Store, words: str) -> None:
    answers = []
    with filled_store() as embedded:
        for one in (store, embedded):
            with one.reading() as session:
                answers.append([case.reference for case in find_cases(session, CaseFilter(words))[0]])
    assert answers[0] == answers[1]


def test_both_databases_make_the_same_digest(store: Store, tmp_path: Path) -> None:
    given = config(tmp_path)
    with filled_store() as embedded:
        ours, theirs = (make_digest(one, PROGRAMMES, given, date(2025, 6, 20), DAY) for one in (store, embedded))
    assert ours.text == theirs.text


def test_register_actions_digest_and_removal(store: Store, tmp_path: Path) -> None:
    assert export_register(store, PROGRAMMES["jsaq-2025"], tmp_path / "r.xlsx") == 23
    with store.reading() as session:
        case = session.exec(select(Application.id).where(Application.reference == "JSAQ2025-0016")).one()
    accept_despite(store, case or 0, "seal-missing", "已邮寄原件", actor="staff:wang", now=DAY)
    correct_field(store, PROGRAMMES["jsaq-2025"], case or 0, "team", "琅琊乙班", actor="staff:wang", now=DAY)
    with store.reading() as session:
        assert session.get_one(Application, case).decision == "accepted"
        assert [c.reference for c in find_cases(session, CaseFilter("琅琊"))[0]] == ["JSAQ2025-0016"]
    assert send_digest_if_due(store, PROGRAMMES, config(tmp_path), DAY) is not None
    assert send_digest_if_due(store, PROGRAMMES, config(tmp_path), DAY) is None
    with store.reading() as session:
        assert len(session.exec(select(Reply).where(Reply.purpose == "digest:2025-06-20")).all()) == 2
    removed = remove_over_age(store, 30, now=DAY + timedelta(days=60))
    assert len(removed.references) == 23
    with store.reading() as session:
        assert session.exec(select(Application)).all() == []
        assert find_cases(session, CaseFilter("公司"))[0] == []
