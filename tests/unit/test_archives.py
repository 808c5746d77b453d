"""Archives as they come: names, formats, nesting, locks, damage, attacks - what comes out and what is refused."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from parsers.archives.archives import unpack
from parsers.archives.sevenzip import tool
from parsers.limits import Limits
from parsers.values import Reason, Unpacked
from tests.hostile import rars, zips

FORM = "附件2 申报表.docx"
GBK = FORM.encode("gbk")
DATA = b"hello, hello, hello"


def paths(unpacked: Unpacked) -> list[str]:
    return [member.path for member in unpacked.members if member.refusal is None]


def refusals(unpacked: Unpacked) -> dict[str, Reason]:
    return {member.path: member.refusal.reason for member in unpacked.members if member.refusal is not None}


def opened(data: bytes, name: str = "材料.zip", **bounds: int) -> Unpacked:
    return unpack([(name, data)], Limits(**bounds))


NAMES: list[tuple[str, bytes, str]] = [
    ("utf8-flagged", zips.simple_zip({FORM: DATA}), FORM),
    ("utf8-unflagged", zips.raw_zip([(FORM.encode(), DATA)]), FORM),
    ("gbk-unflagged", zips.raw_zip([(GBK, DATA)]), FORM),
    ("gbk-flagged-as-utf8", zips.raw_zip([(GBK, DATA)], flags=0x800), FORM),
    ("gb18030-only", zips.raw_zip([("㐀班申报表.docx".encode("gb18030"), DATA)]), "㐀班申报表.docx"),
    ("unicode-path", zips.raw_zip([(b"??2 ???.docx", DATA)], extra=zips.unicode_path_extra(b"??2 ???.docx", FORM)), FORM),
    ("unicode-path-of-another-name", zips.raw_zip([(GBK, DATA)], extra=zips.unicode_path_extra(b"x", "错.docx")), FORM),
    ("backslashes", zips.raw_zip([("第一班\\申报表.docx".encode("gbk"), DATA)]), "第一班/申报表.docx"),
    ("absolute", zips.raw_zip([("/材料/申报表.docx".encode(), DATA)]), "材料/申报表.docx"),
    ("drive", zips.raw_zip([("C:\\材料\\申报表.docx".encode(), DATA)]), "材料/申报表.docx"),
    ("stored", zips.raw_zip([(GBK, DATA)], method=0), FORM),
    ("rar5", rars.rar5([(FORM, DATA)]), FORM),
    ("rar4-gbk", rars.rar4([(GBK, DATA)]), FORM),
    ("rar4-backslash", rars.rar4([("第一班\\申报表.docx".encode("gbk"), DATA)]), "第一班/申报表.docx"),
    ("tar", zips.tar_of({FORM: DATA}), FORM),
    ("tar-gbk", zips.tar_of({FORM: DATA}, encoding="gbk"), FORM),
    ("tar.gz", zips.tar_gz({FORM: DATA}), FORM),
    ("tar.bz2", zips.tar_bz2({FORM: DATA}), FORM),
]


@pytest.mark.parametrize(("data", "inner"), [case[1:] for case in NAMES], ids=[case[0] for case in NAMES])
def test_a_member_comes_out_under_its_real_name(data: bytes, inner: str) -> None:
    result = opened(data, "材料.dat")
    assert [(member.path, member.data, member.refusal) for member in result.members] == [(f"材料.dat/{inner}", DATA, None)]
    assert len(result.archives) == 1


def test_odd_names_do_not_spoil_their_neighbours() -> None:
    data = zips.raw_zip([(GBK, b"1"), (b"\xff\xfe\xff.docx", b"2"), ("汇总表.xlsx".encode(), b"3")])
    result = opened(data)
    assert [member.data for member in result.members] == [b"1", b"2", b"3"]
    assert paths(result)[0] == f"材料.zip/{FORM}"
    assert paths(result)[2] == "材料.zip/汇总表.xlsx"


@pytest.mark.parametrize(
    "litter", ["__MACOSX/._申报表.docx", ".DS_Store", "材料/Thumbs.db", "材料/desktop.ini", "材料/~$申报表.docx", "材料/.~申报表.docx"]
)
def test_litter_of_operating_systems_is_dropped_and_noted(litter: str) -> None:
    result = opened(zips.simple_zip({litter: DATA, "材料/申报表.docx": DATA}))
    assert paths(result) == ["材料.zip/材料/申报表.docx"]
    assert [note.code for note in result.notes] == ["dropped"]


def test_a_lock_file_attached_by_itself_is_dropped() -> None:
    result = unpack([("~$申报表.docx", b"x" * 162), ("申报表.docx", DATA)], Limits())
    assert paths(result) == ["申报表.docx"]


def test_folders_alone_make_an_empty_archive() -> None:
    assert refusals(opened(zips.raw_zip([(b"dir/", b"")]))) == {"材料.zip": Reason.EMPTY}
    assert refusals(opened(zips.simple_zip({}))) == {"材料.zip": Reason.EMPTY}


def test_archives_in_archives_are_opened_and_the_path_tells_the_way() -> None:
    inner = rars.rar5([("第一班/申报表.docx", DATA)])
    result = opened(zips.simple_zip({"推荐材料/第一班.rar": inner, "汇总.txt": DATA}))
    assert paths(result) == ["材料.zip/推荐材料/第一班.rar/第一班/申报表.docx", "材料.zip/汇总.txt"]
    assert set(result.archives) == {("材料.zip", "zip"), ("材料.zip/推荐材料/第一班.rar", "rar")}


def test_depth_is_bounded() -> None:
    assert len(paths(opened(zips.nested(3)))) == 1
    assert set(refusals(opened(zips.nested(4))).values()) == {Reason.UNSAFE}


def test_an_archive_that_holds_itself_is_told() -> None:
    from parsers.archives.archives import _Work

    data = zips.simple_zip({"a.txt": DATA})
    work = _Work(Limits(archive_depth=100))
    import hashlib

    work.add("a.zip", data, (hashlib.sha256(data).digest(),))
    assert [member.refusal.reason for member in work.members if member.refusal] == [Reason.UNSAFE]


def test_two_files_of_one_name_keep_both() -> None:
    result = unpack([("申报表.docx", b"1"), ("申报表.docx", b"2"), ("无名", b"3"), ("无名", b"4")], Limits())
    assert paths(result) == ["申报表.docx", "申报表 (2).docx", "无名", "无名 (2)"]


def test_office_files_are_no_archives() -> None:
    docx = zips.simple_zip({"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<R/>", "word/document.xml": b"<w/>"})
    result = unpack([("申报表.zip", docx)], Limits())
    assert paths(result) == ["申报表.zip"]
    assert result.archives == ()


# --- locked, split, damaged ---------------------------------------------------------------------------------------


LOCKED: list[tuple[str, bytes]] = [
    ("zip", zips.raw_zip([(GBK, DATA)], flags=1)),
    ("rar5", rars.rar5([(FORM, DATA)], encrypted=True)),
    ("rar5-headers", rars.rar5([], headers_encrypted=True)),
    ("rar4", rars.rar4([(GBK, DATA)], encrypted=True)),
]


@pytest.mark.parametrize("data", [data for _, data in LOCKED], ids=[name for name, _ in LOCKED])
def test_a_locked_archive_is_refused_once_as_a_whole(data: bytes) -> None:
    assert refusals(opened(data)) == {"材料.zip": Reason.ENCRYPTED}


def test_locked_7z(tmp_path: Path) -> None:
    (tmp_path / FORM).write_bytes(DATA)
    for switch in ("-mhe=off", "-mhe=on"):
        target = tmp_path / f"locked{switch}.7z"
        subprocess.run([tool(), "a", "-psecret", switch, str(target), str(tmp_path / FORM)], check=True, capture_output=True)
        assert refusals(opened(target.read_bytes(), "材料.7z")) == {"材料.7z": Reason.ENCRYPTED}


@pytest.mark.parametrize("method", ["Deflate64", "PPMd", "LZMA", "BZip2"])
def test_rare_zip_methods_keep_their_names(tmp_path: Path, method: str) -> None:
    (tmp_path / FORM).write_bytes(DATA * 100)
    (tmp_path / "汇总表.xlsx").write_bytes(b"other" * 100)
    target = tmp_path / "a.zip"
    subprocess.run([tool(), "a", f"-mm={method}", str(target), FORM, "汇总表.xlsx"], check=True, capture_output=True, cwd=tmp_path)
    result = opened(target.read_bytes())
    assert {member.path: member.data for member in result.members} == {
        f"材料.zip/{FORM}": DATA * 100,
        "材料.zip/汇总表.xlsx": b"other" * 100,
    }


def test_7z_with_folders(tmp_path: Path) -> None:
    (tmp_path / "第一班").mkdir()
    (tmp_path / "第一班" / FORM).write_bytes(DATA)
    (tmp_path / "空.txt").write_bytes(b"")
    target = tmp_path / "a.7z"
    subprocess.run([tool(), "a", str(target), "第一班", "空.txt"], check=True, capture_output=True, cwd=tmp_path)
    result = opened(target.read_bytes(), "材料.rar")
    assert {member.path: member.data for member in result.members} == {f"材料.rar/第一班/{FORM}": DATA, "材料.rar/空.txt": b""}
    assert result.archives == (("材料.rar", "7z"),)


@pytest.mark.parametrize(
    "data",
    [rars.rar5([(FORM, DATA)], volume=1), rars.rar5([(FORM, DATA)], volume=2), rars.rar4([(GBK, DATA)], volume=True), b"PK\x07\x08" + DATA],
    ids=["rar5-first", "rar5-second", "rar4", "zip"],
)
def test_one_part_of_a_split_archive_says_so(data: bytes) -> None:
    result = opened(data, "材料.part1.rar")
    assert refusals(result) == {"材料.part1.rar": Reason.UNREADABLE}
    assert result.members[0].refusal is not None
    assert "multi-volume" in result.members[0].refusal.detail


def test_a_truncated_zip_gives_what_is_whole_and_names_what_is_not() -> None:
    noise = bytes(range(256)) * 40
    whole = zips.raw_zip([("一.docx".encode("gbk"), noise), ("二.docx".encode("gbk"), noise[::-1])])
    cut = whole[: whole.rindex(b"PK\x03\x04") + 60]
    result = opened(cut)
    assert [(member.path, member.data) for member in result.members if not member.refusal] == [("材料.zip/一.docx", noise)]
    assert refusals(result) == {"材料.zip/二.docx": Reason.UNREADABLE}
    assert "archive-salvaged" in [note.code for note in result.notes]


def test_a_zip_of_nothing_but_its_first_bytes() -> None:
    assert refusals(opened(b"PK\x03\x04" + bytes(10))) == {"材料.zip": Reason.EMPTY}


def test_a_member_with_a_wrong_checksum_is_refused_alone() -> None:
    data = bytearray(zips.raw_zip([(b"a.txt", DATA), (b"b.txt", b"other")], method=0))
    data[data.index(DATA)] ^= 1
    result = opened(bytes(data))
    assert paths(result) == ["材料.zip/b.txt"]
    assert refusals(result) == {"材料.zip/a.txt": Reason.UNREADABLE}


@pytest.mark.parametrize(
    ("whole", "cut"),
    [
        (rars.rar5([("一.docx", DATA * 50), ("二.docx", DATA * 50)]), 400),
        (rars.rar4([(b"1.docx", DATA * 50), (b"2.docx", DATA * 50)]), 400),
        (zips.tar_of({"一.docx": DATA * 50, "二.docx": DATA * 1000}), 20_000 // 2),
    ],
    ids=["rar5", "rar4", "tar"],
)
def test_a_truncated_archive_of_another_kind_keeps_its_first_member(whole: bytes, cut: int) -> None:
    result = opened(whole[:-cut], "材料.rar")
    assert [member.data for member in result.members if not member.refusal] == [DATA * 50]
    assert set(refusals(result).values()) == {Reason.UNREADABLE}


@pytest.mark.parametrize(
    "data", [b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c" + bytes(60), b"\x1f\x8b\x08" + bytes(20), b"\xfd7zXZ\x00" + bytes(20)]
)
def test_a_signature_alone_is_unreadable(data: bytes) -> None:
    assert set(refusals(opened(data)).values()) == {Reason.UNREADABLE}


# --- attacks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../../x.txt", "..\\..\\x.txt", "a/../../x.txt", "/../x.txt"])
def test_traversal_is_refused_by_member(name: str) -> None:
    result = opened(zips.raw_zip([(name.encode(), DATA), (b"b.txt", DATA)]))
    assert paths(result) == ["材料.zip/b.txt"]
    assert list(refusals(result).values()) == [Reason.UNSAFE]
    assert not any(".." in member.path for member in result.members)


@pytest.mark.parametrize(
    "data",
    [
        zips.raw_zip([(b"link", b"/etc/passwd")], system=3, mode=0o120777),
        zips.tar_of({}, link="/etc/passwd"),
        rars.rar5([], link="/etc/passwd"),
    ],
    ids=["zip", "tar", "rar5"],
)
def test_links_are_refused(data: bytes) -> None:
    assert set(refusals(opened(data)).values()) == {Reason.UNSAFE}


BOMBS: list[tuple[str, Callable[[], bytes]]] = [
    ("overlapping", zips.overlapping_members),
    ("one-huge-member", zips.one_huge_member),
    ("gzip", zips.gzip_bomb),
    ("nested-five-deep", lambda: zips.nested(5)),
    ("bomb-in-a-zip", lambda: zips.simple_zip({"a.zip": zips.one_huge_member()})),
]


@pytest.mark.parametrize("make", [make for _, make in BOMBS], ids=[name for name, _ in BOMBS])
def test_bombs_are_refused_and_the_next_file_is_read(make: Callable[[], bytes]) -> None:
    result = unpack([("bomb.zip", make()), ("申报表.zip", zips.simple_zip({FORM: DATA}))], Limits())
    assert set(refusals(result).values()) == {Reason.UNSAFE}
    assert paths(result) == [f"申报表.zip/{FORM}"]


def test_a_7z_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    (tmp_path / "zero").write_bytes(bytes(64 << 20))
    subprocess.run([tool(), "a", "-mx=1", "a.7z", "zero"], check=True, capture_output=True, cwd=tmp_path)
    assert refusals(opened((tmp_path / "a.7z").read_bytes())) == {"材料.zip": Reason.UNSAFE}


def test_more_bytes_than_the_bound_are_too_large() -> None:
    noise = bytes(range(256)) * 4096
    result = opened(zips.raw_zip([(b"%d.bin" % number, noise) for number in range(4)], method=0), unpacked_mb=2)
    assert refusals(result) == {"材料.zip": Reason.TOO_LARGE}
    assert len(paths(result)) == 2


def test_more_files_than_the_bound_are_too_many() -> None:
    result = opened(zips.simple_zip({f"{number}.txt": DATA for number in range(12)}), archive_files=10)
    assert len(paths(result)) == 10
    assert refusals(result) == {"材料.zip": Reason.TOO_LARGE}


def test_nothing_is_written_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for data in (rars.rar5([("../x.docx", DATA), ("/tmp/y.docx", DATA)]), zips.raw_zip([(b"../x.txt", DATA)]), zips.tar_of({"../z": DATA})):
        opened(data)
    assert list(tmp_path.iterdir()) == []


def test_a_saved_mail_in_an_archive_gives_its_attachments() -> None:
    from tests.hostile.mails import attachment, mail, text

    saved = mail(text("请查收"), attachment(DATA, disposition=b'attachment; filename="' + GBK + b'"'))
    result = opened(zips.simple_zip({"转发.eml": saved}))
    assert paths(result) == ["材料.zip/转发.eml/正文.txt", f"材料.zip/转发.eml/{FORM}"]
    assert result.members[0].data == "test\n请查收".encode()


# --- split archives whose parts came together ---------------------------------------------------------------------

NOISE = bytes(range(256)) * 20


def split_zip(files: dict[str, bytes], size: int) -> list[bytes]:
    """What split ZIPs hold: the marker, then the members' headers and data over the parts, the directory in the last."""
    whole = b"PK\x07\x08" + zips.simple_zip(files)
    end = whole.rindex(b"PK\x05\x06")
    whole = whole[: end + 4] + b"\x01\x00" + whole[end + 6 :]
    return [whole[start : start + size] for start in range(0, len(whole), size)]


def sets() -> list[tuple[str, list[tuple[str, bytes]], str]]:
    rar = rars.rar5_volumes(FORM, NOISE, 3)
    archive = zips.simple_zip({FORM: NOISE})
    half = len(archive) // 2
    z01, last = split_zip({FORM: NOISE}, 300)[0], b"".join(split_zip({FORM: NOISE}, 300)[1:])
    return [
        ("rar", [(f"材料.part{number}.rar", part) for number, part in enumerate(rar, 1)], "材料.part1.rar"),
        ("rar-out-of-order", [(f"材料.part{number}.rar", rar[number - 1]) for number in (3, 1, 2)], "材料.part1.rar"),
        ("rar-old-names", [("材料.rar", rar[0]), ("材料.r00", rar[1]), ("材料.r01", rar[2])], "材料.rar"),
        ("raw", [("材料.zip.001", archive[:half]), ("材料.zip.002", archive[half:])], "材料.zip"),
        ("zip", [("材料.z01", z01), ("材料.zip", last)], "材料.zip"),
    ]


@pytest.mark.parametrize(("files", "path"), [case[1:] for case in sets()], ids=[case[0] for case in sets()])
def test_all_parts_of_a_split_archive_are_opened_as_one(files: list[tuple[str, bytes]], path: str) -> None:
    result = unpack([("说明.txt", b"x"), *files], Limits())
    assert {member.path: (member.data, member.refusal) for member in result.members} == {
        "说明.txt": (b"x", None),
        f"{path}/{FORM}": (NOISE, None),
    }


def test_a_set_with_a_part_missing_is_unreadable() -> None:
    first, _, third = rars.rar5_volumes(FORM, NOISE, 3)
    result = unpack([("材料.part1.rar", first), ("材料.part3.rar", third)], Limits())
    assert refusals(result) == {"材料.part1.rar": Reason.UNREADABLE, "材料.part3.rar": Reason.UNREADABLE}
