"""The daily digest: one letter a day to staff, with everything that came, was decided and needs them.

Exactly once a day: the row in `digest` is unique by day and stands in the same transaction as the letters in the outbox,
so a restart at the digest's hour finds either both or neither. Nothing is lost between two digests: each begins where the
last one ended (`Span`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.config import Config
from bot.digest.content import DigestContent, gather
from bot.post.freezing import freeze
from bot.programme.programme import Programme
from bot.store import models
from bot.store.models import Event, Reply, ReplyState
from bot.store.staff.health import Span, last_digest, tail
from bot.store.store import Store
from bot.views.words import SHANGHAI, day_words, local, moment_words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest ready to send. `attachments`: (file name, content type, bytes). `content`: what it was written from."""

    subject: str
    text: str
    html: str
    attachments: tuple[tuple[str, str, bytes], ...]
    content: DigestContent


def make_digest(store: Store, programmes: Mapping[str, Programme], config: Config, day: date, now: datetime) -> Digest:
    """The digest of a day as it would be sent `now`; sends and records nothing.

    It covers what came since the last digest that was sent, or since the day before where there is none.
    """
    with store.reading() as session:
        return _made(session, programmes, config, day, now, _span(session, now))


def send_digest_if_due(store: Store, programmes: Mapping[str, Programme], config: Config, now: datetime) -> Digest | None:
    """Queue the day's digest once its hour has come; None where it is not due, was sent already, or nobody gets it."""
    day = local(now).date()
    if now < datetime.combine(day, config.digest.hour, SHANGHAI):
        return None
    return send_digest(store, programmes, config, day, now)


def send_digest(store: Store, programmes: Mapping[str, Programme], config: Config, day: date, now: datetime) -> Digest | None:
    """Queue the digest of a day; None where that day's was sent already, or nobody is configured to get it."""
    mailbox = config.digest_mailbox
    if mailbox is None or not config.digest.to:
        return None
    with store.reading() as session:
        if session.get(models.Digest, day.isoformat()) is not None:
            return None
    try:
        with store.transaction() as session:
            if session.get(models.Digest, day.isoformat()) is not None:
                return None
            span = _span(session, now)
            digest = _made(session, programmes, config, day, now, span)
            row = models.Digest(day=day.isoformat(), covers_from=span.start, covers_until=now, made_at=now)
            session.add(row)
            session.flush()
            replies = [_letter(session, store, config, recipient, digest, day, now) for recipient in dict.fromkeys(config.digest.to)]
            row.reply_ids = {"replies": [reply.id for reply in replies], "tail": tail(session, now)}
            session.add(Event(at=now, actor="system", action="digest", details={"day": day.isoformat(), "to": len(replies)}))
    except IntegrityError:  # another machine's daemon wrote the day's row between our look and our commit
        return None
    return digest


def _span(session: Session, now: datetime) -> Span:
    last = last_digest(session)
    if last is None:
        return Span(now - timedelta(days=1), now)
    return Span(last.covers_until, now, tuple(last.reply_ids.get("tail", ())))


def _letter(session: Session, store: Store, config: Config, recipient: str, digest: Digest, day: date, now: datetime) -> Reply:
    mailbox = config.digest_mailbox
    assert mailbox is not None
    message_id, raw = freeze(
        mailbox, recipient, digest.subject, digest.text, digest.html, attachments=digest.attachments, now=now, answers=False
    )
    reply = Reply(
        mailbox=mailbox.name,
        purpose=f"digest:{day.isoformat()}",
        recipient=recipient,
        subject=digest.subject,
        text=digest.text,
        html=digest.html,
        message_id=message_id,
        raw_sha256=store.blobs.put(raw),
        state=ReplyState.QUEUED,
        queued_at=now,
    )
    session.add(reply)
    session.flush()
    return reply


def _made(session: Session, programmes: Mapping[str, Programme], config: Config, day: date, now: datetime, span: Span) -> Digest:
    from bot.export.register import register_of_day

    content = gather(session, programmes, config, day, now, span)
    attachments = []
    register = register_of_day(session, [programmes[news.id] for news in content.news])
    if register is not None:
        attachments.append((f"申报登记表_{day:%Y%m%d}.xlsx", XLSX, register))
    return Digest(
        subject_of(content), render("digest.txt", content, config), render("digest.html", content, config), tuple(attachments), content
    )


def subject_of(content: DigestContent) -> str:
    """The subject: the day, and how much waits for somebody."""
    opened = sum(news.opened for news in content.news)
    waits = f"{content.needs_count}项待处理" if content.needs_count else "无待处理事项"
    return f"【申报日报】{day_words(content.day, year=False)}：{waits}，新收申报{opened}件"


def render(template: str, content: DigestContent, config: Config) -> str:
    """A digest by one of its templates (`digest.html`, `digest.txt`)."""
    return str(_environment().get_template(template).render(digest=content, base=config.console.url))


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("bot", "digest_templates"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(day=day_words, moment=moment_words)
    return environment


def due_at(config: Config, now: datetime) -> datetime:
    """The next moment a digest is due, for a daemon that would rather sleep."""
    day = local(now).date()
    hour: time = config.digest.hour
    due = datetime.combine(day, hour, SHANGHAI)
    return due if due > now else due + timedelta(days=1)
