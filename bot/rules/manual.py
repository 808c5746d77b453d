"""`python -m bot.rules.manual`: docs/rules.md from the rules' own manual pages, so that both never differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

from bot.findings import DEFAULT_SEVERITIES
from bot.rules.options import Refers, own_options
from bot.rules.registry import RULES, Rule

_HEAD = """# The rules

Generated from the rules' docstrings by `python -m bot.rules.manual`; a test holds both together.

A rule looks at the facts of one application or of the whole package and yields findings. It never chooses what follows:
the severity of each code is the programme's (`[severity]`), else the default named here; the worst one decides. All rules
run, in this order, and the submitter gets every defect in one answer. A programme sets a rule's options in
`[rules.<id>]`; `enabled = false` switches a rule off. What an option names must be declared in the programme, else the
programme is not taken; a default that names what a programme does not declare says nothing there. A rule that crashes yields
`internal-error`, the mail is held for staff, and the other rules still run. What submitters read is in `replies/sentences.toml`.

Codes that no rule yields come from holding a mail against earlier ones: `duplicate-channel`, `probable-duplicate` (published
as `duplicate-channel`), `resubmission-needs-confirmation`, `duplicate-submission`, `superseded`, `unverified-sender`.
"""


def manual() -> str:
    """The whole text of docs/rules.md."""
    return _HEAD + "".join(_page(rule) for rule in RULES)


def _page(rule: Rule) -> str:
    first, _, rest = rule.manual.partition("\n")
    codes = ", ".join(f"`{code}` ({DEFAULT_SEVERITIES[code].value})" for code in rule.codes)
    body, _, listed = rest.strip().partition("Options: ")
    options, _, examples = listed.partition("Fails: ")
    fails, _, passes = examples.partition("Passes: ")
    defaults = "; ".join(f"`{name} = {_toml(field.default)}`" for name, field in own_options(rule.options).items())
    lines = [
        f"\n## {rule.id}\n",
        f"{rule.summary}\n",
        f"{_sentence(first.partition(': ')[2])}\n",
        f"{body.strip()}\n",
        f"- Codes: {codes}",
        f"- Options: {' '.join(options.split())}" + (f" Defaults: {defaults}." if defaults else ""),
        *_types(rule),
        f"- Fails: {' '.join(fails.split())}",
        f"- Passes: {' '.join(passes.split())}",
    ]
    return "\n".join(lines) + "\n"


def _types(rule: Rule) -> Iterator[str]:
    """The line that says what each option takes, options of one type together."""
    hints = get_type_hints(rule.options, include_extras=True)
    names: dict[str, list[str]] = {}
    for name in own_options(rule.options):
        names.setdefault(_takes(hints[name]), []).append(f"`{name}`")
    if names:
        yield "- Types: " + "; ".join(f"{', '.join(together)}: {takes}" for takes, together in names.items()) + "."


_PLAIN: Mapping[Any, str] = {float: "a number from 0 to 1", int: "a whole number", str: "a text", bool: "true or false"}


def _takes(hint: Any) -> str:
    if get_origin(hint) is tuple:
        return f"a list, each {_takes(get_args(hint)[0])}"
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(f"`{choice}`" for choice in get_args(hint))
    if hint in _PLAIN:
        return _PLAIN[hint]
    inner, *marks = get_args(hint)
    refers = next((mark for mark in marks if isinstance(mark, Refers)), None)
    if refers is None:
        return _takes(inner)
    choices = f", {_takes(inner)}" if get_origin(inner) is Literal else ""
    return f"the {refers.what}{choices}" + (", or empty" if refers.or_none else "")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


if __name__ == "__main__":
    print(manual(), end="")
