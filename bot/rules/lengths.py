"""Lengths against the notice's limits, for `too-long` and `too-short`: one definition, characters without blanks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.facts import Application, Copy, DocumentFacts, Package
from bot.findings import Fact, Finding
from bot.names import file_name, unquoted
from bot.programme.specs import DocumentSpec
from bot.rules.context import Context
from parsers.forms.prose import count_characters


@dataclass(frozen=True, slots=True)
class Length:
    """A measured text: what it is called, its characters, its limits (0: none), its document."""

    label: str
    problem: str
    characters: int
    max: int
    min: int
    field: str | None
    document: DocumentFacts | None

    def finding(self, code: str, limit: int) -> Finding:
        """The finding of that code that the text breaks this limit."""
        facts: dict[str, Fact] = {"label": self.label, "actual": self.characters, "limit": limit, "problem": self.problem}
        if self.document is None:
            return Finding(code, facts, field=self.field)
        facts["file"] = file_name(self.document.path)
        return Finding(code, facts, field=self.field, document=self.document.kind, path=self.document.path)


def lengths_of(subject: Application | Package, context: Context) -> Iterator[Length]:
    """Each document and section with limits, and before them an application's title."""
    rule, title = context.programme.title_rule, title_of(subject) if isinstance(subject, Application) else ""
    if rule is not None and rule.max and title:
        spec = context.programme.field("title")
        yield Length(spec.label if spec else "经验名称", "title", count_characters(unquoted(title)), rule.max, 0, "title", None)
    yield from _lengths_of_documents(subject.documents, context)


def title_of(application: Application) -> str:
    """The experience's name: as a form read from text states it, else as the experience names itself; "" from scans only."""
    stated = [form.fields.get("title", "") for form in application.of("application_form") if not form.scanned]
    stated += [document.title for document in application.of("experience")]
    return next((title.strip() for title in stated if title.strip()), "")


def _lengths_of_documents(documents: tuple[DocumentFacts, ...], context: Context) -> Iterator[Length]:
    for spec in context.programme.documents:
        readable = [d for d in documents if d.kind == spec.kind and d.refusal is None and not d.scanned and d.characters]
        # A PDF of the same text beside the Word file is measured once, in Word.
        measured = [d for d in readable if d.copy is Copy.EDITABLE] or readable
        longest = max(measured, key=lambda d: d.characters, default=None)
        for document in measured:
            # What stands beside the long one is its annex: only the long one can be too short.
            yield from _lengths(spec, document, spec.min if document is longest else 0)


def _lengths(spec: DocumentSpec, document: DocumentFacts, least: int) -> Iterator[Length]:
    if spec.max or least:
        yield Length(spec.label, "document", document.characters, spec.max, least, None, document)
    sections = {section.key: section.characters for section in document.sections}
    for section in spec.sections:
        if sections.get(section.key):
            yield Length(section.key, "section", sections[section.key], section.max, section.min, None, document)
