"""Guesses by one principle: collect all the evidence, weigh it once, keep the explanation.

What a letter is, what a paper is, whose it is, who sends, which case a mail joins and whether two entries are one are guessed.
Each guess has options, and signs that speak for or against them. A sign is a small function with a name, a weight and two examples;
none knows of the others, and their order means nothing. The option with the most weight is chosen, unless it weighs too little or
another weighs nearly as much: then the answer is unknown, and what is unknown never counts against a submitter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

F = TypeVar("F", bound=Callable[..., object])
O = TypeVar("O")  # noqa: E741  (an option, of whatever type a guess has)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sign that was seen. `what`: the sign's name, as its table lists it. `weight`: above 0 it speaks for the option, below
    against it. `seen`: the words, or the file, in which it was seen."""

    what: str
    weight: float
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Sign(Generic[F]):
    """A line in a guess's table. `name`: in kebab case, as explanations and docs say it. `find`: whether it was seen, and in what;
    the first paragraph of its docstring is the sign's manual, with one mail where it speaks and one where it is silent."""

    name: str
    weight: float
    find: F


@dataclass(frozen=True, slots=True)
class Choice(Generic[O]):
    """What was chosen. `best` is None where it is unknown; `margin`: the lead over the `runner_up`, or over nothing where there is
    no other; `why`: the evidence for the option that weighs most, also where that was too little."""

    best: O | None
    margin: float
    why: tuple[Evidence, ...] = ()
    runner_up: O | None = None


def choose(options: Iterable[O], evidence: Callable[[O], Iterable[Evidence]], least: float, lead: float) -> Choice[O]:
    """The option whose evidence weighs most, if that is at least `least` and leads the next by at least `lead`.

    Of options that weigh the same the first is named first; with a `lead` above 0 neither is chosen.
    """
    weighed = []
    for option in options:
        why = tuple(evidence(option))
        weighed.append((sum(one.weight for one in why), option, why))
    if not weighed:
        return Choice(None, 0.0)
    weighed.sort(key=lambda one: -one[0])  # stable
    weight, best, why = weighed[0]
    runner_up = weighed[1][1] if len(weighed) > 1 else None
    margin = weight - (weighed[1][0] if len(weighed) > 1 else 0.0)
    chosen = weight >= least and (runner_up is None or margin >= lead)
    return Choice(best if chosen else None, margin, why, runner_up)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A guess as a reader is told it.

    `question`: "letter", "paper", "owner", "sender", "case" or "entry". `about`: the file or the reference in question, "" for
    the mail. `answer`: what was chosen, "" where it is unknown; `instead`: what else it could have been, "" for nothing.
    """

    question: str
    about: str
    answer: str
    why: tuple[Evidence, ...] = ()
    margin: float = 0.0
    instead: str = ""


def explain(question: str, about: str, choice: Choice[O], named: Callable[[O], str] = str) -> Explanation:
    """A choice as its explanation; `named` gives an option's name."""
    answer = named(choice.best) if choice.best is not None else ""
    instead = named(choice.runner_up) if choice.runner_up is not None else ""
    return Explanation(question, about, answer, choice.why, choice.margin, instead)


_LONGEST_SEEN = 120
"""Characters of what was seen: enough to find it again."""


def as_values(explanation: Explanation) -> dict[str, Any]:
    """An explanation as values that JSON keeps: its fields, each piece of evidence as what, weight and seen."""
    return {
        "question": explanation.question,
        "about": explanation.about,
        "answer": explanation.answer,
        "instead": explanation.instead,
        "margin": round(explanation.margin, 2),
        "why": [{"what": one.what, "weight": round(one.weight, 2), "seen": one.seen[:_LONGEST_SEEN]} for one in explanation.why],
    }
