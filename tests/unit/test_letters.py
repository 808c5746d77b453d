"""The decision tables of what a letter is, line by line; that every line and every condition counts; the explanations; the manual."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from bot.facts import Copy
from bot.judging.evidence import Evidence, Explanation
from bot.judging.letters.by_headers import NATURE, SILENCE
from bot.judging.letters.kind import Kind
from bot.judging.letters.manual import manual
from bot.judging.letters.nature import find_nature, nature_by_material
from bot.judging.letters.row import Row, decide
from bot.judging.letters.sign import Asked, LetterSign
from bot.judging.letters.table import SIGNS as ALL_SIGNS
from bot.judging.letters.table import TABLES
from tests.unit.letters_cases import HOSTILE, MISSES, ORDER, OWN, SIGNS, asked
from tests.world import World, document

ROWS = [(rows, row) for rows in TABLES for row in rows]
CONDITIONS = [
    (rows, row, sign)
    for rows, row in ROWS
    for sign in (*(row.takes if len(row.takes) > 1 else ()), *row.without)  # the only one a row takes is the row
]


def outcome(rows: tuple[Row, ...], letter: Asked) -> tuple[Kind | None, str] | None:
    """What the table says, None where no row holds."""
    try:
        row, _ = decide(rows, letter)
    except LookupError:
        return None
    return row.kind, row.silent


@pytest.mark.parametrize(("rows", "row"), ROWS, ids=[row.name for _, row in ROWS])
def test_a_row_decides_its_example_and_nothing_else_would(rows: tuple[Row, ...], row: Row) -> None:
    letter = asked(row.example)
    assert decide(rows, letter)[0].name == row.name
    assert outcome(tuple(other for other in rows if other is not row), letter) != (row.kind, row.silent)


@pytest.mark.parametrize(("rows", "row", "sign"), CONDITIONS, ids=[f"{row.name}, {sign.name}" for _, row, sign in CONDITIONS])
def test_every_condition_of_a_row_counts(rows: tuple[Row, ...], row: Row, sign: LetterSign) -> None:
    letter = asked(MISSES[row.name, sign.name])
    laxer = replace(row, takes=tuple(s for s in row.takes if s is not sign), without=tuple(s for s in row.without if s is not sign))
    assert outcome(tuple(laxer if other is row else other for other in rows), letter) == (row.kind, row.silent)
    assert outcome(rows, letter) != (row.kind, row.silent)


@pytest.mark.parametrize("sign", ALL_SIGNS, ids=lambda sign: sign.name)
def test_a_sign_speaks_and_is_silent(sign: LetterSign) -> None:
    shows, silent = SIGNS[sign.name]
    assert sign.find(asked(shows)) is not None
    assert sign.find(asked(silent)) is None


def test_no_name_is_given_twice_and_every_case_has_its_sign() -> None:
    names = [row.name for _, row in ROWS]
    assert sorted(set(names)) == sorted(names)
    assert {sign.name for sign in ALL_SIGNS} == set(SIGNS)
    assert {(row.name, sign.name) for _, row, sign in CONDITIONS} == set(MISSES)


@pytest.mark.parametrize(("letter", "first"), ORDER, ids=[first for _, first in ORDER])
def test_of_several_rows_the_first_decides(letter: str, first: str) -> None:
    assert decide(NATURE, asked(letter))[0].name == first


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_sign_takes_long_over_hostile_words(text: str) -> None:
    """Of the processor's time, not the wall's: a pattern that grows with the square takes half a minute here."""
    letter = asked("")
    hostile = replace(letter, letter=replace(letter.letter, subject=text, text=text))
    for sign in ALL_SIGNS:
        began = time.process_time()
        sign.find(hostile)
        assert time.process_time() - began < 2, sign.name


def nature(example: str) -> Explanation:
    """The only explanation of what the headers and phrases tell."""
    letter = asked(example)
    (why,) = find_nature(letter.letter, OWN).why
    return why


def test_the_signs_that_decide_are_explained() -> None:
    assert nature("Subject: 退信通知\nReturn-Path: <>") == Explanation(
        "letter", "", "bounce", (Evidence("empty-return-path", 0, "<>"), Evidence("bounce-in-subject", 0, "退信通知"))
    )


def test_signs_that_did_not_suffice_are_told_after_those_that_did() -> None:
    """It looks automatic and brings files: the material decides, and its sender is not answered for another reason."""
    why = nature("Subject: 自动回复：材料\nFile: 申报表.docx\nPrecedence: junk")
    assert why.answer == ""
    assert [(one.what, one.seen) for one in why.why] == [
        ("automatic-subject", "自动回复"),
        ("brings-file", "申报表.docx"),
        ("junk-precedence", "junk"),
    ]
    why = nature("Subject: 退信通知\nPrecedence: bulk\n\n您好")
    assert [one.what for one in why.why] == ["list-precedence", "bounce-begins-subject"]


def test_by_its_material() -> None:
    letter = asked("Subject: 申报表\nDocument: application_form\n\n请问第三栏怎么填？")
    found = nature_by_material(letter.letter, letter.documents)
    assert (found.kind, found.why[0].answer) == (Kind.ENQUIRY, "enquiry")
    assert found.why[0].why[0] == Evidence("asks", 0, "请问")


@pytest.mark.parametrize(
    ("text", "kinds", "answer", "sign"),
    [
        ("请问什么时候截止？", (), "enquiry", Evidence("asks-beyond-receipt", 0, "请问")),
        ("端午安康", (), "other", None),
        ("请查收。", ("application_form", "experience"), "submission", Evidence("known-document", 0, "材料.zip/form.docx")),
    ],
)
def test_a_judged_mail_tells_what_it_was_taken_for(text: str, kinds: tuple[str, ...], answer: str, sign: Evidence | None) -> None:
    world = World()
    brought = [document(kind, Copy.EDITABLE, {"organisation": "南京甲乙水务有限公司"}, name="form.docx") for kind in kinds]
    outcome = world.send("a@qq.com", brought, subject="您好", text=text)
    world.store.close()
    (why,) = [one for one in outcome.why if one.question == "letter"]
    assert (why.about, why.answer, why.why[:1]) == ("", answer, (sign,) if sign else ())


def test_a_reply_to_nobody_has_a_reason() -> None:
    """Rows of kinds that are never answered say why."""
    for _, row in ROWS:
        assert bool(row.silent) is (row.kind in {Kind.OWN, Kind.BOUNCE, Kind.LIST, Kind.AUTO_REPLY, Kind.OTHER}) or row in SILENCE


def test_the_manual_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "letters.md"
    assert page.read_text(encoding="utf-8") == manual(), "run: python -m bot.judging.letters.manual > docs/letters.md"


def test_the_manual_tells_every_row_and_sign() -> None:
    page = manual()
    for _, row in ROWS:
        assert f" {row.name} |" in page
    for sign in ALL_SIGNS:
        assert "Speaks: " in (sign.find.__doc__ or "")
        assert "Silent: " in " ".join((sign.find.__doc__ or "").split())
        assert f"| `{sign.name}` | " in page
