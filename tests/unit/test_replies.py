"""The answers: approved texts, declared contexts, and what must never be in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest
from jinja2 import nodes

from replies import render as rendering
from replies.context import ApplicationLine, FileLine, FindingLine, ReplyContext, ReplyDecision
from replies.render import MOST_FILES, render, subject
from replies.times import SHANGHAI, written_deadline, written_moment
from tests.approved import assert_approved
from tests.unit.replies_examples import EXAMPLES

APPROVED = Path(__file__).parent / "approved" / "replies"
TEMPLATES = {entry.name: entry.read_text(encoding="utf-8") for entry in resources.files("replies").joinpath("templates").iterdir()}
DERIVED = {"summary", "to_supplement", "most_files", "title"}


def test_the_answers_read_as_approved() -> None:
    answers = {name: render(context) for name, context in EXAMPLES.items()}
    assert_approved(APPROVED, {name: f"{answer.subject}\n\n{answer.text}" for name, answer in answers.items()})


def test_every_decision_has_an_example_and_both_templates() -> None:
    decisions = set(get_args(ReplyDecision))
    assert {context.decision for context in EXAMPLES.values()} == decisions
    assert {f"{decision}.{kind}" for decision in decisions for kind in ("txt", "html")} <= set(TEMPLATES)


class Text(HTMLParser):
    """What a mail client shows, and every tag and attribute."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shown, self.tags, self.attributes = "", set[str](), set[tuple[str, str | None]]()
        self._hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= set(attrs)
        self._hidden = tag in ("title", "style")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        self.shown += "" if self._hidden else data


def words(text: str) -> str:
    return re.sub(r"[\s【】：（）()]|——|^\d+\.", "", text)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_both_alternatives_say_the_same(name: str) -> None:
    context = EXAMPLES[name]
    answer = render(context)
    shown = words(Text(answer.html).shown)
    said = [f.message for f in context.findings] if context.decision not in ("enquiry", "stranger") else []
    said += [f.message for one in context.applications for f in one.findings] if said or context.applications else []
    said += [context.association, *context.contacts, *context.references] if context.decision != "stranger" else [context.association]
    assert all(map(words, said)), "what says nothing is in everything"
    for line in said:
        assert words(line) in shown
        assert words(line) in words(answer.text)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_html_needs_nothing_from_elsewhere(name: str) -> None:
    html = Text(render(EXAMPLES[name]).html)
    assert {"html", "body"} <= html.tags
    assert {key for key, _ in html.attributes} >= {"style"}
    assert not html.tags & {"img", "script", "link", "iframe", "form", "style", "a", "object", "svg"}
    assert not [value for key, value in html.attributes if key in ("src", "href", "background") or key.startswith("on")]
    assert not [value for key, value in html.attributes if key == "style" and "url(" in (value or "")]


def test_what_submitters_wrote_is_escaped() -> None:
    hostile = "<script>alert(1)</script>"
    one = ApplicationLine("incomplete", hostile, hostile, hostile, "X-1", (FindingLine("error", hostile),), (hostile,), (hostile,))
    context = replace(EXAMPLES["incomplete"], recipient=hostile, applications=(one,), files=(FileLine(hostile, hostile, "", hostile),))
    html = render(context).html
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 9


def test_no_header_and_no_direction_can_be_injected() -> None:
    one = replace(EXAMPLES["incomplete"].applications[0], organisation="甲公司\r\nBcc: all@example.cn", team="\u202e班组")
    answer = render(replace(EXAMPLES["incomplete"], applications=(one,), recipient="甲\n乙", staff_note="第一行\n第二行"))
    assert answer.subject.isprintable()
    assert "\u202e" not in answer.text + answer.html
    assert "甲 乙：" in answer.text
    assert "第一行\n第二行" in answer.text


def test_a_stranger_learns_nothing_of_the_case() -> None:
    context = replace(EXAMPLES["bundle"], decision="stranger")
    answer = render(context)
    said = answer.subject + answer.text + answer.html
    for secret in (*context.references, "淮安燃气", "机电调度室", "缺少", "申报表"):
        assert secret not in said


def test_a_great_bundle_does_not_bury_the_answer() -> None:
    files = tuple(FileLine(f"材料.zip/{number}.docx", "其他文件") for number in range(500))
    answer = render(replace(EXAMPLES["accepted"], files=files))
    assert f"{MOST_FILES}. 材料.zip/{MOST_FILES - 1}.docx" in answer.text
    assert f"其余{500 - MOST_FILES}个文件从略" in answer.text
    assert f"其余{500 - MOST_FILES}个文件从略" in answer.html
    assert f"/{MOST_FILES}.docx" not in answer.text + answer.html


SUBJECTS = {
    "accepted": "【受理回执】[JSAQ2025-0002] 关于南通新城建筑安装股份有限公司第二测量室申报材料的答复",
    "incomplete": "【补正通知】[JSAQ2025-0001] 关于淮安燃气集团有限公司机电调度室申报材料的答复",
    "bundle": "【受理结果通知】[JSAQ2025-0001 等3项] 关于南京市质量协会3项申报材料的答复",
    "nothing": "【补正通知】关于“2025年江苏省质量信得过班组建设典型经验”申报材料的答复",
    "late": "【不予受理通知】[JSAQ2025-0001] 关于淮安燃气集团有限公司机电调度室申报材料的答复",
    "held": "【待确认通知】[JSAQ2025-0002] 关于南通新城建筑安装股份有限公司第二测量室申报材料的答复",
    "enquiry": "【咨询回复】关于“2025年江苏省质量信得过班组建设典型经验”",
    "stranger": "【来信回复】关于您的来信",
    "package": "【受理回执】[CACEM2024-0001] 关于“2024年工程建设质量信得过班组活动”申报材料的答复",
}


@pytest.mark.parametrize("name", sorted(SUBJECTS))
def test_the_subject_names_decision_and_reference(name: str) -> None:
    assert subject(EXAMPLES[name]) == SUBJECTS[name]


# --- the declared context -----------------------------------------------------------------------------------------


def trees() -> Iterator[nodes.Template]:
    environment = rendering._environment()
    for source in TEMPLATES.values():
        yield environment.parse(source)


def names_used() -> set[str]:
    from jinja2 import meta

    local = {"findings_of", "box", "keep"}
    return {name for tree in trees() for name in meta.find_undeclared_variables(tree)} - local


def attributes_used() -> set[str]:
    return {node.attr for tree in trees() for node in tree.find_all(nodes.Getattr)} - {"index", "last"}


def test_rendered_keys_equal_declared_keys() -> None:
    assert names_used() == {field.name for field in fields(ReplyContext)} | DERIVED


def test_rendered_attributes_equal_declared_ones() -> None:
    declared = {field.name for cls in (ApplicationLine, FileLine) for field in fields(cls)} | {"name"}
    # Organisation and team are said through `name`; a finding's severity and message through the groups.
    assert attributes_used() == declared - {"organisation", "team"}
    assert {field.name for field in fields(FindingLine)} == {"severity", "message"}


def test_an_undeclared_key_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rendering._environment().globals, "unused", 1)
    template = rendering._environment().from_string("{{ no_such_key }}")
    with pytest.raises(Exception, match="no_such_key"):
        template.render()


# --- times --------------------------------------------------------------------------------------------------------


def test_times_are_shanghai_times_in_words() -> None:
    from datetime import UTC, date, datetime, time

    assert written_moment(datetime(2025, 6, 30, 16, 5, tzinfo=UTC)) == "2025年7月1日00:05"
    assert written_deadline(date(2025, 6, 30)) == "2025年6月30日24时"
    assert written_deadline(date(2025, 6, 30), time(17)) == "2025年6月30日17:00"
    assert str(SHANGHAI) == "Asia/Shanghai"
