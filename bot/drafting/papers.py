"""Which papers a notice asks for, for `bot.drafting.draft`: its annexes, the enumerated ones, and those that sentences name.

A notice's text comes with its lines broken where the page ended: `unwrap` makes sentences whole again.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

_KINDS = (
    ("recommendation_form", ("推荐表",), "package"),
    ("review_summary", ("评审汇总表",), "package"),
    ("summary_sheet", ("汇总表",), "package"),
    ("application_form", ("申报表", "申请表", "报名表"), "application"),
    ("statistics_form", ("统计表",), "package"),
    ("work_summary", ("总结",), "package"),
    ("recommendation_letter", ("推荐函",), "package"),
    ("award_notice", ("公布通知", "获奖名单"), "package"),
    ("team_material", ("成果报告", "创建材料", "评审材料", "成果材料", "班组材料"), "application"),
)
NUMBERING = re.compile(r"^(?:[一二三四五六七八九十]{1,3}\s*[、.]|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}\s*[.、)])\s*")
_ASKED = re.compile(r"提交|报送|提供|寄送|发送|上报|附上|申报材料|推荐材料")
_APART = ("要求", "办法", "名单", "评分", "准则", "通知", "模板")
"""Annexes that tell and are not sent."""
_SCOPES = {kind: scope for kind, _, scope in _KINDS}
_WORDS = "|".join(word for _, words, _ in _KINDS for word in words)
_MENTION = re.compile(rf"《(?P<quoted>[^《》]{{0,40}}(?:{_WORDS}))|(?P<bare>[\u4e00-\u9fff]{{0,16}}?)(?P<word>{_WORDS})")
"""A document's name in a sentence, in 《》 or bare."""
_VERB = re.compile(r"(?<!工作)(?<!活动)(?<!年度)(?<!推进)(?<!书面)(?<!专题)总结$")
"""总结 as what somebody does: 认真总结经验."""
_BEFORE_NAMES = re.compile(r"提交|报送|提供|填写|附|应|须|需|以?及|[和与的将送份]")


@dataclass(frozen=True, slots=True)
class Document:
    """A document the notice asks for: kind, its name in the notice, scope, characters at least and at most (0: no limit),
    the copies asked for, and the parts it must have."""

    kind: str
    label: str
    scope: str
    min: int = 0
    max: int = 0
    copies: tuple[str, ...] = ("editable",)
    sections: tuple[str, ...] = ()


def find_documents(lines: Sequence[str]) -> list[Document]:
    """The documents among the annexes and in the text, each kind once, with limits where the notice states them."""
    lines = unwrap(lines)
    text = "\n".join(lines)
    found: dict[str, Document] = {}
    for label, rest in sorted(_annexes(lines), key=lambda annex: (not annex[1], len(annex[0]))):
        for kind, words, scope in _KINDS:
            if kind not in found and any(word in label for word in words) and not any(word in label for word in _APART):
                word = "总结" if kind == "work_summary" else label if kind == "team_material" else ""
                limits = _limits(text, word) if word else (0, 0)
                found[kind] = Document(kind, label, scope, *limits, _copies(rest), _sections(rest))
                break
    for kind, label, said in find_mentions(lines):
        known = found.get(kind)
        if known is None:
            limits = _limits(f"{label}{said}", label)
            found[kind] = Document(kind, label, _SCOPES[kind], *limits, _copies(said))
        elif _copies(said) != ("editable",):
            copies = tuple(copy for copy in ("editable", "stamped") if copy in {*known.copies, *_copies(said)})
            found[kind] = replace(known, copies=copies)
    asked = (
        ("experience", "典型经验", "经验名称"),
        ("team_material", "创建材料", ""),
        ("team_material", "评审材料", ""),
        ("slides", "PPT", ""),
    )
    for kind, word, sign in asked:
        if kind not in found and word in text and sign in text:
            found[kind] = Document(kind, word, "application", *_limits(text, word))
    found.setdefault("application_form", Document("application_form", "申报表", "application"))
    return list(found.values())


_BEGINS = re.compile(rf"{NUMBERING.pattern}|[-*•·]|附件|\S{{2,8}}:|(?:20\d\d|二[〇○O零]\S\S)年[^。]{{1,9}}日$")
"""What begins a line of its own: numbering, 附件, 联系人:, a date."""
_STOPS = re.compile(r"[。;:!?]$")
_TITLE = re.compile(r"(?:表|总结|函|通知|要求|办法|细则|准则|名单|报告|材料|模板|说明|文件|协会|学会|联合会)$")
"""What ends one: a sentence; outside a sentence that asks for papers a title, a letter-head."""
_OPEN = re.compile(r"《[^》]{0,60}$|\([^)]{0,60}$")
_ANNEX = re.compile(r"附件\s*\d*:?")
_ITEM_ENDS = (":", ";", ",", "、", ")")
_GOES_ON = re.compile(r"^[、,;。:)》]|^(?:以?及|和|与|或|并)")
_LONGEST_ITEM = 40
_SHORTEST = 20
"""Characters of a sentence that fills its line."""


def unwrap(lines: Sequence[str]) -> list[str]:
    """The lines with those joined that only the page's width parted, and those of a list that a sentence with a colon opens:
    须报送以下材料: / 推荐函; / 活动统计表. Lines of tables stay, and blank ones."""
    joined: list[str] = []
    listing = False
    for line in lines:
        if line and joined[-2:-1] and not joined[-1] and _unfinished(joined[-2], line):
            joined.pop()  # a blank line where the page ended
        before = joined[-1] if joined else ""
        between = _between(before, line, listing=listing)
        if between is None:
            joined.append(line)
        else:
            joined[-1] = before + between + line
        listing = (listing and between is not None) or (line.endswith(":") and _ASKED.search(joined[-1]) is not None)
    return joined


def _unfinished(before: str, line: str) -> bool:
    """Whether a sentence that names papers one after the other goes on below a blank line."""
    last = before.rpartition("。")[2]
    names = len(last) >= _SHORTEST and re.search("[、,]", last) and re.search(_WORDS, last) and not _STOPS.search(last)
    return bool(names and _ASKED.search(last + line) and "\t" not in before + line and not _BEGINS.match(line))


def _between(before: str, line: str, *, listing: bool) -> str | None:
    """What parts a line from the one that it goes on with: "", or ";" between items of a list; None where it does not go on."""
    if not before or not line or "\t" in before + line:
        return None
    if _OPEN.search(before) or _GOES_ON.match(line):
        return ""
    if _BEGINS.match(line) or _ANNEX.fullmatch(before):
        return None
    whole = _STOPS.search(before) or _TITLE.search(before)
    if listing and (whole or before.endswith(_ITEM_ENDS)):
        item = len(line) <= _LONGEST_ITEM and re.search(_WORDS, line) and not before.endswith("。")
        return None if not item else "" if before.endswith(_ITEM_ENDS[:-1]) else ";"
    if _STOPS.search(before):
        return None
    asks = _ASKED.search(before.rpartition("。")[2] + line)
    return "" if asks or not whole or (line.startswith("(") and NUMBERING.match(before)) else None


def find_mentions(lines: Sequence[str]) -> list[tuple[str, str, str]]:
    """Documents named in sentences that ask for some: (kind, name, what is said of it): 提交成果报告(3000-8000字)."""
    found = []
    for sentence in (s for line in lines if "\t" not in line for s in line.split("。") if _ASKED.search(s)):
        ends = [len(sentence)]
        for match in reversed(list(_MENTION.finditer(sentence))):
            name = match["quoted"] or _BEFORE_NAMES.split(match["bare"])[-1] + match["word"]
            said = re.match(r"》?((?:[^、,;()《]|\([^()]*\))*)", sentence[match.end() : ends[-1]])
            ends.append(match.end() - len(name))
            kind = next(kind for kind, words, _ in _KINDS if any(word in name for word in words))
            told = name.removesuffix(match["word"] or "") if kind == "award_notice" else name
            if said and not _VERB.search(name) and not any(word in told for word in _APART):
                found.append((kind, name, said[1]))
    return found[::-1]


def _annexes(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Annexes, enumerated documents and the headings below 附件1, each as (name, what is said of it); no sentences."""
    item = re.compile(r"^(?:附件\s*[:]?\s*)?[-*(]*\s*\d+\s*[.、)]\s*([^\s(][^(]{1,44}?)\s*(\(.*)?[\s;。]*$")
    found = [(match[1], match[2] or "") for line in lines if (match := item.match(line))]
    found += [(below, "") for line, below in itertools.pairwise(lines) if re.fullmatch(r"附件\s*\d+", line)]
    named = ((re.sub(r"[\s;。]+$", "", name), rest) for name, rest in found)
    return [(re.sub(r"(?<=[\d年]) +(?=\S)", "", name), rest) for name, rest in named if not re.search(r"[,。;]|按照|提供|填写", name)]


def _copies(said: str) -> tuple[str, ...]:
    """Which copies a notice wants: "(Word版及加盖公章的PDF版)" both, "(盖章扫描件)" the stamped one; else the editable one."""
    beside = re.match(r"\s*(?:及|和|与|以及)", said)
    stamped = re.search(r"盖章|公章", said) and not re.search(r"不[需用必]\S{0,3}[盖公]章|不盖章", said)
    editable = beside or re.search(r"word|excel|ppt|电子版", said, re.IGNORECASE) or not stamped
    return (*(("editable",) if editable else ()), *(("stamped",) if stamped else ()))


def _sections(said: str) -> tuple[str, ...]:
    """The parts that a document must have: 应包含A、B、C三部分."""
    match = re.search(r"(?:包含|包括|分为)([^。;:,]{4,80}?)等?[二两三四五六七八九]个?部分", said)
    return tuple(part.strip() for part in re.split(r"[、和]", match[1]) if part.strip()) if match else ()


def _limits(text: str, word: str) -> tuple[int, int]:
    """(at least, at most) characters within a sentence or two of the word; 0 where none is stated."""
    near = re.search(re.escape(word) + r"[^。\n]{0,60}?(?:(\d{2,5})\s*-\s*(\d{3,5})\s*字|(\d{2,5})\s*字\s*(以内|以上|左右)?)", text)
    if not near:
        return 0, 0
    if near[1]:
        return int(near[1]), int(near[2])
    return (int(near[3]), 0) if near[4] == "以上" else (0, int(near[3]))


def last_words(label: str) -> str:
    words = [word for _, group, _ in _KINDS for word in group if word in label]
    return words[0] if words else label
