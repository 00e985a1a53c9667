"""Three-valued logic (Kleene's strong tables): true, false, and ``None`` for unknown.

It is sound for missing facts: a result is true or false only if every way of filling in the
unknown values gives that result for the formula's connectives.
"""

from __future__ import annotations

from collections.abc import Iterable

Truth = bool | None


def negation(value: Truth) -> Truth:
    """Return the Kleene negation."""
    return None if value is None else not value


def conjunction(values: Iterable[Truth]) -> Truth:
    """Return false if any is false, else unknown if any is unknown, else true."""
    unknown = False
    for value in values:
        if value is False:
            return False
        unknown = unknown or value is None
    return None if unknown else True


def disjunction(values: Iterable[Truth]) -> Truth:
    """Return true if any is true, else unknown if any is unknown, else false."""
    return negation(conjunction(negation(value) for value in values))
