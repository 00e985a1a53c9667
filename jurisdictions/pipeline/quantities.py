"""The component that finds measured bounds: span, value, unit, comparator, thing measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from jurisdictions.norm import Comparator, Ordinal, Quantity
from jurisdictions.pipeline.amounts import Amount, find_amounts, share_units
from jurisdictions.pipeline.comparators import compare, compare_date
from jurisdictions.pipeline.measures import measured
from jurisdictions.pipeline.ordinals import is_bound
from jurisdictions.pipeline.state import put, rows
from jurisdictions.pipeline.units import PINT_UNITS, TIME_UNITS

if TYPE_CHECKING:
    from spacy.tokens import Doc

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: day of)? (?:{_MONTHS}),? (?P<a>\d{{4}})"
    rf"|(?:{_MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?, ?(?P<b>\d{{4}})|(?:{_MONTHS}),? (?P<c>\d{{4}}))\b"
)
#: A bare year is a date where a word of time bounds it ("after 2031", "beyond the date of delivery
#: in 2031"); elsewhere the digits may be any number.
_YEAR = re.compile(
    r"\b(?P<bound>by|before|prior to|until|after|beyond|following|since|from|through|later than|"
    r"earlier than)"
    r"(?: the (?:(?:end|beginning|start|close) of|(?:anniversary|date)\b[^.;:,]{0,60} in))? "
    r"(?P<year>(?:19|20)\d\d)\b(?![/-]|,\d|\.\d)",
    re.IGNORECASE,
)
#: A date after this only anchors a period: "270 days after August 8, 2005".
_ANCHOR = re.compile(
    r"(?:days|weeks|months|years|period|\b(?:an?|one) (?:day|week|month|year))\b[^.;:]{0,40}?"
    r"\b(?:after|from|before|of|following|prior to|beginning on|on)\s+(?:the\s+)?$"
)
_PERIOD_OPEN = re.compile(r"\b(?:between|from)\s+$", re.IGNORECASE)
_PERIOD_JOIN = re.compile(r",?\s+(?:and|to|until|through)\s+(?:on\s+)?")
#: A frequency with the interval in the singular: "at least once a year" is at most a year apart.
_ONCE = re.compile(
    r"\b(?:at least|(?:no|not) less (?:frequently |often )?than) once (?:(?:in|during) )?"
    r"(?P<span>(?:an?|each|every|per|any) (?:(?:calendar|contract|fiscal) )?"
    r"(?P<unit>hour|day|week|month|year))\b"
)
_RANGE_JOIN = re.compile(r"\s*(?:to|-|and)\s*|[^.;:,]{0,24}\band(?: \w+)?\s+")
_SENTENCE_PART = re.compile(r"[.;:](?=\s|$)")
CONTEXT_CHARACTERS = 220


class QuantityFinder:
    """Find quantities and store them as ``doc._.quantities``.

    Args:
        dates: whether calendar dates that bound something count as quantities.
    """

    def __init__(self, *, dates: bool = True) -> None:
        self.dates = dates

    def __call__(self, doc: Doc) -> Doc:
        """Read ``doc.text``; needs ``doc._.ordinals`` for bounds such as "by the end of year 3"."""
        text = doc.text
        spans = [match.span() for match in _DATE.finditer(text)]
        amounts = [
            amount
            for amount in share_units(text, find_amounts(text))
            if not any(start < amount.end and amount.start < end for start, end in spans)
        ]
        found = [*_quantities(doc, amounts), *_bound_ordinals(doc), *_intervals(text)]
        if self.dates:
            found.extend(_dates(text, amounts))
        put(doc, "quantities", sorted(found, key=lambda quantity: quantity.start))
        return doc


def left_of(text: str, start: int) -> str:
    """Return the sentence part before an offset, at most :data:`CONTEXT_CHARACTERS` long."""
    before = text[max(0, start - CONTEXT_CHARACTERS) : start]
    cut = max((match.end() for match in _SENTENCE_PART.finditer(before)), default=0)
    return before[cut:]


def _right_of(text: str, end: int) -> str:
    after = text[end : end + 80]
    cut = _SENTENCE_PART.search(after)
    return after[: cut.start()] if cut else after


def _quantities(doc: Doc, amounts: list[Amount]) -> Iterator[Quantity]:
    text, at = doc.text, 0
    while at < len(amounts):
        first = amounts[at]
        second = amounts[at + 1] if at + 1 < len(amounts) else None
        if second is not None and _is_range(text, first, second):
            whole = replace(first, end=second.end)
            yield _quantity(doc, text, whole, "range", second.value)
            at += 2
            continue
        # a coordinated number is compared by the words before its group
        joined = at and (
            _coordinated(text, amounts[at - 1], first) or _whichever(text, amounts, at)
        )
        lead = amounts[at - 1] if joined else first
        left = left_of(text, lead.start)
        # "400 or more persons": the comparator stands inside the span
        inner = text.find(" or ", first.start, first.end)
        right = _right_of(text, first.end if inner < 0 else inner)
        comparator = compare(left_of(text, first.start), right)
        if comparator == "=" and lead is not first:
            comparator = compare(left, "")
        yield _quantity(doc, text, first, comparator, None)
        at += 1


def _quantity(
    doc: Doc, text: str, amount: Amount, comparator: Comparator, value_max: float | None
) -> Quantity:
    """Make a quantity; ``text`` is ``doc.text``, which is put together anew at every access."""
    return Quantity(
        span=text[amount.start : amount.end],
        start=amount.start,
        end=amount.end,
        value=amount.value,
        unit=amount.unit,
        comparator=comparator,
        value_max=value_max,
        measures=measured(doc, amount.start, amount.end),
    )


def _coordinated(text: str, first: Amount, second: Amount) -> bool:
    between = text[first.end : second.start].strip()
    return first.unit == second.unit and between in ("or", "and", ",", "/", "by", "x", "\u00d7")


def _whichever(text: str, amounts: list[Amount], at: int) -> bool:
    """Tell "at least 9 tonnes or one per cent, whichever is less": one comparator for both."""
    joined = text[amounts[at - 1].end : amounts[at].start].strip() in ("or", ", or")
    return joined and "whichever" in _right_of(text, amounts[at].end)


def _is_range(text: str, first: Amount, second: Amount) -> bool:
    """Tell "between 850°C and 1,200°C" and "30 to 60 days" from two amounts side by side."""
    if first.unit != second.unit:
        return False
    between = text[first.end : second.start]
    if not _RANGE_JOIN.fullmatch(between):
        return False
    joined = between.strip()
    if joined in ("to", "-"):
        return second.value > first.value or first.unit == "degree"
    before = text[max(0, first.start - 30) : first.start].lower()
    return re.search(r"\bbetween\s+(?:[a-z]+\s+){0,2}$", before) is not None


def _intervals(text: str) -> Iterator[Quantity]:
    for match in _ONCE.finditer(text):
        unit = match["unit"] if match["unit"] in PINT_UNITS else "other"
        yield Quantity(match["span"], *match.span("span"), 1.0, unit, "<=")


def _dates(text: str, amounts: list[Amount]) -> Iterator[Quantity]:
    periods = list(_periods(text))
    yield from periods
    for match in (*_DATE.finditer(text), *_YEAR.finditer(text)):
        if any(period.start <= match.start() < period.end for period in periods):
            continue
        start = match.start("year") if "year" in match.re.groupindex else match.start()
        if any(amount.start <= start < amount.end for amount in amounts):
            # "from 2000 metres": the digits have a unit
            continue
        left, right = left_of(text, start), text[match.end() : match.end() + 20]
        comparator = compare_date(left, right)
        if comparator is None and start != match.start():
            comparator = compare_date(f"{text[: match.end('bound')]} ", right)
        if comparator is None or _ANCHOR.search(left):
            continue
        year = next(group for group in reversed(match.groups()) if group)
        yield Quantity(
            text[start : match.end()], start, match.end(), float(year), "date", comparator
        )


def _periods(text: str) -> Iterator[Quantity]:
    """Two dates that bound a period: "between 5 June 1950 and 7 August 1953"."""
    found = list(_DATE.finditer(text))
    for first, second in pairwise(found):
        joined = _PERIOD_JOIN.fullmatch(text[first.end() : second.start()])
        if joined and _PERIOD_OPEN.search(text[: first.start()]):
            years = [float(next(filter(None, reversed(m.groups())))) for m in (first, second)]
            span = text[first.start() : second.end()]
            yield Quantity(
                span, first.start(), second.end(), years[0], "date", "range", value_max=years[1]
            )


def _bound_ordinals(doc: Doc) -> Iterator[Quantity]:
    """Ordinals that set a bound: "by the end of the eighth year", "each fourth month"."""
    text = doc.text
    for ordinal in rows(doc, "ordinals", Ordinal):
        left = left_of(text, ordinal.start)
        if not is_bound(ordinal, left):
            continue
        comparator = compare(left, "") if ordinal.unit in TIME_UNITS else "="
        yield Quantity(
            ordinal.span,
            ordinal.start,
            ordinal.end,
            ordinal.value,
            ordinal.unit,
            comparator,
            None,
            measured(doc, ordinal.start, ordinal.end),
        )
