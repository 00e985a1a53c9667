"""What makes a configuration problem malformed: one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from base import SolverError

if TYPE_CHECKING:
    from optimize.model import ConfigurationProblem, Pick

#: Beyond this a sum of many could leave what solvers count exactly.
LARGEST = 10**12


def check_problem(problem: ConfigurationProblem) -> None:
    """Raise :class:`SolverError` where names, rules or numbers make no sense."""
    from optimize.model import MOST_OPTIONS

    if not problem.attributes:
        raise SolverError("no attribute", where=problem.name, hint="give at least one")
    _unique((one.name for one in problem.attributes), "attribute", problem.name)
    total = sum(len(one.options) for one in problem.attributes)
    if total > MOST_OPTIONS:
        raise SolverError(
            f"{total} options in all",
            where=problem.name,
            hint=f"at most {MOST_OPTIONS} are modelled",
        )
    for attribute in problem.attributes:
        where = f"{problem.name}: {attribute.name}"
        if not attribute.options:
            raise SolverError("no option", where=where, hint="give at least one")
        _unique((one.name for one in attribute.options), "option", where)
        for option in attribute.options:
            at = f"{where}.{option.name}"
            whole(option.cost, f"{at}: cost")
            for resource, amount in option.uses.items():
                if resource not in problem.capacity:
                    raise SolverError(
                        f"uses {resource!r}, which has no capacity", where=at,
                        hint=f"known resources: {', '.join(problem.capacity) or 'none'}",
                    )  # fmt: skip
                whole(amount, f"{at}: use of {resource}")
    for resource, most in problem.capacity.items():
        whole(most, f"{problem.name}: capacity of {resource}")
    _unique(problem.tiers, "tier", problem.name)
    for number, rule in enumerate(problem.forbidden, 1):
        _check_picks(problem, rule.picks, f"{problem.name}: {rule.label or f'forbidden {number}'}")
    for number, soft in enumerate(problem.soft, 1):
        where = f"{problem.name}: {soft.label or f'soft rule {number}'}"
        _check_picks(problem, soft.picks, where)
        if soft.tier not in problem.tiers:
            raise SolverError(
                f"no tier {soft.tier!r}", where=where, hint=f"one of {', '.join(problem.tiers)}"
            )
        if whole(soft.weight, f"{where}: weight") <= 0:
            raise SolverError(f"weight {soft.weight}", where=where, hint="give a positive integer")


def whole(number: Any, where: str) -> int:
    """Return an integer that solvers count exactly, or raise."""
    if isinstance(number, bool) or not isinstance(number, int):
        raise SolverError(
            f"{number!r} is no integer", where=where, hint="scale amounts to whole numbers"
        )
    if abs(number) > LARGEST:
        raise SolverError(f"{number} is too large", where=where, hint=f"at most {LARGEST}")
    return number


def _unique(names: Iterable[str], what: str, where: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise SolverError(f"{what} {twice[0]!r} is named twice", where=where, hint="rename one")


def _check_picks(problem: ConfigurationProblem, picks: tuple[Pick, ...], where: str) -> None:
    from optimize.model import MOST_PICKS

    if not 1 <= len(picks) <= MOST_PICKS:
        raise SolverError(
            f"{len(picks)} picks in one rule", where=where, hint=f"give 1 to {MOST_PICKS}"
        )
    for attribute, option in picks:
        if attribute not in problem.by_name:
            raise SolverError(f"no attribute {attribute!r}", where=where, hint="check the name")
        if option not in problem.by_name[attribute]:
            raise SolverError(
                f"no option {option!r} of {attribute}", where=where, hint="check the name"
            )
    if len({attribute for attribute, _ in picks}) < len(picks):
        raise SolverError("an attribute stands twice in one rule", where=where, hint="remove one")
