"""`python -m tests.digests SEED HOURS KIND...`: digests of what the factory and the demo write by a clock that many hours ahead."""

from __future__ import annotations

import datetime
import hashlib
import json
import sys
import time


def put_ahead(hours: int) -> None:
    """Every clock that Python's libraries look at goes that many hours ahead; call it before they are imported."""
    seconds = hours * 3600
    now, local, greenwich, true = time.time, time.localtime, time.gmtime, datetime.datetime

    class Ahead(true):  # type: ignore[misc, valid-type]
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return super().now(tz) + datetime.timedelta(seconds=seconds)

    time.time = lambda: now() + seconds
    time.localtime = lambda moment=None: local(time.time() if moment is None else moment)
    time.gmtime = lambda moment=None: greenwich(time.time() if moment is None else moment)
    datetime.datetime = Ahead  # type: ignore[misc]


def digests(seed: int, kinds: list[str]) -> dict[str, str]:
    """SHA-256 of each mail of these kinds of the factory, by "kind/number"; "demo" stands for the demo's mails."""
    from bot.demo.mails import demo_mails
    from tests.factory.__main__ import cases, of_call

    found: dict[str, list[bytes]] = {kind: [] for kind in kinds}
    for kind in kinds:
        if kind == "demo":
            found[kind] += [mail.raw for mail in demo_mails(seed)]
        for name, mails in () if kind == "demo" else cases(seed, 1, kind, call=of_call(kind)):
            if name == f"{kind}-1":
                found[kind] += [mail.raw for mail in mails]
    return {f"{kind}/{n}": hashlib.sha256(raw).hexdigest() for kind, raws in found.items() for n, raw in enumerate(raws, start=1)}


if __name__ == "__main__":
    put_ahead(int(sys.argv[2]))
    print(json.dumps(digests(int(sys.argv[1]), sys.argv[3:])))
