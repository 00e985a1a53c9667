"""Repair as a configuration problem: levers are attributes, cuts are forbidden combinations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from compliance.repair.cuts import Cut
from compliance.repair.levers import DIVIDE, KEEP, Levers, Picks
from compliance.repair.offers import Balance
from jurisdictions.rulebook import Rule
from optimize.model import (
    MOST_PICKS,
    TIERS,
    Attribute,
    ConfigurationProblem,
    Forbidden,
    Option,
    SoftRule,
)

#: Attribute of rules that no lever touches.
DESIGN = "the design itself"
WAIVE, HELD, WAIVED = "waive ", "held", "waived"
#: How much a rule weighs where it is waived, within its class of priority.
WEIGHTS = {"critical": 8, "major": 4, "minor": 2, "observation": 1}
#: Classes in which rules are given up, the last first: a voluntary standard before any law.
VOLUNTARY = "voluntary"
CLASSES = (*TIERS, VOLUNTARY)
LIFT_RESOURCE = "emergency buoyancy in N"


@dataclass(frozen=True, slots=True)
class Model:
    """What a problem is made of.

    Attributes:
        levers: the attributes.
        cuts: by rule.
        balance: of emergency buoyancy, as a resource.
        couplings: picks that engineering rules out, with the reason.
        barred: groups of changes by lever, each of which is an answer given already: no choice
            may use them all.
        waivable: rules that may be waived; none are when empty.
    """

    levers: Levers
    cuts: Mapping[str, Sequence[Cut]]
    balance: Balance | None = None
    couplings: tuple[tuple[Cut, str], ...] = ()
    barred: tuple[Mapping[str, str], ...] = ()
    waivable: Mapping[str, Rule] = field(default_factory=dict)

    def problem(self, only: frozenset[str] | None = None) -> ConfigurationProblem:
        """Return the problem; with ``only``, of some labels of rules and couplings."""
        built = _Built(self)
        for rule, cuts in self.cuts.items():
            if only is None or rule in only:
                for cut in cuts:
                    built.forbid(self._waived(rule, cut), rule)
        for cut, reason in self.couplings:
            if only is None or reason in only:
                built.forbid(cut, reason)
        for number, groups in enumerate(self.barred, start=1):
            built.bar(groups, f"answer {number}")
        if self.balance is not None and (only is None or LIFT_RESOURCE in only):
            built.balance(self.balance)
        return built.problem()

    def _waived(self, rule: str, cut: Cut) -> Cut:
        return (*cut, (WAIVE + rule, HELD)) if rule in self.waivable else cut

    def picks(self, choice: Mapping[str, str]) -> dict[str, str]:
        """Return the changes that a choice makes."""
        return {
            name: option
            for name, option in choice.items()
            if name in self.levers.by_name and option != KEEP
        }

    def waived(self, choice: Mapping[str, str]) -> tuple[str, ...]:
        """Return the rules that a choice waives."""
        return tuple(rule for rule in self.waivable if choice.get(WAIVE + rule) == WAIVED)


class _Built:
    def __init__(self, model: Model) -> None:
        self._model = model
        self._uses: dict[tuple[str, str], dict[str, int]] = {}
        self._capacity: dict[str, int] = {}
        self._forbidden: list[Forbidden] = []

    def forbid(self, cut: Cut, label: str) -> None:
        """Forbid picks to be chosen together, however many they are."""
        picks = cut or ((DESIGN, KEEP),)
        if len(picks) <= MOST_PICKS:
            self._forbidden.append(Forbidden(tuple(picks), label))
            return
        resource = f"{label} #{len(self._capacity)}"
        self._capacity[resource] = len(picks) - 1
        for pick in picks:
            self._use(pick, resource, 1)

    def bar(self, groups: Mapping[str, str], label: str) -> None:
        """Forbid choices that use every one of some groups of changes."""
        self._capacity[label] = max(0, len(groups) - 1)
        for name, group in groups.items():
            for change in self._model.levers.by_name[name].changes:
                if change.group == group:
                    self._use((name, change.name), label, 1)

    def balance(self, balance: Balance) -> None:
        """Hold the emergency buoyancy to what is needed."""
        self._capacity[LIFT_RESOURCE] = balance.reserve
        for lever in self._model.levers.levers:
            for name, change in lever.by_name.items():
                uses = change.weight_n
                if lever.name == DIVIDE:
                    uses += balance.needed["" if name == KEEP else name]
                if uses:
                    self._use((lever.name, name), LIFT_RESOURCE, uses)
        if DIVIDE not in self._model.levers.by_name and balance.needed[""]:
            self._use((DESIGN, KEEP), LIFT_RESOURCE, balance.needed[""])

    def _use(self, pick: tuple[str, str], resource: str, amount: int) -> None:
        self._uses.setdefault(pick, {})[resource] = amount

    def problem(self) -> ConfigurationProblem:
        attributes = [
            Attribute(
                lever.name,
                tuple(
                    self._option(lever.name, name, change.cost)
                    for name, change in lever.by_name.items()
                ),
            )
            for lever in self._model.levers.levers
        ]
        attributes.append(Attribute(DESIGN, (self._option(DESIGN, KEEP, 0),)))
        soft = []
        for name, rule in self._model.waivable.items():
            attribute = WAIVE + name
            attributes.append(
                Attribute(
                    attribute,
                    (self._option(attribute, HELD, 0), self._option(attribute, WAIVED, 0)),
                )
            )
            binding = rule.binding
            soft.append(
                SoftRule(class_of(rule), WEIGHTS[binding.severity], ((attribute, WAIVED),), name)
            )
        return ConfigurationProblem(
            name="repair",
            attributes=tuple(attributes),
            capacity=self._capacity,
            forbidden=tuple(self._forbidden),
            soft=tuple(soft),
            tiers=CLASSES,
        )

    def _option(self, attribute: str, name: str, cost: int) -> Option:
        return Option(name, cost, self._uses.get((attribute, name), {}))


def class_of(rule: Rule) -> str:
    """Return the class in which a rule is given up."""
    binding = rule.binding
    return VOLUNTARY if binding.effect == VOLUNTARY else binding.priority


def closure(
    levers: Levers,
    cuts: Mapping[str, Sequence[Cut]],
    first: Iterable[str],
    tied: Sequence[frozenset[str]],
) -> frozenset[str]:
    """Return the levers that a cheapest repair may use.

    Those of the rules that are broken; then, of every rule that a change of these could break, the
    levers too. A lever outside could be set back in any repair without breaking a rule.

    Args:
        levers: all.
        cuts: by rule.
        first: levers of the rules that the design as given breaks.
        tied: sets of levers of which one brings in the others.
    """
    wanted = set(first)
    while True:
        more = {
            name
            for rule_cuts in cuts.values()
            for cut in rule_cuts
            if any(name in wanted and pick != KEEP for name, pick in cut)
            for name, _ in cut
        }
        more.update(name for group in tied if group & wanted for name in group)
        if more <= wanted:
            return frozenset(wanted & set(levers.by_name))
        wanted |= more


def within(cuts: Mapping[str, Sequence[Cut]], levers: Levers) -> dict[str, list[Cut]]:
    """Return cuts as they read where every other lever stays as designed."""
    kept: dict[str, list[Cut]] = {}
    for rule, rule_cuts in cuts.items():
        for cut in rule_cuts:
            if all(name in levers.by_name or pick == KEEP for name, pick in cut):
                left = tuple(pick for pick in cut if pick[0] in levers.by_name)
                kept.setdefault(rule, []).append(left)
    return kept


def groups_of(levers: Levers, picks: Picks) -> dict[str, str]:
    """Return the group of each change that picks make."""
    return {lever.name: change.group for lever, change in levers.chosen(picks)}
