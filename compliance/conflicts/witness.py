"""A cheap proof that rules can be met together: find a point of the design space that meets them.

Unit propagation and a short search in plain Python. A point found is a proof; none found within the
effort proves nothing, and the exact check decides. Most rule sets need no more than this, so an
audit without conflicts loads no solver.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compliance.conflicts.formula import Among, Domains, Every, Formula, Some, facts_in, restrict

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
