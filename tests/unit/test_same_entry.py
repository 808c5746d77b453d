"""The tables by which the same entry is told: every row has its case, every degree its part, and docs say what the code does."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from bot.judging.before import same, versions
from bot.judging.before.cases import EntryKeys
from bot.judging.before.degrees import Pair, Version
from bot.judging.before.manual import manual
from bot.judging.before.same import Likeness, compare_keys
from bot.judging.before.table import Degree, Table
from bot.judging.evidence import Evidence
from bot.programme.load import load_programmes
from tests.unit.test_entry_pairs import keys, pairs

ROOT = Path(__file__).parents[2]
CASES = tomllib.loads((ROOT / "tests" / "data" / "same_entry.toml").read_text(encoding="utf-8"))
PROGRAMMES = load_programmes()
JSAQ = PROGRAMMES["jsaq-2025"]
TABLES: Mapping[str, Table[Any, Any]] = {"anybody": same.TABLE, "own": versions.TABLE}
CASE_OF_ROW = [(table, case) for table in TABLES for case in CASES[table]]


def subject(table: str, case: Mapping[str, Any]) -> Pair:
    one, two = keys(case["one"]), keys(case["two"])
    if table == "anybody":
        return Pair(JSAQ, one, two, True, case.get("text"))
    circumstances = {key: case[key] for key in ("whole", "answering", "alone") if key in case}
    return Version(JSAQ, one, two, True, case.get("text"), **circumstances)


@pytest.mark.parametrize(("table", "case"), CASE_OF_ROW, ids=[f"{table} {case['row']}" for table, case in CASE_OF_ROW])
def test_without_its_row_a_case_comes_out_otherwise(table: str, case: Mapping[str, Any]) -> None:
    whole = TABLES[table]
    pair = subject(table, case)
    row = whole.decide(pair)
    assert row.name == case["row"]
    if row is not whole.rows[-1]:
        without = Table(whole.parts, [other for other in whole.rows if other is not row])
        assert without.decide(pair).answer != row.answer


@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_its_case_and_the_last_fits_all(table: str) -> None:
    rows = TABLES[table].rows
    assert [case["row"] for case in CASES[table]] == [row.name for row in rows]
    assert [row.name for row in rows if not row.when] == [rows[-1].name]
    assert all(row.reason.endswith(".") for row in rows)


@pytest.mark.parametrize("table", TABLES)
def test_the_tree_decides_as_the_rows_read(table: str) -> None:
    parts, rows = TABLES[table].parts, TABLES[table].rows
    told = Table([replace(part, find=itemgetter(part.name)) for part in parts], rows)
    decided = set()
    for degrees in product(*(part.degrees for part in parts)):
        seen = dict(zip((part.name for part in parts), degrees))
        first = next(row for row in rows if all(seen[name] in fits for name, fits in row.when.items()))
        assert told.decide(seen) is first, seen
        decided.add(first.name)
    assert decided == {row.name for row in rows}


@pytest.mark.parametrize("table", TABLES)
def test_a_row_asks_only_what_its_parts_can_answer(table: str) -> None:
    parts = {part.name: part.degrees for part in TABLES[table].parts}
    for row in TABLES[table].rows:
        for name, fits in row.when.items():
            assert set(fits) < set(parts[name]), f"{row.name}: {name}"
            assert fits, f"{row.name}: {name}"


# Part, a pair, the degree: what each degree looks like. Nothing else of the pair is stated.
DEGREES = [
    ("anybody", "entry", "title", "运用防错法减少投诉的经验", "运用防错法减少投诉的经验", "same"),
    ("anybody", "entry", "title", "运用防错法减少投诉的经验", "推行防错法减少投诉的实践", "alike"),
    ("anybody", "entry", "title", "实施TPM提高完好率", "实施全员生产维护（TPM）来提高设备完好率", "alike"),
    ("anybody", "entry", "title", "运用防错法减少投诉的经验", "", "unstated"),
    ("anybody", "entry", "title", "运用防错法减少投诉的经验", "推行看板管理的实践", "other"),
    ("anybody", "entry", "title", "运用防错法减少1号线投诉的经验", "运用防错法减少2号线投诉的经验", "clash"),
    ("anybody", "team", "team", "第一化验班", "第一化验班", "same"),
    ("anybody", "team", "team", "化验班", "水质化验班", "other"),
    ("anybody", "team", "team", "第一化验班", "第二化验班", "clash"),
    ("anybody", "team", "team", "化验班", "管网组", "clash"),
    ("anybody", "code", "uscc", "91320000134788392L", "91320000134788329L", "other"),
    ("anybody", "mobile", "mobile", "13900000001", "13900000002", "other"),
    ("anybody", "branch", "organisation", "甲乙水务有限公司", "甲乙水务有限公司城北分公司", "clash"),
    ("anybody", "branch", "organisation", "清源水务有限公司", "常熟发电有限公司", "same"),
    ("anybody", "applicant", "organisation", "甲乙水务股份有限公司", "甲乙水务公司", "same"),
    ("anybody", "applicant", "organisation", "扬州瘦湖自来水有限公司", "扬州市瘦湖自来水有限公司", "alike"),
    ("anybody", "applicant", "organisation", "国家电网有限公司南京供电分公司", "国家电网有限公司南通供电分公司", "slip"),
    ("anybody", "applicant", "organisation", "中国建筑第三工程局有限公司", "中国建筑第八工程局有限公司", "clash"),
    ("anybody", "applicant", "organisation", "甲乙水务有限公司", "", "unstated"),
    ("anybody", "applicant", "organisation", "扬州瘦湖自来水有限公司", "常熟发电有限公司", "other"),
    ("anybody", "shortened", "organisation", "中国建筑第三工程局有限公司", "中建三局", "yes"),
    ("anybody", "shortened", "organisation", "中国建筑第三工程局有限公司", "中建八局", "no"),
    ("own", "entry", "title", "养护", "养护班", "alike"),
    ("own", "entry", "title", "运用防错法减少投诉的经验", "运用看板法减少漏损的经验", "loose"),
    ("own", "entry", "title", "第一养护班", "第二养护班", "clash"),
    ("own", "entry", "title", "养护班", "第二养护班", "clash"),
    ("own", "applicant", "organisation", "甲乙水务有限公司", "", "unstated"),
    ("own", "applicant", "organisation", "扬州瘦湖自来水股份有限公司", "扬州瘦湖自来水有限公司", "alike"),
    ("own", "applicant", "organisation", "国家电网有限公司南京供电分公司", "国家电网有限公司南通供电分公司", "loose"),
    ("own", "applicant", "organisation", "扬州瘦湖自来水有限公司", "常熟发电厂", "other"),
]


@pytest.mark.parametrize(("table", "part", "key", "one", "two", "degree"), DEGREES)
def test_a_part_is_told_by_its_own_names(table: str, part: str, key: str, one: str, two: str, degree: str) -> None:
    kind = Pair if table == "anybody" else Version
    find = next(p.find for p in TABLES[table].parts if p.name == part)
    for a, b in ((one, two), (two, one)):
        assert find(kind(JSAQ, EntryKeys(**{key: a}), EntryKeys(**{key: b}), True)) == degree


@pytest.mark.parametrize(("likeness", "degree"), [(None, "unstated"), (0.0, "clash"), (0.19, "clash"), (0.2, "other"), (0.75, "alike")])
def test_a_text_is_told_by_its_likeness(likeness: float | None, degree: str) -> None:
    find = next(part.find for part in same.PARTS if part.name == "text")
    assert find(Pair(JSAQ, EntryKeys(), EntryKeys(), True, likeness)) == degree


def test_the_same_contact_makes_a_like_name_the_applicants_own() -> None:
    find = next(part.find for part in versions.PARTS if part.name == "applicant")
    one, two = "国家电网有限公司南京供电分公司|||{}|{}", "国家电网有限公司南通供电分公司|||{}|{}"
    for codes, mobiles, degree in [
        (("", ""), ("13900000001", "13900000001"), Degree.ALIKE),
        (("1", "2"), ("13900000001", "13900000001"), Degree.ALIKE),
        (("1", "2"), ("", ""), Degree.CLASH),
        (("1", "1"), ("", ""), Degree.SAME),
    ]:
        a, b = (keys(side.format(code, mobile)) for side, code, mobile in zip((one, two), codes, mobiles))
        assert find(Version(JSAQ, a, b, True)) is degree


@pytest.mark.parametrize("label", ["same", "variant", "different"])
def test_which_of_two_came_first_decides_nothing(label: str) -> None:
    for programme, one, two in pairs(label):
        found = [compare_keys(PROGRAMMES[programme], keys(a), keys(b)).likeness for a, b in ((one, two), (two, one))]
        assert found[0] is found[1], (one, two)


def test_a_team_that_only_the_later_one_states_speaks_against_neither() -> None:
    one = keys("苏州工业园区清源华衍水务有限公司|运用SPC控制出水浊度的经验|净水班||")
    two = keys("苏州工业园区清源华衔水务有限公司|运用SPC控制出水浊度的经验|||")
    assert compare_keys(JSAQ, one, two).likeness is compare_keys(JSAQ, two, one).likeness is Likeness.PROBABLE


def test_a_match_tells_its_row_and_every_degree() -> None:
    one, two = keys("清源水务有限公司|运用防错法的经验|化验班|1|"), keys("常熟发电公司|运用防错法的经验|管网组|1|13900000001")
    match = compare_keys(JSAQ, one, two, 0.8)
    assert match.why[0] == Evidence("same-code", 1.0)
    assert {e.what: e.seen for e in match.why[1:]} == {
        "identity": "same",
        "entry": "same",
        "text": "alike",
        "team": "clash",
        "code": "same",
        "mobile": "unstated",
        "branch": "same",
        "applicant": "other",
        "shortened": "no",
    }
    weights = {e.what: e.weight for e in match.why}
    assert weights["team"] < 0 == weights["mobile"] < weights["text"] < weights["code"]


def test_the_docs_are_what_the_tables_say() -> None:
    assert (ROOT / "docs" / "same-entry.md").read_text(encoding="utf-8") == manual()
