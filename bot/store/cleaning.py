"""Text that a database takes: hostile mails carry NUL characters and halves of surrogate pairs, which none stores."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session


def storable(text: str) -> str:
    """The text without NUL, lone surrogates as question marks."""
    if text.isascii():
        return text.replace("\0", "")
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def storable_values(value: Any) -> Any:
    """The same for all texts within a JSON value; what is storable already comes back as it is, not as a copy."""
    if isinstance(value, str):
        clean = storable(value)
        return value if clean == value else clean
    if isinstance(value, dict):
        pairs = {storable_values(key): storable_values(item) for key, item in value.items()}
        same = len(pairs) == len(value) and all(a is b and c is d for (a, c), (b, d) in zip(pairs.items(), value.items()))
        return value if same else pairs
    if isinstance(value, list | tuple):
        items = [storable_values(item) for item in value]
        return value if all(a is b for a, b in zip(items, value)) else items
    return value


def _clean(session: Session, *_: Any) -> None:
    for row in (*session.new, *session.dirty):
        for attribute in inspect(row).attrs:
            value = attribute.loaded_value
            if isinstance(value, str | dict | list):
                clean = storable_values(value)
                if clean is not value and clean != value:
                    setattr(row, attribute.key, clean)


def install() -> None:
    """Clean every row before it is written, whoever writes it."""
    if not event.contains(Session, "before_flush", _clean):
        event.listen(Session, "before_flush", _clean)
