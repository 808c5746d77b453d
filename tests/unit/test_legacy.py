"""The converter without LibreOffice, and with a stand-in that misbehaves."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from parsers.documents import legacy
from parsers.values import Reason, Refusal


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program in soffice's place. In its script $OUT is the folder of results, $FILES the files."""
    program = folder / "soffice"
    program.write_text(
        '#!/bin/sh\nOUT=; FILES=\nwhile [ $# -gt 0 ]; do case "$1" in --outdir) OUT="$2"; shift;; --convert-to) shift;; -*) ;; '
        f'*) FILES="$FILES $1";; esac; shift; done\n{script}\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("SHENBAO_SOFFICE", str(program))


COPY = 'for f in $FILES; do b=$(basename "$f"); cp "$f" "$OUT/${b%.*}.docx"; done'


@pytest.fixture
def no_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy, "_bubblewrap_works", lambda: False)  # its /tmp hides the stand-in


def reasons(results: list[tuple[str, bytes] | Refusal]) -> list[Reason | str]:
    return [result.reason if isinstance(result, Refusal) else result[0] for result in results]


def test_without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHENBAO_SOFFICE", "/nowhere/soffice")
    assert reasons(legacy.convert_many([("doc", b"x"), ("a.ppt", b"y")])) == [Reason.NO_CONVERTER, Reason.NO_CONVERTER]
    monkeypatch.delenv("SHENBAO_SOFFICE")
    monkeypatch.setenv("PATH", "")
    assert legacy.soffice() is None


def test_answers_in_the_files_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_fence: None) -> None:
    stand_in(tmp_path, monkeypatch, COPY)
    files = [("doc", b"1"), ("a.b.WPS", b"2"), ("exe", b"3"), ("rtf", b""), ("odt", b"4")]
    results = legacy.convert_many(files)
    assert reasons(results) == ["docx", "docx", Reason.UNSUPPORTED, Reason.EMPTY, "docx"]
    assert [result[1] for result in results if not isinstance(result, Refusal)] == [b"1", b"2", b"4"]


def test_a_file_that_gives_nothing_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_fence: None) -> None:
    stand_in(tmp_path, monkeypatch, "exit 0")
    assert reasons(legacy.convert_many([("doc", b"x")])) == [Reason.UNREADABLE]


def test_a_poisoned_file_costs_itself_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_fence: None) -> None:
    stand_in(tmp_path, monkeypatch, 'for f in $FILES; do grep -q poison "$f" && exit 81; done\n' + COPY)
    assert reasons(legacy.convert_many([("doc", b"1"), ("doc", b"poison"), ("wps", b"3")])) == ["docx", Reason.CRASHED, "docx"]


def test_time_runs_out_and_no_child_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_fence: None) -> None:
    mark = tmp_path / "child"
    stand_in(tmp_path, monkeypatch, f"sleep 60 & echo $! > {mark}; wait")
    started = time.monotonic()
    assert reasons(legacy.convert_many([("doc", b"x")], seconds=0.5)) == [Reason.CRASHED]
    assert time.monotonic() - started < 10
    child = int(mark.read_text())
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and _alive(child):
        time.sleep(0.05)
    assert not _alive(child)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_nothing_is_left_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_fence: None) -> None:
    stand_in(tmp_path, monkeypatch, COPY)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    assert reasons(legacy.convert_many([("doc", b"x")])) == ["docx"]
    assert list(scratch.iterdir()) == []
