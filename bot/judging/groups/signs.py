"""The signs by which a sender is told: the applicant itself, or an association that recommends.

Each kind of sender has its table. A sign looks at what was sent and says in what it was seen, or None where it was not; none knows
of another, and their order means nothing. What only a recommender has outweighs all that speaks for an applicant; a name that
a form merely mentions weighs less than the form itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.facts import Application, Channel, DocumentFacts
from bot.judging.evidence import Sign
from bot.judging.letters.quoting import own_text
from bot.judging.papers.material import Material
from bot.names import is_association, name_key, organisation_key, shared_run, stem, trade_name
from bot.programme.programme import Programme
from parsers.values import Letter


@dataclass(frozen=True, slots=True)
class Sent:
    """What one mail shows of its sender. `whole`: its documents of the whole package; `recommender`: the association's name as far
    as the package states it, "" where it does not."""

    programme: Programme
    letter: Letter
    whole: Sequence[DocumentFacts]
    applications: Sequence[Application]
    material: Material
    recommender: str = ""

    @property
    def sender(self) -> str:
        """The name in From, "" where there is none."""
        return self.letter.sender.name if self.letter.sender else ""

    @property
    def organisations(self) -> Mapping[str, str]:
        """The applicants that the forms name, as written, by their keys."""
        names = (a.fields.get("organisation", "") for a in self.applications)
        return {organisation_key(name): name for name in names if name}

    @property
    def association(self) -> str:
        """The recommender where a form names it as one, or it is called an association; "" for a name that may be anybody's."""
        stated = any(stated_by(a) for a in self.applications)
        return self.recommender if stated or is_association(self.recommender) else ""

    @property
    def outside(self) -> tuple[str, ...]:
        """What is written outside the papers: the sender's name, the subject, the archives' names."""
        return (self.sender, self.letter.subject, *(stem(path) for path, _ in self.material.archives))

    @property
    def without_papers(self) -> bool:
        """Whether there is no form, no paper of the whole and no recommender's name, so that only the letter's words are left."""
        return not (self.applications or self.whole or self.recommender)


def stated_by(application: Application) -> str:
    """The association that a form names, "" for none; an applicant that names itself on that line names none."""
    name = association_name(application.fields.get("recommender", ""))
    return "" if organisation_key(name) == organisation_key(application.fields.get("organisation", "")) else name


def association_name(value: str) -> str:
    """What was written on a recommender's line, "" where that is no name."""
    value = re.sub(r"[_＿\s]+$", "", value).strip()
    return value if len(name_key(value)) >= 2 else ""


Find: TypeAlias = Callable[[Sent], str | None]

# --- a recommender -----------------------------------------------------------------------------------------------

_RECOMMENDERS_OWN = frozenset({"statistics_form", "review_summary", "recommendation_letter", "award_notice", "recommendation_bundle"})


def _recommenders_papers(sent: Sent) -> str | None:
    """A paper that only a recommender has: its statistics, its letter, its review. Seen in 附件4 活动统计表.docx; not in a form."""
    return next((d.path for d in sent.whole if d.kind in _RECOMMENDERS_OWN), None)


def _several_applicants(sent: Sent) -> str | None:
    """Forms of more than one applicant. Seen in forms of 甲公司 and 乙公司; not in two teams' forms of 甲公司."""
    return "、".join(sent.organisations.values()) if len(sent.organisations) > 1 else None


def _association_sends(sent: Sent) -> str | None:
    """The sender is called an association, where one recommends. Seen in From 无锡市质量管理协会; not in From 王芳."""
    return sent.sender if sent.recommender and is_association(sent.sender) else None


def _association_outside(sent: Sent) -> str | None:
    """The association stands outside the papers. Seen in the subject 无锡市质量管理协会推荐材料; not where a form alone names it."""
    key = name_key(sent.association)
    return next((text for text in sent.outside if key in name_key(text)), None) if key else None


def _recommendation_reason(sent: Sent) -> str | None:
    """The named association has written its reason in a form. Seen in 协会推荐理由 with 同意推荐; not where that cell is empty."""
    reasons = (a.fields.get("recommendation_reason", "") for a in sent.applications)
    return next((reason for reason in reasons if name_key(reason)), None) if sent.association else None


def _recommendation_form(sent: Sent) -> str | None:
    """The named association's form for a team. Seen in 附件5 推荐表 beside a form that names it; not where none is named."""
    papers = (d for a in sent.applications for d in a.documents)
    return next((d.path for d in papers if d.kind == "recommendation_form"), None) if sent.association else None


def _summary_of_no_team(sent: Sent) -> str | None:
    """A summary of work that is nobody team's, with an association named, or no applicant. Seen in 附件5 工作总结.docx beside a form
    that names its association; not in 甲公司工作总结.docx of the applicant 甲公司."""
    if not sent.recommender and sent.organisations:
        return None
    return next((d.path for d in sent.whole if d.kind == "work_summary" and not _is_a_teams(d, sent.applications)), None)


def _is_a_teams(document: DocumentFacts, applications: Sequence[Application]) -> bool:
    names = (name for a in applications for name in (trade_name(a.fields.get("organisation", "")), name_key(a.fields.get("team", ""))))
    return any(name and name in name_key(stem(document.path)) for name in names)


def _papers_name_it(sent: Sent) -> str | None:
    """A form or a list names the association. Seen in 推荐单位：无锡市质量管理协会; not in a form whose line is empty."""
    key = name_key(sent.association)
    lines = [*map(stated_by, sent.applications), *(text for d in sent.whole for text in (d.fields.get("recommender", ""), stem(d.path)))]
    return next((line for line in lines if key in name_key(line)), None) if key else None


# --- the applicant itself ----------------------------------------------------------------------------------------


def _applicant_sends(sent: Sent) -> str | None:
    """The sender is called as the applicant is. Seen in From 甲乙水务 beside a form of 南京甲乙水务有限公司; not in From 王芳."""
    for key in sent.organisations:
        name = trade_name(key)
        if shared_run(name, organisation_key(sent.sender)) >= max(4, len(name) - 2):
            return sent.sender
    return None


def _form_where_none_is_sent(sent: Sent) -> str | None:
    """An application form where recommenders send none. Seen in 申报表.docx sent to a programme of packages; not in its 统计表.docx."""
    if sent.programme.case != "package":
        return None
    return next((d.path for d in sent.material.documents if d.kind == "application_form"), None)


def _application(sent: Sent) -> str | None:
    """A team's papers. Seen in 申报表.docx; not where only a list came."""
    return next((d.path for a in sent.applications for d in a.documents), None)


def _one_applicant(sent: Sent) -> str | None:
    """All forms are of one applicant. Seen in two teams' forms of 甲公司; not in forms of 甲公司 and 乙公司."""
    return next(iter(sent.organisations.values())) if len(sent.organisations) == 1 else None


def _list_without_association(sent: Sent) -> str | None:
    """A paper of the whole, and no association is named. Seen in 附件3 申报汇总表.xlsx alone; not where its 推荐单位 is filled in."""
    return next((d.path for d in sent.whole), None) if not sent.association else None


def _company_named(sent: Sent) -> str | None:
    """A company stands on a letter without papers. Seen in the subject 长沙甲建设有限公司申报; not in 湖南省建筑业协会推荐材料."""
    return next((text for text in _written(sent) if _COMPANY.search(name_key(text))), None) if sent.without_papers else None


def _our_company(sent: Sent) -> str | None:
    """The letter speaks for a company. Seen in 现将我公司申报材料发给您; not in 我会推荐以下班组."""
    return _found(_OUR_COMPANY, own_text(sent.letter.text)) if sent.without_papers else None


def _company_in_text(sent: Sent) -> str | None:
    """The text names a company and recommends nobody. Seen in 长沙甲建设有限公司，请查收; not in 我会推荐长沙甲建设有限公司."""
    own = own_text(sent.letter.text)
    return _found(_LIMITED, own) if sent.without_papers and not _OF_OURS.search(own) else None


def _speaks_of_applying(sent: Sent) -> str | None:
    """The letter applies where recommenders only recommend, and all it brings was read. Seen in 班组申报材料 sent to a programme of
    packages; not in 推荐材料, nor beside a scan that nobody could read."""
    read = all(d.refusal is None and not d.scanned and d.characters for d in sent.material.documents)
    words = " ".join((*_written(sent), own_text(sent.letter.text)))
    applies = sent.programme.case == "package" and read and not _RECOMMENDS.search(words)
    return _found(_APPLIES, words) if applies and sent.without_papers else None


def _written(sent: Sent) -> Iterator[str]:
    yield from (sent.sender, sent.letter.subject)
    yield from (stem(d.path) for d in sent.material.documents)


def _found(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found.group() if found else None


_COMPANY = re.compile(r"有限责任公司|有限公司|股份公司|集团公司|总公司|分公司|工程公司|集团")
_LIMITED = re.compile(r"有限(?:责任)?公司")
_OUR_COMPANY = re.compile(r"(?:我|本|我们)公司|我司|我厂|本厂")
_OF_OURS = re.compile(r"推荐|我会|本会")
_RECOMMENDS = re.compile(r"推荐|协会|联合会|我会")
_APPLIES = re.compile(r"申报")

SIGNS: Mapping[Channel, tuple[Sign[Find], ...]] = {
    Channel.RECOMMENDER: (
        Sign("recommenders-papers", 24, _recommenders_papers),
        Sign("several-applicants", 16, _several_applicants),
        Sign("association-sends", 6, _association_sends),
        Sign("association-outside", 6, _association_outside),
        Sign("recommendation-reason", 6, _recommendation_reason),
        Sign("recommendation-form", 6, _recommendation_form),
        Sign("summary-of-no-team", 6, _summary_of_no_team),
        Sign("papers-name-association", 2, _papers_name_it),
    ),
    Channel.ENTERPRISE: (
        Sign("applicant-sends", 12, _applicant_sends),
        Sign("form-where-none-is-sent", 8, _form_where_none_is_sent),
        Sign("company-named", 3, _company_named),
        Sign("our-company", 3, _our_company),
        Sign("company-in-text", 3, _company_in_text),
        Sign("speaks-of-applying", 3, _speaks_of_applying),
        Sign("teams-papers", 2, _application),
        Sign("one-applicant", 2, _one_applicant),
        Sign("list-without-association", 2, _list_without_association),
    ),
}
"""For each kind of sender, what speaks for it."""
