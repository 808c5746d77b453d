"""Ticks and boxes that documents draw with symbol fonts, as the Unicode characters a reader sees."""

from __future__ import annotations

TICKED_BOX = "☑"
BLANK_BOX = "□"

_WINGDINGS = {0x6C: "●", 0x6E: "■", 0x6F: BLANK_BOX, 0x71: BLANK_BOX, 0x72: BLANK_BOX, 0xA1: "○", 0xA4: "◉", 0xA8: BLANK_BOX,
              0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: TICKED_BOX}  # fmt: skip
_WINGDINGS_2 = {0x2A: BLANK_BOX, 0x30: BLANK_BOX, 0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: TICKED_BOX, 0x53: "☒", 0x54: "☒",
                0x99: "○", 0x9A: "◉", 0xA2: "■", 0xA3: BLANK_BOX}  # fmt: skip
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}
_PRIVATE = {0xF000 + code: glyph for table in (_WINGDINGS, _WINGDINGS_2) for code, glyph in table.items()}
"""Private-use characters without a font to tell which: the two fonts' ticks and boxes do not overlap."""


def symbol(font: str, code: str) -> str:
    """The character of a w:sym: the font's name and the hexadecimal code (F052 or 52). "" for a code that is no number."""
    try:
        value = int(code, 16)
    except ValueError:  # w:char="" or rubbish
        return ""
    table = _FONTS.get(font.strip().lower())
    if table is not None and value & 0xFF in table and value < 0xF100:
        return table[value & 0xFF]
    return _PRIVATE.get(value) or (chr(value) if 0x20 <= value < 0xD800 or 0xE000 <= value <= 0x10FFFF else "")


def symbol_text(text: str, font: str = "") -> str:
    """Text with ticks and boxes as Unicode: private-use characters, and letters set in a Wingdings font (R is a tick there)."""
    table = _FONTS.get(font.strip().lower()) if font else None
    if table is not None:
        return "".join(table.get(ord(c) & 0xFF, c) if ord(c) < 0x100 or 0xF000 <= ord(c) < 0xF100 else c for c in text)
    if text.isascii() or not any("\uf000" <= c < "\uf100" for c in text):
        return text
    return text.translate(_PRIVATE)
