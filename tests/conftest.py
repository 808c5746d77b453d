"""What holds for every test."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

CI = os.environ.get("CI", "").lower() in ("1", "true")
MISSING = "is not installed"
"""How a test says that it skips for want of a program: '<program> is not installed'."""

LONGEST_FIRST = (
    "faults/test_faults.py",
    "integration/test_cluster.py",
    "fuzz/test_fuzz.py",
    "integration/test_daemon.py",
    "integration/test_receipts.py",
    "integration/test_office_conversion.py",
    "integration/test_demo.py",
    "integration/test_sandbox.py",
    "unit/test_scan.py",
    "integration/test_console_browser.py",
    "integration/test_bad_days.py",
    "integration/test_imap.py",
)
"""Files of more than a minute. A file runs in one worker: were a long one begun last, the others would wait for it."""

settings.register_profile("house", deadline=None, derandomize=CI, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CI=true, a test that skips for want of a program fails: CI is to have every one."""
    report = yield
    if CI and report.skipped and MISSING in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {report.longrepr}"
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first, all others in their order after them."""
    places = {Path(__file__).parent / name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own switches must not change what a test sees."""
    monkeypatch.delenv("SHENBAO_DEBUG", raising=False)
