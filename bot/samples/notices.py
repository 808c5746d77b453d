"""Complete submissions to each of the four notices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from bot.samples import cast, forms
from bot.samples.cast import Team
from bot.samples.layout import Layout, Line
from bot.samples.package import Entry, Package, Piece
from bot.samples.paper import Stamp, write_scan
from bot.samples.sheets import write_pptx, write_xlsx
from bot.samples.word import write_docx

CHINA = ZoneInfo("Asia/Shanghai")
ASSOCIATIONS = {
    "jsaq-2025": ("无锡市质量管理协会", "扬州市质量协会", "江苏省机械行业协会", "苏州市质量管理协会"),
    "cmea-2020": ("湖南省市政工程协会", "浙江省市政行业协会", "河北省市政行业协会"),
    "caq-2020": ("福建省质量协会", "陕西省质量协会", "浙江省质量协会"),
    "cacem-2024": ("浙江省工程建设质量管理协会", "湖南省建筑业协会", "中国安装协会", "河南省工程建设协会"),
}
PROFILE = "详见附件材料。"
PageMaker = Callable[[], Layout]


def jsaq(rng: Random, *, teams: int = 1, recommender: str = "", folders: bool = True) -> Package:
    """jsaq-2025: from an enterprise, or with `recommender` an association's bundle of several teams."""
    entries = [_jsaq_entry(rng, recommender) for _ in range(teams)]
    package = _package(rng, "jsaq-2025", "jsaqbanzu@126.com", datetime(2025, 6, 12, 10, 5, tzinfo=CHINA), entries, recommender)
    for number, entry in enumerate(entries, start=1):
        entry.folder = f"{number}.{entry.team.organisation.name}" if recommender and folders else ""
        _jsaq_pieces(rng, package, entry, unique=bool(recommender) and not folders)
    who = recommender or entries[0].team.organisation.name
    package.subject = f"{who}2025年质量信得过班组典型经验申报"
    package.archive = f"{who}.zip"
    heads = ("序号", "组织名称", "班组名称", "经验名称", "直接联系人", "手机")
    title = "2025年江苏省质量信得过班组建设典型经验申报汇总表"
    above = f"推荐单位（盖章）：{recommender}"

    def rows() -> list[tuple[str, ...]]:
        keys = ("organisation", "team", "title", "contact", "contact_mobile")
        return [(str(number), *(entry.fields[key] for key in keys)) for number, entry in enumerate(package.entries, start=1)]

    package.common["summary"] = Piece(
        "附件3 申报汇总表.xlsx", "summary_sheet", "editable", lambda: write_xlsx([(title,), (above,), heads, *rows()], sheet="汇总表")
    )
    if recommender:
        head = f"推荐地市、行业质协：{recommender}（盖章）"

        def statistics() -> Layout:
            return forms.statistics_form(
                "2025年江苏省质量信得过班组建设推进活动统计表", "2024年6月-2025年6月", head, forms.JSAQ_STATISTICS, package.statistics
            )

        package.statistics = _statistics(rng, len(entries))
        package.common |= {
            "summary-stamped": _scan(
                package, rng, "附件3 申报汇总表（盖章）.pdf", "summary_sheet", lambda: forms.list_layout(title, heads, rows(), above=above)
            ),
            "statistics": _word(package, "附件4 活动统计表.docx", "statistics_form", statistics),
            "statistics-stamped": _scan(package, rng, "附件4 活动统计表（盖章）.pdf", "statistics_form", statistics),
            "work-summary": _prose(
                rng,
                "附件5 工作总结.docx",
                "work_summary",
                "2025年江苏省质量信得过班组建设推进活动总结",
                [("一、基本情况", 700), ("二、推进经验及做法", 900), ("三、存在问题及改进方向", 400)],
            ),
        }
    return package


def _jsaq_entry(rng: Random, recommender: str) -> Entry:
    team = cast.team(rng, cast.organisation(rng, jiangsu=True))
    of = team.organisation
    fields = _contact_fields(team) | {
        "title": team.title,
        "uscc": of.uscc,
        "organisation_type": of.type,
        "industry": of.industry,
        "organisation_size": of.size,
        "is_central_soe": "是" if of.group else "否",
        "central_soe_group": of.group,
        "department": rng.choice(("质量管理部", "安全质量部", "技术质量科")),
        "telephone": of.telephone,
        "satisfaction_rate": f"{rng.uniform(92, 99.9):.1f}",
        "pass_rate": f"{rng.uniform(95, 99.9):.2f}",
        "assessment_pass_rate": "100",
        "improvement_participation_rate": str(rng.randrange(80, 101)),
        "quality_cost": f"{rng.uniform(3, 80):.1f}",
        "training_attendance": str(rng.randrange(40, 900)),
        "complaints": "0",
        "accidents": "0",
    }
    if recommender:
        fields["recommender"] = recommender
    return Entry(team, fields, "", forms.jsaq_form)


def _jsaq_pieces(rng: Random, package: Package, entry: Entry, *, unique: bool) -> None:
    short = entry.team.organisation.short + (entry.team.name if unique else "")
    number = rng.choice(("", "一、", "1. "))
    marks = {"": ("", "", "", ""), "一、": ("一、", "二、", "三、", "四、"), "1. ": ("1. ", "2. ", "3. ", "4. ")}[number]
    lengths = (rng.randrange(320, 480), rng.randrange(320, 480), rng.randrange(2200, 4200), rng.randrange(320, 480))
    headings = [mark + name for mark, name in zip(marks, ("班组概况", "实施背景", "实施过程", "实施效果"), strict=True)]
    sections = [(heading, cast.prose(rng, length)) for heading, length in zip(headings, lengths, strict=True)]
    entry.pieces = {
        "experience": Piece(
            f"{short}典型经验.docx", "experience", "editable", lambda: write_docx(forms.prose_layout(entry.fields["title"], sections))
        ),
        "form": _word(package, f"附件2 申报表-{short}.docx", "application_form", lambda: entry.layout(entry.fields)),
        "stamped": _scan(
            package, rng, f"附件2 申报表-{short}（盖章）.pdf", "application_form", lambda: entry.layout(entry.fields), entry=entry
        ),
    }


def cmea(rng: Random, *, teams: int = 1, recommender: str = "", folders: bool = True) -> Package:
    """cmea-2020: from an enterprise, or with `recommender` a provincial association's bundle."""
    entries = []
    for _ in range(teams):
        team = cast.team(rng, cast.organisation(rng, jiangsu=False))
        fields = _contact_fields(team) | {
            "qualification": rng.choice(("市政公用工程施工总承包壹级", "市政公用工程施工总承包特级", "建筑工程施工总承包贰级")),
            "contact_email": team.contact.email,
            "leader_mobile": team.leader.mobile,
            "profile": PROFILE,
            "enterprise_opinion": rng.choice(("同意申报。", "情况属实，同意申报。")),
            "recommendation_reason": "该班组管理规范、成效显著，同意推荐。" if recommender else "",
        }
        if recommender:
            fields["recommender"] = recommender
        entries.append(Entry(team, fields, "", forms.cmea_form))
    package = _package(rng, "cmea-2020", "1170678394@qq.com", datetime(2020, 7, 9, 15, 20, tzinfo=CHINA), entries, recommender)
    for entry in entries:
        entry.folder = entry.team.name if recommender and folders else ""
        _cmea_pieces(rng, package, entry)
    who = recommender or entries[0].team.organisation.name
    package.subject = f"全国市政工程质量信得过班组成果申报-{who}"
    package.archive = f"{who}成果材料.zip"
    return package


def _cmea_pieces(rng: Random, package: Package, entry: Entry) -> None:
    name = entry.team.name
    lengths = [
        ("一、班组简介", 520),
        ("二、班组基础建设", 560),
        ("三、技能培训", 480),
        ("四、质量改进和创新", 520),
        ("五、服务与考核指标", 360),
    ]
    slides = [(f"{name}成果发布", [entry.team.organisation.name]), ("班组简介", [cast.prose(rng, 60)]), ("主要成效", [cast.prose(rng, 80)])]
    entry.pieces = {
        "form": _word(package, f"{name}申报表.docx", "application_form", lambda: entry.layout(entry.fields)),
        "stamped": _scan(
            package, rng, f"{name}申报表（盖章扫描件）.pdf", "application_form", lambda: entry.layout(entry.fields), entry=entry
        ),
        "slides": Piece(f"{name}发布.pptx", "slides", "editable", lambda: write_pptx(slides)),
        "material": _prose(rng, f"{name}评审材料.docx", "team_material", f"{name}质量信得过班组建设成果", lengths),
    }


def caq(rng: Random, *, teams: int = 2, recommender: str = "福建省质量协会", folders: bool = True) -> Package:
    """caq-2020: an association's bundle; without `recommender` an enterprise that sends by itself, which it must not."""
    entries = []
    for number in range(1, teams + 1):
        team = cast.team(rng, cast.organisation(rng, jiangsu=False))
        fields = _contact_fields(team) | {
            "recommender": recommender,
            "serial": str(number),
            "department": rng.choice(("质量部", "企业管理部")),
            "telephone": team.organisation.telephone,
            "work_completion_rate": "100",
            "assessment_pass_rate": "100",
            "defect_rate": f"{rng.uniform(0.2, 2):.2f}",
            "accidents": "0",
            "complaints": "0",
            "first_pass_rate": f"{rng.uniform(96, 99.9):.1f}",
            "training": f"{rng.randrange(60, 300)}/{rng.randrange(800, 2000)}",
            "improvement_participation_rate": str(rng.randrange(85, 101)),
            "quality_cost": f"{rng.uniform(3, 60):.1f}",
            "profile": PROFILE,
        }
        entries.append(Entry(team, fields, "", forms.caq_form))
    package = _package(rng, "caq-2020", "66073178@163.com", datetime(2020, 9, 10, 9, 40, tzinfo=CHINA), entries, recommender)
    for entry in entries:
        entry.folder = entry.team.name if folders else ""
        _caq_pieces(rng, package, entry, unique=not folders)
    who = recommender or entries[0].team.organisation.name
    package.subject = f"{who}2020年质量信得过班组典型经验推荐材料"
    package.archive = f"{who}申报材料.zip"
    if recommender:
        package.statistics = _statistics(rng, teams)
        head = f"推荐省市自治区、行业：{recommender}（盖章）"
        package.common = {
            "statistics": _word(
                package,
                "附件4 活动统计表.docx",
                "statistics_form",
                lambda: forms.statistics_form(
                    "质量信得过班组活动统计表", "2019年6月至2020年6月", head, forms.CAQ_STATISTICS, package.statistics
                ),
            ),
            "work-summary": _prose(
                rng,
                "附件3 活动总结.docx",
                "work_summary",
                "2020年推进质量信得过班组建设活动总结",
                [("一、基本情况", 1200), ("二、推进经验和做法", 1500), ("三、存在问题及改进方向", 800)],
            ),
            "review": Piece("附件6 材料评审汇总表.docx", "review_summary", "editable", lambda: write_docx(_review(package))),
        }
    return package


def _review(package: Package) -> Layout:
    heads = ("序号", "企业/班组名称", "材料评价（符合标准程度/特色/不足之处）", "打分/排序", "评委")
    rows = [
        (str(number), f"{entry.fields['organisation']}/{entry.fields['team']}", "符合标准要求，特色较鲜明", str(95 - number), "评审组")
        for number, entry in enumerate(package.entries, start=1)
    ]
    return forms.list_layout("2020年全国质量信得过班组材料评审汇总表", heads, rows, above=f"省、市、自治区、行业：{package.recommender}")


def _caq_pieces(rng: Random, package: Package, entry: Entry, *, unique: bool) -> None:
    head = entry.team.name if unique else ""
    sections = [
        (heading, rng.randrange(450, 750))
        for heading in (
            "一、成员组成和职责",
            "二、基础管理情况",
            "三、知识和技能培训",
            "四、改进和创新能力",
            "五、管理特色与业绩",
            "六、近三年荣誉",
        )
    ]
    opinion = f"{entry.team.organisation.name}{entry.team.name}活动记录清晰完整，水平真实，推荐理由充分，同意推荐。"
    entry.pieces = {
        "form": _word(package, f"{head}申报表.docx", "application_form", lambda: entry.layout(entry.fields)),
        "material": _prose(rng, f"{head}班组创建材料.docx", "team_material", f"{entry.team.name}班组创建材料", sections),
    }
    if package.recommender:
        entry.pieces["recommendation"] = Piece(
            f"{head}推荐表.docx",
            "recommendation_form",
            "editable",
            lambda: write_docx(
                forms.prose_layout("2020年全国质量信得过班组建设典型经验推荐表", [("推荐意见", opinion + cast.prose(rng, 160))])
            ),
        )


def cacem(rng: Random, *, recommender: str = "浙江省工程建设质量管理协会") -> Package:
    """cacem-2024: one PDF of scans named after the recommender."""
    package = _package(rng, "cacem-2024", "xzhd@cacem.com.cn", datetime(2024, 5, 17, 14, 10, tzinfo=CHINA), [], recommender)
    package.subject = f"{recommender}2024年质量信得过班组推荐材料"
    package.archive = ""
    package.statistics = _statistics(rng, rng.randrange(3, 7))
    winners = [cast.team(rng, cast.organisation(rng, jiangsu=False)) for _ in range(int(package.statistics["recommended_teams"]))]
    pages = cacem_pages(package, winners)
    package.common["bundle"] = Piece(
        f"{recommender}.pdf",
        "recommendation_bundle",
        "stamped",
        lambda: write_scan([(make(), [Stamp(package.recommender)]) for make in pages.values()], rng=rng, font=package.font),
    )
    return package


def cacem_pages(package: Package, winners: Sequence[Team]) -> dict[str, PageMaker]:
    """The three documents of the bundle, each as what lays it out: `letter`, `statistics`, `award`."""
    recommender = package.recommender

    def letter() -> Layout:
        count = package.statistics["recommended_teams"]
        return (
            Line("推荐函", 1, centred=True),
            Line("中国施工企业管理协会："),
            Line(f"经评审，我单位择优推荐{winners[0].name}等{count}个班组参加2024年工程建设质量信得过班组活动，请予审核。"),
            Line(f"推荐单位：{recommender}（盖章）"),
            Line("2024年5月13日"),
        )

    def statistics() -> Layout:
        head = f"推荐单位：{recommender}（盖章）"
        return forms.statistics_form(
            "工程建设质量信得过班组活动统计表", "2023年4月至2024年4月", head, forms.CACEM_STATISTICS, package.statistics, review="资料评审"
        )

    def award() -> Layout:
        rows = [(str(number), team.organisation.name, team.name) for number, team in enumerate(winners, start=1)]
        return forms.list_layout(
            f"{recommender}关于公布2024年度质量信得过班组活动获奖名单的通知", ("序号", "企业名称", "班组名称"), rows, above="推荐班组已标注"
        )

    return {"letter": letter, "statistics": statistics, "award": award}


def _package(rng: Random, programme: str, mailbox: str, received: datetime, entries: list[Entry], recommender: str) -> Package:
    person = cast.person(rng)
    channel = "recommender" if recommender else "enterprise"
    sender = (recommender or person.name, person.email)
    return Package(programme, channel, mailbox, sender, "", received, "", entries=entries, recommender=recommender)


def _contact_fields(team: Team) -> dict[str, str]:
    of = team.organisation
    return {
        "organisation": of.name,
        "team": team.name,
        "address": of.address,
        "postcode": of.postcode,
        "contact": team.contact.name,
        "contact_mobile": team.contact.mobile,
        "leader": team.leader.name,
        "headcount": str(team.headcount),
    }


def _statistics(rng: Random, recommended: int) -> dict[str, str]:
    person = cast.person(rng)
    return {
        "enterprises": str(rng.randrange(15, 90)),
        "teams": str(rng.randrange(100, 500)),
        "participants": str(rng.randrange(1500, 9000)),
        "teams_cumulative": str(rng.randrange(200, 900)),
        "recommended_teams": str(recommended),
        "activity_cost": f"{rng.uniform(5, 60):.1f}",
        "award_cost": f"{rng.uniform(2, 30):.1f}",
        "features": cast.prose(rng, 50),
        "contact": person.name,
        "mobile": person.mobile,
        "email": person.email,
    }


def _word(package: Package, path: str, kind: str, make: PageMaker) -> Piece:
    return Piece(path, kind, "editable", lambda: write_docx(package.decorate(make())))


def _scan(package: Package, rng: Random, path: str, kind: str, make: PageMaker, *, entry: Entry | None = None) -> Piece:
    """A stamped copy: the organisation's seal where it is an entry's form, and the recommender's where there is one."""

    def stamps() -> list[Stamp]:
        seals = [] if entry is None else [Stamp(entry.fields["organisation"], x=145, y=110)]
        if package.recommender:
            seals.append(Stamp(package.recommender, x=85, y=215 if entry else 120))
        return seals

    return Piece(path, kind, "stamped", lambda: write_scan([(make(), stamps())], rng=rng, font=package.font))


def _prose(rng: Random, path: str, kind: str, title: str, lengths: Sequence[tuple[str, int]]) -> Piece:
    sections = [(heading, cast.prose(rng, length)) for heading, length in lengths]
    return Piece(path, kind, "editable", lambda: write_docx(forms.prose_layout(title, sections)))
