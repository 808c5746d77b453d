"""Who sends: the applicant itself, or an association, and which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bot.facts import Application, Channel, Copy, DocumentFacts
from bot.judging.letters.quoting import own_text
from bot.judging.papers.material import Material
from bot.names import is_association, name_key, organisation_key, shared_run, stem, trade_name
from bot.programme.programme import Programme
from parsers.values import Letter


def find_recommender(
    programme: Programme, letter: Letter, whole: Sequence[DocumentFacts], applications: Sequence[Application], material: Material
) -> str:
    """The recommending association's name as far as the package states it, "" where it does not."""
    for document in sorted(whole, key=lambda d: (d.kind != "statistics_form", d.copy is not Copy.EDITABLE, d.scanned)):
        if name := _association_name(document.fields.get("recommender", "")):
            return name
    stated = Counter(name for a in applications if (name := _stated_by(a)))
    if stated:
        return stated.most_common(1)[0][0]
    host = name_key(programme.association)
    names = [letter.sender.name if letter.sender else ""]
    names += [re.sub(r"^[\d.、\s]+", "", stem(path)) for path, _ in material.archives]
    names += [stem(d.path) for d in whole]
    listed = {name_key(name): name for name in programme.recommenders}
    for name in names:
        if name_key(name) in listed:
            return listed[name_key(name)]
    for name in names:
        if is_association(name) and name_key(name) != host:
            return name.strip()
    for key, name in listed.items():
        if key in name_key(letter.subject) or any(key in name_key(other) for other in names):
            return name
    return ""


def _stated_by(application: Application) -> str:
    """The association that a form names; an applicant that names itself on that line names none."""
    name = _association_name(application.fields.get("recommender", ""))
    return "" if organisation_key(name) == organisation_key(application.fields.get("organisation", "")) else name


def _association_name(value: str) -> str:
    value = re.sub(r"[_＿\s]+$", "", value).strip()
    return value if len(name_key(value)) >= 2 else ""


_RECOMMENDERS_OWN = frozenset({"statistics_form", "review_summary", "recommendation_letter", "award_notice", "recommendation_bundle"})
_EVERYBODYS = frozenset({"work_summary"})
"""An enterprise, too, may add a summary of its team's work; another shows an association where one is named, or no applicant is."""


def find_channel(
    programme: Programme,
    letter: Letter,
    whole: Sequence[DocumentFacts],
    applications: Sequence[Application],
    recommender: str,
    material: Material,
) -> Channel | None:
    """Who sends: told by documents that only a recommender has, by several applicants, or by who signs; None where the
    material tells nothing."""
    if not material.documents:
        return None
    if any(d.kind in _RECOMMENDERS_OWN for d in whole):
        return Channel.RECOMMENDER
    organisations = {organisation_key(a.fields["organisation"]) for a in applications if a.fields.get("organisation")}
    if len(organisations) > 1:
        return Channel.RECOMMENDER
    if programme.case == "package" and any(d.kind == "application_form" for d in material.documents):
        return Channel.ENTERPRISE  # where recommenders send no applications, who sends one applies
    sender = letter.sender.name if letter.sender else ""
    if organisations and any(shared_run(trade_name(o), organisation_key(sender)) >= max(4, len(trade_name(o)) - 2) for o in organisations):
        return Channel.ENTERPRISE
    if (recommender or not organisations) and any(d.kind in _EVERYBODYS and not _is_a_teams(d, applications) for d in whole):
        return Channel.RECOMMENDER
    if recommender and is_association(sender):
        return Channel.RECOMMENDER
    stated = any(_stated_by(a) for a in applications)
    if recommender and len(organisations) == 1 and not _speaks_for(recommender, letter, applications, material):
        return Channel.ENTERPRISE  # its papers name its association, and nothing shows that the association sends
    if recommender and (stated or is_association(recommender)):
        return Channel.RECOMMENDER
    if applications or whole:
        return Channel.ENTERPRISE
    return Channel.ENTERPRISE if not recommender and _applies(programme, sender, letter, material) else None


def _is_a_teams(document: DocumentFacts, applications: Sequence[Application]) -> bool:
    """Whether a paper is called after one of the applicants or teams."""
    names = (name for a in applications for name in (trade_name(a.fields.get("organisation", "")), name_key(a.fields.get("team", ""))))
    return any(name and name in name_key(stem(document.path)) for name in names)


def _applies(programme: Programme, sender: str, letter: Letter, material: Material) -> bool:
    """Whether a letter with no form known here is an applicant's all the same: a company is named, or it speaks of applying
    where recommenders only recommend, and all it brings was read."""
    own = own_text(letter.text)
    written = " ".join((sender, letter.subject, *(stem(d.path) for d in material.documents)))
    if _COMPANY_NAMED.search(name_key(written)) or _OUR_COMPANY.search(own):
        return True
    if re.search("有限(?:责任)?公司", own) and not re.search("推荐|我会|本会", own):
        return True
    read = all(d.refusal is None and not d.scanned and d.characters for d in material.documents)
    words = " ".join((written, own))
    return programme.case == "package" and read and "申报" in words and not _RECOMMENDS.search(words)


_ENDORSEMENTS = frozenset({"recommendation_form"})


def _speaks_for(recommender: str, letter: Letter, applications: Sequence[Application], material: Material) -> bool:
    """Whether one applicant's package shows the association's hand: its name on the letter or the archive, its reason or its form."""
    if any(d.kind in _ENDORSEMENTS for a in applications for d in a.documents):
        return True
    if any(name_key(a.fields.get("recommendation_reason", "")) for a in applications):
        return True
    written = (letter.sender.name if letter.sender else "", letter.subject, *(stem(path) for path, _ in material.archives))
    return bool(name_key(recommender)) and any(name_key(recommender) in name_key(text) for text in written)


_OUR_COMPANY = re.compile(r"(?:我|本|我们)公司|我司|我厂|本厂")
_RECOMMENDS = re.compile(r"推荐|协会|联合会|我会")
_COMPANY_NAMED = re.compile(r"有限责任公司|有限公司|股份公司|集团公司|总公司|分公司|工程公司|集团")
