"""What staff read for the codes we keep: decisions, channels, kinds, states, severities, file kinds; masks and dates.

Shared by the digest, the console and the working papers, so that one thing has one name everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.findings import PUBLISHED

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The zone of every time a person sees."""

DECISIONS: Mapping[str, str] = {
    "accepted": "已受理",
    "incomplete": "待补正",
    "held": "待人工确认",
    "rejected": "不予受理",
    "ignored": "无需回复",
}
CHANNELS: Mapping[str, str] = {"enterprise": "企业直报", "recommender": "推荐单位"}
KINDS: Mapping[str, str] = {
    "submission": "申报",
    "supplement": "补正",
    "enquiry": "咨询",
    "bounce": "退信",
    "auto_reply": "自动回复",
    "list": "群发邮件",
    "own": "本系统邮件",
    "removed": "已按保存期限移除",
    "other": "其他",
}
MAIL_STATES: Mapping[str, str] = {"stored": "待处理", "settled": "已处理", "set-aside": "已搁置"}
REPLY_STATES: Mapping[str, str] = {
    "queued": "待发送",
    "sending": "发送中",
    "data": "发送中",
    "sent": "已发送",
    "failed": "发送失败",
    "ambiguous": "发送结果不明",
    "withdrawn": "已撤回",
}
SEVERITIES: Mapping[str, str] = {"reject": "不予受理", "error": "须补正", "review": "须人工确认", "warning": "提醒", "info": "说明"}
COPIES: Mapping[str, str] = {"editable": "电子版", "stamped": "盖章版"}
DOCUMENT_KINDS: Mapping[str, str] = {
    "application_form": "申报表",
    "experience": "典型经验",
    "team_material": "班组材料",
    "slides": "发布用PPT",
    "summary_sheet": "申报汇总表",
    "statistics_form": "活动统计表",
    "work_summary": "工作总结",
    "recommendation_letter": "推荐函",
    "recommendation_form": "推荐表",
    "recommendation_bundle": "推荐材料合并件",
    "award_notice": "公布通知",
    "review_summary": "材料评审汇总表",
    "other": "其他文件",
}
PROVIDERS: Mapping[str, str] = {
    "qq": "QQ邮箱", "netease": "网易邮箱", "sina": "新浪邮箱", "189": "天翼云盘", "139": "移动云盘", "baidu": "百度网盘",
    "aliyun": "阿里云盘",
    "weiyun": "腾讯微云", "123pan": "123云盘", "kdocs": "金山文档", "jianguoyun": "坚果云", "tencent-docs": "腾讯文档", "115": "115网盘",
    "quark": "夸克网盘", "xunlei": "迅雷云盘", "lanzou": "蓝奏云", "ctfile": "城通网盘", "feishu": "飞书", "dingtalk": "钉钉",
}  # fmt: skip
"""Where cloud attachments lie."""
ROLES: Mapping[str, str] = {"staff": "工作人员", "admin": "管理员"}
CODES: Mapping[str, str] = {
    "missing-document": "缺少材料",
    "missing-field": "漏填",
    "invalid-field": "填写有误",
    "too-long": "超出字数",
    "too-short": "字数不足",
    "missing-section": "缺少章节",
    "title-rule": "经验名称不合要求",
    "team-name-rule": "班组名称不合要求",
    "inconsistent": "材料之间不一致",
    "seal-missing": "未见公章",
    "seal-mismatch": "公章与单位不符",
    "wrong-year": "表格年度不符",
    "file-name-rule": "文件名不合要求",
    "packing-rule": "打包方式不合要求",
    "unreadable-document": "文件无法打开",
    "encrypted-document": "文件已加密",
    "linked-attachment": "云附件链接",
    "unsafe-document": "不安全文件",
    "late": "逾期",
    "wrong-channel": "报送渠道不符",
    "unknown-recommender": "不在推荐单位名单",
    "ineligible": "不符合条件",
    "duplicate-channel": "重复申报",
    "probable-duplicate": "疑似重复申报",
    "resubmission-needs-confirmation": "受理后修改待确认",
    "duplicate-submission": "重复发送",
    "superseded": "新版替换旧版",
    "count-mismatch": "推荐数与材料数不符",
    "unconverted-document": "文件格式未能转换",
    "unread-document": "文件未能由系统读出",
    "internal-error": "系统处理出错",
    "unverified-sender": "发件人未经验证",
    "seal-uncertain": "公章无法确认",
    "possibly-inconsistent": "材料之间可能不一致",
}

COMPARISONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "同一申报已由其他渠道或其他单位报送。",
        "按项目规定的单位、班组、经验名称和信用代码等比较。确定是同一申报的，后收到的不予受理，先收到的不受影响；"
        "只是相似的，由工作人员并排比较后确定。",
        ("duplicate-channel", "probable-duplicate"),
    ),
    (
        "申报受理后又收到修改的材料。",
        "通知要求修改须先确认的，确认前原材料继续有效，由工作人员决定是否采用；通知没有这样要求的，直接以新版为准。",
        ("resubmission-needs-confirmation",),
    ),
    (
        "同一单位再次发来同一申报。",
        "内容相同的不重复登记，仍用原编号；内容有更新的以新版为准，原版留存。不影响审核结果。",
        ("duplicate-submission", "superseded"),
    ),
    (
        "来信提到的编号与发件人无法对应。",
        "来信不归入该编号的申报，也不透露其情况，由工作人员核实。",
        ("unverified-sender",),
    ),
)
"""What holding a mail against earlier ones may find, beside the rules: (what, how, the codes)."""


_FOR_STAFF = {published: code for code, published in PUBLISHED.items()}


def code_words(code: str, severity: str = "") -> str:
    """A finding's published code in words; one that only staff can tell has words of its own."""
    return CODES.get(_FOR_STAFF.get(code, code) if severity == "review" else code, code)


_WEEKDAYS = "一二三四五六日"


def local(moment: datetime) -> datetime:
    """An aware moment in the zone that staff live in."""
    return moment.astimezone(SHANGHAI)


def moment_words(moment: datetime | None, *, year: bool = False) -> str:
    """6月10日 10:05, with the year when asked; a dash where there is none."""
    if moment is None:
        return "—"
    at = local(moment)
    return (f"{at.year}年" if year else "") + f"{at.month}月{at.day}日 {at:%H:%M}"


def day_words(day: date, *, year: bool = True, weekday: bool = False) -> str:
    """2025年6月10日, with 星期二 when asked."""
    return (f"{day.year}年" if year else "") + f"{day.month}月{day.day}日" + (f" 星期{_WEEKDAYS[day.weekday()]}" if weekday else "")


def since_words(moment: datetime, now: datetime) -> str:
    """How long ago, as people say it: 刚刚, 15分钟前, 3小时前, 2天前."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes}分钟前"
    if minutes < 24 * 60:
        return f"{minutes // 60}小时前"
    return f"{minutes // (24 * 60)}天前"


def size_words(size: int) -> str:
    """A file's size: 812 B, 34 KB, 2.1 MB."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.0f} KB"
    return f"{size / 1_000_000:.1f} MB" if size < 1_000_000_000 else f"{size / 1_000_000_000:.1f} GB"


_MOBILE = re.compile(r"(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)")
_PERSONAL = frozenset({"contact", "leader"})


def mask_mobiles(text: str) -> str:
    """Every mobile number in a text with its middle hidden: 138****5678."""
    return _MOBILE.sub(r"\1****\2", text)


def mask_name(name: str) -> str:
    """A person's name for lists: the family name and stars (张*, 欧阳** stays 欧***). An organisation is left as it is."""
    name = name.strip()
    if not 2 <= len(name) <= 4 or not all("一" <= character <= "鿿" for character in name):
        return mask_mobiles(name)
    return name[0] + "*" * (len(name) - 1)


def mask_address(address: str) -> str:
    """A mail address for lists: what stands before the @ shortened, mobiles and QQ numbers hidden (138***78@163.com)."""
    box, at, host = address.partition("@")
    if not at or len(box) < 5:
        return address
    return f"{box[:3]}***{box[-2:]}@{host}"


def mask_field(key: str, value: str) -> str:
    """A form's value for lists: people's names and numbers masked, all else as it is."""
    if key in _PERSONAL:
        return mask_name(value)
    if key.endswith("email"):
        return mask_address(value)
    return mask_mobiles(value)
