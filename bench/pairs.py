"""`python -m bench.pairs`: precision and recall of "certain" and "probable" on the labelled pairs of tests/data."""

from __future__ import annotations

from collections.abc import Callable

from bot.judging.before.same import Likeness
from tests.unit.test_entry_pairs import later_pairs, likeness, pairs

_LABELS = ("same", "variant", "different")


def main() -> None:
    """Print one row a verdict: for all pairs, then for those that were written after the rules."""
    report("all", pairs)
    report("later", later_pairs)


def report(name: str, pairs_of: Callable[[str], list[tuple[str, str, str]]]) -> None:
    """A probable match counts as right for a variant, and for nothing else."""
    seen = {label: [likeness(pair) for pair in pairs_of(label)] for label in _LABELS}
    print(f"{name}: {', '.join(f'{len(row)} {label}' for label, row in seen.items())}")
    for verdict, right in ((Likeness.CERTAIN, "same"), (Likeness.PROBABLE, "variant")):
        said = sum(row.count(verdict) for row in seen.values())
        hits = seen[right].count(verdict)
        total = len(seen[right])
        precision, recall = hits / max(said, 1), hits / total
        print(f"  {verdict.value:9s} precision {hits}/{said} = {precision:.3f}   recall {hits}/{total} = {recall:.3f}")


if __name__ == "__main__":
    main()
