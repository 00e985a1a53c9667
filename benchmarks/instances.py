"""Configuration instances of one family: a site, the jurisdiction it lies in, rules, tight room.

Every instance is feasible by construction: a hidden design obeys all its rules, and each capacity
is what that design uses plus a few per cent of room. Better options cost more, so that the rules
and the room pull against the price.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from optimize.model import (
    TIERS,
    Attribute,
    ConfigurationProblem,
    Forbidden,
    Option,
    Pick,
    SoftRule,
)

RESOURCES = ("mass", "buoyancy_deficit", "power", "waste")
#: Share of room that the capacities leave above the hidden design's own use.
ROOM = 0.035
RULES_PER_ATTRIBUTE = 9
SOFT_PER_ATTRIBUTE = 14
#: Kinds of hard rule and how often each is drawn.
KINDS = {"unary": 8, "implication": 55, "jurisdiction": 22, "ternary": 7, "exclusion": 8}


def generate(attributes: int, seed: int, *, soft: bool = False) -> ConfigurationProblem:
    """Return the instance of a size and a seed.

    Args:
        attributes: at least 5; the first is the site, the second its jurisdiction.
        soft: add soft rules in the four tiers.
    """
    rng = random.Random(f"{attributes} {seed} {soft}")
    sizes = [rng.randint(8, 16), rng.randint(3, 4)]
    sizes += [rng.randint(4, 16) for _ in range(attributes - 2)]
    domains = [
        _jurisdictions(rng, size) if a == 1 else _options(rng, size) for a, size in enumerate(sizes)
    ]
    lies_in = [rng.randrange(sizes[1]) for _ in range(sizes[0])]
    hidden = [rng.randrange(size) for size in sizes]
    hidden[1] = lies_in[hidden[0]]
    rules: set[tuple[tuple[int, int], ...]] = {
        ((0, site), (1, other))
        for site, home in enumerate(lies_in)
        for other in range(sizes[1])
        if other != home
    }
    for kind in rng.choices(list(KINDS), list(KINDS.values()), k=RULES_PER_ATTRIBUTE * attributes):
        for rule in _rule(rng, kind, sizes):
            if not all(hidden[a] == o for a, o in rule):
                rules.add(rule)
    used = {name: sum(domains[a][o].uses[name] for a, o in enumerate(hidden)) for name in RESOURCES}
    return ConfigurationProblem(
        name=f"generated-{attributes}-{seed}{'-soft' if soft else ''}",
        attributes=tuple(Attribute(f"a{a}", tuple(domain)) for a, domain in enumerate(domains)),
        capacity={name: int(amount * (1 + ROOM)) for name, amount in used.items()},
        forbidden=tuple(Forbidden(_named(rule)) for rule in sorted(rules)),
        soft=tuple(_soft(rng, sizes)) if soft else (),
    )


def _options(rng: random.Random, size: int) -> list[Option]:
    """Return options that use less and cost more as they go, with noise."""
    price = rng.choice((12, 20, 30, 45))
    most = {name: rng.randint(20, 100) for name in RESOURCES}
    steep = rng.uniform(1.0, 2.5)
    found = []
    for number in range(size):
        level = number / size
        uses = {
            name: max(0, round(top * (1 - 0.8 * level) * rng.uniform(0.75, 1.15)))
            for name, top in most.items()
        }
        cost = round(price * (1 + steep * level) * rng.uniform(0.85, 1.15))
        found.append(Option(f"o{number}", cost, uses))
    return found


def _jurisdictions(rng: random.Random, size: int) -> list[Option]:
    """Return options that are free and only ask for some handling of waste."""
    return [
        Option(f"o{number}", 0, {**dict.fromkeys(RESOURCES, 0), "waste": rng.randint(0, 70)})
        for number in range(size)
    ]


def _rule(rng: random.Random, kind: str, sizes: Sequence[int]) -> list[tuple[tuple[int, int], ...]]:
    """Return the combinations that one rule of a kind forbids."""
    a, b, c = rng.sample(range(2, len(sizes)), 3)
    if kind == "unary":
        return [((b, rng.randrange(sizes[b])),)]
    if kind == "exclusion":
        return [_sorted((a, rng.randrange(sizes[a])), (b, rng.randrange(sizes[b])))]
    given = {"implication": (a,), "jurisdiction": (1,), "ternary": (rng.choice((1, a)), c)}[kind]
    picked = [(one, rng.randrange(sizes[one])) for one in given]
    return [_sorted(*picked, (b, other)) for other in _excluded(rng, sizes[b])]


def _excluded(rng: random.Random, size: int) -> list[int]:
    """Return the options that a condition rules out: the weakest, or some of them."""
    count = min(size - 1, 1 + int(rng.expovariate(0.55)))
    return list(range(count)) if rng.random() < 0.5 else rng.sample(range(size), count)


def _soft(rng: random.Random, sizes: Sequence[int]) -> list[SoftRule]:
    """Return demands of a level, some only where another pick is made, weighed by tier."""
    found = []
    for _ in range(SOFT_PER_ATTRIBUTE * len(sizes)):
        tier, weight = rng.choice(TIERS), rng.randint(1, 5)
        a, b = rng.sample(range(2, len(sizes)), 2)
        level = rng.randint(1, sizes[b] - 1)
        given = [(a, rng.randrange(sizes[a]))] if rng.random() < 0.5 else []
        found += [
            SoftRule(tier, weight, _named(_sorted(*given, (b, weak)))) for weak in range(level)
        ]
    return found


def _sorted(*picks: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(picks))


def _named(rule: Sequence[tuple[int, int]]) -> tuple[Pick, ...]:
    return tuple((f"a{a}", f"o{o}") for a, o in rule)
