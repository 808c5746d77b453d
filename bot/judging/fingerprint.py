"""MinHash of a text, for near-identical experiences (Broder 1997): 64 minima over character 5-grams, 16 bands of 4.

Two texts of Jaccard similarity s share at least one band with probability 1-(1-s^4)^16: 0.99 at s=0.7, 0.64 at 0.5.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence

from bot.facts import DocumentFacts
from bot.names import name_key

TEXT_KINDS = ("experience", "team_material")
"""Documents whose text is the entry's own. In forms and lists most of the text is printed, and they are all alike."""

PERMUTATIONS = 64
BANDS = 16
_MASK = (1 << 32) - 1
_SHORTEST = 200


def _coefficients() -> tuple[tuple[int, int], ...]:
    pairs = []
    for index in range(PERMUTATIONS):
        digest = hashlib.sha256(f"shenbao-minhash-{index}".encode()).digest()
        pairs.append((int.from_bytes(digest[:7], "big") | 1, int.from_bytes(digest[7:14], "big")))
    return tuple(pairs)


_PAIRS = _coefficients()


def find_fingerprint(text: str) -> tuple[int, ...]:
    """64 minima of the text's 5-grams, () for a text too short to tell (under 200 characters)."""
    import numpy as np

    key = name_key(text)
    if len(key) < _SHORTEST:
        return ()
    grams = np.array(sorted({zlib.crc32(key[i : i + 5].encode()) for i in range(len(key) - 4)}), dtype=np.uint64)
    minima = []
    for a, b in _PAIRS:
        # 32-bit multiply-shift hashing; uint64 wraps, which is what the scheme wants.
        hashed = (grams * np.uint64(a & 0xFFFFFFFFFFFFFFFF) + np.uint64(b)) >> np.uint64(32)
        minima.append(int(hashed.min()) & _MASK)
    return tuple(minima)


def fingerprint_of(documents: Sequence[DocumentFacts]) -> tuple[int, ...]:
    """The text fingerprint of an application's experience or team material, () where it has none."""
    return next((d.fingerprint for d in documents if d.fingerprint and d.kind in TEXT_KINDS), ())


def bands(fingerprint: Sequence[int]) -> tuple[int, ...]:
    """The fingerprint's 16 bands as 63-bit integers, each bound to its place."""
    size = PERMUTATIONS // BANDS
    out = []
    for index in range(0, len(fingerprint), size):
        part = ",".join(map(str, (index, *fingerprint[index : index + size])))
        out.append(int.from_bytes(hashlib.sha256(part.encode()).digest()[:8], "big") >> 1)
    return tuple(out)


def text_likeness(a: Sequence[int], b: Sequence[int]) -> float:
    """The estimated Jaccard similarity of two texts, 0 where either has no fingerprint."""
    if not a or len(a) != len(b):
        return 0.0
    return sum(x == y for x, y in zip(a, b)) / len(a)
