"""`shenbao demo --exit` as a user runs it: no root, no system package, everything on loopback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from bot.demo.mails import COUNT

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
DECISIONS = ("已受理", "待补正", "待人工确认", "不予受理", "无需回复")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("demo") / "out"
    environment = {**os.environ, "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--exit", "--dir", str(folder)], capture_output=True, text=True, timeout=850, env=environment
    )
    assert done.returncode == 0, done.stderr[-2000:] + (folder / "daemon.log").read_text(encoding="utf-8")[-3000:]
    return done.stdout, folder


def test_the_table_tells_every_mail(demo: tuple[str, Path]) -> None:
    rows = [line for line in demo[0].splitlines() if line.startswith("│")]
    assert len(rows) == COUNT >= 12
    assert {name for row in rows for name in re.findall(r"[a-z]+-20\d\d", row)} == {"jsaq-2025", "cmea-2020", "caq-2020", "cacem-2024"}
    assert all(any(decision in row for row in rows) for decision in DECISIONS)


@pytest.mark.parametrize(
    ("subject", "decision", "wrong"),
    [
        ("2025-06-12 10:05", "已受理", "—"),
        ("2025-06-12 10:25", "待补正", "缺少材料"),
        ("2025-06-12 14:25", "已受理", "—"),
        ("2025-06-13 10:05", "待补正", "经验名称不合要求"),
        ("2025-06-14 10:05", "不予受理", "重复申报"),
        ("2025-06-15 10:05", "待人工确认", "受理后修改待确认"),
        ("2025-06-16 16:30", "待补正", "云附件链接"),
        ("2025-06-17 16:30", "待人工确认", "—"),
        ("2025-06-18 16:30", "无需回复", "—"),
        ("2025-07-01 08:12", "不予受理", "逾期"),
        ("2020-07-09 15:20", "已受理", "—"),
        ("2020-07-10 15:20", "待补正", "缺少材料、漏填"),
        ("2020-09-10 09:40", "已受理", "—"),
        ("2020-09-11 09:40", "待人工确认", "推荐数与材料数不符"),
        ("2020-09-12 09:40", "不予受理", "报送渠道不符"),
        ("2024-05-17 14:10", "已受理", "—"),
        ("2024-05-18 14:10", "不予受理", "不在推荐单位名单"),
    ],
)
def test_each_outcome(demo: tuple[str, Path], subject: str, decision: str, wrong: str) -> None:
    row = next(line for line in demo[0].splitlines() if subject in line)
    assert decision in row
    assert wrong in row


def test_the_answers_are_files_to_open(demo: tuple[str, Path]) -> None:
    letters = sorted((demo[1] / "replies").glob("*-reply-*.eml"))
    assert len(letters) == COUNT - 1, "the automatic reply gets none"
    for letter in letters:
        message = message_from_bytes(letter.read_bytes(), policy=policy.default)
        assert message["Auto-Submitted"] == "auto-replied"
        assert letter.with_suffix(".txt").stat().st_size > 100
        assert letter.with_suffix(".html").stat().st_size > 100


def test_the_digest_is_sent_and_kept(demo: tuple[str, Path]) -> None:
    assert len(list((demo[1] / "replies").glob("*-digest-*.eml"))) == 1
    assert "需要您处理" in (demo[1] / "digest.txt").read_text(encoding="utf-8")
    assert (demo[1] / "digest.html").read_text(encoding="utf-8").lstrip().startswith("<")
    assert len(list(demo[1].glob("*.xlsx"))) == 1


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--exit", "--dir", str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "holds files that no demo wrote" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
