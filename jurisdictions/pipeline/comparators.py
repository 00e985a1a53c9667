"""What a text asks of a measured thing: ``<=``, ``<``, ``>=``, ``>`` or ``=``, by meaning.

The words on either side of the number decide, nearest first; a negation turns "more than" into
"at most". Patterns are anchored to the number: those for the left side end at it, those for the
right side begin after the unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from jurisdictions.norm import Comparator

#: Words that may stand between the comparator and the number.
_FILL = (
    r"(?:\s+(?:an?|the|such|any|that|each|next|first|further|additional|total|maximum|initial|"
    r"period|periods|distance|radius|depth|speed|rate|length|area|value|term|limit|fine|"
    r"of|about|approximately|another|latitudes?|longitudes?))*\s*[$£€(\"]*\s*$"
)
_NOT = r"\b(?:not|no|nor|never|neither|without|cannot)\b"

_SMALLER = r"(?:less|sooner|fewer|lower|shorter|smaller|earlier|narrower|closer|nearer|under|below)"
_LARGER = r"(?:more|greater|larger|longer|higher|later|wider|further|heavier|over|above)"
_END = r"(?:the )?(?:expiry|expiration|end|elapse|lapse|termination|close) of"
_ONCE = r"(?:once|twice|every|each|per|in)"

_CHANGE = r"(?:rise|vary|differ|decrease|increase|deviate|last|extend|fall)"

Rule = tuple[Comparator, re.Pattern[str]]


def _rules(pairs: Iterable[tuple[Comparator, str]], tail: str = "") -> tuple[Rule, ...]:
    return tuple(
        (comparator, re.compile(pattern + tail, re.IGNORECASE)) for comparator, pattern in pairs
    )


#: Some words up to "or more", none of them "above": "2 metres above or below a lamp" is a place.
_ASIDE = r"\W*(?:(?!above|below|over|under)[a-z]+\W+){0,4}?"

_RIGHT = _rules(
    (
        (">=", _ASIDE + r"(?:or|and) (?:upwards?|older|" + _LARGER + r")\b"),
        ("<=", _ASIDE + r"(?:or|and) (?!under\b)" + _SMALLER + r"\b"),
        ("<=", r"\W*(?:in advance )?(?:at the (?:latest|most)|maximum)\b"),
        (">=", r"\W*(?:at the least|minimum)\b"),
    )
)

#: A deadline counted back from an event is a least notice: "not later than 30 days before".
_AHEAD = re.compile(r"\W*(?:prior to|before|ahead of|in advance|preceding)\b", re.IGNORECASE)
_LATEST = re.compile(r"\b(?:not later than|no later than|at the latest)" + _FILL, re.IGNORECASE)
_EARLIEST = re.compile(r"\b(?:not|no) (?:earlier|sooner) than" + _FILL, re.IGNORECASE)
#: "prior to sixty days after the notice": a time that must have run.
_FROM = re.compile(r"\W*(?:after|from|following)\b", re.IGNORECASE)
_PRIOR = re.compile(r"\b(?:prior to|before)" + _FILL, re.IGNORECASE)
#: "before three months have elapsed": the period itself is what must not be over, or be over.
_ELAPSED = re.compile(r"\W*(?:\w+ )?(?:has|have|had) (?:elapsed|expired|passed|lapsed)\b", re.I)
_UNTIL = re.compile(r"\b(?:before|until|unless)" + _FILL, re.IGNORECASE)
_UNTIL_NOT = re.compile(_NOT + r"(?: [\w,\-]+){0,12}? (?:before|until|unless)" + _FILL, re.I)

_LEFT = _rules(
    (
        ("<=", r"≤"),
        (">=", r"≥"),
        ("<", r"<"),
        (">", r">"),
        (">=", _NOT + r" before " + _END),
        ("<=", _NOT + r"(?: [\w,\-]+){0,6}? after " + _END),
        # a period that recurs is named by its length: "the end of each five-year period"
        ("=", _END + r" (?:each|every)"),
        (">=", r"\b(?:equal to or (?:greater|more|higher) than|(?:greater|more) than or equal to)"),
        ("<=", r"\b(?:equal to or (?:less|lower) than|less than or equal to)"),
        # frequency: the longer the interval, the rarer the act
        ("<=", _NOT + r"(?:\s+\w+){0,6}?\s+less frequently than(?: " + _ONCE + r")*"),
        ("<=", r"\b(?:at least|not less than|no less than)(?: " + _ONCE + r")+"),
        ("<=", r"\bat (?:regular )?intervals(?: \w+){0,2}? (?:of )?(?:not (?:more|greater) than)"),
        # negated comparatives
        (">=", _NOT + r"(?: be)?(?: in any case)? " + _SMALLER + r"(?: \w+)? than"),
        ("<=", _NOT + r"(?: be)?(?: in any case)? " + _LARGER + r"(?: \w+){0,2}? than"),
        (
            ">=",
            _NOT + r"(?: \w+){0,4}? (?:be|have|fall|are|is|to|at|by|for)(?: \w+){0,2}? "
            + _SMALLER + r"(?: than)?(?: to)?",
        ),
        (
            "<=",
            _NOT + r"(?:\s+\S+){0,25}? (?:by|for|at|be|to|in|nor|is|are) (?:a \w+ )?"
            + _LARGER + r"(?: than)?",
        ),
        ("<=", _NOT + r"(?:\s+\S+){0,14}? " + _CHANGE + " " + _LARGER + r"(?: than)?"),
        ("<=", r"\bat or (?:below|under)"),
        (">=", r"\bat or (?:above|over)"),
        ("<=", _NOT + r"(?: [\w,\-]+){0,4}? (?:exceed|exceeds|exceeded|exceeding|surpass)"),
        ("<=", _NOT + r"(?: [\w,\-]+){0,12}? (?:for|by|of|in|at|to) an? \w+ (?:exceeding)"),
        ("<=", _NOT + r"(?: [\w,\-]+){0,12}? (?:beyond|in excess of|past)"),
        # plain comparatives
        (">=", r"\b(?:at least|at the least|as many as|as much as)"),
        (">=", r"\bminimum(?: \w+){0,3}? (?:of|is)(?: \w+ (?:=|is|be))?"),
        ("<=", r"\b(?:at most|at the most|up to|up to and including|as far as|limited to|until)"),
        ("<=", r"\bmaximum(?: \w+){0,3}? (?:of|is|be)(?: \w+ (?:=|is|be))?"),
        ("<=", r"\b(?:maximum|max\.?)"),
        (">=", r"\b(?:minimum|min\.?)"),
        ("<=", r"\b(?:within|inside)"),
        (">", r"\b(?:after|following|upon|on|from|until after) " + _END),
        ("<", r"\b(?:before|prior to|until) " + _END),
        ("<=", r"\b(?:by|not later than|no later than) " + _END),
        (">", r"\bafter"),
        (">", r"\b" + _LARGER + r"(?: \w+)? than"),
        (">", r"\b(?:exceed|exceeds|exceeded|exceeding|in excess of|over|above|beyond|outside)"),
        ("<", r"\b" + _SMALLER + r"(?: \w+)? than"),
        ("<", r"\b(?:under|below|short of)"),
    ),
    tail=_FILL,
)  # fmt: skip

_START = r"(?:beginning|starting|commencing)(?: on)?"
_DATE = _rules(
    (
        (
            ">=",
            r"\b(?:on (?:or|and) after|after (?:or|and) on|not before|since|from|" + _START + ")",
        ),
        (">=", r"\b(?:not|no) earlier than"),
        ("<=", r"\b(?:on or before|before or on|(?:not|no) later than|until|by|through|up to)"),
        ("<=", r"\b(?:ending(?: on)?|before the end of|by the end of)"),
        ("<", r"\b(?:before|prior to|earlier than|preceding)"),
        (">", r"\b(?:after|subsequent to|later than|following|beyond)"),
        ("=", r"\b(?:as of|effective|as at|as from|(?:existence|existed|force|effect) on)"),
    ),
    tail=r"\s+(?:the\s+)?$",
)


def compare(left: str, right: str) -> Comparator:
    """Return the comparator of an amount from the words before and after it.

    Args:
        left: normalised text from the start of the sentence part up to the number.
        right: normalised text from the end of the unit on.

    >>> compare("which shall not exceed ", " around them")
    '<='
    >>> compare("vessels of ", " or more in length")
    '>='
    """
    for comparator, pattern in _RIGHT:
        if pattern.match(right):
            return comparator
    around = _around(left, right)
    if around is not None:
        return around
    for comparator, pattern in _LEFT:
        if pattern.search(left):
            return comparator
    return "="


def _around(left: str, right: str) -> Comparator | None:
    """Return the comparator where the words on both sides decide together."""
    if _AHEAD.match(right):
        if _LATEST.search(left):
            return ">="
        if _EARLIEST.search(left):
            return "<="
    if _FROM.match(right) and _PRIOR.search(left):
        return "<"
    if _ELAPSED.match(right) and _UNTIL.search(left):
        return ">=" if _UNTIL_NOT.search(left) else "<"
    return None


def compare_date(left: str, right: str) -> Comparator | None:
    """Return how a calendar date bounds its clause; ``None`` where it bounds nothing.

    Args:
        left: normalised text before the date.
        right: normalised text after it.
    """
    if re.match(r"\W*or (?:earlier|before)\b", right):
        return "<="
    if re.match(r"\W*or (?:later|after)\b", right):
        return ">="
    for comparator, pattern in _DATE:
        if pattern.search(left):
            return comparator
    return None
