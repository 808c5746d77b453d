"""A case's history in words: each event that the store keeps, who did it, and what it was about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store.models import Event
from bot.views.troubles import trouble_words
from bot.views.words import CODES, DECISIONS, mask_field, mask_mobiles


@dataclass(frozen=True, slots=True)
class Step:
    """One line of history, in words."""

    at: datetime
    who: str
    what: str
    detail: str = ""


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


Details = Mapping[str, Any]


def _detail(event: Event, labels: Mapping[str, str], masked: bool) -> str:
    details: Details = event.details or {}
    if event.action == "field-corrected":
        return _corrected(details, labels, masked)
    return _DETAILS.get(event.action, _other)(details)


def _corrected(details: Details, labels: Mapping[str, str], masked: bool) -> str:
    key = str(details.get("field"))
    before, after = (mask_field(key, value) if masked else value for value in (str(details.get("before")), str(details.get("after"))))
    return f"{labels.get(key, key)}：“{before}”改为“{after}”"


def _code(details: Details) -> str:
    reason = f"，理由：{details['reason']}" if details.get("reason") else ""
    return f"{CODES.get(str(details.get('code')), str(details.get('code')))}{reason}"


def _twin(details: Details) -> str:
    other = details.get("other")
    return f"与 {other} 为同一申报" if details.get("same") else f"不是 {other} 的重复申报"


def _decision(details: Details) -> str:
    return DECISIONS.get(str(details.get("decision")), "")


def _decision_after(details: Details) -> str:
    return DECISIONS.get(str(details.get("after")), "")


def _letter(details: Details) -> str:
    return trouble_words(details.get("answer") or details.get("detail")) or str(details.get("recipient") or "")


def _files(details: Details) -> str:
    return "、".join(str(path).rsplit("/", 1)[-1] for path in details.get("files", ()))


def _reason(details: Details) -> str:
    return trouble_words(details.get("reason"))


def _mailbox(details: Details) -> str:
    return "，".join(filter(None, (str(details.get("mailbox") or ""), trouble_words(details.get("error")))))


def _other(details: Details) -> str:
    words = [str(details[key]) for key in ("note", "reason", "subject", "user", "mailbox", "day", "what") if details.get(key)]
    return mask_mobiles("，".join(words))


_DETAILS: Mapping[str, Callable[[Details], str]] = {
    **dict.fromkeys(("judged", "decided", "settled"), _decision),
    "judged-again": _decision_after,
    **dict.fromkeys(("accepted-despite", "insisted-again"), _code),
    "duplicate-settled": _twin,
    **dict.fromkeys((action for action in _ACTIONS if action.startswith("reply-")), _letter),
    **dict.fromkeys(("resubmission-confirmed", "resubmission-refused"), _files),
    "mail-set-aside": _reason,
    **dict.fromkeys(("mailbox-stopped", "sending-stopped"), _mailbox),
}
