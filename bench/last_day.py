"""`python -m bench.last_day [--mails 2000] [--minutes 60] [--an-hour N]`: the last day's rush through the daemon.

Invented submissions to jsaq-2025, the same for the same seed: of ten mails seven are a ZIP of Word and Excel files, two have
the stamped scan too, and one has that and photographs or a slide show of 6 to 36 MB: up to 50 MB as a mail. They are
written before the clock starts, but for the large ones' pictures. The real daemon (SQLite, two workers, sandboxed parsers) on
Dovecot gets them as fast as it answers: small and large ones in a stream each, of which `--ahead` mails may be unanswered;
after `--minutes` nothing more is delivered. With `--an-hour` they come at that pace instead, however many are unanswered, which
shows how long submitters wait. Counted: mails an hour, from the first delivery to the last answer; the time
from the end of APPEND to the answer at the SMTP server, of small mails apart from large ones (from 5 MB on); peak
memory (PSS, once a second) of the daemon and its children except those for LibreOffice and OCR. Dovecot, the SMTP server and
this program share the machine. Goal: 2,000 mails in an hour in 2 GB.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

from bench.processes import idle_seconds, processor_seconds, resident, tree
from bench.workers import with_its_own_words
from bot.samples import notices
from bot.samples.letters import Mail, write_mail
from tests.integration.servers import Dovecot, Smtp, wait_for
from tests.integration.site import JSAQ, Site

LARGE = 5 * 2**20
CHILD = re.compile(r'\["(parse|scan|office)",')
"""In the command line of a sandboxed child: its settings name its kind."""
APART = ("scan", "office")
"""Children whose memory the goal leaves out: OCR models and LibreOffice."""


@dataclass
class Clocked(Smtp):
    """An SMTP server that notes when it took the answer to which mail."""

    answered: dict[str, float] = field(default_factory=dict)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        said = await super().handle_DATA(server, session, envelope)
        self.answered.setdefault(str(self.received.pop().message["In-Reply-To"]).strip("<> "), time.perf_counter())
        return said


@dataclass(frozen=True)
class Draft:
    """A mail but for its pictures, of which it gets `padding` bytes."""

    mail: Mail
    seed: int
    padding: int
    stamped: bool

    def write(self, photos: Sequence[bytes]) -> bytes:
        rng = Random(self.seed)
        return write_mail(replace(self.mail, attachments=(*self.mail.attachments, *self._pictures(rng, photos))), style="foxmail", rng=rng)

    def _pictures(self, rng: Random, photos: Sequence[bytes]) -> list[tuple[str, bytes]]:
        chosen: list[bytes] = []
        while sum(map(len, chosen)) < self.padding:
            chosen.append(unlike(rng.choice(photos), rng))
        if chosen and rng.random() < 0.5:
            return [("成果发布.pptx", slides(chosen))]
        return [(f"现场照片{number}.jpg", data) for number, data in enumerate(chosen, 1)]


def draft(number: int, seed: int) -> Draft:
    rng = Random(f"{seed} {number}")
    share = rng.random()
    package = with_its_own_words(notices.jsaq(rng), rng)
    stamped = share >= 0.7
    if not stamped:
        del package.entries[0].pieces["stamped"]
    name = f"last-{number}@mail.example.com"
    sender = (package.sender[0], f"unit{number}@example.com")
    attachments = tuple(package.attachments("gbk"))
    mail = Mail(sender, JSAQ, package.subject, package.text, package.received + timedelta(seconds=number), attachments, message_id=name)
    return Draft(mail, rng.getrandbits(32), rng.randrange(6 * 2**20, 36 * 2**20) if share >= 0.9 else 0, stamped)


def photographs(count: int = 8) -> list[bytes]:
    """Pictures as a telephone takes them, in their number of points and of bytes (2 to 5 MB)."""
    from PIL import Image

    made = []
    for number in range(count):
        rng = Random(number)
        small = Image.frombytes("RGB", (40, 30), rng.randbytes(3600)).resize((4000, 3000), Image.Resampling.BICUBIC)
        grain = Image.frombytes("L", (2000, 1500), rng.randbytes(3_000_000)).resize(small.size)
        out = io.BytesIO()
        Image.blend(small, Image.merge("RGB", (grain, grain, grain)), 0.15).save(out, "JPEG", quality=85)
        made.append(out.getvalue())
    return made


def unlike(photo: bytes, rng: Random) -> bytes:
    """The same picture with a comment of its own, so that no result for another is found again."""
    return photo[:2] + b"\xff\xfe\x00\x12" + rng.randbytes(16) + photo[2:]


def slides(photos: Sequence[bytes]) -> bytes:
    from pptx import Presentation

    deck = Presentation()
    for number, photo in enumerate(photos, 1):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = f"现场改善 {number}"
        slide.shapes.add_picture(io.BytesIO(photo), 0, 0, width=deck.slide_width)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


class Memory(threading.Thread):
    """The peak of the memory that a process and its descendants hold, without those for LibreOffice and OCR."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.peak, self.ended = root, 0.0, threading.Event()

    def run(self) -> None:
        while not self.ended.wait(1):
            self.peak = max(self.peak, resident([pid for pid, command in tree(self.root).items() if kind_of(command) not in APART]))


def kind_of(command: str) -> str:
    """Which child of the daemon it is, by the settings on its command line; "daemon" for itself."""
    found = CHILD.search(command)
    return found[1] if found else "daemon"


def used(daemon: int, dovecot: int) -> dict[str, float]:
    """Processor seconds of the daemon, of each kind of its children, of Dovecot and of this program."""
    found = {"Dovecot": processor_seconds(tree(dovecot)), "this program": processor_seconds([os.getpid()])}
    for pid, command in tree(daemon).items():
        kind = kind_of(command)
        found[kind] = found.get(kind, 0.0) + processor_seconds([pid])
    return found


class Stream(threading.Thread):
    """Delivers its mails one after the other, each from its time on (seconds after the start), at most `ahead` of them unanswered."""

    def __init__(
        self, dovecot: Dovecot, smtp: Clocked, drafts: Sequence[tuple[float, Draft]], photos: Sequence[bytes], ahead: int, minutes: float
    ) -> None:
        super().__init__(daemon=True)
        self.dovecot, self.smtp, self.drafts, self.photos, self.ahead = dovecot, smtp, drafts, photos, ahead
        self.started = time.perf_counter()
        self.until = self.started + minutes * 60
        self.sizes: dict[str, int] = {}
        self.delivered: dict[str, float] = {}

    def open(self) -> int:
        return sum(name not in self.smtp.answered for name in list(self.delivered))

    def run(self) -> None:
        with self.dovecot.client(JSAQ) as client:
            for due, one in self.drafts:
                raw = one.write(self.photos)
                time.sleep(max(0.0, self.started + due - time.perf_counter()))
                wait_for(lambda: self.open() < self.ahead, 1800, "an answer")
                if time.perf_counter() > self.until:
                    break
                client.append("INBOX", raw, msg_time=one.mail.received)
                self.delivered[one.mail.message_id], self.sizes[one.mail.message_id] = time.perf_counter(), len(raw)
        wait_for(lambda: not self.open(), 1800, "the last answers")


def report(streams: Sequence[Stream], answered: dict[str, float], seconds: float, peak: float) -> None:
    delivered = {name: at for stream in streams for name, at in stream.delivered.items()}
    sizes = {name: size for stream in streams for name, size in stream.sizes.items()}
    stamped = {one.mail.message_id for stream in streams for _, one in stream.drafts if one.stamped}
    waits = {name: answered[name] - delivered[name] for name in sizes}
    large = {name for name, size in sizes.items() if size >= LARGE}
    spans = [(delivered[name], answered[name]) for name in large]
    beside = {name for name in sizes if any(begun < answered[name] and delivered[name] < done for begun, done in spans)} - large
    total, largest = sum(sizes.values()) / 2**20, max(sizes.values()) / 2**20
    print(f"{len(sizes)} mails, {total:.0f} MiB, {len(large)} of 5 MiB and more, the largest {largest:.0f} MiB")
    print(f"{seconds:.0f} s: {len(sizes) / seconds * 3600:.0f} mails an hour (goal 2000)")
    small = sizes.keys() - large
    for what, chosen in (
        ("small mails", small),
        ("of them text only", small - stamped),
        ("of them beside a large one", beside),
        ("large mails", large),
    ):
        if times := sorted(waits[name] for name in chosen):
            p95 = times[int(len(times) * 0.95)]
            print(f"arrival to answer, {what} ({len(times)}): p50 {statistics.median(times):.2f} s, p95 {p95:.2f} s")
    print(f"peak memory without LibreOffice and OCR: {peak:.0f} MiB (goal 2048)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--ahead", type=int, default=4)
    parser.add_argument("--an-hour", type=float, default=0, help="mails an hour that come, whether answered or not")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    pace, ahead = (3600 / args.an_hour, args.mails) if args.an_hour else (0.0, args.ahead)
    drafts, photos = [(number * pace, draft(number, args.seed)) for number in range(args.mails)], photographs()
    dovecot, smtp = Dovecot(), Clocked()
    smtp.start()
    site = Site(dovecot, smtp, afresh=True)
    try:
        process = site.start()
        wait_for(lambda: site.runs(process), 60)
        memory = Memory(process.pid)
        memory.start()
        parts = ([one for one in drafts if not one[1].padding], [one for one in drafts if one[1].padding])
        started, idle, before = time.perf_counter(), idle_seconds(), used(process.pid, dovecot.pid)
        streams = [Stream(dovecot, smtp, part, photos, ahead, args.minutes) for part in parts]
        for stream in streams:
            stream.start()
        for stream in streams:
            stream.join()
        seconds = time.perf_counter() - started
        memory.ended.set()
        idle, spent = idle_seconds() - idle, used(process.pid, dovecot.pid)
        report(streams, smtp.answered, seconds, memory.peak)
        mails = sum(len(stream.sizes) for stream in streams)
        shares = ", ".join(f"{name} {(spent[name] - before.get(name, 0)) / mails:.2f} s" for name in spent)
        print(f"processor time a mail: {shares}; {idle / seconds / (os.cpu_count() or 1):.0%} of the machine idle")
        state = site.status()
        print(f"outcomes: {state['mails']['by_state']}, letters: {state['replies']}, stuck {state['stuck']}")
    finally:
        site.close()
        smtp.stop()
        dovecot.close()


if __name__ == "__main__":
    main()
