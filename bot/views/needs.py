"""What needs staff now: held cases and mails, replies that failed, mailboxes that are silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.config import Config
from bot.store.models import ReplyState
from bot.store.staff.cases import Case, cases_with, whole_only
from bot.store.staff.counts import count_with
from bot.store.staff.health import MailboxLine, mailbox_lines
from bot.store.staff.needs import (
    LinkLine,
    MailLine,
    ReplyLine,
    held_mails,
    moment_of,
    open_enquiries,
    open_links,
    replies_in,
    set_aside_mails,
    stuck_mails,
)
from bot.views.paths import case_path, cases_path, mail_path
from bot.views.troubles import trouble_words
from bot.views.words import PROVIDERS, SHANGHAI, code_words, mask_address, mask_mobiles, mask_name, moment_words

T = TypeVar("T")


MOST_HELD = 1000


MOST = 30
"""Lines of one group in a digest; the rest is counted, with a link to the console's list."""


STUCK_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what it is about, a remark, and where it is in the console."""

    text: str
    remark: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading. `hidden`: lines beyond those shown, to be found at `path`. `advice`: what to do."""

    title: str
    items: tuple[Item, ...]
    advice: str = ""
    hidden: int = 0
    path: str = ""

    @property
    def count(self) -> int:
        """All lines, hidden ones included."""
        return len(self.items) + self.hidden


OTHER_KINDS = (("enquiry", "咨询"), ("bounce", "退信"), ("auto_reply", "自动回复"), ("list", "群发邮件"), ("other", "其他"))


_SPECIAL = {
    "twins": ("duplicate-channel", "probable-duplicate"),
    "unsafe": ("unsafe-document",),
    "changed": ("resubmission-needs-confirmation",),
}
"""What held cases are shown apart for, by the findings on them; a case stands in the first group that fits."""


_ADVICE = {
    "held": "请打开核对：问题属实的答复报送单位，可以不计的注明理由。",
    "mails": "请查看来信，处理后标为已处理。",
    "failed": "请核对收件地址：地址无误的可重新发送，否则请用其他方式联系对方。",
    "stuck": "收到一小时以上仍未审核。请查看系统状况，必要时联系管理员。",
    "ambiguous": "请在邮箱的“已发送”中查找：找到的标为已发送，找不到的可重新发送。",
    "enquiry": "已自动答复申报要点和联系方式，如需另行解答请处理。",
    "links": "系统不会打开链接。请在到期前决定是否人工下载，或等对方改发附件。",
    "set-aside": "系统两次处理失败，原件已保存，请人工查看。",
    "stopped": "多为授权码失效。请更新授权码并重新启动程序，再到“系统”页面恢复。",
}


def find_needs(session: Session, config: Config, now: datetime) -> tuple[Group, ...]:
    """What waits for staff now: entries to decide on, letters in doubt, questions, then what stands still.

    Groups without a line are left out.
    """
    special: dict[str, list[Case]] = {name: [] for name in _SPECIAL}
    whole = whole_only(session, "held")
    codes = [code for codes in _SPECIAL.values() for code in codes]
    for line in cases_with(session, "held", codes=codes, limit=MOST_HELD, whole=whole):
        name = next((name for name, codes in _SPECIAL.items() if {*codes} & {*line.reason_codes}), "")
        if name:
            special[name].append(line)
    named = {line.reference for lines in special.values() for line in lines}
    held = cases_with(session, "held", limit=MOST + len(named), whole=whole)
    rest = [line for line in held if line.reference not in named]
    others = count_with(session, "held", whole=whole) - len(named)
    boxes = mailbox_lines(session, [mailbox.name for mailbox in config.mailboxes], now, SHANGHAI)
    ambiguous, failed = (replies_in(session, [state]) for state in (ReplyState.AMBIGUOUS, ReplyState.FAILED))
    all_held = cases_path(decision="held")
    groups = (
        group_of("待人工确认的申报", rest, _held_item, all_held, _ADVICE["held"], of=others),
        group_of("受理后的修改", special["changed"], _held_item, _held_with("changed"), "确认前，原受理材料继续有效。"),
        group_of("待人工确认的来信", held_mails(session), mail_item, "/mails", _ADVICE["mails"]),
        group_of("疑似重复申报", special["twins"], _held_item, _held_with("twins"), "并排比较后确定是否为同一申报。"),
        group_of("不安全的文件", special["unsafe"], _held_item, _held_with("unsafe"), "文件未被打开。请核实后联系报送单位重新发送。"),
        group_of("发送结果不明的回信", ambiguous, _reply_item, "/replies?state=ambiguous", _ADVICE["ambiguous"]),
        group_of("发送失败的回信", failed, _reply_item, "/replies?state=failed", _ADVICE["failed"]),
        group_of("咨询来信", open_enquiries(session), mail_item, "/mails?kind=enquiry", _ADVICE["enquiry"]),
        group_of("以云附件链接发送的材料", open_links(session), _link_item, "/mails", _ADVICE["links"]),
        group_of("被搁置的来信", set_aside_mails(session), mail_item, "/mails?state=set-aside", _ADVICE["set-aside"]),
        group_of("长时间未处理的来信", stuck_mails(session, now - STUCK_AFTER), mail_item, "/mails?state=stored", _ADVICE["stuck"]),
        group_of("已停止收发的邮箱", [b for b in boxes if b.stopped or b.sending_stopped], _mailbox_item, "/health", _ADVICE["stopped"]),
    )
    return tuple(group for group in groups if group.items)


def group_of(title: str, rows: Sequence[T], item: Callable[[T], Item], path: str, advice: str = "", *, of: int = 0) -> Group:
    """The first rows as a group. `of`: how many there are, where not all were fetched."""
    return Group(title, tuple(map(item, rows[:MOST])), advice, max(0, max(len(rows), of) - MOST), path)


def _held_with(name: str) -> str:
    return cases_path(decision="held", code=_SPECIAL[name][0])


def _mailbox_item(line: MailboxLine) -> Item:
    what = "，".join(words for words, stopped in (("停止收信", line.stopped), ("停止发信", line.sending_stopped)) if stopped)
    error = trouble_words(line.last_error if line.stopped else line.sending_error)
    return Item(line.name, f"{what}：{error}" if error else what, "/health")


def _held_item(line: Case) -> Item:
    return Item(whose_case(line, "held"), reasons(line, "held"), case_path(line.reference))


def whose_case(line: Case, standing: str) -> str:
    """A case's number and whose it is; for one that only stands for its package, whose package that is."""
    whole = line.decision != standing
    return f"{line.reference}等 {line.recommender or case_name(line)}（整体材料）" if whole else f"{line.reference} {case_name(line)}"


def reasons(line: Case, standing: str = "") -> str:
    """What weighs on a case, in words, each once; a held duplicate is a probable one. `standing`: the decision that it is listed
    under, which may be its package's and not its own."""
    severity = "review" if (standing or line.decision) == "held" else ""
    return "、".join(dict.fromkeys(code_words(code, severity) for code in line.reason_codes))


def case_name(line: Case) -> str:
    """Whose case it is; a person's name, where nothing else is known, masked."""
    return line.name if line.organisation or line.team or line.recommender else mask_name(line.name)


def person_words(name: str, address: str) -> str:
    """Who wrote, masked."""
    return mask_name(name) if name else mask_address(address)


def mail_item(line: MailLine) -> Item:
    path = case_path(line.references[0]) if line.references else mail_path(line.id)
    return Item(
        mask_mobiles(line.subject) or "（无主题）",
        f"{person_words(line.from_name, line.from_address)}，{moment_words(line.received_at)}",
        path,
    )


def _reply_item(line: ReplyLine) -> Item:
    path = case_path(line.references[0]) if line.references else mail_path(line.mail_id)
    return Item(mask_mobiles(line.subject), f"致 {mask_address(line.recipient)}：{trouble_words(line.last_answer)}", path)


def expiry_words(expires: object) -> str:
    """Until when a cloud link can be opened."""
    moment = expires if isinstance(expires, datetime) else moment_of(expires)
    return f"{moment_words(moment, year=True)}到期" if moment else "到期时间不明"


def _link_item(line: LinkLine) -> Item:
    path = case_path(line.reference) if line.reference else mail_path(line.mail_id)
    return Item(
        " ".join(filter(None, (line.reference, line.name or mask_mobiles(line.subject)))),
        "，".join(filter(None, (PROVIDERS.get(line.provider, line.provider), expiry_words(line.expires)))),
        path,
    )
