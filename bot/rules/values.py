"""Can this value be right? One `<type>_problem` a field type: "" where it can, else the name of what is wrong.

Tolerant of how people write: full-width digits, blanks, units, 约, 以上, several numbers, 无 where there is none.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping

from bot.rules.blanks import says_yes_or_no

_USCC_ALPHABET = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
_NONE_WORDS = ("无", "零", "〇", "没有", "未发生", "未产生", "暂无")
_CHINESE_NUMBER = re.compile(
    r"[约共]?[零〇一二两三四五六七八九十百千万亿]+(?:点[零一二三四五六七八九]+)?(?:人次?|名|个|次|起|件|项|万?元)?"
)
_NUMBER = re.compile(r"(?<![\d.-])-?\d+(?:\.\d+)?")
_PARTS = re.compile(r"[/、,;|\n]|和|或|及")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+=?^_`{|}~-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")


def plain(value: str) -> str:
    """NFKC, outer blanks off."""
    return unicodedata.normalize("NFKC", value).strip()


def uscc_problem(value: str) -> str:
    """GB 32100: 18 characters without I, O, S, V, Z, the last one a check digit."""
    from stdnum.cn.uscc import calc_check_digit

    code = re.sub(r"[\s\-_.:：]", "", plain(value)).upper()
    code = code.partition("(")[0] if code.endswith(")") else code
    if len(code) != 18 or not code.isascii():
        return "uscc-length"
    if not set(code) <= _USCC_ALPHABET or not code[2:8].isdigit():
        return "uscc-characters"
    return "" if calc_check_digit(code) == code[-1] else "uscc-check"


def mobile_problem(value: str) -> str:
    """At least one mainland mobile number, and none that begins as one but isn't."""
    numbers = [_bare_number(part) for part in _number_parts(value)]
    if not any(re.fullmatch(r"1[3-9]\d{9}", number) for number in numbers):
        return "mobile"
    begun = [number for number in numbers if len(number) >= 7 and number.startswith("1")]
    return "" if all(re.fullmatch(r"1[3-9]\d{9}", number) for number in begun) else "mobile"


def phone_problem(value: str) -> str:
    """A landline or a mobile: seven digits or more; 无 where there is none."""
    text = plain(value)
    if text.startswith(_NONE_WORDS) or re.fullmatch(r"[-/\\—_]*", text):
        return ""
    longest = max((len(_bare_number(part)) for part in _number_parts(value)), default=0)
    return "" if 7 <= longest <= 20 else "phone"


def postcode_problem(value: str) -> str:
    """Six digits, not all nought."""
    code = re.sub(r"\s|\.0$", "", plain(value))
    return "" if re.fullmatch(r"(?!000000)\d{6}", code) else "postcode"


def email_problem(value: str) -> str:
    """One or more addresses of ASCII characters; 邮箱： may stand before them."""
    written = re.sub(r"^[^@:]*:\s*", "", plain(value))
    parts = [part for part in re.split(r"[/、,;|\s]|(?<=[a-z])和", written) if part]
    return "" if parts and all(_EMAIL.fullmatch(part.strip("<>()")) for part in parts) else "email"


def percent_problem(value: str) -> str:
    """A share of 0 to 100, with or without its sign; no per mille."""
    text = re.sub(r"\s", "", plain(value))
    if "‰" in text or "千分" in text:
        return "percent"
    signed = re.findall(r"((?<!\d)-?\d+(?:\.\d+)?)%", re.sub(r"(?<=[\d%])-(?=\d)", "~", text))
    numbers = signed or _NUMBER.findall(re.sub(r"(?<=[\d%])-(?=\d)", "~", re.sub(r"20\d\d年", "", text)))
    if not numbers:
        return "" if re.search(r"百分(?:之)?[零一二两三四五六七八九十百点]", text) or text.startswith(_NONE_WORDS) else "percent"
    return "" if all(0 <= float(number) <= 100 for number in numbers) else "percent"


def number_problem(value: str) -> str:
    """Any amount of nought or more, its unit beside it or not."""
    numbers = numbers_in(value)
    if not numbers:
        return "" if any(word in plain(value) for word in _NONE_WORDS) or _CHINESE_NUMBER.fullmatch(plain(value)) else "number"
    return "" if all(0 <= number < math.inf for number in numbers) else "number"


def integer_problem(value: str) -> str:
    """Whole numbers only."""
    return number_problem(value) or ("" if all(number == int(number) for number in numbers_in(value)) else "integer")


def year_problem(value: str) -> str:
    """Four digits of a year, Chinese ones too."""
    return "" if years_in(value) else "year"


def yes_no_problem(value: str) -> str:
    """是 or 否, as a word or as a tick."""
    return "" if says_yes_or_no(value) else "yes-no"


def years_in(value: str) -> tuple[int, ...]:
    """The years that a value names: 2020, 二〇二〇."""
    text = re.sub(r"[零〇○一二三四五六七八九]{4}", lambda found: "".join(str(_YEAR_DIGITS[c]) for c in found[0]), plain(value))
    return tuple(int(year) for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text))


def numbers_in(value: str) -> tuple[float, ...]:
    """All numbers of a value, thousands commas dropped, a dash between two numbers taken as a range."""
    text = re.sub(r"(?<=\d)[,，](?=\d{3}(?!\d))|\s", "", plain(value))
    return tuple(float(number) for number in _NUMBER.findall(re.sub(r"(?<=\d)-(?=\d)", "~", text)))


def count_of(value: str) -> int | None:
    """The count that a value states: the sum of its numbers, times and years left out, 0 for 无; None where it states none."""
    text = _TIMES.sub("", re.sub(r"\s", "", plain(value)))
    numbers = numbers_in(text)
    if any(word in text for word in _NONE_WORDS) and not any(numbers):
        return 0
    if not numbers and (written := _COUNTED.search(text)):
        return _chinese(written[1])
    total = sum(numbers)
    return int(total) if numbers and math.isfinite(total) else None


_TIMES = re.compile(
    r"\((?:19|20)\d\d[^()]*\)|(?:19|20)\d\d(?:年度?)?[-~—–至到]+(?:19|20)\d\d(?:年度?)?|(?:19|20)\d\d年(?:度|\d{1,2}月)?|"
    r"近?(?:(?<!\d)\d+|(?<![一二两三四五六七八九十])[一二两三四五六七八九十]+)(?:年|个月|天|日|小时)(?:内|来)?"
)
_COUNTED = re.compile(r"(?:^|发生|共)([一二两三四五六七八九十]{1,3})(?:起|次|个|件|项|名|人|$)")
_DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_YEAR_DIGITS = _DIGITS | {"〇": 0, "○": 0}


def _chinese(written: str) -> int:
    """A number up to 99 in Chinese."""
    tens, ten, ones = written.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def _number_parts(value: str) -> list[str]:
    text = plain(value)
    return [part for part in _PARTS.split(re.sub(r"(?<=\d{11})\s+(?=1\d{10})", "/", text)) if part.strip()]


_BRACKETED, _NUMBER_ONLY = re.compile(r"\([^()]*\)"), re.compile(r"[\d\s()-]*")


def _bare_number(part: str) -> str:
    spoken = _BRACKETED.sub(lambda found: found[0] if _NUMBER_ONLY.fullmatch(found[0]) else "", part)
    digits = re.sub(r"\D", "", re.sub(r"(?:转|分机|ext).*$", "", spoken))
    return re.sub(r"^(?:00)?86(?=1[3-9]\d{9}$)", "", digits)


PROBLEMS: Mapping[str, Callable[[str], str]] = {
    "uscc": uscc_problem,
    "mobile": mobile_problem,
    "phone": phone_problem,
    "postcode": postcode_problem,
    "email": email_problem,
    "percent": percent_problem,
    "number": number_problem,
    "integer": integer_problem,
    "year": year_problem,
    "yes-no": yes_no_problem,
}
"""Field type to check; `text` has none."""
