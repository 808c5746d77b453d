"""The bounds within which a mail is unpacked and parsed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one mail. Sizes in MiB (2**20 bytes), times in seconds; the contract's defaults."""

    message_mb: int = 60
    unpacked_mb: int = 500
    archive_files: int = 500
    archive_depth: int = 3
    parse_seconds: int = 120
    parse_memory_mb: int = 2048


OCR_THREADS = "SHENBAO_OCR_THREADS"
"""The environment variable that says how many threads OCR uses for a page."""
