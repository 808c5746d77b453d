"""docs/programmes.md explains every key of a programme and no other: each table is held against its model."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.programme import load, papers, programme, specs

MANUAL = (Path(__file__).parents[2] / "docs" / "programmes.md").read_text(encoding="utf-8")
SECTIONS: dict[str, type[BaseModel]] = {
    "Top level": programme.Programme,
    "[contacts]": specs.Contacts,
    "[channels.enterprise], [channels.recommender]": specs.ChannelRule,
    "[[field]]": specs.FieldSpec,
    "[[statistic]]": specs.StatisticSpec,
    "[[document]]": specs.DocumentSpec,
    "sections of a [[document]]": specs.SectionSpec,
    "[[requirement]]": specs.Requirement,
    "[title_rule]": specs.TitleRule,
    "[[paper]]": papers.PaperSpec,
    "columns of a [[paper]]": papers.PaperColumn,
    "criteria of a [[paper]]": papers.Criterion,
}


def section(heading: str) -> str:
    return MANUAL.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_is_explained(heading: str) -> None:
    keys = [field.alias or name for name, field in SECTIONS[heading].model_fields.items()]
    assert re.findall(r"^\| `(\w+)` \| \S", section(heading), re.MULTILINE) == keys


def test_every_section_is_held() -> None:
    assert re.findall(r"^## (.+)$", MANUAL, re.MULTILINE) == ["Step by step", *SECTIONS]


def test_the_smallest_programme_is_in_order() -> None:
    shown = load.parse_programme(section("Step by step").partition("```toml\n")[2].partition("```")[0], "manual.toml")
    assert [(wanted.document, wanted.copy_) for wanted in shown.requirements] == [
        ("application_form", "editable"),
        ("application_form", "stamped"),
        ("team_material", None),
    ]


def test_kinds_and_types_are_the_programmes_own() -> None:
    for kind in specs.DOCUMENT_KINDS:
        assert kind in section("[[document]]")
    for kind in specs.FieldType.__args__:  # type: ignore[attr-defined]
        assert kind in section("[[field]]")
