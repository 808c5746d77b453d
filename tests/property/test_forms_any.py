"""Whatever a form holds: any mixture of ways to fill it comes to its fields, any table at all to an answer."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.programme.load import load_programmes
from parsers.documents.word import read_docx
from parsers.forms.forms import Label, find_fields, find_heading, find_rows
from parsers.forms.prose import count_characters, find_sections, find_title
from parsers.forms.statistics import StatisticLabel, find_statistics
from parsers.text.wording import chosen, clean_value, label_core, without_signature
from parsers.values import Block, Cell, Content, Grid, Paragraph
from tests import office
from tests.unit.test_forms import FORMS, LABELS, WRITERS, labels_of

PROGRAMMES = load_programmes()
_ONE_CELL = [way for way in WRITERS if "one cell" in way]
_ACROSS = [way for way in WRITERS if "one cell" not in way]


@st.composite
def filled(draw: st.DrawFn) -> tuple[str, str, dict[str, str]]:
    """A programme, its form's table with every pair written and spelt in its own way, and the values."""
    programme = draw(st.sampled_from(sorted(FORMS)))
    blank = draw(st.sets(st.sampled_from(sorted(office.VALUES)), max_size=5))
    values = {key: "" if key in blank else value for key, value in office.VALUES.items()}
    rows: list[str] = []
    for pairs in FORMS[programme]:
        writers = draw(st.sampled_from([_ONE_CELL, _ACROSS]))
        cells: list[str] = []
        for text, key, a, b in pairs:
            way, spelt = draw(st.sampled_from(writers)), draw(st.sampled_from(sorted(LABELS)))
            if writers is _ONE_CELL and spelt == "in brackets":
                spelt = "colon"
            cells += WRITERS[way](LABELS[spelt](text), values.get(key, ""), a, b)
        rows.append(office.row(*cells))
    return programme, office.table(*rows), values


@given(filled())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_mixture_of_ways(case: tuple[str, str, dict[str, str]]) -> None:
    programme, body, values = case
    content = read_docx(office.docx(body))
    assert isinstance(content, Content)
    assert find_fields(content.blocks, labels_of(programme)).fields == office.expected(FORMS[programme], values)


_TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from([text for form in FORMS.values() for pairs in form for text, *_ in pairs]),
    st.sampled_from(
        ["：", "手机：13812345678", "☑是 □否", "（盖章）", "2020年6月28日", "序号", "组织名称", "合计", "一、班组概况：甲", "1. 实施背景"]
    ),
)
_CELLS = st.builds(
    Cell, st.integers(0, 5), st.integers(0, 5), st.lists(_TEXTS, max_size=3).map("\n".join), st.integers(1, 3), st.integers(1, 3)
)
_BLOCKS: st.SearchStrategy[list[Block]] = st.lists(
    st.one_of(
        st.builds(Paragraph, st.lists(_TEXTS, max_size=3).map("  ".join)), st.lists(_CELLS, max_size=14).map(lambda c: Grid(tuple(c)))
    ),
    max_size=4,
)


@given(_BLOCKS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_blocks_have_an_answer(blocks: list[Block], fuzzy: bool) -> None:
    for programme in ("jsaq-2025", "cmea-2020", "caq-2020"):
        labels = [Label(s.key, s.labels, s.after, s.line) for s in PROGRAMMES[programme].fields]
        form = find_fields(blocks, labels, fuzzy=fuzzy)
        assert set(form.fields) <= set(form.seen) <= {label.key for label in labels}
        assert all(value == value.strip() and value for value in form.fields.values())
        assert form == find_fields(blocks, labels, fuzzy=fuzzy)
    specs = [StatisticLabel(s.key, s.contains, s.excludes, s.type, s.line, s.after) for s in PROGRAMMES["caq-2020"].statistics]
    assert all(value.strip() for value in find_statistics(blocks, specs, fuzzy=fuzzy).values())
    rows = find_rows(blocks, {"organisation": ("组织名称",), "serial": ("序号",)})
    assert all(any(value.strip() for value in row.values()) for row in rows)
    sections = find_sections(blocks, {"班组概况": ("班组概况",), "实施背景": ("实施背景",)})
    assert all(section.characters == count_characters(section.text) for section in sections)
    assert len({section.key for section in sections}) == len(sections)
    assert "\n" not in find_title(blocks)
    assert "\n" not in find_heading(blocks)


@given(st.text(max_size=200), st.text(max_size=200))
def test_characters_add_up(first: str, second: str) -> None:
    assert count_characters(first + second) == count_characters(first) + count_characters(second)
    assert count_characters("".join(first.split())) == count_characters(first) <= len(first)


@given(st.text(alphabet=st.sampled_from("甲乙，。盖章公（）()年月日2020 \n\t_＿：:☑□√是否签字第1.-/"), max_size=60))
@settings(max_examples=300)
def test_cleaning_only_takes_away(text: str) -> None:
    for clean in (clean_value, without_signature):
        cleaned = clean(text)
        assert cleaned == cleaned.strip()
        assert count_characters(cleaned) <= count_characters(text) + cleaned.count("、")
        assert set(cleaned) <= set(text) | {" ", "、", "□"}
    assert label_core(label_core(text)) == label_core(text)
    assert "□" not in chosen(text)
