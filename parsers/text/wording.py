"""Evening out what people type: labels to their core, values to what was meant, ticked options to the chosen ones."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from parsers.text.traditional import simplified

_INVISIBLE = dict.fromkeys(
    [
        *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x2060, 0x2800, 0x3164, 0xFEFF, 0xFFA0),
        *(*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2061, 0x2070), *range(0xFE00, 0xFE10)),
    ]
)
"""Characters that take no place or look like nothing: zero-width, direction marks, soft hyphen, fillers, variation selectors."""

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>|【[^【】]*】|〔[^〔〕]*〕|〈[^〈〉]*〉")
_NUMBERED = re.compile(r"^(?:[(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)、.．:]|[①-⑳])(?=\D)")
_STARS = "*＊★☆※●◆■▲△#•·"
_MARKS = re.compile(r"[\s、,，。.．;；:：/／\\|*＊★☆※%％‰_＿\-—–·•'\"“”‘’?？!！<>《》()（）\[\]【】]+")


def visible(text: str) -> str:
    """Text without characters that take no place; blanks of every kind stay."""
    return text if text.isascii() else text.translate(_INVISIBLE)


def even(text: str) -> str:
    """Text for comparing: NFKC, no blanks, no invisible characters."""
    return "".join(unicodedata.normalize("NFKC", visible(text)).split())


@lru_cache(maxsize=4096)
def label_core(text: str) -> str:
    """A label's core: evened, in simplified characters, without brackets (units, hints), numbering, stars, colons and other marks.

    "＊邮　编：" and "邮编(6位)" both come to 邮编; "产品/服务满意度（%）" to 产品服务满意度.
    """
    plain = simplified(even(text)).lstrip(_STARS)
    plain = _NUMBERED.sub("", plain).lstrip(_STARS)
    if plain[:1] in "【[〔" and plain[-1:] in "】]〕":
        plain = plain[1:-1]
    while (shorter := _BRACKETS.sub("", plain)) != plain and shorter.strip("*:"):
        plain = shorter
    return _MARKS.sub("", plain)


# --- values --------------------------------------------------------------------------------------------------------

_WHOSE = r"(?:单\s*位|企\s*业|组\s*织|协\s*会|推荐\s*单位|质\s*协)?"
_SEAL = rf"(?:加\s*盖|盖)?\s*{_WHOSE}\s*(?:公\s*章|盖\s*章|签\s*章|印\s*章)(?:\s*处)?"
_PRINTED_HINTS = (
    _SEAL, r"签\s*[字名]", r"手\s*签", r"可\s*选\s*项", r"选\s*填", r"必\s*填", r"如有",
    r"另\s*附\s*纸?[^()（）]{0,16}", r"非\s*央\s*企[^()（）]{0,10}",
    r"[^()（）]{0,8}不用?填写?", r"请[^()（）]{0,16}填写?", r"以?公章为准", r"与公章一致", r"填写?全称", r"\d{1,4}\s*字(?:以内|左右|之?内)",
)  # fmt: skip
_HINT = re.compile(rf"[(（\[【]\s*(?:{'|'.join(_PRINTED_HINTS)})\s*[)）\]】]")
_PROMPT = re.compile(r"(?:请|单击|点击|轻触)[^。；]{0,8}(?:此处|这里|选择|输入|填写)[^。；]{0,10}|选择一项。?|待填写?")
_YEAR = r"(?:[12]\s*\d\s*\d\s*\d|二[〇○零O0]\s*[一二三四五六七八九〇○零]{2}|[\s_＿]*)"
_DAY = r"[\d一二三四五六七八九十\s_＿]{0,6}"
_DATE = rf"{_YEAR}\s*[年./-]\s*{_DAY}\s*[月./-]\s*{_DAY}\s*(?:日|号)?"
_SIGNED = rf"(?:{_WHOSE}\s*(?:负责人|领导|法定代表人|法人代表|经办人)?\s*[(（]?\s*(?:签\s*[字名]|签\s*章)\s*[)）]?)"
_TAIL = re.compile(rf"(?:[\s(（\[【]*(?:{_SEAL}|{_SIGNED})[\s)）\]】]*[:：]?[\s_＿]*)$")
_TAIL_DATE = re.compile(rf"(?:^|(?<=[\s)）。；;章字名:：])){_DATE}\s*$")
_BLANK = re.compile(r"[\s_＿‗¯￣]*")
_EDGES = "".join(c for c in map(chr, (*range(0xA1), 0x1680, *range(0x2000, 0x2070), 0x3000)) if c.isspace()) + "_＿"
_SENTENCE_END = tuple("。；;！!？?：:")


def clean_value(text: str) -> str:
    """A value as written but trimmed: without blank underlines, printed hints and placeholder prompts; "" where blank.

    Lines that only the cell's width broke are joined; lines that end in a sentence stay lines. Of options with boxes the
    ticked ones are the value.
    """
    text = visible(text).strip(_EDGES)
    if not text:
        return ""
    before = None
    while text != before:
        before = text
        text = _HINT.sub("", text) if text.endswith((")", "）", "]", "】")) or text.startswith(("(", "（")) else text
        text = text.lstrip(":：").strip(_EDGES)
    if re.fullmatch(rf"\s*(?:{_SEAL})\s*", text) or _PROMPT.fullmatch(text) or _BLANK.fullmatch(text):
        return ""
    if len(text) <= 200 and (any(mark in text for mark in _EMPTY) or any(mark in text for mark in _SURE)):
        return join_lines(chosen(text) if len(_options(text)) > 1 else _unmarked(text))
    return join_lines(re.sub(r"[_＿]{2,}", "", text))


def join_lines(text: str) -> str:
    """A broken value on one line; text whose lines end in sentences keeps them."""
    lines = [line.strip(_EDGES) for line in text.split("\n")]
    lines = [line for line in lines if line]
    if not lines or any(line.endswith(_SENTENCE_END) for line in lines[:-1]) or len("".join(lines)) > 120:
        return "\n".join(lines)
    out = lines[0]
    for line in lines[1:]:
        out += _between(out, line) + line
    return out


def _between(before: str, after: str) -> str:
    left, right = before[-1], after[0]
    if left.isascii() and right.isascii():
        if left.isdigit() and right.isdigit():
            numbers = re.search(r"[\d-]*$", before), re.search(r"^[\d-]*", after)
            return " " if all(m is not None and len(m[0]) >= 7 for m in numbers) else ""
        words = re.search(r"[\w@.-]+$", before), re.search(r"^[\w@.-]+", after)
        if all(m is not None and m[0].isalpha() and m[0].isascii() for m in words):
            return " "
    return ""


def without_signature(text: str) -> str:
    """An opinion without the seal, signature and date printed or written below it; "" where nothing else stands there."""
    text = visible(text).strip(_EDGES)
    before = None
    signed = False
    while text and text != before:
        before = text
        if shorter := _TAIL.search(text):
            text, signed = text[: shorter.start()].rstrip(_EDGES), True
        date = _TAIL_DATE.search(text)
        if date and even(date[0]) and (signed or date.start() == 0 or _seal_before(text[: date.start()]) or "\n" in text):
            text = text[: date.start()].rstrip(_EDGES)
    return text


def _seal_before(text: str) -> bool:
    return _TAIL.search(text) is not None


# --- options -------------------------------------------------------------------------------------------------------

_SURE = "☑☒✓✔√✅🗹"
_TICKED = _SURE + "■●◉⊙▣◼"
"""The filled shapes are ticks only beside empty ones: alone they are bullets."""
_EMPTY = "□☐○◯▢◻⬜❏❑"
TICKED_MARKS, EMPTY_MARKS = _SURE, "□☐▢◻⬜❏❑"
"""Marks that are no letters anywhere: of ticked and of empty options."""
_MARKED = frozenset(_TICKED + _EMPTY)
_BRACKET_TICK = re.compile(rf"[(（\[【]\s*([{_TICKED}])\s*[)）\]】]")
_BRACKET_EMPTY = re.compile(r"[(（\[【]\s*[)）\]】](?!\s*次)")
_OPTION_EDGE = _EDGES + "、，,；;/|"


def _options(text: str) -> list[tuple[str, bool]]:
    """(option, ticked) pairs of a line of options: marks stand all before or all after their options."""
    plain = _BRACKET_EMPTY.sub("□", _BRACKET_TICK.sub(r"\1", text))
    plain = re.sub(rf"□\s*([{_TICKED}])", r"\1", plain)  # a tick set beside or over the printed box
    plain = re.sub(rf"([{_TICKED}])\s*□(?=\s*[^\s{_TICKED}{_EMPTY}])", r"\1", plain) if plain.lstrip()[:1] in _MARKED else plain
    parts = re.split(rf"([{_TICKED}{_EMPTY}])", plain)
    texts, marks = [part.strip(_OPTION_EDGE) for part in parts[::2]], parts[1::2]
    if not marks:
        return []
    before = not texts[0]
    named = texts[1:] if before else texts[:-1]
    if before and len(marks) == 1 and (parted := re.match(r"([^\s()（）]+)\s{2,}[^\s()（）]+$", named[0])):
        named = [parted[1]]  # "√是    否": the other option has no mark
    elif not before and len(marks) == 1 and (parted := re.match(r"[^\s()（）]+\s{2,}([^\s()（）]+)$", named[0])):
        named = [parted[1]]
    pairs = [(option, mark in _TICKED) for mark, option in zip(marks, named)]
    if not before and texts[-1]:
        pairs.append((texts[-1], False))
    return [(option, ticked) for option, ticked in pairs if option]


def chosen(text: str) -> str:
    """The ticked options of a line such as "☑是 □否" or "发表评审 ☑ 现场评审 □", joined by 、; "" where none is."""
    return "、".join(_tidy(option) for option, ticked in _options(text) if ticked)


def _tidy(option: str) -> str:
    """An option without an empty count: 是（ ）次 is 是; 是（3）次 stays."""
    return re.sub(r"\s*[(（][\s_]*[)）]\s*次?$", "", re.sub(r"\s*□\s*次?$", "", option)).strip(_OPTION_EDGE)


def _unmarked(text: str) -> str:
    """One option alone with its mark: ticked, or a sentence that only begins with a bullet, is the text; an empty box is blank."""
    options = _options(text)
    if len(options) == 1 and len(text) <= 20:
        return _tidy(options[0][0]) if options[0][1] else ""
    return text
