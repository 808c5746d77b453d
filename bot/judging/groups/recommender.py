"""Which association recommends: every source of a name, weighed for each name that any of them gives.

What an association fills in about itself outweighs what forms say of it, and those what stands on the letter; a typed paper outweighs
a scanned one, in which a character may be misread. Names that differ only in brackets and blanks are one candidate.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from bot.facts import Application, Copy, DocumentFacts
from bot.judging.evidence import Choice, Evidence, Sign, choose
from bot.judging.groups.signs import Sent, association_name, stated_by
from bot.judging.papers.material import Material
from bot.names import is_association, name_key, stem
from bot.programme.programme import Programme
from parsers.values import Letter

Find: TypeAlias = Callable[[Sent, str], str | None]
"""In what a name (as its key) was seen, None where it was not."""

LEAST, LEAD = 5, 1


def find_recommender(
    programme: Programme, letter: Letter, whole: Sequence[DocumentFacts], applications: Sequence[Application], material: Material
) -> Choice[str]:
    """The recommending association's name as far as the package states it; unknown where two are stated alike."""
    return weigh(Sent(programme, letter, whole, applications, material))


def _evidence(sent: Sent, key: str, signs: Sequence[Sign[Find]]) -> Iterator[Evidence]:
    for sign in signs:
        if (seen := sign.find(sent, key)) is not None:
            yield Evidence(sign.name, sign.weight, seen)


def _candidates(sent: Sent) -> Iterator[str]:
    """Each name that any source gives, as written; a name in a paper before the same name elsewhere."""
    for document in sorted(sent.whole, key=lambda d: (d.kind != "statistics_form", d.copy is not Copy.EDITABLE, d.scanned)):
        yield association_name(document.fields.get("recommender", ""))
    yield from map(stated_by, sent.applications)
    written = [*_names(sent), sent.letter.subject]
    yield from (name for name in sent.programme.recommenders if any(name_key(name) in name_key(text) for text in written))
    host = name_key(sent.programme.association)
    yield from (name.strip() for name in _names(sent) if is_association(name) and name_key(name) != host)


def _names(sent: Sent) -> Iterator[str]:
    """What stands where a sender writes its name."""
    yield sent.sender
    yield from _archive_names(sent)
    yield from (stem(d.path) for d in sent.whole)


def _archive_names(sent: Sent) -> Iterator[str]:
    yield from (_NUMBER.sub("", stem(path)) for path, _ in sent.material.archives)


_NUMBER = re.compile(r"^[\d.、\s]+")


def _statistics_form(sent: Sent, key: str) -> str | None:
    """The statistics form names it. Seen in 推荐单位：甲协会 of 附件4 活动统计表.docx; not in that line of a summary sheet."""
    return next((d.path for d in _stating(sent, key) if d.kind == "statistics_form"), None)


def _paper_of_the_whole(sent: Sent, key: str) -> str | None:
    """A paper of the whole names it. Seen in 推荐单位：甲协会 of a summary sheet; not in that line of a team's form."""
    return next((d.path for d in _stating(sent, key)), None)


def _typed_paper(sent: Sent, key: str) -> str | None:
    """A paper of the whole that was typed names it. Seen in 附件4 活动统计表.docx; not in its scan."""
    return next((d.path for d in _stating(sent, key) if d.copy is Copy.EDITABLE and not d.scanned), None)


def _stating(sent: Sent, key: str) -> Iterator[DocumentFacts]:
    return (d for d in sent.whole if name_key(association_name(d.fields.get("recommender", ""))) == key)


def _form(sent: Sent, key: str) -> str | None:
    """A form names it as its recommender. Seen in 推荐协会：甲协会; not where an applicant names itself on that line."""
    return next((stated_by(a) for a in sent.applications if name_key(stated_by(a)) == key), None)


def _most_forms(sent: Sent, key: str) -> str | None:
    """More forms name it than any other. Seen in two of three forms; not where one names it and one another."""
    counts = Counter(name_key(name) for a in sent.applications if (name := stated_by(a)))
    mine = counts.pop(key, 0)
    return f"{mine}/{mine + counts.total()}" if mine > max(counts.values(), default=0) else None


def _sender(sent: Sent, key: str) -> str | None:
    """The sender is called so. Seen in From 甲协会; not in From 甲协会王芳."""
    return sent.sender if name_key(sent.sender) == key else None


def _archive(sent: Sent, key: str) -> str | None:
    """An archive is called so. Seen in 1.甲协会.zip; not in 甲协会推荐材料.zip."""
    return next((name for name in _archive_names(sent) if name_key(name) == key), None)


def _file(sent: Sent, key: str) -> str | None:
    """A file of the whole is called so. Seen in 甲协会.pdf; not in 甲协会统计表.pdf."""
    return next((d.path for d in sent.whole if name_key(stem(d.path)) == key), None)


def _mentioned(sent: Sent, key: str) -> str | None:
    """It stands within the subject or one of these names. Seen in the subject 甲协会推荐材料; not in the subject 推荐材料."""
    return next((text for text in (sent.letter.subject, *_names(sent)) if key in name_key(text)), None)


def _listed(sent: Sent, key: str) -> str | None:
    """The notice lists it. Seen in a name on the notice's list of recommenders; not in any other."""
    return next((name for name in sent.programme.recommenders if name_key(name) == key), None)


SIGNS: tuple[Sign[Find], ...] = (
    Sign("statistics-form", 14, _statistics_form),
    Sign("paper-of-the-whole", 11, _paper_of_the_whole),
    Sign("typed-paper", 6, _typed_paper),
    Sign("form", 8, _form),
    Sign("most-forms", 2, _most_forms),
    Sign("sender", 8, _sender),
    Sign("archive", 7, _archive),
    Sign("file", 6, _file),
    Sign("mentioned", 1, _mentioned),
    Sign("listed", 4, _listed),
)
"""Where a recommender's name may stand."""


def weigh(sent: Sent, signs: Sequence[Sign[Find]] = SIGNS) -> Choice[str]:
    """The recommender's name by these signs."""
    names: dict[str, str] = {}
    for name in _candidates(sent):
        if key := name_key(name):
            names.setdefault(key, name)
    return choose(names.values(), lambda name: _evidence(sent, name_key(name), signs), LEAST, LEAD)
