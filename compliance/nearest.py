"""The nearest of many ids, for messages about one that does not exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint with the ids that are most like ``name``.

    >>> nearest("unclos:60.55", ["unclos:60.5", "msfd:13.4"])
    "did you mean 'unclos:60.5'?"
    """
    close = difflib.get_close_matches(name.strip(), tuple(known), n=3, cutoff=0.6)
    if not close:
        return "give the id of a provision (such as unclos:60.5) or of a rule"
    *others, last = (f"'{item}'" for item in close)
    return f"did you mean {', '.join(others)}{' or ' if others else ''}{last}?"
