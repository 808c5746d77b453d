"""Conditions under which scanned forms and seals are measured, each a recipe from a seed to a page and its truth."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

from tests.scans import forms, stamps, wear


@dataclass(frozen=True, slots=True)
class Case:
    """A document, what its form says, and the texts of the seals on it."""

    name: str
    data: bytes
    kind: str
    fields: dict[str, str]
    seals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A way in which pages come in. `goal`: the least share of fields (or seals) right."""

    name: str
    goal: float
    make: Callable[[random.Random, int], Case] = field(repr=False)


def _form(
    rng: random.Random,
    index: int,
    *,
    dpi: int = 200,
    row_mm: float | None = None,
    points: float = 12.0,
    face: str | None = None,
    seal: str = "cover",
    finish: Callable[[Image.Image, random.Random], Image.Image] | None = None,
    form: str = "PDF",
) -> Case:
    kind = "jiangsu" if index % 3 else "municipal"
    fields = forms.fields_of(kind, rng)
    names = list(forms.FACES)
    drawn = forms.draw_form(
        kind,
        fields,
        dpi=dpi,
        face=face or names[index % len(names)],
        points=points,
        row_mm=rng.choice([0, 8, 10]) if row_mm is None else row_mm,
    )
    page = drawn.page
    seals: tuple[str, ...] = ()
    if seal != "none":
        stamp = stamps.Stamp(fields["organisation"], turn=rng.uniform(-20, 20), face=rng.choice(["song", "song", "ming"]))
        at = (drawn.seal_at[0] + rng.uniform(-35, 25), drawn.seal_at[1] + rng.uniform(-20, 10))
        strength = {"cover": 0.85, "mix": 0.9, "faint": 0.35}[seal]
        stamps.press(
            page,
            stamps.draw_stamp(stamp, dpi),
            at,
            dpi,
            strength=strength,
            ink="mix" if seal == "mix" else "cover",
            worn=rng if index % 2 else None,
        )
        seals = (stamp.text,)
    page = finish(page, rng) if finish else wear.scanned(page, rng)
    if form == "PDF":
        return Case(f"{index}.pdf", wear.as_pdf([page], dpi), kind, drawn.fields, seals)
    return Case(f"{index}.jpg", wear.as_file(page, "JPEG"), kind, drawn.fields, seals)


def _faxed(page: Image.Image, rng: random.Random) -> Image.Image:
    return wear.black_and_white(wear.scanned(page, rng, noise=6))


def _turned(page: Image.Image, rng: random.Random) -> Image.Image:
    return wear.scanned(page, rng).transpose(
        rng.choice([Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270])
    )


FIELD_CONDITIONS = (
    Condition("200 dpi, no seal", 0.98, lambda rng, index: _form(rng, index, seal="none")),
    Condition("200 dpi, seal over text", 0.98, lambda rng, index: _form(rng, index)),
    Condition("200 dpi, seal over tight rows (4.6 mm)", 0.98, lambda rng, index: _form(rng, index, row_mm=0)),
    Condition("200 dpi, small type (9 points)", 0.98, lambda rng, index: _form(rng, index, points=9, row_mm=rng.choice([4.6, 7]))),
    Condition("200 dpi, ink that mixes", 0.98, lambda rng, index: _form(rng, index, seal="mix")),
    Condition(
        "200 dpi, skew to 4 degrees", 0.98, lambda rng, index: _form(rng, index, finish=lambda page, r: wear.scanned(page, r, skew=4))
    ),
    Condition(
        "200 dpi, noise", 0.98, lambda rng, index: _form(rng, index, finish=lambda page, r: wear.scanned(page, r, noise=14, quality=70))
    ),
    Condition("300 dpi, seal over text", 0.98, lambda rng, index: _form(rng, index, dpi=300)),
    Condition("150 dpi, seal over text", 0.95, lambda rng, index: _form(rng, index, dpi=150)),
    Condition("photograph", 0.95, lambda rng, index: _form(rng, index, form="JPEG", finish=wear.photographed)),
    Condition("grey, seal over text", 0.90, lambda rng, index: _form(rng, index, finish=lambda page, r: wear.grey(wear.scanned(page, r)))),
    Condition("black and white, seal over text", 0.0, lambda rng, index: _form(rng, index, finish=_faxed)),
    Condition("on its side or head", 0.98, lambda rng, index: _form(rng, index, finish=_turned)),
)


@dataclass(frozen=True, slots=True)
class SealCase:
    page: Image.Image
    dpi: int
    colour: bool
    texts: tuple[str, ...]
    clean: bool = False


def seal_case(kind: str, rng: random.Random, index: int) -> SealCase:
    """A page with seals of the kind, or none for the kind "unsealed"."""
    dpi = rng.choice([150, 200, 200, 300]) if index % 4 == 0 else 200
    form = "jiangsu" if index % 2 else "municipal"
    fields = forms.fields_of(form, rng)
    page = forms.draw_form(form, fields, dpi=dpi, face=rng.choice(list(forms.FACES)), row_mm=rng.choice([0, 8])).page
    ink = rng.choice([(200, 30, 40), (220, 40, 50), (190, 20, 60), (215, 60, 45), (170, 25, 35)])
    company = stamps.Stamp(
        fields["organisation"],
        turn=rng.uniform(-40, 40),
        face=rng.choice(["song", "song", "ming", "hei"]),
        width_mm=(size := rng.choice([38.0, 40.0, 42.0, 45.0])),
        height_mm=size,
    )
    company = company if rng.random() < 0.6 else _with(company, number="32" + "".join(rng.choice("0123456789") for _ in range(11)))
    texts: tuple[str, ...] = (company.text,)
    spot = (rng.uniform(50, 160), rng.uniform(60, 240))
    if kind == "unsealed":
        for decoy in rng.sample(stamps.DECOYS, rng.randint(1, 3)):
            stamps.decoy(page, decoy, dpi, rng)
        texts = ()
    elif kind == "clean":
        stamps.press(page, stamps.draw_stamp(company, dpi), (spot[0], 235), dpi, colour=ink, strength=0.9)
    elif kind == "over text":
        stamps.press(
            page,
            stamps.draw_stamp(company, dpi),
            (rng.uniform(60, 150), rng.uniform(70, 130)),
            dpi,
            colour=ink,
            strength=0.88,
            ink=rng.choice(["cover", "mix"]),
        )
    elif kind == "faint":
        stamps.press(
            page, stamps.draw_stamp(company, dpi), spot, dpi, colour=ink, strength=rng.uniform(0.10, 0.25), worn=rng if index % 2 else None
        )
    elif kind == "worn":
        stamps.press(page, stamps.draw_stamp(company, dpi), spot, dpi, colour=ink, strength=0.8, worn=rng)
    elif kind == "half off":
        edge = rng.choice(["left", "right", "right", "top", "bottom"])
        away = rng.uniform(-3, 4)
        spot = (
            {"left": (-away, spot[1]), "right": (210 + away, spot[1]), "top": (spot[0], -away), "bottom": (spot[0], 297 + away)}[edge]
            if edge in ("left", "top")
            else {"right": (210 - max(0.0, -away), spot[1]), "bottom": (spot[0], 297 - max(0.0, -away))}[edge]
        )
        stamps.press(page, stamps.draw_stamp(company, dpi), spot, dpi, colour=ink, strength=0.85)
    elif kind == "oval":
        stamp = stamps.Stamp(
            fields["organisation"], 45, 30, foot=rng.choice(["合同专用章", "财务专用章", ""]), star=False, turn=rng.uniform(-15, 15)
        )
        stamps.press(page, stamps.draw_stamp(stamp, dpi), spot, dpi, colour=ink, strength=0.85)
    elif kind == "two":
        other = stamps.Stamp(
            rng.choice(["南京市质量协会", "湖北省市政工程协会", "江苏省质量管理协会", "上海市市政公路行业协会"]), turn=rng.uniform(-20, 20)
        )
        stamps.press(page, stamps.draw_stamp(company, dpi), (150, rng.uniform(70, 130)), dpi, colour=ink, strength=0.85)
        stamps.press(page, stamps.draw_stamp(other, dpi), (rng.uniform(60, 90), rng.uniform(180, 230)), dpi, colour=ink, strength=0.85)
        texts = (company.text, other.text)
    elif kind == "photograph":
        stamps.press(page, stamps.draw_stamp(company, dpi), spot, dpi, colour=ink, strength=0.85)
        return SealCase(wear.photographed(page, rng), dpi, True, texts)
    elif kind in ("grey", "grey unsealed"):
        if kind == "grey":
            stamps.press(page, stamps.draw_stamp(company, dpi), (spot[0], rng.uniform(180, 235)), dpi, colour=ink, strength=0.85)
        else:
            texts = ()
        return SealCase(wear.grey(wear.scanned(page, rng)).convert("RGB"), dpi, False, texts)
    else:
        raise ValueError(kind)
    return SealCase(wear.scanned(page, rng, skew=1.5), dpi, True, texts, kind == "clean")


def _with(stamp: stamps.Stamp, number: str) -> stamps.Stamp:
    from dataclasses import replace

    return replace(stamp, number=number)


SEAL_KINDS = ("clean", "over text", "worn", "faint", "half off", "oval", "two", "photograph", "grey")
