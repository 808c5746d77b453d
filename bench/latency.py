"""`python -m bench.latency [--mails 40]`: from the arrival of a text-only submission in the mailbox to its answer at the SMTP server.

The real daemon (SQLite, sandboxed parsers) on Dovecot with IDLE; a mail is delivered, and the next when it is answered. The
time counts from the end of APPEND to the moment the SMTP server has taken the answer. Goal: p50 under 1 s, p95 under 2 s.
"""

from __future__ import annotations

import argparse
import statistics
import time
from random import Random

from bench.check_text import text_only
from bot.samples.package import write_package
from tests.integration.servers import Dovecot, Smtp, wait_for
from tests.integration.site import JSAQ, Site

WARM_UP = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=40)
    count = parser.parse_args().mails + WARM_UP
    dovecot, smtp = Dovecot(), Smtp().start()
    site = Site(dovecot, smtp, afresh=True)
    times: list[float] = []
    try:
        site.start()
        wait_for(lambda: any(line.get("event") == "running" for line in site.log()), 60)
        for number in range(count):
            rng = Random(number)
            raw = write_package(text_only(rng), style="foxmail", naming="gbk", rng=rng)
            before = len(smtp.received)
            dovecot.deliver(JSAQ, raw)
            delivered = time.perf_counter()
            wait_for(lambda before=before: len(smtp.received) > before, 60, "the answer")
            times.append(time.perf_counter() - delivered)
            time.sleep(0.1)
    finally:
        site.close()
        smtp.stop()
        dovecot.close()
    warm = sorted(times[WARM_UP:])
    p95 = warm[int(len(warm) * 0.95)]
    print(f"arrival to answer, {len(warm)} text-only submissions: p50 {statistics.median(warm):.2f} s, p95 {p95:.2f} s (goals 1 and 2)")


if __name__ == "__main__":
    main()
