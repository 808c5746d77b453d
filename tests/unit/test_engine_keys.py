"""A quick look at a mail: what it tells, and when it may have missed an entry."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from bot.engine.keys import tells_all
from bot.facts import Copy, DocumentFacts
from bot.intake.hasty_reader import LOOKED_PAST
from parsers.values import Refusal
from tests.world import entry


def document(
    path: str, kind: str, refusal: Refusal | None = LOOKED_PAST, fields: Mapping[str, str] = MappingProxyType({})
) -> DocumentFacts:
    format = path.rpartition(".")[2]
    return DocumentFacts(path, "0" * 64, 1, format, kind, Copy.EDITABLE, refusal, fields=fields)


FORM = document("申报表.docx", "application_form", None, entry(1))
STAMPED = document("申报表.pdf", "application_form")
OLD_FORM = document("申报表二.doc", "application_form")
PHOTO = document("IMG_0001.jpg", "other")
SCAN = document("扫描件.pdf", "other")


@pytest.mark.parametrize(
    ("documents", "all_told"),
    [
        ((FORM,), True),
        ((FORM, STAMPED), True),
        ((FORM, STAMPED, PHOTO, PHOTO, PHOTO), True),
        ((FORM, STAMPED, OLD_FORM), False),
        ((FORM, STAMPED, SCAN), False),
        ((PHOTO,), False),
        ((STAMPED,), False),
        ((), True),
    ],
)
def test_a_glance_tells_all_but_where_a_form_may_have_been_looked_past(documents: tuple[DocumentFacts, ...], all_told: bool) -> None:
    assert tells_all(documents) is all_told
