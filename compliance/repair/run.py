"""The cheapest change that makes a design lawful, explained, with alternatives and its audit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from base import SolverError, sha256_text
from compliance.audit import audit
from compliance.finding import AuditResult
from compliance.repair.bench import Bench, Terms
from compliance.repair.catalogue import Catalogue
from compliance.repair.cuts import Cut, Lawfulness, Wish
from compliance.repair.explain import Explainer
from compliance.repair.levers import KEEP, PLACE, Levers, Picks
from compliance.repair.moves import MOVED
from compliance.repair.offers import Offer, offer
from compliance.repair.problem import groups_of
from compliance.repair.result import Alternative, Clash, Release, Repair
from compliance.repair.search import Answer, Nothing, Search, Solving
from compliance.shared import Shared
from compliance.waivers import Waiver
from habitat.design import Design
from habitat.load import apply_settings
from jurisdictions.rulebook import RuleBook

#: Alternatives that are looked for.
ALTERNATIVES = 5
#: Conflicts that are told.
CONFLICTS = 5
#: Repairs that an audit may refuse before something is wrong with the bench.
_REFUSALS = 20

#: What a solver says where the answer itself says it too.
_EXPECTED = frozenset({"no choice is feasible"})
_ALONE = "no other lawful repair is on offer that differs in more than degree"
_UNSETTLED = "no lawful change settles every question that changes could settle one by one"
_REOPENED = "every lawful change leaves a question open that the design as given answers"

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What kind of repair is asked for.

    Attributes:
        keep: keys or sections that stay as designed.
        move: whether the habitat may move.
        complete: whether open questions have to be settled too.
        alternatives: how many other repairs to look for.
    """

    keep: tuple[str, ...] = ()
    move: bool = False
    complete: bool = False
    alternatives: int = ALTERNATIVES


def repair(
    design: Design,
    book: RuleBook,
    catalogue: Catalogue,
    terms: Terms,
    *,
    wanted: Wanted = Wanted(),
    solving: Solving = Solving(),  # noqa: B008 - frozen
    design_hash: str = "",
    shared: Shared | None = None,
    progress: Progress | None = None,
) -> Repair:
    """Find the cheapest change that makes a design lawful.

    Lawful means that its audit finds no violation, and that no change leaves a question open which
    the design as given answers. Where that cannot be had the second half is let go, with a note.

    Args:
        design: as given.
        book: compiled law.
        catalogue: what can be changed, and prices.
        terms: how the design is audited.
        wanted: what kind of repair.
        solving: sampler, seed and certificate.
        design_hash: SHA-256 of the design file, recorded.
        shared: what earlier audits against ``book`` worked out.
        progress: told in a line what is being done.

    Raises:
        DesignError: the design asserts something impossible about its site.
        SolverError: the sampler is unknown or cannot run, or the search does not end.
    """
    shared = Shared(book) if shared is None else shared
    job = _Job(design, catalogue, terms, wanted, solving, design_hash, shared, progress)
    return job.run()


class _Job:
    def __init__(
        self,
        design: Design,
        catalogue: Catalogue,
        terms: Terms,
        wanted: Wanted,
        solving: Solving,
        design_hash: str,
        shared: Shared,
        progress: Progress | None,
    ) -> None:
        self._design, self._catalogue, self._terms = design, catalogue, terms
        self._wanted, self._solving, self._hash = wanted, solving, design_hash
        self._shared = shared
        self._say = progress or (lambda line: None)
        self._bench = Bench(design, terms, shared)
        self._notes: list[str] = []

    def run(self) -> Repair:
        before = self._audit(self._design)
        if before.verdict != "violated" and not self._wanted.complete:
            return self._unchanged(before)
        self._say("Working out what can be changed")
        search, answer = self._search(self._offer())
        self._notes.extend(note for note in search.notes if note not in _EXPECTED)
        explainer = Explainer(self._bench, search)
        if isinstance(answer, Nothing):
            return self._nothing(search, answer, explainer, before)
        design, after = self._repaired(search.levers, answer.picks)
        if PLACE in answer.picks:
            self._notes.append(MOVED)
        return self._result(
            design=design,
            steps=explainer.steps(answer.picks),
            cost=answer.cost,
            optimal=answer.optimal,
            bound=answer.bound,
            alternatives=self._alternatives(search, answer, explainer),
            before=before,
            audit=after,
        )

    def _search(self, offered: Offer) -> tuple[Search, Answer | Nothing]:
        """Search for what is wanted; where there is none, for less, down to what breaks no rule."""
        wishes = [Wish(), Wish(reopen=True)]
        if self._wanted.complete:
            wishes.insert(0, Wish(settle=True))
        for wish in wishes:
            search = self._over(offered, wish)
            if not offered.hulls and search.wants_hulls():
                offered = self._offer(hull=True)
                search = self._over(offered, wish)
            self._say(f"Searching among {len(search.levers.levers)} things to change")
            answer = self._sound(search)
            if not isinstance(answer, Nothing):
                if self._wanted.complete and not wish.settle:
                    self._notes.append(_UNSETTLED)
                if wish.reopen:
                    self._notes.append(_REOPENED)
                break
        self._notes.extend(offered.notes)
        return search, answer

    def _offer(self, *, hull: bool = False) -> Offer:
        wanted = self._wanted
        return offer(self._bench, self._catalogue, keep=wanted.keep, move=wanted.move, hull=hull)

    def _over(self, offered: Offer, wish: Wish) -> Search:
        lawfulness = Lawfulness(self._bench, offered.levers, wish)
        return Search(lawfulness, offered.balance, self._couplings(offered), self._solving)

    def _sound(self, search: Search, **options: Any) -> Answer | Nothing:
        """Return an answer that an audit in full finds lawful."""
        for _ in range(_REFUSALS):
            answer = search.best(**options)
            if isinstance(answer, Nothing):
                return answer
            _, after = self._repaired(search.levers, answer.picks, answer.waived)
            if after.verdict != "violated":
                return answer
            rules = ", ".join(item.rule or item.provision for item in after.by_verdict("violated"))
            search.refuse(answer.picks, f"audit ({rules})")
        raise SolverError("audits refuse every repair that the rules accept", where="repair")

    def _couplings(self, offered: Offer) -> list[tuple[Cut, str]]:
        """Return what engineering rules out, as picks; a design that is so already stays free."""
        found: list[tuple[Cut, str]] = []
        facts = self._bench.facts({})
        for coupling in self._catalogue.couplings:
            options: list[list[tuple[str, str]]] = []
            changed = False
            for key, word in coupling.never.items():
                current = facts[key].value if key in facts else None
                picks = [
                    (lever.name, change.name)
                    for lever in offered.levers.levers
                    for change in lever.changes
                    if _word(change.settings.get(key)) == word
                ]
                lever = next((one for one in offered.levers.levers if key in one.keys), None)
                if _word(current) == word:
                    picks += [(lever.name, KEEP)] if lever is not None else [("", "")]
                else:
                    changed = changed or bool(picks)
                options.append(picks)
            if changed:
                found.extend((cut, coupling.because) for cut in _products(options))
        return found

    def _repaired(
        self, levers: Levers, picks: Picks, waived: Iterable[str] = ()
    ) -> tuple[Design, AuditResult]:
        design = apply_settings(self._design, levers.settings(picks))
        return design, self._audit(design, waived)

    def _audit(self, design: Design, waived: Iterable[str] = ()) -> AuditResult:
        sought = [
            Waiver(provision=rule, reason="to be sought", who="the authority", until="none")
            for rule in waived
        ]
        return audit(
            design,
            self._shared.book,
            as_of=self._terms.as_of,
            design_hash=self._hash if design is self._design else "",
            jurisdictions=self._terms.jurisdictions,
            custom=self._terms.custom,
            waivers=[*self._terms.waivers, *sought],
            shared=self._shared,
        )

    def _alternatives(
        self, search: Search, best: Answer, explainer: Explainer
    ) -> tuple[Alternative, ...]:
        found: list[Alternative] = []
        barred: list[Mapping[str, str]] = []
        latest: Answer | Nothing = best
        while best.picks and len(found) < self._wanted.alternatives:
            barred.append(groups_of(search.levers, latest.picks))  # type: ignore[union-attr]
            self._say(f"Looking for alternative {len(found) + 1}")
            latest = self._sound(search, barred=tuple(barred))
            if isinstance(latest, Nothing):
                break
            _, after = self._repaired(search.levers, latest.picks)
            found.append(
                Alternative(
                    steps=explainer.steps(latest.picks),
                    cost=latest.cost,
                    optimal=latest.optimal,
                    different=_different(search.levers, best.picks, latest.picks),
                    verdict=after.verdict,
                )
            )
        if best.picks and not found and self._wanted.alternatives:
            self._notes.append(
                "no other lawful repair is on offer that differs in more than degree"
            )
        return tuple(found)

    def _nothing(
        self, search: Search, answer: Nothing, explainer: Explainer, before: AuditResult
    ) -> Repair:
        self._say("Nothing lawful is on offer: looking for what stands in the way")
        sets = _conflicts(search, answer.labels)
        clashes = [self._clash(search, labels, explainer) for labels in sets]
        if not clashes:
            self._notes.append("nothing was found, and nothing proves that there is none")
        if not self._wanted.move:
            self._notes.append("other places were not looked at (--move)")
        return self._result(
            design=self._design,
            steps=(),
            cost=None,
            optimal=False,
            bound=None,
            clashes=tuple(clashes),
            release=self._release(search, explainer) if clashes else None,
            before=before,
            audit=before,
        )

    def _clash(self, search: Search, labels: list[str], explainer: Explainer) -> Clash:
        rules = [label for label in labels if label in search.rules]
        return Clash(
            demands=tuple(explainer.demand(rule) for rule in rules),
            others=tuple(label for label in labels if label not in search.rules),
        )

    def _release(self, search: Search, explainer: Explainer) -> Release | None:
        waivable = {
            name: rule
            for name in search.rules
            if (rule := self._bench.rules.get(name)) is not None and self._bench.waivable(rule)
        }
        answer = self._sound(search, waivable=waivable)
        if isinstance(answer, Nothing):
            self._notes.append(
                "no waiver would help: rules on structure or life support cannot be met, and these "
                "are never waived"
            )
            return None
        _, after = self._repaired(search.levers, answer.picks, answer.waived)
        return Release(
            demands=tuple(explainer.demand(rule, answer.picks) for rule in answer.waived),
            steps=explainer.steps(answer.picks, answer.waived),
            cost=answer.cost,
            optimal=answer.optimal,
            verdict=after.verdict,
        )

    def _unchanged(self, before: AuditResult) -> Repair:
        return self._result(
            design=self._design,
            steps=(),
            cost=0,
            optimal=True,
            bound=0,
            before=before,
            audit=before,
        )

    def _result(self, *, before: AuditResult, audit: AuditResult, **found: Any) -> Repair:
        missing = sorted({name for f in audit.by_verdict("undetermined") for name in f.missing})
        if missing:
            self._notes.append(
                f"still unknown, so that the audit cannot tell: {', '.join(missing)}"
            )
        return Repair(
            unit=self._catalogue.unit,
            before=before.verdict,
            audit=audit,
            notes=tuple(self._notes),
            inputs=self._inputs(before),
            **{"alternatives": (), "clashes": (), "release": None, **found},
        )

    def _inputs(self, before: AuditResult) -> dict[str, Any]:
        return {
            "bathylex": before.inputs["bathylex"],
            "design_sha256": self._hash,
            "rulebook": before.inputs["rulebook"],
            "as_of": before.as_of,
            "catalogue_sha256": sha256_text(self._catalogue.model_dump_json()),
            "sampler": self._solving.sampler,
            "seed": self._solving.seed,
            "certificate": self._solving.certificate,
            "keep": list(self._wanted.keep),
            "move": self._wanted.move,
            "complete": self._wanted.complete,
        }


def _conflicts(search: Search, hint: Iterable[str]) -> list[list[str]]:
    """Return minimal sets of rules and couplings that cannot hold together, none sharing a member.

    Args:
        search: the problem.
        hint: a set that may be one.
    """
    left = list(search.labels)
    found: list[list[str]] = []
    known = [label for label in left if label in set(hint)]
    while len(found) < CONFLICTS and not search.feasible(left):
        start = known if known and not search.feasible(known) else left
        found.append(_minimal(search, start))
        left = [label for label in left if label not in found[-1]]
        known = []
    return found


def _minimal(search: Search, labels: list[str]) -> list[str]:
    """Leave out one label after another for as long as the rest cannot hold together."""
    for label in list(labels):
        rest = [other for other in labels if other != label]
        if not search.feasible(rest):
            labels = rest
    return labels


def _different(levers: Levers, best: Picks, other: Picks) -> tuple[str, ...]:
    """Say what an alternative changes otherwise, lever by lever."""
    one, two = groups_of(levers, best), groups_of(levers, other)
    return tuple(name for name in sorted({*one, *two}) if one.get(name) != two.get(name))


def _word(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _products(options: list[list[tuple[str, str]]]) -> list[Cut]:
    """Return every combination; a pick without a lever holds anyway and is left out."""
    cuts: list[Cut] = [()]
    for picks in options:
        cuts = [(*cut, *([pick] if pick[0] else [])) for cut in cuts for pick in picks]
    return cuts
