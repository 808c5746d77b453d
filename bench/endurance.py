"""`python -m bench.endurance [--mails 10000]`: small mails through the daemon, a thousand at a time: time and memory, first and last.

Memory is the resident set of the daemon and all its children, and so is the processor time, which tells growth apart from what
else the machine does. Goal: none of them grows with the number of mails.
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


def processor(group: int) -> float:
    """Seconds of processor time that a process group has used, with its ended children."""
    ticks = 0
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            with open(f"/proc/{entry.name}/stat") as stat:
                values = stat.read().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if int(values[2]) == group:
            ticks += sum(map(int, values[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=1000)
    args = parser.parse_args()
    dovecot, smtp = Dovecot(), Smtp().start()
    site = Site(dovecot, smtp, afresh=True)
    try:
        process = site.start()
        wait_for(lambda: any(line.get("event") == "running" for line in site.log()), 60)
        done = 0
        while done < args.mails:
            mails = [enquiry(done + n) for n in range(args.batch)]
            started, used = time.perf_counter(), processor(process.pid)
            dovecot.deliver(JSAQ, *mails)
            done += args.batch
            wait_for(lambda done=done: len(smtp.received) >= done, 3600, f"{done} answers")
            took, used = time.perf_counter() - started, processor(process.pid) - used
            smtp_letters = [letter.recipients for letter in smtp.received]
            assert len(smtp_letters) == done
            figures = f"{took:6.1f} s for the last {args.batch}, {used:6.1f} s of processor time, {resident(process.pid):6.0f} MiB"
            print(f"{done:6} mails: {figures}", flush=True)
    finally:
        site.close()
        smtp.stop()
        dovecot.close()


if __name__ == "__main__":
    main()
