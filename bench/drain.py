"""`python -m bench.drain [--mails 600] [--megabytes 225] [--rounds 3]`: a mailbox into the store, beside mbsync on the same server.

Both write to the same disk with fsync; they take turns, and the medians are compared. Goal: at least 0.9 of mbsync's speed.
The store has done more by then: rows with headers, content hashes, \\Seen flags.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from bot.config import parse_config
from bot.post.mailbox import Watcher
from bot.store.store import Store
from tests.integration.servers import PASSWORD, Dovecot

USER = "m@126.com"


def fill(dovecot: Dovecot, count: int, megabytes: float) -> None:
    """Mails of very different sizes, as submissions are: half of them small, a few with most of the bytes."""
    dice = random.Random(1)
    weights = [dice.lognormvariate(0, 1.5) for _ in range(count)]
    scale = megabytes * 2**20 / sum(weights)
    mails = []
    for number, weight in enumerate(weights):
        head = f"Message-ID: <{number}@x>\r\nFrom: a@b.cn\r\nSubject: {number}\r\n\r\n".encode()
        line = dice.randbytes(38).hex().encode() + b"\r\n"
        mails.append(head + line * max(1, int((weight * scale) // len(line))))
    dovecot.deliver(USER, *mails)


def drain(dovecot: Dovecot, folder: Path) -> float:
    (folder / "secret").write_text(PASSWORD)
    config = parse_config(
        f"""
[[mailbox]]
name = "m"
address = "{USER}"
imap = {{ host = "127.0.0.1", port = {dovecot.port}, security = "none", user = "{USER}", password_file = "secret" }}
smtp = {{ host = "127.0.0.1", security = "none" }}
""",
        folder / "x.toml",
    )
    stored: list[int] = []
    with Store.open(f"sqlite:///{folder}/s.db", str(folder / "blobs")) as store:
        watcher = Watcher(store, config.mailboxes[0], config, stored.extend)
        started = time.perf_counter()
        watcher.pass_once()
        took = time.perf_counter() - started
        watcher.close()
    return took if stored else float("nan")


def mbsync(dovecot: Dovecot, folder: Path) -> float:
    (folder / "mbsyncrc").write_text(
        f"""
FSync yes

IMAPStore far
Host 127.0.0.1
Port {dovecot.port}
User {USER}
Pass {PASSWORD}
SSLType None
AuthMechs LOGIN

MaildirStore near
Path {folder}/mail/
Inbox {folder}/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState *
"""
    )
    (folder / "mail").mkdir()
    started = time.perf_counter()
    subprocess.run(["mbsync", "-q", "-c", str(folder / "mbsyncrc"), "all"], check=True)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=600)
    parser.add_argument("--megabytes", type=float, default=225)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="a folder on the disk to be measured", default=None)
    args = parser.parse_args()
    dovecot = Dovecot()
    ours, theirs = [], []
    try:
        fill(dovecot, args.mails, args.megabytes)
        for _ in range(args.rounds):
            for measure, times in ((drain, ours), (mbsync, theirs)):
                with tempfile.TemporaryDirectory(dir=args.folder) as folder:
                    times.append(measure(dovecot, Path(folder)))
    finally:
        dovecot.close()
    print(f"{args.mails} mails, {args.megabytes:.0f} MB")
    print("store  ", " ".join(f"{t:6.2f}" for t in ours), f"median {statistics.median(ours):6.2f} s")
    print("mbsync ", " ".join(f"{t:6.2f}" for t in theirs), f"median {statistics.median(theirs):6.2f} s")
    print(f"speed against mbsync: {statistics.median(theirs) / statistics.median(ours):.2f} (goal 0.9)")


if __name__ == "__main__":
    main()
