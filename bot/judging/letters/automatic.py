"""The signs in the standing phrases of machines: returned mail, automatic replies, read receipts.

Servers and clients in China mostly send them without the headers that the RFCs ask for, so the words must tell.
"""

from __future__ import annotations

import re

from bot.judging.letters.sign import Asked, sign, words

_BOUNCE_SUBJECT = re.compile(
    r"系统退信|退信(?:通知|提醒|[:：/])|来自.{0,40}退信|(?:您的|你的)?邮件(?:已?被)?退回|投递失败|无法投递|发送失败|未送达|"
    r"undeliver|delivery (?:status notification|failure|has failed)|"
    r"returned (?:mail|to sender)|failure notice|mail delivery failed",
    re.I,
)
"""What mail servers write above a returned letter; people write 发送失败 too, in the middle of a sentence."""
_BOUNCE_TEXT = re.compile(
    r"退回|退信|无法(?:送达|投递|传递)|未能(?:送达|投递)|不存在|拒收|投递失败|user unknown|mailbox (?:not found|unavailable|is full)|"
    r"could not be delivered|wasn'?t delivered|delivery (?:has )?failed|\b55\d[ -]",
    re.I,
)
"""Why it did not arrive: in words, or as the server's answer (RFC 5321, 550 to 559)."""
_AUTO_SUBJECT = re.compile(
    r"^\s*(?:(?:re|回复|答复|fw|fwd)\s*[:：]\s*)*(?:[\[【(（]\s*)?"
    r"(?:(?:外出|假期|休假|出差|不在办公室)?(?:时)?(?:的)?自动(?:回复|答复|应答)|(?:假期|休假|外出)(?:回复|答复)|auto\s*[:：]|"
    r"auto(?:matic)?[\s-]*(?:reply|response)|autoreply|out of (?:the )?office|已读[:：]|read[:：]|已读回执|阅读回执|read receipt)",
    re.I,
)
"""What clients put before the subject of what they answer by themselves; at its beginning only. Blanks can be matched in one way only:
two that may each take them need a time that grows with their square."""
_AUTO_TEXT = re.compile(
    r"这是来自.{0,12}邮箱的(?:假期)?自动回复邮件|^[^\S\n]*(?:本邮件为|此为|这是一封)?系统?自动(?:回复|答复|生成|发送)|"
    r"(?:本|此|该)邮件(?:为|是|由).{0,6}自动(?:回复|答复|生成|发送|发出)|(?:这是一封|此为|[(（【\[])(?:系统)?自动(?:回复|答复)|"
    r"automatically generated|auto(?:matic|mated)?[ -]?(?:reply|response)|"
    r"邮件收条|(?:邮件|信件).{0,30}(?:已被|已于.{0,30}被?).{0,12}阅读|your message.{0,200}was read",
    re.M | re.I,
)
"""A text that calls itself automatic, or tells that a letter was read."""
_AWAY = re.compile(
    r"(?:休假|年假|产假|病假|放假|出差|外出|外地|不在(?:办公室|单位|公司)|out of (?:the )?office|on (?:annual |sick )?leave|on vacation)"
    r"[\s\S]{0,60}(?:(?:不能|无法|未能|不便|不).{0,8}(?:回复|处理|查看|答复)|(?:后|尽快|再)[^。]{0,8}(?:回复|处理|答复|联系)|"
    r"limited access|when i return)",
    re.I,
)
"""Somebody is away and will answer later: an automatic reply, whatever it calls itself, where it says no more than that."""
_RECEIVED = re.compile(
    r"(?:邮件|来信|来件|信件|来函)[^。！!？?\n]{0,8}(?:收到|收悉)(?:[^？?\n]{0,30}(?:尽快|会|将|再)[^。\n]{0,10}(?:回复|处理|答复|联系|查阅|阅读)|"
    r"[\s\S]{0,30}(?:急事|紧急|要事))|(?:我|本人)已(?:经)?(?:离职|调离|退休)|(?:此|该|本)邮箱(?:地址)?(?:已|不再|停止)",
)
"""What mail clients offer as the text of an automatic reply, and what people who left put there; in an answer only."""
_REPLY_SUBJECT = re.compile(r"^\s*(?:re|回复|答复|回执|自动)\s*[:：]", re.I)
_SHORT = 200


@sign
def bounce_in_subject(asked: Asked) -> str | None:
    """The subject names returned mail anywhere. Speaks: 关于申报：退信通知. Silent: 申报材料."""
    return words(_BOUNCE_SUBJECT.search(asked.letter.subject))


@sign
def bounce_begins_subject(asked: Asked) -> str | None:
    """The subject begins as a returned letter's does. Speaks: 系统退信. Silent: 申报材料发送失败, which a person asks about."""
    return words(_BOUNCE_SUBJECT.match(asked.letter.subject.strip()))


@sign
def bounce_in_text(asked: Asked) -> str | None:
    """The text, quotes and all, tells that a letter did not arrive. Speaks: 您发送的邮件无法送达. Silent: 材料已送达."""
    return words(_BOUNCE_TEXT.search(asked.letter.text))


@sign
def automatic_subject(asked: Asked) -> str | None:
    """The subject begins as an automatic reply's or a read receipt's does. Speaks: 自动回复：受理回执. Silent: 关于自动回复的说明."""
    return words(_AUTO_SUBJECT.search(asked.letter.subject))


@sign
def automatic_text(asked: Asked) -> str | None:
    """The sender's own text calls itself automatic, or tells that a letter was read. Speaks: 本邮件由系统自动发出. Silent: the same words
    in the letter that it quotes."""
    return words(_AUTO_TEXT.search(asked.body))


@sign
def short_text(asked: Asked) -> str | None:
    """The sender's own text has at most 200 characters. Speaks: 我正在出差. Silent: a longer one, which says more than that."""
    return "" if len(asked.body.strip()) <= _SHORT else None


@sign
def away(asked: Asked) -> str | None:
    """Somebody is away and will answer later. Speaks: 我因公出差，期间不能及时回复邮件. Silent: 我下周出差，请将结果寄到单位."""
    return words(_AWAY.search(asked.body))


@sign
def answer_subject(asked: Asked) -> str | None:
    """The subject is an answer's. Speaks: 回复：受理回执. Silent: 受理回执."""
    return words(_REPLY_SUBJECT.match(asked.letter.subject))


@sign
def received_text(asked: Asked) -> str | None:
    """What clients offer as an automatic reply's text, and what people who left put there. Speaks: 来信已收到，我会尽快回复; 本人已离职.
    Silent: 收到，谢谢！"""
    return words(_RECEIVED.search(asked.body))
