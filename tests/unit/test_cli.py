"""The command line: exit status, sentences instead of traces, JSON for machines, tables for people."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import __version__, cli
from bot.commands import COMMANDS, DONE, FAILED, WRONG_USAGE, check
from bot.errors import ConfigurationError, Problem, StoreError

ROOT = Path(__file__).parents[2]
OUTCOME: dict[str, Any] = {
    "schema": 1,
    "source": "01.eml",
    "message": {"message_id": "a@b", "from": "a@example.cn", "subject": "申报[1]", "received_at": "2025-06-10T10:05:00+08:00"},
    "programme": "jsaq-2025",
    "kind": "submission",
    "channel": "enterprise",
    "decision": "incomplete",
    "documents": [
        {"path": "材料.zip/申报表.docx", "format": "docx", "kind": "application_form", "copy": "editable", "sha256": "0", "seal": None}
    ],
    "applications": [
        {
            "reference": "JSAQ2025-0001",
            "decision": "incomplete",
            "fields": {"organisation": "甲公司", "team": "乙班"},
            "findings": [
                {"code": "missing-document", "severity": "error", "message": "缺少典型经验", "field": None, "document": "experience"}
            ],
        }
    ],
    "statistics": None,
    "findings": [],
    "reply": None,
}


def run(*arguments: str) -> int:
    """The exit status, whichever way it comes."""
    try:
        return cli.main(arguments)
    except SystemExit as leaving:
        return int(leaving.code or 0)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == DONE
    assert capsys.readouterr().out == f"shenbao {__version__}\n"


def test_version_imports_next_to_nothing() -> None:
    code = "import sys; from bot.cli import main\ntry: main(['--version'])\nexcept SystemExit: print(len(sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"], capture_output=True, text=True, check=True
    )
    plain = subprocess.run(
        [sys.executable, "-I", "-c", "import sys, argparse; print(len(sys.modules))"], capture_output=True, text=True, check=True
    )
    assert int(done.stderr) - int(plain.stdout) < 40


@pytest.mark.parametrize(
    "arguments", [(), ("frobnicate",), ("check",), ("run",), ("check", "--received-at", "gestern", __file__), ("programme",)]
)
def test_wrong_usage_is_2_and_says_how(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == WRONG_USAGE
    said = capsys.readouterr().err
    assert "usage: shenbao" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, "--help") == DONE
    assert capsys.readouterr().out.startswith(f"usage: shenbao {command}")


def test_the_contracts_commands_are_there() -> None:
    wanted = {"demo", "run", "worker", "sweep", "check", "digest", "export", "status", "doctor", "programme"}
    assert wanted <= {command.name for command in COMMANDS}


def test_a_missing_mail_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "nowhere.eml") == WRONG_USAGE
    assert "nowhere.eml: no such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (
            ConfigurationError("a.toml", [Problem("store.database", "unknown", "sqlite:///FILE"), Problem("digest.at", "not an hour")]),
            2,
            "digest.at: not an hour",
        ),
        (StoreError("the database does not answer"), 1, "the database does not answer"),
        (KeyboardInterrupt(), 1, "interrupted"),
        (RuntimeError("unforeseen"), 1, "RuntimeError: unforeseen"),
    ],
)
def test_no_trace_reaches_a_user(
    error: BaseException, status: int, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(args: object) -> int:
        raise error

    monkeypatch.setattr(check, "run", fail)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("SHENBAO_DEBUG", raising=False)
    assert run("check", __file__) == status
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err
    written = tmp_path / "shenbao" / "shenbao-error.log"
    assert written.exists() == isinstance(error, RuntimeError)
    if written.exists():
        assert str(written) in err
        assert "Traceback" in written.read_text(encoding="utf-8")


def test_debug_shows_the_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(args: object) -> int:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(check, "run", fail)
    monkeypatch.setenv("SHENBAO_DEBUG", "1")
    with pytest.raises(RuntimeError, match="unforeseen"):
        run("check", __file__)


def judged(monkeypatch: pytest.MonkeyPatch, *outcomes: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Stand-ins for what the judging core says; the calls it got."""
    calls: list[tuple[Any, ...]] = []

    def check_files(paths: Any, programme_id: Any, received_at: Any, on_progress: Any, *, folder: Any, why: bool) -> Any:
        calls.append((list(paths), programme_id, received_at))
        for outcome in outcomes:
            on_progress(outcome["source"])
            yield outcome | ({"why": [WHY]} if why else {})

    monkeypatch.setattr("bot.intake.check.check_files", check_files)
    return calls


def test_json_is_one_line_a_mail(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    calls = judged(monkeypatch, OUTCOME, OUTCOME | {"source": "02.eml"})
    monkeypatch.setattr(sys.stdout, "reconfigure", lambda **how: None, raising=False)
    assert run("check", "--json", "--programme", "jsaq-2025", "--received-at", "2025-06-10T02:05:00Z", __file__, __file__) == DONE
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["source"] for line in lines] == ["01.eml", "02.eml"]
    assert "缺少典型经验" in lines[0]
    assert calls == [([Path(__file__)] * 2, "jsaq-2025", datetime(2025, 6, 10, 2, 5, tzinfo=UTC))]


WHY = {
    "question": "owner",
    "about": "经验.docx",
    "answer": "",
    "instead": "南京甲乙水务有限公司",
    "why": [{"what": "own-folder", "weight": 8.0, "seen": "一"}, {"what": "states-team", "weight": 2.0, "seen": "[第一化验班]"}],
}


def test_why_shows_what_each_guess_goes_by(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    judged(monkeypatch, OUTCOME)
    assert run("check", "--why", __file__) == DONE
    told = capsys.readouterr().out
    assert "文件归属 经验.docx 未能判断（另一可能：南京甲乙水务有限公司）" in told
    assert "与申报表在同一文件夹 +8：一" in told
    assert "[第一化验班]" in told  # what a mail says is no markup
    assert run("check", __file__) == DONE
    assert "文件归属" not in capsys.readouterr().out


def test_a_time_without_zone_is_shanghais(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    calls = judged(monkeypatch, OUTCOME)
    assert run("check", "--received-at", "2025-06-10T10:05:00", __file__) == DONE
    assert calls[0][2] == datetime(2025, 6, 10, 2, 5, tzinfo=UTC)


def test_a_person_gets_a_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    judged(monkeypatch, OUTCOME)
    assert run("check", __file__) == DONE
    shown = capsys.readouterr()
    for words in (
        "申报[1]",
        "2025-06-10 10:05",
        "jsaq-2025",
        "待补正",
        "材料.zip/申报表.docx",
        "JSAQ2025-0001",
        "甲公司 · 乙班",
        "缺少典型经验",
    ):
        assert words in shown.out
    assert shown.err == "", "quiet in a pipe"


def test_a_mail_that_could_not_be_judged_makes_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    broken = {"code": "internal-error", "severity": "review", "message": "…", "field": None, "document": None}
    judged(monkeypatch, OUTCOME | {"findings": [broken]})
    assert run("check", __file__) == FAILED


def test_programme_list_and_check(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run("programme", "list") == DONE
    listed = capsys.readouterr().out
    assert all(name in listed for name in ("cmea-2020", "cacem-2024", "jsaq-2025", "caq-2020", "jsaqbanzu@126.com", "2025-06-30"))
    assert run("programme", "check", str(ROOT / "programmes" / "jsaq-2025.toml")) == DONE
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('schema = 1\nid = "x"\ndeadline = "soon"\n', encoding="utf-8")
    assert run("programme", "check", str(wrong)) == WRONG_USAGE
    said = capsys.readouterr().err
    assert all(word in said for word in (str(wrong), "deadline", "association", "contacts")), "every problem at once"
    assert run("programme", "check", str(tmp_path / "nowhere.toml")) == WRONG_USAGE


def test_a_wrong_configuration_is_2_and_names_every_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "shenbao.toml"
    wrong.write_text('[store]\ndatabase = "mysql://x"\n[digest]\nat = "half past eight"\nfrequency = 2\n', encoding="utf-8")
    assert run("status", "--config", str(wrong)) == WRONG_USAGE
    said = capsys.readouterr().err
    assert all(word in said for word in (str(wrong), "store.database", "digest.at", "digest.frequency"))


def test_status_of_an_empty_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "shenbao.toml"
    config.write_text("", encoding="utf-8")
    assert run("status", "--config", str(config), "--json") == DONE
    state = json.loads(capsys.readouterr().out)
    assert state["mails"]["total"] == state["stuck"] == 0
    assert set(state["replies"]) == {"queued", "sending", "sent", "failed", "ambiguous"}
    assert run("status", "--config", str(config)) == DONE
    assert "邮件共 0 封" in capsys.readouterr().out


def test_digest_and_export_of_an_empty_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "shenbao.toml"
    config.write_text("", encoding="utf-8")
    page, sheet = tmp_path / "digest.html", tmp_path / "register.xlsx"
    assert run("digest", "--config", str(config), "--date", "2025-06-10", "--output", str(page)) == DONE
    assert "2025年6月10日" in page.read_text(encoding="utf-8")
    assert run("digest", "--config", str(config), "--send") == FAILED
    assert "digest.to" in capsys.readouterr().err
    assert run("export", "--config", str(config), "--programme", "jsaq-2025", "--output", str(sheet)) == DONE
    assert sheet.read_bytes().startswith(b"PK")
    assert run("export", "--config", str(config), "--programme", "nothing", "--output", str(sheet)) == WRONG_USAGE
