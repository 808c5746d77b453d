"""`python -m bench.earlier_cases [N ...]`: finding earlier cases among N applications (default 100000 and 1000000).

For each N: processor time of one look-up (all candidates of one entry, compared), median and 95th percentile over 200
entries half of which have a twin, and the process's peak memory. Rows are written straight into the tables.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sqlalchemy import insert, inspect

from bot.judging.before.cases import find_keys
from bot.judging.before.same import Likeness, compare_keys
from bot.judging.fingerprint import BANDS
from bot.programme.load import load_programmes
from bot.store import models
from bot.store.cases import StoredCases
from bot.store.store import Store

_PLACES = [a + b for a in "南北东西上中新长江海" for b in "京州安阳山门城宁通港"]
_TRADES = ["水务", "热力", "燃气", "路桥", "电子", "机械", "港务", "化工", "建安", "纺织"]
_METHODS = ["防错法", "看板管理", "价值流图", "六西格玛", "客户之声", "故障树", "精益生产", "目视管理"]
_AIMS = ["减少投诉", "提高合格率", "降低漏损", "缩短工期", "提升精度", "保障安全"]


def entry(number: int) -> dict[str, str]:
    """A made-up entry; names repeat as real ones do, a credit code and a mobile don't."""
    rng = Random(number)
    organisation = f"{rng.choice(_PLACES)}{rng.choice(_PLACES)}{rng.choice(_TRADES)}{number % 997}号有限公司"
    title = f"运用{rng.choice(_METHODS)}{rng.choice(_AIMS)}{number % 89}的经验"
    return {
        "organisation": organisation,
        "team": "一班",
        "title": title,
        "uscc": f"9132{number:014d}",
        "contact_mobile": f"1{3900000000 + number}",
    }


def fill(store: Store, count: int) -> None:
    """Write `count` applications, each with its bands; indexes are made once all rows are there, as a restore would."""
    now = datetime.now(UTC)
    with store.transaction() as session:
        package = models.Package(programme="jsaq-2025", sender_address="a@example.org", opened_at=now)
        session.add(package)
        session.flush()
        package_id = package.id
    tables = [inspect(model).local_table for model in (models.Application, models.Similarity)]
    indexes = [index for table in tables for index in table.indexes]
    with store.engine.begin() as connection:
        for index in indexes:
            index.drop(connection, checkfirst=True)
        for start in range(0, count, 20_000):
            numbers = range(start, min(start + 20_000, count))
            connection.execute(insert(models.Application), [_row(number, package_id, now) for number in numbers])
            bands = [("jsaq-2025", Random(number * 100 + i).getrandbits(62), number + 1) for number in numbers for i in range(BANDS)]
            connection.exec_driver_sql("INSERT INTO similarity (programme, band, application_id) VALUES (?, ?, ?)", bands)
        for index in indexes:
            index.create(connection)


def _row(number: int, package_id: int | None, now: datetime) -> dict[str, object]:
    fields = entry(number)
    keys = find_keys(fields)
    return {
        "id": number + 1,
        "package_id": package_id,
        "programme": "jsaq-2025",
        "reference": f"R-{number}",
        "decision": "accepted",
        "organisation_key": keys.organisation,
        "team_key": keys.team,
        "title_key": keys.title,
        "uscc_key": keys.uscc,
        "mobile_key": keys.mobile,
        "opened_at": now,
        "updated_at": now,
        "fields": fields,
        "staff": {},
    }


def measure(store: Store, count: int) -> tuple[float, float]:
    """Processor time of one look-up in milliseconds: median and 95th percentile."""
    programme = load_programmes()["jsaq-2025"]
    rng = Random(1)
    times = []
    for index in range(220):
        twin = rng.randrange(count) if index % 2 else count + index
        keys = find_keys(entry(twin), tuple(Random(twin * 100 + i).getrandbits(62) for i in range(BANDS)))
        with store.reading() as session:
            started = time.process_time()
            found = StoredCases(session).candidates("jsaq-2025", keys)
            certain = [c for c in found if compare_keys(programme, keys, find_keys(c.fields)).likeness is Likeness.CERTAIN]
            times.append((time.process_time() - started) * 1000)
        if index % 2 and not certain:
            raise SystemExit(f"the twin of {twin} was not found")
    times = times[20:]
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def main() -> None:
    """One line a size."""
    for count in [int(text) for text in sys.argv[1:]] or [100_000, 1_000_000]:
        with tempfile.TemporaryDirectory() as folder:
            store = Store.open(f"sqlite:///{folder}/bench.db", str(Path(folder) / "blobs"))
            fill(store, count)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            median, high = measure(store, count)
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            times = f"median {median:.2f} ms, p95 {high:.2f} ms of processor time"
            print(f"{count:>9,} applications: {times}; memory grew by {after - before} MiB", flush=True)
            store.close()


if __name__ == "__main__":
    main()
