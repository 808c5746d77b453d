"""`shenbao programme draft`: a first programme from the text of a notice, for a person to finish.

What can be read is filled in; what had to be guessed or is missing carries `# TODO check`. The draft always loads: what the
schema demands and the notice does not say gets a plain stand-in beside its TODO. One `find_<thing>` a fact.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from bot.drafting.form import Field, find_form_fields, find_statistics
from bot.drafting.papers import NUMBERING, Document, find_documents, last_words

TODO = "# TODO check"
_DATE = re.compile(r"(?:(20\d\d)\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_MAIL = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"(?:\(0\d{2,3}\)\s*|0\d{2,3}-)\d{7,8}|(?<!\d)1[3-9]\d{9}(?!\d)")
_HEADING = re.compile(r"(?:时间|要求|方式|办法|内容)。$")


def draft_programme(text: str) -> str:
    """A programme's TOML from a notice's plain text (tables as lines with tabs). Raises nothing: what is missing is marked."""
    text = unicodedata.normalize("NFKC", text).replace("\u3000", " ")
    lines = [line.strip() for line in text.splitlines()]
    year = find_year(text)
    mailbox = find_mailbox(text)
    slug = re.sub(r"[^a-z]", "", mailbox.partition("@")[0]) or "notice"
    deadline = find_deadline(text, year)
    opens = find_opening(lines, year) or date(year, 1, 1)
    until = deadline or max(date(year, 12, 31), opens)
    documents = find_documents(lines)
    fields = find_form_fields(lines)
    out = [
        f"# A draft from the notice's text. Settle every `{TODO[2:]}`, then: shenbao programme check FILE",
        "schema = 1",
        _line("id", f"{slug}-{year}", "a short name of your own"),
        _line("title", find_title(text), "how answers name the activity"),
        _line("association", find_association(lines), ""),
        _line("mailbox", mailbox or "unknown@example.org", "" if mailbox else "the notice names no mail address"),
        _line("reference", f"{slug.upper()}{year}", "the head of reference numbers"),
        f"year = {year}",
        f"opens = {(opens if opens <= until else date(until.year, 1, 1)).isoformat()}  {TODO}: the day from which submissions count",
        f"deadline = {until.isoformat()}" + ("" if deadline else f"  {TODO}: no deadline was found"),
        f"identity = {_identity(fields)}  {TODO}: what makes two entries the same",
    ]
    period = find_period(text)
    if period:
        out.append(f"period = {_list(period)}  {TODO}: the months that the statistics cover")
    out.append("essentials = [" + f"  {TODO}: what somebody who asks must know, a line each")
    out += [f"  {_text(line)}," for line in find_essentials(lines)] or [f"  {_text('申报要求详见通知。')},"]
    out += ["]", "", "[contacts]", *_contacts(text), "", *_channels(text)]
    recommenders = find_recommenders(lines)
    if recommenders:
        out.append("listed = true")
    out += _documents(documents)
    out += [block for field in fields for block in _field(field)]
    out += [block for field in find_statistics(lines) for block in _statistic(field)]
    return _ordered("\n".join(out), recommenders) + "\n"


def find_year(text: str) -> int:
    """The year that the heading names; this year where none does."""
    compact = re.sub(r"\s+", "", text)
    found = re.search(r"关于[^。]{0,12}?(20\d\d)年", compact) or re.search(r"(20\d\d)年度?[^\d]{0,40}(?:通知|活动|申报)", compact)
    return int(found[1]) if found else date.today().year


def find_title(text: str) -> str:
    """What the notice is about: the words between 关于开展 and 的通知."""
    found = re.search(r"关于(?:开展|组织|举办|做好)?(.{4,80}?)的通知", re.sub(r"\s+", "", text[:3000]))
    return found[1].strip('“”"') if found else "申报活动"


def find_association(lines: Sequence[str]) -> str:
    """The association that sends the notice: its letter-head or its signature."""
    for line in lines[:40]:
        found = re.fullmatch(r"(\S{2,30}?(?:协会|学会|联合会|商会))(?:文件)?", line)
        if found:
            return found[1]
    names = re.findall(r"[\u4e00-\u9fff]{2,20}(?:协会|学会|联合会|商会)(?![\u4e00-\u9fff])", "\n".join(lines))
    return max(names, key=names.count) if names else "主办单位"


def find_mailbox(text: str) -> str:
    """The mail address for submissions: the one beside 邮箱 or 发送, else the first one; "" where there is none."""
    near = re.search(r"(?:邮箱|发送至|报送至|电子邮件)[^@\n]{0,30}?\s*(" + _MAIL.pattern + ")", text)
    if near:
        return near[1].lower()
    first = _MAIL.search(text)
    return first[0].lower() if first else ""


def find_deadline(text: str, year: int) -> date | None:
    """The last day: a date before 前, or after 截止; None where the notice names none."""
    compact = re.sub(r"[ \t\n*]+", "", text)
    for pattern in (rf"截止[^。;]{{0,15}}?{_DATE.pattern}", rf"{_DATE.pattern}(?:[^。;]{{0,12}})前", rf"截至{_DATE.pattern}"):
        for found in re.finditer(pattern, compact):
            day = _day(found[1], found[2], found[3], year)
            if day is not None:
                return day
    return None


def find_opening(lines: Sequence[str], year: int) -> date | None:
    """The notice's own date, in figures or in Chinese numerals, as a line of its own."""
    for line in lines:
        found = _DATE.fullmatch(line)
        if found and found[1]:
            return _day(found[1], found[2], found[3], year)
        chinese = re.fullmatch(
            r"二[〇○O零]([一二三四五六七八九〇○零]{2})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日", line
        )
        if chinese:
            return _day(f"20{''.join(str(_numeral(c)) for c in chinese[1])}", str(_numeral(chinese[2])), str(_numeral(chinese[3])), year)
    return None


def find_period(text: str) -> tuple[str, str] | tuple[()]:
    """First and last month of the statistics, as YYYY-MM; empty where the notice names none."""
    found = re.search(r"(20\d\d)\s*年\s*(\d{1,2})\s*月\s*(?:至|-|—|~|到)\s*(20\d\d)\s*年\s*(\d{1,2})\s*月", text)
    return (f"{found[1]}-{int(found[2]):02d}", f"{found[3]}-{int(found[4]):02d}") if found else ()


def find_essentials(lines: Sequence[str]) -> list[str]:
    """Sentences that somebody who asks would be told: what to send, until when, to where; at most eight. No lines of forms."""
    words = ("截止", "日前", "发送至", "字以内", "提交", "压缩", "命名", "盖章", "报名", "推荐单位")
    bare = [NUMBERING.sub("", line) for line in lines]
    prose = [line for line in bare if not re.search(r"[\s_]{3,}|\t|^\(|[:]$", line)]
    sentences = [s.strip(" ;") + "。" for line in prose for s in line.split("。") if 8 <= len(s.strip()) <= 120]
    return list(dict.fromkeys(s for s in sentences if any(word in s for word in words) and not _HEADING.search(s)))[:8]


def find_recommenders(lines: Sequence[str]) -> list[str]:
    """The names of a list with the heading 序号 推荐单位, its rows numbered."""
    names: list[str] = []
    inside = False
    for line in lines:
        cells = [cell.strip() for cell in line.split("\t") if cell.strip()]
        if len(cells) == 2 and cells[0] == "序号" and "单位" in cells[1]:
            inside = True
        elif inside and len(cells) == 2 and cells[0].isdigit():
            names.append(cells[1])
        elif line:
            inside = False
    return names


def _contacts(text: str) -> list[str]:
    department = re.search(r"联系部门\s*[:：]\s*(\S{2,30})", text)
    han = r"[\u4e00-\u9fff]{2,4}"
    people = re.search(rf"联系人\s*:\s*(?!手机|电话|邮箱)({han}(?:(?:、| +){han})*)", text)
    named = re.findall(r"([\u4e00-\u9fff] ?[\u4e00-\u9fff]{1,3})\s+(0\d{2,3}-\d{7,8})", text) if not people else []
    names = (
        [n for n in re.split(r"[、, ]+", people[1]) if not re.search("电话|手机|邮箱|传真|微信", n)]
        if people
        else [name.replace(" ", "") for name, _ in named]
    )
    phones = list(dict.fromkeys(re.sub(r"\s+", "", phone) for phone in _PHONE.findall(text)))
    lines = [f"department = {_text(department[1])}"] if department else []
    lines.append(f"people = {_list(names)}" + ("" if names else f"  {TODO}: nobody was found"))
    lines.append(f"phones = {_list(phones[:6])}" + ("" if phones else f"  {TODO}: no telephone was found"))
    return lines


def _channels(text: str) -> list[str]:
    online = "网上" in text and ("报名" in text or "申报系统" in text)
    online = online or re.search(r"(?:不受理|不接受|不接收)企业|企业\S{0,4}(?:不得|不能)\S{0,4}(?:自行|直接)", text) is not None
    enterprise = ["accepted = false", f"instead = {_text('请按通知要求通过网上系统或推荐单位申报。')}"] if online else ["accepted = true"]
    return [
        "[channels.enterprise]" + f"  {TODO}: may an applicant send by itself?",
        *enterprise,
        "[channels.recommender]",
        "accepted = true",
    ]


def _documents(documents: Sequence[Document]) -> list[str]:
    lines: list[str] = []
    for document in documents:
        label = document.label
        short = re.sub(r"^20\d\d年度?", "", re.sub(r"[(（].*?[)）]", "", label)).strip()
        lines += ["", "[[document]]", f'kind = "{document.kind}"', f"label = {_text(label)}"]
        lines += [f'scope = "{document.scope}"'] if document.scope == "package" else []
        lines.append(f"titles = {_list([short])}  {TODO}: words of its heading")
        lines.append(f"names = {_list([last_words(short)])}  {TODO}: words of its file name")
        lines += [f"min = {document.min}"] if document.min else []
        lines += [f"max = {document.max}"] if document.max else []
        if document.sections:
            lines.append(f"sections = [  {TODO}: limits of the parts: max = 500, min = 100")
            lines += [f"  {{ key = {_text(part)}, headings = {_list([part])} }}," for part in document.sections] + ["]"]
    for document in documents:
        for copy in document.copies:
            sealed = copy == "stamped"
            lines += [
                "",
                "[[requirement]]" + f"  {TODO}: which copy, from whom, with whose seal",
                f'document = "{document.kind}"',
                f'copy = "{copy}"',
                f"label = {_text(document.label + ('(盖章版)' if sealed else '(电子版)' if len(document.copies) > 1 else ''))}",
            ]
            lines += ['channels = ["recommender"]'] if document.scope == "package" else []
            lines += [f'seals = ["{"recommender" if document.scope == "package" else "organisation"}"]'] if sealed else []
    return lines


def _field(field: Field) -> list[str]:
    mark = "" if field.known else f"  {TODO}: a key of your own choice"
    lines = ["", "[[field]]", f'key = "{field.key}"{mark}', f"label = {_text(field.label)}", f"labels = {_list([field.label])}"]
    lines += ["line = true"] if field.line else []
    lines += ["required = false"] if field.key == "serial" else []
    lines += ['channels = ["recommender"]'] if field.key == "recommender" else []
    lines += [f'type = "{field.type}"'] if field.type != "text" else []
    return lines + ([f'after = "{field.after}"'] if field.after else [])


def _statistic(field: Field) -> list[str]:
    mark = "" if field.known else f"  {TODO}: a key of your own choice"
    lines = ["", "[[statistic]]", f'key = "{field.key}"{mark}', f"label = {_text(field.label)}", f"contains = [{_list([field.label])}]"]
    return lines + ([f'type = "{field.type}"'] if field.type != "number" else [])


def _identity(fields: Sequence[Field]) -> str:
    """Organisation and title, or organisation and team, as far as the form has them; else what it has first."""
    keys = [field.key for field in fields]
    entry = "title" if "title" in keys else "team"
    parts = [key for key in ("organisation", entry) if key in keys] or keys[:2] or ["recommender"]
    return f"[{', '.join(_list([part]) for part in parts)}]"


def _line(key: str, value: str, doubt: str) -> str:
    return f"{key} = {_text(value)}" + (f"  {TODO}: {doubt}" if doubt else "")


def _text(value: str) -> str:
    return '"' + _full_width(value).replace("\\", "\\\\").replace('"', '\\"').replace("\t", " ") + '"'


_PUNCTUATION = dict(zip(",;:()!?", "，；：（）！？", strict=True))


def _full_width(text: str) -> str:
    """A text with the punctuation of Chinese beside Chinese characters, which evening out has made narrow."""
    han = r"[\u4e00-\u9fff“”（）]"
    for _ in range(2):  # "版)," turns one mark after the other
        text = re.sub(rf"(?<={han})[,;:()!?]|[,;:()!?](?={han})", lambda match: _PUNCTUATION[match[0]], text)
    return text


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(_text(value) for value in values) + "]"


def _day(year: str | None, month: str, day: str, default: int) -> date | None:
    try:
        return date(int(year) if year else default, int(month), int(day))
    except ValueError:  # 2月30日
        return None


def _numeral(text: str) -> int:
    digits = "〇一二三四五六七八九"
    text = re.sub("[○O零]", "〇", text)
    if "十" not in text:
        return digits.index(text)
    tens, _, ones = text.partition("十")
    return (digits.index(tens) if tens else 1) * 10 + (digits.index(ones) if ones else 0)


def _ordered(draft: str, recommenders: Sequence[str]) -> str:
    """The list of recommenders goes above the first table, where TOML wants top-level keys."""
    if not recommenders:
        return draft
    names = "recommenders = [\n" + "".join(f"  {_text(name)},\n" for name in recommenders) + "]\n\n"
    return draft.replace("[contacts]\n", names + "[contacts]\n", 1)
