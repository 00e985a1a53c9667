"""The exact answers to the question of :mod:`.provisions`, by two solvers that share no code.

RC2 (python-sat) is a core-guided solver for maximum satisfiability, CP-SAT (OR-Tools) a
branch-and-bound over integers. Both take the conflicts as given, without the kernel's shortcuts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from base import SolverError
from optimize.provisions_kernel import Kernel, kernel_of

if TYPE_CHECKING:
    from optimize.provisions import Item

#: Optimal choices that are listed.
MOST_OPTIMA = 200


def choose_by_rc2(items: Sequence[Item], conflicts: Iterable[Collection[str]]) -> tuple[str, ...]:
    """Return what an optimal choice gives up, by RC2 with one weight that compares as tiers do.

    Raises:
        SolverError: as :func:`optimize.provisions.choose_provisions`.
    """
    kernel = kernel_of(items, conflicts)
    solver, names = _rc2(kernel)
    with solver:
        return kernel.sorted(_dropped(solver.compute(), names))


def optimal_choices(
    items: Sequence[Item], conflicts: Iterable[Collection[str]], *, most: int = MOST_OPTIMA
) -> tuple[tuple[tuple[str, ...], ...], bool]:
    """Return every optimal choice as what it gives up, sorted, and whether these are all.

    Args:
        items, conflicts: as for :func:`optimize.provisions.choose_provisions`.
        most: how many are listed.
    """
    kernel = kernel_of(items, conflicts)
    found: list[tuple[str, ...]] = []
    solver, names = _rc2(kernel)
    with solver:
        for dropped in _optima(solver, names):
            if len(found) == most:
                return tuple(sorted(found)), False
            found.append(kernel.sorted(dropped))
    return tuple(sorted(found)), True


def _rc2(kernel: Kernel) -> tuple[Any, list[str]]:
    from pysat.examples.rc2 import RC2Stratified
    from pysat.formula import WCNF

    names = sorted(frozenset().union(*kernel.conflicts))
    variable = {name: place for place, name in enumerate(names, start=1)}
    formula = WCNF()
    for conflict in kernel.conflicts:
        formula.append([-variable[name] for name in sorted(conflict)])
    for name in names:
        if kernel.items[name].hard:
            formula.append([variable[name]])
        else:
            formula.append([variable[name]], weight=kernel.value[name])
    return RC2Stratified(formula, solver="g3"), names


def _dropped(model: Sequence[int] | None, names: Sequence[str]) -> frozenset[str]:
    if model is None:
        raise SolverError("items that are never given up exclude each other")
    kept = set(model)
    return frozenset(name for place, name in enumerate(names, start=1) if place not in kept)


def _optima(solver: Any, names: Sequence[str]) -> Iterator[frozenset[str]]:
    least: int | None = None
    for model in solver.enumerate():
        if least is not None and solver.cost > least:
            return
        least = solver.cost
        yield _dropped(model, names)


def choose_by_cpsat(
    items: Sequence[Item], conflicts: Iterable[Collection[str]], *, seconds: float = 60.0
) -> tuple[str, ...]:
    """Return what an optimal choice gives up, by CP-SAT, tier after tier, with one worker.

    Raises:
        SolverError: as :func:`optimize.provisions.choose_provisions`, or where a tier is not proved
            within ``seconds``.
    """
    from ortools.sat.python import cp_model

    kernel = kernel_of(items, conflicts)
    model = cp_model.CpModel()
    names = sorted(frozenset().union(*kernel.conflicts))
    given_up = {name: model.new_bool_var(name) for name in names if not kernel.items[name].hard}
    for conflict in kernel.conflicts:
        model.add_bool_or([given_up[name] for name in sorted(conflict) if name in given_up])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_time_in_seconds = seconds
    for tier in sorted({kernel.items[name].tier for name in given_up}):
        weight = sum(
            kernel.items[name].weight * bit
            for name, bit in given_up.items()
            if kernel.items[name].tier == tier
        )
        model.minimize(weight)
        status = solver.solve(model)
        if status != cp_model.OPTIMAL:
            raise SolverError(
                f"tier {tier} is not proved ({solver.status_name(status).lower()})",
                hint=f"give more than {seconds:g} s",
            )
        model.clear_hints()  # type: ignore[no-untyped-call]
        for bit in given_up.values():
            model.add_hint(bit, solver.value(bit))
        model.add(weight <= round(solver.objective_value))
    return kernel.sorted({name for name, bit in given_up.items() if solver.value(bit)})
