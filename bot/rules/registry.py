"""The rules, listed one by one, and how they are run: all of them, whatever one of them does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

from bot.facts import Application, Package
from bot.findings import Finding
from bot.programme.programme import Programme
from bot.rules import (
    count_mismatch,
    encrypted_document,
    file_name_rule,
    inconsistent,
    ineligible,
    invalid_field,
    late,
    linked_attachment,
    missing_document,
    missing_field,
    missing_section,
    packing_rule,
    seal_mismatch,
    seal_missing,
    team_name_rule,
    title_rule,
    too_long,
    too_short,
    unconverted_document,
    unknown_recommender,
    unreadable_document,
    unsafe_document,
    wrong_channel,
    wrong_year,
)
from bot.rules.context import RuleContext
from bot.rules.options import RuleOptions

Subject = TypeVar("Subject", Application, Package)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule module's parts. Staff read `summary` and `guide`; who writes a programme reads `manual`.

    A check is None where the rule has nothing to say of that subject."""

    id: str
    codes: tuple[str, ...]
    options: type[RuleOptions]
    summary: str
    guide: str
    manual: str
    check_application: Callable[[Application, RuleContext[Any]], Iterator[Finding]] | None
    check_package: Callable[[Package, RuleContext[Any]], Iterator[Finding]] | None


def _rule(module: ModuleType) -> Rule:
    return Rule(
        module.ID,
        module.CODES,
        getattr(module, "Options", RuleOptions),
        module.SUMMARY,
        module.GUIDE,
        module.__doc__ or "",
        getattr(module, "check_application", None),
        getattr(module, "check_package", None),
    )


RULES: tuple[Rule, ...] = tuple(
    _rule(module)
    for module in (
        # In the order in which a submitter should read them: whether at all, then what is missing, then what is wrong.
        late,
        wrong_channel,
        unknown_recommender,
        ineligible,
        linked_attachment,
        missing_document,
        unreadable_document,
        encrypted_document,
        packing_rule,
        file_name_rule,
        seal_missing,
        wrong_year,
        missing_section,
        missing_field,
        invalid_field,
        title_rule,
        team_name_rule,
        too_long,
        too_short,
        inconsistent,
        seal_mismatch,
        count_mismatch,
        unsafe_document,
        unconverted_document,
    )
)


def options_of(rule: Rule, programme: Programme) -> RuleOptions:
    """A rule's options: its defaults, overridden by the programme's `[rules.<id>]`. The programme is one that `bot.rules.checked` gave."""
    return rule.options.model_validate(programme.rules.get(rule.id, {}))


def run_rules(package: Package, programme: Programme) -> tuple[list[list[Finding]], list[Finding]]:
    """Every rule over a package: the findings of each application, in its order, and those that concern the whole mail.

    A rule that crashes yields `internal-error` for its subject, and the others still run.
    """
    of_applications: list[list[Finding]] = [[] for _ in package.applications]
    of_package: list[Finding] = []
    memo: dict[Any, Any] = {}
    for rule in RULES:
        options = options_of(rule, programme)
        if not options.enabled:
            continue
        context = RuleContext(programme, package, memo, options=options)
        if rule.check_application is not None:
            for findings, application in zip(of_applications, package.applications, strict=True):
                findings += _run(rule.id, rule.check_application, application, context)
        if rule.check_package is not None:
            of_package += _run(rule.id, rule.check_package, package, context)
    return of_applications, of_package


def _run(
    rule_id: str, check: Callable[[Subject, RuleContext[Any]], Iterable[Finding]], subject: Subject, context: RuleContext[Any]
) -> list[Finding]:
    try:
        return list(check(subject, context))
    except Exception:  # a bug in a rule may raise anything; the mail is held for staff and the other rules still run
        log.exception("rule %s crashed", rule_id)
        return [Finding("internal-error", {"rule": rule_id})]
