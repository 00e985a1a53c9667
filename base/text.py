"""Text for people: characters that a terminal or page would act on are shown as code points."""

from __future__ import annotations

import re

#: Control characters save tab and line end; lone surrogates; marks that reorder text around them
#: (Unicode bidirectional controls) or hide in it; code points that stand for no character.
_ACTING = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
    + "".join(rf"\U{plane:04X}FFFE\U{plane:04X}FFFF" for plane in range(17))
    + "]"
)


def visible(text: str) -> str:
    """Return ``text`` with control characters, lone surrogates and hidden marks spelled out.

    So are code points that stand for no character, such as U+FFFF, which XML refuses. A design, a
    law text or a file name may hold an escape sequence that recolours the terminal or a mark that
    turns words round. Tabs and line ends stay.

    >>> visible("plain text, naïve – fine")
    'plain text, naïve – fine'
    >>> visible("red" + chr(27) + "31m")
    'red[U+001B]31m'
    """
    if text.isascii() and text.isprintable():
        return text
    return _ACTING.sub(lambda found: f"[U+{ord(found.group()):04X}]", text)


def one_line(text: str) -> str:
    """Return ``text`` as one visible line, white space collapsed."""
    return visible(" ".join(text.split()))
