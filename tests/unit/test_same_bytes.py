"""One seed makes the same mails to the byte in another process, at another time, in another place: so a failure can be made again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from bot.samples import notices, paper
from bot.samples.layout import Line
from tests.conftest import MISSING

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SEED = 20260
KINDS = (
    "js_complete",
    "js_encrypted_pdf",
    "js_encrypted_word",
    "js_encrypted_zip",
    "js_photograph",
    "js_seven_zip",
    "cm_complete",
    "pp-flat_complete",
    "story_js_supplement",
    "no_enquiry",
)
"""Among them Word, Excel and PowerPoint files, scans, photographs, each kind of archive and of password, and several mails a case."""


def start(hash_seed: str, zone: str, hours: int, *kinds: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.digests", str(SEED), str(hours), *kinds]
    place = os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": zone, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=place, stdout=subprocess.PIPE, text=True)


def same(*kinds: str) -> None:
    """Written by two processes at once that agree in nothing but the seed."""
    processes = start("1", "Asia/Shanghai", 0, *kinds), start("2", "America/New_York", 40 * 24, *kinds)
    one, other = (json.loads(process.communicate()[0]) for process in processes)
    assert [process.returncode for process in processes] == [0, 0]
    assert {name.partition("/")[0] for name in one} == set(kinds)
    differing = [name for name in one | other if one.get(name) != other.get(name)]
    again = f"python -m tests.factory OUT --seed {SEED} --only KIND"
    assert differing == [], f"seed {SEED} wrote other bytes the second time ({again})"


def test_one_seed_writes_the_same_bytes() -> None:
    same(*KINDS)


def test_the_demo_writes_the_same_bytes() -> None:
    same("demo")


@pytest.mark.integration
def test_old_office_files_are_the_same_bytes() -> None:
    if shutil.which("soffice") is None:
        pytest.skip(f"LibreOffice {MISSING}")
    same("js_old_office", "cm_old_office")


def test_another_seed_writes_other_bytes() -> None:
    """Were nothing drawn, the other tests here would hold of a constant."""
    one, other = (notices.jsaq(Random(seed)).entries[0].pieces["form"].make() for seed in (SEED, SEED + 1))
    assert one != other


def test_a_scan_does_not_depend_on_what_was_drawn_before() -> None:
    pages = [((Line("推荐函"),), [paper.Stamp("无锡市质量协会")])]
    first = paper.write_scan(pages, rng=Random(SEED), dpi=60)
    paper.write_scan(pages, rng=Random(SEED + 1), dpi=60)
    assert paper.write_scan(pages, rng=Random(SEED), dpi=60) == first
