"""Whatever comes or lacks: nothing that lacks something required is accepted, and no rule crashes on any value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.facts import Channel, Copy, DocumentFacts, Package
from bot.findings import Decision, Finding, Verdict, decide
from bot.names import evened, name_likeness, plain_stem, ring_similarity
from bot.programme.programme import Programme
from bot.rules.registry import run_rules
from bot.rules.requirements import is_junk, lacks_anything
from bot.rules.units import find_listed
from bot.rules.values import PROBLEMS, count_of
from parsers.values import Reason, Refusal
from replies.sentences import sentence
from tests.unit.rules.build import BASES, document, programmes

TEXT = st.text(
    st.one_of(st.sampled_from("公司班组室第一二三（）()□☑是否无/／-—0123456789.%％≥万元 　年月日@,、；"), st.characters()), max_size=40
)
REASONS = st.sampled_from(Reason)
STRAYS = st.lists(
    st.tuples(st.sampled_from(["材料.zip", "a.pages", "b.mp4", "~$c.docx", "d.pdf", "e.docx"]), REASONS.map(Refusal)), max_size=2
)


def found_in(package: Package, programme: Programme) -> list[Finding]:
    of_applications, of_mail = run_rules(package, programme)
    return [*of_mail, *(finding for findings in of_applications for finding in findings)]


def decision_on(package: Package, programme: Programme) -> Decision:
    return decide(
        Verdict(finding.code, programme.severity_of(finding.code), sentence(finding.code, finding.facts))
        for finding in found_in(package, programme)
    )


@settings(max_examples=300, deadline=None)
@given(
    base=st.sampled_from(sorted(BASES)),
    drawn=st.lists(st.one_of(st.just("keep"), st.just("keep"), st.just("drop"), REASONS), min_size=12, max_size=12),
    strays=STRAYS,
    channel=st.sampled_from(["as it is", None, *Channel]),
    applications=st.booleans(),
)
def test_what_lacks_something_required_is_never_accepted(
    base: str, drawn: list[str | Reason], strays: list[tuple[str, Refusal]], channel: str | Channel | None, applications: bool
) -> None:
    identity, build = BASES[base]
    fate = iter(drawn)

    def kept(documents: tuple[DocumentFacts, ...]) -> tuple[DocumentFacts, ...]:
        out = []
        for one in documents:
            what = next(fate)
            if isinstance(what, Reason):
                out.append(
                    replace(one, refusal=Refusal(what), fields={}, sections=(), rows=(), parts=(), seal=None, title="", characters=0)
                )
            elif what == "keep":
                out.append(one)
        return tuple(out)

    package = build()
    package = replace(
        package,
        documents=kept(package.documents),
        applications=tuple(replace(one, documents=kept(one.documents)) for one in package.applications) if applications else (),
        unassigned=tuple(document(name, "other", refusal=refusal) for name, refusal in strays),
        channel=package.channel if channel == "as it is" else channel,  # type: ignore[arg-type]
    )
    unread = [one for one in package.all_documents if one.refusal is not None and one.kind != "other" and not is_junk(one)]
    if lacks_anything(package, programmes()[identity]) or unread:
        assert decision_on(package, programmes()[identity]) is not Decision.ACCEPTED


@settings(max_examples=200, deadline=None)
@given(
    base=st.sampled_from(sorted(BASES)),
    values=st.dictionaries(
        st.sampled_from(["organisation", "team", "title", "uscc", "year", "accidents", "pass_rate", "is_central_soe"]), TEXT
    ),
    stated=st.dictionaries(st.sampled_from(["recommended_teams", "mobile", "teams"]), TEXT),
    recommender=TEXT,
    path=TEXT,
)
def test_no_rule_crashes_on_any_value(base: str, values: Mapping[str, str], stated: Mapping[str, str], recommender: str, path: str) -> None:
    identity, build = BASES[base]
    package = build()

    def changed(one: DocumentFacts) -> DocumentFacts:
        fields = {**one.fields, **values} if one.fields and one.copy is Copy.EDITABLE else one.fields
        rows = tuple({**row, **values} for row in one.rows)
        return replace(one, path=path + one.path, fields=fields, statistics={**one.statistics, **stated}, rows=rows, period=recommender)

    package = replace(
        package,
        recommender=recommender,
        statistics=stated,
        documents=tuple(map(changed, package.documents)),
        applications=tuple(replace(one, documents=tuple(map(changed, one.documents))) for one in package.applications),
    )
    for finding in found_in(package, programmes()[identity]):
        assert finding.code != "internal-error"
        assert sentence(finding.code, finding.facts).isprintable()


@settings(max_examples=300)
@given(one=TEXT, other=TEXT)
def test_comparing_names_is_even_handed(one: str, other: str) -> None:
    assert evened(evened(one)) == evened(one)
    assert name_likeness(one, other) == name_likeness(other, one)
    assert name_likeness(one, one) == 1
    assert 0 <= ring_similarity(one, other) <= 1
    assert find_listed(one, [other]) in (None, other)
    assert "/" not in plain_stem(f"{one}/x.pdf")


@settings(max_examples=300)
@given(value=TEXT)
def test_checking_a_value_names_a_problem_or_none(value: str) -> None:
    for check in PROBLEMS.values():
        assert isinstance(check(value), str)
    count = count_of(value)
    assert count is None or isinstance(count, int)
