"""Rules' options: each of its type, each referring to something in the programme; whatever does not is named, all at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.commands import WRONG_USAGE
from bot.config import load_config
from bot.engine.parts import open_intake, open_store
from bot.errors import ConfigurationError
from bot.health.doctor import check_programmes
from bot.programme.load import load_programmes
from bot.rules.checked import checked_programme
from bot.rules.options import own_options
from bot.rules.registry import RULES, options_of
from tests.unit.rules.build import programmes
from tests.unit.test_cli import run

ROOT = Path(__file__).parents[2]
NOTHING = ROOT / "tests" / "data" / "programmes" / "options-2030.toml"
NONE = "none is declared"
KINDS = "experience, application_form, summary_sheet, statistics_form, work_summary"
ARCHIVES = "zip, rar, 7z, tar, gz, bz2, xz"
OF_ONE = "experience, application_form"
OF_THE_WHOLE = "summary_sheet, statistics_form, work_summary"

# rule, its table, what is wrong with which key: "key: what", and what is allowed, "" for what need not be said.
WRONG: list[tuple[str, str, str, str]] = [
    # What refers to nothing.
    ("count-mismatch", 'statistic = "recommended_team"', "statistic: no key of a `[[statistic]]`: 'recommended_team'", ""),
    ("count-mismatch", 'statistic = ""', "statistic: no key of a `[[statistic]]`: ''", ""),
    ("count-mismatch", 'statistic = "headcount"', "statistic: no key of a `[[statistic]]`: 'headcount'", ""),
    ("count-mismatch", 'lists = ["sumary_sheet"]', "did you mean 'summary_sheet'?", "summary_sheet"),
    (
        "count-mismatch",
        'lists = ["statistics_form"]',
        "lists: no kind of a `[[document]]` of scope package with `columns`",
        "summary_sheet",
    ),
    ("file-name-rule", 'documents = ["summary"]', "documents: no kind of a `[[document]]` of scope package: 'summary'", OF_THE_WHOLE),
    ("file-name-rule", 'documents = ["experience"]', "documents: no kind of a `[[document]]` of scope package: 'experience'", OF_THE_WHOLE),
    ("inconsistent", 'fields = ["titel"]', "fields: no key of a `[[field]]`: 'titel'; did you mean 'title'?", ""),
    ("inconsistent", 'fields = ["teams"]', "fields: no key of a `[[field]]`: 'teams'; did you mean 'team'?", ""),
    ("inconsistent", 'kinds = ["slides"]', "kinds: no kind of a `[[document]]` of scope application", OF_ONE),
    (
        "inconsistent",
        'kinds = ["summary_sheet"]',
        "kinds: no kind of a `[[document]]` of scope application",
        "experience, application_form",
    ),
    ("inconsistent", 'lists = ["experience"]', "lists: no kind of a `[[document]]` of scope package with `columns`", ""),
    (
        "ineligible",
        'zero = ["accidnets"]',
        "no key of a `[[field]]` that can hold a count: 'accidnets'; did you mean 'accidents'?",
        "",
    ),
    ("ineligible", 'zero = ["contact_mobile"]', "zero: no key of a `[[field]]` that can hold a count: 'contact_mobile'", ""),
    ("ineligible", 'zero = ["is_central_soe"]', "zero: no key of a `[[field]]` that can hold a count", ""),
    ("missing-field", 'names = ["organization"]', "names: no key of a `[[field]]`: 'organization'; did you mean 'organisation'?", ""),
    ("missing-field", 'either_copy = ["enterprise_opinion"]', "either_copy: no key of a `[[field]]`: 'enterprise_opinion'", ""),
    ("missing-field", 'none = ["complaint"]', "none: no key of a `[[field]]`: 'complaint'; did you mean 'complaints'?", ""),
    (
        "missing-section",
        'title_in = "experiences"',
        "no kind of a `[[document]]`: 'experiences'; did you mean 'experience'?",
        KINDS,
    ),
    ("packing-rule", 'merged = "recommendation_bundle"', "merged: no kind of a `[[document]]` with `contains`", NONE),
    ("packing-rule", 'merged = "experience"', "merged: no kind of a `[[document]]` with `contains`: 'experience'", NONE),
    (
        "packing-rule",
        'archives = [".zip"]',
        "archives: none of what is allowed: '.zip'; did you mean 'zip'?",
        "zip, rar, 7z, tar, gz, bz2, xz",
    ),
    (
        "packing-rule",
        'archives = ["ZIP"]',
        "archives: none of what is allowed: 'ZIP'; did you mean 'zip'?",
        "zip, rar, 7z, tar, gz, bz2, xz",
    ),
    ("packing-rule", 'archives = ["pdf"]', "archives: none of what is allowed: 'pdf'", ARCHIVES),
    (
        "seal-missing",
        'parts = ["statistics_form"]',
        "parts: no kind that a `[[document]]` `contains`",
        "none is declared",
    ),
    ("team-name-rule", 'superior = ["leader"]', "superior: none of what is allowed: 'leader'", "organisation, team"),
    ("team-name-rule", 'superior = ["teams"]', "superior: none of what is allowed: 'teams'; did you mean 'team'?", "organisation, team"),
    ("wrong-year", 'documents = ["aplication_form"]', "documents: no kind of a `[[document]]`: 'aplication_form'", KINDS),
    ("wrong-year", 'documents = ["slides"]', "documents: no kind of a `[[document]]`: 'slides'", KINDS),
    # Numbers and lists that mean nothing.
    ("inconsistent", "clear = 1.5", "clear: out of range: 1.5", "a number from 0 to 1"),
    ("inconsistent", "clear = -0.1", "clear: out of range: -0.1", "a number from 0 to 1"),
    ("inconsistent", "clear = 0.9", "`clear` 0.9 is above `alike` 0.85", ""),
    ("inconsistent", "alike = 70", "alike: out of range: 70", "a number from 0 to 1"),
    ("inconsistent", "fields = []", "fields: the list is empty", "one or more; `enabled = false` switches the rule off"),
    ("inconsistent", "kinds = []\nlists = []", "`kinds` and `lists` are both empty", ""),
    ("seal-missing", "own = nan", "own: out of range: nan", "a number from 0 to 1"),
    ("seal-mismatch", "confidence = 80", "confidence: out of range: 80", "a number from 0 to 1"),
    ("seal-mismatch", "similar = -1", "similar: out of range: -1", "a number from 0 to 1"),
    ("seal-mismatch", "shared = inf", "shared: out of range: inf", "a number from 0 to 1"),
    ("wrong-year", "documents = []", "documents: the list is empty", "one or more; `enabled = false` switches the rule off"),
    ("ineligible", 'zero = ["accidents", "accidents"]', "zero: listed twice: 'accidents'", ""),
    # Keys that there are not.
    ("late", "grace = 1", "grace: unknown key", "enabled"),
    ("ineligible", 'zeros = ["accidents"]', "zeros: unknown key; did you mean 'zero'?", "enabled, zero"),
    ("late", "enable = false", "enable: unknown key; did you mean 'enabled'?", "enabled"),
]
# What each kind of default can't be, and what is allowed.
OTHER_TYPES: dict[type, list[tuple[str, str]]] = {
    tuple: [('"team"', 'a list of texts: ["…"]'), ("3", 'a list of texts: ["…"]'), ("[3]", "")],
    str: [("3", "a text"), ('["team"]', "a text"), ("true", "a text")],
    float: [('"0.7"', "a number from 0 to 1"), ("true", "a number from 0 to 1"), ("[0.7]", "a number from 0 to 1")],
}
TYPES = [
    (rule.id, name, value, allowed)
    for rule in RULES
    for name, field in own_options(rule.options).items()
    for value, allowed in OTHER_TYPES[type(field.default)]
]


def jsaq_with(folder: Path, tables: str) -> Path:
    """The Jiangsu programme with these tables in place of its own `[rules.*]`."""
    text = (ROOT / "programmes" / "jsaq-2025.toml").read_text(encoding="utf-8")
    text, found = re.subn(r"^\[rules\.[^\n]*\n(?:[^\[\n][^\n]*\n)*", "", text, flags=re.MULTILINE)
    assert found == 4
    file = folder / "mine.toml"
    file.write_text(f"{text}\n{tables}\n", encoding="utf-8")
    return file


def problems_in(file: Path) -> list[str]:
    """What is wrong, a text each, with the line that it points at; none where nothing is."""
    try:
        checked_programme(file)
    except ConfigurationError as error:
        lines = file.read_text(encoding="utf-8").splitlines()
        return [f"{problem} <- {lines[problem.line - 1]}" for problem in error.problems]
    return []


@pytest.mark.parametrize(("rule", "table", "says", "allowed"), WRONG, ids=[f"{case[0]}: {case[1]}" for case in WRONG])
def test_what_is_wrong_with_an_option_is_named(tmp_path: Path, rule: str, table: str, says: str, allowed: str) -> None:
    (problem,) = problems_in(jsaq_with(tmp_path, f"[rules.{rule}]\n{table}"))
    assert says in problem
    assert problem.startswith(f"rules.{rule}{'.' if not says.startswith('`') else ': '}")
    assert not allowed or f"(allowed: {allowed})" in problem
    assert problem.endswith(f" <- {table}" if not says.startswith("`") else f" <- [rules.{rule}]")


@pytest.mark.parametrize(("rule", "name", "value", "allowed"), TYPES, ids=[" ".join(case[:3]) for case in TYPES])
def test_an_option_of_another_type_is_named(tmp_path: Path, rule: str, name: str, value: str, allowed: str) -> None:
    (problem,) = problems_in(jsaq_with(tmp_path, f"[rules.{rule}]\n{name} = {value}"))
    assert problem.startswith(f"rules.{rule}.{name}: ")
    assert f"(allowed: {allowed}" in problem


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_is_switched_by_true_or_false(tmp_path: Path, rule: object) -> None:
    name = rule.id  # type: ignore[attr-defined]
    for value in ('"no"', "0", "[]"):
        (problem,) = problems_in(jsaq_with(tmp_path, f"[rules.{name}]\nenabled = {value}"))
        assert problem.startswith(f"rules.{name}.enabled: not of the right type: ")
        assert "(allowed: true or false)" in problem
    off = checked_programme(jsaq_with(tmp_path, f"[rules.{name}]\nenabled = false"))
    assert [one.id for one in RULES if not options_of(one, off).enabled] == [name]


def test_every_option_has_a_case() -> None:
    shown = {(rule, line.partition(" ")[0]) for rule, table, _, _ in WRONG for line in table.splitlines()}
    assert {(rule.id, name) for rule in RULES for name in own_options(rule.options)} <= shown


RIGHT = [
    ("ineligible", 'zero = ["accidents", "complaints"]'),
    ("ineligible", "zero = []"),
    ("ineligible", 'zero = ["organisation_size"]'),  # a text may say 无
    ("packing-rule", 'archives = ["7z"]\nmerged = ""'),
    ("missing-section", 'title_in = ""'),
    ("missing-section", 'title_in = "application_form"'),
    ("count-mismatch", 'statistic = "teams"\nlists = []'),
    ("inconsistent", "clear = 0\nalike = 1"),
    ("inconsistent", 'kinds = []\nfields = ["uscc"]'),
    ("missing-field", "names = []\nnone = []\neither_copy = []"),
    ("seal-missing", "parts = []\nown = 0.5"),
    ("file-name-rule", 'documents = ["work_summary"]'),
]


@pytest.mark.parametrize(("rule", "table"), RIGHT, ids=[" ".join(case) for case in RIGHT])
def test_what_is_right_is_taken(tmp_path: Path, rule: str, table: str) -> None:
    assert problems_in(jsaq_with(tmp_path, f"[rules.{rule}]\n{table}")) == []


def test_a_rule_there_is_not_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    (problem,) = problems_in(jsaq_with(tmp_path, "[rules.wrong_year]\nenabled = false"))
    assert problem.startswith("rules.wrong_year: no such rule; did you mean 'wrong-year'? (allowed: count-mismatch, ")


@pytest.mark.parametrize("identity", sorted(programmes()))
def test_the_defaults_of_a_programme_are_the_rules_own(identity: str) -> None:
    for rule in RULES:
        set_here = programmes()[identity].rules.get(rule.id, {})
        options = options_of(rule, programmes()[identity])
        for name, field in own_options(rule.options).items():
            value = set_here.get(name, field.default)
            assert getattr(options, name) == (tuple(value) if isinstance(value, list) else value)


NAMED = [
    "rules.team-name-rule.superior",
    "rules.ineligible.zero",
    "rules.wrong-year.documents",
    "rules.count-mismatch.statistic",
]


def test_four_options_that_refer_to_nothing_are_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        checked_programme(NOTHING)
    assert [(problem.where, problem.line) for problem in caught.value.problems] == list(zip(NAMED, (60, 63, 66, 69), strict=True))


def test_options_are_named_beside_what_else_is_wrong(tmp_path: Path) -> None:
    text = NOTHING.read_text(encoding="utf-8")
    for old, new in (("year = 2030\n", 'year = "soon"\n'), ('type = "phone"', 'type = "telephone"')):
        text = text.replace(old, new)
    text = text.replace('zero = ["accidnets"]', 'zero = ["fund", "phone"]').replace('"aplication_form"', '"application_form"')
    text += '\n[severity]\nwrong-years = "warning"\n'
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        checked_programme(file)
    assert [problem.where for problem in caught.value.problems] == [
        "year",
        "field.4.type",
        "rules.team-name-rule.superior",
        "rules.count-mismatch.statistic",
        "severity.wrong-years",
    ]
    assert "did you mean 'wrong-year'?" in caught.value.problems[-1].what


# A programme that is wrong elsewhere in any way is still read as far as it goes.
BROKEN = [
    "rules = 3",
    'rules = { late = "off" }',
    "field = 3",
    "field = [3]",
    'document = [{ kind = ["x"], label = "x" }]',
    'document = [{ kind = "slides", label = "x", contains = 3, columns = 3, scope = "whole" }]',
    "statistic = [{ key = 3 }]",
    "[rules.wrong-year]\ndocuments = [[3]]",
]


@pytest.mark.parametrize("text", BROKEN)
def test_whatever_a_file_says_its_problems_are_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.toml"
    options = '[rules.packing-rule]\nmerged = "essay"\n[rules.ineligible]\nzero = ["x"]\n'
    file.write_text(f"{text}\n{'' if text.startswith('rules') else options}", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        checked_programme(file)
    named = {problem.where for problem in caught.value.problems}
    assert "title" in named
    assert text.startswith("rules") or {"rules.packing-rule.merged", "rules.ineligible.zero"} <= named


CONFIG = """
[store]
database = "sqlite:///shenbao.db"
blobs = "blobs"
[programmes]
folder = "programmes"
[[mailbox]]
name = "m"
programmes = ["jsaq-2025"]
address = "jsaqbanzu@126.com"
display_name = "江苏省质量管理协会现场部"
imap = { host = "127.0.0.1", port = 1143, security = "none", user = "u", password_env = "P" }
smtp = { host = "127.0.0.1", port = 1025, security = "none" }
"""
COMMANDS = {
    "programme check": ["programme", "check", "{file}"],
    "programme list": ["programme", "list", "--config", "{config}"],
    "check": ["check", "--programme", "{file}", "{file}"],
    "check of a configuration": ["check", "--config", "{config}", "{file}"],
    "sweep": ["sweep", "--config", "{config}"],
    "export": ["export", "--config", "{config}", "--programme", "jsaq-2025", "--output", "{file}.xlsx"],
    "digest": ["digest", "--config", "{config}"],
    "case": ["case", "--config", "{config}", "JSAQ2025-0001"],
    "confirm": ["confirm", "--config", "{config}", "JSAQ2025-0001"],
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose folder of programmes holds the one whose options refer to nothing."""
    file = tmp_path / "shenbao.toml"
    file.write_text(CONFIG, encoding="utf-8")
    (tmp_path / "programmes").mkdir()
    (tmp_path / "programmes" / NOTHING.name).write_bytes(NOTHING.read_bytes())
    assert "options-2030" in load_programmes(tmp_path / "programmes")  # each key of it is one there is
    return file


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_no_command_takes_a_programme_whose_options_refer_to_nothing(
    command: list[str], config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = config.parent / "programmes" / NOTHING.name
    assert run(*(word.format(config=config, file=file) for word in command)) == WRONG_USAGE
    said = capsys.readouterr().err
    assert all(f"{file}:{line}: {place}: " in said for place, line in zip(NAMED, (60, 63, 66, 69), strict=True))


def test_neither_daemon_and_console_nor_doctor_take_it(config: Path) -> None:
    loaded = load_config(config)
    with open_store(loaded) as store, pytest.raises(ConfigurationError, match=NAMED[0]), open_intake(loaded, store):
        pass
    (fault,) = check_programmes(loaded)
    assert all(place in fault.seen for place in NAMED)
