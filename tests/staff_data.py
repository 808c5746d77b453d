"""Invented cases for the staff's tests and benches: packages, applications, mails, files, findings, letters, history."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlmodel import Session

from bot.store.models import (
    Application,
    Document,
    Event,
    Finding,
    FolderState,
    Mail,
    MailboxState,
    MailState,
    Package,
    Reply,
    ReplyState,
)
from bot.store.staff.case import mails_of
from bot.store.store import Store

CITIES = ("南京", "苏州", "无锡", "常州", "镇江", "扬州", "泰州", "南通", "盐城", "淮安", "宿迁", "徐州", "连云港")
TRADES = ("燃气集团", "水务", "港务", "路桥工程", "市政建设", "电子科技", "热力", "排水管理", "建筑安装")
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", ("建国", "秀英", "伟", "芳", "欣怡", "俊杰", "春花", "彤")
METHODS, AIMS, ENDS = (
    ("客户之声", "看板管理", "防错法", "BIM技术", "故障树分析"),
    ("提升一次合格率", "降低管网漏损率", "减少投诉"),
    ("经验", "实践", "探索"),
)
DAY = datetime(2025, 6, 20, 0, 30, tzinfo=UTC)
"""08:30 of 2025-06-20 in Shanghai: the digest's hour of the day that the data is laid around."""


class Maker:
    """Fills a store. Everything is drawn from one seed; `session` is an open transaction."""

    def __init__(self, session: Session, store: Store, seed: int = 1) -> None:
        self.session = session
        self.store = store
        self.random = random.Random(seed)
        self.count = 0

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def person(self) -> str:
        return self.random.choice(SURNAMES) + self.random.choice(GIVEN)

    def mail(self, *, at: datetime, subject: str, sender: str, **values: Any) -> Mail:
        number = self.random.random()
        head = f"From: {sender}\r\nSubject: =?utf-8?Q?x?=\r\nMessage-ID: <{number}@example.cn>\r\n\r\n"
        raw = f"{head}您好，材料见附件。\r\n".encode()
        defaults = {
            "mailbox": "jsaq",
            "sha256": self.store.blobs.put(raw),
            "size": len(raw),
            "message_id": f"{self.random.random()}@example.cn",
            "received_at": at,
            "stored_at": at,
            "settled_at": at + timedelta(seconds=40),
            "state": MailState.SETTLED,
            "from_address": sender,
            "from_name": "",
            "subject": subject,
            "programme": "jsaq-2025",
            "kind": "submission",
            "channel": "enterprise",
        }
        return self.add(Mail(**{**defaults, **values}))  # type: ignore[no-any-return]

    def case(
        self,
        decision: str,
        *,
        at: datetime,
        programme: str = "jsaq-2025",
        prefix: str = "JSAQ2025",
        organisation: str = "",
        team: str = "",
        title: str = "",
        channel: str = "enterprise",
        recommender: str = "",
        findings: tuple[tuple[Any, ...], ...] = (),
        **fields: str,
    ) -> Application:
        """One case with its package, mail, two files, findings (code, severity, message, facts) and answer."""
        self.count += 1
        organisation = organisation or f"{self.random.choice(CITIES)}{self.random.choice(TRADES)}有限公司"
        team = team or f"第{self.random.choice('一二三四五六七八九')}检修班"
        title = title or f"运用{self.random.choice(METHODS)}{self.random.choice(AIMS)}的{self.random.choice(ENDS)}"
        sender = f"shenbao{self.count:03d}@example.cn"
        reference = f"{prefix}-{self.count:04d}"
        package = self.add(
            Package(
                programme=programme,
                channel=channel,
                sender_address=sender,
                sender_name=organisation,
                recommender=recommender,
                recommender_key=recommender,
                opened_at=at,
                decision=decision,
            )
        )
        mail = self.mail(
            at=at,
            subject=f"申报材料：{organisation}{team}",
            sender=sender,
            programme=programme,
            decision=decision,
            package_id=package.id,
            from_name=organisation,
            channel=channel,
        )
        values = {
            "organisation": organisation,
            "team": team,
            "title": title,
            "contact": self.person(),
            "contact_mobile": f"138{self.random.randrange(10**8):08d}",
            "leader": self.person(),
            "headcount": "12",
            "postcode": "210000",
            "address": "江苏省南京市建邺区江东中路1号",
            "satisfaction_rate": "98.5",
            "accidents": "0",
            **fields,
        }
        application = self.add(
            Application(
                package_id=package.id,
                programme=programme,
                reference=reference,
                channel=channel,
                organisation=organisation,
                team=team,
                title=title,
                organisation_key=organisation,
                team_key=team,
                title_key=title,
                opened_at=at,
                updated_at=at,
                decision=decision,
                accepted_at=at if decision == "accepted" else None,
                fields=values,
            )
        )
        self.files(mail, package, application)
        for code, severity, message, *facts in findings:
            stated = facts[0] if facts else {}
            self.add(Finding(mail_id=mail.id, application_id=application.id, code=code, severity=severity, message=message, facts=stated))
        self.reply(mail, package.id, f"【{decision}】[{reference}] {organisation}")
        self.add(
            Event(
                at=at,
                actor="system",
                action="judged",
                programme=programme,
                mail_id=mail.id,
                package_id=package.id,
                application_id=application.id,
                details={"decision": decision},
            )
        )
        return application  # type: ignore[no-any-return]

    def files(self, mail: Mail, package: Package, application: Application) -> None:
        form, picture = self.store.blobs.put(b"PK\x03\x04 form " + application.reference.encode()), self.store.blobs.put(page_picture())
        fields = dict(application.fields)
        self.add(
            Document(
                mail_id=mail.id,
                package_id=package.id,
                application_id=application.id,
                path="申报材料.zip/附件2 申报表.docx",
                sha256=form,
                size=20480,
                format="docx",
                kind="application_form",
                copy_kind="editable",
                facts={"fields": fields},
            )
        )
        self.add(
            Document(
                mail_id=mail.id,
                package_id=package.id,
                application_id=application.id,
                path="申报材料.zip/附件2 申报表（盖章）.png",
                sha256=picture,
                size=len(page_picture()),
                format="png",
                kind="application_form",
                copy_kind="stamped",
                facts={
                    "fields": {**fields, "team": fields["team"].replace("班", "组")},
                    "scanned": True,
                    "seal": {"present": True, "texts": [fields["organisation"]], "confidences": [0.97], "certain": True},
                },
            )
        )

    def reply(self, mail: Mail, package_id: int | None, subject: str, **values: Any) -> Reply:
        defaults = {
            "mail_id": mail.id,
            "package_id": package_id,
            "mailbox": mail.mailbox,
            "recipient": mail.from_address,
            "subject": subject,
            "text": "您好：\n\n贵单位的申报材料已收到。\n",
            "message_id": f"reply{self.random.random()}@shenbao",
            "raw_sha256": mail.sha256,
            "state": ReplyState.SENT,
            "queued_at": mail.received_at,
            "sent_at": mail.received_at + timedelta(minutes=1),
            "last_answer": "250 OK",
        }
        return self.add(Reply(**{**defaults, **values}))  # type: ignore[no-any-return]


@cache
def page_picture() -> bytes:
    """A page of a scan as PNG: 210 x 297 mm at 50 dpi with lines like a form's and a red ring."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (413, 585), "white")
    draw = ImageDraw.Draw(image)
    for top in range(80, 400, 32):
        draw.rectangle((40, top, 373, top + 32), outline="black")
    draw.ellipse((240, 380, 330, 470), outline="red", width=4)
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def fill(store: Store, now: datetime = DAY) -> None:
    """A day in June at the association: something of everything that staff must see."""
    with store.transaction() as session:
        make = Maker(session, store)
        hour, day = timedelta(hours=1), timedelta(days=1)
        for n in range(14):
            make.case("accepted", at=now - (n % 7) * day - 3 * hour)
        make.case(
            "incomplete",
            at=now - 9 * day,
            organisation="南京燃气集团有限公司",
            team="一号检修班",
            findings=(("missing-document", "error", "缺少典型经验（Word版）。"), ("missing-field", "error", "申报表中“邮编”未填写。")),
        )
        make.case("incomplete", at=now - 2 * hour, findings=(("seal-missing", "error", "盖章版申报表未见公章。"),))
        make.case("rejected", at=now - 5 * hour, findings=(("ineligible", "reject", "申报表填写的质量、安全事故数为1。"),))
        make.case("held", at=now - 4 * hour, findings=(("seal-mismatch", "review", "公章文字与申报组织名称不一致。"),))
        first = make.case(
            "accepted",
            at=now - 6 * day,
            organisation="连云港东方水务有限公司",
            team="东区质检组",
            title="推行客户之声提升焊缝一次合格率的探索",
        )
        make.case(
            "held",
            at=now - hour,
            organisation="连云港东方水务有限公司",
            team="东区质检组",
            title="推行客户之声提升焊缝合格率的探索",
            channel="recommender",
            recommender="连云港市质量协会",
            findings=(("duplicate-channel", "review", "疑似与其他渠道报送的同一经验重复。", {"reference": first.reference}),),
        )
        make.case(
            "held", at=now - 3 * hour, findings=(("resubmission-needs-confirmation", "review", "受理后又收到修改稿，须经现场部确认。"),)
        )
        make.case("held", at=now - 3 * hour, findings=(("unsafe-document", "review", "附件“申报表.docm”含有宏，未予打开。"),))
        linked = make.case("incomplete", at=now - 7 * hour, findings=(("linked-attachment", "error", "材料以超大附件链接发送。"),))
        link = {
            "name": "申报材料.zip",
            "provider": "qq",
            "expires": (now + 5 * day).isoformat(),
            "url": "https://wx.mail.qq.com/ftn/download?k=1",
        }
        (mail,) = mails_of(session, linked.package_id)
        mail.details = {"links": [link]}
        enquiry = make.mail(
            at=now - 2 * hour,
            subject="请问会员单位能否直接报送？",
            sender="lihua@example.cn",
            kind="enquiry",
            decision="held",
            channel=None,
        )
        make.reply(enquiry, None, "关于申报的答复")
        ambiguous = make.mail(at=now - 8 * hour, subject="申报材料", sender="wangwei@example.cn", decision="incomplete")
        make.reply(
            ambiguous,
            None,
            "【补正通知】申报材料",
            state=ReplyState.AMBIGUOUS,
            sent_at=None,
            last_answer="connection lost after the final dot",
        )
        failed = make.mail(at=now - 9 * hour, subject="材料报送", sender="nobody@example.cn", decision="accepted")
        make.reply(failed, None, "【受理通知】", state=ReplyState.FAILED, sent_at=None, last_answer="550 mailbox not found")
        make.mail(
            at=now - 10 * hour,
            subject="无法处理的邮件",
            sender="odd@example.cn",
            state=MailState.SET_ASIDE,
            attempts=2,
            last_error="the parser died twice",
            settled_at=None,
            kind=None,
            decision=None,
        )
        make.mail(at=now - 11 * hour, subject="不明来信", sender="stranger@example.cn", kind="other", decision="held")
        make.mail(at=now - 3 * hour, subject="没有答复的申报", sender="list-member@example.cn", decision="accepted")
        make.add(MailboxState(name="jsaq", last_contact=now - timedelta(minutes=2)))
        make.add(MailboxState(name="cmea", last_contact=now - 2 * day, last_error="535 authentication failed", stopped=True))
        make.add(FolderState(mailbox="jsaq", folder="INBOX", uidvalidity=1, reconciled_at=now - 5 * hour))
