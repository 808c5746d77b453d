"""More cases of several mails: supplements found by number or name, bundles mended team by team, changes over the deadline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from bot.samples import cast, notices
from bot.samples.notices import CHINA
from bot.samples.package import Package, Piece
from bot.samples.paper import write_scan
from tests.factory.defects import set_field
from tests.factory.stories import STORIES, _later, _only, _sent
from tests.factory.truth import Built, Expected

FIRST = "first.1@mail.example.com"
JS = notices.ASSOCIATIONS["jsaq-2025"]


def story(function: Callable[[Random, str], list[Built]]) -> Callable[[Random, str], list[Built]]:
    """Register a story under its function's name."""
    STORIES[function.__name__] = function
    return function


def _frozen(package: Package) -> Package:
    """The same package with its files made once, so that they are the same bytes whenever they are sent."""

    def fixed(piece: Piece) -> Piece:
        data = piece.make()
        return replace(piece, make=lambda: data)

    for entry in package.entries:
        entry.pieces = {role: fixed(piece) for role, piece in entry.pieces.items()}
    package.common = {role: fixed(piece) for role, piece in package.common.items()}
    return package


def _part(package: Package, number: int, *roles: str) -> Package:
    """Only these pieces of one entry, loose; the truth still speaks of all entries."""
    keep = {role: package.entries[number].pieces[role] for role in roles}
    entries = [replace(entry, pieces=keep if n == number else {}, folder="") for n, entry in enumerate(package.entries)]
    return replace(package, entries=entries, common={}, archive="")


@story
def js_supplement_by_number(rng: Random, style: str) -> list[Built]:
    """The number in the subject is all that binds the second mail."""
    package = _frozen(notices.jsaq(rng))
    piece = package.entries[0].pieces.pop("stamped")
    first = _sent(package, Expected(("missing-document",)), rng, style)
    second = _later(_only(package, {"stamped": replace(piece, path="扫描件.pdf")}), 30, subject="补充材料（JSAQ2025-0001）")
    return [first, _sent(second, Expected(kind="supplement"), rng, style)]


@story
def js_bundle_second_team_supplement(rng: Random, style: str) -> list[Built]:
    """A bundle's second team lacks its stamped form, which comes alone in a reply."""
    package = _frozen(notices.jsaq(rng, teams=2, recommender=JS[1]))
    whole = dict(package.entries[1].pieces)
    del package.entries[1].pieces["stamped"]
    first = _sent(package, Expected(("missing-document",)), rng, style, id_=FIRST)
    package.entries[1].pieces = whole
    second = _later(_part(package, 1, "stamped"), 26, subject="回复：" + package.subject)
    return [first, _sent(second, Expected(kind="supplement"), rng, style, references=(FIRST,))]


@story
def js_bundle_experience_supplement(rng: Random, style: str) -> list[Built]:
    """A bundle's team lacks its experience, which comes in a new mail."""
    package = _frozen(notices.jsaq(rng, teams=3, recommender=JS[0]))
    whole = dict(package.entries[2].pieces)
    del package.entries[2].pieces["experience"]
    first = _sent(package, Expected(("missing-document",)), rng, style)
    package.entries[2].pieces = whole
    second = _later(_part(package, 2, "experience"), 26, subject="补充材料")
    return [first, _sent(second, Expected(kind="supplement"), rng, style)]


@story
def js_bundle_package_document_supplement(rng: Random, style: str) -> list[Built]:
    """A bundle's work summary comes later."""
    package = _frozen(notices.jsaq(rng, teams=2, recommender=JS[2]))
    piece = package.common.pop("work-summary")
    first = _sent(package, Expected(("missing-document",)), rng, style, id_=FIRST)
    second = _later(_part(package, 0), 26, subject="Re: " + package.subject, common={"work-summary": piece})
    return [first, _sent(second, Expected(kind="supplement"), rng, style, references=(FIRST,))]


@story
def js_two_channels_association_first(rng: Random, style: str) -> list[Built]:
    """The association's bundle, then the enterprise itself."""
    own = notices.jsaq(rng)
    bundle = notices.jsaq(rng, teams=2, recommender=JS[0])
    bundle.entries[0].fields |= {key: text for key, text in own.entries[0].fields.items() if key != "recommender"}
    own.received = bundle.received + timedelta(hours=6)
    return [_sent(bundle, Expected(), rng, style), _sent(own, Expected(("duplicate-channel",)), rng, "outlook")]


@story
def js_probable_duplicate(rng: Random, style: str) -> list[Built]:
    """The same enterprise and nearly the same title by its association."""
    own = notices.jsaq(rng)
    own.entries[0].fields["title"] = "运用目视化管理提升焊接合格率的经验"
    bundle = notices.jsaq(rng, teams=2, recommender=JS[0])
    bundle.entries[0].fields |= {key: text for key, text in own.entries[0].fields.items() if key != "recommender"}
    bundle.entries[0].fields["title"] = "运用目视化管理提升焊接合格率的实践"
    bundle.received = own.received + timedelta(hours=6)
    return [_sent(own, Expected(), rng, style), _sent(bundle, Expected(("duplicate-channel",), decision="held"), rng, "outlook")]


@story
def js_supplement_after_the_deadline(rng: Random, style: str) -> list[Built]:
    """What was missing comes a day too late."""
    package = _frozen(notices.jsaq(rng))
    piece = package.entries[0].pieces.pop("experience")
    first = _sent(package, Expected(("missing-document",)), rng, style, id_=FIRST)
    second = replace(
        _only(package, {"experience": piece}), received=datetime(2025, 7, 1, 0, 1, tzinfo=CHINA), subject="回复：" + package.subject
    )
    expected = Expected(("late",), kind="supplement", optional=("missing-document",))
    return [first, _sent(second, expected, rng, style, references=(FIRST,))]


@story
def js_changed_after_five_on_the_last_day(rng: Random, style: str) -> list[Built]:
    """A changed form after acceptance, on the last day after 17:00."""
    package = notices.jsaq(rng)
    first = _sent(package, Expected(), rng, style)
    package.entries[0].fields["leader"] = cast.person(rng).name
    late = replace(package, received=datetime(2025, 6, 30, 17, 30, tzinfo=CHINA))
    return [first, _sent(late, Expected(("resubmission-needs-confirmation",), unread=("leader",)), rng, style)]


@story
def js_one_address_two_enterprises(rng: Random, style: str) -> list[Built]:
    """Somebody sends for two enterprises, a mail each: two cases."""
    one, two = notices.jsaq(rng), notices.jsaq(rng)
    two.sender, two.received = one.sender, one.received + timedelta(hours=1)
    return [_sent(one, Expected(), rng, style), _sent(two, Expected(), rng, style)]


@story
def js_sealed_at_last(rng: Random, style: str) -> list[Built]:
    """The stamped form comes unsealed, then sealed in a reply."""
    package = _frozen(notices.jsaq(rng))
    entry = package.entries[0]
    sealed = entry.pieces["stamped"]
    entry.pieces["stamped"] = replace(sealed, make=lambda: write_scan([(entry.layout(entry.fields), [])], rng=rng, font=package.font))
    first = _sent(package, Expected(("seal-missing",)), rng, style, id_=FIRST)
    second = _later(_only(package, {"stamped": sealed}), 5, subject="回复：" + package.subject)
    return [first, _sent(second, Expected(kind="supplement"), rng, style, references=(FIRST,))]


@story
def js_corrected_form_alone(rng: Random, style: str) -> list[Built]:
    """Only the Word form comes again, its defect mended, in a new mail."""
    package = notices.jsaq(rng)
    code = package.entries[0].fields["postcode"]
    set_field(package, "postcode", "2100")
    first = _sent(package, Expected(("invalid-field",)), rng, style)
    set_field(package, "postcode", code)
    second = _later(_only(package, {"form": package.entries[0].pieces["form"]}), 5, subject="更正申报表")
    return [first, _sent(second, Expected(kind="supplement"), rng, style)]


@story
def js_everything_after_a_link(rng: Random, style: str) -> list[Built]:
    """First links, then the files in a reply."""
    from tests.factory.others import cloud_link

    package = notices.jsaq(rng)
    first = cloud_link(rng, "jsaq-2025", style)
    return [first, _sent(_later(package, 400), Expected(), rng, style)]


@story
def js_stranger_with_a_number(rng: Random, style: str) -> list[Built]:
    """Somebody else sends a file under a number that is not theirs."""
    package = _frozen(notices.jsaq(rng))
    package.sender = (package.sender[0], "owner@163.com")
    piece = package.entries[0].pieces.pop("experience")
    first = _sent(package, Expected(("missing-document",)), rng, style)
    second = _later(_only(package, {"experience": piece}), 5, subject="补充材料 JSAQ2025-0001", sender=("某人", "somebody@qq.com"))
    stranger = Expected(decision="held", no_applications=True, no_documents=True, channel="*")
    return [first, _sent(second, stranger, rng, style)]


@story
def cm_two_channels(rng: Random, style: str) -> list[Built]:
    """An enterprise by itself, then in its association's bundle."""
    own = notices.cmea(rng)
    bundle = notices.cmea(rng, teams=2, recommender=notices.ASSOCIATIONS["cmea-2020"][1])
    kept = ("recommender", "recommendation_reason")
    bundle.entries[1].fields |= {key: text for key, text in own.entries[0].fields.items() if key not in kept}
    bundle.received = own.received + timedelta(days=3)
    return [_sent(own, Expected(), rng, style), _sent(bundle, Expected(("duplicate-channel",)), rng, style)]


@story
def cm_reason_supplement(rng: Random, style: str) -> list[Built]:
    """The association forgets its reason on one form; the mended form comes in a reply."""
    package = notices.cmea(rng, teams=2, recommender=notices.ASSOCIATIONS["cmea-2020"][0])
    reason = package.entries[0].fields["recommendation_reason"]
    set_field(package, "recommendation_reason", "")
    first = _sent(package, Expected(("missing-field",)), rng, style, id_=FIRST)
    set_field(package, "recommendation_reason", reason)
    second = _later(_part(package, 0, "form", "stamped"), 26, subject="回复：" + package.subject)
    return [first, _sent(second, Expected(kind="supplement"), rng, style, references=(FIRST,))]


@story
def cm_new_version(rng: Random, style: str) -> list[Built]:
    """The whole entry again, changed, before the deadline: the new one takes the old one's place."""
    package = notices.cmea(rng)
    first = _sent(package, Expected(), rng, style)
    package.entries[0].fields["headcount"] = str(int(package.entries[0].fields["headcount"]) + 2)
    return [first, _sent(_later(package, 30), Expected(), rng, style, same_reference=True)]


@story
def cq_summary_supplement(rng: Random, style: str) -> list[Built]:
    """The association's summary comes later."""
    package = _frozen(notices.caq(rng, recommender="陕西省质量协会"))
    piece = package.common.pop("work-summary")
    first = _sent(package, Expected(("missing-document",)), rng, style, id_=FIRST)
    second = _later(_part(package, 0), 26, subject="回复：" + package.subject, common={"work-summary": piece})
    return [first, _sent(second, Expected(kind="supplement"), rng, style, references=(FIRST,))]


@story
def ca_merged_at_last(rng: Random, style: str) -> list[Built]:
    """Three files first, then one PDF."""
    package = _frozen(notices.cacem(rng, recommender="中国安装协会"))
    whole = package.common
    layouts = notices.cacem_pages(package, [cast.team(rng, cast.organisation(rng, jiangsu=False))])
    from tests.factory.defects import _page_scan

    names = {"letter": "推荐函.pdf", "statistics": "统计表.pdf", "award": "获奖名单通知.pdf"}
    apart = replace(package, common={key: _page_scan(package, rng, names[key], [make]) for key, make in layouts.items()})
    expected = Expected(("packing-rule",), optional=("file-name-rule",), no_documents=True)
    first = _sent(apart, expected, rng, style, id_=FIRST)
    second = replace(package, common=whole, received=package.received + timedelta(hours=20), subject="回复：" + package.subject)
    return [first, _sent(second, Expected(kind="supplement"), rng, style, references=(FIRST,))]


@story
def ca_same_again(rng: Random, style: str) -> list[Built]:
    """The same PDF again."""
    package = _frozen(notices.cacem(rng, recommender="河南省工程建设协会"))
    return [_sent(package, Expected(), rng, style), _sent(_later(package, 20), Expected(), rng, style)]
