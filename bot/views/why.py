"""Why a mail was taken for what it was taken: each guess of the judging core and its evidence, in words for staff."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from bot.views.words import CHANNELS, DOCUMENT_KINDS, KINDS

QUESTIONS = {"letter": "来信性质", "paper": "文件种类", "owner": "文件归属", "sender": "报送方", "case": "归入哪一件", "entry": "是否重复"}
"""What was guessed, by the explanation's `question`, in the order in which a reader asks."""

_BY_TABLE = ("letter", "case", "entry")
"""What a decision table tells: there a row decides, and nothing is weighed."""
_DEGREES = {
    "same": "相同",
    "alike": "相近",
    "slip": "只差个别字",
    "short": "简称",
    "loose": "大致相近",
    "unstated": "未写明",
    "other": "不同",
    "clash": "不符",
    "yes": "是",
    "no": "否",
}
_LIKENESSES = {"(certain)": "（确定）", "(probable)": "（可能）"}
_ABOUTS = {"recommender": "推荐单位名称"}


@cache
def signs() -> Mapping[str, Mapping[str, str]]:
    """What each sign of the core's tables means, by the question and the sign's name (signs.toml)."""
    return tomllib.loads((resources.files("bot.views") / "signs.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class WhyLine:
    """One guess in words. `about`: the file in question, "" for the mail; `doubt`: what else it may be; `reasons`: a line a sign."""

    question: str
    about: str
    answer: str
    doubt: str
    reasons: tuple[str, ...]


def why_lines(explanations: Iterable[Mapping[str, Any]], labels: Mapping[str, str] | None = None) -> list[WhyLine]:
    """Explanations (`bot.judging.evidence.as_values`) in words. `labels`: what the programme calls its kinds of document."""
    names = {**DOCUMENT_KINDS, **KINDS, **CHANNELS, **(labels or {})}
    places = list(QUESTIONS)
    ordered = sorted(explanations, key=lambda one: places.index(one["question"]) if one.get("question") in places else len(places))
    return [_line(one, names) for one in ordered]


def _line(one: Mapping[str, Any], names: Mapping[str, str]) -> WhyLine:
    answer, instead = (str(one.get(key) or "") for key in ("answer", "instead"))
    question = str(one.get("question"))
    doubt = f"（另一可能：{names.get(instead, instead)}）" if instead and not answer else ""
    return WhyLine(
        QUESTIONS.get(question, question),
        _ABOUTS.get(str(one.get("about")), str(one.get("about") or "")),
        names.get(answer, "".join(_LIKENESSES.get(part, part) for part in answer.split(" "))) or "未能判断",
        doubt,
        tuple(_reason(reason, question) for reason in one.get("why") or ()),
    )


def _reason(reason: Mapping[str, Any], question: str) -> str:
    what, weight, seen = str(reason.get("what")), float(reason.get("weight") or 0), str(reason.get("seen") or "")
    weighed = f" {weight:+g}" if weight and question not in _BY_TABLE else ""
    seen = _DEGREES.get(seen, seen) if question in _BY_TABLE else seen
    return f"{signs().get(question, {}).get(what, what)}{weighed}" + (f"：{seen}" if seen else "")
