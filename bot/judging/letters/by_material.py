"""The tables that are asked of a letter whose material decides: what it is without any, and what it is with what it brings.

Here order is meaning: what stands above goes first.
"""

from __future__ import annotations

from bot.judging.letters.files import brings_link, known_document, nothing_filled_in, refused_document
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

_NEITHER = "neither material nor a question"

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
