"""Which number of a provision a binding means: by dimension, place and neighbour."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from base import ExtractionError
from jurisdictions.norm import Extraction, Ordinal, Quantity
from jurisdictions.pipeline.units import PINT_UNITS, unit_dimension

if TYPE_CHECKING:
    from jurisdictions.predicate import LawNumber

_CLAUSE_END = re.compile(r"[.;:](?=\s|$)")


def select_number(
    extraction: Extraction, number: LawNumber, *, text: str = ""
) -> Quantity | Ordinal | None:
    """Return the number of the law that a binding means; ``None`` where the text has none.

    Args:
        extraction: of the provision that ``number`` reads.
        number: which number is meant.
        text: the provision's words, needed for ``near`` to look beyond the thing measured.
    """
    found: list[Quantity | Ordinal]
    if number.ordinal is not None:
        found = [item for item in extraction.ordinals if item.unit == number.ordinal]
    else:
        places = {(item.start, item.end) for item in extraction.ordinals}
        dimension = _dimension(number.unit or "")
        found = [
            item
            for item in extraction.quantities
            if (item.start, item.end) not in places and _dimension(item.unit) == dimension
        ]
    if number.near is not None:
        found = [item for item in found if _near(item, number.near, text)]
    return found[number.nth] if number.nth < len(found) else None


@lru_cache(maxsize=256)
def _dimension(unit: str) -> str:
    """Return a key that units of one dimension share, for gold words and for pint's names."""
    if unit in PINT_UNITS:
        return unit_dimension(unit)
    for gold, name in PINT_UNITS.items():
        if name is not None and unit.rstrip("s") in (name, name.replace("meter", "metre")):
            return unit_dimension(gold)
    raise ExtractionError(
        f"unknown unit {unit!r}", where="law number", hint=f"use one of {', '.join(PINT_UNITS)}"
    )


def _near(item: Quantity | Ordinal, word: str, text: str) -> bool:
    wanted = word.lower()
    if isinstance(item, Quantity) and item.measures and wanted in item.measures:
        return True
    before = [match.end() for match in _CLAUSE_END.finditer(text, 0, item.start)]
    after = _CLAUSE_END.search(text, item.end)
    clause = text[before[-1] if before else 0 : after.start() if after else len(text)]
    return re.search(rf"\b{re.escape(wanted)}", clause.lower()) is not None
