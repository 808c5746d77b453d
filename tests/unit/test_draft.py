"""A programme drafted from an invented notice's text."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import cast

import pytest

from bot.drafting.draft import TODO, draft_programme
from bot.facts import Channel
from bot.programme.load import parse_programme

NOTICE = """东海省质量协会文件

关于开展2027年东海省优秀质量班组典型经验
交流活动的通知

各有关企业：
一、材料要求
1. 典型经验含经验名称(30字以内)等五部分内容，典型经验正文6000字以内。
请各推荐单位于2027 年 5 月 31 日前将材料压缩后发送至指定邮箱（zlbz@example.org）。
二、联系方式
联系部门：东海省质量协会推进部
联系人：王建国、李梅
联系电话：0999-8331164
附件：
1. 2027年东海省优秀质量班组典型经验推荐要求
2. 2027年东海省优秀质量班组典型经验申报表
3. 2027年东海省优秀质量班组推进活动统计表
4. 2027年推进活动总结
二〇二七年三月九日

附件2
2027年东海省优秀质量班组典型经验申报表
组织名称\t(盖章)\t\t
班组名称\t\t经验名称\t
统一社会信用代码\t\t手 机\t
安全生产标准化等级\t\t年培训人数\t
附件3
2027年东海省优秀质量班组推进活动统计表
（2026年4月-2027年3月）
统 计 项 目\t单 位\t数 量
本年度开展质量信得过班组建设活动班组数\t个\t
本年度建立质量班组图书角数\t个\t
"""


@pytest.fixture(scope="module")
def draft() -> str:
    return draft_programme(NOTICE)


def test_it_loads(draft: str) -> None:
    programme = parse_programme(draft, "draft.toml")
    assert programme.association == "东海省质量协会"
    assert programme.title == "2027年东海省优秀质量班组典型经验交流活动"
    assert programme.mailbox == "zlbz@example.org"
    assert (programme.year, programme.opens, programme.deadline) == (2027, date(2027, 3, 9), date(2027, 5, 31))
    assert programme.period == ("2026-04", "2027-03")
    assert programme.contacts.department == "东海省质量协会推进部"
    assert programme.contacts.people == ("王建国", "李梅")


def test_its_documents_have_kinds_and_limits(draft: str) -> None:
    documents = {spec.kind: spec for spec in parse_programme(draft, "draft.toml").documents}
    assert set(documents) == {"application_form", "statistics_form", "work_summary", "experience"}
    assert documents["application_form"].label == "2027年东海省优秀质量班组典型经验申报表"
    assert documents["statistics_form"].scope == "package"


def test_known_labels_keep_their_keys_and_unknown_ones_are_marked(draft: str) -> None:
    fields = {spec.label: spec for spec in parse_programme(draft, "draft.toml").fields}
    assert (fields["组织名称"].key, fields["班组名称"].key, fields["经验名称"].key) == ("organisation", "team", "title")
    assert (fields["统一社会信用代码"].type, fields["手机"].type) == ("uscc", "mobile")
    made_up = fields["安全生产标准化等级"].key
    line = next(line for line in draft.splitlines() if line.startswith(f'key = "{made_up}"'))
    assert TODO in line
    assert fields["年培训人数"].type == "integer"


def test_statistics_are_the_counted_lines(draft: str) -> None:
    statistics = {spec.label: spec for spec in parse_programme(draft, "draft.toml").statistics}
    assert statistics["本年度开展质量信得过班组建设活动班组数"].key == "teams"
    assert "本年度建立质量班组图书角数" in statistics


OTHER = """南海省质量协会文件

关于开展2028年南海省优秀质量管理小组成果推荐工作的通知

二、申报材料
1. 优秀质量管理小组成果申报表（附件1，Word版及加盖公章的扫描件）；
2. 成果报告（Word版，8000字以内），应包含小组概况、选题理由、效果检查三部分。
三、请各推荐单位于2028年8月31日前将材料压缩为ZIP文件发送至qc@example.org，企业不得自行申报。
四、联系人：陈晨、李想　电话：0999-7654321

附件1
2028年南海省优秀质量管理小组成果申报表
推荐单位：　　　　　　　　序号：
企业名称\t\t小组名称\t
课题名称\t\t电子邮箱\t

附件2
2028年南海省质量管理小组活动统计表
统计项目\t单位\t数量
本年度推荐成果数\t项\t
"""


def test_a_notice_in_other_words() -> None:
    programme = parse_programme(draft_programme(OTHER), "draft.toml")
    assert [(spec.key, spec.line) for spec in programme.fields] == [
        ("recommender", True),
        ("serial", True),
        ("organisation", False),
        ("team", False),
        ("title", False),
        ("contact_email", False),
    ]
    wanted = {(r.document, r.copy_, r.seals) for r in programme.requirements}
    assert wanted == {
        ("application_form", "editable", ()),
        ("application_form", "stamped", ("organisation",)),
        ("team_material", "editable", ()),
        ("statistics_form", "editable", ()),
    }
    report = next(spec for spec in programme.documents if spec.kind == "team_material")
    assert (report.max, [section.key for section in report.sections]) == (8000, ["小组概况", "选题理由", "效果检查"])
    assert [spec.key for spec in programme.statistics] == ["recommended_teams"]
    assert programme.contacts.people == ("陈晨", "李想")
    assert not programme.channels[Channel.ENTERPRISE].accepted
    assert programme.essentials == (
        "成果报告（Word版，8000字以内），应包含小组概况、选题理由、效果检查三部分。",
        "请各推荐单位于2028年8月31日前将材料压缩为ZIP文件发送至qc@example.org，企业不得自行申报。",
    )


IN_SENTENCES = """北海省质量管理协会
关于开展2029年北海省质量信得过班组建设成果交流活动的通知
一、申报要求
（一）申报单位应提交成果报告（3000-8000字）、《北海省班组成果申报表》及其盖章扫描件和发布用PPT。
（二）推荐单位须报送推荐函（盖章扫描件）、活动统计表（Word版）和班组建设工作总结（2000字以上）。
（三）请认真总结经验，材料须提供原件。评审办法见《班组成果评审汇总表》填写说明。
请于2029年9月15日前发送至 beihai_qc@example.org。
附件：
1. 北海省班组成果申报表
2. 北海省班组活动统计表
"""


def test_documents_named_inside_sentences_are_found() -> None:
    programme = parse_programme(draft_programme(IN_SENTENCES), "draft.toml")
    assert {(r.document, r.copy_, r.seals) for r in programme.requirements} == {
        ("application_form", "editable", ()),
        ("application_form", "stamped", ("organisation",)),
        ("team_material", "editable", ()),
        ("slides", "editable", ()),
        ("recommendation_letter", "stamped", ("recommender",)),
        ("statistics_form", "editable", ()),
        ("work_summary", "editable", ()),
    }
    assert draft_programme("请认真总结经验，并提供数据。").count("[[document]]") == 1
    documents = {spec.kind: (spec.label, spec.min, spec.max) for spec in programme.documents}
    assert documents["team_material"] == ("成果报告", 3000, 8000)
    assert documents["work_summary"] == ("班组建设工作总结", 2000, 0)
    assert documents["application_form"][0] == "北海省班组成果申报表"
    assert not any(line.startswith(("一", "（")) for line in programme.essentials)
    assert programme.essentials[0].startswith("申报单位应提交成果报告（3000-8000字）")


def papers(notice: str) -> object:
    """What a draft asks for: copies, and each document's scope and limits."""
    programme = parse_programme(draft_programme(notice), "draft.toml")
    limits = {(spec.kind, spec.label, spec.scope, spec.min, spec.max, tuple(s.key for s in spec.sections)) for spec in programme.documents}
    return {(r.document, r.copy_, r.seals) for r in programme.requirements}, limits


@pytest.mark.parametrize("width", range(9, 31))
@pytest.mark.parametrize("notice", [IN_SENTENCES, OTHER, NOTICE], ids=["in sentences", "enumerated", "annexes"])
def test_a_page_is_only_so_wide(notice: str, width: int) -> None:
    """Where the lines of running text and of annexes are broken says nothing of what is asked for."""
    wrapped = [
        line if "\t" in line else "\n".join(line[start : start + width] for start in range(0, len(line), width))
        for line in notice.split("附件2\n")[0].splitlines()
    ]
    rest = notice[len(notice.split("附件2\n")[0]) :]
    assert papers("\n".join(wrapped) + "\n" + rest) == papers(notice)


@pytest.mark.parametrize(
    "listed",
    [
        "推荐函（盖章扫描件）；\n活动统计表（Word版）；\n班组建设工作总结（2000字以上）。",
        "推荐函（盖章扫描件）、\n活动统计表（Word版）和\n班组建设工作总结（2000字以上）。",
        "推荐函（盖章扫描件）\n活动统计表（Word版）\n班组建设工作总结（2000字以上）",
        "推荐函（盖章扫\n描件）、活动统\n计表（Word版）和班组建设工作\n总结（2000\n字以上）。",
    ],
    ids=["semicolons", "commas at the ends", "nothing between", "inside words"],
)
def test_a_list_below_a_sentence(listed: str) -> None:
    notice = f"北海省质量管理协会\n一、申报要求\n推荐单位须报送以下材料：\n{listed}\n二、联系方式\n联系人：王建国\n二〇二九年三月九日\n"
    requirements, documents = cast("tuple[set[object], set[tuple[object, ...]]]", papers(notice))
    assert requirements == {
        ("application_form", "editable", ()),
        ("recommendation_letter", "stamped", ("recommender",)),
        ("statistics_form", "editable", ()),
        ("work_summary", "editable", ()),
    }
    assert ("work_summary", "班组建设工作总结", "package", 2000, 0, ()) in documents


def test_a_sentence_goes_on_below_the_blank_line_of_a_page() -> None:
    first = "（三）请各推荐单位（名单见附件2）于5月30日前将质量信得过班组活动的推荐函、活动统计表（附件3）、本年度优秀班组获奖名单"
    rest = "的公布通知（标注出推荐班组），全部扫描合成PDF文件，发送至 xz@example.org。"
    whole, parted = papers(f"{first}{rest}\n"), papers(f"{first}\n\n{rest}\n")
    assert whole == parted
    documents = parse_programme(draft_programme(f"{first}\n\n{rest}\n"), "draft.toml").documents
    assert {spec.kind for spec in documents} == {"recommendation_letter", "statistics_form", "award_notice", "application_form"}
    form = "2029年北海省质量信得过班组成果申报表\n\n推荐地市、行业：        序号：\n"
    assert [spec.label for spec in parse_programme(draft_programme(f"附件1\n{form}"), "draft.toml").documents] == [form.partition("\n")[0]]


def test_what_stands_below_an_annex_is_no_part_of_its_name() -> None:
    annexes = "附件：\n1. 北海省班组成果申报表\n2. 北海省班组活动统计表\n北海省质量管理协会\n二〇二九年三月九日\n\n"
    notice = f"{annexes}附件1\n北海省班组成果申报表\n企业名称\t\n"
    assert {spec.label for spec in parse_programme(draft_programme(notice), "draft.toml").documents} == {
        "北海省班组成果申报表",
        "北海省班组活动统计表",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "没有内容的通知",
        "\x00\x01",
        '标题"带引号"\\与反斜线的通知 a"b@c.d',
        "2027年2月30日前发送至x@y.cn",
        "二〇九九年三月九日",
        "关于2027年活动\n2028年3月9日\n5月31日前报送",
    ],
)
def test_whatever_the_text_the_draft_loads(text: str) -> None:
    drafted = draft_programme(text)
    assert TODO in drafted
    tomllib.loads(drafted)
    parse_programme(drafted, "draft.toml")
