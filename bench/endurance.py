"""`python -m bench.endurance [--mails 10000]`: small mails through the daemon, a thousand at a time: time and memory, first and last.

Memory is the resident set of the daemon and all its children. Goal: neither grows with the number of mails.
"""

from __future__ import annotations

import argparse
import os
import time

from tests.integration.servers import Dovecot, Smtp, wait_for
from tests.integration.site import JSAQ, Site, enquiry


def resident(group: int) -> float:
    """MiB that the processes of a process group hold; shared pages are split among them (PSS)."""
    total = 0
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            if os.getpgid(int(entry.name)) == group:
                with open(f"/proc/{entry.name}/smaps_rollup") as rollup:
                    total += sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
        except OSError:  # it ended meanwhile
            continue
    return total / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=1000)
    args = parser.parse_args()
    dovecot, smtp = Dovecot(), Smtp().start()
    site = Site(dovecot, smtp)
    try:
        process = site.start()
        wait_for(lambda: any(line.get("event") == "running" for line in site.log()), 60)
        done = 0
        while done < args.mails:
            mails = [enquiry(done + n) for n in range(args.batch)]
            started = time.perf_counter()
            dovecot.deliver(JSAQ, *mails)
            done += args.batch
            wait_for(lambda done=done: len(smtp.received) >= done, 3600, f"{done} answers")
            took = time.perf_counter() - started
            smtp_letters = [letter.recipients for letter in smtp.received]
            assert len(smtp_letters) == done
            print(f"{done:6} mails: {took:6.1f} s for the last {args.batch}, {resident(process.pid):6.0f} MiB", flush=True)
    finally:
        site.close()
        smtp.stop()
        dovecot.close()


if __name__ == "__main__":
    main()
