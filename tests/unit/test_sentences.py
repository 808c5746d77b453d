"""The sentences: one for every code, courteous, and always sayable."""

from __future__ import annotations

import re

import pytest

from bot.findings import DEFAULT_SEVERITIES
from replies.sentences import all_sentences, codes, facts_used, sentence

LINES = [(code, problem, line) for code, problems in all_sentences().items() for problem, lines in problems.items() for line in lines]

SAID = [
    ("missing-document", {"document": "典型经验（Word版）"}, "缺少典型经验（Word版），请补交。"),
    (
        "missing-document",
        {"document": "典型经验（Word版）", "file": "经验.pdf", "format": "PDF"},
        "缺少典型经验（Word版）：收到的“经验.pdf”是PDF格式，不能代替，请补交要求的版本。",
    ),
    (
        "missing-document",
        {"problem": "nothing", "documents": ("申报表", "典型经验")},
        "未收到可用的申报材料，请提交：申报表、典型经验。",
    ),
    (
        "title-rule",
        {"problem": "begin", "title": "浅谈看板", "begin": ("实施", "运用", "推行")},
        "经验名称“浅谈看板”应以“实施”、“运用”或“推行”开头，请修改，并在各份材料中一致修改后重新提交。",
    ),
    ("too-long", {"problem": "section", "file": "a.docx", "label": "实施背景", "limit": 500, "actual": 501},
     "“a.docx”的“实施背景”部分应在500字以内，现为501字，请精简后重新提交。"),
    ("seal-missing", {"file": "a.pdf", "owners": ("甲公司",)}, "“a.pdf”上未见公章，请加盖“甲公司”公章后重新扫描提交。"),
    ("packing-rule", {"problem": "loose", "formats": ("ZIP", "RAR")}, "材料未压缩成一个文件，通知要求将全部材料压缩为一个ZIP或RAR文件。"),
    (
        "duplicate-channel",
        {"channel": "enterprise", "reference": "JSAQ2025-0001", "received": "2025年6月1日10:00"},
        "同一申报此前已由企业直接报送，编号JSAQ2025-0001（2025年6月1日10:00收到）；同一申报不得通过多个渠道重复报送，以先收到的为准，此件不予受理。",
    ),
    ("unsafe-document", {}, "有文件含有不安全内容，未予打开，工作人员将核实。"),
    ("missing-field", {"problem": "unheard of", "label": "班组人数"}, "“班组人数”未填写，请补填后重新提交。"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "facts", "said"), SAID)
def test_a_finding_is_said(code: str, facts: dict[str, object], said: str) -> None:
    assert sentence(code, facts) == said


def test_every_code_has_a_sentence_and_no_other_has() -> None:
    assert codes() == set(DEFAULT_SEVERITIES)


@pytest.mark.parametrize("code", sorted(DEFAULT_SEVERITIES))
def test_every_list_ends_with_a_sentence_that_needs_no_fact(code: str) -> None:
    assert "" in all_sentences()[code]
    for lines in all_sentences()[code].values():
        assert not facts_used(lines[-1])


@pytest.mark.parametrize(("code", "problem", "line"), LINES)
def test_a_sentence_is_one_chinese_sentence(code: str, problem: str, line: str) -> None:
    if line == "{instead}":
        return
    assert line.endswith("。")
    assert line.count("。") == 1
    assert len(line) <= 110
    assert not re.search(r"[,;!?]|您的错误|你", line)


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        sentence("no-such-code", {})


def test_what_submitters_wrote_is_cut_and_cleaned() -> None:
    said = sentence("team-name-rule", {"team": "甲\r\nBcc: x@y\u202e" + "班" * 300, "endings": ("班",)})
    assert "\n" not in said
    assert "\r" not in said
    assert "\u202e" not in said
    assert len(said) < 180


def test_the_programmes_own_words_are_not_cut() -> None:
    assert sentence("wrong-channel", {"instead": "请" * 150}) == "请" * 150


def test_an_empty_fact_counts_as_unknown() -> None:
    assert sentence("file-name-rule", {"file": "a.pdf", "name": ""}) == "文件“a.pdf”应以通知附件所列推荐单位名称命名，请改名后重新发送。"
