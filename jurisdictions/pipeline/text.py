"""Length-preserving normalisation: a tidier text to read, with the offsets of the source."""

from __future__ import annotations

import re

#: One character for one character. Line breaks, tabs and the no-break spaces of official journals
#: become plain spaces; typographic quotes, primes and minus signs become their keyboard forms;
#: Markdown emphasis becomes a space.
_TABLE = str.maketrans(
    {
        **dict.fromkeys("\n\r\t\f\v\u00a0\u2007\u2009\u202f\u2002\u2003*_", " "),
        **dict.fromkeys("\u2018\u2019\u2032\u00b4\u02bc", "'"),
        **dict.fromkeys("\u201c\u201d\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2212", "-"),
        "\u00ba": "\u00b0",
        "\u00b7": ".",
    }
)

#: The dash of "6 \u2013 12 per cent" means "to"; elsewhere a dash sets words apart.
_SPAN_DASH = re.compile(r"(?:(?<=\d)|(?<=\d ))\u2013(?=\s?\d)")

#: A printed label at the head of a provision: "3.", "10.3", "(a)", "(iv)", "b.", ".2", "c)".
_LABEL = re.compile(
    r"\s*(?:(?:\d{1,3}\.)+(?:\d{1,3}\b)?|\.\d{1,2}(?:\.\d{1,2})*(?!\d)\.?|\d{1,3}\s(?=[A-Z])"
    r"|\(?[A-Za-z]{1,5}\)|\(\d{1,3}\)|[a-z]\.(?=\s))\s*"
)


def label_end(text: str) -> int:
    """Return where the words after the leading labels begin (0 where there is no label)."""
    position = 0
    while (found := _LABEL.match(text, position)) is not None and found.end() > position:
        inner = re.sub(r"[\s().]", "", found.group())
        if (
            inner.isdigit()
            and found.group().strip() == inner
            and (position or _counts(text, found))
        ):
            break
        if inner and not inner.isdigit() and not _is_letter_label(inner):
            break
        position = found.end()
    return position


def _counts(text: str, number: re.Match[str]) -> bool:
    """Tell "20 United States dollars" from the label of "20 The owner shall"."""
    return text.startswith(("United States dollar", "US dollar"), number.end())


def _is_letter_label(inner: str) -> bool:
    """Tell "(a)", "(bb)", "(iv)" from a word in brackets."""
    lowered = inner.lower()
    return (
        len(lowered) == 1
        or (len(lowered) == 2 and lowered[0] == lowered[1])
        or set(lowered) <= set("ivxlc")
    )


def normalise(text: str) -> str:
    """Return ``text`` with the same length, its leading label blanked, ready for the parser.

    Args:
        text: a provision or segment as printed.
    """
    tidy = _SPAN_DASH.sub("-", text.translate(_TABLE))
    words = label_end(tidy)
    return " " * words + tidy[words:]
