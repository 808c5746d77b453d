"""Cases of the rules that compare names."""

from __future__ import annotations

from tests.unit.rules.build import ORGANISATION, TEAM, TITLE, Case, document, having, plus, stating, twice, without


def _row(**changes: str) -> dict[str, str]:
    return {"organisation": ORGANISATION, "team": TEAM, "title": TITLE, **changes}


def _title(name: str, title: str, wrong: bool = True) -> Case:
    return Case("title-rule", name, "jsaq", (stating(title=title),), (("title-rule", "title"),) if wrong else ())


def _team(name: str, team: str, wrong: bool = True) -> Case:
    return Case("team-name-rule", name, "jsaq", (stating(team=team),), (("team-name-rule", "team"),) if wrong else ())


def _superior(name: str, organisation: str, wrong: bool = True) -> Case:
    found = (("team-name-rule", "organisation"),) if wrong else ()
    return Case("team-name-rule", name, "jsaq", (stating(organisation=organisation),), found)


RULES = [
    _title("another beginning", "关于降低返工率的经验"),
    _title("another ending", "实施目视化看板降低返工率"),
    _title("neither", "班组建设典型材料"),
    _title("in quotes, with a full stop", "“运用客户之声识别关键需求的实践。”", wrong=False),
    _title("two endings", "推行看板管理的经验（探索）", wrong=False),
    _title("in book-title marks", "《推行看板管理的探索》", wrong=False),
    _title("blank is another matter", "", wrong=False),
    Case("title-rule", "the municipal notice has none", "cmea", (stating(title="随便"),)),
    _team("a centre", "设备维修中心"),
    _team("a workshop", "焊装车间"),
    _team("a remark in brackets", "机电调度室（夜班组）", wrong=False),
    _team("a section", "盾构掘进工段", wrong=False),
    _team("blank is another matter", "", wrong=False),
    Case("team-name-rule", "the municipal notice has none", "cmea", (stating(team="焊装车间"),)),
    _team("a company before it", "淮安燃气集团有限公司机电调度室"),
    _superior("two companies", "国家燃气集团有限公司淮安燃气有限公司"),
    _superior("a branch", "淮安燃气集团有限公司盱眙分公司", wrong=False),
    _superior("a branch without 分", "国网江苏省电力有限公司盱眙供电公司", wrong=False),
    _superior("a group's daughter", "中国燃气集团淮安燃气有限公司", wrong=False),
]


def _differs(name: str, base: str, *changes: object, of: str = "", code: str = "inconsistent") -> Case:
    return Case("inconsistent", name, base, tuple(changes), ((code, of),) if of else ())  # type: ignore[arg-type]


INCONSISTENT = [
    _differs("the summary sheet's team", "jsaq", having("summary_sheet", rows=(_row(team=f"综合{TEAM}"),)), of="team"),
    _differs(
        "the summary sheet's title", "jsaq", having("summary_sheet", rows=(_row(title="推行六西格玛方法缩短停电时间的实践"),)), of="title"
    ),
    _differs(
        "one character in text", "jsaq", having("summary_sheet", rows=(_row(organisation="淮安燃汽集团有限公司"),)), of="organisation"
    ),
    _differs("the summary sheet's title in quotes", "jsaq", having("summary_sheet", rows=(_row(title=f"《{TITLE}》"),))),
    _differs("the form's title in quotes, with a full stop", "jsaq", stating(title=f"“{TITLE}。”")),
    _differs("the first of the experience's two title lines", "jsaq", having("experience", title=TITLE[:9])),
    _differs("the experience's title, and less of it", "jsaq", having("experience", title=TITLE[:-2] + "经验"), of="title"),
    _differs("the experience's title", "jsaq", having("experience", title="推行可视化管理提升焊缝合格率的实践"), of="title"),
    _differs("the experience's team", "jsaq", having("experience", fields={"team": "管道抢修班"}), of="team"),
    _differs(
        "the recommendation form's organisation",
        "caq",
        stating(kind="recommendation_form", organisation="武汉新城机械有限公司"),
        of="organisation",
    ),
    _differs("the scan's organisation, clearly", "jsaq", stating("stamped", organisation="连云港东方水务有限公司"), of="organisation"),
    _differs("the scan's team, clearly", "jsaq", stating("stamped", team="东区焊接班"), of="team"),
    _differs(
        "a PDF with text is no scan",
        "jsaq",
        having("application_form", "stamped", scanned=False),
        stating("stamped", team="机电调度二室"),
        of="team",
    ),
    _differs("the scan's team, another ending", "jsaq", stating("stamped", team="机电调度组"), of="team"),
    _differs("the scan's team, a superior before it", "jsaq", stating("stamped", team="综合机电调度室"), of="team"),
    _differs(
        "the scan's team with the label's end", "jsaq", stating("stamped", team="名称机电调度室"), of="team", code="possibly-inconsistent"
    ),
    _differs("the scan's team, by one character", "jsaq", stating("stamped", team="机电调试室"), of="team", code="possibly-inconsistent"),
    _differs(
        "the second team's line",
        "jsaq",
        twice(team="管道抢修班", title="推行看板管理的探索"),
        having("summary_sheet", rows=(_row(), _row(team="管道抢修一班", title="推行看板管理的探索"))),
        of="team",
    ),
    _differs(
        "brackets and blanks",
        "jsaq",
        stating(organisation="淮安燃气（集团）有限公司"),
        stating("stamped", organisation="淮安燃气(集团) 有限公司"),
        having("summary_sheet", rows=(_row(organisation="淮安燃气﹙集团﹚有限公司（盖章）"),)),
    ),
    _differs("lookalikes in a scan", "jsaq", stating("stamped", organisation="准安燃气集团有限公司", team="机电调度窒")),
    _differs("half of it under the seal", "jsaq", stating("stamped", organisation="淮安燃气集")),
    _differs("a doubtful value", "jsaq", stating("stamped", team="口口口口"), having("application_form", "stamped", doubtful=("team",))),
    _differs("a heading that is no title", "jsaq", having("experience", title="质量信得过班组建设典型经验材料")),
    _differs("a longer heading around the title", "jsaq", having("experience", title=f"典型经验：{TITLE}")),
    _differs(
        "the lines in another order",
        "jsaq",
        twice(team="管道抢修班", title="推行看板管理的探索"),
        having("summary_sheet", rows=(_row(team="管道抢修班", title="推行看板管理的探索"), _row())),
    ),
    _differs("a blank cell says nothing", "jsaq", having("summary_sheet", rows=(_row(organisation=""),))),
    _differs("a stamped sheet is not read", "jsaq-bundle", having("summary_sheet", "stamped", rows=(_row(team="别的班"),))),
    _differs("a team named in full and in short in running text", "cmea", having("team_material", fields={"team": f"东区{TEAM}"})),
]

YEARS = [
    Case("wrong-year", "last year's form", "jsaq", (having("application_form", year=2024),), (("wrong-year", "application_form"),)),
    Case("wrong-year", "the year on its line", "cmea", (stating(year="2019"),), (("wrong-year", "year"),)),
    Case("wrong-year", "last year in Chinese", "cmea", (stating(year="二○一九"),), (("wrong-year", "year"),)),
    Case(
        "wrong-year",
        "last year's statistics",
        "caq",
        (having("statistics_form", period="2018年6月至2019年6月"),),
        (("wrong-year", "statistics_form"),),
    ),
    Case(
        "wrong-year",
        "last year's statistics inside the PDF",
        "cacem",
        (having("recommendation_bundle", period="2022年4月至2023年4月"),),
        (("wrong-year", "recommendation_bundle"),),
    ),
    Case("wrong-year", "no year", "jsaq", (having("application_form", year=0),)),
    Case("wrong-year", "the period otherwise written", "jsaq-bundle", (having("statistics_form", period="(2024.06—2025.06)"),)),
    Case("wrong-year", "a misread scan beside the Word form", "jsaq", (having("application_form", "stamped", year=2026),)),
    Case(
        "wrong-year",
        "another file's year",
        "jsaq",
        (plus(document("荣誉.docx", "other", year=2023), "application"), without("summary_sheet")),
    ),
]

CASES = [*RULES, *INCONSISTENT, *YEARS]
