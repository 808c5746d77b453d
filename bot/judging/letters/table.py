"""All decision tables of what a letter is.

A letter is held against NATURE. Where its material decides, SILENCE tells whether its sender may be answered, and WITH_MATERIAL, or
WITHOUT_MATERIAL where it brings no file and no link, what it is.
"""

from __future__ import annotations

from bot.judging.letters.by_headers import NATURE, SILENCE
from bot.judging.letters.by_material import WITH_MATERIAL, WITHOUT_MATERIAL
from bot.judging.letters.row import Row
from bot.judging.letters.sign import LetterSign

TABLES: tuple[tuple[Row, ...], ...] = (NATURE, SILENCE, WITHOUT_MATERIAL, WITH_MATERIAL)

SIGNS: tuple[LetterSign, ...] = tuple({sign.name: sign for rows in TABLES for row in rows for sign in (*row.takes, *row.without)}.values())
"""Every sign that a row looks for, as the tables come to it."""
