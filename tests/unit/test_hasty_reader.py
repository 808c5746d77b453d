"""What can be told of a mail before OCR and conversions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from sqlmodel import select

from bench.check_text import text_only
from bench.workers import with_its_own_words
from bot.engine import keys
from bot.intake.hasty_reader import LOOKED_PAST, Foretelling
from bot.intake.intake import Intake, Read
from bot.judging.read import read_mail
from bot.post.arrivals import read_header
from bot.programme.load import load_programmes
from bot.samples import notices
from bot.samples.package import Package, write_package
from bot.store.letters import now
from bot.store.mails import Arrival, Place, keep
from bot.store.models import Mail
from bot.store.store import Store
from parsers.reader import DirectReader, Reader
from parsers.values import Content, Reading, Refusal, Scan

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


class Blind(DirectReader):
    """Reads no pixels, and notes what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> list[Reading]:
        self.asked += [name for name, _ in files]
        return [Content(name, ()) for name, _ in files] if files[0][0].startswith("fake") else super().read_many(files)

    def scan(self, name: str, data: bytes, *, pages: Sequence[int] | None = None, text: bool = True, seals: bool = True) -> Scan | Refusal:
        self.asked.append("scan")
        return LOOKED_PAST


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.temporary() as store:
        yield store


def stored(store: Store, package: Package) -> int:
    raw = write_package(package, style="foxmail", naming="gbk", rng=Random(1))
    header = read_header(raw)
    blob = store.blobs.put(raw)
    keep(store, [Arrival(Place("jsaq", "INBOX", 1, 1), blob, len(raw), now(), header.message_id, header.from_address)], "jsaq-2025")
    with store.reading() as session:
        return session.exec(select(Mail.id)).one() or 0


@pytest.mark.parametrize(("make", "told"), [(notices.jsaq, 1), (text_only, 0)])
def test_the_keys_are_foretold_before_the_first_scan(store: Store, make: Callable[[Random], Package], told: int) -> None:
    reader = Blind()
    intake = Intake(store, load_programmes(), {}, reader)
    mail_id = stored(store, make(Random(3)))
    early: list[frozenset[str] | None] = []

    def foretell(read: Read) -> None:
        assert "scan" not in reader.asked
        early.append(keys.early_keys_of(intake, read))

    whole = intake.read(mail_id, foretell)
    assert len(early) == told
    assert ("scan" in reader.asked) is bool(told)
    for found in early:
        assert found is not None
        assert found == keys.glance(intake, mail_id)
        assert found <= keys.keys_of(intake, whole)


def test_a_foretelling_that_stumbles_costs_the_mail_nothing(store: Store) -> None:
    intake = Intake(store, load_programmes(), {}, Blind())
    mail_id = stored(store, notices.jsaq(Random(3)))
    assert intake.read(mail_id, lambda read: 1 / 0) == intake.read(mail_id)  # type: ignore[arg-type, return-value]


def test_forms_of_strangers_are_no_reason_to_wait(store: Store) -> None:
    """Most of what a form says is printed: by that no two mails meet."""
    intake = Intake(store, load_programmes(), {}, Blind())
    found = []
    for number in range(16):
        rng = Random(f"stranger {number}")
        package = with_its_own_words(notices.jsaq(rng), rng)
        found.append(write_package(package, style="foxmail", naming="gbk", rng=rng))
    reads = [read_mail(intake.reader, raw, intake.programmes, ["jsaq-2025"], ()) for raw in found]
    bands = [{key for key in keys.keys_of(intake, Read(0, read)) if key.startswith("band:")} for read in reads]
    assert all(bands)
    assert all(a.isdisjoint(b) for a, b in combinations(bands, 2))


def test_what_is_converted_is_read_after_the_telling() -> None:
    reader, seen = Blind(), []
    files = [("fake1.doc", b""), ("fake2.docx", b""), ("fake3.wps", b"")]

    def tell(told: Reader) -> None:
        seen.append((list(reader.asked), told.read_many(files)))

    readings = Foretelling(reader, tell).read_many(files)
    assert seen == [(["fake2.docx"], [LOOKED_PAST, Content("fake2.docx", ()), LOOKED_PAST])]
    assert readings == [Content(name, ()) for name, _ in files]


def test_the_parsers_version_is_of_every_module_however_deep() -> None:
    from bot.intake.cached_reader import _sources

    source = dict(_sources(resources.files("parsers")))
    found = {str(path.relative_to(ROOT / "parsers")) for path in (ROOT / "parsers").rglob("*.py")}
    assert set(source) == found
    assert source["documents/word.py"] == (ROOT / "parsers" / "documents" / "word.py").read_bytes()
