"""Accuracy on scans drawn by tests/scans: fields by condition, seals found, seals imagined, ring texts.

    python bench/accuracy_scans.py [--pages N] [--seals N] [--unsealed N] [--only TEXT] [--misses]

Deterministic by seed; the table goes to standard output, and exit status 1 says that a goal was missed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import unicodedata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from rapidfuzz.distance import Indel

from bot.programme.load import load_programmes
from parsers.forms.forms import Label, find_fields
from parsers.pixels.rasters import Raster
from parsers.pixels.straighten import page_corners, straighten
from parsers.scan.scan import scan
from parsers.seals.seals import find_seals
from parsers.values import Refusal
from tests.scans.cases import FIELD_CONDITIONS, SEAL_KINDS, Case, Condition, seal_case

SEED = 20251120


def labels(programme_id: str) -> list[Label]:
    programme = load_programmes()[programme_id]
    return [Label(field.key, tuple(field.labels), field.after, field.line) for field in programme.fields]


def even(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def fields_of(case: Case, forms: dict[str, list[Label]]) -> dict[str, str]:
    found = scan(case.name, case.data, seals=False)
    if isinstance(found, Refusal):
        return {}
    return find_fields(found.pages[0].blocks, forms[case.kind], fuzzy=True).fields


def measure_fields(condition: Condition, pages: int, forms: dict[str, list[Label]], misses: bool) -> tuple[int, int]:
    right = total = 0
    for index in range(pages):
        case = condition.make(random.Random(f"{SEED} {condition.name} {index}"), index)
        got = fields_of(case, forms)
        wrong = {key: (value, got.get(key)) for key, value in case.fields.items() if even(got.get(key, "")) != even(value)}
        right += len(case.fields) - len(wrong)
        total += len(case.fields)
        if misses and wrong:
            print(f"    {condition.name} {index}: {wrong}")
    return right, total


def measure_seals(kind: str, count: int, misses: bool) -> tuple[int, int, list[float], int]:
    """(seals found, seals there, similarity of each found one's text, pages with more seals than there are)."""
    found_count = there = extra = 0
    similar: list[float] = []
    for index in range(count):
        case = seal_case(kind, random.Random(f"{SEED} {kind} {index}"), index)
        rgb = np.array(case.page.convert("RGB"))
        raster = Raster(1, rgb, 297 / max(rgb.shape[:2]), kind != "photograph", case.colour, kind == "photograph")
        upright = straighten(raster, page_corners(raster.rgb))
        seals = find_seals(upright.rgb, upright.mm_per_pixel, colour=case.colour, sized=raster.sized or upright.cut)
        texts = [seal.text for seal in seals]
        there += len(case.texts)
        found_count += min(len(seals), len(case.texts))
        extra += len(seals) > len(case.texts)
        for text in case.texts[: len(seals)]:
            similar.append(max(Indel.normalized_similarity(even(text), even(read)) for read in texts))
        if misses and (len(seals) != len(case.texts) or (similar and similar[-1] < 0.8)):
            print(f"    {kind} {index}: {case.texts} read {texts} {[(s.shape, s.box) for s in seals]}")
    return found_count, there, similar, extra


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=12, help="pages for each condition of the fields")
    parser.add_argument("--seals", type=int, default=40, help="pages for each kind of seal")
    parser.add_argument("--unsealed", type=int, default=200)
    parser.add_argument("--only", default="")
    parser.add_argument("--misses", action="store_true")
    given = parser.parse_args()
    forms = {"jiangsu": labels("jsaq-2025"), "municipal": labels("cmea-2020")}
    missed = []
    print("| fields | right of | % | goal | s a page |\n|---|---|---|---|---|")
    for condition in FIELD_CONDITIONS:
        if given.only not in condition.name or not given.pages:
            continue
        start = time.process_time()
        right, total = measure_fields(condition, given.pages, forms, given.misses)
        seconds = (time.process_time() - start) / given.pages
        print(
            f"| {condition.name} | {right} of {total} | {100 * right / total:.1f} | {100 * condition.goal:.0f} | {seconds:.1f} |",
            flush=True,
        )
        if right / total < condition.goal:
            missed.append(condition.name)
    print("\n| seals | found of | % | ring text at least 0.8 similar | mean |\n|---|---|---|---|---|")
    all_found = all_there = 0
    for kind in SEAL_KINDS:
        if given.only not in kind or not given.seals:
            continue
        found, there, similar, extra = measure_seals(kind, given.seals, given.misses)
        if kind != "grey":
            all_found, all_there = all_found + found, all_there + there
        close = sum(value >= 0.8 for value in similar) / max(1, len(similar))
        mean = sum(similar) / max(1, len(similar))
        more = f", more than there are on {extra} pages" if extra else ""
        print(f"| {kind} | {found} of {there}{more} | {100 * found / there:.1f} | {100 * close:.0f} % | {mean:.2f} |", flush=True)
        if kind == "clean" and close < 0.95:
            missed.append("ring text of clean seals")
    if all_there and all_found / all_there < 0.99:
        missed.append("seals found")
    if given.unsealed and given.only in "unsealed":
        for kind, count in (("unsealed", given.unsealed), ("grey unsealed", given.unsealed // 5)):
            imagined = measure_seals(kind, count, given.misses)[3]
            print(f"| {kind} | {imagined} imagined on {count} pages | | | |", flush=True)
            if imagined and kind == "unsealed":
                missed.append("seals imagined")
    if missed:
        print(f"\nbelow the goal: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
