"""What a mail is by its headers and words alone: automatic, returned, asked, sent, or neither."""

from __future__ import annotations

from datetime import datetime
from random import Random

import pytest

from bot.judging.letters.kind import Kind
from bot.judging.letters.nature import find_nature, nature_by_material
from bot.samples.letters import Mail, write_mail
from bot.samples.notices import CHINA
from parsers.letter.letter import parse_letter
from parsers.values import Letter

OWN = ("jsaqbanzu@126.com",)
QUOTED = "\n\n------------------ 原始邮件 ------------------\n发件人: 协会\n您好，请问是否收到？本邮件由系统自动发出。"


def letter(subject: str, text: str, sender: str = "zs@qq.com", *headers: tuple[str, str]) -> Letter:
    """A letter without files, as QQ's web mail writes it."""
    received = datetime(2025, 6, 3, 11, 0, tzinfo=CHINA)
    mail = Mail(("张三", sender), OWN[0], subject, text, received, headers=headers)
    return parse_letter(write_mail(mail, style="qqweb", rng=Random(1)))


def kind_of(read: Letter) -> Kind | None:
    """What it comes to where it brings no file."""
    return find_nature(read, OWN).kind or nature_by_material(read, ()).kind


EXCHANGE = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@corp.cn"


@pytest.mark.parametrize(
    ("subject", "text", "sender", "kind"),
    [
        ("自动回复：【受理回执】", "您好！您的邮件已收到，我会尽快处理。", "a@qq.com", Kind.AUTO_REPLY),
        ("外出自动回复: 材料", "我正在出差", "a@corp.cn", Kind.AUTO_REPLY),
        ("假期回复", "邮件将在假期结束后回复。", "a@corp.cn", Kind.AUTO_REPLY),
        ("Out of Office: 回执", "I am out.", "a@corp.cn", Kind.AUTO_REPLY),
        ("Re: 【补正通知】[JSAQ2025-0001]", "您好：我因公出差，期间不能及时回复邮件，敬请谅解。" + QUOTED, "a@corp.cn", Kind.AUTO_REPLY),
        ("回复: 受理回执", "邮件已收到！（自动回复，请勿回复本邮件）", "a@corp.cn", Kind.AUTO_REPLY),
        ("已读: 受理回执", "您的邮件已被阅读", "a@corp.cn", Kind.AUTO_REPLY),
        ("回执: 受理", "您发送的邮件已于2025年6月3日被收件人阅读", "a@corp.cn", Kind.AUTO_REPLY),
        ("我下周出差", "我下周出差，无法及时补正，能否延期？", "a@corp.cn", Kind.ENQUIRY),
        ("回复：受理回执", "收到，谢谢！" + QUOTED, "a@qq.com", Kind.OTHER),
        ("系统退信", "抱歉，您的邮件被退回来了", "PostMaster@qq.com", Kind.BOUNCE),
        ("Undeliverable: 受理回执", "Delivery has failed to these recipients", EXCHANGE, Kind.BOUNCE),
        ("未送达: 受理回执", "邮件无法传递", "system@corp.cn", Kind.BOUNCE),
        ("退信通知", "您发送的邮件无法送达", "mail-system@corp.cn", Kind.BOUNCE),
        ("申报材料发送失败", "老师，我的材料发送失败，怎么办？", "a@qq.com", Kind.ENQUIRY),
        ("关于申报的问题", "我们是第一次申报，班组长填谁比较好，请老师指导。", "a@qq.com", Kind.ENQUIRY),
        ("求助", "推荐表格式打不开，麻烦重新发一份", "a@qq.com", Kind.ENQUIRY),
        ("会员单位", "我单位想直接报送，需要什么手续，烦请回复", "a@qq.com", Kind.ENQUIRY),
        ("典型经验申报", "申报材料见附件，请查收。收到请回复，如有问题请告知。", "a@qq.com", Kind.SUBMISSION),
        ("申报材料咨询版", "附件是我单位的申报材料，请查收。", "a@qq.com", Kind.SUBMISSION),
        ("端午安康", "祝各位老师端午安康！", "a@qq.com", Kind.OTHER),
        ("", "老师好，网上申报系统登录不进去，提示密码错误，请协助处理。", "a@qq.com", Kind.ENQUIRY),
        ("报名卡号", "我公司忘记了报名卡号和密码，请帮忙查询一下。", "a@qq.com", Kind.ENQUIRY),
        ("申请延期", "我单位因疫情影响，申报材料准备不及，申请延期至8月15日报送，请批准。", "a@qq.com", Kind.ENQUIRY),
        ("附件下载", "烦请将通知附件的Word版发至本邮箱，谢谢。", "a@qq.com", Kind.ENQUIRY),
        ("索要附件", "老师您好，麻烦把申报表模板给我们发一下。", "a@qq.com", Kind.ENQUIRY),
        ("推荐名额", "我会今年申请增加推荐名额3个，妥否，请批示。", "a@qq.com", Kind.ENQUIRY),
        ("核实", "我单位前天已报送材料，至今没有收到回执，烦请核实。", "a@qq.com", Kind.ENQUIRY),
        ("Question", "I would like to know the deadline for the application form.", "a@qq.com", Kind.ENQUIRY),
        ("Deadline", "Please advise if the deadline can be extended.", "a@qq.com", Kind.ENQUIRY),
        (
            "Application",
            "Please find attached our application. Should you have any questions, please let me know.",
            "a@qq.com",
            Kind.SUBMISSION,
        ),
        ("申报材料", "申报材料见附件，请问是否收到？请回复。", "a@qq.com", Kind.SUBMISSION),
        ("Re: 补正通知", "好的，我们尽快补充材料，谢谢老师！", "a@qq.com", Kind.OTHER),
        ("Re: 补正通知", "邮件收到，我们会尽快修改后再发。", "a@qq.com", Kind.OTHER),
        ("代开发票", "本公司代开各类增值税发票，咨询电话13800000000。", "a@qq.com", Kind.OTHER),
        ("培训通知", "质量管理小组骨干培训班，费用1800元，欢迎咨询报名。", "a@qq.com", Kind.OTHER),
        ("回复：受理", "您好，您的邮件我已收到，我会尽快给您回复。", "a@qq.com", Kind.AUTO_REPLY),
        ("Re: 受理", "来信已收到，感谢您的来信。如有急事请拨打我的手机。", "a@qq.com", Kind.AUTO_REPLY),
        ("Re: 受理", "此邮箱已停用，请发至新邮箱 new@corp.cn", "a@corp.cn", Kind.AUTO_REPLY),
        ("来自 Mail Delivery System 的退信", "无法投递到以下地址", "system@corp.cn", Kind.BOUNCE),
        ("您的邮件被退回", "收件人邮箱已满，投递失败", "system@corp.cn", Kind.BOUNCE),
    ],
)
def test_a_mail_without_files(subject: str, text: str, sender: str, kind: Kind) -> None:
    assert kind_of(letter(subject, text, sender)) is kind


def test_what_the_headers_say_goes_first() -> None:
    assert kind_of(letter("咨询", "请问？", "a@qq.com", ("Auto-Submitted", "auto-replied (vacation)"))) is Kind.AUTO_REPLY
    assert kind_of(letter("咨询", "请问？", "a@qq.com", ("List-Unsubscribe", "<mailto:x@y.cn>"))) is Kind.LIST
    assert kind_of(letter("咨询", "请问？", "a@qq.com", ("X-Loop", "shenbao"))) is Kind.OWN


NEVER = [
    ("Auto-Submitted", "auto-generated"),
    ("Return-Path", "<>"),
    ("List-Id", "<news.example.cn>"),
    ("Precedence", "bulk"),
    ("Precedence", "list"),
    ("Precedence", "junk"),
    ("X-Auto-Response-Suppress", "DR, AutoReply"),
    ("X-Auto-Response-Suppress", "All"),
    ("X-Loop", "shenbao"),
]


@pytest.mark.parametrize(("name", "value"), NEVER, ids=[f"{name}: {value}" for name, value in NEVER])
def test_whom_never_to_answer(name: str, value: str) -> None:
    """Also where the mail brings material, which is then kept and judged all the same unless the mail is no person's."""
    plain = letter("典型经验申报", "申报材料见附件，请查收。")
    assert find_nature(plain, OWN).silent == ""
    assert find_nature(letter("典型经验申报", "申报材料见附件，请查收。", "a@qq.com", (name, value)), OWN).silent


@pytest.mark.parametrize(
    "sender", ["no-reply@corp.cn", "noreply@corp.cn", "do-not-reply@corp.cn", "MAILER-DAEMON@corp.cn", "postmaster@a.cn", OWN[0]]
)
def test_senders_never_to_answer(sender: str) -> None:
    assert find_nature(letter("典型经验申报", "申报材料见附件，请查收。", sender), OWN).silent


def test_who_wrote_to_somebody_else_is_not_answered() -> None:
    assert (
        find_nature(letter("典型经验申报", "申报材料见附件，请查收。"), ("66073178@163.com",)).silent == "our address in neither To nor Cc"
    )


def test_what_says_that_it_is_not_automatic_is_answered() -> None:
    assert find_nature(letter("典型经验申报", "请查收。", "a@qq.com", ("Auto-Submitted", "no")), OWN).silent == ""
