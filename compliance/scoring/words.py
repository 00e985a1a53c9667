"""Text as a network reads it: sentences, and for each the hashed words and word pairs in it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

#: Buckets of hashed words and pairs; 0 is padding.
BUCKETS = 4096
#: Features kept of a sentence of a report, and of a piece of law.
SENTENCE_FEATURES, PIECE_FEATURES = 24, 64
#: Sentences kept of a report, and pieces of a law text.
SENTENCES, PIECES = 112, 24

Ids = NDArray[np.int16]

_WORD = re.compile(r"[a-z]+|\d+(?:[.,]\d+)*")
_END = re.compile(r"(?<=[.;!?])\s+(?=[A-Z(])|\n\s*\n")


def sentences(text: str) -> list[str]:
    """Split a text into sentences, roughly: at a stop before a capital, or at an empty line."""
    return [part.strip() for part in _END.split(text) if part.strip()]


def hashed(text: str, features: int) -> Ids:
    """Return the buckets of the words and neighbouring pairs of a text, shape (features,).

    Words take at most two thirds of the places, pairs the others; the rest is padded with 0.
    """
    words = _WORD.findall(text.lower())
    pairs = [f"{one} {two}" for one, two in pairwise(words)]
    kept = (words[: 2 * features // 3] + pairs)[:features]
    ids = np.zeros(features, dtype=np.int16)
    ids[: len(kept)] = [1 + zlib.crc32(word.encode()) % (BUCKETS - 1) for word in kept]
    return ids


def table(texts: Sequence[str], features: int) -> Ids:
    """Return the hashed features of many texts, shape (texts, features)."""
    rows = [hashed(text, features) for text in texts]
    return np.stack(rows) if rows else np.zeros((0, features), dtype=np.int16)
