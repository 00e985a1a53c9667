"""Configuration problems whose quadratic models can be enumerated, exact slack included."""

from __future__ import annotations

import random

from optimize.model import Attribute, ConfigurationProblem, Forbidden, Option
from tests.small_problems import brute_force


def tiny_problem(seed: int, *, most_options: int = 11) -> ConfigurationProblem:
    """Return a random problem of 2 to 5 attributes, perhaps without any feasible choice."""
    rng = random.Random(seed)
    count = rng.randint(2, 5)
    sizes = [rng.randint(1, 4) for _ in range(count)]
    while sum(sizes) > most_options:
        sizes[rng.randrange(count)] = 1
    resources = ["mass", "power"][: rng.randint(0, 2)]
    attributes = tuple(
        Attribute(
            f"a{a}",
            tuple(
                Option(
                    f"o{o}", rng.randint(-3, 15), {name: rng.randint(-1, 4) for name in resources}
                )
                for o in range(size)
            ),
        )
        for a, size in enumerate(sizes)
    )
    rules = set()
    for _ in range(rng.randint(0, 7)):
        owners = sorted(rng.sample(range(count), min(count, rng.choice([1, 2, 2, 3, 3]))))
        rules.add(tuple((f"a{a}", f"o{rng.randrange(sizes[a])}") for a in owners))
    return ConfigurationProblem(
        f"tiny-{seed}",
        attributes,
        {name: rng.randint(2, 8) for name in resources},
        tuple(Forbidden(picks) for picks in sorted(rules)),
    )


def least_cost(problem: ConfigurationProblem) -> int | None:
    """Return the cost of the best feasible choice, or ``None`` where there is none."""
    found = brute_force(problem)
    return None if found is None else found[-1]
