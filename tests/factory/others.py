"""Mails that are no submissions: enquiries, automatic replies, bounces, lists, links instead of files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from bot.samples import cast
from bot.samples.letters import Mail, write_mail
from bot.samples.notices import CHINA
from tests.factory.truth import Built

MAILBOXES = {
    "jsaq-2025": ("jsaqbanzu@126.com", datetime(2025, 6, 3, 11, 0, tzinfo=CHINA)),
    "cmea-2020": ("1170678394@qq.com", datetime(2020, 7, 3, 11, 0, tzinfo=CHINA)),
    "caq-2020": ("66073178@163.com", datetime(2020, 9, 3, 11, 0, tzinfo=CHINA)),
    "cacem-2024": ("xzhd@cacem.com.cn", datetime(2024, 5, 9, 11, 0, tzinfo=CHINA)),
}
QUESTIONS = (
    ("咨询申报事宜", "您好，请问我们企业不是会员单位，应该向哪里提交材料？截止日期能不能延长？"),
    ("请问", "老师好！申报表里的“班组人数”包括劳务派遣人员吗？另外公章可以用部门章代替吗？谢谢。"),
    ("关于质量信得过班组的问题", "想了解一下评审费用和发布会的时间地点，麻烦告知，联系电话13812345678。"),
    ("附件下载", "官网上的申报表格下载不了，能否发我一份？"),
)


def _mail(rng: Random, programme: str, subject: str, text: str, **more: Any) -> Mail:
    mailbox, received = MAILBOXES[programme]
    person = cast.person(rng)
    fields: dict[str, Any] = {"sender": (person.name, person.email), "to": mailbox, "subject": subject, "text": text, "received": received}
    return Mail(**(fields | more))


def _built(mail: Mail, rng: Random, programme: str, style: str, kind: str, decision: str, *, reply: bool, **more: Any) -> Built:
    truth: dict[str, Any] = {
        "programme": programme,
        "kind": kind,
        "codes": [],
        "channel": None,
        "decision": decision,
        "applications": [],
        "reply": reply,
        "style": style,
        "received": mail.received.isoformat(),
    }
    return Built(write_mail(mail, style=style, rng=rng), truth | more)


def enquiry(rng: Random, programme: str, style: str) -> Built:
    """A question, no material."""
    return _built(_mail(rng, programme, *rng.choice(QUESTIONS)), rng, programme, style, "enquiry", "held", reply=True)


def auto_reply(rng: Random, programme: str, style: str) -> Built:
    """An automatic reply that says so in its headers."""
    headers = rng.choice(
        ((("Auto-Submitted", "auto-replied"),), (("X-Auto-Response-Suppress", "All"), ("Auto-Submitted", "auto-generated")))
    )
    mail = _mail(rng, programme, "自动回复：收件回执", "您好，本人出差，邮件已收到，将尽快回复。", headers=headers)
    return _built(mail, rng, programme, style, "auto_reply", "ignored", reply=False)


def holiday(rng: Random, programme: str, style: str) -> Built:
    """QQ's holiday reply, which no header tells."""
    text = "这是来自QQ邮箱的假期自动回复邮件。\n您好，我最近正在休假中，无法亲自回复您的邮件。我将在假期结束后，尽快给您回复。"
    return _built(_mail(rng, programme, "自动回复:Re: 受理通知", text), rng, programme, "qqweb", "auto_reply", "ignored", reply=False)


def bounce(rng: Random, programme: str, style: str) -> Built:
    """A delivery status notification."""
    received = MAILBOXES[programme][1]
    raw = write_mail(_mail(rng, programme, "系统退信", "您的邮件被退回：收件人邮箱不存在。"), style=style, rng=rng)
    head, _, _ = raw.partition(b"\r\nContent-Type:")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"from:", b"x-mailer:"))]
    report = (
        b"\r\nFrom: <mailer-daemon@example.com>\r\nReturn-Path: <>"
        b'\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="=_b"\r\n\r\n'
        b"--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n550 mailbox not found\r\n"
        b"--=_b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        b"Final-Recipient: rfc822; nobody@example.cn\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--=_b--\r\n"
    )
    truth = _built(_mail(rng, programme, "系统退信", ""), rng, programme, style, "bounce", "ignored", reply=False).truth
    return Built(b"\r\n".join(lines) + report, truth | {"received": received.isoformat()})


def newsletter(rng: Random, programme: str, style: str) -> Built:
    """A mailing list's post."""
    headers = (("List-Id", "<news.example.org>"), ("List-Unsubscribe", "<mailto:leave@example.org>"), ("Precedence", "bulk"))
    mail = _mail(rng, programme, "质量月刊第六期", "本期要目：质量提升行动进展。", headers=headers)
    return _built(mail, rng, programme, style, "list", "ignored", reply=False)


def cloud_link(rng: Random, programme: str, style: str) -> Built:
    """A cloud attachment instead of a file."""
    qq = (
        '<div>老师好，材料较大，见附件。</div><div id="QQMailBigAttach"><div>从QQ邮箱发来的超大附件</div>'
        '<a href="https://wx.mail.qq.com/ftn/download?func=3&key=abc123&code=def456">'
        "申报材料.zip</a> (120.5M, 2025年7月3日 09:00 到期)</div>"
    )
    netease = (
        '<div>您好，请查收。</div><div id="divNeteaseBigAttach"><div>从网易163邮箱发来的云附件</div>'
        '<a href="https://mail.163.com/large-attachment-download/index.html?p=X-NETEASE-HUGE-ATTACHMENT&file=Zm9v&title=cloud">'
        "申报材料.rar</a> (88.1M, 2025年7月3日 09:00 到期)</div>"
    )
    html = rng.choice((qq, netease))
    mail = _mail(rng, programme, "申报材料报送", "老师好，材料较大，见附件。\n超大附件：申报材料.zip", html=html)
    built = _built(mail, rng, programme, style, "submission", "incomplete", reply=True)
    return Built(built.raw, built.truth | {"codes": ["linked-attachment"], "codes_optional": ["missing-document", "packing-rule"]})


OTHERS: dict[str, Callable[[Random, str, str], Built]] = {
    "enquiry": enquiry,
    "auto_reply": auto_reply,
    "holiday": holiday,
    "bounce": bounce,
    "newsletter": newsletter,
    "cloud_link": cloud_link,
}
