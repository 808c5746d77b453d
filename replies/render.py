"""A context to an answer: subject, plain text and HTML. The same context always gives the same bytes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined

from replies.context import FindingLine, Rendered, ReplyContext

MOST_FILES = 120
"""So many files are listed one by one; a bundle of five hundred would bury the answer."""

_TAGS = {
    "accepted": "受理回执",
    "incomplete": "补正通知",
    "rejected": "不予受理通知",
    "held": "待确认通知",
    "enquiry": "咨询回复",
    "stranger": "来信回复",
}
_OUTCOMES = {"accepted": "已受理", "incomplete": "需要补正", "rejected": "不予受理", "held": "待工作人员核实"}
_COLOURS = {"accepted": "#1a7f37", "incomplete": "#9a6700", "rejected": "#cf222e", "held": "#0969da"}
_BACKGROUNDS = {"accepted": "#eaf7ed", "incomplete": "#fff8e5", "rejected": "#ffebe9", "held": "#eaf3fd"}
_GROUPS = (
    (("reject",), "不予受理的原因"),
    (("error",), "需要补正"),
    (("review",), "由工作人员核实"),
    (("warning", "info"), "提示（不影响结果）"),
)

Value = TypeVar("Value")


def render(context: ReplyContext) -> Rendered:
    """The answer that a context says. Nothing of the submitter's mail is quoted but file names and what forms state."""
    clean = _clean(context)
    values: dict[str, Any] = {field.name: getattr(clean, field.name) for field in fields(clean)}
    values |= {"summary": summary(clean), "to_supplement": to_supplement(clean), "most_files": MOST_FILES, "title": subject(clean)}
    text = _environment().get_template(f"{clean.decision}.txt").render(values)
    html = _environment().get_template(f"{clean.decision}.html").render(values)
    return Rendered(subject(clean), _tidy(text), html)


def subject(context: ReplyContext) -> str:
    """【补正通知】[JSAQ2025-0001] 关于…申报材料的答复; a bundle of mixed decisions is a 受理结果通知."""
    if context.decision == "stranger":
        return f"【{_TAGS['stranger']}】关于您的来信"
    if context.decision == "enquiry":
        return f"【{_TAGS['enquiry']}】关于“{context.programme_title}”"
    mixed = context.decision == "rejected" and any(one.decision != "rejected" for one in context.applications)
    tag = "受理结果通知" if mixed and not _wholly_rejected(context) else _TAGS[context.decision]
    reference = f"[{_abbreviated(context.references)}] " if context.references else ""
    return f"【{tag}】{reference}关于{_about(context)}申报材料的答复"


def summary(context: ReplyContext) -> str:
    """The decision in a few words; in a bundle, how many came to what."""
    if len(context.applications) < 2 or _wholly_rejected(context):
        return _OUTCOMES.get(context.decision, "")
    counts = Counter(one.decision for one in context.applications)
    parts = [
        f"{_OUTCOMES[decision]}{counts[decision]}项" for decision in ("accepted", "incomplete", "held", "rejected") if counts[decision]
    ]
    severities = {finding.severity for finding in context.findings}
    whole = "，整体材料需要补正" if "error" in severities else "，整体材料待工作人员核实" if "review" in severities else ""
    return f"共{len(context.applications)}项：{'，'.join(parts)}{whole}"


def to_supplement(context: ReplyContext) -> bool:
    """True where something may still be mended, beside what is rejected."""
    if _wholly_rejected(context):
        return False
    return any(one.decision == "incomplete" for one in context.applications) or any(f.severity == "error" for f in context.findings)


def _wholly_rejected(context: ReplyContext) -> bool:
    return any(finding.severity == "reject" for finding in context.findings)


def _abbreviated(references: Sequence[str]) -> str:
    return references[0] if len(references) == 1 else f"{references[0]} 等{len(references)}项"


def _about(context: ReplyContext) -> str:
    if len(context.applications) == 1 and (context.applications[0].organisation or context.applications[0].team):
        one = context.applications[0]
        return _short(f"{one.organisation}{one.team}")
    unit = _short(context.recipient) if context.applications else ""
    return f"{unit}{len(context.applications)}项" if len(context.applications) > 1 else f"“{context.programme_title}”"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def _groups(findings: Sequence[FindingLine], decision: str, kind: str) -> list[tuple[str, list[str]]]:
    """Findings under a heading each. What is rejected is not asked to be mended; after a supplement it still is."""
    errors = "另有以下问题，供参考" if decision == "rejected" and any(f.severity == "reject" for f in findings) else "需要补正"
    errors = "仍需补正" if kind == "supplement" and errors == "需要补正" else errors
    grouped = [(title, [finding.message for finding in findings if finding.severity in severities]) for severities, title in _GROUPS]
    grouped = [(errors if title == "需要补正" else title, messages) for title, messages in grouped]
    return [(title, list(dict.fromkeys(messages))) for title, messages in grouped if messages]


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.splitlines())).strip() + "\n"


def _clean(value: Value, *, lines: bool = False) -> Value:
    """The same value without control and direction characters in any string; only staff's note keeps its lines."""
    if isinstance(value, str):
        if value.isprintable():
            return value.strip()  # type: ignore[return-value]
        kept = "".join(c if c.isprintable() or c == "\u3000" or (lines and c == "\n") else " " for c in value)
        return kept.strip()  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple(_clean(item) for item in value)  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _clean(getattr(value, f.name), lines=f.name == "staff_note") for f in fields(value)})
    return value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("replies", "templates"),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "groups": _groups,
        "outcome": _OUTCOMES.__getitem__,
        "colour": _COLOURS.__getitem__,
        "background": _BACKGROUNDS.__getitem__,
    }
    return environment
