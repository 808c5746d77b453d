"""Running text: the one count of characters, the sections a notice asks for, a document's own name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from parsers.text.traditional import simplified
from parsers.text.wording import even, join_lines, visible
from parsers.values import Block, Paragraph


def count_characters(text: str) -> int:
    """Characters of a text as every limit here counts them: each character that takes a place and is no blank.

    Blanks are all Unicode white space; zero-width characters, direction marks, soft hyphens, control and combining
    characters take no place. Punctuation, Latin letters and digits count one each, as Chinese characters do.
    """
    return len(text.translate(_COUNTED))


class _Counted(dict[int, int | None]):
    """Code points that count, and None for those that don't: a table for `str.translate`, filled as characters come."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        counts = bool(visible(character)) and not character.isspace() and unicodedata.category(character) not in _NO_PLACE
        self[code] = code if counts else None
        return self[code]


_NO_PLACE = ("Cc", "Cf", "Cs", "Cn", "Mn", "Me", "Zl", "Zp", "Zs")
_COUNTED = _Counted()


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its key, its heading as written, its text without the heading, and that text's characters."""

    key: str
    heading: str
    text: str
    characters: int


_CHINESE = r"[一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾]{1,3}"
_NUMBER = (
    rf"(?:第?{_CHINESE}(?:部分|章|节|篇)?|(?:第\s*|part\s*[.．]?\s*)?\d{{1,2}}(?:[.．]\d{{1,2}})*(?:\s*部分)?|[(（]\s*(?:{_CHINESE}|\d{{1,2}})\s*[)）]"
    r"|[①-⑳㈠-㈩⑴-⒇⒈-⒛Ⅰ-Ⅻ]|[IVX]{1,4}|[A-H](?=\s*[、.．)）]))"
)
_LEAD = re.compile(
    r"\s*(?:[#＃*＊◆●■▲★☆§·•\-—_>》]+\s*)?"
    rf"(?:{_NUMBER}(?:\s*[、.．:：,，)）]\s*|\s+|(?=[^\d\s一二三四五六七八九十个年月日])))?"
    r"\s*[【\[〔《〈<“\"「『]?\s*",
    re.IGNORECASE,
)
_CLOSING = r"[】\]〕》〉>”\"」』]?"
_SUFFIX = re.compile(rf"\s*{_CLOSING}\s*(?:[(（\[【][^()（）\[\]【】]{{0,30}}[)）\]】]\s*)*{_CLOSING}\s*")
_COLON = re.compile(r"\s*[:：]+\s*")
_DASH = re.compile(r"\s*[-—–－]+\s*")
_STOP = re.compile(r"。\s*")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    level: int = 0
    heading: bool = True
    """False in the cells of a data table, whose words head a column and no section."""


Patterns = Sequence[tuple[str, re.Pattern[str]]]


def find_sections(blocks: Sequence[Block], headings: Mapping[str, Sequence[str]]) -> tuple[Section, ...]:
    """The sections among blocks, by their headings: key -> the headings that open it. In the document's order.

    A heading is a line that says only its words: numbered in any way, bold or not, styled or not, in brackets, with a suffix
    such as （500字以内）, in a table's cell before or above its text; or a line that begins with them and a colon (二、班组
    概况：我们…), or is numbered and goes on after a dash or a blank. Where a key has no such line, a short numbered
    or styled line that begins or ends with its words (三、实施过程及做法) is taken. The words amid running text are none.
    The first of a key's headings is its own; the others count where that one is nowhere.
    A section ends where another of `headings` begins, or the next number of the same top level (五、推广应用). A heading that
    comes twice (a table of contents) opens the section where more text follows.
    """
    own = [(key, _pattern(texts[0])) for key, texts in headings.items() if texts]
    others = [(key, _pattern(words)) for key, texts in headings.items() for words in sorted(texts[1:], key=len, reverse=True)]
    lines = list(_lines(blocks))
    opens: list[tuple[str, str, str] | None] = [None] * len(lines)
    for open_, patterns in ((_open, own), (_open_loosely, own), (_open, others)):
        seen = {opened[0] for opened in opens if opened}
        if rest := [(key, pattern) for key, pattern in patterns if key not in seen]:
            opens = [opened or open_(line, rest) for opened, line in zip(opens, lines)]
    found: list[tuple[str, str, list[str]]] = []
    number = ""
    for line, opened in zip(lines, opens):
        if opened is None:
            if found and number and _next_part(number, line):
                found.append(("", line.text, []))
            elif found:
                found[-1][2].append(line.text)
            continue
        number = _part_number(line.text)
        if found and found[-1][0] == opened[0] and found[-1][2]:  # its words again within the section
            found[-1][2].append(opened[2])
        else:
            found.append((opened[0], opened[1], [opened[2]] if opened[2] else []))
    best: dict[str, Section] = {}
    for key, heading, texts in found:
        text = "\n".join(texts).strip()
        section = Section(key, heading, text, count_characters(text))
        if key and (key not in best or section.characters > best[key].characters):
            best[key] = section
    return tuple(best.values())


_PARTS = "一二三四五六七八九十"
_PART = re.compile(rf"\s*(?:第\s*)?([{_PARTS}])\s*(?:部分|[、.．])")


def _part_number(text: str) -> str:
    """The Chinese number of a part at the top level (三、 or 第三部分), "" where a line bears none."""
    found = _PART.match(text)
    return found[1] if found else ""


def _next_part(number: str, line: _Line) -> bool:
    """Whether a line is the heading of the part after that number, whatever it is called."""
    short = count_characters(line.text) <= _LOOSE_MAX and not _SENTENCE.search(line.text)
    return short and line.heading and number != _PARTS[-1] and _part_number(line.text) == _PARTS[_PARTS.index(number) + 1]


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(r"\s*".join(re.escape(c) for c in even(words)), re.IGNORECASE)


def _open(line: _Line, patterns: Patterns) -> tuple[str, str, str] | None:
    """(key, heading, text on the same line) where the line is a heading, else None."""
    if not line.heading:
        return None
    text = visible(line.text)
    plain = simplified(text)
    lead = _LEAD.match(plain)
    start = lead.end() if lead else 0
    numbered = bool(lead and lead[0].strip()) or line.level > 0
    for key, pattern in patterns:
        for begin in dict.fromkeys((start, len(text) - len(text.lstrip()))):
            if (match := pattern.match(plain, begin)) is not None:
                suffix = _SUFFIX.match(text, match.end())
                end = suffix.end() if suffix else match.end()
                more = _text_after(text, match.end(), end, numbered)
                if more is not None:
                    return key, text[:end].strip(), more
    return None


def _text_after(text: str, words: int, end: int, numbered: bool) -> str | None:
    """What follows a heading on its own line ("" nothing); None where the line is running text that only begins so."""
    rest = text[end:]
    if _NOTHING.fullmatch(rest):
        return ""
    if colon := _COLON.match(rest):
        return rest[colon.end() :].strip()
    if rest[0] in "\n\t" or text[words:].startswith(("\n", "\t", "】", "]", "〕")) or _GAP.match(text[words:]):
        return rest.strip()
    if numbered and (stop := _DASH.match(rest) or _STOP.match(rest)):
        return rest[stop.end() :].strip()
    if numbered and _WIDE.match(text[words:]):
        return rest.strip()
    return None


def _open_loosely(line: _Line, patterns: Patterns) -> tuple[str, str, str] | None:
    text = visible(line.text).strip()
    lead = _LEAD.match(text)
    if not line.heading or count_characters(text) > _LOOSE_MAX or _SENTENCE.search(text) or not (line.level or (lead and lead[0].strip())):
        return None
    plain = simplified(even(text[lead.end() if lead else 0 :]))
    for key, pattern in patterns:
        match = pattern.search(plain)
        if match is not None and (match.start() == 0 or match.end() == len(plain)):
            return key, text, ""
    return None


def _lines(blocks: Sequence[Block]) -> Iterator[_Line]:
    """The lines of blocks in reading order; a table's cells one after the other, each line of them."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from (_Line(line, block.level) for line in block.text.split("\n") if line.strip())
            continue
        for row in block.rows():
            cells = [cell for cell in row if cell.text.strip()]
            for index, cell in enumerate(cells):
                beside = cells[index + 1].text if index + 1 < len(cells) else ""
                heading = len(cells) <= 2 or count_characters(beside) >= _PROSE
                if count_characters(cell.text) <= _LOOSE_MAX:  # a narrow column breaks its label letter by letter
                    yield _Line(join_lines(cell.text), heading=heading)
                else:
                    yield from (_Line(line, heading=heading) for line in cell.text.split("\n") if line.strip())


_NOTHING = re.compile(r"[\s:：。.、_…·*#\-—]*\d{0,3}[\s:：。.、_…·*#\-—]*")
"""After a heading: nothing, or the dots and page number of a table of contents."""
_WIDE = re.compile(r"[ \u3000\u00a0]+")
_GAP = re.compile(r"\u3000|[ \u00a0]{2}")
"""A blank that no running text has between two words."""
_SENTENCE = re.compile(r"[。；;！？!?，,]")
_LOOSE_MAX = 20
_PROSE = 30
"""Characters that make a cell the text of the heading beside it."""

_ATTACHMENT = re.compile(r"附\s*(?:件|表|录)\s*[\d一二三四五六七八九十]{0,3}\s*[:：、.]?\s*")
_TITLE_MAX = 80
_NO_TITLE = re.compile(
    r"目\s*录|封\s*面|前\s*言|摘\s*要|典型经验(?:申报)?(?:材料)?|经验材料|申报材料|班组概况|实施背景|实施过程|实施效果"
    r"|.*(?:申报表|汇总表|统计表)|.*质量信得过班组.*(?:典型经验|经验材料|申报材料)|(?:19|20)\d\d\s*年.*典型经验"
)
_WHO = re.compile(r"[^，。、：:；]{2,40}(?:公司|集团|协会|厂|院|局|中心|支?队|班|班组|小组|组|室|工段|车间|项目部)(?:[（(].{0,12}[)）])?")
"""A line that only names an organisation or team."""
_WHOSE = re.compile(
    r"[\u4e00-\u9fff]{0,4}(?:单\s*位|组\s*织|企\s*业|公\s*司|部\s*门|班\s*组|人|者|日\s*期|时\s*间)(?:名\s*称|全\s*称)?\s*[:：]"
)
"""A line that begins with a label of who or when: 申报单位：…, 班组名称：…, 撰稿人：…"""
_SIGNED = re.compile(rf"(.{{6,}}?)\s*[—–－-]{{2,}}\s*{_WHO.pattern}")
"""A title and whose it is on one line."""
_LONGEST_SIGNED = 200
_STOPPED = re.compile(r"[^，。；！？]{6,45}(?:经验|实践|探索|做法|案例|成果|方法|管理|建设)[》”\"」]?。")
"""A name with a full stop behind it; a sentence rarely ends so."""
_PAIRS = {"《": "》", "“": "”", '"': '"', "「": "」", "【": "】", "〈": "〉"}
_NEXT_LABEL = re.compile(r"\s{2,}(?=\S{2,8}[:：])")


_TITLE_LABELS = ("典型经验名称", "申报经验名称", "经验名称", "经验题目", "经验标题", "题目", "标题", "名称")


def find_title(blocks: Sequence[Block], labels: Sequence[str] = _TITLE_LABELS) -> str:
    """The document's own name, "" where it has none.

    First what stands after a label (经验名称) as heading or label: on its own line, in the next cell, or in the next line.
    Otherwise the first line with text, where it looks like a title: at most 80 characters, no sentence (no full stop at its
    end), no label with a colon or underlines. Lines such as 附件2, 目录, the programme's own heading (2025年…典型经验,
    …申报表) and the names of organisation and team before it are passed over; a numbered section's heading ends the search.
    Quotation marks around it are taken off; a title broken by a line break is joined.
    """
    lines = list(_title_lines(blocks))
    patterns = [(label, _pattern(label)) for label in labels]
    for index, line in enumerate(lines):
        opened = _open(_Line(line), patterns)
        if opened is not None:
            title = opened[2] or _next_title(lines, index + 1)
            if title:
                return _bare(_NEXT_LABEL.split(title)[0])
    for line in lines:
        text = visible(line).strip()
        rest = _ATTACHMENT.sub("", text, count=1) if _ATTACHMENT.match(text) else text
        if _open(_Line(line), patterns) is not None:
            return ""
        lead = _LEAD.match(rest)
        if lead and lead[0].strip() and _is_no_title(rest[lead.end() :]):
            return ""
        if len(rest) <= _LONGEST_SIGNED and (signed := _SIGNED.fullmatch(rest)):
            rest = signed[1]
        if not rest or _is_no_title(rest) or _WHO.fullmatch(simplified(_bare(rest))) or _WHOSE.match(simplified(rest)):
            continue
        looks = count_characters(rest) <= _TITLE_MAX and not re.search(r"[:：_]|[；，.]$", rest)
        return _bare(rest) if looks and (not rest.endswith("。") or _STOPPED.fullmatch(rest)) else ""
    return ""


def _title_lines(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        texts = (block.text,) if isinstance(block, Paragraph) else tuple(cell.text for cell in block.cells)
        for text in texts:
            if count_characters(text) <= _TITLE_MAX:
                yield from filter(None, join_lines(text).split("\n"))
            else:
                yield from (line for line in text.split("\n") if line.strip())


def _next_title(lines: Sequence[str], index: int) -> str:
    if index < len(lines):
        text = lines[index].strip()
        lead = _LEAD.match(text)
        plain = text[lead.end() :] if lead else text
        if count_characters(text) <= _TITLE_MAX and not _is_no_title(re.sub(_SUFFIX.pattern + r"[:：]?$", "", plain)):
            return text
    return ""


def _is_no_title(text: str) -> bool:
    return _NO_TITLE.fullmatch(simplified(_bare(text))) is not None


def _bare(text: str) -> str:
    """A title without the marks around it."""
    text = text.strip()
    closing = _PAIRS.get(text[:1])
    if closing and text.endswith(closing) and closing not in text[1:-1]:
        return text[1:-1].strip()
    return text
