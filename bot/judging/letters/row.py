"""A decision table's rows, and how they are read: from the top, the first whose signs are as it says decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.judging.evidence import Evidence
from bot.judging.letters.kind import Kind
from bot.judging.letters.sign import Asked, LetterSign


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a decision table.

    `takes`: the signs that must all be there; `without`: those of which none may be. `kind`: what the letter then is, None where its
    material decides. `silent`: why nobody is answered, "" where the sender may be. `source`: the standard or the practice behind it.
    `example`: a letter that this row decides: header fields, a blank line, the text. File, Link and Document stand among the fields
    for an attachment, a cloud attachment, and a document that was read (its kind; then `refused`, or key=value of what it states).
    """

    name: str
    takes: tuple[LetterSign, ...] = ()
    without: tuple[LetterSign, ...] = ()
    kind: Kind | None
    silent: str = ""
    source: str
    example: str


def decide(rows: Sequence[Row], asked: Asked) -> tuple[Row, tuple[Evidence, ...]]:
    """The row that decides, and the signs that were seen on the way: first its own, then those of rows that did not hold.

    Each sign is looked for once, and only where a row comes to it. Their weight is 0: in a decision table the order decides.
    LookupError where no row holds, which a last row that takes nothing rules out.
    """
    found: dict[str, str | None] = {}

    def there(sign: LetterSign) -> bool:
        if sign.name not in found:
            found[sign.name] = sign.find(asked)
        return found[sign.name] is not None

    for row in rows:
        if all(there(sign) for sign in row.takes) and not any(there(sign) for sign in row.without):
            own = {sign.name for sign in row.takes}
            seen = [Evidence(name, 0.0, shown) for name, shown in found.items() if shown is not None]
            return row, tuple(sorted(seen, key=lambda one: one.what not in own))  # stable
    raise LookupError("no row of the table holds")
