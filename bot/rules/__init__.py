"""One rule a module. A rule is `check(subject, context)` yielding findings; see `Rule` and docs/rules.md.

A rule module has: its docstring (its page in docs/rules.md), `SUMMARY` and `GUIDE` (what staff read of it in the console),
`ID`, `CODES` (the finding codes it can yield), `Options` where it has any (their types and defaults, which a programme's
`[rules.<id>]` overrides; see `bot.rules.options`), and one or both of `check_application(application, context)` and
`check_package(package, context)`, which yield findings.

Rules know no store, clock or network; severity is the programme's; sentences are `replies`'.
"""

from __future__ import annotations
