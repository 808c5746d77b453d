"""Whatever an archive holds or however it is damaged: unpack keeps its bounds, its paths and its word."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.archives.archives import unpack
from parsers.limits import Limits
from parsers.magic import identify
from parsers.safety.inspect import inspect
from parsers.values import Unpacked
from tests.hostile import mails, office, ole, rars, zips

BOUNDS = Limits(unpacked_mb=1, archive_files=20, archive_depth=3, parse_seconds=20)
SEEDS = [
    zips.raw_zip([("申报表.docx".encode("gbk"), b"hello" * 50), ("材料/汇总.xlsx".encode(), b"x" * 500)]),
    zips.simple_zip({"a.zip": zips.simple_zip({"申报表.docx": b"hello" * 99}), "b.txt": b"x"}),
    zips.tar_gz({"申报表.docx": b"hello" * 50}),
    zips.tar_of({"一.docx": b"hello" * 50, "二.docx": b"x" * 900}),
]
DOCUMENTS = [
    office.package("docx", {"word/embeddings/a.bin": b"x" * 300}),
    ole.word(),
    office.pdf(office.stream(b"x" * 300)),
    office.png(9, 9),
    mails.mail(),
]


def sound(result: Unpacked) -> None:
    assert sum(len(member.data) for member in result.members if member.refusal is None) <= BOUNDS.unpacked_mb << 20
    assert len(result.members) <= 2 * BOUNDS.archive_files + 2
    paths = [member.path for member in result.members]
    assert len(set(paths)) == len(paths)
    for member in result.members:
        assert not member.path.startswith("/")
        assert ".." not in member.path.split("/")
        assert "\\" not in member.path
        assert "\x00" not in member.path
        member.path.encode("utf-8")


@st.composite
def mutated(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    raw = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(raw)))
        raw[place : place + draw(st.integers(0, 20))] = draw(st.binary(max_size=20))
    return bytes(raw[: draw(st.integers(0, len(raw)))]) if draw(st.booleans()) else bytes(raw)


@settings(max_examples=300, deadline=None)
@given(mutated(SEEDS))
def test_damaged_archives(data: bytes) -> None:
    sound(unpack([("材料.zip", data)], BOUNDS))


@settings(max_examples=25, deadline=None)
@given(mutated([rars.rar5([("申报表.docx", b"hello" * 50), ("b.txt", b"x")]), rars.rar4([("申报表.docx".encode("gbk"), b"hello" * 50)])]))
def test_damaged_rars(data: bytes) -> None:
    sound(unpack([("材料.rar", data)], BOUNDS))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.binary(min_size=1, max_size=40), st.binary(max_size=60)), max_size=25),
    st.sampled_from([0, 0x800]),
    st.sampled_from([0, 8]),
)
def test_any_names(files: list[tuple[bytes, bytes]], flags: int, method: int) -> None:
    sound(unpack([("材料.zip", zips.raw_zip(files, flags=flags, method=method))], BOUNDS))


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=20), st.binary(max_size=50), max_size=8
    )
)
def test_what_goes_in_comes_out(files: dict[str, bytes]) -> None:
    plain = {f"d{number}.bin": b"\x01" + data for number, data in enumerate(files.values())}
    result = unpack([("材料.zip", zips.simple_zip(plain))], BOUNDS)
    assert {member.path: member.data for member in result.members if not member.refusal} == {
        f"材料.zip/{name}": data for name, data in plain.items()
    }


@settings(max_examples=300, deadline=None)
@given(mutated(DOCUMENTS), st.sampled_from(["a.docx", "a.doc", "a.pdf", "a.wps", "a", "a.png"]))
def test_identify_and_inspect_never_raise(data: bytes, name: str) -> None:
    format = identify(name, data)
    refusal, notes = inspect(format, data)
    assert format == format.lower()
    assert refusal is None or refusal.reason.value in ("empty", "encrypted", "unsafe")
    assert isinstance(notes, tuple)
