"""A small world for tests of cases over time: mails whose facts are given, judged and kept by the real core and store."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import select

from bot.config import Mailbox
from bot.facts import Copy, DocumentFacts, SealFacts, SectionFacts
from bot.intake.intake import Intake, Read
from bot.judging.fingerprint import find_fingerprint
from bot.judging.letters.nature import Nature
from bot.judging.outcome import Outcome
from bot.judging.papers.material import Material
from bot.judging.read import ReadMail
from bot.programme.load import load_programmes
from bot.store import models
from bot.store.outcomes import save_outcome
from bot.store.store import Store
from parsers.reader import DirectReader
from parsers.values import Address, Letter

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2025, 6, 10, 9, 0, tzinfo=SHANGHAI)

ENTRY: Mapping[str, str] = {
    "organisation": "南京甲乙水务有限公司",
    "team": "第一化验班",
    "title": "运用看板管理减少投诉的经验",
    "uscc": "91320100MA1P0XYZ1B",
    "organisation_type": "国有企业",
    "industry": "水利",
    "organisation_size": "大型",
    "is_central_soe": "否",
    "address": "江苏省南京市一号",
    "postcode": "210000",
    "department": "质量部",
    "contact": "王一",
    "contact_mobile": "13900000001",
    "telephone": "025-80000000",
    "leader": "李二",
    "headcount": "20",
    "satisfaction_rate": "98",
    "pass_rate": "99",
    "assessment_pass_rate": "100",
    "improvement_participation_rate": "95",
    "quality_cost": "5",
    "training_attendance": "100",
    "complaints": "0",
    "accidents": "0",
}


def valid_code(number: int) -> str:
    """A credit code with the right check character (GB 32100), made from a number."""
    from stdnum.cn import uscc

    base = f"91320100{number:09d}"
    return base + uscc.calc_check_digit(base)


def entry(number: int = 1, **changes: str) -> dict[str, str]:
    """A complete entry to jsaq-2025; `number` makes its organisation and title."""
    names = {
        "organisation": f"南京{_LETTERS[number % 10]}{_LETTERS[number // 10 % 10]}水务有限公司",
        "title": f"运用{_METHODS[number % 10]}减少投诉的经验",
        "uscc": valid_code(number),
        "contact_mobile": f"139{number:08d}",
    }
    return {**ENTRY, **names, **changes}


_LETTERS = "甲乙丙丁戊己庚辛壬癸"
_METHODS = ("看板管理", "防错法", "价值流图", "客户之声", "故障树", "精益生产", "六西格玛", "目视管理", "标准作业", "质量屋")


def document(kind: str, copy: Copy, fields: Mapping[str, str], *, name: str = "", version: int = 1, text: str = "") -> DocumentFacts:
    """One readable document of an entry; `version` makes other bytes of it."""
    form = kind == "application_form"
    names = {key: fields[key] for key in ("organisation", "team", "title") if key in fields}
    suffix = {"summary_sheet": "xlsx"}.get(kind, "docx" if copy is Copy.EDITABLE else "pdf")
    path = name or f"{fields.get('organisation', '')}/{kind}-{copy}.{suffix}"
    digest = hashlib.sha256(f"{path}{sorted(fields.items())}{version}{kind}{copy}".encode()).hexdigest()
    sections = tuple(SectionFacts(key, 300) for key in ("班组概况", "实施背景", "实施过程", "实施效果")) if kind == "experience" else ()
    return DocumentFacts(
        path=path,
        sha256=digest,
        size=1000,
        format=suffix,
        kind=kind,
        copy=copy,
        fields=dict(fields) if form else names if kind == "experience" else {},
        title=fields.get("title", "") if kind == "experience" else "",
        sections=sections,
        characters=1500,
        rows=(names,) if kind == "summary_sheet" else (),
        seal=SealFacts(True, (fields.get("organisation", ""),), (0.95,)) if copy is Copy.STAMPED else None,
        year=2025 if form else 0,
        scanned=copy is Copy.STAMPED,
        fingerprint=find_fingerprint(text) if text else (),
    )


def whole(fields: Mapping[str, str], *, version: int = 1, text: str = "") -> list[DocumentFacts]:
    """Everything that an enterprise must send for one entry."""
    return [
        document("application_form", Copy.EDITABLE, fields, version=version),
        document("application_form", Copy.STAMPED, fields, version=version),
        document("experience", Copy.EDITABLE, fields, version=version, text=text),
        document("summary_sheet", Copy.EDITABLE, fields, version=version),
    ]


def bundle(entries: Sequence[Mapping[str, str]], recommender: str, *, version: int = 1) -> list[DocumentFacts]:
    """Everything that a recommender must send for several entries."""
    documents = [
        d for fields in entries for d in whole({**fields, "recommender": recommender}, version=version) if d.kind != "summary_sheet"
    ]
    own = {"organisation": recommender}
    for kind, copy in (
        ("summary_sheet", Copy.EDITABLE),
        ("summary_sheet", Copy.STAMPED),
        ("statistics_form", Copy.EDITABLE),
        ("statistics_form", Copy.STAMPED),
        ("work_summary", Copy.EDITABLE),
    ):
        facts = document(kind, copy, own, name=f"{kind}-{copy}-{version}")
        rows = tuple({k: e[k] for k in ("organisation", "team", "title") if k in e} for e in entries) if kind == "summary_sheet" else ()
        statistics = {"recommended_teams": str(len(entries))} if kind == "statistics_form" else {}
        from dataclasses import replace

        documents.append(replace(facts, rows=rows, statistics=statistics, fields={"recommender": recommender}))
    return documents


class World:
    """A fresh store and the core over it."""

    def __init__(self, programme: str = "jsaq-2025", store: Store | None = None, mailboxes: Mapping[str, Mailbox] | None = None) -> None:
        self.programmes = load_programmes()
        self.programme = self.programmes[programme]
        self.store = store or Store.temporary()
        self.intake = Intake(self.store, self.programmes, mailboxes or {}, DirectReader())
        self._numbers = itertools.count(1)

    def read(
        self,
        sender: str,
        documents: Sequence[DocumentFacts] = (),
        *,
        after: timedelta = timedelta(0),
        subject: str = "申报材料",
        text: str = "请查收。",
        message_id: str = "",
        in_reply_to: Sequence[str] = (),
        references: Sequence[str] = (),
        name: str = "",
        archive: bool = True,
    ) -> ReadMail:
        """A mail that was read, with these documents in one archive."""
        letter = Letter(
            message_id=message_id or f"{next(self._numbers)}@test",
            subject=subject,
            sender=Address(name, sender),
            reply_to=(),
            to=(Address("", self.programme.mailbox),),
            cc=(),
            date=START + after,
            received_at=START + after,
            in_reply_to=tuple(in_reply_to),
            references=tuple(references),
            headers=(),
            content_type="multipart/mixed",
            text=text,
            html="",
            attachments=(),
            links=(),
        )
        from dataclasses import replace

        placed = tuple(replace(d, path=f"材料.zip/{d.path}") for d in documents) if archive else tuple(documents)
        return ReadMail(
            letter, self.programme.id, Nature(None), Material(placed, (("材料.zip", "zip"),) if archive and documents else (), ())
        )

    def keep(self, read: ReadMail) -> int:
        """Store a mail, not yet judged; its id."""
        assert read.letter.received_at
        assert read.letter.sender
        with self.store.transaction() as session:
            mail = models.Mail(
                mailbox="m",
                sha256="",
                size=1,
                message_id=read.letter.message_id,
                received_at=read.letter.received_at,
                stored_at=read.letter.received_at,
                settled_at=None,
                from_address=read.letter.sender.address,
                programme=self.programme.id,
            )
            session.add(mail)
            session.flush()
            assert mail.id is not None
            return mail.id

    def settle(self, mail_id: int, read: ReadMail) -> None:
        """The production path: settle one kept mail."""
        self.intake.settle(Read(mail_id, read))

    def send(self, sender: str, documents: Sequence[DocumentFacts] = (), **options: object) -> Outcome:
        """Keep, judge and settle one mail; what it came to."""
        read = self.read(sender, documents, **options)  # type: ignore[arg-type]
        mail_id = self.keep(read)
        assert read.letter.received_at
        with self.store.transaction() as session:
            outcome = self.intake.judge(session, read, read.letter.received_at)
            save_outcome(session, session.get_one(models.Mail, mail_id), outcome, read.letter.received_at)
        return outcome

    def applications(self) -> list[models.Application]:
        """All applications in the store, by reference."""
        with self.store.reading() as session:
            return list(session.exec(select(models.Application).order_by(models.Application.reference)))  # type: ignore[arg-type]


def codes(outcome: Outcome) -> list[str]:
    """The codes of everything that weighs or informs, applications' first."""
    return [v.code for a in outcome.applications for v in a.verdicts] + [v.code for v in outcome.verdicts]
