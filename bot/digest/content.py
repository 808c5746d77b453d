"""What one day's digest says, gathered from the store: sections of plain values, ready for any template.

The console's first page shows the same. Names of people and numbers are masked: a digest is a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.config import Config
from bot.programme.programme import Programme
from bot.store.staff import health as staff_health
from bot.store.staff.cases import Case, cases_with, whole_only
from bot.store.staff.counts import case_counts, count_with
from bot.store.staff.health import Span, mail_counts, mailbox_lines
from bot.store.staff.needs import (
    unanswered_mails,
)
from bot.views.health import Health, health_words
from bot.views.needs import MOST, OTHER_KINDS, Group, Item, find_needs, group_of, mail_item, reasons, whose_case
from bot.views.paths import case_path, cases_path
from bot.views.standing import Expected, ProgrammeNews, news_of, not_heard
from bot.views.words import (
    SHANGHAI,
    local,
)


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
        needs=find_needs(session, config, now),
        news=tuple(news_of(session, programme, changes.get(programme.id), counts.get(programme.id, {}), day) for programme in alive),
        other_mails=tuple((name, kinds[kind]) for kind, name in OTHER_KINDS if kinds.get(kind)),
        waiting=tuple(group for programme in programmes.values() if (group := _waiting(session, programme, now)) is not None),
        silent=tuple(expected for programme in alive if (expected := not_heard(session, programme, config)) is not None),
        unanswered=group_of("未能答复的来信", unanswered_mails(session, span.holds()), mail_item, "/mails"),
        health=tuple(health_words(mailbox_lines(session, boxes, now, SHANGHAI), config, now)),
    )


def _waiting(session: Session, programme: Programme, now: datetime) -> Group | None:
    whole = whole_only(session, "incomplete", programme.id)
    lines = cases_with(session, "incomplete", programme.id, limit=MOST, whole=whole)

    def item(line: Case) -> Item:
        days = (local(now).date() - local(line.opened_at).date()).days
        waited = f"已等{days}天" if days else "今天"
        return Item(whose_case(line, "incomplete"), f"{waited}：{reasons(line)}", case_path(line.reference))

    if not lines:
        return None
    of = count_with(session, "incomplete", programme.id, whole=whole)
    return group_of(programme.title, lines, item, cases_path(programme=programme.id, decision="incomplete"), of=of)
