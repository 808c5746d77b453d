"""The console among 100,000 cases: search and the today page, alone and while mails are being processed.

    python bench/console.py [--cases 100000] [--database URL] [--quiet]

Fills a store of its own, serves the console as the daemon does, and asks over HTTP. The load is a second process that
writes outcomes (a package, an application, files, findings, a letter) in transactions and keeps one core busy, as
processing does. Goal: medians and nine in ten under 100 ms on two cores.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
import urllib.parse
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.config import Config
from bot.console import serve
from bot.programme.load import load_programmes
from bot.staff import users
from bot.store import search
from bot.store.models import Application, Finding, Mail, Package
from bot.store.store import Store

NOW = datetime.now(UTC)
CITIES = [
    "南京", "苏州", "无锡", "常州", "镇江", "扬州", "泰州", "南通", "盐城", "淮安",
    "宿迁", "徐州", "连云港", "济南", "青岛", "杭州", "宁波", "合肥", "武汉", "成都",
]  # fmt: skip
TRADES = [
    "燃气", "水务", "港务", "路桥", "市政", "电子", "热力", "排水", "建筑", "机械",
    "纺织", "化工", "电力", "通信", "检测", "轨道", "环保", "仪器", "船舶", "航空",
]  # fmt: skip
WORDS = [
    "恒通", "华宁", "瑞安", "金桥", "东方", "新城", "永安", "长江", "中天", "宏达",
    "远大", "嘉和", "天元", "泰和", "鼎盛", "北辰", "启明", "海川", "云峰", "国信",
]  # fmt: skip
QUERIES = {
    "one company by its middle": "州瑞安燃",
    "two words": "盐城 第八检修",
    "a common word": "公司",
    "one character": "燃",
    "a reference number": "JSAQ2025-050000",
    "a part of a sender": "sender77777",
    "nothing": "不存在的单位",
}


def fill(store: Store, count: int) -> None:
    """Cases of four programmes over three months; two thirds accepted."""
    rnd = random.Random(1)
    programmes = [(p.id, p.reference) for p in load_programmes().values()]
    decisions = ["accepted"] * 66 + ["incomplete"] * 20 + ["rejected"] * 12 + ["held"] * 2
    with store.transaction() as session:
        for start in range(0, count, 5000):
            packages, applications, mails, findings = [], [], [], []
            for n in range(start + 1, min(start + 5000, count) + 1):
                programme, prefix = ("jsaq-2025", "JSAQ2025") if n % 2 else programmes[n % len(programmes)]
                at = NOW - timedelta(minutes=rnd.randrange(90 * 24 * 60))
                organisation = f"{rnd.choice(CITIES)}{rnd.choice(WORDS)}{rnd.choice(TRADES)}股份有限公司"
                team, title = (
                    f"第{rnd.choice('一二三四五六七八九')}检修班",
                    f"运用看板管理{rnd.choice(('提升一次合格率', '降低漏损率', '减少投诉'))}的实践",
                )
                decision = rnd.choice(decisions)
                sender = f"sender{n}@example.cn"
                packages.append(
                    {
                        "id": n,
                        "programme": programme,
                        "channel": "enterprise",
                        "sender_address": sender,
                        "sender_name": organisation,
                        "recommender": "",
                        "recommender_key": "",
                        "opened_at": at,
                        "decision": decision,
                        "state": {},
                    }
                )
                applications.append(
                    {
                        "id": n,
                        "package_id": n,
                        "programme": programme,
                        "reference": f"{prefix}-{n:06d}",
                        "channel": "enterprise",
                        "organisation": organisation,
                        "team": team,
                        "title": title,
                        "organisation_key": organisation,
                        "team_key": team,
                        "title_key": title,
                        "uscc_key": "",
                        "mobile_key": "",
                        "opened_at": at,
                        "updated_at": at,
                        "decision": decision,
                        "fields": {str(k): "填写的内容" * 4 for k in range(26)},
                        "staff": {},
                    }
                )
                mails.append(
                    {
                        "id": n,
                        "mailbox": "jsaq",
                        "sha256": f"{n:064d}",
                        "size": 1000,
                        "message_id": f"{n}@x",
                        "received_at": at,
                        "stored_at": at,
                        "settled_at": at,
                        "state": "settled",
                        "attempts": 1,
                        "last_error": "",
                        "from_address": sender,
                        "from_name": organisation,
                        "subject": "申报材料",
                        "programme": programme,
                        "kind": "submission",
                        "channel": "enterprise",
                        "decision": decision,
                        "package_id": n,
                        "keys": {},
                        "details": {},
                    }
                )
                if decision != "accepted":
                    findings.append(
                        {
                            "mail_id": n,
                            "application_id": n,
                            "code": "missing-field",
                            "severity": "error",
                            "message": "漏填",
                            "facts": {},
                            "current": True,
                        }
                    )
            for table, rows in ((Package, packages), (Application, applications), (Mail, mails), (Finding, findings)):
                if rows:
                    session.execute(insert(table), rows)
        search.rebuild(session.connection())


def work(database: str, blobs: str, stop: Any) -> None:
    """A processing daemon's load: outcomes written one by one, a core kept busy between."""
    rnd = random.Random(2)
    n = 10_000_000
    with Store.open(database, blobs) as store:
        while not stop.is_set():
            until = time.monotonic() + 0.1
            while time.monotonic() < until:
                sum(i * i for i in range(2000))
            n += 1
            with store.transaction() as session:
                package = Package(id=n, programme="jsaq-2025", sender_address=f"load{n}@example.cn", opened_at=NOW, decision="accepted")
                session.add(package)
                session.flush()
                session.add(
                    Application(
                        package_id=n,
                        programme="jsaq-2025",
                        reference=f"LOAD-{n}",
                        organisation=rnd.choice(CITIES),
                        opened_at=NOW,
                        updated_at=NOW,
                        decision="accepted",
                    )
                )


class Asker:
    """One logged-in visitor on one connection."""

    def __init__(self, url: str, store: Store) -> None:
        users.add_user(store, "bench", "bench bench bench", "admin", now=datetime.now(UTC))
        outcome = users.log_in(store, "bench", "bench bench bench", now=datetime.now(UTC))
        assert isinstance(outcome, users.LoggedIn)
        self.host = urllib.parse.urlsplit(url).netloc
        self.headers = {"Cookie": f"shenbao_session={outcome.token}"}
        self.connection = http.client.HTTPConnection(self.host)

    def ask(self, path: str) -> float:
        """Milliseconds until the whole answer is there."""
        started = time.perf_counter()
        self.connection.request("GET", path, headers={**self.headers, **({"HX-Request": "true"} if "?q=" in path else {})})
        answer = self.connection.getresponse()
        answer.read()
        assert answer.status == 200, (path, answer.status)
        return (time.perf_counter() - started) * 1000


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of each answer, and of processor time an answer (asking included), whatever else the machine does."""

    wall: list[float]
    processor: float


def measure(asker: Asker, rounds: int) -> dict[str, Times]:
    """Times by what was asked."""
    paths = {"today page": "/", **{f"search: {name}": "/cases?q=" + urllib.parse.quote(words) for name, words in QUERIES.items()}}
    paths["cases that are held"] = "/cases?decision=held"
    paths["one case"] = "/cases/JSAQ2025-050001"
    found = {}
    for name, path in paths.items():
        began = time.process_time()
        wall = [asker.ask(path) for _ in range(rounds)]
        found[name] = Times(wall, (time.process_time() - began) * 1000 / rounds)
    return found


def main() -> int:
    """Measure and print; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database", default="")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database, blobs = args.database or f"sqlite:///{folder}/bench.db", f"{folder}/blobs"
        with Store.open(database, blobs) as store:
            started = time.perf_counter()
            fill(store, args.cases)
            print(f"{args.cases} cases written and indexed in {time.perf_counter() - started:.1f} s", file=sys.stderr)
            config = Config.model_validate({"console": {"listen": "127.0.0.1:0"}}, context={"base": Path(folder)})
            handle = serve(config, store, load_programmes())
            asker = Asker(handle.url, store)
            measure(asker, 2)
            quiet = measure(asker, args.rounds)
            stop = multiprocessing.Event()
            load = multiprocessing.Process(target=work, args=(database, blobs, stop), daemon=True)
            load.start()
            time.sleep(2)
            loaded = measure(asker, args.rounds)
            stop.set()
            load.join(10)
            handle.stop()
    missed = False
    print(f"{'milliseconds':34} {'processor':>9} {'median':>8} {'9 in 10':>8}   {'busy: median':>12} {'9 in 10':>8}")
    for name in quiet:
        alone, busy = quiet[name].wall, loaded[name].wall
        figures = [quiet[name].processor, statistics.median(alone), _ninth(alone), statistics.median(busy), _ninth(busy)]
        missed |= name != "one case" and figures[3] >= 100
        print(f"{name:34} {figures[0]:9.1f} {figures[1]:8.1f} {figures[2]:8.1f}   {figures[3]:12.1f} {figures[4]:8.1f}")
    return int(missed)


def _ninth(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.9) - 1]


if __name__ == "__main__":
    raise SystemExit(main())
