"""Text for people: characters that a terminal or page would act on are shown as code points."""

from __future__ import annotations

import unicodedata

#: Marks that reorder text around them (Unicode bidirectional controls), or hide in it.
_HIDDEN = frozenset(
    (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F, 0xFEFF)
)


def visible(text: str) -> str:
    """Return ``text`` with control characters, lone surrogates and hidden marks spelled out.

    So are code points that stand for no character, such as U+FFFF, which XML refuses. A design, a
    law text or a file name may hold an escape sequence that recolours the terminal or a mark that
    turns words round. Tabs and line ends stay.

    >>> visible("plain text, naïve – fine")
    'plain text, naïve – fine'
    >>> visible("[red]" + chr(27) + "[31m")
    '[red][U+001B][31m'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"[U+{ord(char):04X}]" if _acts(char) else char for char in text)


def one_line(text: str) -> str:
    """Return ``text`` as one visible line, white space collapsed."""
    return visible(" ".join(text.split()))


def _acts(char: str) -> bool:
    if char in "\n\t":
        return False
    code = ord(char)
    return code in _HIDDEN or code & 0xFFFE == 0xFFFE or unicodedata.category(char) in ("Cc", "Cs")
