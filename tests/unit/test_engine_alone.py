"""A process apart for mails at whose reading a worker died."""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.config import Config, parse_config
from bot.digest.daily import make_digest
from bot.engine import alone
from bot.engine.alone import AloneReader, WorkerDied
from bot.engine.embedded import EmbeddedEngine
from bot.engine.parts import open_store
from bot.errors import StoreError
from bot.health.status import status_of
from bot.store import letters
from bot.store.models import Mail, MailState
from bot.store.store import Store
from tests import staff_site
from tests.staff_data import DAY

pytestmark = pytest.mark.slow


def _serve(config: Config, pipe: Connection) -> None:
    """1: read; 2: the mail kills its process; 3: a mistake in the program; 4: read, and the process leaves."""
    while True:
        number = pipe.recv()
        if number == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        pipe.send(ValueError("mistake") if number == 3 else (os.getpid(), number))
        if number == 4:
            return


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> AloneReader:
    monkeypatch.setattr(alone, "_serve", _serve)
    return AloneReader(parse_config("", Path("x.toml")))


def test_a_mail_that_kills_its_process_is_known_by_it(reader: AloneReader) -> None:
    first = reader(1)
    assert reader(1) == first
    with pytest.raises(WorkerDied, match="-9"):
        reader(2)
    assert reader(1)[0] != first[0]
    with pytest.raises(ValueError, match="mistake"):
        reader(3)
    reader._end()


def test_a_process_that_can_not_start_is_no_mails_fault(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(b"no database" * 1000)
    reader = AloneReader(parse_config('[store]\ndatabase = "sqlite:///s.db"', tmp_path / "x.toml"))
    with pytest.raises(StoreError, match="no reader can be started"):
        reader(1)
    reader._end()


def test_a_process_that_left_is_no_mails_fault(reader: AloneReader) -> None:
    assert reader(4)[1] == 4
    assert reader(1)[1] == 1
    reader._end()


def test_a_mail_that_kills_its_worker_twice_is_shown_to_staff(reader: AloneReader, tmp_path: Path) -> None:
    config = staff_site.config(tmp_path)
    with open_store(config) as store:
        with store.transaction() as session:
            for number, subject in enumerate(("其他来信", "致命的来信"), 1):
                moments = {"received_at": DAY, "stored_at": letters.now()}
                session.add(Mail(id=number, mailbox="jsaq", sha256="0" * 64, size=9, subject=subject, attempts=1, **moments))
        intake = SimpleNamespace(settle=lambda read: settle(store, read[1]))
        engine = EmbeddedEngine(store, intake, {}, config.processing, keys_of=lambda read: frozenset(), read_alone=reader)
        engine.start()
        engine.drain()
        assert engine.stop(5)
        state = status_of(store, config)
        assert (state["stuck"], state["mails"]["by_state"]) == (1, {"set-aside": 1, "settled": 1})
        text = make_digest(store, {}, config, DAY.date(), DAY).text
    assert "被搁置的来信" in text
    assert "致命的来信" in text
    assert "其他来信" not in text
    reader._end()


def settle(store: Store, mail_id: int) -> None:
    with store.transaction() as session:
        mail = session.get_one(Mail, mail_id)
        mail.state, mail.settled_at = MailState.SETTLED, DAY
        session.add(mail)
