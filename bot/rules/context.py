"""What a rule may know beside its subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any

from bot.facts import Package
from bot.programme.programme import Programme


@dataclass(frozen=True, slots=True)
class Context:
    """The programme, the whole package, and the rule's own options (defaults overridden by the programme)."""

    programme: Programme
    package: Package
    options: Mapping[str, Any] = default(default_factory=dict)
    memo: dict[Any, Any] = default(default_factory=dict)
    """What was worked out once for the whole package, shared by all checks of one run."""
