"""Several papers scanned into one file: each counts for what it is, with its own seals."""

from __future__ import annotations

from bot.facts import Copy, DocumentFacts
from bot.judging.papers.classify import taken
from bot.judging.papers.extract import new_facts
from bot.judging.papers.scans import extract_scans
from bot.programme.load import load_programmes
from bot.samples import forms
from parsers.values import Block, Paragraph, Scan, ScannedPage
from tests.papers import blocks, page
from tests.world import entry

PROGRAMME = load_programmes()["jsaq-2025"]
SUMMARY = "2025年江苏省质量信得过班组建设典型经验申报汇总表"


def scanned(*pages: ScannedPage) -> tuple[DocumentFacts, ...]:
    """What a PDF of these pages comes to."""
    paper = taken(new_facts("扫描件.pdf", b"%PDF", "pdf", "other", Copy.STAMPED), ())
    return tuple(found.facts for found in extract_scans(PROGRAMME, paper, Scan(pages)))


def form(number: int) -> tuple[Block, ...]:
    return blocks(forms.jsaq_form(entry(number)))


def listed(*numbers: int) -> tuple[Block, ...]:
    rows = [(str(n), *(entry(n)[key] for key in ("organisation", "team", "title"))) for n in numbers]
    return blocks(forms.list_layout(SUMMARY, ("序号", "组织名称", "班组名称", "经验名称"), rows))


def test_form_and_list_in_one_file_are_two_papers() -> None:
    first, second = scanned(page(1, form(1), "南京乙甲水务有限公司"), page(2, listed(1)))
    assert (first.kind, second.kind) == ("application_form", "summary_sheet")
    assert first.path == second.path == "扫描件.pdf"
    assert first.seal is not None
    assert first.seal.present
    assert second.seal is not None
    assert not second.seal.present
    assert [row["title"] for row in second.rows] == [entry(1)["title"]]


def test_the_forms_of_several_teams() -> None:
    papers = scanned(page(1, form(1)), page(2, form(2)))
    assert [paper.fields["title"] for paper in papers] == [entry(1)["title"], entry(2)["title"]]


def test_a_second_page_without_a_heading_goes_on() -> None:
    (paper,) = scanned(page(1, form(1)), page(2, (Paragraph("本企业意见：同意申报。"),), "南京乙甲水务有限公司"))
    assert paper.kind == "application_form"
    assert paper.seal is not None
    assert paper.seal.present


def test_a_cover_before_the_form_is_the_forms() -> None:
    (paper,) = scanned(page(1, (Paragraph("封面"),)), page(2, form(1)))
    assert (paper.kind, paper.fields["team"]) == ("application_form", entry(1)["team"])


def test_the_same_form_twice_is_one_paper() -> None:
    assert len(scanned(page(1, form(1)), page(2, form(1)))) == 1


def test_the_call_itself_scanned_with_its_blank_forms_is_no_paper() -> None:
    call = (Paragraph("江苏省质量管理协会文件"), Paragraph("关于开展2025年江苏省质量信得过班组建设"), Paragraph("推进活动的通知"))
    (paper,) = scanned(page(1, call), page(2, blocks(forms.jsaq_form({}))))
    assert paper.kind == "other"
