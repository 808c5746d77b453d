"""CONTRIBUTING.md shows worked changes; what it shows is run here."""

from __future__ import annotations

import re
import sys
import zlib
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

import pytest

from bot.facts import Application, Copy, DocumentFacts
from bot.judging.groups import clues
from bot.judging.groups.scene import Paper, Scene
from bot.names import name_key
from bot.rules.manual import _takes
from parsers.values import Content, Refusal

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def shown(marker: str, **known: object) -> ModuleType:
    """The module in the first code block behind a marker; `known`: names that the file it belongs to has already."""
    code = re.search(r"```python\n(.*?)```", TEXT[TEXT.index(marker) :], re.DOTALL)
    assert code is not None
    module = ModuleType(f"shown_{zlib.crc32(marker.encode())}")
    module.__dict__.update(known)
    sys.modules[module.__name__] = module  # pydantic looks a class's annotations up in its module
    exec(compile(code[1], f"CONTRIBUTING.md, {marker}", "exec", dont_inherit=True), module.__dict__)
    return module


@pytest.mark.parametrize(("headcount", "found"), [("2", 1), ("3", 0), ("", 0), ("若干", 0)])
def test_the_rule_finds_too_few_members(headcount: str, found: int) -> None:
    rule = shown("`bot/rules/few_members.py`:")
    assert rule.ID in rule.CODES

    class Context:
        options = rule.Options()

    findings = list(rule.check_application(Application((), {"headcount": headcount}), Context()))
    assert [finding.code for finding in findings] == ["few-members"] * found
    assert all(finding.facts == {"count": 2, "least": 3} for finding in findings)


def test_the_manual_tells_what_the_rules_option_takes() -> None:
    rule = shown("`bot/rules/few_members.py`:")
    assert _takes(get_type_hints(rule.Options, include_extras=True)["least"]) == "a whole number"


def test_the_rules_sentences_need_only_its_facts() -> None:
    sentences = re.search(r"\[few-members\]\n.*?```", TEXT, re.DOTALL)
    assert sentences is not None
    assert set(re.findall(r"\{(\w+)\}", sentences[0])) == {"count", "least"}


def test_the_format_reads_a_card_and_refuses_what_is_none() -> None:
    read = shown("`parsers/documents/vcard.py`:").read_vcf
    card = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:王\r\n 芳\r\nEND:VCARD\r\n".encode()
    content = read(card)
    assert isinstance(content, Content)
    assert [block.text for block in content.blocks] == ["VERSION:4.0", "FN:王芳"]  # type: ignore[union-attr]
    assert isinstance(read(b"FN:nobody"), Refusal)


def test_the_clue_speaks_and_is_silent() -> None:
    known = {"Paper": Paper, "Scene": Scene, "Spoken": clues.Spoken, "name_key": name_key}
    find = shown("The function, in `bot/judging/groups/clues.py`,", **known).leader_in_path
    scene = Scene()
    led = [scene.open(form(f"{n}/申报表.docx", leader=leader)) for n, leader in enumerate(("王芳", "李雷"))]
    assert find(Paper(form("王芳-经验.docx")), scene) == {led[0]: (1.0, "王芳")}
    assert find(Paper(form("经验.docx")), scene) == {}
    assert clues.LEAST < 0.5


def form(path: str, **fields: str) -> DocumentFacts:
    return DocumentFacts(path, path, 1, "docx", "application_form", Copy.EDITABLE, fields=fields)


def test_every_place_that_the_guide_names_is_there() -> None:
    places = set(re.findall(r"`((?:bot|parsers|tests|replies|docs)/[\w./*-]+)`", TEXT)) | set(re.findall(r"\]\((\S+?)\)", TEXT))
    places -= {"bot/rules/few_members.py", "parsers/documents/vcard.py"}
    assert len(places) > 15
    assert sorted(place for place in places if not list(ROOT.glob(place))) == []
