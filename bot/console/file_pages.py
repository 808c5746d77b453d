"""Files: seen as text or as pictures drawn anew, downloaded as what a browser never opens; registers and working papers."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from bot.console.case_page import GONE
from bot.console.site import Ask, sorry
from bot.digest.daily import XLSX
from bot.store.models import Document, Event, Mail
from bot.views.files import SEEN_AS_PICTURES, file_name, safe_name
from parsers.pixels.pictures import PagePicture
from parsers.values import Content, Grid, Refusal, ScannedPage

MOST_SHOWN = 60_000
"""Characters of a document that a page shows; the rest is in the download."""
NO_FILE = ("没有这个文件", "请从申报或来信页面打开。")
DANGEROUS = frozenset({"unsafe"})


def _find(ask: Ask) -> tuple[Document, Mail] | None:
    with ask.site.store.reading() as session:
        document = session.get(Document, ask.number("document"))
        mail = session.get(Mail, document.mail_id) if document else None
    return (document, mail) if document is not None and mail is not None else None


def dangerous(document: Document) -> bool:
    """Whether the file was refused as unsafe: never read for display, downloaded by admins only."""
    refusal = document.facts.get("refusal")
    return isinstance(refusal, dict) and refusal.get("reason") in DANGEROUS


def view(ask: Ask) -> Response:
    """A file as its text and tables, or as its first page."""
    found = _find(ask)
    if found is None:
        return sorry(ask, 404, *NO_FILE)
    document, mail = found
    shown: dict[str, Any] = {"blocks": [], "cut": False, "refusal": "", "picture": False}
    if dangerous(document):
        shown["refusal"] = "这个文件可能不安全，没有打开。"
    elif document.format in SEEN_AS_PICTURES:
        shown["picture"] = True
    else:
        reading = ask.site.files.reading(mail, document)
        if isinstance(reading, Content):
            shown["blocks"], shown["cut"] = _blocks(reading)
        else:
            shown["refusal"] = "这个文件无法在页面上显示。"
    return ask.page("file.html", document=document, mail=mail, name=file_name(document.path), **shown)


def _blocks(content: Content) -> tuple[list[Any], bool]:
    shown: list[Any] = []
    left = MOST_SHOWN
    for block in content.blocks:
        if isinstance(block, Grid):
            rows = [[(cell.text[:2000], cell.colspan, cell.rowspan) for cell in row] for row in block.rows()]
            left -= sum(len(text) + 30 for row in rows for text, _, _ in row)
            shown.append(("table", rows))
        else:
            left -= len(block.text)
            shown.append(("heading" if block.level else "text", block.text[:8000]))
        if left < 0:
            return shown, True
    return shown, False


def page(ask: Ask) -> Response:
    """One page of a scan with what was read on it: the part of a page that htmx puts in place."""
    found = _find(ask)
    if found is None or dangerous(found[0]):
        return sorry(ask, 404, *NO_FILE)
    document, mail = found
    number = ask.number("page")
    picture = ask.site.files.picture(mail, document, number)
    read: ScannedPage | None = ask.site.files.kept_page(document, number)
    if read is None and isinstance(picture, PagePicture) and ask.query("read") == "1":
        scan = ask.site.files.scan(mail, document, number)
        read = next((p for p in scan.pages if p.number == number), None) if not isinstance(scan, Refusal) else None
    values: dict[str, Any] = {
        "document": document,
        "picture": picture if isinstance(picture, PagePicture) else None,
        "number": number,
        "read": read,
    }
    values["asked"] = ask.query("read") == "1"
    return ask.page("_page.html" if ask.partial else "page.html", name=file_name(document.path), mail=mail, **values)


def page_picture(ask: Ask) -> Response:
    """One page drawn as JPEG."""
    found = _find(ask)
    picture = ask.site.files.picture(found[1], found[0], ask.number("page")) if found and not dangerous(found[0]) else None
    if not isinstance(picture, PagePicture):
        return Response(status_code=404)
    return Response(picture.jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


def download(ask: Ask) -> Response:
    """A file as it came; a dangerous one for admins only."""
    found = _find(ask)
    if found is None:
        return sorry(ask, 404, *NO_FILE)
    document, mail = found
    if dangerous(document) and not ask.visitor.is_admin:
        return sorry(ask, 403, "这个文件可能不安全", "只有管理员可以下载。")
    data = ask.site.files.data(mail, document)
    _note(ask, document.path, mail_id=mail.id, package_id=document.package_id, application_id=document.application_id)
    return attachment(file_name(document.path), data)


def raw_mail(ask: Ask) -> Response:
    """A mail as it came, as .eml."""
    with ask.site.store.reading() as session:
        mail = session.get(Mail, ask.number("mail"))
    if mail is None:
        return sorry(ask, 404, "没有这封来信", "请在来信列表中查找。")
    data = ask.site.files.raw(mail)
    _note(ask, "来信原件（.eml）", mail_id=mail.id, package_id=mail.package_id)
    return attachment(safe_name(mail.subject or "mail", 60) + ".eml", data)


def register(ask: Ask) -> Response:
    """A programme's register with its working papers."""
    from bot.export.register import workbook

    programme = ask.site.programmes.get(ask.path("programme"))
    if programme is None:
        return sorry(ask, 404, *GONE)
    with ask.site.store.reading() as session:
        data, _ = workbook(session, programme)
    _note(ask, f"{programme.id} 申报登记表")
    return attachment(f"{programme.id} 申报登记表.xlsx", data, XLSX)


def paper(ask: Ask) -> Response:
    """One working paper."""
    from bot.export.register import paper_workbook

    programme = ask.site.programmes.get(ask.path("programme"))
    number = ask.number("number")
    if programme is None or not 0 <= number < len(programme.papers):
        return sorry(ask, 404, *GONE)
    with ask.site.store.reading() as session:
        data = paper_workbook(session, programme, programme.papers[number])
    _note(ask, f"{programme.id} {programme.papers[number].name}")
    return attachment(f"{programme.id} {programme.papers[number].name}.xlsx", data, XLSX)


def material(ask: Ask) -> Response:
    """The accepted material in tidy folders."""
    import tempfile

    from starlette.background import BackgroundTask
    from starlette.responses import FileResponse

    from bot.export.material import export_material

    programme = ask.site.programmes.get(ask.path("programme"))
    if programme is None:
        return sorry(ask, 404, *GONE)
    with tempfile.NamedTemporaryFile(prefix="shenbao-material-", suffix=".zip", delete=False) as file:
        export_material(ask.site.store, ask.site.files, programme, file)
    _note(ask, f"{programme.id} 受理材料")
    done = BackgroundTask(_remove, file.name)
    return FileResponse(file.name, media_type="application/zip", headers=_disposition(f"{programme.id} 受理材料.zip"), background=done)


def _remove(path: str) -> None:
    import os

    os.unlink(path)


def attachment(name: str, data: bytes, media_type: str = "application/octet-stream") -> Response:
    """Bytes to be saved, never shown: an own media type and a sandbox in case a browser opens them all the same."""
    return Response(data, media_type=media_type, headers=_disposition(name))


def _disposition(name: str) -> dict[str, str]:
    clean = safe_name(name)
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in clean)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    }


def _note(ask: Ask, what: str, *, mail_id: int | None = None, package_id: int | None = None, application_id: int | None = None) -> None:
    with ask.site.store.transaction() as session:
        session.add(
            Event(
                at=ask.now, actor=ask.visitor.actor, action="downloaded", mail_id=mail_id, package_id=package_id,
                application_id=application_id, details={"what": what},
            )
        )  # fmt: skip
