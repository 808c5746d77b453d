"""Cases of the rules that look at what forms state."""

from __future__ import annotations

from bot.facts import SectionFacts
from tests.unit.rules.build import Case, document, having, mail, plus, stating, twice, without

SCAN_ONLY = without("application_form", "editable")


def _blank(name: str, key: str, base: str = "jsaq", **values: str) -> Case:
    return Case("missing-field", name, base, (stating(**values),), (("missing-field", key),))


MISSING = [
    _blank("empty", "headcount", headcount=""),
    _blank("a full-width blank", "leader", leader="　"),
    _blank("a stroke", "address", address="/"),
    _blank("无 is no contact", "contact", contact="无"),
    _blank("a hint left over", "organisation", organisation="（盖章）"),
    _blank("the group of a central enterprise", "central_soe_group", is_central_soe="是"),
    _blank("the group, ticked", "central_soe_group", is_central_soe="☑是 □否", central_soe_group="（非央企不用填）"),
    _blank("neither box ticked", "is_central_soe", is_central_soe="□是 □否"),
    _blank("the association on its line", "recommender", "jsaq-bundle", recommender="（盖章）"),
    _blank("the association's reason", "recommendation_reason", "cmea-bundle", recommendation_reason="协会盖章    年  月  日"),
    _blank("the opinion", "enterprise_opinion", "cmea", enterprise_opinion="盖章"),
    _blank("the leader's mobile", "leader_mobile", "cmea", leader_mobile=""),
    Case(
        "missing-field",
        "a form without any field: one finding",
        "jsaq",
        (having("application_form", "editable", fields={}),),
        (("missing-field", "application_form"),),
    ),
    Case(
        "missing-field",
        "the number recommended",
        "caq",
        (mail(statistics={}), having("statistics_form", statistics={"teams": "3"})),
        (("missing-field", "recommended_teams"),),
    ),
    Case(
        "missing-field",
        "the number recommended, on a scan read well",
        "cacem",
        (mail(statistics={}), having("recommendation_bundle", statistics={"teams": "3"})),
        (("missing-field", "recommended_teams"),),
    ),
    Case(
        "missing-field",
        "a summary sheet without a line",
        "jsaq",
        (having("summary_sheet", rows=(), notes=("empty-list",)),),
        (("missing-field", "summary_sheet"),),
    ),
    Case(
        "missing-field",
        "a bundle's summary sheet without a line, its scan beside it",
        "jsaq-bundle",
        (having("summary_sheet", "editable", rows=(), notes=("empty-list",)),),
        (("missing-field", "summary_sheet"),),
    ),
    Case(
        "missing-field",
        "a review summary without a line",
        "caq",
        (having("review_summary", rows=(), notes=("empty-list",)),),
        (("missing-field", "review_summary"),),
    ),
    Case(
        "missing-field",
        "the template beside the sheet that was filled in",
        "jsaq",
        (plus(document("汇总表模板.xlsx", "summary_sheet", notes=("empty-list",))),),
    ),
    Case(
        "missing-field",
        "an empty list that nobody asked for",
        "cmea",
        (plus(document("汇总表.xlsx", "summary_sheet", notes=("empty-list",))),),
    ),
    Case("missing-field", "a list under headings of its own", "jsaq", (having("summary_sheet", rows=()),)),
    Case("missing-field", "a scan read badly says nothing", "cacem", (mail(statistics={}), having("recommendation_bundle", statistics={}))),
    Case("missing-field", "无 complaints", "jsaq", (stating(complaints="无", accidents="无"),)),
    Case("missing-field", "no landline", "jsaq", (stating(telephone="/"),)),
    Case("missing-field", "strokes for none", "jsaq", (stating(complaints="/", accidents="—"),)),
    _blank("a stroke for a rate", "pass_rate", pass_rate="/"),
    Case("missing-field", "a cross for no", "jsaq", (stating(is_central_soe="×"),)),
    Case("missing-field", "not a central enterprise", "jsaq", (stating(is_central_soe="否", central_soe_group=""),)),
    Case("missing-field", "an enterprise needs no association", "cmea", (stating(recommender=""),)),
    Case("missing-field", "the reason by hand on the stamped copy", "cmea-bundle", (stating("editable", recommendation_reason=""),)),
    Case(
        "missing-field",
        "a picture of the form in the Word file is missing-document's",
        "cmea-bundle",
        (having("application_form", "editable", fields={}, notes=("pictures-only: 1",)),),
    ),
    Case("missing-field", "only a scan", "jsaq", (SCAN_ONLY, stating("stamped", leader=""))),
]


def _wrong(name: str, key: str, value: str, base: str = "jsaq") -> Case:
    return Case("invalid-field", name, base, (stating(**{key: value}),), (("invalid-field", key),))


def _right(name: str, base: str = "jsaq", **values: str) -> Case:
    return Case("invalid-field", name, base, (stating(**values),))


INVALID = [
    _wrong("a code's check digit", "uscc", "91320500009RDKPJUX"),
    _wrong("a code with O for 0", "uscc", "9132O500009RDKPJUQ"),
    _wrong("a code with a character too few", "uscc", "91320500009RDKPJU"),
    _wrong("a registration number", "uscc", "320500000012345"),
    _wrong("a mobile of ten digits", "contact_mobile", "1381234567"),
    _wrong("a mobile of twelve digits", "contact_mobile", "139012345678"),
    _wrong("no mobile network", "contact_mobile", "12812345678"),
    _wrong("a landline for a mobile", "contact_mobile", "0517-66535730"),
    _wrong("the second mobile wrong", "contact_mobile", "13805738709/1381234567"),
    _wrong("a postcode of five digits", "postcode", "21400"),
    _wrong("a postcode of seven digits", "postcode", "2140001"),
    _wrong("an extension only", "telephone", "8123"),
    _wrong("more than all", "pass_rate", "101"),
    _wrong("less than nothing", "pass_rate", "-1%"),
    _wrong("per mille", "pass_rate", "5‰"),
    _wrong("words for a percent", "satisfaction_rate", "较高"),
    _wrong("words for a number", "quality_cost", "若干"),
    _wrong("about a dozen", "headcount", "十几个"),
    _wrong("half a person", "headcount", "12.5"),
    _wrong("neither yes nor no", "is_central_soe", "中石化"),
    _wrong("an address without @", "contact_email", "zhang#example.cn", "cmea"),
    _wrong("a number of another service", "contact_email", "QQ：12345678", "cmea"),
    _wrong("a Chinese full stop", "contact_email", "zhang@example。cn", "cmea"),
    _wrong("a year of two digits", "year", "20", "cmea"),
    Case(
        "invalid-field",
        "statistics' mobile",
        "caq",
        (having("statistics_form", statistics={"recommended_teams": "1", "mobile": "138"}),),
        (("invalid-field", "mobile"),),
    ),
    _right("a code in full-width, with blanks", uscc="９１３２ 0500 009R DKPJUQ"),
    _right("a code in small letters", uscc="91320500009rdkpjuq"),
    _right("mobiles in many ways", contact_mobile="+86 138-0573-8709、１３９ 1777 1030（微信同号）"),
    _right("two mobiles with a blank", contact_mobile="13805738709 13917771030"),
    _right("a mobile and a landline", contact_mobile="13805738709/0517-66535730"),
    _right("landlines", telephone="(0517)66535730转802"),
    _right("a mobile for a landline", telephone="13805738709"),
    _right("no landline", telephone="无"),
    _right(
        "percents in many ways",
        pass_rate="≥98%",
        satisfaction_rate="98.5％以上",
        assessment_pass_rate="百分之百",
        improvement_participation_rate="95-98",
    ),
    _right("numbers with units", quality_cost="约12.5万元", headcount="４５人", training_attendance="1,200人次", complaints="无"),
    _right("numbers in Chinese", headcount="十二人"),
    _right("a postcode with a blank", postcode="223 000"),
    _right("none, said in full, with days", accidents="无，连续安全运行1200天"),
    _right("none, said in full", accidents="近三年无质量、安全事故", complaints="〇"),
    _right("yes in a box", is_central_soe="□是 ☑否"),
    _right("another owner", is_central_soe="地方国企"),
    _right("a private enterprise", is_central_soe="民营企业"),
    _right("two e-mails", "cmea", contact_email="a.b@qq.com；c_d@vip.163.com"),
    _right("an e-mail behind its name", "cmea", contact_email="E-mail：a.b@qq.com"),
    _right("a year in Chinese", "cmea", year="二〇二〇年度"),
    _right("a year with its sign", "cmea", year="2020年度"),
    Case("invalid-field", "a scan may be misread", "jsaq", (SCAN_ONLY, stating("stamped", uscc="91320500009RDKPJUX", pass_rate="989"))),
    Case("invalid-field", "blank is another matter", "jsaq", (stating(uscc="/", pass_rate=""),)),
]

LENGTHS = [
    Case("too-long", "a title of 31", "jsaq", (stating(title="实施" + "管" * 27 + "经验"),), (("too-long", "title"),)),
    Case(
        "too-long",
        "a section of 501",
        "jsaq",
        (having("experience", sections=(SectionFacts("实施背景", 501),)),),
        (("too-long", "experience"),),
    ),
    Case("too-long", "a document of 5001", "caq", (having("team_material", characters=5001),), (("too-long", "team_material"),)),
    Case(
        "too-long",
        "exactly the limits",
        "jsaq",
        (stating(title="实施" + "管" * 26 + "经 验"), having("experience", sections=(SectionFacts("实施过程", 5000),))),
    ),
    Case("too-long", "a title of 30 in quotes, with a full stop", "jsaq", (stating(title="《实施" + "管" * 26 + "经验》。"),)),
    Case("too-long", "3000 of 3000", "cmea", (having("team_material", characters=3000),)),
    Case("too-long", "scans are not measured", "cmea", (having("team_material", characters=9000, scanned=True),)),
    Case(
        "too-long",
        "the PDF beside the Word file is not measured again",
        "cmea",
        (plus(document("评审材料.pdf", "team_material", "stamped", characters=3100), "application"),),
    ),
    Case("too-short", "a document of 1999", "cmea", (having("team_material", characters=1999),), (("too-short", "team_material"),)),
    Case("too-short", "a package document of 2999", "caq", (having("work_summary", characters=2999),), (("too-short", "work_summary"),)),
    Case("too-short", "exactly the limit", "caq", (having("work_summary", characters=3000),)),
    Case("too-short", "nothing was read", "cmea", (having("team_material", characters=0),)),
]

SECTIONS = [
    Case(
        "missing-section",
        "no effect",
        "jsaq",
        (having("experience", sections=tuple(SectionFacts(key, 400) for key in ("班组概况", "实施背景", "实施过程"))),),
        (("missing-section", "experience"),),
    ),
    Case(
        "missing-section",
        "a heading only",
        "jsaq",
        (
            having(
                "experience",
                sections=(*(SectionFacts(key, 400) for key in ("班组概况", "实施背景", "实施过程")), SectionFacts("实施效果", 0)),
            ),
        ),
        (("missing-section", "experience"),),
    ),
    Case("missing-section", "no name", "jsaq", (having("experience", title=""),), (("missing-section", "experience"),)),
    Case("missing-section", "no section at all", "jsaq", (having("experience", sections=()),), (("missing-section", "experience"),) * 4),
    Case(
        "missing-section",
        "of two files the whole one counts",
        "jsaq",
        (plus(document("旧.docx", "experience", characters=10), "application"),),
    ),
    Case("missing-section", "no sections asked", "cmea", ()),
]

CONDITIONS = [
    Case("ineligible", "an accident", "jsaq", (stating(accidents="1"),), (("ineligible", "accidents"),)),
    Case("ineligible", "an accident in words and a number", "caq", (stating(accidents="2020年1起"),), (("ineligible", "accidents"),)),
    Case("ineligible", "an accident in Chinese", "jsaq", (stating(accidents="近三年发生一起"),), (("ineligible", "accidents"),)),
    Case("ineligible", "none, with years and days", "jsaq", (stating(accidents="0（2022-2024年，连续安全运行1200天）"),)),
    Case("ineligible", "none for so many days", "jsaq", (stating(accidents="无，连续安全运行1200天"),)),
    Case("ineligible", "none, in words", "jsaq", (stating(accidents="近3年无事故"),)),
    Case("ineligible", "none, year by year", "jsaq", (stating(accidents="2023年0起，2024年0起"),)),
    Case("ineligible", "blank", "jsaq", (stating(accidents=""),)),
    Case("ineligible", "a scan may be misread", "jsaq", (SCAN_ONLY, stating("stamped", accidents="1"))),
    Case("ineligible", "the municipal notice asks nothing", "cmea", (stating(accidents="1"),)),
    Case(
        "count-mismatch",
        "more recommended than came",
        "jsaq-bundle",
        (having("statistics_form", "editable", statistics={"recommended_teams": "3项"}),),
        (("count-mismatch", "recommended_teams"),),
    ),
    Case(
        "count-mismatch",
        "more lines than came",
        "jsaq",
        (having("summary_sheet", rows=({"team": "甲班"}, {"team": "乙班"})),),
        (("count-mismatch", "summary_sheet"),),
    ),
    Case("count-mismatch", "more came than recommended", "caq", (twice(team="第二焊接班"),), (("count-mismatch", "recommended_teams"),)),
    Case("count-mismatch", "empty lines don't count", "jsaq", (having("summary_sheet", rows=({"team": "甲班"}, {"contact": "合计"})),)),
    Case(
        "count-mismatch",
        "a poor scan may be misread",
        "jsaq-bundle",
        (without("statistics_form", "editable"), having("statistics_form", statistics={"recommended_teams": "7"}, notes=("poor-scan",))),
    ),
    Case(
        "count-mismatch",
        "a scan alone",
        "jsaq-bundle",
        (without("statistics_form", "editable"), having("statistics_form", statistics={"recommended_teams": "7"})),
        (("count-mismatch", "recommended_teams"),),
    ),
    Case(
        "count-mismatch",
        "the Word form goes before its scan",
        "jsaq-bundle",
        (having("statistics_form", "stamped", statistics={"recommended_teams": "7"}, scanned=True),),
    ),
    Case("count-mismatch", "nothing came", "caq", (mail(applications=()),)),
]

CASES = [*MISSING, *INVALID, *LENGTHS, *SECTIONS, *CONDITIONS]
