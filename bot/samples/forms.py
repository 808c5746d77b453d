"""The notices' own forms as layouts, filled from fields: three application forms, the statistics forms, the lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.samples.layout import Box, Layout, Line, label, table, value

Fields = Mapping[str, str]
Pair = tuple[str, str, int, int]
"""A label, its key, the columns of the label's box and of the value's."""


def _row(fields: Fields, *pairs: Pair) -> tuple[Box, ...]:
    boxes: list[Box] = []
    for text, key, wide, across in pairs:
        boxes += [label(text, key, wide), value(fields.get(key, ""), key, across)]
    return tuple(boxes)


def jsaq_form(fields: Fields, *, year: int = 2025) -> Layout:
    """附件2 of jsaq-2025."""
    return (
        Line("附件 2"),
        Line(f"{year}年江苏省质量信得过班组建设典型经验申报表", 1, centred=True),
        Line(f"推荐地市、行业质协  {fields.get('recommender', '')}  (盖章)"),
        table(
            _row(fields, ("组织名称", "organisation", 2, 4)),
            _row(fields, ("班组名称", "team", 2, 4)),
            _row(fields, ("经验名称", "title", 2, 4)),
            _row(fields, ("统一社会信用代码", "uscc", 1, 2), ("组织类型", "organisation_type", 1, 2)),
            _row(fields, ("所属行业", "industry", 1, 2), ("组织规模", "organisation_size", 1, 2)),
            _row(fields, ("是否属于央企", "is_central_soe", 1, 2), ("所属央企集团全称", "central_soe_group", 1, 2)),
            _row(fields, ("详细通讯地址", "address", 1, 3), ("邮 编", "postcode", 1, 1)),
            _row(fields, ("主管部门", "department", 1, 1), ("直接联系人", "contact", 1, 1), ("手 机", "contact_mobile", 1, 1)),
            _row(fields, ("座 机", "telephone", 1, 1), ("班组长姓名", "leader", 1, 1), ("班组人数", "headcount", 1, 1)),
            _row(fields, ("产品/服务满意度（%）", "satisfaction_rate", 1, 2), ("产品/服务合格率（%）", "pass_rate", 1, 2)),
            _row(
                fields,
                ("质量考核合格率（%）", "assessment_pass_rate", 1, 1),
                ("质量改进活动参与率（%）", "improvement_participation_rate", 1, 1),
                ("质量成本（万元/年）", "quality_cost", 1, 1),
            ),
            _row(
                fields,
                ("培训参与人数（人次）", "training_attendance", 1, 1),
                ("顾客投诉数（个）", "complaints", 1, 1),
                ("质量、安全事故数（个）", "accidents", 1, 1),
            ),
        ),
    )


def cmea_form(fields: Fields, *, year: int = 2020) -> Layout:
    """附件一 of cmea-2020, with its two 手机."""
    return (
        Line("附件一："),
        Line("全国市政工程质量信得过班组建设成果申报表", 1, centred=True),
        Line(f"推荐协会（可选项）：{fields.get('recommender', '')}                    申报年度：{year}"),
        table(
            _row(fields, ("质量信得过班组名称", "team", 2, 4)),
            _row(fields, ("企业名称", "organisation", 2, 4)),
            _row(fields, ("企业市政工程相关资质", "qualification", 2, 4)),
            _row(fields, ("通讯地址", "address", 1, 3), ("邮编", "postcode", 1, 1)),
            _row(fields, ("直接联系人", "contact", 1, 1), ("手机", "contact_mobile", 1, 1), ("联系邮箱", "contact_email", 1, 1)),
            _row(fields, ("班组长", "leader", 1, 1), ("手机", "leader_mobile", 1, 1), ("班组人数", "headcount", 1, 1)),
            (Box(f"质量信得过班组简介及活动成果（另附纸2000-3000字）：\n{fields.get('profile', '')}", 6),),
            (Box(f"本企业意见：\n{fields.get('enterprise_opinion', '')}\n盖章                 2020年7月3日", 6),),
            (Box(f"协会推荐理由：\n{fields.get('recommendation_reason', '')}\n协会盖章             2020年7月8日", 6),),
        ),
    )


def caq_form(fields: Fields, *, year: int = 2020) -> Layout:
    """附件2 of caq-2020."""
    return (
        Line(f"{year}年全国质量信得过班组建设典型经验申报表", 1, centred=True),
        Line(f"推荐省市自治区、行业 {fields.get('recommender', '')}        序号 {fields.get('serial', '')}"),
        table(
            _row(fields, ("质量信得过班组名称", "team", 2, 4)),
            _row(fields, ("企业名称（公章为准）", "organisation", 2, 4)),
            _row(fields, ("详细通讯地址", "address", 1, 3), ("邮编", "postcode", 1, 1)),
            _row(fields, ("主管部门", "department", 1, 1), ("直接联系人", "contact", 1, 1), ("手机", "contact_mobile", 1, 1)),
            _row(fields, ("电 话", "telephone", 1, 1), ("班组长", "leader", 1, 1), ("班组人数", "headcount", 1, 1)),
            _row(
                fields,
                ("班组工作完成率%", "work_completion_rate", 1, 1),
                ("质量考核合格率%", "assessment_pass_rate", 1, 1),
                ("产品/服务不合格率%", "defect_rate", 1, 1),
            ),
            _row(
                fields,
                ("年质量、安全事故数", "accidents", 1, 1),
                ("年顾客投诉数", "complaints", 1, 1),
                ("产品/服务一次合格率", "first_pass_rate", 1, 1),
            ),
            _row(
                fields,
                ("年培训人数/时数", "training", 1, 1),
                ("成员参与改进活动率%", "improvement_participation_rate", 1, 1),
                ("质量成本（万元/年）", "quality_cost", 1, 1),
            ),
            (Box(f"质量信得过班组简介及活动结果（另附纸）：\n{fields.get('profile', '')}", 6),),
        ),
    )


def statistics_form(title: str, period: str, head: str, labels: Mapping[str, str], numbers: Fields, *, review: str = "现场评审") -> Layout:
    """A statistics form: counted lines, then the features, the kinds of review, the presentation, the contact."""
    rows: list[tuple[Box, ...]] = [(Box("统 计 项 目", 4), Box("单 位"), Box("数 量"))]
    units = {"participants": "人次", "activity_cost": "万元", "award_cost": "万元"}
    for key, text in labels.items():
        rows.append((label(text, key, 4), Box(units.get(key, "个")), value(numbers.get(key, ""), key)))
    rows.append((Box(f"本年度开展质量信得过班组主要特点与问题：\n{numbers.get('features', '')}", 6),))
    rows.append((Box("质量信得过班组评审及交流形式", 2), Box(f"发表评审 ■ {review} □ 与QC小组合开 □ 单独举办 ■", 4)))
    rows.append((Box("是否组织发表会"), Box("■ 是 □ 否"), Box("发表会报名班组数"), Box("12"), Box("发表班组数"), Box("10")))
    rows.append((Box("发表会时间"), Box("5月20日"), Box("发表会地点"), Box("会议中心"), Box("参会人数"), Box("86")))
    tail = f"联系人：{numbers.get('contact', '')}    手机：{numbers.get('mobile', '')}    邮箱：{numbers.get('email', '')}"
    rows.append((Box(f"质量信得过班组工作归口部门及负责人：质量部\n{tail}", 6),))
    return (Line(title, 1, centred=True), Line(f"（{period}）", centred=True), Line(head), table(*rows))


JSAQ_STATISTICS = {
    "enterprises": "本年度开展质量信得过班组建设活动组织数",
    "teams": "本年度开展质量信得过班组建设活动班组数",
    "participants": "本年度参与质量信得过班组建设活动员工数",
    "teams_cumulative": "历年质量信得过班组建设典型经验累计数",
    "recommended_teams": "本年度推荐质量信得过班组建设典型经验数",
    "activity_cost": "本年度对质量信得过班组建设推进活动投入费用（培训、交流、规范化等）",
    "award_cost": "本年度对质量信得过班组建设活动奖励费用",
}
CAQ_STATISTICS = {
    "enterprises": "本年度开展质量信得过班组企业数",
    "teams": "本年度开展质量信得过班组数",
    "teams_cumulative": "历年质量信得过班组累计数",
    "participants": "本年度参与质量信得过班组活动员工数",
    "recommended_teams": "本年度推荐全国质量信得过班组数",
    "activity_cost": "本年度对质量信得过班组活动投入费用（培训、交流、规范化等）",
    "award_cost": "本年度对质量信得过班组活动奖励费用",
}
CACEM_STATISTICS = {
    "enterprises": "本年度开展质量信得过班组活动企业数",
    "teams": "本年度开展质量信得过班组活动班组数",
    "teams_cumulative": "历年质量信得过班组累计数",
    "participants": "本年度参与质量信得过班组活动员工数",
    "recommended_teams": "本年度推荐工程建设质量信得过班组数",
    "activity_cost": "本年度对质量信得过班组活动投入费用（培训、交流、规范化等）",
    "award_cost": "本年度对质量信得过班组活动奖励费用",
}


def list_layout(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, above: str = "") -> Layout:
    """A list: a title, perhaps a line above the table, a header row and its rows."""
    lines = (Line(title, 1, centred=True),) + ((Line(above),) if above else ())
    return (*lines, table(tuple(Box(text) for text in heads), *(tuple(Box(text) for text in row) for row in rows)))


def prose_layout(title: str, sections: Sequence[tuple[str, str]]) -> Layout:
    """Running text under headings; long text falls into paragraphs."""
    lines = [Line(title, 1, centred=True)]
    for heading, text in sections:
        lines.append(Line(heading, 2))
        lines += [Line(text[start : start + 400]) for start in range(0, len(text), 400)]
    return tuple(lines)
