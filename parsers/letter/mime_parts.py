"""What a mail is taken apart into: leaf parts with decoded bodies, in a tree of header fields and notes."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.values import Note


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf: its fields (names lower-cased, values raw with surrogate escapes), type, decoded body, enclosing multiparts.

    `within` are (number, subtype) of the multiparts around it, outermost first; the number tells one from another.
    `tree` is set for a message inside the message that is taken apart already.
    """

    fields: tuple[tuple[str, str], ...]
    content_type: str
    data: bytes
    within: tuple[tuple[int, str], ...] = ()
    tree: Tree | None = None

    def field(self, name: str) -> str:
        """The first field of that lower-case name, "" where there is none."""
        return next((value for key, value in self.fields if key == name), "")


@dataclass(frozen=True, slots=True)
class Tree:
    """What a mail is made of."""

    fields: tuple[tuple[str, str], ...]
    content_type: str
    parts: tuple[Part, ...]
    notes: tuple[Note, ...] = ()
