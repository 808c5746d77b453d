"""The kinds of letter."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The contract's kinds of mail."""

    SUBMISSION = "submission"
    SUPPLEMENT = "supplement"
    ENQUIRY = "enquiry"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    LIST = "list"
    OWN = "own"
    OTHER = "other"


IGNORED = frozenset({Kind.BOUNCE, Kind.AUTO_REPLY, Kind.LIST, Kind.OWN})
