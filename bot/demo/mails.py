"""The demo's mails: what a day's post holds, for all four notices, each with the date on which it came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from bot.samples import cast, notices
from bot.samples.layout import Box, Layout, Table
from bot.samples.letters import Mail, write_mail
from bot.samples.notices import CHINA
from bot.samples.package import Package, write_package
from bot.samples.paper import Stamp, write_scan

COUNT = 17


@dataclass(frozen=True, slots=True)
class DemoMail:
    """A mail to deliver: its name within its mailbox, to which mailbox, its bytes, when it was received, and in Chinese what it shows."""

    name: str
    address: str
    raw: bytes
    received: datetime
    shows: str


def demo_mails(seed: int = 2026) -> Iterator[DemoMail]:
    """`COUNT` mails in order of receipt within each mailbox; drawn anew, the same for the same seed."""
    rng = Random(seed)
    yield from _jiangsu(rng)
    yield from _municipal(rng)
    yield from _national(rng)
    yield from _construction(rng)


def _jiangsu(rng: Random) -> Iterator[DemoMail]:
    whole = notices.jsaq(rng)
    whole.decorate = _controls
    yield _package(whole, "complete", "材料齐全的企业申报", "foxmail", rng)

    lacking = notices.jsaq(rng)
    lacking.received += timedelta(minutes=20)
    experience = lacking.entries[0].pieces.pop("experience")
    yield _package(lacking, "experience-missing", "缺少典型经验", "qqweb", rng, message_id="lacking.1@mail.example.com")
    entry = replace(lacking.entries[0], pieces={"experience": experience})
    supplement = replace(
        lacking, entries=[entry], common={}, archive="", subject=f"回复：{lacking.subject}", received=lacking.received + timedelta(hours=4)
    )
    yield _package(supplement, "experience-supplied", "补交缺少的材料", "qqweb", rng, references=("lacking.1@mail.example.com",))

    faulty = notices.jsaq(rng)
    faulty.received += timedelta(days=1)
    faulty.entries[0].fields |= {
        "uscc": cast.broken_uscc(faulty.entries[0].fields["uscc"]),
        "title": "关于降低返工率的经验",
        "headcount": "",
    }
    pages = [(faulty.entries[0].layout(faulty.entries[0].fields), list[Stamp]())]
    faulty.entries[0].pieces["stamped"].make = lambda: write_scan(pages, rng=rng)
    yield _package(faulty, "several-defects", "多处问题：代码、名称、漏填、未盖章", "netease", rng)

    bundle = notices.jsaq(rng, teams=2, recommender=notices.ASSOCIATIONS["jsaq-2025"][0])
    bundle.received += timedelta(days=2)
    bundle.entries[0].fields |= {key: text for key, text in whole.entries[0].fields.items() if key != "recommender"}
    yield _package(bundle, "bundle-with-a-team-sent-before", "推荐单位打包两个班组，其一已由企业报送", "outlook", rng)

    whole.entries[0].fields |= {"headcount": "58", "leader": "魏立新"}
    whole.received += timedelta(days=3)
    whole.text = "您好：\n　　申报表有改动，请以这一份为准。"
    yield _package(whole, "changed-after-acceptance", "受理后未经确认又改材料", "foxmail", rng)

    late = notices.jsaq(rng)
    late.received = datetime(2025, 7, 1, 8, 12, tzinfo=CHINA)
    yield _package(late, "late", "过了截止日期", "iphone", rng)

    html = (
        '<div>老师好，材料较大，请下载。</div><div id="QQMailBigAttach"><div>从QQ邮箱发来的超大附件</div>'
        '<a href="https://wx.mail.qq.com/ftn/download?func=3&key=demo&code=demo">申报材料.zip</a> (96.3M, 2025年7月20日 10:00 到期)</div>'
    )
    yield _letter(rng, "申报材料", "老师好，材料较大，请下载。", 4, "link-for-a-file", "网盘链接代替附件", html=html)
    yield _letter(rng, "咨询", "老师您好，请问我们不是会员单位，材料应当交到哪里？截止日期是哪一天？", 5, "enquiry", "咨询")
    text = "这是来自QQ邮箱的假期自动回复邮件。\n您好，我最近正在休假中，无法亲自回复您的邮件。我将在假期结束后，尽快给您回复。"
    yield _letter(rng, "自动回复:Re: 受理通知", text, 6, "holiday-reply", "假期自动回复")


def _municipal(rng: Random) -> Iterator[DemoMail]:
    whole = notices.cmea(rng)
    yield _package(whole, "complete", "材料齐全的企业自荐", "iphone", rng)
    bundle = notices.cmea(rng, teams=2, recommender=notices.ASSOCIATIONS["cmea-2020"][0])
    bundle.received += timedelta(days=1)
    bundle.entries[1].fields["recommendation_reason"] = ""
    del bundle.entries[0].pieces["slides"]
    yield _package(bundle, "bundle-without-slides-or-reason", "省协会打包：一个缺PPT，一个缺推荐理由", "netease", rng)


def _national(rng: Random) -> Iterator[DemoMail]:
    yield _package(notices.caq(rng, recommender=notices.ASSOCIATIONS["caq-2020"][0]), "complete", "材料齐全的推荐", "qqweb", rng)
    short = notices.caq(rng, recommender=notices.ASSOCIATIONS["caq-2020"][1])
    short.received += timedelta(days=1)
    short.statistics["recommended_teams"] = "5"
    yield _package(short, "count-differs", "推荐数与申报数不符", "outlook", rng)
    alone = notices.caq(rng, teams=1, recommender="")
    alone.received += timedelta(days=2)
    yield _package(alone, "enterprise-itself", "企业自行报送，须经推荐单位", "foxmail", rng)


def _construction(rng: Random) -> Iterator[DemoMail]:
    yield _package(notices.cacem(rng, recommender=notices.ASSOCIATIONS["cacem-2024"][0]), "complete", "三份材料合成一个PDF", "raw8", rng)
    stranger = notices.cacem(rng, recommender=notices.ASSOCIATIONS["jsaq-2025"][2])
    stranger.received += timedelta(days=1)
    yield _package(stranger, "unlisted-recommender", "不在推荐单位名单内", "qqweb", rng)


def _package(
    package: Package, name: str, shows: str, style: str, rng: Random, *, message_id: str = "", references: tuple[str, ...] = ()
) -> DemoMail:
    raw = write_package(package, style=style, naming=rng.choice(("utf8", "gbk")), rng=rng, message_id=message_id, references=references)
    return DemoMail(name, package.mailbox, raw, package.received, shows)


def _letter(rng: Random, subject: str, text: str, days: int, name: str, shows: str, *, html: str = "") -> DemoMail:
    person = cast.person(rng)
    received = datetime(2025, 6, 12, 16, 30, tzinfo=CHINA) + timedelta(days=days)
    mail = Mail((person.name, person.email), "jsaqbanzu@126.com", subject, text, received, html=html)
    return DemoMail(name, mail.to, write_mail(mail, style="qqweb", rng=rng), received, shows)


def _controls(layout: Layout) -> Layout:
    """Values in content controls, as a form filled in Word's protected view has them."""
    return tuple(
        Table(tuple(tuple(_controlled(box) for box in row) for row in part.rows)) if isinstance(part, Table) else part for part in layout
    )


def _controlled(box: Box) -> Box:
    return replace(box, wrap="control") if box.value and box.text else box
