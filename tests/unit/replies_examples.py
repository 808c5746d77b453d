"""Contexts of answers as they happen; their texts stand approved under approved/replies."""

from __future__ import annotations

from dataclasses import replace

from replies.context import ApplicationLine, FileLine, FindingLine, ReplyContext
from replies.unknown_sender import unknown_sender


def _error(message: str) -> FindingLine:
    return FindingLine("error", message)


ONE = ApplicationLine(
    "incomplete",
    "淮安燃气集团有限公司",
    "机电调度室",
    "实施可视化管理提升焊缝一次合格率的探索",
    "JSAQ2025-0001",
    (
        _error("缺少附件2 申报表（加盖公章的PDF版），请补交。"),
        _error("“附件2 申报表.docx”的“班组人数”未填写，请补填后重新提交。"),
        FindingLine("warning", "材料未压缩成一个文件，通知要求将全部材料压缩为一个ZIP或RAR文件。"),
    ),
)
TWO = ApplicationLine("accepted", "南通新城建筑安装股份有限公司", "第二测量室", "推行全员生产维护提高顾客满意度的实践", "JSAQ2025-0002")
THREE = ApplicationLine(
    "rejected",
    "盐城市燃气（集团）有限公司",
    "第二测量室",
    "推行客户之声减少投诉的探索",
    "JSAQ2025-0003",
    (
        FindingLine(
            "reject",
            "同一申报此前已由企业直接报送，编号JSAQ2025-0009（2025年6月1日10:00收到）；同一申报不得通过多个渠道重复报送，以先收到的为准，此件不予受理。",
        ),
    ),
)
FILES = (
    FileLine("申报材料.zip/附件2 申报表.docx", "附件2 申报表", "电子版"),
    FileLine("申报材料.zip/典型经验.docx", "典型经验"),
    FileLine("申报材料.zip/附件3 申报汇总表.xlsx", "附件3 申报汇总表", "电子版"),
    FileLine("申报材料.zip/荣誉.rar", "其他文件", "", "已加密，无法打开"),
)
BASE = ReplyContext(
    decision="incomplete",
    association="江苏省质量管理协会",
    department="江苏省质量管理协会现场部",
    programme_title="2025年江苏省质量信得过班组建设典型经验",
    mailbox="jsaqbanzu@126.com",
    deadline="2025年6月30日24时",
    contacts=("联系人：丁璐、张胜", "联系电话：025-83311645、025-83311643", "电子邮箱：jsaqbanzu@126.com"),
    references=("JSAQ2025-0001",),
    recipient="淮安燃气集团有限公司",
    received_at="2025年6月10日10:05",
    supplement_until="2025年6月30日24时",
    changes_until="2025年6月30日17:00前",
    files=FILES,
    applications=(ONE,),
)
_SECOND = replace(
    BASE, decision="accepted", references=("JSAQ2025-0002",), recipient=TWO.organisation, applications=(TWO,), files=FILES[:3]
)
_BUNDLE = replace(
    BASE,
    decision="rejected",
    recipient="南京市质量协会",
    references=("JSAQ2025-0001", "JSAQ2025-0002", "JSAQ2025-0003"),
    applications=(ONE, TWO, THREE),
    findings=(
        _error("缺少附件5 工作总结（Word版），请补交。"),
        FindingLine("review", "汇总表“附件3.xlsx”列有4项，实际收到3项申报，工作人员将核实；如有遗漏，请补交。"),
    ),
)
_LATE = FindingLine("reject", "来件于2025年7月1日00:03收到，已超过截止时间2025年6月30日24时，不予受理。")

EXAMPLES: dict[str, ReplyContext] = {
    "accepted": _SECOND,
    "accepted-after-the-deadline": replace(_SECOND, still_open=False),
    "incomplete": BASE,
    "incomplete-after-the-deadline": replace(BASE, still_open=False),
    "nothing": replace(
        BASE,
        references=(),
        recipient="",
        applications=(),
        files=(),
        findings=(
            _error("材料是超大附件或网盘链接，链接不能作为申报材料，请将文件作为普通附件重新发送；文件过大时请压缩图片或分几封邮件发送。"),
        ),
    ),
    "unknown-sender": replace(
        BASE,
        recipient="王芳",
        applications=(replace(ONE, organisation="", findings=ONE.findings[:1]),),
        findings=(
            FindingLine(
                "info",
                unknown_sender(("附件4 活动统计表（Word版）", "附件5 工作总结（Word版）"), ("推荐地市、行业质协",), "附件2 申报表"),
            ),
        ),
    ),
    "bundle": _BUNDLE,
    "bundle-accepted": replace(
        _BUNDLE,
        decision="accepted",
        references=("JSAQ2025-0002", "JSAQ2025-0003"),
        applications=(TWO, replace(TWO, team="质检组", reference="JSAQ2025-0003")),
        findings=(),
    ),
    "bundle-held": replace(
        _BUNDLE,
        decision="held",
        references=("JSAQ2025-0002", "JSAQ2025-0003"),
        applications=(TWO, replace(TWO, team="质检组", reference="JSAQ2025-0003")),
        findings=_BUNDLE.findings[1:],
    ),
    "late": replace(
        BASE,
        decision="rejected",
        received_at="2025年7月1日00:03",
        still_open=False,
        findings=(_LATE,),
        applications=(replace(ONE, decision="rejected"),),
    ),
    "supplement-incomplete": replace(
        BASE,
        kind="supplement",
        files=(FILES[1],),
        applications=(
            replace(ONE, findings=ONE.findings[:1], received_now=("典型经验（Word版）",), lacking=("附件2 申报表（加盖公章的PDF版）",)),
        ),
    ),
    "supplement-accepted": replace(
        _SECOND, kind="supplement", files=(FILES[1],), applications=(replace(TWO, received_now=("典型经验（Word版）",)),)
    ),
    "held": replace(
        _SECOND,
        decision="held",
        applications=(
            replace(
                TWO,
                decision="held",
                findings=(
                    FindingLine(
                        "review",
                        "“申报表.pdf”上的公章似为“徐州金桥港务有限公司”，与“南通新城建筑安装股份有限公司”不符，工作人员将核实；如盖错，请重新盖章扫描提交。",
                    ),
                ),
            ),
        ),
    ),
    "review": replace(_SECOND, kind="review", files=(), staff_note="经核实，同意以新提交的材料替换原材料。"),
    "enquiry": replace(
        BASE,
        decision="enquiry",
        references=(),
        recipient="王女士",
        applications=(),
        files=(),
        essentials=("企业需提交：典型经验（Word版）、附件2 申报表、附件3 申报汇总表。", "请将全部材料压缩为一个ZIP或RAR文件。"),
    ),
    "enquiry-after-the-deadline": replace(
        BASE, decision="enquiry", references=(), recipient="", applications=(), files=(), essentials=("略。",), still_open=False
    ),
    "enquiry-answered": replace(
        BASE, decision="enquiry", kind="review", references=(), applications=(), files=(), essentials=("略。",), staff_note="可以直接报送。"
    ),
    "stranger": replace(BASE, decision="stranger", references=(), recipient="", applications=(), files=()),
    "package": ReplyContext(
        decision="accepted",
        association="中国施工企业管理协会",
        department="中国施工企业管理协会",
        programme_title="2024年工程建设质量信得过班组活动",
        mailbox="xzhd@cacem.com.cn",
        deadline="2024年5月30日24时",
        contacts=("联系人：王雪艳 010-63253413",),
        references=("CACEM2024-0001",),
        recipient="上海市市政公路行业协会",
        received_at="2024年5月16日11:35",
        supplement_until="2024年5月30日24时",
        files=(FileLine("上海市市政公路行业协会.pdf", "推荐材料合成PDF"),),
    ),
}
