"""Cases of several mails: supplements, the same again, new versions, two channels, strangers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from bot.samples import cast, notices
from bot.samples.package import Package, Piece, write_package
from tests.factory.truth import Built, Expected, truth_of

Story = Callable[[Random, str], list[Built]]


def _sent(
    package: Package, expected: Expected, rng: Random, style: str, *, id_: str = "", references: tuple[str, ...] = (), **truth: Any
) -> Built:
    raw = write_package(package, style=style, naming=rng.choice(("utf8", "gbk")), rng=rng, message_id=id_, references=references)
    return Built(raw, truth_of(package, expected, style) | truth)


def _later(package: Package, hours: int, **changes: Any) -> Package:
    return replace(package, received=package.received + timedelta(hours=hours), **changes)


def _only(package: Package, pieces: dict[str, Piece]) -> Package:
    """The same submission, only these pieces of its first entry in it."""
    entry = replace(package.entries[0], pieces=pieces, folder="")
    return replace(package, entries=[entry], common={}, archive="")


def _supplement(package: Package, role: str, rng: Random, style: str, *, in_reply: bool) -> list[Built]:
    piece = package.entries[0].pieces.pop(role)
    first = _sent(package, Expected(("missing-document",)), rng, style, id_="first.1@mail.example.com")
    second = _later(_only(package, {role: piece}), 5, subject="回复：" + package.subject if in_reply else "补充材料")
    references = ("first.1@mail.example.com",) if in_reply else ()
    return [first, _sent(second, Expected(kind="supplement"), rng, style, references=references)]


def js_supplement(rng: Random, style: str) -> list[Built]:
    """What was missing comes in a reply."""
    return _supplement(notices.jsaq(rng), rng.choice(("experience", "stamped")), rng, style, in_reply=True)


def js_supplement_new_mail(rng: Random, style: str) -> list[Built]:
    """What was missing comes in a new mail from the same address."""
    return _supplement(notices.jsaq(rng), rng.choice(("experience", "stamped")), rng, style, in_reply=False)


def cm_supplement(rng: Random, style: str) -> list[Built]:
    """The municipal notice's slides come later."""
    return _supplement(notices.cmea(rng), "slides", rng, style, in_reply=True)


def js_same_again(rng: Random, style: str) -> list[Built]:
    """The identical entry again from the same sender."""
    package = notices.jsaq(rng)
    first = _sent(package, Expected(), rng, style)
    files = {piece.path: piece.make() for piece in package.pieces()}
    frozen = [Piece(p.path, p.kind, p.copy, lambda data=files[p.path]: data) for p in package.pieces()]  # type: ignore[misc]
    entry = replace(package.entries[0], pieces={p.path: p for p in frozen}, folder="")
    again = replace(package, received=package.received + timedelta(hours=3), entries=[entry], common={})
    return [first, _sent(again, Expected(), rng, style, same_reference=True)]


def js_two_channels(rng: Random, style: str) -> list[Built]:
    """The enterprise itself, then its association with another team beside it."""
    own = notices.jsaq(rng)
    bundle = notices.jsaq(rng, teams=2, recommender=notices.ASSOCIATIONS["jsaq-2025"][0])
    bundle.entries[0].fields |= {key: text for key, text in own.entries[0].fields.items() if key != "recommender"}
    bundle.received = own.received + timedelta(hours=6)
    return [_sent(own, Expected(), rng, style), _sent(bundle, Expected(("duplicate-channel",)), rng, "outlook")]


def js_changed_after_acceptance(rng: Random, style: str) -> list[Built]:
    """A changed form after acceptance, without confirmation."""
    package = notices.jsaq(rng)
    first = _sent(package, Expected(), rng, style)
    kept = dict(package.entries[0].fields)
    package.entries[0].fields["headcount"] = str(int(kept["headcount"]) + 3)
    package.entries[0].fields["leader"] = cast.person(rng).name
    second = _sent(_later(package, 30), Expected(("resubmission-needs-confirmation",), unread=("headcount", "leader")), rng, style)
    return [first, second]


def js_mended_version(rng: Random, style: str) -> list[Built]:
    """The whole entry again before acceptance, its defect mended."""
    package = notices.jsaq(rng)
    code = package.entries[0].fields["uscc"]
    package.entries[0].fields["uscc"] = cast.broken_uscc(code)
    first = _sent(package, Expected(("invalid-field",)), rng, style)
    package.entries[0].fields["uscc"] = code
    return [first, _sent(_later(package, 20), Expected(), rng, style)]


def js_same_team_name(rng: Random, style: str) -> list[Built]:
    """Two organisations whose teams bear one name: no duplicates."""
    one, two = notices.jsaq(rng), notices.jsaq(rng)
    two.entries[0].fields["team"] = one.entries[0].fields["team"]
    two.received += timedelta(hours=1)
    return [_sent(one, Expected(), rng, style), _sent(two, Expected(), rng, style)]


def cq_two_recommenders(rng: Random, style: str) -> list[Built]:
    """One team by two associations."""
    one = notices.caq(rng, recommender="福建省质量协会")
    two = notices.caq(rng, recommender="陕西省质量协会")
    two.entries[1].fields |= {key: one.entries[0].fields[key] for key in ("organisation", "team", "address", "postcode")}
    two.received += timedelta(days=2)
    return [_sent(one, Expected(), rng, style), _sent(two, Expected(("duplicate-channel",)), rng, style)]


STORIES: dict[str, Story] = {
    story.__name__: story
    for story in (
        js_supplement,
        js_supplement_new_mail,
        cm_supplement,
        js_same_again,
        js_two_channels,
        js_changed_after_acceptance,
        js_mended_version,
        js_same_team_name,
        cq_two_recommenders,
    )
}
