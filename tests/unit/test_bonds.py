"""Which case a mail joins: every bond has its case, which without it comes out otherwise; and what staff, and nobody else, are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.facts import Application, Channel, Copy, DocumentFacts, Package
from bot.judging.before import relate
from bot.judging.before.bonds import BONDS, Bond
from bot.judging.before.cases import EarlierApplication, EarlierPackage, EntryKeys, NoCases, find_keys
from bot.judging.evidence import Evidence
from bot.names import unit_key
from bot.programme.load import load_programmes
from parsers.values import Address, Letter
from tests.world import START, World, document, entry, whole

HOUR = timedelta(hours=1)
PROGRAMMES = load_programmes()
UNIT = "某市质量协会"
ME, COLLEAGUE, OTHER = "a@water.cn", "b@water.cn", "c@power.cn"
SLIPPED = entry(organisation="南京清源水务股份有限公司", title="运用防错法减少投诉经验", uscc="", contact_mobile="")
"""As CLEAN, but by no key that the store looks up."""
CLEAN = entry(organisation="南京清源水务有限公司", uscc="", contact_mobile="")
FORM, TEXT = document("application_form", Copy.EDITABLE, entry()), document("experience", Copy.EDITABLE, entry())


@dataclass
class Before(NoCases):
    """Packages that came before. `quoted`: those that the letter answers."""

    packages: Sequence[EarlierPackage] = ()
    quoted: Sequence[EarlierPackage] = ()

    def by_message_ids(self, programme: str, message_ids: Sequence[str]) -> Sequence[EarlierPackage]:
        return self.quoted

    def by_references(self, programme: str, references: Sequence[str]) -> Sequence[EarlierPackage]:
        return [p for p in self.packages if {a.reference for a in p.applications} & set(references)]

    def by_sender(self, programme: str, address: str) -> Sequence[EarlierPackage]:
        return [p for p in self.packages if p.sender == address]

    def by_recommender(self, programme: str, key: str) -> Sequence[EarlierPackage]:
        return [p for p in self.packages if unit_key(p.recommender) == key]

    def candidates(self, programme: str, keys: EntryKeys) -> Sequence[EarlierApplication]:
        return [a for p in self.packages for a in p.applications if _share_a_key(keys, find_keys(a.fields))]


def _share_a_key(one: EntryKeys, two: EntryKeys) -> bool:
    return any(getattr(one, key) and getattr(one, key) == getattr(two, key) for key in ("organisation", "title", "uscc", "mobile"))


def earlier(id: int, sender: str, *entries: dict[str, str], decision: str = "held", recommender: str = "") -> EarlierPackage:
    opened = START - timedelta(days=9 - id)
    documents = (FORM,)
    applications = tuple(
        EarlierApplication(
            id * 10 + n, id, f"R-{id}{n}", None, decision, decision == "accepted", sender, recommender, opened, fields, documents
        )
        for n, fields in enumerate(entries)
    )
    return EarlierPackage(id, f"P-{id}", None, sender, recommender, opened, decision, (), (), applications)


def brings(*documents: DocumentFacts, channel: Channel | None = None, recommender: str = "") -> Package:
    """A mail with one application of these documents."""
    form = next((d for d in documents if d.kind == "application_form"), None)
    application = Application(documents=documents, fields=form.fields if form else {})
    return Package(channel=channel, received_at=START, applications=(application,), documents=(), recommender=recommender)


CASES = [
    # row, programme, what the mail brings, what came before, what it answers, the package it joins, what is seen
    (
        "answered-entry",
        "jsaq-2025",
        brings(FORM),
        [],
        [earlier(1, ME, entry()), earlier(2, ME, entry(2))],
        1,
        "notices-identity",
    ),
    ("answered-case", "jsaq-2025", brings(TEXT), [], [earlier(1, COLLEAGUE, entry(2)), earlier(2, COLLEAGUE, entry(3))], 2, ""),
    (
        "own-entry",
        "jsaq-2025",
        brings(document("application_form", Copy.EDITABLE, SLIPPED)),
        [earlier(2, ME, entry(2)), earlier(1, ME, CLEAN)],
        [],
        1,
        "own-name",
    ),
    ("own-unit", "cacem-2024", brings(TEXT, recommender=UNIT), [earlier(1, ME)], [], 1, UNIT),
    (
        "own-batch",
        "jsaq-2025",
        brings(FORM, channel=Channel.RECOMMENDER, recommender=UNIT),
        [earlier(2, ME, entry(2)), earlier(1, ME, entry(3))],
        [],
        2,
        "",
    ),
    ("own-empty-case", "jsaq-2025", brings(FORM), [earlier(2, ME, entry(2)), earlier(1, ME)], [], 1, ""),
    ("own-waiting-case", "jsaq-2025", brings(TEXT), [earlier(2, ME, entry(2), decision="accepted"), earlier(1, ME, entry(3))], [], 1, ""),
    ("own-only-case", "jsaq-2025", brings(TEXT), [earlier(1, ME, entry(2), decision="accepted")], [], 1, ""),
    ("colleagues-unit", "cacem-2024", brings(TEXT, recommender=UNIT), [earlier(1, COLLEAGUE, recommender=UNIT)], [], 1, UNIT),
    (
        "colleagues-entry",
        "jsaq-2025",
        brings(FORM),
        [earlier(2, OTHER, entry()), earlier(1, COLLEAGUE, entry())],
        [],
        1,
        "notices-identity",
    ),
    ("anothers-case", "jsaq-2025", brings(TEXT), [], [earlier(1, OTHER, entry(2))], None, ""),
]


def joined(programme: str, package: Package, before: Sequence[EarlierPackage], quoted: Sequence[EarlierPackage]) -> relate.Joined:
    letter = Letter(
        message_id="1@test",
        subject="申报材料",
        sender=Address("", ME),
        reply_to=(),
        to=(),
        cc=(),
        date=START,
        received_at=START,
        in_reply_to=("ours@test",),
        references=(),
        headers=(),
        content_type="multipart/mixed",
        text="请查收。",
        html="",
        attachments=(),
        links=(),
    )
    return relate.find_joined(PROGRAMMES[programme], letter, package, Before(before, quoted))


@pytest.mark.parametrize(("row", "programme", "package", "before", "quoted", "id", "seen"), CASES, ids=[case[0] for case in CASES])
def test_without_its_bond_a_mail_joins_another_case_or_none(
    monkeypatch: pytest.MonkeyPatch,
    row: str,
    programme: str,
    package: Package,
    before: Sequence[EarlierPackage],
    quoted: Sequence[EarlierPackage],
    id: int | None,
    seen: str,
) -> None:
    found = joined(programme, package, before, quoted)
    (why,) = found.why
    assert (found.package.id if found.package else None) == id
    assert why.why == (Evidence(row, 1.0, seen),)
    assert (why.question, why.answer) == ("case", f"P-{id}" if id else "")
    monkeypatch.setattr(relate, "BONDS", tuple(other for other in BONDS if other.name != row))
    without = joined(programme, package, before, quoted)
    assert (without.bond, without.package) != (found.bond, found.package)


def test_every_bond_has_its_case() -> None:
    assert [case[0] for case in CASES] == [row.name for row in BONDS]


def test_what_nothing_binds_is_a_new_case() -> None:
    assert joined("jsaq-2025", brings(FORM), [earlier(1, OTHER, entry(2))], []) == relate.Joined(Bond.NONE)


def test_a_colleague_of_another_unit_is_none() -> None:
    mail = brings(FORM, recommender=UNIT)
    assert joined("jsaq-2025", mail, [earlier(1, COLLEAGUE, entry(), recommender="某省质量协会")], []).bond is Bond.NONE
    assert joined("jsaq-2025", mail, [earlier(1, COLLEAGUE, entry(), recommender=UNIT)], []).bond is Bond.CONTENT


def test_a_lookup_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Before, "by_sender", lambda self, programme, address: asked.append(address) or ())
    joined("jsaq-2025", brings(TEXT), [], [])
    assert asked == [ME]


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.close()


def test_staff_are_told_what_a_stranger_is_not(world: World) -> None:
    world.send("a@qq.com", whole(entry())[1:], message_id="first@x")
    outcome = world.send("z@163.com", whole(entry(2))[2:3], after=HOUR, in_reply_to=("first@x",), archive=False)
    why = next(why for why in outcome.why if why.question == "case")
    assert (why.answer, why.instead, why.why[0].what) == ("", "JSAQ2025-0001", "anothers-case")
    assert outcome.reply is not None
    assert "JSAQ2025-0001" not in f"{outcome.reply.subject}{outcome.reply.text}{outcome.reply.html}"


def test_staff_are_told_by_what_another_entry_is_the_same(world: World) -> None:
    world.send("a@qq.com", whole(entry()))
    outcome = world.send("b@163.com", whole(entry(organisation=f"{entry()['organisation']}城北分公司")), after=HOUR)
    why = next(why for why in outcome.why if why.question == "entry")
    assert (why.about, why.answer) == (f"{entry()['organisation']}城北分公司", "JSAQ2025-0001 (probable)")
    assert why.why[0] == Evidence("same-code", 1.0)
    assert Evidence("branch", -1.0, "clash") in why.why


def test_what_joins_a_case_is_told_by_its_number(world: World) -> None:
    world.send("a@qq.com", whole(entry())[1:], message_id="first@x")
    outcome = world.send("a@qq.com", [replace(FORM, path="表.docx")], after=HOUR, archive=False)
    why = next(why for why in outcome.why if why.question == "case")
    assert (why.answer, why.why[0].what) == ("JSAQ2025-0001", "own-entry")
