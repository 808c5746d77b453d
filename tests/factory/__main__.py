"""`python -m tests.factory OUT_DIR [--seed N] [--count N] [--only PART] [--call]`: case folders of mails with their truth.json."""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from bot.samples.letters import STYLES
from bot.samples.package import write_package
from bot.samples.zips import NAMINGS
from tests.factory import call_cases, manners, more_stories, packing, papers, shapes  # noqa: F401  # all but manners register their cases
from tests.factory.defects import BASES, SPECS, Spec
from tests.factory.others import MAILBOXES, OTHERS
from tests.factory.stories import STORIES
from tests.factory.truth import Built, truth_of

FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
)


def build_case(spec: Spec, rng: Random) -> Built:
    """One mail of that kind: client, archive naming, form's manner and scan's font drawn by the generator."""
    package = BASES[spec.base](rng)
    package.decorate = manners.decorated(manners.some(rng), rng)
    package.font = rng.choice([None, *(path for font in FONTS if (path := Path(font)).exists())])
    expected = spec.break_(package, rng)
    style = rng.choice(STYLES)
    raw = write_package(package, style=style, naming=rng.choice(NAMINGS), rng=rng)
    return Built(raw, truth_of(package, expected, style))


def of_call(kind: str) -> bool:
    """Whether a kind of case is the invented call's, whose programme is not among the package's own."""
    return kind.removeprefix("story_").startswith("pp")


def cases(seed: int, count: int, only: str = "", *, call: bool = False) -> Iterator[tuple[str, list[Built]]]:
    """(name, mails) of every kind whose name contains `only`, `count` of each, each from a seed of its own: those of the four
    notices, or with `call` those of the invented call for papers."""
    for number in range(1, count + 1):
        for spec in SPECS:
            if only in spec.name and of_call(spec.name) == call:
                yield f"{spec.name}-{number}", [build_case(spec, _random(seed, spec.name, number))]
        for name, story in STORIES.items():
            if only in f"story_{name}" and of_call(name) == call:
                rng = _random(seed, name, number)
                yield f"story_{name}-{number}", story(rng, rng.choice(STYLES))
        for name, other in OTHERS.items():
            if only in f"no_{name}" and not call:
                rng = _random(seed, name, number)
                yield f"no_{name}-{number}", [other(rng, rng.choice(tuple(MAILBOXES)), rng.choice(STYLES))]


def write_case(folder: Path, mails: Sequence[Built]) -> None:
    """The mails as 01.eml, 02.eml ... and their truth."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, mail in enumerate(mails, start=1):
        (folder / f"{number:02d}.eml").write_bytes(mail.raw)
    truth = {f"{number:02d}.eml": mail.truth for number, mail in enumerate(mails, start=1)}
    (folder / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8")


def _random(seed: int, name: str, number: int) -> Random:
    return Random(zlib.crc32(f"{seed}/{name}/{number}".encode()))


def main() -> None:
    """Write the cases."""
    parser = argparse.ArgumentParser(prog="python -m tests.factory", description="Invented submissions with the truth about each.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1, help="how many of each kind")
    parser.add_argument("--only", default="", help="kinds whose name contains this")
    parser.add_argument("--call", action="store_true", help="those of the invented call for papers, and no others")
    args = parser.parse_args()
    total = 0
    for name, mails in cases(args.seed, args.count, args.only, call=args.call):
        write_case(args.out / name, mails)
        total += 1
    print(f"{total} cases in {args.out}")


if __name__ == "__main__":
    main()
