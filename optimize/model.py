"""Configuration problems: one option for each attribute, at least cost, under rules and capacities.

Everything is an integer, so that a proof is a proof: scale amounts and costs before they come here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from base import SolverError

if TYPE_CHECKING:
    import dimod

#: An attribute and one of its options, by name.
Pick = tuple[str, str]
#: The option chosen for each attribute, by name.
Choice = Mapping[str, str]

#: Tiers of soft rules, the first weighs infinitely more than the next.
TIERS = ("environmental", "safety", "commercial", "procedural")
#: Picks in one forbidden combination or soft rule; more would need more than one auxiliary bit.
MOST_PICKS = 3
#: Options of all attributes together, beyond which no model is built.
MOST_OPTIONS = 100_000


@dataclass(frozen=True, slots=True)
class Option:
    """One way to decide an attribute.

    Attributes:
        name: unique within its attribute.
        cost: in the problem's unit of cost.
        uses: by resource; negative where the option supplies it, absent means none.
    """

    name: str
    cost: int
    uses: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attribute:
    """What has to be decided: exactly one of its options is chosen."""

    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Picks that are not allowed together; one pick alone is never allowed.

    Attributes:
        picks: one to :data:`MOST_PICKS`, of different attributes.
        label: what demands it, such as a provision; names the rule in explanations.
    """

    picks: tuple[Pick, ...]
    label: str = ""

    def __str__(self) -> str:
        return self.label or "forbidden " + " with ".join(f"{a}={o}" for a, o in self.picks)


@dataclass(frozen=True, slots=True)
class SoftRule:
    """Picks that are better not chosen together.

    Attributes:
        tier: of :attr:`ConfigurationProblem.tiers`.
        weight: positive; violated weights of a tier add.
        picks: the rule is violated where all are chosen.
        label: what asks for it.
    """

    tier: str
    weight: int
    picks: tuple[Pick, ...]
    label: str = ""


@dataclass(frozen=True)
class ConfigurationProblem:
    """Choose one option for each attribute.

    The objective is lexicographic: first the violated weight of each tier in order, then the cost.

    Attributes:
        name: for messages.
        attributes: with unique names.
        capacity: by resource; the chosen options' uses may not sum to more.
        forbidden, soft: rules over picks.
        tiers: the strictly descending priorities of soft rules.
        check: look for what is malformed; a part of a problem that was checked needs it no more.

    Raises:
        SolverError: where names repeat or are unknown, a rule has no pick or too many, or a number
            is no integer.
    """

    name: str
    attributes: tuple[Attribute, ...]
    capacity: Mapping[str, int] = field(default_factory=dict)
    forbidden: tuple[Forbidden, ...] = ()
    soft: tuple[SoftRule, ...] = ()
    tiers: tuple[str, ...] = TIERS
    check: InitVar[bool] = True

    def __post_init__(self, check: bool) -> None:
        if check:
            from optimize.checks import check_problem

            check_problem(self)

    @cached_property
    def by_name(self) -> Mapping[str, Mapping[str, Option]]:
        """Options by attribute and name."""
        return {one.name: {o.name: o for o in one.options} for one in self.attributes}

    def picks(self) -> Iterator[Pick]:
        """Yield every attribute with each of its options, in order."""
        for attribute in self.attributes:
            for option in attribute.options:
                yield attribute.name, option.name

    def option(self, pick: Pick) -> Option:
        """Return the option of a pick."""
        return self.by_name[pick[0]][pick[1]]

    def cost(self, choice: Choice) -> int:
        """Return the cost of a complete choice."""
        return sum(self.option(pick).cost for pick in choice.items())

    def used(self, choice: Choice) -> dict[str, int]:
        """Return how much of each resource a choice uses."""
        return {
            resource: sum(self.option(pick).uses.get(resource, 0) for pick in choice.items())
            for resource in self.capacity
        }

    def violated(self, choice: Choice) -> dict[str, int]:
        """Return the violated weight of each tier."""
        found = dict.fromkeys(self.tiers, 0)
        for rule in self.soft:
            if all(choice.get(a) == o for a, o in rule.picks):
                found[rule.tier] += rule.weight
        return found

    def objective(self, choice: Choice) -> tuple[int, ...]:
        """Return what is minimised, in this order: each tier's violated weight, then the cost."""
        return (*self.violated(choice).values(), self.cost(choice))

    def broken(self, choice: Choice) -> list[str]:
        """Return what a choice breaks, in words; empty where it is feasible."""
        wrong = [
            f"{attribute}: not one of its options is chosen"
            for attribute, options in self.by_name.items()
            if choice.get(attribute) not in options
        ]
        wrong += [f"{name}: no such attribute" for name in choice if name not in self.by_name]
        if wrong:
            return wrong
        used = self.used(choice)
        wrong += [
            f"over capacity: {resource} {used[resource]} of {most}"
            for resource, most in self.capacity.items()
            if used[resource] > most
        ]
        return wrong + [
            str(rule) for rule in self.forbidden if all(choice[a] == o for a, o in rule.picks)
        ]

    def feasible(self, choice: Choice) -> bool:
        """Return whether a choice is complete and breaks no rule."""
        return not self.broken(choice)

    def cqm(self) -> dimod.ConstrainedQuadraticModel:
        """Return the problem as a dimod model with binary variables ``(attribute, option)``.

        Soft rules and forbidden combinations of three need an auxiliary bit each for the product of
        two picks; soft tiers are the caller's to weigh, so that the objective is the cost alone.
        """
        from optimize.to_dimod import to_cqm

        return to_cqm(self)


def choice_of(picks: Sequence[Pick]) -> dict[str, str]:
    """Return a choice from picks; an attribute that is picked twice is an error."""
    found: dict[str, str] = {}
    for attribute, option in picks:
        if attribute in found:
            raise SolverError(f"{attribute} is picked twice")
        found[attribute] = option
    return found
