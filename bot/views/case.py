"""One case as staff look at it: requirements with ticks, fields with their sources, differences between copies, history.

Pure values out of the store's rows; personal data stands in full here, for this is the case itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.facts import Channel
from bot.names import evened
from bot.programme.programme import Programme
from bot.programme.specs import Requirement
from bot.store.models import Application, Document
from bot.views.words import COPIES, DOCUMENT_KINDS


@dataclass(frozen=True, slots=True)
class Tick:
    """One required document: its label, the files that answer it, and whether any does."""

    label: str
    there: bool
    files: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of the form: what counts, what each copy states where they differ, and what staff made of it."""

    key: str
    label: str
    value: str
    corrected: bool
    doubtful: bool
    others: tuple[tuple[str, str], ...]


def ticks(programme: Programme, channel: str | None, documents: Sequence[Document], *, whole: bool) -> list[Tick]:
    """The documents that a case needs, ticked off against its current files. `whole`: those of the package too."""
    way = Channel(channel) if channel in set(Channel) else None
    scopes = ("application", "package") if whole else ("application",)
    wanted: list[Requirement] = [r for scope in scopes for r in programme.required(scope, way)]
    lines = []
    for requirement in wanted:
        files = tuple(d for d in documents if d.current and not d.pending and _answers(d, requirement))
        lines.append(Tick(requirement.label, any(not _refused(d) for d in files), files))
    return lines


def _answers(document: Document, requirement: Requirement) -> bool:
    kinds = {document.kind, *document.facts.get("parts", ())}
    return requirement.document in kinds and (requirement.copy_ is None or document.copy_kind == requirement.copy_)


def _refused(document: Document) -> bool:
    return bool(document.facts.get("refusal"))


def fields(programme: Programme, application: Application, documents: Sequence[Document]) -> list[FieldView]:
    """The form's fields in its own order."""
    forms = [d for d in documents if d.current and not d.pending and d.facts.get("fields")]
    corrected = application.staff.get("fields") or {}
    views = []
    for spec in programme.fields:
        value = str(application.fields.get(spec.key, ""))
        others = tuple(
            (f"{DOCUMENT_KINDS.get(d.kind, d.kind)}（{COPIES.get(d.copy_kind, '')}）", stated)
            for d in forms
            if (stated := str(d.facts["fields"].get(spec.key, ""))) and evened(stated) != evened(value)
        )
        doubtful = any(spec.key in d.facts.get("doubtful", ()) for d in forms)
        views.append(FieldView(spec.key, spec.label, value, spec.key in corrected, doubtful and spec.key not in corrected, others))
    return views


def differences(programme: Programme, documents: Sequence[Document]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Fields that the current files state differently: (label, [(file, value), ...])."""
    found = []
    forms = [d for d in documents if d.current and not d.pending and d.facts.get("fields")]
    for spec in programme.fields:
        stated = [(d.path.rsplit("/", 1)[-1], str(d.facts["fields"].get(spec.key, ""))) for d in forms]
        stated = [(name, value) for name, value in stated if value]
        if len({evened(value) for _, value in stated}) > 1:
            found.append((spec.label, stated))
    return found


def changes(programme: Programme, application: Application, pending: Sequence[Document]) -> list[tuple[str, str, str]]:
    """What a change that waits for confirmation states otherwise than the accepted form: (label, accepted, new)."""
    forms = [d for d in pending if d.facts.get("fields") and d.copy_kind == "editable"] or [d for d in pending if d.facts.get("fields")]
    stated = {key: str(value) for form in forms for key, value in form.facts["fields"].items() if value}
    kept = {spec.key: str(application.fields.get(spec.key, "")) for spec in programme.fields}
    return [
        (spec.label, kept[spec.key], new)
        for spec in programme.fields
        if (new := stated.get(spec.key, "")) and evened(new) != evened(kept[spec.key])
    ]


def seal_words(document: Document) -> str:
    """What was found of seals on a file, in words; "" where none was looked for."""
    seal = document.facts.get("seal")
    if not seal:
        return ""
    if not seal.get("present"):
        return "未见公章" if seal.get("certain", True) else "公章无法确认"
    texts = "、".join(dict.fromkeys(seal.get("texts") or ())) or "文字无法辨认"
    return f"有公章：{texts}"


def refusal_words(document: Document) -> str:
    """Why a file was not read, in words; "" where it was."""
    refusal = document.facts.get("refusal")
    return _REFUSALS.get(str(refusal.get("reason")), "未能读取") if isinstance(refusal, Mapping) else ""


_REFUSALS = {
    "empty": "文件为空",
    "unreadable": "无法打开",
    "encrypted": "已加密",
    "unsafe": "不安全，未打开",
    "unsupported": "格式不支持",
    "too-large": "超出大小限制",
    "no-converter": "缺少转换工具（LibreOffice）",
    "crashed": "读取时出错",
}
