"""Seals as ink on a page: company seals with star and ring text, special-purpose ovals, and red things that are none."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from tests.scans.forms import font


@dataclass(frozen=True, slots=True)
class Stamp:
    """A seal to draw: `text` along the ring, `foot` as a level line (合同专用章), `number` in small print at the foot."""

    text: str
    width_mm: float = 42.0
    height_mm: float = 42.0
    foot: str = ""
    number: str = ""
    star: bool = True
    face: str = "song"
    ring_mm: float = 1.1
    turn: float = 0.0
    double: bool = False


def draw_stamp(stamp: Stamp, dpi: int) -> Image.Image:
    """The seal's ink as a mask (L, 255 where ink is), drawn large and made small."""
    over = 3
    scale = dpi / 25.4 * over
    pad = round(1.5 * scale)
    width, height = round(stamp.width_mm * scale), round(stamp.height_mm * scale)
    mask = Image.new("L", (width + 2 * pad, height + 2 * pad), 0)
    pen = ImageDraw.Draw(mask)
    cx, cy = mask.width / 2, mask.height / 2
    a, b = width / 2, height / 2
    pen.ellipse((cx - a, cy - b, cx + a, cy + b), outline=255, width=round(stamp.ring_mm * scale))
    if stamp.double:
        inset = (stamp.ring_mm + 0.7) * scale
        pen.ellipse((cx - a + inset, cy - b + inset, cx + a - inset, cy + b - inset), outline=255, width=max(1, round(0.3 * scale)))
    if stamp.star:
        r = 0.34 * b
        points = [
            (
                cx + (r if i % 2 == 0 else r * 0.382) * math.sin(i * math.pi / 5),
                cy - (r if i % 2 == 0 else r * 0.382) * math.cos(i * math.pi / 5),
            )
            for i in range(10)
        ]
        pen.polygon(points, fill=255)
    inset = stamp.ring_mm + (1.6 if stamp.double else 0.7)
    size = 0.27 * stamp.height_mm / 2 if len(stamp.text) <= 16 else 0.235 * stamp.height_mm / 2
    size = min(size, 6.2)
    count = len(stamp.text)
    span = math.radians(min(275.0, 21.0 * count + 20 if count > 6 else 150))
    _along(mask, stamp.text, stamp.face, (a - (inset + size / 2) * scale, b - (inset + size / 2) * scale), size * scale, -math.pi / 2, span)
    if stamp.number:
        _along(
            mask, stamp.number, "hei", (a - (inset + 0.8) * scale, b - (inset + 0.8) * scale), 1.6 * scale, math.pi / 2, -math.radians(62)
        )
    if stamp.foot:
        letters = font(stamp.face, round(0.2 * stamp.height_mm / 2 * scale * 1.15))
        pen.text((cx, cy + 0.52 * b), stamp.foot, 255, font=letters, anchor="mm")
    if stamp.turn:
        mask = mask.rotate(stamp.turn, Image.Resampling.BICUBIC)
    return mask.resize((max(1, mask.width // over), max(1, mask.height // over)), Image.Resampling.LANCZOS)


def _along(mask: Image.Image, text: str, face: str, axes: tuple[float, float], size: float, middle: float, span: float) -> None:
    """Letters along an ellipse about the mask's centre; a negative span goes counter-clockwise with the feet outward."""
    a, b = axes
    fine = np.linspace(0, 2 * math.pi, 721)
    arc = np.concatenate([[0], np.cumsum(np.hypot(a * np.sin(fine[1:]), b * np.cos(fine[1:])) * (fine[1] - fine[0]))])
    count = len(text)
    pitch = abs(span) / (2 * math.pi) * float(arc[-1]) / count
    for index, letter in enumerate(text):
        share = (index + 0.5) / count - 0.5
        if a == b:
            t = middle + share * span
        else:  # even steps along the curve, not of the angle
            start = float(np.interp(middle % (2 * math.pi), fine, arc))
            t = float(np.interp((start + share * span / (2 * math.pi) * arc[-1]) % arc[-1], arc, fine))
        x, y = mask.width / 2 + a * math.cos(t), mask.height / 2 + b * math.sin(t)
        normal = math.atan2(math.sin(t) / b, math.cos(t) / a)
        side = round(size * 1.5)
        tile = Image.new("L", (side, side), 0)
        ImageDraw.Draw(tile).text((side / 2, side / 2), letter, 255, font=font(face, round(size)), anchor="mm")
        wide = round(side * min(1.0, 0.94 * pitch / size))  # seals narrow the letters of long names
        narrow = tile.resize((wide, side), Image.Resampling.LANCZOS)
        tile = Image.new("L", (side, side), 0)
        tile.paste(narrow, ((side - wide) // 2, 0))
        degrees = -math.degrees(normal) - 90 if span > 0 else -math.degrees(normal) + 90
        tile = tile.rotate(degrees, Image.Resampling.BICUBIC)
        place = (round(x - side / 2), round(y - side / 2))
        area = (*place, place[0] + side, place[1] + side)
        mask.paste(Image.fromarray(np.maximum(np.asarray(mask.crop(area)), np.asarray(tile))), place)


def press(
    page: Image.Image,
    mask: Image.Image,
    at_mm: tuple[float, float],
    dpi: int,
    *,
    colour: tuple[int, int, int] = (200, 30, 40),
    strength: float = 0.88,
    ink: str = "cover",
    worn: random.Random | None = None,
) -> None:
    """Stamp the mask with its centre at `at_mm`. `ink`: "cover" lays colour over what is there, "mix" lets black through."""
    x, y = round(at_mm[0] / 25.4 * dpi - mask.width / 2), round(at_mm[1] / 25.4 * dpi - mask.height / 2)
    amount = np.asarray(mask, dtype=np.float32) / 255 * strength
    if worn is not None:  # uneven pressure: cloudy gaps
        noise = np.random.default_rng(worn.randrange(1 << 30)).normal(size=(mask.height // 8 + 2, mask.width // 8 + 2)).astype(np.float32)
        cloud = np.asarray(Image.fromarray(noise).resize(mask.size, Image.Resampling.BICUBIC))
        amount = amount * np.clip(0.75 + 0.35 * cloud, 0.15, 1)
    left, top, right, bottom = max(0, x), max(0, y), min(page.width, x + mask.width), min(page.height, y + mask.height)
    if right <= left or bottom <= top:
        return
    part = np.asarray(page.crop((left, top, right, bottom)), dtype=np.float32)
    amount = amount[top - y : bottom - y, left - x : right - x, None]
    tint = np.array(colour, dtype=np.float32)
    mixed = part * (1 - amount) + tint * amount if ink == "cover" else part * (1 - amount * (1 - tint / 255))
    page.paste(Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8)), (left, top))


# --- red things that are no seals --------------------------------------------------------------------------------

DECOYS = ("heading", "rule", "signature", "logo", "disc", "entry", "star", "frame", "circle", "table", "square", "stripes")


def decoy(page: Image.Image, kind: str, dpi: int, rng: random.Random) -> None:
    """Put something red on the page that no one may take for a seal."""
    scale = dpi / 25.4
    pen = ImageDraw.Draw(page)
    red = rng.choice([(200, 20, 30), (220, 40, 40), (180, 20, 40), (230, 60, 60)])
    x, y = rng.uniform(45, 165) * scale, rng.uniform(60, 240) * scale
    if kind == "heading":
        pen.text(
            (page.width / 2, 22 * scale),
            rng.choice(["江苏省质量协会文件", "某某集团有限公司文件", "中国市政工程协会"]),
            red,
            font=font("song", round(rng.uniform(10, 16) * scale)),
            anchor="mm",
        )
        pen.line((25 * scale, 34 * scale, page.width - 25 * scale, 34 * scale), fill=red, width=round(rng.uniform(0.5, 1.2) * scale))
    elif kind == "rule":
        for offset in range(rng.randint(1, 4)):
            pen.line(
                (20 * scale, y + offset * 9 * scale, page.width - 20 * scale, y + offset * 9 * scale), fill=red, width=round(0.7 * scale)
            )
    elif kind == "signature":
        points = [(x, y)]
        for _ in range(rng.randint(12, 30)):
            points.append((points[-1][0] + rng.uniform(-7, 9) * scale, points[-1][1] + rng.uniform(-8, 8) * scale))
        pen.line(points, fill=red, width=round(0.6 * scale), joint="curve")
    elif kind == "logo":
        r = rng.uniform(8, 20) * scale
        pen.ellipse((x - r, y - r, x + r, y + r), fill=red)
        pen.text((x, y), rng.choice(["质", "Q", "CSQ", "中"]), "white", font=font("hei", round(r * 0.7)), anchor="mm")
    elif kind == "disc":
        r = rng.uniform(14, 22) * scale
        pen.ellipse((x - r, y - r, x + r, y + r), fill=red)
    elif kind == "entry":
        r = 20 * scale
        if rng.random() < 0.5:
            pen.ellipse((x - r, y - r, x + r, y + r), fill=red)
            pen.rectangle((x - 0.7 * r, y - 0.16 * r, x + 0.7 * r, y + 0.16 * r), fill="white")
        else:
            pen.ellipse((x - r, y - r, x + r, y + r), outline=red, width=round(0.16 * r))
            pen.line((x - 0.66 * r, y - 0.66 * r, x + 0.66 * r, y + 0.66 * r), fill=red, width=round(0.16 * r))
    elif kind == "star":
        r = rng.uniform(8, 20) * scale
        pen.polygon(
            [
                (
                    x + (r if i % 2 == 0 else r * 0.382) * math.sin(i * math.pi / 5),
                    y - (r if i % 2 == 0 else r * 0.382) * math.cos(i * math.pi / 5),
                )
                for i in range(10)
            ],
            fill=red,
        )
    elif kind == "frame":
        pen.rectangle((x - 25 * scale, y - 12 * scale, x + 25 * scale, y + 12 * scale), outline=red, width=round(0.8 * scale))
        pen.text((x, y), rng.choice(["已审核", "急件", "收讫"]), red, font=font("hei", round(9 * scale)), anchor="mm")
    elif kind == "circle":  # a word ringed by hand
        a, b = rng.uniform(14, 28) * scale, rng.uniform(8, 20) * scale
        points = [
            (
                x + a * (1 + rng.uniform(-0.04, 0.04)) * math.cos(t / 20 * math.pi),
                y + b * (1 + rng.uniform(-0.04, 0.04)) * math.sin(t / 20 * math.pi),
            )
            for t in range(43)
        ]
        pen.line(points, fill=red, width=round(0.6 * scale), joint="curve")
    elif kind == "table":
        for row in range(6):
            pen.text(
                (30 * scale, (150 + row * 9) * scale),
                "此处为红色批注文字请按要求逐项核对并修改后重新报送",
                red,
                font=font("song", round(4.4 * scale)),
            )
    elif kind == "square":  # a personal seal
        r = rng.uniform(8, 11) * scale
        pen.rectangle((x - r, y - r, x + r, y + r), outline=red, width=round(0.9 * scale))
        for index, letter in enumerate("王印建国"):
            pen.text(
                (x + (0.45 if index < 2 else -0.45) * r, y + (-0.45 if index % 2 == 0 else 0.45) * r),
                letter,
                red,
                font=font("song", round(0.8 * r)),
                anchor="mm",
            )
    else:
        for offset in range(rng.randint(3, 9)):
            pen.line((x + offset * 4 * scale, y, x + (offset * 4 + 30) * scale, y + 40 * scale), fill=red, width=round(1.2 * scale))
