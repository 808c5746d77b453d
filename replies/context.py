"""The context of every reply: all that a template may use, in words that are ready to print.

Rendered keys equal declared keys: tests/unit/test_replies_context.py reads the templates and holds both together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ReplyDecision = Literal["accepted", "incomplete", "rejected", "held", "enquiry", "stranger"]
"""What the answer says. `enquiry`: a question, answered with the notice's essentials. `stranger`: someone quoted a case
that is not theirs; the answer tells nothing of it."""

ReplyKind = Literal["submission", "supplement", "review"]
"""What is answered: a first mail, a supplement to a case, or a later decision of staff (`review`)."""

LineSeverity = Literal["reject", "error", "review", "warning", "info"]


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding: its severity (bot.findings.Severity's value) and the sentence of `replies.sentences.sentence`."""

    severity: LineSeverity
    message: str


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file received with this mail. `path` as sent, through archives with `/`. `taken_for`: the label of the kind
    ("附件2 申报表", "其他文件"). `copy`: "电子版", "盖章版" or "" where it doesn't matter. `remark`: what befell the
    file, "" when nothing ("无法打开")."""

    path: str
    taken_for: str
    copy: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """One team's application as its whole case stands. Names are "" where the form states none; `reference` is "" where
    no number was given. `findings`: all of its own, any severity. `lacking`, `received_now`: labels of the required
    documents still missing, and of those that came with this mail (shown for supplements)."""

    decision: Literal["accepted", "incomplete", "rejected", "held"]
    organisation: str = ""
    team: str = ""
    title: str = ""
    reference: str = ""
    findings: tuple[FindingLine, ...] = ()
    received_now: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What heads it: organisation and team as far as they are known."""
        return " ".join(part for part in (self.organisation, self.team) if part) or "（申报表未写明组织和班组名称）"


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """Everything one answer says.

    Times are written out (`replies.times`). `references`: all numbers the mail concerns, applications' included, () when
    none was given. `recipient`: the sender's organisation or name, "" when unknown. `deadline`: the notice's;
    `supplement_until`: until when the missing may be sent (the deadline where the notice names no other);
    `still_open`: whether that moment is still to come. `changes_until`: until when a change must be confirmed with
    staff, with its 前 ("2025年6月30日17:00前"), "" where a new version simply takes the old one's place. `findings`: those that
    concern the whole mail, any severity.
    `essentials`: the notice's essentials, a line each. `contacts`: whom to ask, a line each, ready to print.
    `staff_note`: what staff add to a decision of theirs, "" when nothing.
    """

    decision: ReplyDecision
    association: str
    department: str
    programme_title: str
    mailbox: str
    deadline: str
    contacts: tuple[str, ...]
    kind: ReplyKind = "submission"
    references: tuple[str, ...] = ()
    recipient: str = ""
    received_at: str = ""
    supplement_until: str = ""
    changes_until: str = ""
    still_open: bool = True
    files: tuple[FileLine, ...] = ()
    applications: tuple[ApplicationLine, ...] = ()
    findings: tuple[FindingLine, ...] = ()
    essentials: tuple[str, ...] = ()
    staff_note: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer ready to send: subject, plain text and HTML alternative, without any part of the submitter's mail."""

    subject: str
    text: str
    html: str
