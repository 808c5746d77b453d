"""Who sends, and which association: each sign by its own two mails, and the answer where none tells it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.facts import Application, Channel, Copy, DocumentFacts
from bot.findings import Decision
from bot.judging.answer import context
from bot.judging.groups import channel, recommender
from bot.judging.groups.signs import SIGNS, Sent
from bot.judging.papers.material import Material
from bot.programme.load import load_programmes
from bot.programme.programme import Programme
from parsers.values import Address, Letter
from tests.world import START, World, document, entry

PROGRAMMES = load_programmes()
WUXI, NANTONG, HUNAN = "无锡市质量管理协会", "南通市质量协会", "湖南省建筑业协会"
E, R = Channel.ENTERPRISE, Channel.RECOMMENDER
FIRM = entry(1)["organisation"]


@dataclass(frozen=True)
class Mail:
    """A mail in few words. `forms`: the fields of a form each; `papers`: (kind, copy, recommender named in it, name of the file)."""

    programme: str = "jsaq-2025"
    name: str = "王芳"
    subject: str = "材料"
    text: str = "请查收。"
    forms: Sequence[dict[str, str]] = ()
    papers: Sequence[tuple[str, Copy, str, str]] = ()
    archives: Sequence[str] = ()
    endorsed: bool = False
    recommender: str = ""

    def sent(self) -> Sent:
        letter = Letter(
            message_id="1@test",
            subject=self.subject,
            sender=Address(self.name, "a@b.cn"),
            reply_to=(),
            to=(),
            cc=(),
            date=START,
            received_at=START,
            in_reply_to=(),
            references=(),
            headers=(),
            content_type="",
            text=self.text,
            html="",
            attachments=(),
            links=(),
        )
        programme = PROGRAMMES[self.programme]
        papers = [_paper(*paper) for paper in self.papers]
        scopes = {spec.kind: spec.scope for spec in programme.documents}
        whole = [paper for paper in papers if scopes.get(paper.kind) == "package"]
        endorsed = [document("recommendation_form", Copy.EDITABLE, {})] if self.endorsed else []
        applications = [Application((document("application_form", Copy.EDITABLE, fields), *endorsed), fields) for fields in self.forms]
        documents = (*papers, *(d for a in applications for d in a.documents))
        archives = tuple((name, "zip") for name in self.archives)
        return Sent(programme, letter, whole, applications, Material(documents, archives, ()), self.recommender)


def _paper(kind: str, copy: Copy, named: str, name: str) -> DocumentFacts:
    return replace(document(kind, copy, {}, name=name), fields={"recommender": named} if named else {})


def typed(kind: str, named: str = "", name: str = "文件.docx") -> tuple[str, Copy, str, str]:
    return kind, Copy.EDITABLE, named, name


def scanned(kind: str, named: str = "", name: str = "文件.pdf") -> tuple[str, Copy, str, str]:
    return kind, Copy.STAMPED, named, name


def form(number: int = 1, **changes: str) -> dict[str, str]:
    return entry(number, **changes)


NAMING = form(recommender=WUXI)
"""An applicant's form that names its association: by itself, the applicant's own."""
BARE = Mail("cacem-2024", papers=[typed("other")])
LISTED = Mail("cacem-2024", subject=f"{HUNAN}推荐材料", papers=[typed("other")], recommender=HUNAN)

CHANNELS: dict[str, tuple[Mail, Channel, Mail]] = {
    "recommenders-papers": (
        Mail(forms=[form()], papers=[typed("statistics_form")]),
        R,
        Mail(forms=[form()], papers=[typed("summary_sheet")]),
    ),
    "several-applicants": (Mail(forms=[form(1), form(2)]), R, Mail(forms=[form(team="一班"), form(team="二班")])),
    "association-sends": (Mail(name=NANTONG, forms=[NAMING], recommender=WUXI), R, Mail(forms=[NAMING], recommender=WUXI)),
    "association-outside": (
        Mail(archives=[f"{WUXI}推荐材料.zip"], forms=[NAMING], recommender=WUXI),
        R,
        Mail(archives=["推荐材料.zip"], forms=[NAMING], recommender=WUXI),
    ),
    "recommendation-reason": (
        Mail("cmea-2020", forms=[{**NAMING, "recommendation_reason": "同意推荐"}], recommender=WUXI),
        R,
        Mail("cmea-2020", forms=[{**form(), "recommendation_reason": "同意推荐"}]),
    ),
    "recommendation-form": (
        Mail("caq-2020", forms=[NAMING], endorsed=True, recommender=WUXI),
        R,
        Mail("caq-2020", forms=[form()], endorsed=True),
    ),
    "summary-of-no-team": (
        Mail(forms=[NAMING], papers=[typed("work_summary", name="工作总结.docx")], recommender=WUXI),
        R,
        Mail(forms=[NAMING], papers=[typed("work_summary", name=f"{FIRM}工作总结.docx")], recommender=WUXI),
    ),
    "papers-name-association": (
        Mail(papers=[typed("summary_sheet", WUXI)], recommender=WUXI),
        R,
        Mail(papers=[typed("summary_sheet")], name=WUXI, recommender=WUXI),
    ),
    "applicant-sends": (
        Mail(name="南京乙甲水务", subject=f"{WUXI}推荐材料", forms=[NAMING], recommender=WUXI),
        E,
        Mail(name="水务公司", forms=[NAMING], recommender=WUXI),
    ),
    "form-where-none-is-sent": (replace(LISTED, papers=[typed("application_form")]), E, LISTED),
    "company-named": (replace(BARE, subject="长沙甲建设有限公司材料"), E, replace(BARE, subject="班组材料")),
    "our-company": (replace(BARE, text="现将我公司材料发给您。"), E, replace(BARE, text="现将材料发给您。")),
    "company-in-text": (replace(BARE, text="长沙甲建设有限公司"), E, replace(BARE, text="我会推荐长沙甲建设有限公司")),
    "speaks-of-applying": (replace(BARE, subject="班组申报"), E, replace(BARE, subject="班组申报", papers=[scanned("other")])),
    "teams-papers": (Mail(forms=[form(organisation="")]), E, Mail(papers=[typed("summary_sheet")])),
    "one-applicant": (Mail(forms=[NAMING], recommender=WUXI), E, Mail(forms=[form(organisation="", recommender=WUXI)], recommender=WUXI)),
    "list-without-association": (Mail(papers=[typed("summary_sheet")]), E, Mail(papers=[typed("summary_sheet", WUXI)], recommender=WUXI)),
}  # fmt: skip
"""By sign: a mail that it decides, who sends that, and a mail where it is silent."""

NAMES: dict[str, tuple[Mail, str, Mail]] = {
    "statistics-form": (
        Mail(papers=[scanned("statistics_form", WUXI), typed("summary_sheet", NANTONG)]),
        WUXI,
        Mail(papers=[typed("summary_sheet", WUXI)]),
    ),
    "paper-of-the-whole": (Mail(name=NANTONG, papers=[scanned("summary_sheet", WUXI)]), WUXI, Mail(forms=[NAMING])),
    "typed-paper": (
        Mail(papers=[scanned("summary_sheet", NANTONG), typed("summary_sheet", WUXI)]),
        WUXI,
        Mail(papers=[scanned("summary_sheet", WUXI)]),
    ),
    "form": (Mail(forms=[NAMING]), WUXI, Mail(forms=[form(recommender=FIRM)])),
    "most-forms": (
        Mail(forms=[form(2, recommender=NANTONG), NAMING, form(3, recommender=WUXI)]),
        WUXI,
        Mail(forms=[form(2, recommender=NANTONG), NAMING]),
    ),
    "sender": (Mail(name=WUXI, papers=[typed("other")]), WUXI, Mail(name=f"{WUXI}王芳", papers=[typed("other")])),
    "archive": (Mail(archives=[f"1.{WUXI}.zip"]), WUXI, Mail(archives=[f"{WUXI}推荐材料.zip"])),
    "file": (Mail(papers=[typed("statistics_form", name=f"{WUXI}.docx")]), WUXI, Mail(papers=[typed("other", name=f"{WUXI}.docx")])),
    "mentioned": (LISTED, HUNAN, replace(LISTED, subject="推荐材料")),
    "listed": (LISTED, HUNAN, replace(LISTED, subject=f"{WUXI}推荐材料", name=WUXI)),
}  # fmt: skip
"""By sign: a mail that it decides, the association named, and a mail where it is silent of that association."""
SILENT_OF = {"form": FIRM, "listed": WUXI}
"""Where it is silent of another."""


def without(name: str) -> dict[Channel, tuple[Any, ...]]:
    return {sender: tuple(sign for sign in signs if sign.name != name) for sender, signs in SIGNS.items()}


def seen(sent: Sent) -> set[str]:
    """The names of all signs that speak, for whichever sender."""
    return {sign.name for signs in SIGNS.values() for sign in signs if sign.find(sent) is not None}


def test_every_sign_has_its_cases_and_its_manual() -> None:
    signs = [sign for table in SIGNS.values() for sign in table]
    for names, table in ((CHANNELS, signs), (NAMES, recommender.SIGNS)):
        assert sorted(names) == sorted(sign.name for sign in table)
        for sign in table:
            assert re.fullmatch(r"[a-z]+(-[a-z]+)*", sign.name)
            assert re.search(r"Seen in .+; not ", " ".join((sign.find.__doc__ or "").split())), sign.name


@pytest.mark.parametrize("name", CHANNELS)
def test_a_sign_decides_its_mail_and_is_silent_in_another(name: str) -> None:
    mail, sender, silent = CHANNELS[name]
    choice = channel.weigh(mail.sent())
    assert choice.best is sender
    assert name in {one.what for one in choice.why}
    assert channel.weigh(mail.sent(), without(name)).best is not sender
    assert name not in seen(silent.sent())


@pytest.mark.parametrize("name", NAMES)
def test_a_source_decides_its_name_and_is_silent_in_another(name: str) -> None:
    mail, association, silent = NAMES[name]
    choice = recommender.weigh(mail.sent())
    assert choice.best == association
    assert name in {one.what for one in choice.why}
    assert recommender.weigh(mail.sent(), [sign for sign in recommender.SIGNS if sign.name != name]).best != association
    find = next(sign.find for sign in recommender.SIGNS if sign.name == name)
    assert find(silent.sent(), SILENT_OF.get(name, association)) is None


def test_the_order_of_the_signs_decides_nothing() -> None:
    shuffled = random.Random(7)
    for mail in [case[i] for case in (*CHANNELS.values(), *NAMES.values()) for i in (0, 2)]:
        signs = {sender: shuffled.sample(table, len(table)) for sender, table in SIGNS.items()}
        one, other = channel.weigh(mail.sent(), signs), channel.weigh(mail.sent())
        assert (one.best, one.margin, set(one.why)) == (other.best, other.margin, set(other.why))
        sources = shuffled.sample(recommender.SIGNS, len(recommender.SIGNS))
        named, again = recommender.weigh(mail.sent(), sources), recommender.weigh(mail.sent())
        assert (named.best, named.margin) == (again.best, again.margin)


UNKNOWN = {
    "nothing came": Mail(),
    "nothing tells": BARE,
    "a form without an applicant names an association": Mail(forms=[form(organisation="", recommender=WUXI)], recommender=WUXI),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_too_little_is_unknown(name: str) -> None:
    assert channel.weigh(UNKNOWN[name].sent()).best is None


def test_two_names_stated_alike_are_unknown() -> None:
    choice = recommender.weigh(Mail(forms=[NAMING, form(2, recommender=NANTONG)]).sent())
    assert (choice.best, choice.runner_up) == (None, NANTONG)


def test_one_name_written_in_two_ways_is_one() -> None:
    mail = Mail(forms=[form(recommender="无锡市质量管理协会（盖章）"), form(2, recommender="无锡市 质量管理协会")])
    assert recommender.weigh(mail.sent()).best == "无锡市质量管理协会（盖章）"


# --- the answer --------------------------------------------------------------------------------------------------

DOUBT = "暂未能确认来件是由推荐单位报送，还是由申报单位直接报送。"
NAMELESS = [document("application_form", Copy.EDITABLE, form(organisation="", recommender=WUXI))]


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.close()


def test_the_answer_says_what_would_tell_who_sends(world: World) -> None:
    outcome = world.send("wf@163.com", NAMELESS, name="王芳")
    assert outcome.channel is None
    assert outcome.decision is Decision.INCOMPLETE
    assert outcome.reply is not None
    told = outcome.reply.text.partition("提示（不影响结果）：")[2].partition("【")[0]
    assert DOUBT in told
    assert "附件4 活动统计表（Word版）" in told
    assert "请提供写明单位全称的附件2 申报表" in told
    assert not [v for a in outcome.applications for v in a.verdicts if DOUBT in v.message]
    asked = {(one.question, one.about, one.answer) for one in outcome.why}
    assert {("sender", "", ""), ("sender", "recommender", WUXI)} <= asked


def test_it_says_nothing_where_the_sender_is_told(world: World) -> None:
    outcome = world.send("wf@163.com", [document("application_form", Copy.EDITABLE, NAMING)], name="王芳")
    assert outcome.channel is E
    assert outcome.reply is not None
    assert DOUBT not in outcome.reply.text
    assert ("sender", "", "enterprise") in {(one.question, one.about, one.answer) for one in outcome.why}


def _same_for_both(programme: Programme) -> Programme:
    both = (E, R)
    requirements = tuple(r.model_copy(update={"channels": both}) for r in programme.requirements)
    fields = tuple(f.model_copy(update={"channels": both}) for f in programme.fields)
    return programme.model_copy(update={"requirements": requirements, "fields": fields})


ANSWERS = [
    ("jsaq-2025", Decision.ACCEPTED, True, "附件5 工作总结（Word版）"),
    ("jsaq-2025", Decision.INCOMPLETE, True, "附件5 工作总结（Word版）"),
    ("jsaq-2025", Decision.REJECTED, True, ""),
    ("jsaq-2025", Decision.HELD, True, ""),
    ("jsaq-2025", Decision.INCOMPLETE, False, ""),
    ("cmea-2020", Decision.INCOMPLETE, True, "请在申报表中写明推荐单位并填写“协会推荐理由”"),
    ("caq-2020", Decision.INCOMPLETE, True, "如由申报单位直接报送，请注意：本活动由各省"),
    ("cacem-2024", Decision.INCOMPLETE, True, "如由推荐单位报送，请一并提供推荐函"),
]


@pytest.mark.parametrize(("programme", "decision", "unknown", "said"), ANSWERS)
def test_each_programme_names_its_own_papers(programme: str, decision: Decision, unknown: bool, said: str) -> None:
    answer = context(PROGRAMMES[programme], BARE.sent().letter, decision, START, sender_unknown=unknown)
    assert [finding.severity for finding in answer.findings] == (["info"] if said else [])
    assert all(said in finding.message for finding in answer.findings)


def test_where_both_ways_are_alike_nothing_is_asked() -> None:
    programme = _same_for_both(PROGRAMMES["jsaq-2025"])
    assert not context(programme, BARE.sent().letter, Decision.INCOMPLETE, START, sender_unknown=True).findings
