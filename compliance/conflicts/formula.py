"""Positive propositional formulas over the regions of a design space.

An atom says that a fact lies in some of its regions; the regions are bits of an integer. A formula
is ``True``, ``False``, an atom, or a conjunction or disjunction of formulas; negation is pushed
down to the atoms, where it is the complement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Among:
    """The fact lies in one of the regions whose bits are set."""

    fact: str
    regions: int


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: tuple[Formula, ...]


Formula = bool | Among | Every | Some

#: All regions of each fact, as bits.
Domains = Mapping[str, int]


def among(fact: str, regions: int, domains: Domains) -> Formula:
    """Return the atom, or its truth value where it does not depend on the fact."""
    inside = regions & domains[fact]
    if inside == domains[fact]:
        return True
    return Among(fact, inside) if inside else False


def every(parts: Iterable[Formula], domains: Domains) -> Formula:
    """Return the simplified conjunction; atoms on one fact become one."""
    return _join(parts, domains, True)


def some(parts: Iterable[Formula], domains: Domains) -> Formula:
    """Return the simplified disjunction; atoms on one fact become one."""
    return _join(parts, domains, False)


def _join(parts: Iterable[Formula], domains: Domains, conjunctive: bool) -> Formula:
    atoms: dict[str, int] = {}
    rest: list[Formula] = []
    for part in _flat(parts, Every if conjunctive else Some):
        if isinstance(part, bool):
            if part is not conjunctive:
                return part
        elif isinstance(part, Among):
            known = atoms.get(part.fact, domains[part.fact] if conjunctive else 0)
            atoms[part.fact] = known & part.regions if conjunctive else known | part.regions
        elif part not in rest:
            rest.append(part)
    joined: list[Formula] = []
    for fact, regions in atoms.items():
        atom = among(fact, regions, domains)
        if isinstance(atom, bool):
            if atom is not conjunctive:
                return atom
        else:
            joined.append(atom)
    joined += rest
    if not joined:
        return conjunctive
    if len(joined) == 1:
        return joined[0]
    return Every(tuple(joined)) if conjunctive else Some(tuple(joined))


def _flat(parts: Iterable[Formula], kind: type[Every] | type[Some]) -> Iterator[Formula]:
    for part in parts:
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part


def negate(formula: Formula, domains: Domains) -> Formula:
    """Return the formula that holds exactly where ``formula`` does not."""
    match formula:
        case bool():
            return not formula
        case Among(fact=fact, regions=regions):
            return among(fact, domains[fact] & ~regions, domains)
        case Every(parts=parts):
            return some((negate(part, domains) for part in parts), domains)
        case Some(parts=parts):
            return every((negate(part, domains) for part in parts), domains)


def restrict(formula: Formula, domains: Domains) -> Formula:
    """Simplify a formula where every fact is known to lie within ``domains``."""
    match formula:
        case bool():
            return formula
        case Among(fact=fact, regions=regions):
            return among(fact, regions, domains)
        case Every(parts=parts):
            return every((restrict(part, domains) for part in parts), domains)
        case Some(parts=parts):
            return some((restrict(part, domains) for part in parts), domains)


def holds(formula: Formula, point: Mapping[str, int]) -> bool:
    """Say whether a formula holds at a point: each fact's region by its number."""
    match formula:
        case bool():
            return formula
        case Among(fact=fact, regions=regions):
            return bool(regions >> point[fact] & 1)
        case Every(parts=parts):
            return all(holds(part, point) for part in parts)
        case Some(parts=parts):
            return any(holds(part, point) for part in parts)


def atoms_in(formula: Formula) -> Iterator[Among]:
    """Yield the atoms of a formula."""
    match formula:
        case Among():
            yield formula
        case Every(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from atoms_in(part)


def facts_in(formula: Formula) -> frozenset[str]:
    """Return the facts that a formula depends on."""
    return frozenset(atom.fact for atom in atoms_in(formula))
