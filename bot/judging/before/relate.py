"""Which earlier case a mail joins: the first bond that finds one.

What is bound to none is new, and is compared with everybody's entries for duplicate channels.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.facts import Package
from bot.judging.before.bonds import BONDS, Bond, Mail
from bot.judging.before.cases import Cases, EarlierPackage
from bot.judging.evidence import Evidence, Explanation
from bot.programme.programme import Programme
from parsers.values import Letter


@dataclass(frozen=True, slots=True)
class Joined:
    """The package that a mail adds to, and by what it is bound. `why` is for staff: where somebody quotes another's case it names it."""

    bond: Bond
    package: EarlierPackage | None = None
    why: tuple[Explanation, ...] = ()


def quoted_references(programme: Programme, letter: Letter) -> tuple[str, ...]:
    """Reference numbers of this programme in the subject or anywhere in the text, full-width and with any dash or none."""
    pattern = re.compile(re.escape(programme.reference) + r"\s*[-\u2010-\u2015\u2212_]?\s*(\d{4,6})(?!\d)", re.I)
    found = pattern.findall(unicodedata.normalize("NFKC", f"{letter.subject}\n{letter.text}"))
    return tuple(dict.fromkeys(f"{programme.reference}-{number}" for number in found))


def find_joined(programme: Programme, letter: Letter, package: Package, cases: Cases) -> Joined:
    """The earlier package that this letter adds to."""
    sender = letter.sender.address if letter.sender else ""
    mail = Mail(programme, package, sender, find_threads(programme, letter, cases), cases)
    for row in BONDS:
        found = row.find(mail)
        if found is not None:
            earlier, seen = found
            evidence = (Evidence(row.name, 1.0, seen),)
            if row.bond is Bond.STRANGER:
                return Joined(row.bond, why=(Explanation("case", "", "", evidence, instead=_number(earlier)),))
            return Joined(row.bond, earlier, (Explanation("case", "", _number(earlier), evidence),))
    return Joined(Bond.NONE)


def _number(package: EarlierPackage) -> str:
    """A package's reference number; where its applications have their own, the first one's."""
    return package.reference or next((application.reference for application in package.applications), "")


def find_threads(programme: Programme, letter: Letter, cases: Cases) -> list[EarlierPackage]:
    """The packages that a letter answers or quotes, whosever they are."""
    quoted = tuple(dict.fromkeys(letter.in_reply_to + letter.references))
    threads = list(cases.by_message_ids(programme.id, quoted)) if quoted else []
    references = quoted_references(programme, letter)
    if references:
        threads += [p for p in cases.by_references(programme.id, references) if p.id not in {t.id for t in threads}]
    return threads
