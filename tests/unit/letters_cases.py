"""Letters for the decision tables of what a letter is, written as the tables' own examples are: fields, a blank line, the text."""

from __future__ import annotations

from bot.facts import EMPTY_LIST, Copy, DocumentFacts
from bot.judging.letters.sign import Asked
from parsers.values import Address, Attachment, CloudLink, Letter, Reason, Refusal

OWN = ("jsaqbanzu@126.com",)
_MATERIAL = ("file", "link", "document")


def asked(example: str) -> Asked:
    """The letter that an example writes out, from a@qq.com to us unless it says otherwise. File, Link and Document among its fields
    bring an attachment (its name; then its bytes and `inline`), a cloud attachment and a document that was read."""
    head, _, text = example.partition("\n\n")
    fields = [tuple(line.split(": ", 1)) if ": " in line else (line.rstrip(":"), "") for line in head.split("\n") if line]
    fields = [(name.lower(), value) for name, value in fields]
    given = {"from": "a@qq.com", "to": OWN[0], "subject": "", "content-type": "text/plain", **dict(fields)}
    letter = Letter(
        message_id="1@test",
        subject=given["subject"],
        sender=Address("", given["from"].lower()) if given["from"] else None,
        reply_to=(),
        to=(Address("", given["to"]),),
        cc=(),
        date=None,
        received_at=None,
        in_reply_to=(),
        references=(),
        headers=tuple((name, value) for name, value in fields if name not in _MATERIAL),
        content_type=given["content-type"].partition(";")[0],
        text=text,
        html="",
        attachments=tuple(_attachment(*value.split()) for name, value in fields if name == "file"),
        links=tuple(CloudLink("https://wx.mail.qq.com/ftn/1", "qq", value) for name, value in fields if name == "link"),
    )
    return Asked(letter, OWN, tuple(_document(*value.split()) for name, value in fields if name == "document"))


def _attachment(name: str, size: str = "60000", shown: str = "") -> Attachment:
    return Attachment(name, "application/octet-stream", b"x" * int(size), shown == "inline")


def _document(kind: str, *stated: str) -> DocumentFacts:
    pairs = dict(pair.split("=") for pair in stated if "=" in pair)
    return DocumentFacts(
        path=pairs.pop("path", "1.docx"),
        sha256="",
        size=1,
        format="docx",
        kind=kind,
        copy=Copy.EDITABLE,
        refusal=Refusal(Reason.UNREADABLE) if "refused" in stated else None,
        fields=pairs if kind == "application_form" else {},
        statistics=pairs if kind == "statistics_form" else {},
        notes=(EMPTY_LIST,) if "empty" in stated else (),
    )


QUOTED = "\n\n------------------ 原始邮件 ------------------\n"

SIGNS: dict[str, tuple[str, str]] = {
    # a sign's name: a letter that shows it, one as like as may be that does not
    "our-loop": ("X-Loop:  shenbao", "X-Loop: shenbao@example.cn"),
    "our-address": ("From: jsaqbanzu@126.com", "From: jsaqbanzu@qq.com"),
    "report-part": ("Content-Type: Multipart/Report; boundary=a", "Content-Type: multipart/mixed; boundary=report"),
    "read-receipt-part": (
        "Content-Type: multipart/report; report-type=Disposition-Notification",
        "Content-Type: multipart/report; report-type=delivery-status",
    ),
    "postmaster": ("From: PostMaster@qq.com", "From: postmasters@qq.com"),
    "empty-return-path": ("Return-Path: <> ", "Return-Path: <a@qq.com>"),
    "failed-recipients": ("X-Failed-Recipients: b@corp.cn", "X-Failed-Recipients: "),
    "list-field": ("List-Id: ", "Listing: 1"),
    "list-precedence": ("Precedence: List", "Precedence: junk"),
    "auto-submitted": ("Auto-Submitted: auto-notified; x=1", "Auto-Submitted: No"),
    "auto-reply-field": ("X-Auto-Reply: 1", "X-Autoreply: "),
    "no-sender": ("From: ", "From: a@qq.com"),
    "no-reply-sender": ("From: DoNotReply@corp.cn", "From: reply@corp.cn"),
    "junk-precedence": ("Precedence: Junk", "Precedence: bulk"),
    "suppressed-response": ("X-Auto-Response-Suppress: OOF, all", "X-Auto-Response-Suppress: OOF"),
    "not-addressed": ("To: b@corp.cn", "To: jsaqbanzu@126.com"),
    "brings-file": ("File: 申报表.docx 10", "File: logo.png 49999\nFile: form.jpg 60000 inline"),
    "brings-link": ("Link: 材料.zip", "File: 材料.zip"),
    "known-document": ("Document: other\nDocument: experience", "Document: other"),
    "refused-document": ("Document: other\nDocument: other refused", "Document: other"),
    "nothing-filled-in": (
        "Document: other\nDocument: application_form telephone=1\nDocument: summary_sheet empty\nDocument: statistics_form",
        "Document: other\nDocument: statistics_form recommended_teams=3",
    ),
    "bounce-in-subject": ("Subject: 关于申报：退信通知", "Subject: 退回材料"),
    "bounce-begins-subject": ("Subject:  系统退信", "Subject: 申报材料发送失败"),
    "bounce-in-text": (f"Subject: 1\n\n见下{QUOTED}550 no such user", "Subject: 1\n\n材料已送达"),
    "automatic-subject": ("Subject: Re: 回复：[ 外出自动回复] 材料", "Subject: 关于自动回复的说明"),
    "automatic-text": ("Subject: 1\n\n您好\n  系统自动发送", f"Subject: 1\n\n您好{QUOTED}系统自动发送"),
    "short-text": (f"Subject: 1\n\n{'字' * 200}\n{QUOTED}{'字' * 99}", f"Subject: 1\n\n{'字' * 201}"),
    "away": ("Subject: 1\n\n我在休假，\n回来后尽快处理", "Subject: 1\n\n我下周出差，请将结果寄到单位"),
    "answer-subject": ("Subject: 回复：受理回执", "Subject: 受理回执：回复"),
    "received-text": ("Subject: 1\n\n来信收到，我会尽快给您回复", "Subject: 1\n\n收到，谢谢！"),
    "asks": ("Subject: 1\n\n推荐表打不开，如有问题请告知。", "Subject: 1\n\n收到请回复，如有问题请告知。"),
    "asks-beyond-receipt": ("Subject: 1\n\n请查收，另问何时公布？", "Subject: 1\n\n请查收，是否收到？"),
    "subject-asks": ("Subject: 请问截止时间", "Subject: 索要附件"),
    "hands-over": ("Subject: 1\n\n材料见附件", "Subject: 1\n\n附件随后发送"),
    "promises": ("Subject: 1\n\n我们尽快把材料补上", "Subject: 1\n\n材料已补上"),
    "withdraws": ("Subject: 1\n\n我单位不再申报", "Subject: 1\n\n我单位再次申报"),
    "advertises": ("Subject: 1\n\n代开各类增值税发票", "Subject: 1\n\n发票请寄到以下地址"),
    "names-material": ("Subject: 1\n\nThe form is attached", f"Subject: 申报\n\n您好{QUOTED}附件"),
    "subject-names-material": ("Subject: 典型经验申报", "Subject: 端午安康\n\n申报"),
    "speaks-of-programme": ("Subject: 1\nDocument: other path=班组总结.pdf", "Subject: 1\nDocument: other path=报价单.pdf"),
}

_VACATION = "我因公出差，期间不能及时回复邮件，敬请谅解。"
_ANSWER = "您好，您的邮件我已收到，我会尽快给您回复。"

MISSES: dict[tuple[str, str], str] = {
    # a row's name, one of its signs: a letter that only this sign keeps from being decided by the row
    ("read-receipt", "report-part"): "Content-Type: text/plain; x=disposition-notification",
    ("read-receipt", "read-receipt-part"): "Content-Type: multipart/report; report-type=delivery-status",
    ("returned-to-nobody", "empty-return-path"): "Subject: 申报材料：投递失败\nReturn-Path: <a@qq.com>",
    ("returned-to-nobody", "bounce-in-subject"): "Subject: 申报材料\nReturn-Path: <>",
    ("returned-in-words", "bounce-begins-subject"): "Subject: 申报材料发送失败\n\n附件被退回，已重发。",
    ("returned-in-words", "bounce-in-text"): "Subject: 发送失败\n\n老师，我的材料发送失败。",
    ("returned-in-words", "brings-file"): "Subject: 退信：申报材料\nFile: 申报表.docx\n\n昨天的邮件被退回，重新报送。",
    ("automatic-subject", "brings-file"): "Subject: 自动回复：补正通知\nFile: 申报表.docx",
    ("automatic-subject", "brings-link"): "Subject: 自动回复：补正通知\nLink: 材料.zip",
    ("automatic-text", "brings-file"): "Subject: 申报\nFile: 申报表.docx\n\n本邮件由系统自动发出",
    ("automatic-text", "brings-link"): "Subject: 申报\nLink: 材料.zip\n\n本邮件由系统自动发出",
    ("away", "short-text"): f"Subject: 申报\n\n{_VACATION}{'我们的经验如下。' * 25}",
    ("away", "away"): "Subject: 申报\n\n我因公出差。",
    ("away", "asks"): "Subject: 申报\n\n我下周出差，无法及时处理补正，能否延期？",
    ("away", "brings-file"): f"Subject: 申报\nFile: 申报表.docx\n\n{_VACATION}",
    ("away", "brings-link"): f"Subject: 申报\nLink: 材料.zip\n\n{_VACATION}",
    ("received-with-thanks", "short-text"): f"Subject: 回复：受理回执\n\n{_ANSWER}{'我们的经验如下。' * 25}",
    ("received-with-thanks", "answer-subject"): f"Subject: 受理回执\n\n{_ANSWER}",
    ("received-with-thanks", "received-text"): "Subject: 回复：受理回执\n\n收到，谢谢！",
    ("received-with-thanks", "promises"): "Subject: 回复：补正通知\n\n邮件收到，我们会尽快修改后再联系，材料明天重新报送。",
    ("received-with-thanks", "asks"): f"Subject: 回复：受理回执\n\n{_ANSWER}名单哪里能看到？",
    ("received-with-thanks", "brings-file"): f"Subject: 回复：受理回执\nFile: 申报表.docx\n\n{_ANSWER}",
    ("received-with-thanks", "brings-link"): f"Subject: 回复：受理回执\nLink: 材料.zip\n\n{_ANSWER}",
    ("question-in-subject", "hands-over"): "Subject: 如何做好现场管理\n\n请查收。",
    ("promise", "hands-over"): "Subject: 申报\n\n申报材料请查收，盖章件随后报送。",
    ("question-about-form", "asks"): "Subject: 申报表\nDocument: application_form\n\n谢谢。",
    ("question-about-form", "nothing-filled-in"): "Subject: 申报表\nDocument: application_form team=甲班\n\n请问收到了吗？",
    ("question-about-form", "brings-link"): "Subject: 申报表\nDocument: application_form\nLink: 材料.zip\n\n请问收到了吗？",
}

ORDER: list[tuple[str, str]] = [
    # a letter that several rows of NATURE hold for, and the one that goes first
    ("X-Loop: shenbao\nContent-Type: multipart/report; report-type=delivery-status", "our-mark"),
    ("From: jsaqbanzu@126.com\nAuto-Submitted: auto-replied", "our-mailbox"),
    ("From: postmaster@qq.com\nContent-Type: multipart/report; report-type=disposition-notification", "read-receipt"),
    ("From: postmaster@qq.com\nAuto-Submitted: auto-replied", "mail-server"),
    ("X-Failed-Recipients: b@corp.cn\nPrecedence: bulk", "failed-recipients"),
    ("Subject: 退信通知\nPrecedence: bulk\n\n邮件无法送达", "returned-in-words"),
    ("List-Id: <x>\nAuto-Submitted: auto-generated", "list-field"),
]

HOSTILE = {
    "blanks after Re:": "Re:" + " " * 20_000 + "x",
    "many Re:": "Re: " * 5_000,
    "blanks alone": " " * 20_000 + "x",
    "blank lines": "\n" * 20_000 + "x",
    "dashes": "-" * 20_000,
    "lines of dashes": "--\n" * 7_000,
    "one letter": "r" * 20_000,
    "beginnings of phrases": "可以来自邮件如有请" * 2_500,
    "beginnings of courtesies": "if you have any " * 1_300,
    "beginnings of receipts": "请问是否" * 5_000,
    "beginnings of notes": "出差不在公司邮件收到会再" * 1_700,
    "beginnings of addresses": "microsoftexchange" + "0" * 20_000,
}
