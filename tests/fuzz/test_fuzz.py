"""Each parser fuzzed for a bounded time: FUZZ_SECONDS (3) each, from seed FUZZ_SEED (1)."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import active_children

import pytest

from tests.fuzz.fuzzer import fuzz
from tests.fuzz.targets import TARGETS
from tests.integration.servers import wait_for

SECONDS = float(os.environ.get("FUZZ_SECONDS", "3"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))


@pytest.mark.parametrize("name", [target.name for target in TARGETS])
def test_every_input_has_a_named_outcome(name: str) -> None:
    report = fuzz(name, SECONDS, SEED)
    told = [f"--reproduce {name}:{SEED}:{fault.number}: {fault.what}" for fault in report.faults]
    assert told == []
    assert report.inputs > 3
    assert report.resident_mb < 600


def test_peak_memory_is_the_targets_own() -> None:
    alone = fuzz("tnef", 0.1).resident_mb
    large = bytearray(512 << 20)
    large[::4096] = bytes([1]) * len(large[::4096])
    assert 10 < fuzz("tnef", 0.1).resident_mb < alone + 100
    assert large[4096]


def test_a_process_that_dies_is_a_fault_of_the_input_it_was_at() -> None:
    with ThreadPoolExecutor(1) as threads:
        told = threads.submit(fuzz, "text", 60)
        (process,) = wait_for(active_children, 20, "the target's process")
        process.kill()
        report = told.result(20)
    assert [fault.what for fault in report.faults] == ["process ended with -9: "]
