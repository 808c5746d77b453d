"""The tables that are asked first, of headers, sender and standing phrases: what a letter is, and whether it may be answered.

Here order is meaning: what stands above goes first.
"""

from __future__ import annotations

from bot.judging.letters.automatic import (
    answer_subject,
    automatic_subject,
    automatic_text,
    away,
    bounce_begins_subject,
    bounce_in_subject,
    bounce_in_text,
    received_text,
    short_text,
)
from bot.judging.letters.files import brings_file, brings_link
from bot.judging.letters.headers import (
    auto_reply_field,
    auto_submitted,
    empty_return_path,
    failed_recipients,
    junk_precedence,
    list_field,
    list_precedence,
    no_reply_sender,
    no_sender,
    not_addressed,
    our_address,
    our_loop,
    postmaster,
    read_receipt_part,
    report_part,
    suppressed_response,
)
from bot.judging.letters.kind import Kind
from bot.judging.letters.phrases import (
    asks,
    promises,
)
from bot.judging.letters.row import Row

_OURS = "our own mail"
_REPORT = "delivery report"
_LIST = "mailing list"
_AUTOMATIC = "automatic reply"

NATURE = (
    Row(
        name="our-mark",
        takes=(our_loop,),
        kind=Kind.OWN,
        silent=_OURS,
        source="bot/post/freezing.py marks all that we send; against loops, RFC 3834 section 2",
        example="Subject: 【受理回执】\nX-Loop: shenbao\n\n您的申报材料已受理。",
    ),
    Row(
        name="our-mailbox",
        takes=(our_address,),
        kind=Kind.OWN,
        silent=_OURS,
        source="staff answer from the mailbox itself",
        example="Subject: 转发：通知\nFrom: jsaqbanzu@126.com\n\n转给各位同事。",
    ),
    Row(
        name="read-receipt",
        takes=(report_part, read_receipt_part),
        kind=Kind.AUTO_REPLY,
        silent="read receipt",
        source="RFC 8098",
        example="Subject: Read\nContent-Type: multipart/report; report-type=disposition-notification\n\nThe message was displayed.",
    ),
    Row(
        name="delivery-report",
        takes=(report_part,),
        kind=Kind.BOUNCE,
        silent=_REPORT,
        source="RFC 3464 in RFC 6522",
        example="Subject: 通知\nContent-Type: multipart/report; report-type=delivery-status\n\nDelivery delayed.",
    ),
    Row(
        name="mail-server",
        takes=(postmaster,),
        kind=Kind.BOUNCE,
        silent=_REPORT,
        source="RFC 5321 section 4.5.1; Postfix (MAILER-DAEMON), QQ and NetEase (PostMaster), Exchange (MicrosoftExchange and hex)",
        example="Subject: 通知\nFrom: postmaster@qq.com\n\n抱歉，您的邮件没有送到。",
    ),
    Row(
        name="returned-to-nobody",
        takes=(empty_return_path, bounce_in_subject),
        kind=Kind.BOUNCE,
        silent=_REPORT,
        source="RFC 5321 section 4.5.5: reports come from the empty path",
        example="Subject: 申报材料：投递失败\nReturn-Path: <>\n\n对方没有收到。",
    ),
    Row(
        name="failed-recipients",
        takes=(failed_recipients,),
        kind=Kind.BOUNCE,
        silent=_REPORT,
        source="Exim, and Gmail after it",
        example="Subject: 通知\nX-Failed-Recipients: b@corp.cn\n\n对方没有收到。",
    ),
    Row(
        name="returned-in-words",
        takes=(bounce_begins_subject, bounce_in_text),
        without=(brings_file,),
        kind=Kind.BOUNCE,
        silent=_REPORT,
        source="enterprise mail servers (Coremail, Exchange) that send reports as plain text",
        example="Subject: 退信通知\nFrom: system@corp.cn\n\n您发送的邮件无法送达。",
    ),
    Row(
        name="list-field",
        takes=(list_field,),
        kind=Kind.LIST,
        silent=_LIST,
        source="RFC 2369, RFC 2919",
        example="Subject: 培训\nList-Unsubscribe: <mailto:leave@example.cn>\n\n本期培训开始报名。",
    ),
    Row(
        name="list-precedence",
        takes=(list_precedence,),
        kind=Kind.LIST,
        silent=_LIST,
        source="RFC 2076, RFC 3834 section 3.1.8",
        example="Subject: 培训\nPrecedence: bulk\n\n本期培训开始报名。",
    ),
    Row(
        name="auto-submitted",
        takes=(auto_submitted,),
        kind=Kind.AUTO_REPLY,
        silent=_AUTOMATIC,
        source="RFC 3834 section 5",
        example="Subject: 通知\nAuto-Submitted: auto-replied (vacation)\n\n您好。",
    ),
    Row(
        name="auto-reply-field",
        takes=(auto_reply_field,),
        kind=Kind.AUTO_REPLY,
        silent=_AUTOMATIC,
        source="autoresponders older than RFC 3834",
        example="Subject: 通知\nX-Autoreply: yes\n\n您好。",
    ),
    Row(
        name="automatic-subject",
        takes=(automatic_subject,),
        without=(brings_file, brings_link),
        kind=Kind.AUTO_REPLY,
        silent=_AUTOMATIC,
        source="QQ (自动回复), NetEase, Foxmail (已读), Outlook (Automatic reply, Read)",
        example="Subject: 自动回复：【受理回执】\n\n您好。",
    ),
    Row(
        name="automatic-text",
        takes=(automatic_text,),
        without=(brings_file, brings_link),
        kind=Kind.AUTO_REPLY,
        silent=_AUTOMATIC,
        source="QQ (这是来自QQ邮箱的假期自动回复邮件), NetEase's 邮件收条, systems that say 自动发出",
        example="Subject: Re: 受理回执\n\n这是来自QQ邮箱的假期自动回复邮件。",
    ),
    Row(
        name="away",
        takes=(away, short_text),
        without=(asks, brings_file, brings_link),
        kind=Kind.AUTO_REPLY,
        silent=_AUTOMATIC,
        source="out-of-office notes in the owner's own words, which no client marks",
        example="Subject: Re: 补正通知\n\n我因公出差，期间不能及时回复邮件，敬请谅解。",
    ),
    Row(
        name="received-with-thanks",
        takes=(answer_subject, received_text, short_text),
        without=(promises, asks, brings_file, brings_link),
        kind=Kind.AUTO_REPLY,
        silent=_AUTOMATIC,
        source="the texts that QQ and NetEase mail offer for automatic replies; addresses of people who left",
        example="Subject: 回复：受理回执\n\n您好，您的邮件我已收到，我会尽快给您回复。",
    ),
    Row(
        name="left-open",
        kind=None,
        source="nothing above shows a machine: the next table and the material decide",
        example="Subject: 典型经验申报\n\n申报材料见附件，请查收。",
    ),
)
"""What headers, sender and standing phrases tell, before the material is looked at."""

SILENCE = (
    Row(
        name="no-sender",
        takes=(no_sender,),
        kind=None,
        silent="no sender address",
        source="RFC 5322 section 3.6.2 asks for one; there is nobody to answer",
        example="Subject: 申报\nFrom: nobody\n\n请查收。",
    ),
    Row(
        name="no-reply",
        takes=(no_reply_sender,),
        kind=None,
        silent="a no-reply address",
        source="what systems call addresses that nobody reads",
        example="Subject: 申报\nFrom: no-reply@corp.cn\n\n请查收。",
    ),
    Row(
        name="junk-precedence",
        takes=(junk_precedence,),
        kind=None,
        silent="Precedence: junk",
        source="RFC 2076, RFC 3834 section 3.1.8",
        example="Subject: 申报\nPrecedence: junk\n\n请查收。",
    ),
    Row(
        name="empty-return-path",
        takes=(empty_return_path,),
        kind=None,
        silent="empty Return-Path",
        source="RFC 3834 section 2, RFC 5321 section 4.5.5",
        example="Subject: 申报\nReturn-Path: <>\n\n请查收。",
    ),
    Row(
        name="suppressed-response",
        takes=(suppressed_response,),
        kind=None,
        silent="X-Auto-Response-Suppress",
        source="Exchange, MS-OXCMAIL",
        example="Subject: 申报\nX-Auto-Response-Suppress: DR, AutoReply\n\n请查收。",
    ),
    Row(
        name="not-addressed",
        takes=(not_addressed,),
        kind=None,
        silent="our address in neither To nor Cc",
        source="RFC 3834 section 2",
        example="Subject: 申报\nTo: somebody@corp.cn\n\n请查收。",
    ),
    Row(
        name="may-be-answered",
        kind=None,
        source="nothing above forbids it",
        example="Subject: 申报\n\n请查收。",
    ),
)
"""Whether the sender of a letter whose material decides may be answered."""
