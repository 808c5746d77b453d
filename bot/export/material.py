"""The accepted material of a programme in tidy folders, as one ZIP for the reviewers.

`JSAQ2025-0001 组织 班组/申报表（电子版）.docx`, and a list of all files as `清单.xlsx`. The bytes are those that came.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO

from sqlalchemy.orm import Session

from bot.export.workbook import Value, Workbook
from bot.programme.programme import Programme
from bot.store.models import Application, Document, Mail, Package
from bot.store.staff.case import accepted_applications, documents_of, packages_in
from bot.store.store import Store
from bot.views.files import Files, MissingFileError, file_name, safe_name
from bot.views.words import COPIES, DOCUMENT_KINDS

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")


def export_material(store: Store, files: Files, programme: Programme, out: IO[bytes]) -> int:
    """Write the ZIP; how many files it holds. What is not in its mail any more is named in the list and left out."""
    rows: list[tuple[Value, ...]] = []
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for folder, reference, document, mail in _accepted(store, programme):
            label = DOCUMENT_KINDS.get(document.kind, document.kind)
            copy = f"（{COPIES.get(document.copy_kind, '')}）" if document.kind != "other" else ""
            ending = _ENDING.search(document.path)
            name = file_name(document.path) if document.kind == "other" else f"{label}{copy}{ending.group(0) if ending else ''}"
            place = _free(archive, f"{folder}/{safe_name(name)}")
            try:
                data = files.data(mail, document)
            except MissingFileError:
                rows.append(
                    (reference, "（原件已移除）", document.path, label, COPIES.get(document.copy_kind, ""), document.size, document.sha256)
                )
                continue
            archive.writestr(place, data)
            rows.append((reference, place, document.path, label, COPIES.get(document.copy_kind, ""), document.size, document.sha256))
            count += 1
        book = Workbook()
        heads = ["编号", "文件", "原文件名", "材料", "版本", "字节", "SHA-256"]
        book.sheet("清单", heads, rows, widths=(17, 60, 60, 16, 10, 12, 66))
        archive.writestr("清单.xlsx", book.data())
    return count


def _accepted(store: Store, programme: Programme) -> Iterator[tuple[str, str, Document, Mail]]:
    """Every accepted document: its folder, its case's reference, itself, and the mail that brought it."""
    with store.reading() as session:
        mail: Mail | None = None
        for folder, reference, documents in [*_entries(session, programme), *_wholes(session, programme)]:
            for document in documents:
                if document.current and not document.pending and not document.facts.get("refusal"):
                    if mail is None or mail.id != document.mail_id:
                        mail = session.get_one(Mail, document.mail_id)
                    yield folder, reference, document, mail


def _entries(session: Session, programme: Programme) -> Iterator[tuple[str, str, list[Document]]]:
    for application in accepted_applications(session, programme.id):
        own = [d for d in documents_of(session, application.package_id, application.id) if d.application_id == application.id]
        yield _folder(application), application.reference, own


def _wholes(session: Session, programme: Programme) -> Iterator[tuple[str, str, list[Document]]]:
    """What concerns whole packages: those that have a number, and recommenders'."""
    packages: dict[int, Package] = {p.id or 0: p for p in packages_in(session, programme.id)}
    for package in packages.values():
        whole = [d for d in documents_of(session, package.id or 0, None) if d.application_id is None]
        if whole and package.decision == "accepted" and (package.reference or package.channel == "recommender"):
            name, reference = package.recommender or package.sender_name, package.reference or ""
            yield safe_name(f"{reference} {name} 报送材料".strip(), 80), reference, whole


def _folder(application: Application) -> str:
    return safe_name(" ".join(filter(None, (application.reference, application.organisation, application.team))), 80)


def _free(archive: zipfile.ZipFile, name: str) -> str:
    taken = {held.casefold() for held in archive.namelist()}
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        stem, dot, ending = name.rpartition(".")
        free = f"{stem} {number}.{ending}" if dot and "/" not in ending else f"{name} {number}"
    return free
