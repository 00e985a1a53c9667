"""Why each change is needed: the provisions that are broken where it alone is taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from compliance.repair.bench import Bench
from compliance.repair.bounds import words
from compliance.repair.levers import EMERGENCY, HULL, LIFT, PLACE, Change, Lever, Picks
from compliance.repair.problem import WEIGHTS
from compliance.repair.result import Demand, Step
from compliance.repair.search import Search
from compliance.verdicts import in_words
from habitat.facts import show_value


class Explainer:
    """Explains the changes of repairs.

    Args:
        bench: judges rules.
        search: what found the repairs.
    """

    def __init__(self, bench: Bench, search: Search) -> None:
        self._bench, self._search = bench, search

    def steps(self, picks: Picks, waived: Iterable[str] = ()) -> tuple[Step, ...]:
        """Return every change with what demands it, the dearest first."""
        excused = frozenset(waived)
        chosen = self._search.levers.chosen(picks)
        chosen.sort(key=lambda pair: (-pair[1].cost, pair[0].name))
        return tuple(self._step(lever, change, picks, excused) for lever, change in chosen)

    def demand(self, rule: str, picks: Picks | None = None) -> Demand:
        """Return the provision of a rule, with what the rule finds with some changes."""
        binding = self._bench.rules[rule].binding
        settings = self._search.levers.settings(picks or {})
        verdict, outcome = self._bench.judged(rule, settings)
        return Demand(
            rule=rule,
            title=binding.title,
            priority=binding.priority,
            severity=binding.severity,
            effect=binding.effect,
            verdict=verdict,
            reason=outcome.reason,
            place=self._bench.shared.place(self._bench.book.by_id[binding.provision]),
        )

    def _step(self, lever: Lever, change: Change, picks: Picks, waived: frozenset[str]) -> Step:
        without = {name: pick for name, pick in picks.items() if name != lever.name}
        broken = [rule for rule in self._search.broken(without) if rule not in waived]
        demands = tuple(sorted((self.demand(rule, without) for rule in broken), key=_weight))
        others = self._search.couplings(without)
        if demands:
            first = demands[0]
            state = "stays open" if first.verdict == "undetermined" else "is not met"
            reason = f"without it, {first.place['citation']} {state}: {first.reason}"
            if len(demands) > 1:
                more = len(demands) - 1
                reason += f" (and {more} more provision{'s' if more > 1 else ''})"
        elif others:
            reason = others[0]
        elif not self._search.balanced(without):
            reason = "without it, too little emergency buoyancy would be left"
        else:
            reason = "goes with the other changes"
        settings = self._settings(lever, change, picks)
        return Step(
            attribute=lever.name,
            settings=settings,
            before=self._before(lever, settings),
            after=_after(lever, change, settings),
            cost=change.cost,
            cost_source=change.source,
            demands=demands,
            reason=reason,
        )

    def _before(self, lever: Lever, settings: tuple[tuple[str, Any, Any], ...]) -> str:
        design = self._bench.design
        if lever.name == HULL:
            wall = design.hull.thickness
            named = (design.hull.material, None if wall is None else words(wall))
            return ", ".join(part for part in named if part) or "unknown"
        if lever.name == PLACE:
            return f"{design.site.latitude:g}, {design.site.longitude:g}"
        if lever.name == LIFT:
            return "as designed"
        return "; ".join(in_words(before) for _, before, _ in settings)

    def _settings(
        self, lever: Lever, change: Change, picks: Picks
    ) -> tuple[tuple[str, Any, Any], ...]:
        """Return what a change sets; the reserve of lift goes with the last that shifts it."""
        facts = self._bench.facts({})
        set_ = dict(change.settings)
        every = self._search.levers.settings(picks)
        shifting = [one.name for one, used in self._search.levers.chosen(picks) if used.weight_n]
        if EMERGENCY in every and shifting and lever.name == shifting[-1]:
            set_[EMERGENCY] = every[EMERGENCY]
        return tuple(
            (key, _shown(facts[key].value), value)
            for key, value in set_.items()
            if value is not None or facts[key].known
        )


def _weight(demand: Demand) -> tuple[bool, int, str]:
    """What binds before what is voluntary, the worst first."""
    voluntary = demand.effect == "voluntary"
    return voluntary, list(WEIGHTS).index(demand.severity), demand.rule


def _shown(value: Any) -> Any:
    return words(value) if hasattr(value, "magnitude") else show_value(value)


def _after(lever: Lever, change: Change, settings: tuple[tuple[str, Any, Any], ...]) -> str:
    if len(settings) == 1 and lever.name == settings[0][0]:
        return in_words(settings[0][2])
    return change.name
