"""Instruments that a text calls by a name: those that are held, and those outside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

#: Texts of the regime of the Area, in which "the Convention" and "the Agreement" have a meaning.
_AREA = ("isa-", "part-xi-agreement")
#: Where a unit that an instrument does not have is looked for: regulations of the Authority cite
#: articles of the Convention, and the two Acts of 43 U.S.C. chapter 29 number on.
COMPANIONS: dict[str, tuple[str, ...]] = {
    "part-xi-agreement": ("unclos",),
    "sla": ("ocsla",),
    "ocsla": ("sla",),
}
_CODE_TITLE = {"sla": "43", "ocsla": "43"}

_HEADS = (
    r"(?:Convention|Agreement|Treaty|Statute|Charter|Protocol|Act|Directive|Decision|Regulation"
    r"|Amendments|Covenant|Constitution|Code|Resolution)"
)
_LINK = r"(?:of|on|for|and|in|to|the|against|concerning|by)"
_SELF = re.compile(
    r"(?:this|the present)\s+(?:Convention|Agreement|Directive|Act|Treaty|contract)\b"
    r"|(?:these|the|the said)\s+(?:Exploitation\s+|Exploration\s+)?Regulations\b"
    r"|(?:the\s+)?Regulations\s+on\s+Prospecting\b"
)
_CONVENTION = re.compile(
    r"(?:the\s+)?(?:1982\s+)?(?:United\s+Nations\s+)?(?:UNCLOS|Unclos|LOSC)\b"
    r"|(?:the\s+)?United\s+Nations\s+Convention\s+on\s+the\s+Law\s+of\s+the\s+Sea\b"
)
_BARE_CONVENTION = re.compile(r"(?:the|said)\s+Convention\b(?!\s+(?:on|for|of)\s)")
_BARE_AGREEMENT = re.compile(
    r"(?:the\s+)?Agreement\s+[Rr]elating\s+to\s+the\s+[Ii]mplementation\s+of\s+Part\s+XI"
    r"(?:\s+of\s+the\s+(?:United\s+Nations\s+)?Convention(?:\s+on\s+the\s+Law\s+of\s+the\s+Sea)?)?"
    r"|the\s+(?:1994\s+)?Agreement\b(?!\s+(?:on|for|of)\s)"
)
_STANDARD_CLAUSES = re.compile(r"(?:the\s+|these\s+)?standard\s+clauses\b(?!\s+\d)", re.I)
_NUMBERED = re.compile(
    r"(?:(?:the|Council|Commission|Framework)\s+){0,2}(?:Directive|Decision|Regulation)\s+"
    r"(?:\(\w+\)\s+)?(?:No\s+)?\d+/\d+(?:/[A-Z]+)?"
)
_PUBLIC_LAW = re.compile(r"(?:Public\s+Law|Pub\.\s*L\.)\s+\d+[–-]\d+")
_CODE = re.compile(
    r"(?P<title>\d+)\s+U\.?S\.?C\.?A?\s*§*\s*(?P<section>\d+\w*(?:[–-]\d+\w*)?(?:\(\w+\))*)"
)
_TITLE = re.compile(r"title\s+(?P<title>\d+|[IVX]+\b)(?:,?\s+United\s+States\s+Code)?")
_THIS_TITLE = re.compile(r"this\s+title\b")
_NAMED = re.compile(
    rf"(?:(?:the|an?|that|such|said|its)\s+)?"
    rf"(?:[A-Z][\w’'-]*,?\s+(?:{_LINK}\s+){{0,3}}){{0,9}}?{_HEADS}\b"
    rf"(?:\s+{_LINK}(?:\s+the)?\s+[A-Z][\w’'-]*(?:\s+(?:(?:{_LINK}\s+){{0,2}}[A-Z][\w’'-]*)){{0,8}})?"
    r"(?:\s+of\s+(?:\w+\s+\d+,\s+)?\d{4})?"
)
#: How every name starts: looked at first, for most words start none.
_START = re.compile(r"[A-Z]|(?:this|these|the|that|such|said|an?|its|standard|title)\b")
_ACTS = re.compile(r"(?:such|that)\s+Act\b")


@dataclass(frozen=True, slots=True)
class Name:
    """An instrument called by name.

    Attributes:
        kind: ``held`` (``text`` is its id), ``outside`` (``text`` is its name), ``code`` (a title
            of the United States Code, ``text`` is its number) or ``clauses`` (the standard clauses
            of the same instrument).
        text: id, name or number.
        start, end: offsets of the name.
    """

    kind: Literal["held", "outside", "code", "clauses"]
    text: str
    start: int
    end: int


def companions(instrument: str) -> tuple[str, ...]:
    """Return the instruments that a text cites without naming them."""
    if instrument.startswith("isa-"):
        return ("unclos",)
    return COMPANIONS.get(instrument, ())


def code_title(instrument: str) -> str | None:
    """Return the title of the United States Code that an instrument stands in, or ``None``."""
    return _CODE_TITLE.get(instrument)


def name_at(text: str, position: int, instrument: str) -> Name | None:
    """Read the name of an instrument that starts at a position of a text, or ``None``.

    Args:
        text: a provision's own words.
        position: where a name may start.
        instrument: id of the instrument that the text belongs to.
    """
    if not _START.match(text, position):
        return None
    if found := _SELF.match(text, position):
        return Name("held", instrument, *found.span())
    if found := _CONVENTION.match(text, position):
        return Name("held", "unclos", *found.span())
    if instrument.startswith(_AREA):
        if found := _BARE_AGREEMENT.match(text, position):
            return Name("held", "part-xi-agreement", *found.span())
        if found := _BARE_CONVENTION.match(text, position):
            return Name("held", "unclos", *found.span())
        if found := _STANDARD_CLAUSES.match(text, position):
            return Name("clauses", instrument, *found.span())
    title = code_title(instrument)
    if title and (found := _THIS_TITLE.match(text, position)):
        return Name("code", title, *found.span())
    if title and (found := _TITLE.match(text, position)):
        return Name("code", found["title"], *found.span())
    return numbered_at(text, position) or _outside_at(text, position)


def numbered_at(text: str, position: int) -> Name | None:
    """Read an act that is known by its number ("Directive 2003/4/EC"), or ``None``."""
    for pattern in (_NUMBERED, _PUBLIC_LAW):
        if found := pattern.match(text, position):
            return Name("outside", " ".join(found.group().split()), *found.span())
    return None


def code_section_at(text: str, position: int) -> tuple[Name, str] | None:
    """Read a citation such as "43 U.S.C. 1333(a)": the title and the section, or ``None``."""
    found = _CODE.match(text, position)
    return (Name("code", found["title"], *found.span()), found["section"]) if found else None


def _outside_at(text: str, position: int) -> Name | None:
    for pattern in (_ACTS, _NAMED):
        if found := pattern.match(text, position):
            return Name("outside", " ".join(found.group().split()), *found.span())
    return None
