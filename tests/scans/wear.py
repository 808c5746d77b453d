"""What scanners, telephones and copiers do to a page."""

from __future__ import annotations

import io
import random

import cv2
import numpy as np
from PIL import Image, ImageFilter


def scanned(
    page: Image.Image, rng: random.Random, *, skew: float = 1.0, noise: float = 4.0, blur: float = 0.5, quality: int = 85, tint: bool = True
) -> Image.Image:
    """As from a flat-bed scanner: slightly turned, blurred, noisy, JPEG."""
    page = page.rotate(rng.uniform(-skew, skew), Image.Resampling.BICUBIC, fillcolor=(252, 251, 247) if tint else (255, 255, 255))
    page = page.filter(ImageFilter.GaussianBlur(blur))
    return jpeg(_noisy(page, rng, noise), quality)


def _noisy(page: Image.Image, rng: random.Random, noise: float) -> Image.Image:
    values = np.asarray(page, dtype=np.float32)
    generator = np.random.default_rng(rng.randrange(1 << 30))
    grain = generator.normal(0, noise, values.shape[:2])[..., None] + generator.normal(0, noise / 3, values.shape)
    return Image.fromarray(np.clip(values + grain, 0, 255).astype(np.uint8))


def jpeg(page: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    page.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def photographed(page: Image.Image, rng: random.Random, *, tilt: float = 0.035, noise: float = 5.0, quality: int = 82) -> Image.Image:
    """As held before a telephone: perspective, a darker table around, light that falls off, a soft shadow."""
    width, height = page.size
    border = 0.05
    size = (round(width * (1 + 2 * border)), round(height * (1 + 2 * border)))
    target = np.array(
        [
            [width * (border + rng.uniform(0, tilt)), height * (border + rng.uniform(0, tilt))],
            [width * (1 + border - rng.uniform(0, tilt)), height * (border + rng.uniform(0, tilt))],
            [width * (1 + border - rng.uniform(0, tilt)), height * (1 + border - rng.uniform(0, tilt))],
            [width * (border + rng.uniform(0, tilt)), height * (1 + border - rng.uniform(0, tilt))],
        ],
        dtype=np.float32,
    )
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    desk = rng.choice([(110, 100, 90), (70, 60, 55), (120, 85, 60), (60, 65, 75), (95, 95, 100)])
    shot = cv2.warpPerspective(np.asarray(page), matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=desk)
    yy, xx = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    light = 0.94 + 0.10 * (np.cos(angle) * (xx / size[0] - 0.5) + np.sin(angle) * (yy / size[1] - 0.5)) * 2 * rng.uniform(0.5, 1)
    values = shot.astype(np.float32) * light[..., None] * np.array([1.0, 0.985, 0.95], dtype=np.float32)
    image = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7))
    return jpeg(_noisy(image, rng, noise), quality)


def grey(page: Image.Image) -> Image.Image:
    return page.convert("L")


def black_and_white(page: Image.Image) -> Image.Image:
    return page.convert("L").point(lambda value: 255 if value > 160 else 0).convert("1")


def as_pdf(pages: list[Image.Image], dpi: int) -> bytes:
    """Pages as an image-only PDF."""
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=dpi, save_all=True, append_images=pages[1:], **({} if pages[0].mode == "1" else {"quality": 88}))
    return out.getvalue()


def as_file(page: Image.Image, form: str = "JPEG", *, dpi: int | None = None, quality: int = 88) -> bytes:
    out = io.BytesIO()
    options = {"quality": quality} if form == "JPEG" else {}
    if dpi:
        options["dpi"] = (dpi, dpi)  # type: ignore[assignment]
    page.save(out, form, **options)
    return out.getvalue()
