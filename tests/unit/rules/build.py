"""Complete packages for the four notices, and small changes to them; facts only, no files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from bot.facts import Application, Channel, Copy, DocumentFacts, Package, SealFacts, SectionFacts
from bot.programme.load import load_programmes
from bot.programme.programme import Programme
from parsers.values import Reason, Refusal

SHANGHAI = ZoneInfo("Asia/Shanghai")
Change = Callable[[Package], Package]
ORGANISATION, TEAM, TITLE = "淮安燃气集团有限公司", "机电调度室", "实施可视化管理提升焊缝一次合格率的探索"
ASSOCIATION, LISTED = "南京市质量协会", "上海市市政公路行业协会"

JSAQ_FIELDS = {
    "organisation": ORGANISATION, "team": TEAM, "title": TITLE, "uscc": "91320500009RDKPJUQ", "organisation_type": "民营企业",
    "industry": "制造业", "organisation_size": "中型", "is_central_soe": "否", "address": "江苏省淮安市解放街230号",
    "postcode": "223000", "department": "质量管理部", "contact": "严宏斌", "contact_mobile": "18851529207",
    "telephone": "0517-66535730", "leader": "向佳", "headcount": "45", "satisfaction_rate": "94.3", "pass_rate": "96.79",
    "assessment_pass_rate": "100", "improvement_participation_rate": "81", "quality_cost": "26.9",
    "training_attendance": "799", "complaints": "0", "accidents": "0",
}  # fmt: skip
CMEA_FIELDS = {
    "year": "2020", "team": TEAM, "organisation": ORGANISATION, "qualification": "市政公用工程施工总承包壹级",
    "address": "湖北省武汉市中山路411号", "postcode": "430036", "contact": "贺志强", "contact_mobile": "13805738709",
    "contact_email": "g860921@qq.com", "leader": "戴彤", "leader_mobile": "18622077195", "headcount": "40",
    "enterprise_opinion": "同意申报。",
}  # fmt: skip
CAQ_FIELDS = {
    "recommender": "湖北省", "team": TEAM, "organisation": ORGANISATION, "address": "湖北省武汉市人民路367号", "postcode": "430011",
    "department": "质量部", "contact": "吕敏", "contact_mobile": "13917771030", "telephone": "027-88329760", "leader": "孙振华",
    "headcount": "47", "work_completion_rate": "100", "assessment_pass_rate": "100", "defect_rate": "1.19", "accidents": "0",
    "complaints": "0", "first_pass_rate": "97.5", "training": "163/1045", "improvement_participation_rate": "96", "quality_cost": "6.7",
}  # fmt: skip
STATISTICS = {
    "enterprises": "45",
    "teams": "145",
    "participants": "4806",
    "recommended_teams": "1",
    "contact": "王芳",
    "mobile": "13805738709",
}
SECTIONS = tuple(SectionFacts(key, 400) for key in ("班组概况", "实施背景", "实施过程", "实施效果"))


@cache
def programmes() -> dict[str, Programme]:
    return load_programmes()


def at(text: str) -> datetime:
    """A moment in Shanghai: 2025-06-10T10:00."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def document(path: str, kind: str, copy: str = "editable", **more: Any) -> DocumentFacts:
    """A file's facts; the format is its extension's."""
    more.setdefault("format", path.rsplit(".", 1)[-1].lower())
    return DocumentFacts(path=path, sha256=path, size=1, kind=kind, copy=Copy(copy), **more)


def sealed(*texts: str, confidence: float = 0.95, certain: bool = True) -> SealFacts:
    """Seals read with one confidence; without texts, none was found."""
    return SealFacts(bool(texts), texts, (confidence,) * len(texts), certain)


def jsaq() -> Package:
    """An enterprise's complete ZIP."""
    form = document("申报材料.zip/附件2 申报表.docx", "application_form", fields=JSAQ_FIELDS, year=2025)
    stamped = document(
        "申报材料.zip/附件2 申报表（盖章）.pdf", "application_form", "stamped", fields=JSAQ_FIELDS, scanned=True, seal=sealed(ORGANISATION)
    )
    experience = document("申报材料.zip/典型经验.docx", "experience", title=TITLE, sections=SECTIONS, characters=1700)
    sheet = document(
        "申报材料.zip/附件3 申报汇总表.xlsx", "summary_sheet", rows=({"organisation": ORGANISATION, "team": TEAM, "title": TITLE},)
    )
    return Package(
        channel=Channel.ENTERPRISE,
        received_at=at("2025-06-10T10:00"),
        applications=(Application((form, stamped, experience), JSAQ_FIELDS),),
        documents=(sheet,),
        archives=(("申报材料.zip", "zip"),),
    )


def jsaq_bundle() -> Package:
    """An association's complete ZIP with one team."""
    package = jsaq()
    application = package.applications[0]
    fields = {**JSAQ_FIELDS, "recommender": ASSOCIATION}
    documents = tuple(replace(d, fields=fields) if d.fields else d for d in application.documents)
    statistics = {"kind": "statistics_form", "year": 2025, "period": "2024年6月-2025年6月"}
    return replace(
        package,
        channel=Channel.RECOMMENDER,
        recommender=ASSOCIATION,
        statistics=STATISTICS,
        applications=(Application(documents, fields),),
        documents=(
            *package.documents,
            document("附件3申报汇总表（盖章）.pdf", "summary_sheet", "stamped", scanned=True, seal=sealed(ASSOCIATION)),
            document("附件4统计表.docx", statistics=STATISTICS, **statistics),
            document("附件4统计表（盖章）.pdf", copy="stamped", scanned=True, seal=sealed(ASSOCIATION), **statistics),
            document("附件5总结.docx", "work_summary", characters=2000, year=2025),
        ),
    )


def cmea(recommender: str = "") -> Package:
    """A complete municipal application, by the enterprise or by an association."""
    extra = {"recommender": recommender, "recommendation_reason": "管理规范，成效显著，同意推荐。"} if recommender else {}
    fields = {**CMEA_FIELDS, **extra}
    seal = sealed(*(name for name in (ORGANISATION, recommender) if name))
    return Package(
        channel=Channel.RECOMMENDER if recommender else Channel.ENTERPRISE,
        received_at=at("2020-07-06T10:00"),
        recommender=recommender,
        documents=(),
        loose=True,
        applications=(
            Application(
                (
                    document("申报表.docx", "application_form", fields=fields),
                    document("申报表盖章扫描件.jpg", "application_form", "stamped", fields=fields, scanned=True, seal=seal),
                    document("发布.pptx", "slides"),
                    document("评审材料.docx", "team_material", characters=2500),
                ),
                fields,
            ),
        ),
    )


def caq() -> Package:
    """A complete package of a provincial quality association."""
    return Package(
        channel=Channel.RECOMMENDER,
        received_at=at("2020-09-08T10:00"),
        recommender="湖北省质量协会",
        statistics=STATISTICS,
        documents=(
            document("附件4活动统计表.docx", "statistics_form", statistics=STATISTICS, period="2019年6月至2020年6月"),
            document("附件3活动总结.docx", "work_summary", characters=3400, year=2020),
            document("附件6材料评审汇总表.docx", "review_summary", year=2020),
        ),
        applications=(
            Application(
                (
                    document("申报表.docx", "application_form", fields=CAQ_FIELDS, year=2020),
                    document("班组创建材料.docx", "team_material", characters=4000),
                    document("推荐表.docx", "recommendation_form", fields={"organisation": ORGANISATION, "team": TEAM}),
                ),
                CAQ_FIELDS,
            ),
        ),
    )


def cacem() -> Package:
    """A listed unit's one PDF."""
    parts = ("recommendation_letter", "statistics_form", "award_notice")
    bundle = document(
        f"{LISTED}.pdf", "recommendation_bundle", "stamped", parts=parts, scanned=True, statistics=STATISTICS, seal=sealed(LISTED)
    )
    return Package(Channel.RECOMMENDER, at("2024-05-16T10:00"), (), (bundle,), recommender=LISTED, statistics=STATISTICS)


BASES: dict[str, tuple[str, Callable[[], Package]]] = {
    "jsaq": ("jsaq-2025", jsaq),
    "jsaq-bundle": ("jsaq-2025", jsaq_bundle),
    "cmea": ("cmea-2020", cmea),
    "cmea-bundle": ("cmea-2020", lambda: cmea("湖北省市政工程协会")),
    "caq": ("caq-2020", caq),
    "cacem": ("cacem-2024", cacem),
}


@dataclass(frozen=True)
class Case:
    """A package made from a complete one, the rule that looks at it, and what it must yield: (code, field or document)."""

    rule: str
    name: str
    base: str
    changes: tuple[Change, ...]
    expected: tuple[tuple[str, str | None], ...] = ()


# --- changes ------------------------------------------------------------------------------------------------------


def mail(**changes: Any) -> Change:
    """Change the package's own values."""
    return lambda package: replace(package, **changes)


def _where(package: Package, change: Callable[[DocumentFacts], DocumentFacts | None]) -> Package:
    def kept(documents: tuple[DocumentFacts, ...]) -> tuple[DocumentFacts, ...]:
        return tuple(new for old in documents if (new := change(old)) is not None)

    applications = tuple(replace(one, documents=kept(one.documents)) for one in package.applications)
    return replace(package, documents=kept(package.documents), applications=applications)


def _is(document: DocumentFacts, kind: str, copy: str | None) -> bool:
    return document.kind == kind and (copy is None or document.copy == copy)


def without(kind: str, copy: str | None = None) -> Change:
    """Take the documents of a kind out."""
    return lambda package: _where(package, lambda d: None if _is(d, kind, copy) else d)


def having(kind: str, copy: str | None = None, **changes: Any) -> Change:
    """Change the documents of a kind."""
    return lambda package: _where(package, lambda d: replace(d, **changes) if _is(d, kind, copy) else d)


def refused(kind: str, reason: Reason, copy: str | None = None) -> Change:
    """Let the documents of a kind be unread."""
    return having(kind, copy, refusal=Refusal(reason), fields={}, sections=(), characters=0, title="", rows=(), seal=None, parts=())


def stating(copy: str | None = None, kind: str = "application_form", **values: str) -> Change:
    """Change fields of the documents of a kind, and the application's own for the Word form."""

    def change(package: Package) -> Package:
        changed = _where(package, lambda d: replace(d, fields={**d.fields, **values}) if _is(d, kind, copy) else d)
        if kind != "application_form" or copy == "stamped":
            return changed
        return replace(changed, applications=tuple(replace(one, fields={**one.fields, **values}) for one in changed.applications))

    return change


def plus(new: DocumentFacts, place: str = "documents") -> Change:
    """Add a file to the package ("documents" or "unassigned") or to its first application ("application")."""

    def change(package: Package) -> Package:
        if place == "application":
            first, *others = package.applications
            return replace(package, applications=(replace(first, documents=(*first.documents, new)), *others))
        return replace(package, **{place: (*getattr(package, place), new)})

    return change


def twice(**second: str) -> Change:
    """A second application with other names."""

    def change(package: Package) -> Package:
        one = package.applications[0]
        fields = {**one.fields, **second}
        documents = tuple(
            replace(
                d,
                path=f"2/{d.path}",
                fields={**d.fields, **second} if d.fields else {},
                title=second.get("title", d.title) if d.title else "",
            )
            for d in one.documents
        )
        return replace(package, applications=(one, Application(documents, fields)))

    return change
