"""The decision tables of what a letter is. Here order is meaning: what stands above goes first.

A letter is held against NATURE. Where its material decides, SILENCE tells whether its sender may be answered, and WITH_MATERIAL, or
WITHOUT_MATERIAL where it brings no file and no link, what it is.
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
from bot.judging.letters.files import brings_file, brings_link, known_document, nothing_filled_in, refused_document
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
    advertises,
    asks,
    asks_beyond_receipt,
    hands_over,
    names_material,
    promises,
    speaks_of_programme,
    subject_asks,
    subject_names_material,
    withdraws,
)
from bot.judging.letters.row import Row
from bot.judging.letters.sign import LetterSign

_OURS = "our own mail"
_REPORT = "delivery report"
_LIST = "mailing list"
_AUTOMATIC = "automatic reply"
_NEITHER = "neither material nor a question"

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
        source="nothing above shows a machine: SILENCE and the material decide",
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

WITHOUT_MATERIAL = (
    Row(
        name="advertisement",
        takes=(advertises,),
        kind=Kind.OTHER,
        silent=_NEITHER,
        source="offers ask for a call back, which is no question",
        example="Subject: 发票\n\n本公司代开各类增值税发票，需要吗？",
    ),
    Row(
        name="question",
        takes=(asks_beyond_receipt,),
        kind=Kind.ENQUIRY,
        source="the contract: an enquiry is a question, and no material",
        example="Subject: 申报\n\n请问班组长应该填谁？",
    ),
    Row(
        name="question-in-subject",
        takes=(subject_asks,),
        without=(hands_over,),
        kind=Kind.ENQUIRY,
        source="who writes the question above an empty text",
        example="Subject: 请问什么时候截止？\n\n谢谢。",
    ),
    Row(
        name="withdrawal",
        takes=(withdraws,),
        kind=Kind.OTHER,
        silent=_NEITHER,
        source="staff decide on withdrawals",
        example="Subject: 申报\n\n我单位决定撤回申报材料。",
    ),
    Row(
        name="promise",
        takes=(promises,),
        without=(hands_over,),
        kind=Kind.OTHER,
        silent=_NEITHER,
        source="there is nothing to judge yet",
        example="Subject: Re: 补正通知\n\n好的，我们尽快补充材料。",
    ),
    Row(
        name="forgotten-files",
        takes=(names_material,),
        kind=Kind.SUBMISSION,
        source="the answer says what is missing",
        example="Subject: 某公司\n\n材料见附件，请查收。",
    ),
    Row(
        name="forgotten-files-in-subject",
        takes=(subject_names_material,),
        kind=Kind.SUBMISSION,
        source="the answer says what is missing",
        example="Subject: 典型经验申报\n\n谢谢老师。",
    ),
    Row(
        name="neither",
        kind=Kind.OTHER,
        silent=_NEITHER,
        source="thanks and greetings",
        example="Subject: 端午安康\n\n祝各位老师端午安康！",
    ),
)
"""What a letter is that brings no file and no link."""

WITH_MATERIAL = (
    Row(
        name="question-about-form",
        takes=(asks, nothing_filled_in),
        without=(brings_link,),
        kind=Kind.ENQUIRY,
        source="the notice's own form sent along with a question",
        example="Subject: 申报表\nDocument: application_form\n\n请问这张表的第三栏怎么填？",
    ),
    Row(
        name="link",
        takes=(brings_link,),
        kind=Kind.SUBMISSION,
        source="the contract: material is a file or a cloud link",
        example="Subject: 材料\nLink: 材料.zip\n\n代办材料，详见链接。",
    ),
    Row(
        name="known-document",
        takes=(known_document,),
        kind=Kind.SUBMISSION,
        source="the contract: material is a file or a cloud link",
        example="Subject: 您好\nDocument: application_form organisation=南京甲乙水务有限公司\n\n您好。",
    ),
    Row(
        name="unreadable-file",
        takes=(refused_document,),
        kind=Kind.SUBMISSION,
        source="a file that can't be read never counts against its sender",
        example="Subject: 您好\nDocument: other refused\n\n您好。",
    ),
    Row(
        name="advertisement-with-files",
        takes=(advertises,),
        kind=Kind.OTHER,
        silent=_NEITHER,
        source="price lists",
        example="Subject: 材料\nDocument: other\n\n本公司代开各类增值税发票。",
    ),
    Row(
        name="words-of-programme",
        takes=(speaks_of_programme,),
        kind=Kind.SUBMISSION,
        source="a file of no known kind, sent for the programme",
        example="Subject: 班组材料\nDocument: other\n\n您好。",
    ),
    Row(
        name="strange-files",
        kind=Kind.OTHER,
        silent=_NEITHER,
        source="nothing speaks of the programme",
        example="Subject: 您好\nDocument: other\n\n您好。",
    ),
)
"""What a letter is that brings files or links, as its documents were read."""

SIGNS: tuple[LetterSign, ...] = tuple(
    {sign.name: sign for row in (*NATURE, *SILENCE, *WITHOUT_MATERIAL, *WITH_MATERIAL) for sign in (*row.takes, *row.without)}.values()
)
"""Every sign that a row looks for, as the tables come to it."""
