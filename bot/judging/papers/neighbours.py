"""What the other files of a mail say of a file's kind.

People call a text 成果.docx or 第二泵站运行组.docx and head it with a motto; it is still the material that everybody else's mail
calls 评审材料. And what only its name calls a list (合格率统计表.xlsx) gives way to what says so itself.

The votes look at the mail as it was before any of them was heard, so their order decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.facts import Copy
from bot.judging.evidence import Sign
from bot.judging.papers.bare import find_entries
from bot.judging.papers.classify import Paper, weigh
from bot.judging.papers.votes import Said, cast
from bot.names import folder
from bot.programme.programme import Programme
from bot.programme.specs import DocumentSpec

_LEAST = 500
"""Characters of running text; a shorter file is a note."""
_PROSE = frozenset({"docx", "doc", "wps", "rtf", "odt", "pdf"})


@dataclass(frozen=True)
class Mail:
    """A mail's papers, each with the votes of its own."""

    programme: Programme
    papers: Sequence[Paper]

    @cached_property
    def entries(self) -> int:
        """How many entries its forms are of."""
        return len(find_entries(self.papers))

    @cached_property
    def missing(self) -> dict[int, list[Said]]:
        """By the paper's place, the kinds of which its entry has none yet, with the folder of that entry."""
        found: dict[int, list[Said]] = {}
        specs = [spec for spec in self.programme.documents if spec.scope == "application" and not spec.columns and (spec.min or spec.max)]
        if self.programme.case == "application" and self.entries:
            for spec in specs:
                for number, place in _by_elimination(self, spec).items():
                    found.setdefault(number, []).append((spec.kind, place))
        return found


Find = Callable[[Mail, int], Iterable[Said]]
"""What a mail says of the paper at a place."""


def missing_text(mail: Mail, number: int) -> Iterable[Said]:
    """An entry's text of a limited length is not there, and this is the longest text of no known kind beside its form.

    甲/申报表.docx with 甲/成果.docx shows it; with 甲/评审材料.docx beside them 成果.docx gets none.
    """
    yield from mail.missing.get(number, ())


def another_says_so(mail: Mail, number: int) -> Iterable[Said]:
    """Another file says itself that it is the package's paper that only its name calls this one.

    合格率统计表.docx beside 附件4.docx, headed 活动统计表, shows it; 统计表.docx alone is silent.
    """
    paper = mail.papers[number].facts
    if _is_namesake(mail.programme, mail.papers[number]):
        for other in mail.papers:
            same = other.facts.kind == paper.kind and other.facts.copy is paper.copy and other.facts.refusal is None
            if same and other.says_itself:
                yield paper.kind, other.facts.path
                return


def format_not_asked(mail: Mail, number: int) -> Iterable[Said]:
    """The format of a package's paper, that only its name calls so, is none of those that the notice asks for.

    合格率统计表.xlsx where statistics are asked for as a text shows it; 统计表.docx is silent.
    """
    paper = mail.papers[number].facts
    spec = mail.programme.document(paper.kind)
    if _is_namesake(mail.programme, mail.papers[number]) and spec and spec.formats and paper.format not in spec.formats:
        yield paper.kind, paper.format


MAIL_VOTES: tuple[Sign[Find], ...] = (
    Sign("another-says-so", -8, another_says_so),
    Sign("format-not-asked", -8, format_not_asked),
    Sign("missing-text", 1, missing_text),
)


def hear_the_mail(programme: Programme, papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """The papers, with what the others say of each heard."""
    mail = Mail(programme, papers)
    return tuple(paper.heard(cast(MAIL_VOTES, mail, number)) for number, paper in enumerate(papers))


def _is_namesake(programme: Programme, paper: Paper) -> bool:
    """Whether nothing but its name calls a file that was read a paper of the whole package."""
    spec = programme.document(paper.facts.kind)
    read = paper.facts.copy is Copy.EDITABLE and paper.facts.refusal is None
    return read and spec is not None and spec.scope == "package" and not paper.says_itself


def _is_unknown(mail: Mail, number: int) -> bool:
    """Whether a paper's kind is unknown, or will be when what speaks against its name is heard."""
    against = cast([sign for sign in MAIL_VOTES if sign.weight < 0], mail, number)
    return weigh((*mail.papers[number].votes, *against)).best is None


def _by_elimination(mail: Mail, spec: DocumentSpec) -> dict[int, str]:
    """The texts that, where an entry's text of this kind is not there, must be it, with the entry's folder; inner folders first."""
    forms = [paper.facts for paper in mail.papers if paper.facts.kind == "application_form" and not paper.facts.scanned]
    places = {folder(form.path) for form in forms} if mail.entries > 1 else {""}
    found: dict[int, str] = {}
    for place in sorted(places, key=lambda place: (-len(place), place)):
        apart = bool(place) and mail.entries > 1
        near = [n for n, paper in enumerate(mail.papers) if not apart or paper.facts.path.startswith(place + "/")]
        wanted = 1 if apart or mail.entries == 1 else mail.entries
        wanted -= sum(1 for n in near if mail.papers[n].facts.kind == spec.kind or n in found)
        texts = [n for n in near if n not in found and _is_text(mail, n)]
        lengths = sorted((mail.papers[n].facts.characters for n in texts), reverse=True)[: max(0, wanted)]
        found |= {n: place for n in texts if lengths and mail.papers[n].facts.characters >= lengths[-1]}
    return found


def _is_text(mail: Mail, number: int) -> bool:
    document = mail.papers[number].facts
    prose = document.format in _PROSE and not document.scanned and document.refusal is None
    return prose and document.characters >= _LEAST and _is_unknown(mail, number)
