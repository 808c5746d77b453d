"""One answer to one letter, wherever and however often it lies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.config import parse_config
from bot.store import models
from bot.store.staff.needs import unanswered_mails
from tests.world import World, entry, whole

MAILBOXES = """
[[mailbox]]
name = "m"
address = "jsaqbanzu@126.com"
imap = { host = "127.0.0.1", user = "m", password_env = "SECRET" }
smtp = { host = "127.0.0.1" }

[[mailbox]]
name = "other"
address = "other@126.com"
imap = { host = "127.0.0.1", user = "m", password_env = "SECRET" }
smtp = { host = "127.0.0.1" }
"""


@pytest.fixture
def world() -> Iterator[World]:
    world = World(mailboxes={mailbox.name: mailbox for mailbox in parse_config(MAILBOXES, Path("x.toml")).mailboxes})
    yield world
    world.store.close()


def send(world: World, sender: str, message_id: str, *, mailbox: str = "m", after: int = 0) -> int:
    read = world.read(sender, whole(entry()), message_id=message_id, after=timedelta(hours=after))
    mail_id = world.keep(read)
    with world.store.transaction() as session:
        mail = session.get_one(models.Mail, mail_id)
        mail.mailbox = mailbox
        session.add(mail)
    world.settle(mail_id, read)
    return mail_id


@pytest.mark.parametrize("mailbox", ["m", "other"])
def test_a_letter_that_lies_twice_is_answered_once(world: World, mailbox: str) -> None:
    first = send(world, "a@qq.com", "<1@qq.com>")
    second = send(world, "a@qq.com", "<1@qq.com>", mailbox=mailbox, after=2)
    with world.store.reading() as session:
        assert [reply.mail_id for reply in session.exec(select(models.Reply))] == [first]
        mail = session.get_one(models.Mail, second)
        assert mail.state is models.MailState.SETTLED
        assert "answered already" in mail.details["silent"]
        assert [line.id for line in unanswered_mails(session, models.Mail.id > 0)] == [second]  # type: ignore[operator]


def test_other_letters_are_answered(world: World) -> None:
    sent = [
        send(world, "a@qq.com", "<1@qq.com>"),
        send(world, "a@qq.com", "<2@qq.com>", after=1),
        send(world, "b@qq.com", "<1@qq.com>", after=2),
    ]
    with world.store.reading() as session:
        assert [reply.mail_id for reply in session.exec(select(models.Reply).order_by(models.Reply.id))] == sent  # type: ignore[arg-type]
