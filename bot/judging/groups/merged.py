"""What several documents of one application, or of the whole, say together."""

from __future__ import annotations

from collections.abc import Sequence

from bot.facts import Copy, DocumentFacts

NAMES = ("organisation", "team", "title")


def merged_fields(documents: Sequence[DocumentFacts]) -> dict[str, str]:
    """An application's fields: the editable form's; a scanned form's only where no editable form was read; and where no
    form states them, the names that the other documents do."""
    forms = [d for d in documents if d.kind == "application_form" and d.fields]
    forms.sort(key=lambda d: (d.copy is not Copy.EDITABLE, d.scanned))
    fields = dict(forms[0].fields) if forms else {}
    if not forms:
        for document in documents:
            for key in NAMES:
                if key not in fields and document.fields.get(key):
                    fields[key] = document.fields[key]
    return fields


def merged_statistics(documents: Sequence[DocumentFacts]) -> dict[str, str]:
    """The numbers of the statistics form, the editable copy's first."""
    statistics: dict[str, str] = {}
    for document in sorted(documents, key=lambda d: (d.copy is not Copy.EDITABLE, d.scanned)):
        for key, value in document.statistics.items():
            statistics.setdefault(key, value)
    return statistics
