"""Heading levels of a Word document: an outline level of the paragraph's own, or of its style or one that it is based on."""

from __future__ import annotations

import re
from typing import Any

from parsers.documents.ooxml import Package, PackageError

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVEL = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)


def style_levels(package: Package, main: str) -> dict[str, int]:
    """Style id -> heading level, from 1; 0 for a style that is no heading. `main`: the document's own part."""
    name = next((target for kind, target in package.relations(main).values() if kind == "styles"), "word/styles.xml")
    if name not in package:
        return {}
    try:
        root = package.xml(name)
    except PackageError:  # a damaged styles part: the text is still good, its headings have no level
        return {}
    own: dict[str, int | None] = {}
    based: dict[str, str] = {}
    for style in root.iterchildren(W + "style"):
        key = style.get(W + "styleId", "")
        title, parent, outline = style.find(W + "name"), style.find(W + "basedOn"), style.find(f"{W}pPr/{W}outlineLvl")
        match = _LEVEL.fullmatch(title.get(W + "val", "")) if title is not None else None
        own[key] = int(match[1]) if match else None if outline is None else outline_level(outline)
        if parent is not None:
            based[key] = parent.get(W + "val", "")
    return {key: _inherited(key, own, based) for key in own}


def _inherited(key: str, own: dict[str, int | None], based: dict[str, str]) -> int:
    for _ in range(10):  # a chain of styles may run in a circle
        level = own.get(key)
        if level is not None:
            return level
        if key not in based:
            return 0
        key = based[key]
    return 0


def outline_level(element: Any) -> int:
    """The level of a w:outlineLvl, which counts from 0; 9 is body text."""
    value = number(element, 9)
    return value + 1 if value < 9 else 0


def number(element: Any, default: int = 0) -> int:
    """An element's w:val as a whole number, the default where it is none."""
    if element is None:
        return default
    try:
        return int(element.get(W + "val", default))
    except ValueError:  # w:val="two"
        return default
