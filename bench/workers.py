"""`python -m bench.workers [--mails 200] [--scans] [--pinned] [--share 0.4]`: mails a second with one worker and with two.

PostgreSQL and S3 are shared. Text-only submissions of different senders, or with `--scans` whole ones with their stamped
page, are stored first; then the workers start, and the time counts from three tenths settled, when all workers are warm, to
the last. Each worker reads one mail at a time, with one thread for OCR. With `--pinned` each worker with its parsers keeps to
a processor of its own, as two machines of one processor each would; the servers and this program use both. With `--share`
each worker with its parsers has that share of a processor and no more, as two slow machines would: one worker alone fills
more than one of this machine's two processors, with the servers, so that two can't show twice as much otherwise (needs root).
Beside it, the same mails read and judged by one and by two processes that share nothing: more is not to be had from this
machine's two processors. Goal: two workers at least 1.8 times as fast as one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from random import Random

import sqlalchemy
from sqlmodel import col

from bench.check_text import text_only
from bench.processes import Share, idle_seconds, processor_seconds, tree
from bot.intake.intake import Intake
from bot.post.arrivals import read_header
from bot.programme.load import load_programmes
from bot.samples import forms, notices
from bot.samples.package import Package, write_package
from bot.samples.word import write_docx
from bot.store.letters import now
from bot.store.mails import Arrival, Place, keep
from bot.store.models import Mail, MailState
from bot.store.store import Store
from parsers.limits import OCR_THREADS
from parsers.reader import DirectReader
from tests.integration.servers import S3, Dovecot, Postgres, Smtp
from tests.integration.site import Site

SECTIONS = {"班组概况": 400, "实施背景": 400, "实施过程": 3000, "实施效果": 400}


def made(rng: Random, scans: bool) -> Package:
    return with_its_own_words(notices.jsaq(rng) if scans else text_only(rng), rng)


def fill(site: Site, count: int, scans: bool) -> None:
    with site.open_store() as store:
        arrivals = []
        for number in range(count):
            rng = Random(number)
            raw = write_package(made(rng, scans), style="foxmail", naming="gbk", rng=rng)
            header = read_header(raw)
            place = Place("jsaq", "INBOX", 1, number + 1)
            arrivals.append(Arrival(place, store.blobs.put(raw), len(raw), now(), header.message_id, header.from_address))
        keep(store, arrivals, "jsaq-2025")


def with_its_own_words(package: Package, rng: Random) -> Package:
    """The package with an experience of drawn characters. The invented sentences are so few that all texts would be
    near-identical and all mails would wait for each other, which those of different applicants do not."""
    entry = package.entries[0]
    words = {name: "".join(chr(rng.randrange(0x4E00, 0x9F00)) for _ in range(length)) for name, length in SECTIONS.items()}
    layout = forms.prose_layout(entry.fields["title"], list(words.items()))
    entry.pieces["experience"] = replace(entry.pieces["experience"], make=lambda: write_docx(layout))
    return package


@dataclass(frozen=True)
class Run:
    """Mails a second; milliseconds of processor time a mail by who used them; the share of the machine that was idle."""

    speed: float
    used: dict[str, float]
    idle: float


def measure(workers: int, count: int, scans: bool, pinned: bool, share: float = 0) -> Run:
    dovecot, smtp, postgres, s3 = Dovecot(), Smtp().start(), Postgres(), S3()
    os.environ |= {"S3_KEY": "a", "S3_SECRET": "b"}
    more = f'[processing]\nworkers = 1\n[store.s3]\nendpoint = "{s3.url}"\nregion = "us-east-1"\n'
    more += 'access_key_env = "S3_KEY"\nsecret_key_env = "S3_SECRET"\n'
    site = Site(dovecot, smtp, database=postgres.url, blobs="s3://shenbao/bench", more=more, afresh=True)
    try:
        fill(site, count, scans)
        with site.open_store() as store, ExitStack() as ending:
            shares = [ending.enter_context(Share(f"shenbao-{os.getpid()}-{n}", share)) for n in range(workers if share else 0)]
            ending.callback(site.close)
            roots = {f"worker {n}": site.start("worker", **{OCR_THREADS: "1"}).pid for n in range(1, workers + 1)}
            for one, pid in zip(shares, roots.values(), strict=False):
                one.take(pid)
            if pinned:
                for number, pid in enumerate(roots.values()):
                    os.sched_setaffinity(pid, {sorted(os.sched_getaffinity(0))[number]})
            roots |= {"PostgreSQL": postgres.pid, "S3 server": s3.pid}
            first = wait_settled(store, count * 0.3)
            started, idle, before = time.perf_counter(), idle_seconds(), {name: seconds(root) for name, root in roots.items()}
            wait_settled(store, count)
            took, done = time.perf_counter() - started, count - first
            used = {name: 1000 * (seconds(root) - before[name]) / done for name, root in roots.items()}
        return Run(done / took, used, (idle_seconds() - idle) / took / (os.cpu_count() or 1))
    finally:
        site.close()
        smtp.stop()
        dovecot.close()
        postgres.close()
        s3.close()


def with_nothing_shared(count: int, scans: bool) -> float:
    """How many times as much two processes on two processors read and judge as one, with no store, server or queue between."""

    def slowest(processes: int) -> float:
        code = f"from bench.workers import read_alone; read_alone({count}, {scans})"
        started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(processes)]
        return max(float(process.communicate()[0]) for process in started)

    return 2 * slowest(1) / slowest(2)


def read_alone(count: int, scans: bool) -> None:
    """Read and judge so many mails in this process, and print the seconds that it took once it was warm."""
    os.environ[OCR_THREADS] = "1"
    mails = [write_package(made(Random(number), scans), style="foxmail", naming="gbk", rng=Random(number)) for number in range(count + 1)]
    with Store.temporary() as store:
        intake = Intake(store, load_programmes(), {}, DirectReader())
        began = 0.0
        for number, raw in enumerate(mails):
            keep(store, [Arrival(Place("jsaq", "INBOX", 1, number), store.blobs.put(raw), len(raw), now(), "", "")], "jsaq-2025")
            intake.settle(intake.read(number + 1))
            began = began or time.perf_counter()
        print(time.perf_counter() - began)


def seconds(root: int) -> float:
    return processor_seconds(tree(root))


def wait_settled(store: Store, wanted: float) -> int:
    """Wait until so many mails are settled. It asks seldom and little, so as not to be the third who wants a processor."""
    query = sqlalchemy.select(sqlalchemy.func.count()).where(col(Mail.state) == MailState.SETTLED)
    until = time.monotonic() + 900
    while time.monotonic() < until:
        with store.reading() as session:
            found = int(session.connection().execute(query).scalar_one())
        if found >= wanted:
            return found
        time.sleep(0.1)
    raise TimeoutError(f"{wanted} mails were not settled in time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=200)
    parser.add_argument("--scans", action="store_true")
    parser.add_argument("--pinned", action="store_true")
    parser.add_argument("--share", type=float, default=0, help="of a processor, for each worker")
    given = parser.parse_args()
    count = given.mails
    runs = [measure(workers, count, given.scans, given.pinned, given.share) for workers in (1, 2)]
    one, two = (run.speed for run in runs)
    what = "whole submissions with a stamped page" if given.scans else "text-only submissions"
    what += ", each worker on a processor of its own" if given.pinned else ""
    what += f", each worker with {given.share:.0%} of a processor" if given.share else ""
    print(f"{count} {what}: one worker {one:.1f} mails/s, two {two:.1f} mails/s, {two / one:.2f} times (goal 1.8)")
    for workers, run in enumerate(runs, start=1):
        used = ", ".join(f"{name} {milliseconds:.0f} ms" for name, milliseconds in run.used.items())
        print(f"processor time a mail with {workers}: {used}; {run.idle:.0%} of the machine idle")
    alone = with_nothing_shared(max(4, count // 4), given.scans)
    print(f"two processes that share nothing: {alone:.2f} times one", flush=True)


if __name__ == "__main__":
    main()
