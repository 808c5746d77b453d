"""Document facts as plain JSON values and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.facts import Copy, DocumentFacts, SealFacts, SectionFacts
from parsers.values import Reason, Refusal


def to_json(facts: DocumentFacts) -> dict[str, Any]:
    """The facts as values that JSON keeps."""
    return asdict(facts)


def from_json(value: Mapping[str, Any]) -> DocumentFacts:
    """The facts that `to_json` wrote; keys of later versions are ignored, those of earlier ones get their defaults."""
    known = {key: item for key, item in value.items() if key in DocumentFacts.__dataclass_fields__}
    refusal = known.get("refusal")
    return DocumentFacts(
        **{
            **known,
            "copy": Copy(known["copy"]),
            "refusal": Refusal(Reason(refusal["reason"]), refusal["detail"]) if refusal else None,
            "doubtful": tuple(known.get("doubtful", ())),
            "sections": tuple(SectionFacts(**section) for section in known.get("sections", ())),
            "rows": tuple(known.get("rows", ())),
            "parts": tuple(known.get("parts", ())),
            "part_seals": {kind: _seal(seal) for kind, seal in known.get("part_seals", {}).items()},
            "seal": _seal(known["seal"]) if known.get("seal") else None,
            "fingerprint": tuple(known.get("fingerprint", ())),
            "notes": tuple(known.get("notes", ())),
        }
    )


def _seal(value: Mapping[str, Any]) -> SealFacts:
    return SealFacts(value["present"], tuple(value["texts"]), tuple(value["confidences"]), value["certain"])
