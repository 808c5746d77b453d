"""Search for parts of names: what is found, what not, and that the index follows the cases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from bot.store import search
from bot.store.models import Application, Package
from bot.store.staff.cases import CaseFilter, find_cases
from bot.store.store import Store
from tests.staff_data import DAY, Maker


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.temporary() as store:
        with store.transaction() as session:
            make = Maker(session, store)
            make.case("accepted", at=DAY, organisation="南京燃气（集团）有限公司", team="一号检修班", title="运用BIM技术的经验", uscc="x")
            make.case(
                "held", at=DAY, organisation="苏州水务有限公司", team="燃料班", title="推行5S管理的实践", recommender="苏州市质量协会"
            )
            package = Package(programme="cacem-2024", channel="recommender", sender_address="zl@qd.cn", recommender="青岛市建筑业协会")
            package.reference, package.opened_at, package.decision = "CACEM2024-0001", DAY, "accepted"
            session.add(package)
        yield store


def found(store: Store, words: str, **wanted: str) -> list[str]:
    with store.reading() as session:
        return sorted(case.reference for case in find_cases(session, CaseFilter(words, **wanted))[0])


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("南京", [1]),
        ("燃气", [1]),
        ("京燃", [1]),
        ("燃", [1, 2]),
        ("班", [1, 2]),
        ("气集", [1]),
        ("南京燃气(集团)", [1]),
        ("集团有限", [1]),
        ("水务有限公司", [2]),
        ("有限公司", [1, 2]),
        ("公司一号", []),
        ("bim", [1]),
        ("ＢＩＭ技术", [1]),
        ("5s", [2]),
        ("苏州 燃料", [2]),
        ("南京 燃料", []),
        ("JSAQ2025-0002", [2]),
        ("jsaq20250002", [2]),
        ("0002", [2]),
        ("example.cn", [1, 2]),
        ("shenbao001@", [1]),
        ("苏州市质量协会", [2]),
        ("不存在", []),
        ("--", []),
        ('"', []),
        ("燃气 OR 水务", []),
        ("燃*", [1, 2]),
        ("'; DROP TABLE mail --", []),
    ],
)
def test_parts_of_names(store: Store, words: str, numbers: list[int]) -> None:
    assert found(store, words) == [f"JSAQ2025-{number:04d}" for number in numbers]


@pytest.mark.parametrize("words", ["青岛", "建筑业协", "CACEM2024", "qd.cn"])
def test_packages_with_numbers_are_found(store: Store, words: str) -> None:
    assert found(store, words) == ["CACEM2024-0001"]


def test_words_and_filters_together(store: Store) -> None:
    assert found(store, "有限公司", decision="held") == ["JSAQ2025-0002"]
    assert found(store, "有限公司", programme="caq-2020") == []
    assert found(store, "", recommender="苏州市质量协会") == ["JSAQ2025-0002"]


def test_the_index_follows_the_case(store: Store) -> None:
    with store.transaction() as session:
        case = session.get_one(Application, 1)
        case.organisation = "滁州琅琊水泥厂"
        session.add(case)
    assert found(store, "琅琊") == ["JSAQ2025-0001"]
    assert found(store, "南京燃气 一号") == ["JSAQ2025-0001"]  # by its sender's name still
    with store.transaction() as session:
        package = session.get_one(Package, 1)
        package.sender_name = "某某"
        session.add(package)
    assert found(store, "南京燃气") == []
    assert found(store, "某某") == ["JSAQ2025-0001"]


def test_a_rolled_back_case_leaves_no_trace(store: Store) -> None:
    def write_and_fail() -> None:
        with store.transaction() as session:
            Maker(session, store, seed=2).case("held", at=DAY, prefix="Z", organisation="未提交公司")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert found(store, "未提交") == []


def test_rebuilding_gives_the_same_index(store: Store) -> None:
    def rows() -> list[tuple[object, ...]]:
        with store.reading() as session:
            return [tuple(row) for row in session.connection().execute(text("SELECT rowid, tokens FROM case_search ORDER BY rowid"))]

    before = rows()
    with store.transaction() as session:
        assert search.rebuild(session.connection()) == 3
    assert rows() == before


def test_pages_of_a_long_list_have_each_case_once(store: Store) -> None:
    with store.transaction() as session:
        make = Maker(session, store, seed=2)
        for _ in range(60):
            make.case("accepted", at=DAY, prefix="P", organisation="长名单公司")
    for words in ("", "长名单"):
        seen: list[str] = []
        more = True
        while more:
            with store.reading() as session:
                page, more = find_cases(session, CaseFilter(words), limit=25, offset=len(seen))
            seen += [case.reference for case in page]
        assert len(seen) == len(set(seen)) == (60 if words else 63)
