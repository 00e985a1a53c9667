"""Cheap steps before the exact check: drop what cannot matter, split, look for a point.

*Reduce*: a region of a fact that meets every question another one does not fail is never needed
less; the other one goes. That changes no answer on whether some of the rules can be met together,
and most rules end up met by choices that hinder nobody. *Split*: rules that share no fact are
independent. *Look*: unit propagation and a short search in plain Python. A point found is a proof;
none found within the effort proves nothing, and the exact check decides. Most rule sets need no
more than this, so an audit without conflicts loads no solver.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compliance.conflicts.formula import (
    Among,
    Domains,
    Every,
    Formula,
    Some,
    atoms_in,
    facts_in,
    restrict,
)

#: Choices tried before giving up on a component.
EFFORT = 200


def components(formulas: Mapping[str, Formula]) -> tuple[tuple[str, ...], ...]:
    """Group rules that are tied by shared free facts; the groups can be met independently.

    Returns:
        Sorted groups of sorted names, without rules that depend on no fact.
    """
    owner: dict[str, str] = {}
    parent = {name: name for name in formulas}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for name in sorted(formulas):
        for fact in facts_in(formulas[name]):
            if fact in owner:
                parent[root(name)] = root(owner[fact])
            else:
                owner[fact] = name
    groups: dict[str, list[str]] = {}
    for name in sorted(formulas):
        if not isinstance(formulas[name], bool):
            groups.setdefault(root(name), []).append(name)
    return tuple(sorted(tuple(group) for group in groups.values()))


def reduce(
    formulas: Mapping[str, Formula], domains: Domains
) -> tuple[dict[str, Formula], dict[str, int]]:
    """Remove regions that another region of the same fact can always stand in for.

    Formulas are positive: where every atom that holds in one region also holds in another, moving
    there breaks no rule. So each subset of the rules can be met after the reduction exactly if it
    could be met before.

    Returns:
        The simplified formulas, and the regions left of each fact.
    """
    left, reduced = dict(domains), dict(formulas)
    changed = set(left)
    while changed:
        asked: dict[str, set[int]] = {}
        for formula in reduced.values():
            for atom in atoms_in(formula):
                asked.setdefault(atom.fact, set()).add(atom.regions)
        changed = {fact for fact in changed & asked.keys() if _narrow(fact, asked[fact], left)}
        if changed:
            moved = {n for n, formula in reduced.items() if facts_in(formula) & changed}
            reduced |= {name: restrict(reduced[name], left) for name in moved}
            changed = set(left)
    return reduced, left


def _narrow(fact: str, masks: set[int], left: dict[str, int]) -> bool:
    """Remove the regions of one fact that others can stand in for; say whether any went."""
    regions = [place for place in range(left[fact].bit_length()) if left[fact] >> place & 1]
    meets = {place: {mask for mask in masks if mask >> place & 1} for place in regions}
    kept = [
        place
        for place in regions
        if not any(
            meets[place] < meets[other] or (meets[place] == meets[other] and other < place)
            for other in regions
        )
    ]
    left[fact] = sum(1 << place for place in kept)
    return len(kept) < len(regions)


def witness(formulas: Iterable[Formula], domains: Domains) -> dict[str, int] | None:
    """Return regions that meet all formulas, for the facts that matter, or ``None`` if none found.

    Args:
        formulas: positive formulas.
        domains: all regions of each fact, as bits.
    """
    pending = list(formulas)
    asked = frozenset().union(*(facts_in(formula) for formula in pending))
    found = _search(pending, {fact: domains[fact] for fact in asked}, [EFFORT])
    if found is None:
        return None
    return {fact: (bits & -bits).bit_length() - 1 for fact, bits in found.items()}


def _search(
    pending: list[Formula], domains: dict[str, int], left: list[int]
) -> dict[str, int] | None:
    rest = _propagate(pending, domains)
    if rest is None:
        return None
    if not rest:
        return domains
    first, others = rest[0], rest[1:]
    for part in first.parts:
        if left[0] == 0:
            return None
        left[0] -= 1
        found = _search([part, *others], dict(domains), left)
        if found is not None:
            return found
    return None


def _propagate(pending: list[Formula], domains: dict[str, int]) -> list[Some] | None:
    """Narrow ``domains`` by what must hold; return the choices left, or ``None`` if none is."""
    rest: list[Some] = []
    changed = True
    while changed:
        changed, queue, rest = False, list(pending), []
        while queue:
            formula = restrict(queue.pop(), domains)
            match formula:
                case False:
                    return None
                case Among(fact=fact, regions=regions):
                    domains[fact] &= regions
                    changed = True
                case Every(parts=parts):
                    queue.extend(parts)
                case Some():
                    rest.append(formula)
        rest.reverse()
        pending = list(rest)
    return rest
