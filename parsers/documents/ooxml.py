"""Office Open XML packages (ECMA-376): a ZIP of XML parts, opened without trusting a byte of it."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from io import BytesIO
from typing import Any

from lxml import etree

from parsers.values import Reason, Refusal

MAX_PART = 64 * 2**20
"""Bytes of one XML part. A form has 10 kB, a 60 MB presentation's largest XML part under 5 MB."""

REL = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(officeDocument|drawingml|wordprocessingml|spreadsheetml|presentationml)/")
_DOCTYPE = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)


class PackageError(Exception):
    """A package that can't be read; `refusal` says why."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.refusal = Refusal(reason, detail)


def _transitional(match: re.Match[bytes]) -> bytes:
    family = match[1]
    return b"http://schemas.openxmlformats.org/" + family + (b"/2006/relationships/" if family == b"officeDocument" else b"/2006/")


class Package:
    """An opened package. Parts are named without a leading slash; names are matched in any case, as Office does."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, UnicodeDecodeError, NotImplementedError) as error:
            # BadZipFile: a truncated file. ValueError, OSError: offsets that point outside it. UnicodeDecodeError: a rotten
            # name. NotImplementedError: "zip file version 9.9".
            raise PackageError(Reason.UNREADABLE, f"no ZIP package: {error}") from error
        self._names = {info.filename.lstrip("/").replace("\\", "/").lower(): info for info in self._zip.infolist()}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    def names(self) -> list[str]:
        """The lower-cased names of all parts."""
        return list(self._names)

    def part(self, name: str) -> bytes:
        """The bytes of a part. Raises PackageError: absent, damaged, encrypted or larger than MAX_PART."""
        info = self._names.get(name.lower())
        if info is None:
            raise PackageError(Reason.UNREADABLE, f"no part {name}")
        if info.file_size > MAX_PART:
            raise PackageError(Reason.UNSAFE, f"part {name} is {info.file_size} bytes")
        try:
            return self._zip.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            # BadZipFile: a wrong CRC or overlapping entries. zlib.error, EOFError: data cut or damaged. OSError: bzip2 data.
            # NotImplementedError: an unknown compression. ValueError: an offset outside the file.
            raise PackageError(Reason.UNREADABLE, f"part {name}: {error}") from error
        except RuntimeError as error:  # "File is encrypted, password required"
            raise PackageError(Reason.ENCRYPTED, f"part {name}: {error}") from error

    def check(self, name: str) -> None:
        """Raise PackageError for a part that a library should not be given: too large, or with a document type."""
        info = self._names[name.lower()]
        if info.file_size > MAX_PART:
            raise PackageError(Reason.UNSAFE, f"part {name} is {info.file_size} bytes")
        try:
            with self._zip.open(info) as part:
                head = part.read(4096)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError):
            return  # damaged or encrypted: the library may still read the others, and says so where it can't
        if _DOCTYPE.search(head.replace(b"\0", b"")):  # without the zero bytes: UTF-16
            raise PackageError(Reason.UNSAFE, f"part {name} has a document type")

    def xml(self, name: str) -> Any:
        """The root element of an XML part; ISO strict namespaces come as the transitional ones.

        Raises PackageError: not well-formed, or with a document type (no office program writes one, XML bombs need it).
        """
        return parse_xml(self.part(name), name)

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """The part's relations: id -> (last word of the type, target part); external targets are left out."""
        folder, base = posixpath.split(name)
        path = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
        if path not in self:
            return {}
        found: dict[str, tuple[str, str]] = {}
        for element in self.xml(path).iter(REL):
            if element.get("TargetMode") != "External":
                target = element.get("Target", "")
                full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
                found[element.get("Id", "")] = (element.get("Type", "").rpartition("/")[2], full)
        return found

    def main_part(self, usual: str) -> str:
        """The package's main document: `usual` where it is, else what the package's own relations say."""
        if usual in self:
            return usual
        for kind, target in self.relations("").values():
            if kind == "officeDocument" and target in self:
                return target
        raise PackageError(Reason.UNREADABLE, f"no {usual}, and no relation to a main part")


def parse_xml(data: bytes, name: str) -> Any:
    """The root element of XML bytes from anybody. Raises PackageError."""
    if _DOCTYPE.search(data[:4096]):
        raise PackageError(Reason.UNSAFE, f"part {name} has a document type")
    if b"purl.oclc.org/ooxml" in data[:8192]:
        data = _STRICT.sub(_transitional, data)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:  # cut or damaged XML; more than 256 levels; an encoding nobody knows
        raise PackageError(Reason.UNREADABLE, f"part {name}: {error}") from error
    if root is None:
        raise PackageError(Reason.UNREADABLE, f"part {name} is empty")
    if root.getroottree().docinfo.internalDTD is not None:  # a document type beyond the first bytes, or in UTF-16
        raise PackageError(Reason.UNSAFE, f"part {name} has a document type")
    return root
