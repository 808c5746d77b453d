"""Every rule on its cases, all rules on complete packages, and what happens when one crashes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

import bot.rules
from bot.facts import Package
from bot.findings import DEFAULT_SEVERITIES, Finding
from bot.rules import registry
from bot.rules.context import Context, RuleContext
from bot.rules.manual import manual
from bot.rules.options import own_options
from replies.sentences import all_sentences, sentence
from tests.unit.rules import cases_documents, cases_mail, cases_names, cases_values
from tests.unit.rules.build import BASES, Case, programmes, twice

CASES = [*cases_documents.CASES, *cases_values.CASES, *cases_names.CASES, *cases_mail.CASES]
NOT_RULES = {
    "__init__",
    "registry",
    "context",
    "options",
    "blanks",
    "values",
    "requirements",
    "lengths",
    "rows",
    "seals",
    "manual",
    "checked",
    "units",
}


def package_of(case: Case) -> Package:
    return reduce(lambda package, change: change(package), case.changes, BASES[case.base][1]())


def findings_of(case: Case) -> list[Finding]:
    rule = next(rule for rule in registry.RULES if rule.id == case.rule)
    package, programme = package_of(case), programmes()[BASES[case.base][0]]
    context = RuleContext(programme, package, options=registry.options_of(rule, programme))
    found: list[Finding] = []
    for application in package.applications:
        found += rule.check_application(application, context) if rule.check_application else ()
    found += rule.check_package(package, context) if rule.check_package else ()
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.name}")
def test_a_rule_yields_exactly_what_its_case_says(case: Case) -> None:
    found = [(finding.code, finding.field or finding.document) for finding in findings_of(case)]
    assert sorted(found, key=str) == sorted(case.expected, key=str)


@pytest.mark.parametrize("case", [case for case in CASES if case.expected], ids=lambda case: f"{case.rule}: {case.name}")
def test_a_finding_says_more_than_the_general_sentence(case: Case) -> None:
    found = findings_of(case)
    assert found
    for finding in found:
        problems = all_sentences()[finding.code]
        problem = str(finding.facts.get("problem", ""))
        general = problems.get(problem, problems[""])[-1]
        assert "{" in general or len(problems.get(problem, problems[""])) == 1 or sentence(finding.code, finding.facts) != general
        assert problem in problems


@pytest.mark.parametrize("base", BASES)
def test_a_complete_package_has_no_finding(base: str) -> None:
    programme, package = BASES[base]
    assert registry.run_rules(package(), programmes()[programme]) == ([[]] * len(package().applications), [])


def test_every_rule_has_a_failing_and_a_passing_case() -> None:
    failing = {case.rule for case in CASES if case.expected}
    passing = {case.rule for case in CASES if not case.expected}
    assert failing == passing == {rule.id for rule in registry.RULES}


def test_every_code_of_a_rule_has_a_case() -> None:
    shown = {(case.rule, code) for case in CASES for code, _ in case.expected}
    assert shown == {(rule.id, code) for rule in registry.RULES for code in rule.codes}


def test_the_registry_lists_every_rule_in_the_folder() -> None:
    folder = Path(bot.rules.__file__).parent
    assert sorted(path.stem for path in folder.glob("*.py") if path.stem not in NOT_RULES) == sorted(
        rule.id.replace("-", "_") for rule in registry.RULES
    )


def test_a_rule_is_one_short_module_with_its_manual() -> None:
    folder = Path(bot.rules.__file__).parent
    assert registry.RULES
    for rule in registry.RULES:
        lines = (folder / f"{rule.id.replace('-', '_')}.py").read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 150
        assert rule.manual.startswith(f"{rule.id}: ")
        for heading in ("Options: ", "Fails: ", "Passes: "):
            assert heading in rule.manual
        assert set(rule.codes) <= set(DEFAULT_SEVERITIES)
        assert all(f"`{option}`" in rule.manual for option in own_options(rule.options))
        assert "。" in rule.guide  # staff read Chinese
        assert not re.search(r"[a-z]{4,}|`", rule.guide), rule.id


@pytest.mark.parametrize("identity", sorted(programmes()))
def test_a_programme_names_only_rules_and_options_that_exist(identity: str) -> None:
    known = {rule.id: set(rule.options.model_fields) for rule in registry.RULES}
    assert any(programme.rules for programme in programmes().values())
    for rule, options in programmes()[identity].rules.items():
        assert set(options) <= known[rule]


def test_a_crashing_rule_holds_the_mail_and_the_others_still_run(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def crash(subject: Any, context: Context) -> Iterator[Finding]:
        raise ZeroDivisionError("a bug")
        yield

    broken = replace(registry.RULES[5], id="broken", check_application=crash, check_package=crash)
    monkeypatch.setattr(registry, "RULES", (broken, *registry.RULES))
    programme, package = BASES["jsaq"]
    mail = replace(twice(team="第二测量中心")(package()), channel=None)
    of_applications, of_mail = registry.run_rules(mail, programmes()[programme])
    assert [[finding.code for finding in findings] for findings in of_applications] == [
        ["internal-error"],
        ["internal-error", "team-name-rule"],
    ]
    assert [finding.code for finding in of_mail] == ["internal-error", "count-mismatch"]
    assert "rule broken crashed" in caplog.text


def test_a_rule_can_be_switched_off() -> None:
    programme, package = BASES["jsaq"]
    off = programmes()[programme].model_copy(update={"rules": {"late": {"enabled": False}}})
    late = replace(package(), received_at=package().received_at.replace(year=2026))
    assert registry.run_rules(late, off)[1] == []
    assert [finding.code for finding in registry.run_rules(late, programmes()[programme])[1]] == ["late"]


def test_the_manual_is_what_the_rules_say() -> None:
    page = Path(__file__).parents[2] / "docs" / "rules.md"
    assert page.read_text(encoding="utf-8") == manual()
