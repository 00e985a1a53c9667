"""Checks of rules that people write or edit by hand: facts that exist, units that measure them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from base import BathylexError, BindingError
from habitat.units import DIMENSIONS, quantity, read_quantity
from jurisdictions.binding import BindingFile, RuleBinding
from jurisdictions.graph import attributes_of
from jurisdictions.pipeline.units import PINT_UNITS
from jurisdictions.predicate import All, Any_, ByLaw, Compare, LawBound, Not, Predicate
from jurisdictions.proposals.lexicon import fact_kinds, load_lexicon

#: Unit words of the law without a unit of their own in pint, as facts are held against them.
_SPECIAL = {"ppm": "mg/L", "percent": "percent", "dB": "dB", "count": "", "USD": ""}


def check_own(
    embedded: Mapping[str, BindingFile], own: Mapping[str, BindingFile], where: Path | None
) -> None:
    """Make sure that the user's rules can be judged beside the embedded ones.

    Args:
        embedded: the embedded binding files.
        own: the user's own.
        where: their folder, for messages.

    Raises:
        BindingError: a rule takes the id of an embedded one, asks for a fact that no design has, or
            holds a fact against a number that does not measure it.
    """
    ids = {rule.id: name for name, found in embedded.items() for rule in found.rules}
    used = _facts_of(embedded)
    for name, found in own.items():
        for rule in found.rules:
            place = f"{where}, {name}, rule {rule.id}"
            if rule.id in ids:
                raise BindingError(
                    f"an embedded rule on {ids[rule.id]} has this id",
                    where=place,
                    hint="give it another id",
                )
            _check_rule(rule, used, place)


def _facts_of(bindings: Mapping[str, BindingFile]) -> frozenset[str]:
    """Facts that embedded rules ask for, those computed from a design or a site among them."""
    return frozenset(
        fact
        for found in bindings.values()
        for rule in found.rules
        for predicate in rule.predicates
        for fact in attributes_of(predicate)
    )


def _check_rule(rule: RuleBinding, used: frozenset[str], place: str) -> None:
    known = _kinds()
    for predicate in rule.predicates:
        for fact in attributes_of(predicate):
            if fact not in known and fact not in used:
                from difflib import get_close_matches

                near = get_close_matches(fact, [*known, *used], n=1)
                raise BindingError(
                    f"no design has a fact '{fact}'",
                    where=place,
                    hint=f"did you mean '{near[0]}'?" if near else "see docs/bindings.md",
                )
        for comparison in _comparisons(predicate):
            _check_comparison(comparison, known, place)


def _comparisons(predicate: Predicate | None) -> Iterator[ByLaw | Compare]:
    match predicate:
        case All(all=parts) | Any_(any=parts):
            for part in parts:
                yield from _comparisons(part)
        case Not(not_=part):
            yield from _comparisons(part)
        case ByLaw() | Compare():
            yield predicate


def _check_comparison(comparison: ByLaw | Compare, known: Mapping[str, str], place: str) -> None:
    kind = known.get(comparison.fact)
    if kind is None:
        return  # computed from design or site: only embedded rules say what it measures
    match comparison:
        case ByLaw(law=pointer) | Compare(bound=LawBound(law=pointer)):
            if pointer.ordinal is not None:
                measures = kind == "count"
            elif pointer.unit not in PINT_UNITS:
                raise BindingError(
                    f"unknown unit '{pointer.unit}'",
                    where=place,
                    hint=f"use one of {', '.join(PINT_UNITS)}",
                )
            else:
                unit = PINT_UNITS[pointer.unit] or _SPECIAL.get(pointer.unit)
                measures = unit is not None and _measures(kind, unit)
        case Compare(bound=str(words)):
            try:
                written = read_quantity(words, where=place, error=BindingError)
            except BathylexError as problem:
                raise BindingError(problem.what, where=place, hint=problem.hint) from problem
            measures = _measures(kind, str(written.units))
        case _:
            measures = kind in ("count", "ratio")
    if not measures:
        raise BindingError(
            f"{comparison.fact} is a {kind}: the number that it is held against is none",
            where=place,
            hint="name another fact or unit",
        )


def _measures(kind: str, unit: str) -> bool:
    if kind in ("flag", "word", "text"):
        return False
    if kind in ("count", "ratio"):
        # A contract year is a count that the law bounds in years.
        amount = quantity(1.0, unit)
        return bool(amount.dimensionless or (kind == "count" and amount.check("[time]")))
    units = {dimension.name: dimension.unit for dimension in DIMENSIONS.values()}
    wanted = {**units, "angle": "degree", "percent": "percent"}[kind]
    first, second = quantity(1.0, unit), quantity(1.0, wanted)
    return bool(first.dimensionality == second.dimensionality)


@lru_cache(maxsize=1)
def _kinds() -> dict[str, str]:
    return {**{fact: entry.kind for fact, entry in load_lexicon().items()}, **fact_kinds()}
