"""What gives way in a conflict, by quadratic models and an annealer: a second, independent route.

The exact route (:mod:`.resolve`) lets rules into a design along every sequence that respects a
partial order (:mod:`.order`: the law's relations first, then priority classes, then strictness).
Quadratic models minimise weight tier by tier. They ask the same where the tiers respect the order,
so that no two rules of a tier are ranked: an optimal choice then is what one such sequence gives
(take each tier's kept rules before its other ones), hence a preferred subtheory. So where the exact
route leaves nothing open, each choice must be its choice. Where it does, tiers that respect the
order can be laid in several ways, and each must give a choice that the exact route knows, of the
least weight among those; together they should show each open rule both kept and given up. Ways are
drawn at random, so that last point can fail for want of draws; any other difference is a fault.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compliance.conflicts.checker import satisfiable
from compliance.conflicts.contest import Contest

if TYPE_CHECKING:
    from optimize.samplers import Sampler

#: Ways to lay tiers that are drawn for one contest.
WAYS = 48
#: Times as many more that are drawn at most where an open rule has not been seen both ways.
ROUNDS = 10
#: Effort for each tier of each way; contests are small.
READS, SWEEPS = 20, 100


@dataclass(frozen=True, slots=True)
class Choice:
    """One annealed choice.

    Attributes:
        tier: of each rule, 0 first.
        given_up: rules that give way.
        objective: how many of each tier.
        least: the same of the best choice that the exact route knows; ``None`` where it tells none.
        annealed: objective of the best read that broke no conflict, before repair; ``None`` where
            there was none.
    """

    tier: Mapping[str, int]
    given_up: frozenset[str]
    objective: tuple[int, ...]
    least: tuple[int, ...] | None
    annealed: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both routes' answers to one contest.

    Attributes:
        contest: the question and the exact route's answer.
        choices: one for each way to lay tiers.
        overridden: rules that every annealed choice gives up.
        open: rules that some give up and others do not.
        faults: what contradicts the exact route, in words.
        unseen: open rules of the exact route that every draw happened to settle alike.
    """

    contest: Contest
    choices: tuple[Choice, ...]
    overridden: frozenset[str]
    open: frozenset[str]
    faults: tuple[str, ...]
    unseen: frozenset[str]

    @property
    def agrees(self) -> bool:
        """Whether both routes, the exact one by proof, override and leave open the same rules."""
        return self.contest.exact and not self.faults and not self.unseen


def compare(
    contest: Contest,
    *,
    sampler: Sampler | None = None,
    seed: int = 0,
    ways: int = WAYS,
    rounds: int = ROUNDS,
) -> Comparison:
    """Answer a contest by annealing, and compare.

    Args:
        contest: of :attr:`compliance.conflicts.Settlement.contests`.
        sampler: of quadratic models; simulated annealing by default.
        seed: of the sampler and of the drawn ways.
        ways: how many ways to lay tiers are drawn; equal ones count once.
        rounds: times as many more where an open rule has not been seen both kept and given up.
    """
    told = contest.exact and contest.permission is None
    choices: list[Choice] = []
    overridden = touched = unseen = frozenset[str]()
    for number, tier in _ways(contest, seed, ways * (1 + rounds)):
        # More draws for what is not seen yet: that directs effort, and decides nothing.
        if number >= ways and not unseen:
            break
        choices.append(_choose(contest, tier, sampler, seed))
        overridden = frozenset.intersection(*(choice.given_up for choice in choices))
        touched = frozenset().union(*(choice.given_up for choice in choices))
        unseen = contest.open - (touched - overridden) if told else frozenset()
    return Comparison(
        contest=contest,
        choices=tuple(choices),
        overridden=overridden,
        open=touched - overridden,
        faults=tuple(dict.fromkeys(_faults(contest, choices, overridden))),
        unseen=unseen,
    )


def _choose(
    contest: Contest, tier: Mapping[str, int], sampler: Sampler | None, seed: int
) -> Choice:
    from optimize.provisions import Item, choose_provisions, objective_of

    items = [Item(name, tier[name]) for name in contest.members]
    found = choose_provisions(
        items, contest.conflicts, sampler=sampler, seed=seed, reads=READS, sweeps=SWEEPS,
        settle=False,
    )  # fmt: skip
    known = [objective_of(items, given_up) for given_up in contest.choices]
    return Choice(
        tier, frozenset(found.given_up), found.objective, min(known, default=None), found.annealed
    )


def _ways(contest: Contest, seed: int, draws: int) -> Iterator[tuple[int, dict[str, int]]]:
    """Yield tiers that respect the order, each once, with the number of their draw.

    Rules come by their depth in the order first, then as drawn.
    """
    chance = random.Random(seed)
    depth: dict[str, int] = {}
    for name in _sequence(contest, chance):
        depth[name] = 1 + max((depth[other] for other in contest.above[name]), default=-1)
    seen: set[tuple[int, ...]] = set()
    for number in range(draws):
        tier = _laid(contest, chance) if number else depth
        key = tuple(tier[name] for name in contest.members)
        if key not in seen:
            seen.add(key)
            yield number, tier


def _laid(contest: Contest, chance: random.Random) -> dict[str, int]:
    """Cut a sequence into tiers without ranked pairs, some of them short."""
    tier: dict[str, int] = {}
    current: list[str] = []
    place, joins = 0, chance.random()
    for name in _sequence(contest, chance):
        if current and (chance.random() > joins or contest.above[name].intersection(current)):
            place, current = place + 1, []
        current.append(name)
        tier[name] = place
    return tier


def _sequence(contest: Contest, chance: random.Random) -> list[str]:
    """Return the members in a drawn sequence that respects the order.

    One member after another takes its place with all that go before it, so that a rule far down the
    order may well come before one that nothing is above.
    """
    placed: dict[str, None] = {}
    for name in chance.sample(contest.members, len(contest.members)):
        # What goes before a rule has fewer before itself, since the order is transitive.
        needed = sorted(contest.above[name] - placed.keys(), key=lambda n: len(contest.above[n]))
        placed.update(dict.fromkeys([*needed, name]))
    return list(placed)


def _faults(
    contest: Contest, choices: Sequence[Choice], overridden: frozenset[str]
) -> Iterator[str]:
    if not contest.exact:
        return
    if contest.permission is not None:
        if overridden != contest.overridden:
            yield f"{_list(overridden)} gives way by annealing, {_list(contest.overridden)} exactly"
        return
    for choice in choices:
        for name in sorted(contest.overridden - choice.given_up):
            yield f"{name} is overridden, and kept at {choice.objective}"
        for name in sorted(choice.given_up - contest.overridden - contest.open):
            yield f"{name} is kept, and given up at {choice.objective}"
        if choice.objective != choice.least:
            yield f"{_list(choice.given_up)} weighs {choice.objective}, the least is {choice.least}"
        elif choice.given_up not in contest.choices:
            yield f"{_list(choice.given_up)} is no choice that the exact route knows"
    for given_up in dict.fromkeys(choice.given_up for choice in choices):
        yield from _unmet(contest, given_up)


def _unmet(contest: Contest, given_up: frozenset[str]) -> Iterator[str]:
    """Check a choice against the design space itself: kept rules can be met, and no more can."""
    kept = {name: f for name, f in contest.formulas.items() if name not in given_up}
    if not satisfiable(kept.values(), contest.domains):
        yield f"no design meets what is kept without {_list(given_up)}"
    for name in sorted(given_up):
        if satisfiable([*kept.values(), contest.formulas[name]], contest.domains):
            yield f"{name} is given up in vain with {_list(given_up)}"


def _list(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
