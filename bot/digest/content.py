"""What one day's digest says, gathered from the store: sections of plain values, ready for any template.

The console's first page shows the same. Names of people and numbers are masked: a digest is a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date, datetime, timedelta
from typing import TypeVar
from urllib.parse import quote, urlencode

from sqlalchemy.orm import Session

from bot.config import Config
from bot.health_words import Health, health_words
from bot.programme.programme import Programme
from bot.rules.units import find_listed
from bot.staff_words import (
    DECISIONS,
    PROVIDERS,
    SHANGHAI,
    code_words,
    day_words,
    local,
    mask_address,
    mask_mobiles,
    mask_name,
    moment_words,
)
from bot.store.models import ReplyState
from bot.store.staff import health as staff_health
from bot.store.staff.cases import Case, cases_with, whole_only
from bot.store.staff.counts import case_counts, count_with, opened_by_day, recommenders_heard
from bot.store.staff.health import Change, MailboxLine, Span, mail_counts, mailbox_lines
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
    unanswered_mails,
)
from bot.trouble_words import trouble_words

T = TypeVar("T")

MOST_HELD = 1000
MOST = 30
"""Lines of one group in a digest; the rest is counted, with a link to the console's list."""
STUCK_AFTER = timedelta(hours=1)
CHART_DAYS = 14
CHART_AFTER = timedelta(days=7)
"""How long after the deadline a chart of new cases still tells something."""


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


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of a chart: its label, the number, and its length in percent of the longest."""

    label: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class ProgrammeNews:
    """One programme since the last digest, and as it stands. `standing`: (decision's name, count, console path)."""

    id: str
    title: str
    mails: int
    opened: int
    decisions: tuple[tuple[str, int], ...]
    standing: tuple[tuple[str, int, str], ...]
    time_left: str
    bars: tuple[Bar, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Expected:
    """The recommenders of a programme that have sent nothing yet."""

    programme: str
    names: tuple[str, ...]
    of: int


@dataclass(frozen=True, slots=True)
class DigestContent:
    """A whole digest in the order in which it is read."""

    day: date
    covers_from: datetime
    covers_until: datetime
    needs: tuple[Group, ...] = ()
    news: tuple[ProgrammeNews, ...] = ()
    other_mails: tuple[tuple[str, int], ...] = ()
    waiting: tuple[Group, ...] = ()
    silent: tuple[Expected, ...] = ()
    unanswered: Group = default(default_factory=lambda: Group("未能答复的来信", ()))
    health: tuple[Health, ...] = ()

    @property
    def needs_count(self) -> int:
        """How many things wait for somebody."""
        return sum(group.count for group in self.needs)


def case_path(reference: str) -> str:
    """A case's place in the console."""
    return f"/cases/{quote(reference, safe='')}"


def mail_path(mail_id: int | None) -> str:
    """A mail's place in the console."""
    return f"/mails/{mail_id}" if mail_id else "/mails"


def cases_path(**wanted: str) -> str:
    """The console's list of cases with filters."""
    return "/cases?" + urlencode(wanted)


def gather(session: Session, programmes: Mapping[str, Programme], config: Config, day: date, now: datetime, span: Span) -> DigestContent:
    """Everything a digest says of `span`, and of how things stand `now`."""
    changes = staff_health.changes(session, span)
    counts = case_counts(session)
    alive = [p for p in programmes.values() if p.id in changes or (p.opens <= day <= p.deadline)]
    kinds = mail_counts(session, span)
    boxes = [mailbox.name for mailbox in config.mailboxes]
    return DigestContent(
        day,
        span.start,
        span.end,
        needs=needs(session, config, now),
        news=tuple(news_of(session, programme, changes.get(programme.id), counts.get(programme.id, {}), day) for programme in alive),
        other_mails=tuple((name, kinds[kind]) for kind, name in _OTHER_KINDS if kinds.get(kind)),
        waiting=tuple(group for programme in programmes.values() if (group := _waiting(session, programme, now)) is not None),
        silent=tuple(expected for programme in alive if (expected := _silent(session, programme, config)) is not None),
        unanswered=_group("未能答复的来信", unanswered_mails(session, span.holds()), _mail_item, "/mails"),
        health=tuple(health_words(mailbox_lines(session, boxes, now, SHANGHAI), config, now)),
    )


_OTHER_KINDS = (("enquiry", "咨询"), ("bounce", "退信"), ("auto_reply", "自动回复"), ("list", "群发邮件"), ("other", "其他"))


# --- what needs somebody -----------------------------------------------------------------------------------------

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


def needs(session: Session, config: Config, now: datetime) -> tuple[Group, ...]:
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
        _group("待人工确认的申报", rest, _held_item, all_held, _ADVICE["held"], of=others),
        _group("受理后的修改", special["changed"], _held_item, _held_with("changed"), "确认前，原受理材料继续有效。"),
        _group("待人工确认的来信", held_mails(session), _mail_item, "/mails", _ADVICE["mails"]),
        _group("疑似重复申报", special["twins"], _held_item, _held_with("twins"), "并排比较后确定是否为同一申报。"),
        _group("不安全的文件", special["unsafe"], _held_item, _held_with("unsafe"), "文件未被打开。请核实后联系报送单位重新发送。"),
        _group("发送结果不明的回信", ambiguous, _reply_item, "/replies?state=ambiguous", _ADVICE["ambiguous"]),
        _group("发送失败的回信", failed, _reply_item, "/replies?state=failed", _ADVICE["failed"]),
        _group("咨询来信", open_enquiries(session), _mail_item, "/mails?kind=enquiry", _ADVICE["enquiry"]),
        _group("以云附件链接发送的材料", open_links(session), _link_item, "/mails", _ADVICE["links"]),
        _group("被搁置的来信", set_aside_mails(session), _mail_item, "/mails?state=set-aside", _ADVICE["set-aside"]),
        _group("长时间未处理的来信", stuck_mails(session, now - STUCK_AFTER), _mail_item, "/mails?state=stored", _ADVICE["stuck"]),
        _group("已停止收发的邮箱", [b for b in boxes if b.stopped or b.sending_stopped], _mailbox_item, "/health", _ADVICE["stopped"]),
    )
    return tuple(group for group in groups if group.items)


def _group(title: str, rows: Sequence[T], item: Callable[[T], Item], path: str, advice: str = "", *, of: int = 0) -> Group:
    """The first rows as a group. `of`: how many there are, where not all were fetched."""
    return Group(title, tuple(map(item, rows[:MOST])), advice, max(0, max(len(rows), of) - MOST), path)


def _held_with(name: str) -> str:
    return cases_path(decision="held", code=_SPECIAL[name][0])


def _mailbox_item(line: MailboxLine) -> Item:
    what = "，".join(words for words, stopped in (("停止收信", line.stopped), ("停止发信", line.sending_stopped)) if stopped)
    error = trouble_words(line.last_error if line.stopped else line.sending_error)
    return Item(line.name, f"{what}：{error}" if error else what, "/health")


def _held_item(line: Case) -> Item:
    return Item(_whose(line, "held"), reasons(line, "held"), case_path(line.reference))


def _whose(line: Case, standing: str) -> str:
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


def _mail_item(line: MailLine) -> Item:
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


# --- what changed, who waits, who is silent ----------------------------------------------------------------------


def standing(session: Session, programme: Programme, counts: Mapping[str, int], day: date) -> ProgrammeNews:
    """How one programme stands, without what is new."""
    return news_of(session, programme, None, counts, day)


def news_of(session: Session, programme: Programme, change: Change | None, standing: Mapping[str, int], day: date) -> ProgrammeNews:
    """One programme: what is new, its counts by decision, and new cases by day until a week after the deadline."""
    decided = change.decisions if change else {}
    last = min(day, programme.deadline)
    first = max(programme.opens, last - timedelta(days=CHART_DAYS - 1))
    charted = first <= last and day <= programme.deadline + CHART_AFTER
    by_day = opened_by_day(session, programme.id, first, last, SHANGHAI) if charted else {}
    most = max([1, *by_day.values()])
    bars = tuple(Bar(day_words(d, year=False), count, round(100 * count / most)) for d, count in by_day.items())
    return ProgrammeNews(
        programme.id,
        programme.title,
        change.mails if change else 0,
        change.opened if change else 0,
        tuple((name, decided.get(decision, 0)) for decision, name in DECISIONS.items() if decision != "ignored"),
        tuple(
            (name, standing.get(decision, 0), cases_path(programme=programme.id, decision=decision))
            for decision, name in DECISIONS.items()
            if decision != "ignored"
        ),
        time_left(programme, day),
        bars if any(bar.count for bar in bars) else (),
        sum(standing.values()),
    )


def time_left(programme: Programme, day: date) -> str:
    """How far the deadline is, in words."""
    days = (programme.deadline - day).days
    if days > 0:
        return f"{day_words(programme.deadline)}截止，还有{days}天"
    return "今天截止" if days == 0 else f"已于{day_words(programme.deadline)}截止"


def _waiting(session: Session, programme: Programme, now: datetime) -> Group | None:
    whole = whole_only(session, "incomplete", programme.id)
    lines = cases_with(session, "incomplete", programme.id, limit=MOST, whole=whole)

    def item(line: Case) -> Item:
        days = (local(now).date() - local(line.opened_at).date()).days
        waited = f"已等{days}天" if days else "今天"
        return Item(_whose(line, "incomplete"), f"{waited}：{reasons(line)}", case_path(line.reference))

    if not lines:
        return None
    of = count_with(session, "incomplete", programme.id, whole=whole)
    return _group(programme.title, lines, item, cases_path(programme=programme.id, decision="incomplete"), of=of)


def expected_recommenders(programme: Programme, config: Config) -> tuple[str, ...]:
    """From whom a programme awaits material: the notice's own list and the configuration's."""
    return tuple(dict.fromkeys((*programme.recommenders, *config.programmes.expected.get(programme.id, ()))))


def silent_recommenders(session: Session, programme: Programme, config: Config) -> tuple[str, ...]:
    """The expected that have sent nothing yet. Who wrote its own name a little otherwise is found as on the notice's list."""
    expected = expected_recommenders(programme, config)
    aliases = programme.recommender_aliases.items()
    heard = {find_listed(name, expected, aliases) for name in recommenders_heard(session, programme.id)}
    return tuple(name for name in expected if name not in heard)


def _silent(session: Session, programme: Programme, config: Config) -> Expected | None:
    silent = silent_recommenders(session, programme, config)
    return Expected(programme.title, silent, len(expected_recommenders(programme, config))) if silent else None
