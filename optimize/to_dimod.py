"""A configuration problem as a dimod ConstrainedQuadraticModel, for solvers that take one."""

from __future__ import annotations

import dimod

from optimize.model import ConfigurationProblem


def to_cqm(problem: ConfigurationProblem) -> dimod.ConstrainedQuadraticModel:
    """Return the hard part of a problem; the objective is the cost.

    Variables are ``"attribute=option"``. All constraints are linear, with integer coefficients:
    dimod's conversion to an unconstrained model silently mistreats fractional ones.
    """
    cqm = dimod.ConstrainedQuadraticModel()  # type: ignore[no-untyped-call]
    bits = {pick: dimod.Binary(f"{pick[0]}={pick[1]}") for pick in problem.picks()}
    cqm.set_objective(dimod.quicksum(problem.option(pick).cost * bit for pick, bit in bits.items()))
    for attribute in problem.attributes:
        cqm.add_constraint(
            dimod.quicksum(bits[attribute.name, one.name] for one in attribute.options) == 1,
            label=f"one {attribute.name}",
        )
    for resource, most in problem.capacity.items():
        uses = [
            problem.option(pick).uses.get(resource, 0) * bit
            for pick, bit in bits.items()
            if problem.option(pick).uses.get(resource, 0)
        ]
        if uses:
            cqm.add_constraint(dimod.quicksum(uses) <= most, label=f"capacity {resource}")
    for number, rule in enumerate(problem.forbidden):
        picked = dimod.quicksum(bits[pick] for pick in rule.picks)
        cqm.add_constraint(picked <= len(rule.picks) - 1, label=f"{number}: {rule}")
    return cqm
