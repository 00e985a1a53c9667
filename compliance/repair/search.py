"""Search: solve, judge the answer by the rules, cut away what they refuse, and solve again.

Every cut is sound, so that the bound of each problem is a bound of the repair, and the answer to
the last one, once the rules accept it, is a cheapest repair (logic-based Benders decomposition;
Hooker and Ottosson 2003).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from base import SolverError
from compliance.repair.cuts import Cut, Lawfulness
from compliance.repair.levers import DIVIDE, HULL, KEEP, LIFT, Levers, Picks
from compliance.repair.offers import Balance, on_hull
from compliance.repair.problem import Model, closure, within
from jurisdictions.rulebook import Rule
from optimize.model import ConfigurationProblem
from optimize.solution import Solution

#: Solves of one question; each adds cuts that no earlier answer may break again.
MOST_ROUNDS = 400


@dataclass(frozen=True, slots=True)
class Solving:
    """How problems are solved.

    Attributes:
        sampler, seed: of the annealer.
        certificate: whether an exact solver proves the answer.
        time_limit: seconds for the proof of one problem; ``None`` for the solver's own.
    """

    sampler: str = "simulated-annealing"
    seed: int = 0
    certificate: bool = True
    time_limit: float | None = None

    def solve(self, problem: ConfigurationProblem) -> Solution:
        """Solve a problem."""
        from optimize.solve import solve

        return solve(
            problem,
            sampler=self.sampler,
            seed=self.seed,
            certificate=self.certificate,
            time_limit=self.time_limit,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """One repair.

    Attributes:
        picks: the changes.
        cost: of all of them.
        optimal: whether it is proved cheapest (of those not barred).
        bound: proved lower bound of the cost; ``None`` where nothing was proved.
        waived: rules that have to be waived.
        rounds: how many problems were solved.
    """

    picks: Picks
    cost: int
    optimal: bool
    bound: int | None
    waived: tuple[str, ...] = ()
    rounds: int = 1


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is no lawful design within the levers.

    Attributes:
        proved: whether that is proved.
        labels: rules and couplings that cannot hold together; empty where no proof was asked for.
    """

    proved: bool
    labels: tuple[str, ...] = ()


class Search:
    """Finds cheapest repairs of one design.

    Args:
        lawfulness: judges and cuts, over all levers.
        balance: of emergency buoyancy.
        couplings: picks that engineering rules out, with the reason.
        solving: how.
    """

    def __init__(
        self,
        lawfulness: Lawfulness,
        balance: Balance | None,
        couplings: Iterable[tuple[Cut, str]],
        solving: Solving,
    ) -> None:
        self._law, self._solving = lawfulness, solving
        cuts = {rule: list(found) for rule, found in lawfulness.tabled.items() if found}
        # A rule whose table is too large joins its levers; it is cut where an answer breaks it.
        tied = [
            frozenset(lever.name for lever in lawfulness.levers_of[rule])
            for rule in lawfulness.large
        ]
        pairs = tuple(couplings)
        tied += [frozenset(name for name, _ in cut) for cut, _ in pairs]
        tied.append(frozenset({HULL, LIFT, DIVIDE}))
        first = {
            lever.name for rule in lawfulness.broken({}) for lever in lawfulness.levers_of[rule]
        }
        names = closure(lawfulness.levers, cuts, first, tied)
        self.levers: Levers = lawfulness.levers.only(names)
        self._model = Model(
            self.levers,
            within(cuts, self.levers),
            balance if names & {HULL, LIFT, DIVIDE} else None,
            tuple((cut, why) for cut, why in pairs if all(n in names for n, _ in cut)),
        )
        self.notes: dict[str, None] = {}

    def best(
        self,
        *,
        barred: tuple[Mapping[str, str], ...] = (),
        waivable: Mapping[str, Rule] | None = None,
    ) -> Answer | Nothing:
        """Return a cheapest repair, or that there is none.

        Args:
            barred: groups of changes of repairs that are known.
            waivable: rules that may be waived; then fewest are, by priority, and after that the
                cost counts.

        Raises:
            SolverError: the search does not end.
        """
        for rounds in range(1, MOST_ROUNDS + 1):
            model = replace(self._model, barred=barred, waivable=dict(waivable or {}))
            solution = self._solving.solve(model.problem())
            self.notes.update(dict.fromkeys(solution.notes))
            if solution.choice is None:
                return Nothing(solution.optimal, labels_of(solution.conflict))
            picks, waived = model.picks(solution.choice), model.waived(solution.choice)
            broken = [rule for rule in self._law.broken(picks) if rule not in waived]
            if not broken:
                return self._answer(picks, waived, solution, rounds)
            self._learn(broken, picks)
        raise SolverError(
            f"no repair within {MOST_ROUNDS} rounds", where="repair", hint="keep more keys (--keep)"
        )

    def refuse(self, picks: Picks, label: str) -> None:
        """Cut away one repair as a whole, which an audit refused."""
        whole = tuple((lever.name, picks.get(lever.name, KEEP)) for lever in self.levers.levers)
        self._add(label, whole)

    def feasible(self, labels: Iterable[str]) -> bool:
        """Say whether some rules and couplings can hold together, as far as they are cut.

        An exact solver says so, also where no certificate is asked for: only a proof is an answer.
        """
        problem = self._model.problem(frozenset(labels))
        return replace(self._solving, certificate=True).solve(problem).choice is not None

    @property
    def labels(self) -> tuple[str, ...]:
        """Every rule and coupling of the problem."""
        from compliance.repair.problem import LIFT_RESOURCE

        names = [*self._model.cuts, *(why for _, why in self._model.couplings)]
        return tuple(names) + ((LIFT_RESOURCE,) if self._model.balance is not None else ())

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule that is cut."""
        return tuple(self._model.cuts)

    def wants_hulls(self) -> bool:
        """Say whether a rule on the hull may be broken by what is searched over."""
        return any(
            on_hull(self._law.bench, rule)
            and any(lever.name in self.levers.by_name for lever in levers)
            and (rule in self._law.large or bool(self._law.tabled[rule]))
            for rule, levers in self._law.levers_of.items()
        )

    def broken(self, picks: Picks) -> list[str]:
        """Return the rules that are unlawful with some changes."""
        return self._law.broken(picks)

    def couplings(self, picks: Picks) -> list[str]:
        """Return the couplings that some changes break."""
        return [
            why
            for cut, why in self._model.couplings
            if all(picks.get(name, KEEP) == pick for name, pick in cut)
        ]

    def balanced(self, picks: Picks) -> bool:
        """Say whether some changes leave the emergency buoyancy that is needed."""
        balance = self._model.balance
        if balance is None:
            return True
        needed = balance.needed[picks.get(DIVIDE, "")]
        used = sum(change.weight_n for _, change in self.levers.chosen(picks))
        return used + needed <= balance.reserve

    def allowed(self, picks: Picks, waived: Iterable[str] = ()) -> bool:
        """Say whether some changes are lawful and can be built."""
        excused = set(waived)
        return (
            not self.couplings(picks)
            and self.balanced(picks)
            and all(rule in excused for rule in self._law.broken(picks))
        )

    def _learn(self, broken: Iterable[str], picks: Picks) -> None:
        for rule in broken:
            cut = self._law.cut(rule, picks)
            self._add(rule, tuple(pick for pick in cut if pick[0] in self.levers.by_name))

    def _add(self, rule: str, cut: Cut) -> None:
        cuts = {name: list(found) for name, found in self._model.cuts.items()}
        if cut in cuts.setdefault(rule, []):
            raise SolverError(f"the solver answers what {rule} forbids", where="repair")
        cuts[rule].append(cut)
        self._model = replace(self._model, cuts=cuts)

    def _answer(
        self, picks: Mapping[str, str], waived: tuple[str, ...], solution: Solution, rounds: int
    ) -> Answer:
        """Return an answer without changes that nothing needs, each the nearest at its price."""
        lean = dict(picks)
        for lever, _ in sorted(self.levers.chosen(picks), key=lambda pair: -pair[1].cost):
            without = {name: pick for name, pick in lean.items() if name != lever.name}
            if self.allowed(without, waived):
                lean = without
        for lever, change in self.levers.chosen(lean):
            for nearer in lever.changes:
                if nearer is change:
                    break
                trial = {**lean, lever.name: nearer.name}
                if nearer.cost <= change.cost and self.allowed(trial, waived):
                    lean = trial
                    break
        cost = self.levers.cost(lean)
        bound = solution.bound
        optimal = solution.optimal or (bound is not None and cost <= bound)
        return Answer(lean, cost, optimal, cost if optimal else bound, waived, rounds)


def labels_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the rules and couplings behind the names of a problem's constraints."""
    bare = (name.removeprefix("capacity of ").partition(" #")[0] for name in names)
    return tuple(dict.fromkeys(bare))
