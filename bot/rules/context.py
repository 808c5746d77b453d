"""What a rule may know beside its subject."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as default
from typing import Any, Generic, TypeVar

from bot.facts import Package
from bot.programme.programme import Programme
from bot.rules.options import RuleOptions

Own = TypeVar("Own", bound=RuleOptions)


@dataclass(frozen=True, slots=True)
class Context:
    """The programme and the whole package."""

    programme: Programme
    package: Package
    memo: dict[Any, Any] = default(default_factory=dict)
    """What was worked out once for the whole package, shared by all checks of one run."""


@dataclass(frozen=True, slots=True)
class RuleContext(Context, Generic[Own]):
    """The same, and the rule's own options: its defaults, overridden by the programme."""

    options: Own = default(kw_only=True)
