"""One case as staff look at it: requirements with ticks, fields with their sources, differences between copies, history.

Pure values out of the store's rows; personal data stands in full here, for this is the case itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.facts import Channel
from bot.names import evened
from bot.programme.programme import Programme
from bot.programme.specs import Requirement
from bot.store.models import Application, Document, Event
from bot.views.troubles import trouble_words
from bot.views.words import CODES, COPIES, DECISIONS, DOCUMENT_KINDS, mask_field, mask_mobiles


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


@dataclass(frozen=True, slots=True)
class Step:
    """One line of history, in words."""

    at: datetime
    who: str
    what: str
    detail: str = ""


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


# --- history -----------------------------------------------------------------------------------------------------

_ACTIONS = {
    "judged": "审核",
    "settled": "来信处理完毕",
    "decided": "审核结果变更",
    "judged-again": "重新审核",
    "field-corrected": "更正",
    "accepted-despite": "问题不计",
    "insisted-again": "恢复问题",
    "resubmission-confirmed": "同意修改，采用新材料",
    "resubmission-refused": "不同意修改，保留原材料",
    "duplicate-settled": "重复申报判定",
    "answered": "人工答复",
    "mail-handled": "标为已处理",
    "mail-set-aside": "来信被搁置",
    "mail-taken-up-again": "重新处理来信",
    "reply-sent": "回信已发送",
    "reply-failed": "回信发送失败",
    "reply-ambiguous": "回信发送结果不明",
    "reply-marked-sent": "回信标为已发送",
    "reply-sent-anew": "回信重新发送",
    "reply-found-sent": "在“已发送”中找到回信",
    "reply-not-found": "在“已发送”中未找到回信",
    "mailbox-stopped": "邮箱停止收信",
    "mailbox-resumed": "恢复收信",
    "sending-stopped": "邮箱停止发信",
    "sending-resumed": "恢复发信",
    "digest": "发出日报",
    "log-in": "登录",
    "log-out": "退出",
    "log-in-failed": "登录失败",
    "user-locked": "账号锁定",
    "user-added": "新增用户",
    "user-password": "重设密码",
    "user-changed": "更改用户",
    "downloaded": "下载",
    "retention": "按保存期限移除",
}


def steps(events: Iterable[Event], labels: Mapping[str, str], *, masked: bool = False) -> list[Step]:
    """History in words, in the events' order. `labels`: the fields' names by key. `masked`: for a list of many cases."""
    return [Step(event.at, who(event.actor), _ACTIONS.get(event.action, event.action), _detail(event, labels, masked)) for event in events]


def who(actor: str) -> str:
    """Who did it."""
    kind, _, name = actor.partition(":")
    return {"staff": name, "submitter": f"报送人 {name}"}.get(kind, "系统")


def _detail(event: Event, labels: Mapping[str, str], masked: bool) -> str:
    d: Mapping[str, Any] = event.details or {}
    if event.action == "field-corrected":
        key = str(d.get("field"))
        before, after = (mask_field(key, value) if masked else value for value in (str(d.get("before")), str(d.get("after"))))
        return f"{labels.get(key, key)}：“{before}”改为“{after}”"
    if event.action in ("accepted-despite", "insisted-again"):
        reason = f"，理由：{d['reason']}" if d.get("reason") else ""
        return f"{CODES.get(str(d.get('code')), str(d.get('code')))}{reason}"
    if event.action == "duplicate-settled":
        return ("与" if d.get("same") else "不是") + f" {d.get('other')} " + ("为同一申报" if d.get("same") else "的重复申报")
    if event.action in ("judged", "decided", "settled"):
        return DECISIONS.get(str(d.get("decision")), "")
    if event.action == "judged-again":
        return DECISIONS.get(str(d.get("after")), "")
    if event.action.startswith("reply-"):
        return trouble_words(d.get("answer") or d.get("detail")) or str(d.get("recipient") or "")
    if event.action.startswith("resubmission"):
        return "、".join(str(path).rsplit("/", 1)[-1] for path in d.get("files", ()))
    if event.action == "mail-set-aside":
        return trouble_words(d.get("reason"))
    if event.action in ("mailbox-stopped", "sending-stopped"):
        return "，".join(filter(None, (str(d.get("mailbox") or ""), trouble_words(d.get("error")))))
    words = [str(d[key]) for key in ("note", "reason", "subject", "user", "mailbox", "day", "what") if d.get(key)]
    return mask_mobiles("，".join(words))
