"""Names evened out and compared: organisations, teams and titles, whoever wrote them and however, and the names of files.

Two ways of evening out, for two questions. `lowered` and the keys made of it find the same entry in the store, where a wrong
"same" would reject somebody's entry: they only drop what no two different names differ in. `evened` holds what one
submitter wrote in two places side by side, where brackets, quotes and dashes may take any form. Likeness (0 to 1) is for what is not
the same writing: a slip of the pen, or of OCR.
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
_ANY_BRACKET = re.compile(r"[()\[\]{}【】〔〕《》<>“”\"'‘’「」]")
_PUNCTUATION = re.compile(r"[\s,，。.、;；:：·•\-—–_/\\|~]+")
_ASSOCIATION = re.compile(r"(?:协会|质协|联合会|学会|促进会|商会|委员会|分会|研究会|公会|总会|建设会)$")


def lowered(text: str) -> str:
    """NFKC, lower case, no blanks, no trailing （盖章）."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()
    return _SEAL_HINT.sub("", text)


@lru_cache(_KEPT)
def name_key(text: str) -> str:
    """A name as a key: evened, brackets and punctuation dropped; between digits a mark of any kind stays (1、2号 is not 12号)."""
    return _PUNCTUATION.sub(_mark, _ANY_BRACKET.sub("", lowered(text)))


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
def trade_name(text: str) -> str:
    """An organisation's name without its legal form, as people shorten it in file names."""
    key = organisation_key(text)
    for _ in range(3):
        shorter = _LEGAL.sub("", key)
        if shorter == key or len(shorter) < 3:
            break
        key = shorter
    return key


def stem(path: str) -> str:
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
    for start in range(len(a)):
        while start + best < len(a) and a[start : start + best + 1] in b:
            best += 1
    return best


_BRACKETS = str.maketrans({**dict.fromkeys("[{【〔［｛〈《「『", "("), **dict.fromkeys("]}】〕］｝〉》」』", ")")})
_MARKS = str.maketrans({**dict.fromkeys("“”‘’\"'`", ""), **dict.fromkeys("—–−‐‑―~", "-"), **dict.fromkeys("·•・‧", "·")})
_HINT = re.compile(r"\((?:加?盖章处?|加?盖公章|公章|签章|印章|公章为准|企业名称以公章为准|非央企不用填|另附纸.*?|可选项|全称|盖章有效)\)")


_LOOKALIKES = (
    "己已巳", "未末", "土士", "日曰目", "人入八", "千干于", "大太犬", "天夭", "日口", "工エ土", "贝见", "治冶", "冷泠", "侯候",
    "拔拨", "析折", "住佳往", "供洪", "班斑", "宇字", "准淮", "建健", "安按", "机杋", "防访", "问间闻", "囗口", "力刀", "网冈", "泰秦",
    "桥挢", "钢铜", "锅钢", "线缐", "运云", "辆輛", "车东", "贸贺", "检捡", "测侧", "焊悍", "浦蒲", "晴睛", "清请情", "一-", "0oO〇D",
    "1lI|", "2zZ", "5sS", "6b", "8B", "风凤", "厂广", "卫工", "义文", "丸九", "今令", "兔免", "师帅", "市巿", "平乎", "开井",
    "戌成戊", "泳冰", "科料", "组细", "维准", "设没", "压庄", "阀闸", "修俢", "部邵", "第笫", "湖潮", "州洲", "苏办", "徐除", "阳阴",
    "室窒至",
)  # fmt: skip
_LOOKALIKE = {character: group[0] for group in reversed(_LOOKALIKES) for character in group}
_COMPANY_WORDS = re.compile(r"股份|集团|控股|有限|责任|公司|总公司|分公司|企业|\(|\)|省|市|县|区")


@lru_cache(_KEPT)
def evened(text: str) -> str:
    """A name with NFKC, blanks, brackets, quotes, dashes and letter case evened out, without hints such as （盖章）."""
    while True:
        plain = "".join(unicodedata.normalize("NFKC", text).split()).translate(_BRACKETS).translate(_MARKS).casefold()
        plain = _HINT.sub("", plain).rstrip("。.,;:，；：、")
        if plain == text:
            return plain
        text = plain  # a blank taken out may let characters compose, a hint taken out may leave another


def unquoted(title: str) -> str:
    """A title as written, without the quotation marks around it and the full stop behind it."""
    text = title.strip().rstrip("。.").strip()
    closing = _QUOTES.get(text[:1])
    return text[1:-1].strip().rstrip("。.") if closing and text.endswith(closing) and closing not in text[1:-1] else text


_QUOTES = {"《": "》", "“": "”", "「": "」", "『": "』", "〈": "〉", "【": "】", '"': '"', "'": "'"}


def file_name(path: str) -> str:
    """The file's own name, without archives and folders."""
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def plain_stem(path: str) -> str:
    """The file's own name without its extension(s) and a copy's number: `甲公司 (1).pdf` is `甲公司`."""
    name = re.sub(r"(\.[A-Za-z0-9]{1,5})+$", "", file_name(path))
    return re.sub(r"\s*[(（]\d{1,2}[)）]$|\s*-\s*副本$", "", name)


def name_likeness(one: str, other: str) -> float:
    """How alike two names are, 0 to 1, after evening out and with lookalike characters taken as the same."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.normalized_similarity(_folded(one), _folded(other))


def differing_characters(one: str, other: str) -> int:
    """How many characters must change to make one name the other, lookalikes taken as the same."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(_folded(one), _folded(other))


def ring_similarity(read: str, name: str) -> float:
    """How alike a seal's ring text and a name are, 0 to 1; the ring may begin anywhere and hold more than the name."""
    from rapidfuzz import fuzz

    ring, wanted = re.sub(r"[\d(){}*★☆]", "", _folded(read)), re.sub(r"[\d()]", "", _folded(name))
    if not ring or not wanted:
        return 0.0
    whole = fuzz.partial_ratio(wanted, ring * 2 if len(ring) >= len(wanted) * 0.6 else ring) / 100
    ring_core, core = _COMPANY_WORDS.sub("", ring), _COMPANY_WORDS.sub("", wanted)
    if len(core) < 3 or not ring_core:
        return whole
    return min(whole, (whole + fuzz.partial_ratio(core, ring_core * 2) / 100) / 2)


_LONGEST_RING = 120
"""Characters of a ring or a name that are compared at every turn."""


def ring_shares(read: str, name: str) -> float:
    """How much of what makes a name one's own (place, brand, trade) a seal's ring and the name share, 0 to 1.

    The larger of both shares: a ring of which a part was read, and one that holds a department beside the name, are whole.
    """
    from rapidfuzz.distance import LCSseq

    ring, wanted = (_COMPANY_WORDS.sub("", re.sub(r"[\d*★☆|]", "", _folded(text)))[:_LONGEST_RING] for text in (read, name))
    if min(len(ring), len(wanted)) < 3:
        return 1.0
    longest = max(LCSseq.similarity(ring[turn:] + ring[:turn], wanted) for turn in range(len(ring)))
    return longest / min(len(ring), len(wanted))


@lru_cache(_KEPT)
def _folded(text: str) -> str:
    return "".join(_LOOKALIKE.get(character, character) for character in evened(text))
