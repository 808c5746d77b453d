"""Which line of a list (summary sheet) is whose application."""

from __future__ import annotations

from collections.abc import Mapping

from bot.facts import Application, DocumentFacts
from bot.names import evened, name_likeness
from bot.rules.context import Context

KEYS = ("organisation", "team", "title")


def named_rows(sheet: DocumentFacts) -> tuple[Mapping[str, str], ...]:
    """The lines that name an entry; totals and remarks do not."""
    return tuple(row for row in sheet.rows if sum(bool(evened(row.get(key, ""))) for key in KEYS) >= 1)


def row_of(application: Application, sheet: DocumentFacts, context: Context) -> Mapping[str, str] | None:
    """The line of a sheet that is about an application, or None where none is.

    Every application takes at most one line: the best pair first, so that a wrong name in one does not take another's
    line. A single line and a single application belong together whatever they say.
    """
    key = ("rows", sheet.path, sheet.sha256)
    if key not in context.memo:
        context.memo[key] = _matched(context.package.applications, named_rows(sheet))
    index = next(i for i, one in enumerate(context.package.applications) if one is application)
    row: Mapping[str, str] | None = context.memo[key].get(index)
    return row


def _matched(applications: tuple[Application, ...], rows: tuple[Mapping[str, str], ...]) -> dict[int, Mapping[str, str]]:
    if len(rows) == 1 and len(applications) == 1:
        return {0: rows[0]}
    names = [_names(application.fields) for application in applications]
    lines = [_names(row) for row in rows]
    taken: dict[int, int] = {}
    free = set(range(len(rows)))
    # Lines that agree in full need no comparing; what is left is small unless nearly every line is wrong.
    whole = {line: j for j, line in reversed(list(enumerate(lines))) if all(line)}
    for i, name in enumerate(names):
        if (j := whole.get(name, -1)) in free:
            taken[i] = j
            free.discard(j)
    pairs = [(-_likeness(names[i], lines[j]), i, j) for i in range(len(names)) if i not in taken for j in free]
    for unlike, i, j in sorted(pairs):
        if -unlike >= 0.5 and i not in taken and j in free:
            taken[i] = j
            free.discard(j)
    return {i: rows[j] for i, j in taken.items()}


def _names(stated: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(evened(stated.get(key, "")) for key in KEYS)


def _likeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    both = [(a, b) for a, b in zip(one, other, strict=True) if a and b]
    return sum(name_likeness(a, b) for a, b in both) / len(both) if both else 0.0
