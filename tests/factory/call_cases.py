"""Cases of the call for papers: its defects, two papers of one author, one paper by two senders."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from bot.samples.package import Entry, Package
from bot.samples.word import write_docx
from tests.factory import calls
from tests.factory.defects import set_field, spec
from tests.factory.more_stories import FIRST, _frozen, _part, story
from tests.factory.stories import _later, _only, _sent
from tests.factory.truth import Built, Expected

_OF_THE_AUTHOR = ("team", "organisation", "rank", "contact_mobile", "contact_email", "postcode")


@spec("no_text", "pp", "pp-society")
def _no_text(package: Package, rng: Random) -> Expected:
    del package.entries[0].pieces["text"]
    return Expected(("missing-document",))


@spec("no_opinion", "pp", "pp-society")
def _no_opinion(package: Package, rng: Random) -> Expected:
    del package.entries[0].pieces["opinion"]
    return Expected(("missing-document",))


@spec("no_list", "pp-society")
def _no_list(package: Package, rng: Random) -> Expected:
    del package.common["summary"]
    return Expected(("missing-document",))


@spec("unsealed_opinion", "pp")
def _unsealed(package: Package, rng: Random) -> Expected:
    one = package.entries[0]
    one.pieces["opinion"] = calls.sealed(rng, package, one, one.pieces["opinion"].path, seal=False)
    return Expected(("seal-missing",))


def _text(package: Package, rng: Random, lengths: dict[str, int]) -> None:
    one = package.entries[0]
    one.pieces["text"].make = lambda: write_docx(calls.full_text(rng, one.fields, lengths))


@spec("short_text", "pp")
def _short(package: Package, rng: Random) -> Expected:
    _text(package, rng, calls.LENGTHS | {"二、方法": rng.randrange(200, 400)})
    return Expected(("too-short",))


@spec("long_abstract", "pp")
def _long_abstract(package: Package, rng: Random) -> Expected:
    _text(package, rng, calls.LENGTHS | {"摘要": rng.randrange(340, 600)})
    return Expected(("too-long",))


@spec("no_references", "pp")
def _no_references(package: Package, rng: Random) -> Expected:
    _text(package, rng, {heading: length for heading, length in calls.LENGTHS.items() if heading != "参考文献"})
    return Expected(("missing-section",))


@spec("fund_blank", "pp")
def _fund(package: Package, rng: Random) -> Expected:
    package.entries[0].fields |= {"funded": "是", "fund": ""}
    return Expected(("missing-field",))


@spec("second_paper_in_the_mail", "pp")
def _second_paper(package: Package, rng: Random) -> Expected:
    """Two papers of one author are two entries."""
    _add(package, rng, dict.fromkeys(_OF_THE_AUTHOR, True))
    return Expected()


@spec("colleague_in_the_mail", "pp")
def _colleague(package: Package, rng: Random) -> Expected:
    """Two persons of one place of work are two entries."""
    _add(package, rng, {"organisation": True, "postcode": True})
    return Expected()


def _add(package: Package, rng: Random, shared: dict[str, bool]) -> None:
    first, second = package.entries[0], calls.entry(rng)
    second.fields |= {key: first.fields[key] for key in shared}
    calls.add_pieces(rng, package, second)
    package.entries.append(second)
    for number, one in enumerate(package.entries, start=1):
        one.folder = f"论文{number}"


@story
def pp_supplement(rng: Random, style: str) -> list[Built]:
    """The text comes later, in a reply."""
    package = _frozen(calls.papers(rng))
    piece = package.entries[0].pieces.pop("text")
    first = _sent(package, Expected(("missing-document",)), rng, style, id_=FIRST)
    second = _later(_only(package, {"text": piece}), 30, subject="回复：" + package.subject)
    return [first, _sent(second, Expected(kind="supplement"), rng, style, references=(FIRST,))]


@story
def pp_society_supplement(rng: Random, style: str) -> list[Built]:
    """A society's second paper lacks its opinion, which comes alone in a reply."""
    package = _frozen(calls.papers(rng, count=2, society=calls.SOCIETIES[0]))
    whole = dict(package.entries[1].pieces)
    del package.entries[1].pieces["opinion"]
    first = _sent(package, Expected(("missing-document",)), rng, style, id_=FIRST)
    package.entries[1].pieces = whole
    second = _later(_part(package, 1, "opinion"), 26, subject="回复：" + package.subject)
    return [first, _sent(second, Expected(kind="supplement"), rng, style, references=(FIRST,))]


@story
def pp_same_again(rng: Random, style: str) -> list[Built]:
    """The identical paper again from its author."""
    package = _frozen(calls.papers(rng))
    return [_sent(package, Expected(), rng, style), _sent(_later(package, 3), Expected(), rng, style, same_reference=True)]


@story
def pp_mended_version(rng: Random, style: str) -> list[Built]:
    """The whole entry again before acceptance, its defect mended."""
    package = calls.papers(rng)
    mobile = package.entries[0].fields["contact_mobile"]
    set_field(package, "contact_mobile", mobile[:-1])
    first = _sent(package, Expected(("invalid-field",)), rng, style)
    set_field(package, "contact_mobile", mobile)
    return [first, _sent(_later(package, 20), Expected(), rng, style)]


@story
def pp_two_senders(rng: Random, style: str) -> list[Built]:
    """The author by himself, then his society with another paper beside it."""
    own, society = calls.papers(rng), calls.papers(rng, count=2, society=calls.SOCIETIES[1])
    entry: Entry = society.entries[0]
    entry.fields |= {key: text for key, text in own.entries[0].fields.items() if key != "recommender"}
    society.received = own.received + timedelta(hours=6)
    return [_sent(own, Expected(), rng, style), _sent(society, Expected(("duplicate-channel",)), rng, "outlook")]


@story
def pp_second_paper_later(rng: Random, style: str) -> list[Built]:
    """Another paper of the same author in a later mail: a case of its own."""
    one, two = calls.papers(rng), calls.papers(rng)
    two.entries[0].fields |= {key: one.entries[0].fields[key] for key in _OF_THE_AUTHOR}
    two = replace(two, sender=one.sender, received=one.received + timedelta(hours=2))
    return [_sent(one, Expected(), rng, style), _sent(two, Expected(), rng, style)]
