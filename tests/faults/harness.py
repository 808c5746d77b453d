"""The fault harness: the real daemon against Dovecot and a real SMTP server, ended and cut at will; then the books are compared.

lost: a mail on the server without a row; doubled: two rows for one mail, two answers to one mail, or one letter taken twice
by the SMTP server; stuck: a mail without an outcome, a letter neither sent nor in doubt nor failed.
"""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlmodel import select

from bot.store.models import Mail, MailState, Reply, ReplyState
from tests.integration.servers import Dovecot, Proxy, Smtp, wait_for
from tests.integration.site import JSAQ, Process, Site, enquiry
from tests.integration.starter import Started

PATIENCE = 3
"""Machines that run tests are busy."""
SENDING = """
[sending]
retry_seconds = 0.2
lookup_minutes = 1000
"""


@dataclass
class Books:
    """What the comparison found. `kills` and `answers_lost` bound how many letters may be in doubt."""

    delivered: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    """Letters recorded as sent that the server never took."""
    ambiguous: int = 0
    needlessly_ambiguous: list[str] = field(default_factory=list)
    sent: int = 0

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.stuck or self.untrue)


@dataclass
class Field:
    """Servers, proxies and a site; `delivered` counts the mails."""

    dovecot: Dovecot
    smtp: Smtp
    imap_proxy: Proxy
    smtp_proxy: Proxy
    site: Site
    delivered: int = 0

    def deliver(self, count: int) -> None:
        first = self.delivered
        self.dovecot.deliver(JSAQ, *(enquiry(first + n) for n in range(count)))
        self.delivered += count

    def finish(self, seconds: float = 60, *, start: bool = True) -> Books:
        """Take all faults away, let the daemon end its work, and compare the books."""
        self.imap_proxy.watch = self.smtp_proxy.watch = lambda direction, data: None
        self.imap_proxy.refusing = self.smtp_proxy.refusing = False
        self.smtp.answers.clear()
        process = self.site.start() if start else None
        self._be_patient()
        self.site.wait_done(self.delivered, seconds * PATIENCE)
        if process is not None:
            wait_for(lambda: self.site.runs(process), 60, "the daemon")  # it may have had nothing left to do but to start
            assert self.site.terminate(process) == 0
        return self.compare()

    def _be_patient(self) -> None:
        """Pauses that the faults brought about are over."""
        from bot.store import letters

        with self.site.open_store() as store:
            letters.change_account(store, "jsaq", sending_not_before=None)

    def compare(self) -> Books:
        books = Books(self.delivered)
        with self.site.open_store() as store, store.reading() as session:
            stored = list(session.exec(select(Mail)))
            replies = list(session.exec(select(Reply)))
        names = Counter(mail.message_id for mail in stored)
        wanted = {f"<enquiry-{n}@example.cn>" for n in range(self.delivered)}
        books.lost = sorted(wanted - names.keys())
        books.doubled = [name for name, count in names.items() if count > 1]
        books.stuck = [mail.message_id for mail in stored if mail.state is not MailState.SETTLED]
        answers = Counter(reply.mail_id for reply in replies)
        books.doubled += [f"mail {mail_id}: {count} answers" for mail_id, count in answers.items() if count > 1]
        books.stuck += [f"mail {mail.id} has no answer" for mail in stored if mail.id not in answers]
        taken = Counter(letter.message["Message-ID"] for letter in self.smtp.received)
        books.doubled += [name for name, count in taken.items() if count > 1]
        answered = {letter.message["Message-ID"] for letter in self.smtp.lost}
        for reply in replies:
            if reply.state is ReplyState.SENT:
                books.sent += 1
                if reply.message_id not in taken:
                    books.untrue.append(reply.message_id)
            elif reply.state is ReplyState.AMBIGUOUS:
                books.ambiguous += 1
                if reply.message_id not in answered:
                    books.needlessly_ambiguous.append(reply.message_id)
            else:
                books.stuck.append(f"letter {reply.id} is {reply.state}")
        return books


@contextmanager
def a_field(**options: str) -> Iterator[Field]:
    """Servers behind proxies, and a site that knows only the proxies."""
    dovecot, smtp = Dovecot(), Smtp().start()
    imap_proxy, smtp_proxy = Proxy(dovecot.port), Proxy(smtp.port)
    site = Site(dovecot, smtp, imap_port=imap_proxy.port, smtp_port=smtp_proxy.port, more=SENDING, timeout=2)
    for name, value in options.items():
        setattr(site, name, value)
    try:
        yield Field(dovecot, smtp, imap_proxy, smtp_proxy, site)
    finally:
        site.close()
        imap_proxy.close()
        smtp_proxy.close()
        smtp.stop()
        dovecot.close()


def crash_at(field: Field, point: str, mails: int = 3) -> bool:
    """Run the daemon until it ends itself at a point; True where it did."""
    process = field.site.start(SHENBAO_CRASH_AT=point)
    field.deliver(mails)
    try:
        return process.wait(25) == -9
    except subprocess.TimeoutExpired:
        field.site.kill(process)
        return False


def kill_at_random(field: Field, kills: int, seed: int, start: Callable[[], list[Process]]) -> None:
    """Let mails come in and end the daemon `kills` times at any instruction; the seed makes the moments repeatable."""
    dice = random.Random(seed)
    done = threading.Event()

    def trickle() -> None:
        while not done.wait(0.5):
            field.deliver(1)

    thread = threading.Thread(target=trickle, daemon=True)
    thread.start()
    try:
        processes = start()
        for _ in range(kills):
            time.sleep(dice.uniform(1.2, 4.5))
            victim = dice.randrange(len(processes))
            field.site.kill(processes[victim])
            processes[victim] = start()[0] if len(processes) == 1 else field.site.start(_command(processes[victim]))
    finally:
        done.set()
        thread.join()
    for process in processes:
        field.site.kill(process)


def _command(process: Process) -> str:
    assert isinstance(process, Started)
    return process.args[0]


def cut_at_random(proxy: Proxy, seed: int, share: float, faults: tuple[str, ...] = ("cut", "stall")) -> None:
    """Let a proxy cut or stall a share of the pieces that pass it."""
    dice = random.Random(seed)
    proxy.watch = lambda direction, data: dice.choice(faults) if dice.random() < share else None


__all__ = ["Books", "Field", "a_field", "crash_at", "cut_at_random", "kill_at_random", "wait_for"]
