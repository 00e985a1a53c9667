"""Small configuration problems for tests, and their answers by trying everything."""

from __future__ import annotations

import random
from itertools import product

from optimize.model import (
    Attribute,
    Choice,
    ConfigurationProblem,
    Forbidden,
    Option,
    Pick,
    SoftRule,
)

RESOURCES = ("mass", "power")


def small(seed: int, *, soft: bool = False, attributes: int = 5) -> ConfigurationProblem:
    """Return a random problem that may be infeasible; uses may be negative."""
    rng = random.Random(seed)
    domains = [
        Attribute(
            f"a{a}",
            tuple(
                Option(
                    f"o{o}",
                    rng.randint(0, 20),
                    {name: rng.randint(-2, 9) for name in RESOURCES},
                )
                for o in range(rng.randint(1, 4))
            ),
        )
        for a in range(attributes)
    ]

    def picks(count: int) -> tuple[Pick, ...]:
        return tuple((one.name, rng.choice(one.options).name) for one in rng.sample(domains, count))

    return ConfigurationProblem(
        f"small-{seed}",
        tuple(domains),
        {name: rng.randint(8, 22) for name in RESOURCES},
        tuple(Forbidden(picks(rng.choice((1, 2, 2, 2, 3)))) for _ in range(rng.randint(0, 12))),
        tuple(
            SoftRule(rng.choice(("safety", "commercial")), rng.randint(1, 4), picks(n))
            for n in (rng.choice((1, 2, 2, 3)) for _ in range(12))
        )
        if soft
        else (),
    )


def choices(problem: ConfigurationProblem) -> list[Choice]:
    """Return all complete choices."""
    names = [one.name for one in problem.attributes]
    options = [[o.name for o in one.options] for one in problem.attributes]
    return [dict(zip(names, picked, strict=True)) for picked in product(*options)]


def brute_force(problem: ConfigurationProblem) -> tuple[int, ...] | None:
    """Return the best objective of a feasible choice, or ``None``."""
    found = [problem.objective(one) for one in choices(problem) if problem.feasible(one)]
    return min(found, default=None)
