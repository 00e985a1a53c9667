"""Text that both databases keep alike: PostgreSQL refuses NUL, and UTF-8 has no lone surrogates."""

from __future__ import annotations

import re

_REFUSED = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """Return ``text`` with NUL as its picture and lone surrogates as the replacement character.

    >>> storable("a" + chr(0) + "b")
    'a␀b'
    """
    return _REFUSED.sub(lambda found: "␀" if found[0] == "\0" else "\ufffd", text)
