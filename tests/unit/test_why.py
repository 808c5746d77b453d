"""Explanations in words: every sign of the core has its words, check --why and the console show them, and submitters never see them."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from bench.check_text import text_only
from bot.intake.check import check_files
from bot.judging import manual
from bot.judging.before import bonds, same
from bot.judging.evidence import Evidence, Explanation, as_values
from bot.judging.letters import table as letters
from bot.samples.package import write_package
from bot.views.why import QUESTIONS, signs, why_lines
from parsers.reader import DirectReader

ROOT = Path(__file__).parents[2]


def names_of_the_core() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {question: set() for question in QUESTIONS}
    for question, (_, _, table) in zip(["paper"] * 4 + ["owner"] * 2 + ["sender"] * 3, manual.TABLES, strict=True):
        found[question] |= {sign.name for sign in table}
    rows = (*letters.NATURE, *letters.SILENCE, *letters.WITHOUT_MATERIAL, *letters.WITH_MATERIAL)
    found["letter"] = {sign.name for sign in letters.SIGNS} | {row.name for row in rows}
    found["case"] = {row.name for row in bonds.BONDS}
    found["entry"] = {part.name for part in same.PARTS} | {row.name for row in same.ROWS}
    found["owner"].add("shared-form")
    found["entry"].add("same-unit")
    return found


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_sign_has_its_words_and_no_other_has(question: str) -> None:
    wanted = names_of_the_core()[question]
    assert len(wanted) > 5
    assert set(signs()[question]) == wanted
    assert all(words and not words.isascii() for words in signs()[question].values())


def test_the_docs_are_generated_from_the_tables() -> None:
    """`python -m bot.judging.manual > docs/guesses.md` brings them up to date."""
    assert (ROOT / "docs" / "guesses.md").read_text(encoding="utf-8") == manual.manual()


def test_an_explanation_is_told_in_words() -> None:
    told = as_values(
        Explanation(
            "owner", "甲/经验.docx", "", (Evidence("own-folder", 8.0, "甲/申报表.docx"), Evidence("gone-by-now", -1.5)), 0.1, "甲公司"
        )
    )
    (line,) = why_lines([json.loads(json.dumps(told))])
    assert (line.question, line.about, line.answer, line.doubt) == ("文件归属", "甲/经验.docx", "未能判断", "（另一可能：甲公司）")
    assert line.reasons == ("与申报表在同一文件夹 +8：甲/申报表.docx", "gone-by-now -1.5")


def test_check_why_explains_every_guess_and_the_answer_tells_none_of_it(tmp_path: Path) -> None:
    mail = tmp_path / "01.eml"
    mail.write_bytes(write_package(text_only(Random(5)), style="foxmail", naming="utf8", rng=Random(5)))
    (outcome,) = check_files([mail], reader=DirectReader(), why=True)
    paths = {document["path"] for document in outcome["documents"]}
    assert len(paths) > 1
    assert {one["about"] for one in outcome["why"] if one["question"] == "paper"} == paths
    assert {"letter", "paper", "owner", "sender"} <= {one["question"] for one in outcome["why"]}
    assert all(line.reasons for line in why_lines(outcome["why"]) if line.answer != "未能判断")
    words = [words for table in signs().values() for words in table.values() if len(words) > 5]
    assert len(words) > 50
    assert [said for said in words if said in outcome["reply"]["text"]] == []
    (plain,) = check_files([mail], reader=DirectReader())
    assert "why" not in plain
