"""Whose papers are whose: teams without a Word form, several papers in one scan, one form for all, templates left in."""

from __future__ import annotations

from random import Random

from bot.samples import forms
from bot.samples.layout import Line
from bot.samples.package import Package, Piece
from bot.samples.paper import Stamp, write_scan
from bot.samples.word import write_docx
from tests.factory.defects import spec
from tests.factory.truth import Expected


@spec("second_team_without_word_form", "js-bundle", "js-flat", "cm-bundle")
def _no_word_form(package: Package, rng: Random) -> Expected:
    del package.entries[-1].pieces["form"]
    return Expected(("missing-document",))


@spec("all_stamped_forms_in_one_scan", "js-bundle")
def _one_scan(package: Package, rng: Random) -> Expected:
    for entry in package.entries:
        del entry.pieces["stamped"]

    def make() -> bytes:
        unit = Stamp(package.recommender, x=85, y=215)
        pages = [(entry.layout(entry.fields), [Stamp(entry.fields["organisation"], x=145, y=110), unit]) for entry in package.entries]
        return write_scan(pages, rng=rng, font=package.font)

    package.common["forms"] = Piece("申报表盖章扫描件.pdf", "application_form", "stamped", make)
    return Expected()


@spec("blank_template_beside", "js", "cq")
def _template(package: Package, rng: Random) -> Expected:
    blank = {"jsaq-2025": forms.jsaq_form, "caq-2020": forms.caq_form}[package.programme]
    package.entries[0].pieces["template"] = Piece("申报表（空白模板）.docx", "other", "editable", lambda: write_docx(blank({})))
    return Expected()


@spec("one_recommendation_form_for_all", "cq")
def _one_recommendation(package: Package, rng: Random) -> Expected:
    for entry in package.entries:
        del entry.pieces["recommendation"]

    def make() -> bytes:
        lines = [Line(f"{entry.fields['organisation']}{entry.fields['team']}：同意推荐。") for entry in package.entries]
        return write_docx((Line("2020年全国质量信得过班组建设典型经验推荐表", 1), *lines))

    package.common["recommendation"] = Piece("附件5 推荐表.docx", "recommendation_form", "editable", make)
    return Expected()
