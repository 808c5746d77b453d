"""Names evened out, so that the same organisation, team or title is the same text however it was written.

`even` serves comparison of what people see as the same writing; the keys serve finding the same entry in the store, where
a wrong "same" would reject somebody's entry, so they only drop what no two different names differ in.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

_KEPT = 4096
"""Names come again and again: an entry's own for each that it is compared with, and those of the same few organisations."""

_LONGEST_KEY = 150
"""Characters of a key in the store. PostgreSQL takes 2,704 bytes in an entry of an index, and one holds up to three keys."""

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
_SEAL_HINT = re.compile(r"[(\[【〔]?(?:加?盖(?:单位)?公?章(?:处|有效)?|公章|章)[)\]】〕]$|[(](?:盖章|公章)[)]")
_BRACKETS = re.compile(r"[()\[\]{}【】〔〕《》<>“”\"'‘’「」]")
_PUNCTUATION = re.compile(r"[\s,，。.、;；:：·•\-—–_/\\|~]+")
_ASSOCIATION = re.compile(r"(?:协会|质协|联合会|学会|促进会|商会|委员会|分会|研究会|公会|总会|建设会)$")


def even(text: str) -> str:
    """NFKC, lower case, no blanks, no trailing （盖章）."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()
    return _SEAL_HINT.sub("", text)


@lru_cache(_KEPT)
def name_key(text: str) -> str:
    """A name as a key: evened, brackets and punctuation dropped; between digits a mark of any kind stays (1、2号 is not 12号)."""
    return _PUNCTUATION.sub(_mark, _BRACKETS.sub("", even(text)))


def _mark(match: re.Match[str]) -> str:
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return "," if before.isdigit() and after.isdigit() else ""


@lru_cache(_KEPT)
def organisation_key(text: str) -> str:
    """An organisation's name as a key; 有限责任公司 is 有限公司, and 公司's forms stay apart otherwise."""
    return name_key(text).replace("有限责任公司", "有限公司")


@lru_cache(_KEPT)
def code_key(text: str) -> str:
    """A credit code or a number as a key: only letters and digits, upper case."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())


@lru_cache(_KEPT)
def mobile_key(text: str) -> str:
    """The first mobile number in a text, 11 digits, or ""."""
    digits = re.sub(r"[\s\-—()]+", "", unicodedata.normalize("NFKC", text))
    found = re.search(r"(?:\+?86)?(1[3-9]\d{9})", digits)
    return found.group(1) if found else ""


def bounded(key: str) -> str:
    """A key as the store's indexes take it: one that no name is as long as keeps its beginning, and a hash tells it apart."""
    return key if len(key) <= _LONGEST_KEY else key[: _LONGEST_KEY - 16] + hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:16]


def unit_key(recommender: str) -> str:
    """What a recommender's packages are found again by."""
    return bounded(name_key(recommender))


def is_association(text: str) -> bool:
    """Whether a name is a local or trade association's, by its ending."""
    return bool(_ASSOCIATION.search(name_key(text)))


_LEGAL = re.compile(r"(?:股份)?(?:有限)?(?:责任)?公司$|集团$")


@lru_cache(_KEPT)
def core(text: str) -> str:
    """An organisation's name without its legal form, as people shorten it in file names."""
    key = organisation_key(text)
    for _ in range(3):
        shorter = _LEGAL.sub("", key)
        if shorter == key or len(shorter) < 3:
            break
        key = shorter
    return key


def base_name(path: str) -> str:
    """The file's own name, without folders and extension."""
    name = path.rsplit("/", 1)[-1]
    stem, dot, extension = name.rpartition(".")
    return stem if dot and 0 < len(extension) <= 5 else name


def folder(path: str) -> str:
    """The folders (and archives) a file lies in, "" at the top."""
    return path.rpartition("/")[0]


def shared_run(a: str, b: str) -> int:
    """Length of the longest run of characters that two short names share."""
    best = 0
    lengths = [0] * (len(b) + 1)
    for x in a:
        previous = 0
        for j, y in enumerate(b, 1):
            previous, lengths[j] = lengths[j], previous + 1 if x == y else 0
            best = max(best, lengths[j])
    return best
