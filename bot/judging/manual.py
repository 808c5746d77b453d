"""`python -m bot.judging.manual`: docs/guesses.md from the tables of signs, so that both never differ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.facts import Channel
from bot.judging.evidence import Sign
from bot.judging.groups import clues, openings, recommender, signs
from bot.judging.papers import neighbours, scans, several, votes

_HEAD = """# Guesses

Generated from the tables of signs by `python -m bot.judging.manual`; a test holds both together. What a letter is, and which entries
and cases are the same, are decision tables of their own: [letters.md](letters.md), [same-entry.md](same-entry.md).

Every sign that is seen weighs, for an option or against it; the option with the most weight is taken, if that is enough and no other
has nearly as much (`bot/judging/evidence.py`). The order of the signs means nothing. `shenbao check --why MAIL` shows the signs that
were seen in a mail.
"""

TABLES: tuple[tuple[str, str, Iterable[Sign[Any]]], ...] = (
    (
        "What a paper is",
        "For the kinds of document that the programme declares. A document's own words outweigh the name of its file.",
        votes.VOTES,
    ),
    ("What a page of a scan is", "Weighed with the votes on the whole file.", scans.PAGE_VOTES),
    ("What the other files of the mail say of it", "Added to the same evidence, and weighed anew.", neighbours.MAIL_VOTES),
    ("Whether a file holds several papers", "Forms or lists behind each other in one Word file.", several.WHOLE_VOTES),
    ("Whose a paper is", "For each application of the mail, or of the case that it joins.", clues.CLUES),
    ("Whether a paper opens an application", "Where it is no other's.", openings.OPENINGS),
    ("Who sends: a recommender", "", signs.SIGNS[Channel.RECOMMENDER]),
    ("Who sends: the applicant itself", "", signs.SIGNS[Channel.ENTERPRISE]),
    ("Which recommender", "For each name that is stated anywhere.", recommender.SIGNS),
)
"""Every table of signs: its heading, what it is for, and its signs."""


def manual() -> str:
    """The whole text of docs/guesses.md."""
    return _HEAD + "".join(_section(*table) for table in TABLES)


def _section(heading: str, about: str, table: Iterable[Sign[Any]]) -> str:
    rows = sorted(table, key=lambda sign: (-abs(sign.weight), sign.name))
    lines = "".join(f"| `{sign.name}` | {sign.weight:+g} | {_page(sign)} |\n" for sign in rows)
    return f"\n## {heading}\n{f'{chr(10)}{about}{chr(10)}' if about else ''}\n| sign | weight | what it is |\n|---|---|---|\n{lines}"


def _page(sign: Sign[Any]) -> str:
    return " ".join((sign.find.__doc__ or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    print(manual(), end="")
