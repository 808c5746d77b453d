"""A call for papers by persons: whole mails of authors and of societies, judged by a programme that is not among the package's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.samples.letters import Mail
from bot.samples.package import Package
from bot.samples.word import write_docx
from tests.factory import calls
from tests.factory.__main__ import cases, of_call
from tests.factory.defects import SPECS
from tests.factory.stories import STORIES
from tests.papers import Papers, codes, judged

PROGRAMME = Path(__file__).parents[1] / "data" / "programmes" / "papers-2031.toml"
SOCIETY = calls.SOCIETIES[0]
AUTHORS = ("team", "organisation", "rank", "contact_mobile", "contact_email", "postcode")
"""The keys that are the author's, not the paper's."""


def posted(papers: Papers, package: Package) -> Mail:
    """The package as loose files; its opinions' scans are read perfectly."""
    files = []
    for one in package.entries:
        for role, piece in one.pieces.items():
            scan = role == "opinion"
            data = papers.paper((calls.opinion(one.fields), (one.fields["organisation"],))) if scan else piece.make()
            files.append((piece.path, data))
    files += [(piece.path, piece.make()) for piece in package.common.values()]
    return Mail(package.sender, package.mailbox, package.subject, package.text, package.received, tuple(files))


def outcomes(folder: Path, *packages: Package) -> list[dict[str, Any]]:
    papers = Papers()
    return judged(papers, folder, *(posted(papers, package) for package in packages), programme=PROGRAMME)


def entries(outcome: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(author, title, decision) of each entry."""
    return [(one["fields"]["team"], one["fields"]["title"], one["decision"]) for one in outcome["applications"]]


def of(package: Package, decisions: Sequence[str]) -> list[tuple[str, str, str]]:
    """What the package's entries come to, if they come to these decisions."""
    return [(one.fields["team"], one.fields["title"], decision) for one, decision in zip(package.entries, decisions, strict=True)]


def two_papers(rng: Random, shared: Sequence[str]) -> Package:
    """Two papers in one mail, what is `shared` the same in both; file names tell a number and no name."""
    package = calls.papers(rng, count=2)
    first, second = package.entries
    second.fields |= {key: first.fields[key] for key in shared}
    for number, one in enumerate(package.entries, start=1):
        for piece in one.pieces.values():
            piece.path = f"{number}{piece.path.partition('-')[0]}.{piece.path.rpartition('.')[2]}"
    return package


def test_an_authors_complete_paper(tmp_path: Path) -> None:
    package = calls.papers(Random(1))
    (outcome,) = outcomes(tmp_path, package)
    assert (outcome["programme"], outcome["channel"], outcome["decision"], codes(outcome)) == ("papers-2031", "enterprise", "accepted", [])
    (application,) = outcome["applications"]
    assert application["reference"] == "PAPER2031-0001"
    stated = {key: text for key, text in package.entries[0].fields.items() if text}
    assert {"team", "title", "organisation", "rank", "keywords"} <= set(stated)
    assert {key: application["fields"][key] for key in stated} == stated
    kinds = [(document["kind"], document["copy"]) for document in outcome["documents"]]
    assert kinds == [("application_form", "editable"), ("experience", "editable"), ("recommendation_form", "stamped")]


def test_a_societys_papers(tmp_path: Path) -> None:
    package = calls.papers(Random(2), count=3, society=SOCIETY, folders=False)
    (outcome,) = outcomes(tmp_path, package)
    assert (outcome["channel"], outcome["decision"], codes(outcome)) == ("recommender", "accepted", [])
    assert entries(outcome) == of(package, ["accepted"] * 3)


@pytest.mark.parametrize(("role", "asked"), [("text", "论文全文（Word版）"), ("opinion", "单位推荐意见（盖章扫描件）")])
def test_a_paper_that_lacks_a_file(tmp_path: Path, role: str, asked: str) -> None:
    package = calls.papers(Random(3))
    one = package.entries[0]
    lacking = replace(package, entries=[replace(one, pieces={key: piece for key, piece in one.pieces.items() if key != role})])
    later = replace(package, entries=[replace(one, pieces={role: one.pieces[role]})], received=package.received + timedelta(hours=3))
    first, second = outcomes(tmp_path, lacking, later)
    assert (first["decision"], codes(first)) == ("incomplete", ["missing-document"])
    (finding,) = first["applications"][0]["findings"]
    assert finding["message"] == f"缺少{asked}，请补交。"
    assert (second["kind"], second["decision"], codes(second)) == ("supplement", "accepted", [])
    assert second["applications"][0]["reference"] == first["applications"][0]["reference"]


def test_the_list_is_a_societys_alone(tmp_path: Path) -> None:
    package = calls.papers(Random(4), count=2, society=SOCIETY, folders=False)
    package.common.clear()
    (outcome,) = outcomes(tmp_path, package)
    assert [(finding["code"], finding["document"]) for finding in outcome["findings"]] == [("missing-document", "summary_sheet")]


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"摘要": 420}, "too-long"),
        ({"二、方法": 300}, "too-short"),
        ({"参考文献": 0}, "missing-section"),
    ],
)
def test_what_a_text_must_keep(tmp_path: Path, changed: dict[str, int], found: str) -> None:
    package = calls.papers(Random(5))
    one = package.entries[0]
    lengths = {heading: length for heading, length in (calls.LENGTHS | changed).items() if length}
    one.pieces["text"].make = lambda: write_docx(calls.full_text(Random(5), one.fields, lengths))
    (outcome,) = outcomes(tmp_path, package)
    assert (outcome["decision"], codes(outcome)) == ("incomplete", [found])


@pytest.mark.parametrize(("fund", "found"), [("", ["missing-field"]), ("BH310077", [])])
def test_a_funded_papers_number(tmp_path: Path, fund: str, found: list[str]) -> None:
    package = calls.papers(Random(6))
    package.entries[0].fields |= {"funded": "是", "fund": fund}
    (outcome,) = outcomes(tmp_path, package)
    assert codes(outcome) == found


@pytest.mark.parametrize("first", ["author", "society"])
def test_one_paper_by_two_senders(tmp_path: Path, first: str) -> None:
    """Who comes later is told; the society's other paper is none the worse."""
    own, bundle = calls.papers(Random(7)), calls.papers(Random(8), count=2, society=SOCIETY, folders=False)
    bundle.entries[0].fields |= {key: text for key, text in own.entries[0].fields.items() if key != "recommender"}
    one, two = (own, bundle) if first == "author" else (bundle, own)
    two.received = one.received + timedelta(hours=5)
    before, after = outcomes(tmp_path, one, two)
    assert (before["decision"], codes(before)) == ("accepted", [])
    assert codes(after) == ["duplicate-channel"]
    assert entries(after) == of(two, ["rejected", "accepted"] if first == "author" else ["rejected"])


def test_two_papers_of_one_author_are_two_entries(tmp_path: Path) -> None:
    package = two_papers(Random(9), AUTHORS)
    (outcome,) = outcomes(tmp_path, package)
    assert entries(outcome) == of(package, ["accepted", "accepted"])
    assert len({one["reference"] for one in outcome["applications"]}) == 2


def test_two_persons_of_one_place_of_work_are_two_entries(tmp_path: Path) -> None:
    package = two_papers(Random(10), ("organisation", "postcode"))
    (outcome,) = outcomes(tmp_path, package)
    assert entries(outcome) == of(package, ["accepted", "accepted"])


def test_an_authors_second_paper_in_a_later_mail_is_no_duplicate(tmp_path: Path) -> None:
    one, two = calls.papers(Random(11)), calls.papers(Random(12))
    two.entries[0].fields |= {key: one.entries[0].fields[key] for key in AUTHORS}
    two = replace(two, sender=one.sender, received=one.received + timedelta(days=1))
    before, after = outcomes(tmp_path, one, two)
    assert [codes(before), codes(after)] == [[], []]
    assert before["applications"][0]["reference"] != after["applications"][0]["reference"]


def test_the_same_paper_again_is_registered_once(tmp_path: Path) -> None:
    package = calls.papers(Random(13))
    first, again = outcomes(tmp_path, package, replace(package, received=package.received + timedelta(days=1)))
    assert again["applications"][0]["reference"] == first["applications"][0]["reference"]
    assert codes(again) == []


def test_the_factory_keeps_the_calls_cases_apart() -> None:
    """Their programme is not the package's: who judges a seed's cases by the four must not meet them."""
    own = {spec.base for spec in SPECS if of_call(spec.name)}
    assert own == {"pp", "pp-society", "pp-flat"}
    assert own.isdisjoint(spec.base for spec in SPECS if not of_call(spec.name))
    assert {name for name in STORIES if of_call(name)} >= {"pp_two_senders", "pp_second_paper_later"}
    assert [name for name, _ in cases(1, 1, "complete", call=True)] == ["pp_complete-1", "pp-society_complete-1", "pp-flat_complete-1"]
