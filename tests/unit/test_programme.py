"""Every problem of a programme is named with its line; a stranger's notice is judged before it is put into a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.commands import DONE
from bot.errors import ConfigurationError
from bot.intake.check import check_files
from bot.programme.load import load_programmes
from bot.rules.checked import checked_programme, checked_programmes
from parsers.reader import DirectReader
from tests.unit.test_cli import run

TEXT = (Path(__file__).parents[2] / "programmes" / "jsaq-2025.toml").read_text(encoding="utf-8")


def with_changes(folder: Path, *changes: tuple[str, str]) -> Path:
    """The Jiangsu programme in a file of its own, changed."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


WRONG = [
    ("a misspelt key", ('title = "2025', 'titel = "2025'), "titel: unknown key"),
    ("a date that is none", ("deadline = 2025-06-30", 'deadline = "soon"'), "deadline: Input should be a valid date"),
    ("a kind there is not", ('kind = "experience"', 'kind = "essay"'), "unknown document kind 'essay'"),
    (
        "an identity of no field",
        ('identity = [["organisation", "uscc"]', 'identity = [["organization", "uscc"]'),
        "no [[field]] has the key",
    ),
    ("a line after one there is not", ('after = "reviewer_training"', 'after = "x"'), "`after` names no statistic: 'x'"),
    ("a month that is none", ('period = ["2024-06"', 'period = ["2024-13"'), "not two months"),
    ("a zone that is none", ("year = 2025", 'year = 2025\ntimezone = "Mars"'), "no such time zone"),
    ("a deadline before its opening", ("deadline = 2025-06-30", "deadline = 2025-04-01"), "before the first day"),
    ("an alias of nobody", ("year = 2025", 'year = 2025\nrecommender_aliases = { "省协" = "省协会" }'), "on no list of recommenders"),
    ("a rule there is not", ("[rules.ineligible]", "[rules.inelligible]"), "rules.inelligible: no such rule"),
    ("an option there is not", ("zero = [", "zeros = ["), "rules.ineligible.zeros: unknown key"),
    ("an option of another type", ('zero = ["accidents"]', 'zero = "accidents"'), "a list of texts"),
    ("a length below nought", ("max = 500", "max = -500"), "document.0.sections.0.max: Input should be greater than or equal to 0"),
    ("a length that is none", ("max = 500 }", "max = true }"), "document.0.sections.0.max: Input should be a valid integer"),
    ("a least length above the longest", ("max = 500", "max = 500, min = 501"), "sections.0.min: 501 is above `max`, 500"),
    ("no pages", ('kind = "experience"', 'kind = "experience"\npages = 0'), "document.0.pages: Input should be greater than or equal to 1"),
    (
        "a part there is not",
        ('kind = "work_summary"', 'kind = "work_summary"\ncontains = ["statistic_form"]'),
        "document 'work_summary': `contains` names no [[document]]: 'statistic_form'; did you mean 'statistics_form'?",
    ),
    ("a column of nothing", ('value = "title"', 'value = "titel+number"'), "value: 'titel'; did you mean 'title'?"),
    ("a requirement of nothing", ('document = "experience"', 'document = "experiences"'), "'experiences'; did you mean 'experience'?"),
    ("a switch that is none", ("[rules.ineligible]", '[rules.ineligible]\nenabled = "no"'), "true or false"),
    (
        "a code there is not",
        ('packing-rule = "warning"', 'packing = "warning"'),
        "severity.packing: unknown finding code: 'packing'",
    ),
]


@pytest.mark.parametrize(("change", "says"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_is_wrong_is_named(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        checked_programme(with_changes(tmp_path, change))
    assert says in str(caught.value)


def test_all_problems_at_once_each_with_its_line(tmp_path: Path) -> None:
    file = with_changes(tmp_path, ("deadline = 2025-06-30", 'deadline = "soon"'), ('kind = "experience"', 'kind = "essay"'))
    with pytest.raises(ConfigurationError) as caught:
        checked_programme(file)
    rows = file.read_text(encoding="utf-8").splitlines()
    assert [rows[problem.line - 1] for problem in caught.value.problems] == ['deadline = "soon"', 'kind = "essay"']
    assert f"{file}:{caught.value.problems[0].line}: deadline:" in str(caught.value)


def test_the_problems_of_a_folder_are_those_of_all_its_files(tmp_path: Path) -> None:
    with_changes(tmp_path, ("[rules.ineligible]", "[rules.inelligible]"))
    with pytest.raises(ConfigurationError, match=r"mine\.toml:\d+: rules\.inelligible"):
        checked_programmes(tmp_path)
    (tmp_path / "other.toml").write_text("[x", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"other\.toml: syntax"):
        load_programmes(tmp_path)
    with pytest.raises(ConfigurationError, match="no such folder"):
        load_programmes(tmp_path / "nowhere")


def test_a_programme_of_ones_own_judges_a_mail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = with_changes(tmp_path, ('id = "jsaq-2025"', 'id = "mine-2026"'), ('reference = "JSAQ2025"', 'reference = "MINE2026"'))
    mail = tmp_path / "01.eml"
    mail.write_bytes(
        b"From: a@example.cn\r\nTo: b@example.cn\r\nSubject: a\r\nDate: Tue, 10 Jun 2025 10:00:00 +0800\r\n\r\n" + "申报材料请查收".encode()
    )
    (outcome,) = check_files([mail], str(file), reader=DirectReader())
    assert (outcome["programme"], outcome["decision"]) == ("mine-2026", "incomplete")
    (outcome,) = check_files([mail], "mine-2026", reader=DirectReader(), folder=tmp_path)
    assert outcome["programme"] == "mine-2026"
    with pytest.raises(ConfigurationError, match="can't be read"):
        next(iter(check_files([mail], "nowhere.toml", reader=DirectReader())))


def test_what_a_draft_leaves_open_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = with_changes(tmp_path, ("year = 2025", "year = 2025  # TODO check: is it?"))
    assert run("programme", "check", str(file)) == DONE
    assert "still marked `# TODO check`: lines 8" in capsys.readouterr().out
