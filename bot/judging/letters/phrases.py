"""The signs in what a person says: asks, sends, promises, withdraws, offers for sale."""

from __future__ import annotations

import re

from bot.judging.letters.sign import Asked, sign, words

_QUESTION = re.compile(
    r"[?？]|请问|(?<!欢迎)(?<!来电)咨询(?!电话|热线|微信|服务|公司|报名)|请教|求助|想问|询问|如何|怎么|怎样|是否|能否|可否|可不可以|能不能|"
    r"可以.{0,30}吗|吗[。！!，,]?|有没有|什么时候|哪里|哪些|多少|妥否|当否|"
    r"\b(?:could|can|may|would) (?:you|we|i|our)\b|\bwould like to (?:know|ask|enquire|inquire)|\bplease (?:advise|tell|inform)|"
    r"\bplease let (?:me|us) know|\bwhether\b|\b(?:enquir|inquir)|\bhow (?:to|can|do)\b|\bwhen (?:is|will)\b",
    re.I,
)
"""A question by its words or its mark."""
_REQUEST = re.compile(
    r"(?:想|希望)[^。，,]{0,6}了解|[请望][^。，,]{0,8}(?:告知|指导|解答|明示|赐教|协助|帮忙|帮助|批准|批示|核实|核查|提供|查询)|"
    r"[盼请望](?:尽快)?(?:回复|答复|复函)|需要什么|(?:麻烦|劳烦|烦请|能|请|求)[^。]{0,24}(?:发一份|发一下|发我|发给我|发到我|重新发|再发|"
    r"发送?[至到](?:本|我|此|以下))|(?:打|登录|登|进|下载|上传|提交)不(?:开|了|上|到|进去?|下来)|无法(?:登录|下载|上传|提交|打开)|找不到|"
    r"忘记[^。，,]{0,8}(?:密码|卡号)|申请(?:延期|延长|推迟|增加|补报)"
)
"""Something is wanted of us, without a question's words."""
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
"""Material is spoken of, whether it came along or was forgotten."""
_MATERIAL_SUBJECT = re.compile(r"申报|推荐材料|补充")
_SENT = re.compile(
    r"查收|现将|特此报送|补交|已修改|发给您|见附|附件[是为]|find (?:the )?(?:attached|enclosed)|\b(?:is|are) (?:attached|enclosed)", re.I
)
"""Something is handed over with this letter."""
_PROMISE = re.compile(
    r"(?:尽快|马上|立即|立刻|稍后|随后|明[天日]|后天|近[日期]|下周|将于|会在|抓紧)[^。！!\n]{0,12}(?:补|改|完善|报送|发送|提交|重新)"
)
"""我们尽快补充 brings nothing yet."""
_ADVERTISEMENT = re.compile(r"代开.{0,10}发?票|代办|包过|量大从优|欢迎(?:来电|垂询|咨询|选购|加盟|订购)|退订")
_WITHDRAWAL = re.compile(r"撤回|撤销|取消申报|放弃申报|退出申报|不再申报|作废")
_TOPIC = re.compile(r"申报|班组|推荐|典型经验|信得过|评审|材料|统计表|汇总表|总结|申请|成果")
"""Words of any such programme."""


@sign
def asks(asked: Asked) -> str | None:
    """A question or a request, courtesies aside. Speaks: 请问什么时候截止. Silent: 收到请回复，如有问题请告知."""
    return _asked_in(asked.body)


@sign
def asks_beyond_receipt(asked: Asked) -> str | None:
    """A question or a request, where 是否收到？ counts for nothing if something is handed over. Speaks: 请查收，另问何时公布？ Silent:
    请查收，是否收到？"""
    return _asked_in(_RECEIPT.sub("", asked.body) if _SENT.search(asked.body) else asked.body)


def _asked_in(text: str) -> str | None:
    text = _COURTESY.sub("", text)
    question = _QUESTION.search(text)
    if question is None and not _SENT.search(text):
        return words(_REQUEST.search(text))
    return words(question)


@sign
def subject_asks(asked: Asked) -> str | None:
    """The subject is a question. Speaks: 请问截止时间. Silent: 索要附件, a request."""
    return words(_QUESTION.search(asked.letter.subject))


@sign
def hands_over(asked: Asked) -> str | None:
    """Something is handed over with this letter. Speaks: 请查收. Silent: 我们尽快补充材料."""
    return words(_SENT.search(asked.body))


@sign
def promises(asked: Asked) -> str | None:
    """Something is to come later: this letter brings nothing yet. Speaks: 我们尽快补充材料. Silent: 已补充材料."""
    return words(_PROMISE.search(asked.body))


@sign
def withdraws(asked: Asked) -> str | None:
    """An entry is taken back. Speaks: 我单位决定撤回申报. Silent: 我单位决定申报."""
    return words(_WITHDRAWAL.search(asked.body))


@sign
def advertises(asked: Asked) -> str | None:
    """Something is offered for sale. Speaks: 代开各类增值税发票. Silent: 发票请寄到以下地址."""
    return words(_ADVERTISEMENT.search(asked.body))


@sign
def names_material(asked: Asked) -> str | None:
    """The text speaks of material, which may have been forgotten. Speaks: 申报材料见附件. Silent: 祝端午安康."""
    return words(_MATERIAL.search(asked.body))


@sign
def subject_names_material(asked: Asked) -> str | None:
    """The subject speaks of an entry. Speaks: 典型经验申报. Silent: 端午安康."""
    return words(_MATERIAL_SUBJECT.search(asked.letter.subject))


@sign
def speaks_of_programme(asked: Asked) -> str | None:
    """The subject, the text or a file's name has a word of such programmes. Speaks: 班组总结.pdf. Silent: 报价单.pdf."""
    return words(_TOPIC.search(" ".join((asked.letter.subject, asked.body, *(d.path for d in asked.documents)))))
