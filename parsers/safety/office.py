"""Office files before they are read: macros, embedded programs, passwords, entity and decompression bombs."""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from itertools import pairwise

from parsers.magic import identify, ole_streams
from parsers.values import Note, Reason, Refusal

Verdict = tuple[Refusal | None, tuple[Note, ...]]

_MOST_UNPACKED = 400 << 20
_BOMB_PART = 32 << 20
_BOMB_RATIO = 250
_MOST_PARTS = 10_000
_PROLOG = 1 << 16
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, struct.error)
_REMOTE = re.compile(r"(?i)(?:https?|ftp|mhtml|ms-[a-z]+):|file:/*\\\\|file:////|^\\\\|^//")
_PROGRAM_NAME = re.compile(rb"(?i)\.(?:exe|scr|com|pif|bat|cmd|vb[se]?|jse?|wsf|hta|lnk|ps1|msi|cpl|dll|jar)\x00")


def _unsafe(detail: str) -> Verdict:
    return Refusal(Reason.UNSAFE, detail), ()


def inspect_package(format: str, data: bytes) -> Verdict:
    """An OOXML or OpenDocument package by its directory, the prologs of its XML parts and its relationships."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return _inspect_parts(package, data)
    except _DAMAGE:  # cut off: the reader says so
        return None, ()


def _inspect_parts(package: zipfile.ZipFile, data: bytes) -> Verdict:
    infos = package.infolist()
    notes: list[Note] = []
    if len(infos) > _MOST_PARTS or sum(info.file_size for info in infos) > _MOST_UNPACKED:
        return _unsafe("decompression bomb: its parts declare too much")
    spans = sorted((info.header_offset, info.header_offset + 30 + info.compress_size) for info in infos)
    if any(start < end for (_, end), (start, _) in pairwise(spans)):
        return _unsafe("overlapping parts")
    for info in infos:
        name = info.filename.replace("\\", "/").lower()
        if info.file_size > _BOMB_PART and info.file_size > _BOMB_RATIO * max(1, info.compress_size):
            return _unsafe(f"decompression bomb: {info.filename[:80]}")
        if name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name:
            return _unsafe("macros")
        if (
            name.startswith(("basic/", "scripts/"))
            and name.endswith((".xml", ".py", ".js", ".bsh"))
            and not name.endswith(("script-lc.xml", "script-lb.xml"))
        ):
            return _unsafe("macros")
        if info.flag_bits & 1:
            return Refusal(Reason.ENCRYPTED, "a part with a password"), ()
    for info in infos:
        verdict = _inspect_part(package, info, notes)
        if verdict is not None:
            return verdict
    return None, tuple(dict.fromkeys(notes))


def _inspect_part(package: zipfile.ZipFile, info: zipfile.ZipInfo, notes: list[Note]) -> Verdict | None:
    name = info.filename.replace("\\", "/").lower()
    try:
        if name.endswith((".xml", ".rels", ".vml", ".rdf")):
            with package.open(info) as part:
                head = part.read(_PROLOG)
                if _has_doctype(head):
                    return _unsafe(f"a document type in {info.filename[:80]}")
                if name == "[content_types].xml" and b"macroenabled" in (head + part.read()).lower():
                    return _unsafe("macros")
                if name == "meta-inf/manifest.xml" and b"encryption-data" in head + part.read():
                    return Refusal(Reason.ENCRYPTED, "an OpenDocument file with a password"), ()
            if name.endswith(".rels"):
                return _inspect_relations(package.read(info).decode("utf-8", "replace"), notes)
        elif "/embeddings/" in name or name.startswith("object ") or "/activex/" in name:
            return _inspect_embedded(package.read(info), notes)
    except _DAMAGE:  # one damaged part: the reader decides whether it can do without
        notes.append(Note("part-damaged", info.filename[:80]))
    return None


def _has_doctype(head: bytes) -> bool:
    """Whether an XML part declares a document type before its root element (none that office programs write does)."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head[:8]:
        head = head.replace(b"\x00", b"")
    prolog = re.match(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", head, re.DOTALL)
    rest = head[prolog.end() :] if prolog is not None else head
    return bool(_DOCTYPE.match(rest)) or (len(head) >= _PROLOG and not rest)


def _inspect_relations(text: str, notes: list[Note]) -> Verdict | None:
    for match in re.finditer(r"<Relationship\b[^>]*>", text):
        tag = match[0]
        if not re.search(r"TargetMode\s*=\s*[\"']External", tag):
            continue
        kind = (re.search(r"Type\s*=\s*[\"']([^\"']*)", tag) or ["", ""])[1].rsplit("/", 1)[-1]
        target = (re.search(r"Target\s*=\s*[\"']([^\"']*)", tag) or ["", ""])[1]
        # a template on the author's own disk is in every second letterhead; one that is fetched is an attack
        if kind in ("attachedTemplate", "oleObject", "frame", "subDocument", "externalLinkPath") and _REMOTE.search(target):
            if kind == "externalLinkPath":
                notes.append(Note("external-link", target[:120]))
                continue
            return _unsafe(f"{kind} from {target[:120]}")
    return None


def _inspect_embedded(data: bytes, notes: list[Note]) -> Verdict | None:
    """An object embedded in a document: a program refuses the whole, a macro too; a workbook or picture is only noted."""
    found = identify("", data)
    if found in ("exe", "script", "lnk", "jar", "chm", "cab"):
        return _unsafe(f"an embedded program ({found})")
    if found in ("docx", "xlsx", "pptx"):
        refusal, _ = inspect_package(found, data)
        if refusal is not None and refusal.reason is Reason.UNSAFE:
            return _unsafe(f"embedded {found}: {refusal.detail}")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        streams = ole_streams(data) or []
        if _has_vba(streams):
            return _unsafe("macros in an embedded object")
        if _has_program(data, streams):
            return _unsafe("an embedded program")
    notes.append(Note("embedded-object", found))
    return None


# --- OLE ----------------------------------------------------------------------------------------------------------


def inspect_ole(format: str, data: bytes) -> Verdict:
    """A compound file (.doc, .xls, .ppt, Kingsoft's, an encrypted OOXML) by its directory and a few header fields."""
    import olefile

    streams = ole_streams(data)
    if streams is None:
        return None, ()
    top = {path[0].lower() for path in streams if len(path) == 1}
    if top & {"encryptedpackage", "encryptioninfo"}:
        return Refusal(Reason.ENCRYPTED, "an office file with a password"), ()
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            if _is_encrypted(ole, top):
                return Refusal(Reason.ENCRYPTED, "an office file with a password"), ()
            if _has_vba(streams) or _has_ppt_vba(ole, top) or _has_macro_sheet(ole, top):
                return _unsafe("macros")
    except (OSError, ValueError, IndexError, KeyError, AttributeError, TypeError, struct.error, RecursionError):
        return None, (Note("ole-damaged"),)  # a stream that leads out of the file: the reader says so
    if _has_program(data, streams):
        return _unsafe("an embedded program")
    embedded = any(path[-1].lower() in ("\x01ole10native", "package") for path in streams)
    return None, (Note("embedded-object"),) if embedded else ()


def _has_vba(streams: list[list[str]]) -> bool:
    """A VBA project has its `dir` stream in a `VBA` storage; an empty `Macros` storage is none."""
    return any(len(path) >= 2 and path[-2].lower() == "vba" and path[-1].lower() in ("dir", "_vba_project") for path in streams)


def _has_program(data: bytes, streams: list[list[str]]) -> bool:
    import olefile

    natives = [path for path in streams if path[-1].lower() in ("\x01ole10native", "package", "contents")]
    if not natives:
        return False
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            for path in natives[:64]:
                content = ole.openstream(path).read(1 << 20)
                if _PROGRAM_NAME.search(content[:2048]) or re.search(rb"MZ.{56,400}This program", content, re.DOTALL):
                    return True
    except (OSError, ValueError, IndexError, KeyError, AttributeError, TypeError, struct.error, RecursionError):
        return False  # damaged: the reader says so
    return False


def _is_encrypted(ole: object, top: set[str]) -> bool:
    """The FIB's fEncrypted bit (.doc), FILEPASS among the workbook's first records (.xls), the encrypted summary (.ppt)."""
    if "worddocument" in top:
        head = ole.openstream("WordDocument").read(32)  # type: ignore[attr-defined]
        return len(head) >= 12 and bool(struct.unpack_from("<H", head, 10)[0] & 0x0100)
    for name in ("workbook", "book"):
        if name in top:
            return any(kind == 0x2F for kind, _ in _records(ole.openstream(name).read(1 << 16)))  # type: ignore[attr-defined]
    return "encryptedsummary" in top


def _records(stream: bytes) -> list[tuple[int, bytes]]:
    """The BIFF records of a workbook's globals, up to their EOF."""
    records = []
    position = 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        records.append((kind, stream[position + 4 : position + 4 + size]))
        position += 4 + size
        if kind == 0x0A:
            break
    return records


def _has_macro_sheet(ole: object, top: set[str]) -> bool:
    """An Excel 4 macro sheet or Visual Basic module among the workbook's sheets (BOUNDSHEET's type)."""
    if "workbook" not in top:
        return False
    records = _records(ole.openstream("workbook").read(1 << 20))  # type: ignore[attr-defined]
    return any(kind == 0x85 and len(body) > 5 and body[5] in (1, 6) for kind, body in records)


def _has_ppt_vba(ole: object, top: set[str]) -> bool:
    """VBAInfoAtom with fHasMacros in a presentation's document stream."""
    if "powerpoint document" not in top:
        return False
    stream = ole.openstream("PowerPoint Document").read()  # type: ignore[attr-defined]
    atoms = re.finditer(rb"\x02\x00\x00\x04\x0c\x00\x00\x00", stream)
    return any(stream[atom.end() + 4 : atom.end() + 8] == b"\x01\x00\x00\x00" for atom in atoms)


# --- RTF ----------------------------------------------------------------------------------------------------------


def inspect_rtf(data: bytes) -> Verdict:
    """RTF with a packaged program or a remote template."""
    template = re.search(rb"\\\*\\template\s+([^}]{1,300})", data)
    if template is not None and _REMOTE.search(template[1].decode("latin-1").strip()):
        return _unsafe("template from elsewhere")
    for match in re.finditer(rb"\\objdata", data):
        blob = re.sub(rb"[^0-9A-Fa-f]", b"", data[match.end() : match.end() + 20_000])
        content = bytes.fromhex(blob[: len(blob) // 2 * 2].decode("ascii"))
        if b"Package\x00" in content[:200] and _PROGRAM_NAME.search(content):
            return _unsafe("an embedded program")
        if b"Equation.3\x00" in content[:200] or b"OLE2Link\x00" in content[:200]:
            return _unsafe("an object that exploits the reader")
    return None, ()
