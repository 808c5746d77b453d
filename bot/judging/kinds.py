"""What a letter is (submission, enquiry, bounce ...) and whether it may be answered at all.

Sources: RFC 3834 (automatic responses), RFC 2369/2919 (List-*), RFC 3464 (delivery reports), and what QQ and NetEase
mail really send.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from bot.judging.evidence import Explanation
from parsers.values import Attachment, Letter

OUR_MARKER = "shenbao"
"""The X-Loop value of our own letters (bot.post.freezing sets it)."""


class Kind(StrEnum):
    """The contract's kinds of mail."""

    SUBMISSION = "submission"
    SUPPLEMENT = "supplement"
    ENQUIRY = "enquiry"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    LIST = "list"
    OWN = "own"
    OTHER = "other"


IGNORED = frozenset({Kind.BOUNCE, Kind.AUTO_REPLY, Kind.LIST, Kind.OWN})


@dataclass(frozen=True, slots=True)
class Nature:
    """What the headers and the text alone tell. `kind` is None where it depends on the material.
    `silent`: why this sender must not be answered, "" where it may."""

    kind: Kind | None
    silent: str = ""
    why: tuple[Explanation, ...] = ()


_BOUNCE_SENDER = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon|mailerdaemon|microsoftexchange[0-9a-f]{20,})@", re.I)
_NO_REPLY = re.compile(r"^(?:no-?_?reply|do-?not-?reply|donotreply|noreply)", re.I)
_BOUNCE_SUBJECT = re.compile(
    r"系统退信|退信(?:通知|提醒|[:：/])|来自.{0,40}退信|(?:您的|你的)?邮件(?:已?被)?退回|投递失败|无法投递|发送失败|未送达|"
    r"undeliver|delivery (?:status notification|failure|has failed)|"
    r"returned (?:mail|to sender)|failure notice|mail delivery failed",
    re.I,
)
_BOUNCE_TEXT = re.compile(
    r"退回|退信|无法(?:送达|投递|传递)|未能(?:送达|投递)|不存在|拒收|投递失败|user unknown|mailbox (?:not found|unavailable|is full)|"
    r"could not be delivered|wasn'?t delivered|delivery (?:has )?failed|\b55\d[ -]",
    re.I,
)
_AUTO_SUBJECT = re.compile(
    r"^\s*(?:(?:re|回复|答复|fw|fwd)\s*[:：]\s*)*[\[【(（]?\s*"
    r"(?:(?:外出|假期|休假|出差|不在办公室)?(?:时)?(?:的)?自动(?:回复|答复|应答)|(?:假期|休假|外出)(?:回复|答复)|auto\s*[:：]|"
    r"auto(?:matic)?[\s-]*(?:reply|response)|autoreply|out of (?:the )?office|已读[:：]|read[:：]|已读回执|阅读回执|read receipt)",
    re.I,
)
_AUTO_TEXT = re.compile(
    r"这是来自.{0,12}邮箱的(?:假期)?自动回复邮件|^[^\S\n]*(?:本邮件为|此为|这是一封)?系统?自动(?:回复|答复|生成|发送)|"
    r"(?:本|此|该)邮件(?:为|是|由).{0,6}自动(?:回复|答复|生成|发送|发出)|(?:这是一封|此为|[(（【\[])(?:系统)?自动(?:回复|答复)|"
    r"automatically generated|auto(?:matic|mated)?[ -]?(?:reply|response)|"
    r"邮件收条|(?:邮件|信件).{0,30}(?:已被|已于.{0,30}被?).{0,12}阅读|your message.{0,200}was read",
    re.M | re.I,
)
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
_LOGO = 50_000


def find_nature(letter: Letter, own_addresses: Collection[str]) -> Nature:
    """What the letter is by its headers, sender and standing phrases, before its material is looked at."""
    sender = letter.sender.address if letter.sender else ""
    subject = letter.subject
    auto = (letter.header("auto-submitted") or "").split(";")[0].strip().lower()
    precedence = (letter.header("precedence") or "").strip().lower()
    return_path = letter.header("return-path")
    if (letter.header("x-loop") or "").strip() == OUR_MARKER or sender in own_addresses:
        return Nature(Kind.OWN, "our own mail")
    report = "multipart/report" in letter.content_type.lower() or (letter.header("content-type") or "").lower().startswith(
        "multipart/report"
    )
    if report and "disposition-notification" in (letter.header("content-type") or "").lower():
        return Nature(Kind.AUTO_REPLY, "read receipt")
    if (
        report
        or _BOUNCE_SENDER.match(sender)
        or (return_path is not None and return_path.strip() == "<>" and _BOUNCE_SUBJECT.search(subject))
    ):
        return Nature(Kind.BOUNCE, "delivery report")
    if letter.header("x-failed-recipients"):
        return Nature(Kind.BOUNCE, "delivery report")
    files = any(not attachment.inline and not _is_decoration(attachment) for attachment in letter.attachments)
    if not files and _BOUNCE_SUBJECT.match(subject.strip()) and _BOUNCE_TEXT.search(letter.text):
        return Nature(Kind.BOUNCE, "delivery report")
    if any(name.startswith("list-") for name, _ in letter.headers) or precedence in ("bulk", "list"):
        return Nature(Kind.LIST, "mailing list")
    vacation = any(letter.header(name) for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply"))
    bare = not files and not letter.links
    says_so = bare and (_AUTO_SUBJECT.search(subject) or _AUTO_TEXT.search(own_text(letter.text)) or _away(letter))
    if auto not in ("", "no") or vacation or says_so:
        return Nature(Kind.AUTO_REPLY, "automatic reply")
    return Nature(None, _why_silent(letter, sender, precedence, return_path, own_addresses))


def _is_decoration(attachment: Attachment) -> bool:
    """A small picture: the logo of a signature that a client attached instead of showing it."""
    picture = attachment.content_type.startswith("image/") or attachment.name.lower().endswith((".png", ".jpg", ".jpeg", ".gif"))
    return picture and len(attachment.data) < _LOGO


def _away(letter: Letter) -> bool:
    text = own_text(letter.text).strip()
    if len(text) > _SHORT or asks(letter):
        return False
    received = _REPLY_SUBJECT.match(letter.subject) and _RECEIVED.search(text) and not _PROMISE.search(text)
    return bool(_AWAY.search(text) or received)


def _why_silent(letter: Letter, sender: str, precedence: str, return_path: str | None, own: Collection[str]) -> str:
    if not sender or "@" not in sender:
        return "no sender address"
    if _NO_REPLY.match(sender):
        return "a no-reply address"
    if precedence == "junk":
        return "Precedence: junk"
    if return_path is not None and return_path.strip() == "<>":
        return "empty Return-Path"
    suppress = {part.strip().lower() for part in (letter.header("x-auto-response-suppress") or "").split(",")}
    if suppress & {"all", "autoreply"}:
        return "X-Auto-Response-Suppress"
    if own and not any(address.address in own for address in letter.to + letter.cc):
        return "our address in neither To nor Cc"
    return ""


_QUESTION = re.compile(
    r"[?？]|请问|(?<!欢迎)(?<!来电)咨询(?!电话|热线|微信|服务|公司|报名)|请教|求助|想问|询问|如何|怎么|怎样|是否|能否|可否|可不可以|能不能|"
    r"可以.{0,30}吗|吗[。！!，,]?|有没有|什么时候|哪里|哪些|多少|妥否|当否|"
    r"\b(?:could|can|may|would) (?:you|we|i|our)\b|\bwould like to (?:know|ask|enquire|inquire)|\bplease (?:advise|tell|inform)|"
    r"\bplease let (?:me|us) know|\bwhether\b|\b(?:enquir|inquir)|\bhow (?:to|can|do)\b|\bwhen (?:is|will)\b",
    re.I,
)
_REQUEST = re.compile(
    r"(?:想|希望)[^。，,]{0,6}了解|[请望][^。，,]{0,8}(?:告知|指导|解答|明示|赐教|协助|帮忙|帮助|批准|批示|核实|核查|提供|查询)|"
    r"[盼请望](?:尽快)?(?:回复|答复|复函)|需要什么|(?:麻烦|劳烦|烦请|能|请|求)[^。]{0,24}(?:发一份|发一下|发我|发给我|发到我|重新发|再发|"
    r"发送?[至到](?:本|我|此|以下))|(?:打|登录|登|进|下载|上传|提交)不(?:开|了|上|到|进去?|下来)|无法(?:登录|下载|上传|提交|打开)|找不到|"
    r"忘记[^。，,]{0,8}(?:密码|卡号)|申请(?:延期|延长|推迟|增加|补报)"
)
_COURTESY = re.compile(
    r"(?<!没有)(?<!未)(?:收到|收悉)(?:后|之后)?[，, ]?(?:敬|烦|望)?请?(?:尽快|及时)?(?:回复|告知|确认|回执)[^。！!\n]*|"
    r"(?:如|若|如果|假如|倘)?(?:还)?有(?:任何|什么|其他)?(?:问题|疑问|不妥|不足|不当|需要|缺漏|遗漏|不清楚|要求)[^。！!\n]*|"
    r"(?:if you have|should you have|in case of) any [^.!\n]*|\bplease (?:kindly )?(?:confirm|acknowledge)[^.!\n]*|"
    r"(?:please )?(?:do not|don't|feel free)[^.!\n]*|\blet (?:me|us) know if [^.!\n]*",
    re.I,
)
"""如有问题请告知 and 收到请回复 ask nothing."""
_RECEIPT = re.compile(r"(?:请问|麻烦|不知)?[^。，,！!\n]{0,6}(?:是否|有没有|能否)?(?:已经?)?收到(?:没有|了没|了?吗|否)?[？?]")
"""是否收到？ beside 请查收 asks no more than that it be received."""
_MATERIAL = re.compile(
    r"申报材料|推荐材料|申报表|附件|请查收|查收|现将|报送|补充材料|补交|补充|已修改|材料发送|发给您|见附|"
    r"\b(?:attached|enclosed|attachments?)\b",
    re.I,
)
_SENT = re.compile(
    r"查收|现将|特此报送|补交|已修改|发给您|见附|附件[是为]|find (?:the )?(?:attached|enclosed)|\b(?:is|are) (?:attached|enclosed)", re.I
)
_PROMISE = re.compile(
    r"(?:尽快|马上|立即|立刻|稍后|随后|明[天日]|后天|近[日期]|下周|将于|会在|抓紧)[^。！!\n]{0,12}(?:补|改|完善|报送|发送|提交|重新)"
)
"""我们尽快补充 brings nothing yet."""
_ADVERTISEMENT = re.compile(r"代开.{0,10}发?票|代办|包过|量大从优|欢迎(?:来电|垂询|咨询|选购|加盟|订购)|退订")
_WITHDRAWAL = re.compile(r"撤回|撤销|取消申报|放弃申报|退出申报|不再申报|作废")
_TOPIC = re.compile(r"申报|班组|推荐|典型经验|信得过|评审|材料|统计表|汇总表|总结|申请|成果")


def kind_without_files(letter: Letter) -> Kind:
    """What a letter that brings no file and no link is: a question, a submission whose files were forgotten, or neither."""
    body = own_text(letter.text)
    sent = _SENT.search(body)
    if advertises(letter):
        return Kind.OTHER
    if _asks(_RECEIPT.sub("", body) if sent else body) or (_QUESTION.search(letter.subject) and not sent):
        return Kind.ENQUIRY
    if _WITHDRAWAL.search(body) or (_PROMISE.search(body) and not sent):
        return Kind.OTHER
    if _MATERIAL.search(body) or re.search(r"申报|推荐材料|补充", letter.subject):
        return Kind.SUBMISSION
    return Kind.OTHER


def speaks_of_it(letter: Letter, names: Collection[str]) -> bool:
    """Whether the subject, the text or the file names speak of such a programme at all."""
    return bool(_TOPIC.search(" ".join((letter.subject, own_text(letter.text), *names))))


def advertises(letter: Letter) -> bool:
    """Whether the letter offers something for sale."""
    return bool(_ADVERTISEMENT.search(own_text(letter.text)))


def asks(letter: Letter) -> bool:
    """Whether the letter's own text asks something."""
    return _asks(own_text(letter.text))


def _asks(text: str) -> bool:
    text = _COURTESY.sub("", text)
    return bool(_QUESTION.search(text) or (_REQUEST.search(text) and not _SENT.search(text)))


_QUOTE = re.compile(
    r"^[^\S\n]*(?:-{2,}\s*(?:原始邮件|Original Message|转发邮件信息|转发的邮件|回复的原邮件|Forwarded message|原邮件)|"
    r"_{10,}|(?:On|At) .{5,80} wrote:|在\s?\d{4}[-年].{3,80}(?:写道|wrote)[:：]|发件人[:：]|From:\s|>)",
    re.I | re.M,
)


def own_text(text: str) -> str:
    """The text above the first quoted letter: what this sender wrote now."""
    found = _QUOTE.search(text)
    return text[: found.start()] if found else text
