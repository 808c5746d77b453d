"""Submissions of one mail: complete ones, and each defect that the contract's finding codes name, one spec each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from bot.samples import cast, forms, notices
from bot.samples.layout import Layout, Line
from bot.samples.package import Package, Piece
from bot.samples.paper import Stamp, write_scan
from bot.samples.sheets import write_xlsx
from bot.samples.word import write_docx
from tests.factory import calls
from tests.factory.truth import Expected

Break = Callable[[Package, Random], Expected]


@dataclass(frozen=True, slots=True)
class Spec:
    """A kind of case: which complete submission it starts from, and what breaks it."""

    name: str
    base: str
    break_: Break


BASES: dict[str, Callable[[Random], Package]] = {
    "js": lambda rng: notices.jsaq(rng),
    "js-bundle": lambda rng: notices.jsaq(rng, teams=rng.randrange(2, 4), recommender=rng.choice(notices.ASSOCIATIONS["jsaq-2025"])),
    "js-flat": lambda rng: notices.jsaq(rng, teams=3, recommender=rng.choice(notices.ASSOCIATIONS["jsaq-2025"]), folders=False),
    "cm": lambda rng: notices.cmea(rng),
    "cm-bundle": lambda rng: notices.cmea(rng, teams=2, recommender=rng.choice(notices.ASSOCIATIONS["cmea-2020"])),
    "cm-flat": lambda rng: notices.cmea(rng, teams=2, recommender=rng.choice(notices.ASSOCIATIONS["cmea-2020"]), folders=False),
    "cq": lambda rng: notices.caq(rng, recommender=rng.choice(notices.ASSOCIATIONS["caq-2020"])),
    "cq-flat": lambda rng: notices.caq(rng, recommender=rng.choice(notices.ASSOCIATIONS["caq-2020"]), folders=False),
    "cq-self": lambda rng: notices.caq(rng, teams=1, recommender=""),
    "ca": lambda rng: notices.cacem(rng, recommender=rng.choice(notices.ASSOCIATIONS["cacem-2024"])),
    "pp": lambda rng: calls.papers(rng),
    "pp-society": lambda rng: calls.papers(rng, count=rng.randrange(2, 4), society=rng.choice(calls.SOCIETIES)),
    "pp-flat": lambda rng: calls.papers(rng, count=2, society=rng.choice(calls.SOCIETIES), folders=False),
}
SPECS: list[Spec] = []


def spec(name: str, *bases: str) -> Callable[[Break], Break]:
    """Register a break under each base's prefix."""

    def register(break_: Break) -> Break:
        SPECS.extend(Spec(f"{base}_{name}", base, break_) for base in bases)
        return break_

    return register


def set_field(package: Package, key: str, text: str) -> None:
    """Write a field on the first team's form, in Word and on the scan."""
    package.entries[0].fields[key] = text


def differing_form(package: Package, key: str, text: str) -> None:
    """The Word form says something else than every other paper."""
    entry = package.entries[0]
    entry.pieces["form"].make = lambda: write_docx(entry.layout(entry.fields | {key: text}))


@spec("complete", *BASES)
def _complete(package: Package, rng: Random) -> Expected:
    if package.programme == "caq-2020" and not package.recommender:
        return Expected(("wrong-channel",), optional=("missing-document",))
    return Expected()


@spec("loose_files", "js", "cm", "pp")
def _loose(package: Package, rng: Random) -> Expected:
    package.archive = ""
    return Expected()


@spec("nested_zip", "js")
def _nested(package: Package, rng: Random) -> Expected:
    from bot.samples.zips import write_zip

    inner = write_zip(package.files(), naming="gbk")
    documents = package.pieces()
    package.entries[0].pieces = {"zip": Piece("材料.zip", "other", "editable", lambda: inner)}
    package.common = {p.path: Piece(p.path, p.kind, p.copy, p.make) for p in documents if p.kind == "summary_sheet"}
    return Expected()


@spec("last_minute", "js", "cm", "cq", "ca", "pp")
def _last_minute(package: Package, rng: Random) -> Expected:
    package.received = package.received.replace(
        month=LAST_DAY[package.programme][0], day=LAST_DAY[package.programme][1], hour=23, minute=59, second=40
    )
    return Expected()


LAST_DAY = {"jsaq-2025": (6, 30), "cmea-2020": (7, 31), "caq-2020": (9, 30), "cacem-2024": (5, 30), "papers-2031": (6, 30)}


@spec("late", "js", "cm", "cq", "ca", "pp")
def _late(package: Package, rng: Random) -> Expected:
    _last_minute(package, rng)
    package.received += timedelta(seconds=rng.choice((60, 3600, 3 * 86400)))
    return Expected(("late",))


@spec("late_in_utc", "js")
def _late_utc(package: Package, rng: Random) -> Expected:
    package.received = datetime(2025, 6, 30, 16, 30, tzinfo=UTC)
    return Expected(("late",))


@spec("no_experience", "js", "js-bundle")
def _no_experience(package: Package, rng: Random) -> Expected:
    del package.entries[0].pieces["experience"]
    return Expected(("missing-document",))


@spec("no_stamped", "js", "js-bundle", "cm", "cm-bundle")
def _no_stamped(package: Package, rng: Random) -> Expected:
    del package.entries[0].pieces["stamped"]
    return Expected(("missing-document",))


@spec("no_word_form", "js", "cm")
def _no_form(package: Package, rng: Random) -> Expected:
    del package.entries[0].pieces["form"]
    return Expected(("missing-document",))


@spec("no_summary", "js", "js-bundle")
def _no_summary(package: Package, rng: Random) -> Expected:
    del package.common["summary"]
    return Expected(("missing-document",))


@spec("no_statistics", "js-bundle", "cq")
def _no_statistics(package: Package, rng: Random) -> Expected:
    del package.common["statistics"]
    return Expected(("missing-document",), no_statistics=True)


@spec("no_work_summary", "js-bundle", "cq")
def _no_work_summary(package: Package, rng: Random) -> Expected:
    del package.common["work-summary"]
    return Expected(("missing-document",))


@spec("no_slides", "cm", "cm-bundle")
def _no_slides(package: Package, rng: Random) -> Expected:
    del package.entries[0].pieces["slides"]
    return Expected(("missing-document",))


@spec("no_material", "cm", "cq")
def _no_material(package: Package, rng: Random) -> Expected:
    del package.entries[0].pieces["material"]
    return Expected(("missing-document",))


@spec("no_recommendation", "cq")
def _no_recommendation(package: Package, rng: Random) -> Expected:
    del package.entries[-1].pieces["recommendation"]
    return Expected(("missing-document",))


@spec("no_review", "cq")
def _no_review(package: Package, rng: Random) -> Expected:
    del package.common["review"]
    return Expected(("missing-document",))


@spec("blank_field", "js", "cm", "cq", "pp")
def _blank(package: Package, rng: Random) -> Expected:
    keys = {
        "jsaq-2025": (
            "organisation_size",
            "address",
            "leader",
            "headcount",
            "pass_rate",
            "complaints",
            "contact_mobile",
            "uscc",
            "telephone",
        ),
        "cmea-2020": ("address", "postcode", "leader", "leader_mobile", "contact_mobile", "headcount", "qualification", "contact_email"),
        "caq-2020": ("address", "department", "leader", "headcount", "defect_rate", "first_pass_rate", "training", "quality_cost"),
        "papers-2031": ("rank", "contact_mobile", "contact_email", "postcode", "keywords"),
    }[package.programme]
    set_field(package, rng.choice(keys), rng.choice(("", "", "　")))
    key = next(k for k in keys if package.entries[0].fields[k] in ("", "　"))
    return Expected(("missing-field",), unread=(key,))


@spec("group_blank", "js")
def _group(package: Package, rng: Random) -> Expected:
    package.entries[0].fields |= {"is_central_soe": "是", "central_soe_group": ""}
    return Expected(("missing-field",))


@spec("reason_blank", "cm-bundle")
def _reason(package: Package, rng: Random) -> Expected:
    set_field(package, "recommendation_reason", "")
    return Expected(("missing-field",))


@spec("bad_value", "js", "cm", "cq", "pp")
def _bad_value(package: Package, rng: Random) -> Expected:
    code = package.entries[0].fields.get("uscc", "")
    bad = {
        "jsaq-2025": (
            ("uscc", cast.broken_uscc(code) if code else ""),
            ("contact_mobile", "1381234567"),
            ("pass_rate", "120"),
            ("postcode", "21400"),
        ),
        "cmea-2020": (
            ("contact_mobile", "12812345678"),
            ("leader_mobile", "139012345678"),
            ("contact_email", "zhang#example.cn"),
            ("postcode", "4100010"),
        ),
        "caq-2020": (
            ("defect_rate", "103"),
            ("contact_mobile", "1891234567"),
            ("headcount", "十几个"),
            ("improvement_participation_rate", "110"),
        ),
        "papers-2031": (("contact_mobile", "1381234567"), ("contact_email", "wang#example.cn"), ("postcode", "21400")),
    }[package.programme]
    set_field(package, *rng.choice(bad))
    return Expected(("invalid-field",))


@spec("long_title", "js")
def _long_title(package: Package, rng: Random) -> Expected:
    set_field(package, "title", "运用质量功能展开和失效模式分析持续提高大型输变电设备总装配工序一次交验合格率的经验")
    return Expected(("too-long",))


@spec("title_rule", "js")
def _title_rule(package: Package, rng: Random) -> Expected:
    set_field(package, "title", rng.choice(("关于降低返工率的经验", "实施目视化看板降低返工率", "质量信得过班组建设典型材料")))
    return Expected(("title-rule",))


@spec("team_name", "js")
def _team_name(package: Package, rng: Random) -> Expected:
    set_field(package, "team", rng.choice(("电气检修小分队", "焊装车间", "客户服务中心", "水质检测部")))
    return Expected(("team-name-rule",))


def _experience(package: Package, rng: Random, lengths: dict[str, int]) -> None:
    entry = package.entries[0]
    sections = [(heading, cast.prose(rng, length)) for heading, length in lengths.items() if length]
    entry.pieces["experience"].make = lambda: write_docx(forms.prose_layout(entry.fields["title"], sections))


@spec("long_section", "js")
def _long_section(package: Package, rng: Random) -> Expected:
    which = rng.choice(("班组概况", "实施背景", "实施过程", "实施效果"))
    lengths = {"班组概况": 420, "实施背景": 430, "实施过程": 3000, "实施效果": 450}
    _experience(package, rng, lengths | {which: 5300 if which == "实施过程" else rng.randrange(520, 900)})
    return Expected(("too-long",))


@spec("full_sections", "js")
def _full_sections(package: Package, rng: Random) -> Expected:
    _experience(package, rng, {"班组概况": 500, "实施背景": 500, "实施过程": 5000, "实施效果": 500})
    return Expected()


@spec("missing_section", "js")
def _missing_section(package: Package, rng: Random) -> Expected:
    which = rng.choice(("班组概况", "实施背景", "实施过程", "实施效果"))
    _experience(package, rng, {"班组概况": 420, "实施背景": 430, "实施过程": 3000, "实施效果": 450} | {which: 0})
    return Expected(("missing-section",), optional=("too-long",))


def _material(package: Package, rng: Random, characters: int) -> None:
    sections = [(heading, cast.prose(rng, characters // 4)) for heading in ("一、概况", "二、做法", "三、成效", "四、荣誉")]
    name = package.entries[0].team.name
    package.entries[0].pieces["material"].make = lambda: write_docx(forms.prose_layout(f"{name}班组材料", sections))


@spec("short_material", "cm")
def _short_material(package: Package, rng: Random) -> Expected:
    _material(package, rng, rng.randrange(900, 1850))
    return Expected(("too-short",))


@spec("long_material", "cm", "cq")
def _long_material(package: Package, rng: Random) -> Expected:
    _material(package, rng, 3400 if package.programme == "cmea-2020" else 5600)
    return Expected(("too-long",))


@spec("short_work_summary", "cq")
def _short_summary(package: Package, rng: Random) -> Expected:
    sections = [(heading, cast.prose(rng, 700)) for heading in ("一、基本情况", "二、推进经验和做法", "三、存在问题及改进方向")]
    package.common["work-summary"].make = lambda: write_docx(forms.prose_layout("2020年推进质量信得过班组建设活动总结", sections))
    return Expected(("too-short",))


@spec("organisation_differs", "js", "cm")
def _organisation_differs(package: Package, rng: Random) -> Expected:
    other = cast.organisation(rng, jiangsu=package.programme == "jsaq-2025").name
    differing_form(package, "organisation", other)
    return Expected(("inconsistent",), optional=("seal-mismatch",), unread=("organisation",))


@spec("brackets_differ", "js")
def _brackets(package: Package, rng: Random) -> Expected:
    entry = package.entries[0]
    entry.fields["organisation"] = entry.team.organisation.short + "（集团）有限公司"
    entry.pieces["form"].make = lambda: write_docx(
        entry.layout(entry.fields | {"organisation": entry.team.organisation.short + "(集团) 有限公司"})
    )
    return Expected(unread=("organisation",))


@spec("title_differs", "js")
def _title_differs(package: Package, rng: Random) -> Expected:
    rows = _summary_rows(package, {"title": "推行六西格玛方法缩短停电时间的实践"})
    package.common["summary"].make = lambda: write_xlsx(rows, sheet="Sheet1")
    return Expected(("inconsistent",))


@spec("team_differs", "js")
def _team_differs(package: Package, rng: Random) -> Expected:
    rows = _summary_rows(package, {"team": "中心站" + package.entries[0].fields["team"]})
    package.common["summary"].make = lambda: write_xlsx(rows)
    return Expected(("inconsistent",))


def _summary_rows(package: Package, change: dict[str, str]) -> list[tuple[str, ...]]:
    keys = ("organisation", "team", "title", "contact", "contact_mobile")
    head = ("序号", "组织名称", "班组名称", "经验名称", "联系人", "手机")
    rows = [(str(i), *((entry.fields | change)[key] for key in keys)) for i, entry in enumerate(package.entries, start=1)]
    return [("2025年江苏省质量信得过班组建设典型经验申报汇总表",), head, *rows]


@spec("wrong_year", "js", "cm", "cq")
def _wrong_year(package: Package, rng: Random) -> Expected:
    year = {"jsaq-2025": 2024, "cmea-2020": 2019, "caq-2020": 2019}[package.programme]
    layouts: dict[str, Callable[..., Layout]] = {"jsaq-2025": forms.jsaq_form, "cmea-2020": forms.cmea_form, "caq-2020": forms.caq_form}
    make = layouts[package.programme]
    package.entries[0].layout = lambda fields: make(fields, year=year)
    return Expected(("wrong-year",), unread=("year",))


@spec("accidents", "js")
def _accidents(package: Package, rng: Random) -> Expected:
    set_field(package, "accidents", rng.choice(("1", "2")))
    return Expected(("ineligible",))


@spec("no_seal", "js", "cm")
def _no_seal(package: Package, rng: Random) -> Expected:
    _rescan(package, rng, [])
    return Expected(("seal-missing",))


@spec("other_seal", "js", "cm")
def _other_seal(package: Package, rng: Random) -> Expected:
    other = cast.organisation(rng, jiangsu=True).name
    _rescan(package, rng, [Stamp(other, x=140, y=200)])
    return Expected(("seal-mismatch",))


@spec("faint_seal", "js")
def _faint_seal(package: Package, rng: Random) -> Expected:
    _rescan(package, rng, [Stamp(package.entries[0].fields["organisation"], x=140, y=110, ink=0.35)])
    return Expected()


def _rescan(package: Package, rng: Random, stamps: list[Stamp]) -> None:
    entry = package.entries[0]
    entry.pieces["stamped"].make = lambda: write_scan([(entry.layout(entry.fields), stamps)], rng=rng, font=package.font)


@spec("count_differs", "js-bundle", "cq")
def _count(package: Package, rng: Random) -> Expected:
    package.statistics["recommended_teams"] = str(len(package.entries) + rng.randrange(1, 4))
    return Expected(("count-mismatch",))


@spec("truncated_form", "js", "cm")
def _truncated(package: Package, rng: Random) -> Expected:
    piece = package.entries[0].pieces["form"]
    whole = piece.make
    piece.make = lambda: whole()[:900]
    return Expected(("unreadable-document",), optional=("missing-document",))


@spec("empty_file", "js")
def _empty(package: Package, rng: Random) -> Expected:
    package.entries[0].pieces["experience"].make = lambda: b""
    return Expected(("unreadable-document",), optional=("missing-document",), no_documents=True)


@spec("macro_form", "js")
def _macro(package: Package, rng: Random) -> Expected:
    entry = package.entries[0]
    piece = entry.pieces["form"]
    entry.pieces["form"] = replace_piece(
        piece, path=piece.path.replace(".docx", ".docm"), make=lambda: write_docx(entry.layout(entry.fields), macros=VBA)
    )
    return Expected(("unsafe-document",), optional=("missing-document",), no_documents=True)


@spec("disguised_program", "js")
def _disguised(package: Package, rng: Random) -> Expected:
    package.common["tool"] = Piece("填表说明.doc", "other", "editable", lambda: b"MZ\x90\x00" + bytes(200) + b"PE\x00\x00" + bytes(4000))
    return Expected(("unsafe-document",))


VBA = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2048)


def replace_piece(piece: Piece, **changes: object) -> Piece:
    """The piece with some of its parts changed."""
    return replace(piece, **changes)  # type: ignore[arg-type]


@spec("not_merged", "ca")
def _not_merged(package: Package, rng: Random) -> Expected:
    pages = notices.cacem_pages(package, [cast.team(rng, cast.organisation(rng, jiangsu=False))])
    names = {"letter": "推荐函.pdf", "statistics": "活动统计表.pdf", "award": "获奖名单通知.pdf"}
    package.common = {key: _page_scan(package, rng, names[key], [make]) for key, make in pages.items()}
    return Expected(("packing-rule",), optional=("file-name-rule",), no_documents=True)


def _page_scan(package: Package, rng: Random, path: str, makers: list[notices.PageMaker], stamped: bool = True) -> Piece:
    stamps = [Stamp(package.recommender)] if stamped else []
    return Piece(
        path, "recommendation_bundle", "stamped", lambda: write_scan([(make(), stamps) for make in makers], rng=rng, font=package.font)
    )


def _bundle_of(package: Package, rng: Random, keys: tuple[str, ...], stamped: bool = True) -> None:
    pages = notices.cacem_pages(package, [cast.team(rng, cast.organisation(rng, jiangsu=False)) for _ in range(4)])
    package.common["bundle"] = _page_scan(package, rng, package.common["bundle"].path, [pages[key] for key in keys], stamped)


@spec("no_award_notice", "ca")
def _no_award(package: Package, rng: Random) -> Expected:
    _bundle_of(package, rng, ("letter", "statistics"))
    return Expected(("missing-document",))


@spec("no_letter", "ca")
def _no_letter(package: Package, rng: Random) -> Expected:
    _bundle_of(package, rng, ("statistics", "award"))
    return Expected(("missing-document",))


@spec("no_statistics_page", "ca")
def _no_statistics_page(package: Package, rng: Random) -> Expected:
    _bundle_of(package, rng, ("letter", "award"))
    return Expected(("missing-document",), no_statistics=True)


@spec("unsealed", "ca")
def _unsealed(package: Package, rng: Random) -> Expected:
    _bundle_of(package, rng, ("letter", "statistics", "award"), stamped=False)
    return Expected(("seal-missing",))


@spec("file_name", "ca")
def _file_name(package: Package, rng: Random) -> Expected:
    package.common["bundle"].path = rng.choice(("推荐材料.pdf", "扫描件20240517.pdf", "2024班组活动.pdf"))
    return Expected(("file-name-rule",))


@spec("unlisted", "ca")
def _unlisted(package: Package, rng: Random) -> Expected:
    package.recommender = "宁夏建筑安全协会"
    package.sender = (package.recommender, package.sender[1])
    package.subject = f"{package.recommender}推荐材料"
    _bundle_of(package, rng, ("letter", "statistics", "award"))
    package.common["bundle"].path = f"{package.recommender}.pdf"
    return Expected(("unknown-recommender",), optional=("seal-mismatch",))


@spec("enterprise_itself", "ca")
def _enterprise_itself(package: Package, rng: Random) -> Expected:
    team = cast.team(rng, cast.organisation(rng, jiangsu=False))
    of = team.organisation.name
    package.recommender, package.statistics, package.channel = "", {}, "enterprise"
    package.sender, package.subject = (team.contact.name, package.sender[1]), f"{of}质量信得过班组申报"
    lines = (Line(f"{of}{team.name}质量信得过班组活动申报材料", 1), Line(cast.prose(rng, 900)))
    package.common = {"material": Piece(f"{of}申报材料.docx", "other", "editable", lambda: write_docx(lines))}
    return Expected(
        ("wrong-channel",), optional=("missing-document", "packing-rule", "file-name-rule", "unknown-recommender"), no_documents=True
    )
