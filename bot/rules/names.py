"""Names evened out and compared: what people write differently and mean the same, and what OCR confuses."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_BRACKETS = str.maketrans({**dict.fromkeys("[{【〔［｛〈《「『", "("), **dict.fromkeys("]}】〕］｝〉》」』", ")")})
_MARKS = str.maketrans({**dict.fromkeys("“”‘’\"'`", ""), **dict.fromkeys("—–−‐‑―~", "-"), **dict.fromkeys("·•・‧", "·")})
_HINT = re.compile(r"\((?:加?盖章处?|加?盖公章|公章|签章|印章|公章为准|企业名称以公章为准|非央企不用填|另附纸.*?|可选项|全称|盖章有效)\)")
_STAMP_LINE = re.compile(r"(?:协会|单位|企业|公司)?(?:加?盖公?章|公章|签章|签字|签名)处?|\d{0,4}年\d{0,2}月\d{0,2}日|日期")
_NOTHING = re.compile(r"[-/\\_—―.。,，、:：*＊×xX☐□○()]*")
_UNTICKED = re.compile(r"[□☐]是[□☐]否|是[□☐]否[□☐]")
_WORDS_FOR_NOTHING = frozenset({"无", "没有", "暂无", "n/a", "na", "none", "null", "待定", "待填", "空", "略"})

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


@lru_cache(maxsize=4096)
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


def is_blank(text: str, *, name: bool = False) -> bool:
    """True for a value that says nothing: empty, strokes, a left-over hint, stamp line or unticked boxes; with `name`, 无 too."""
    left = _STAMP_LINE.sub("", evened(text))
    return _NOTHING.fullmatch(left) is not None or _UNTICKED.fullmatch(left) is not None or (name and left in _WORDS_FOR_NOTHING)


def says_yes(text: str) -> bool:
    """True where a yes-no field says 是: the word, or the ticked one of two boxes."""
    return _yes_no(text) is True


def says_yes_or_no(text: str) -> bool:
    """True where a yes-no field says one of both."""
    return _yes_no(text) is not None


def _yes_no(text: str) -> bool | None:
    plain = evened(text)
    ticked = re.search(r"[☑☒■√✓✔\uf052]\)?(是|否)|(是|否)\(?[☑☒■√✓✔]", plain)
    if ticked:
        return "是" in ticked.group()
    if "□" in plain or "☐" in plain:
        return None
    if re.match(r"不|否|非|无|n|x|×", plain):
        return False
    if re.match(r"是|属于|有|y|√|✓|央企", plain):
        return True
    return False if _OTHER_OWNER.search(plain) else None


_OTHER_OWNER = re.compile(r"地方|[省市县区]属|省管|市管|民营|民企|私营|外资|外企|合资|集体|股份制|国有企业|国企|事业单位")
"""Who owns an enterprise that is no central one."""


def base_name(path: str) -> str:
    """The file's own name, without archives and folders."""
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def stem(path: str) -> str:
    """The file's own name without its extension(s) and a copy's number: `甲公司 (1).pdf` is `甲公司`."""
    name = re.sub(r"(\.[A-Za-z0-9]{1,5})+$", "", base_name(path))
    return re.sub(r"\s*[(（]\d{1,2}[)）]$|\s*-\s*副本$", "", name)


def similarity(one: str, other: str) -> float:
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


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    return "".join(_LOOKALIKE.get(character, character) for character in evened(text))
