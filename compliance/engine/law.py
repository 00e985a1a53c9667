"""All the law of a site on a table of designs: what :func:`compliance.audit` finds, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from compliance.audit import scopes_of
from compliance.conflicts import InForce
from compliance.conflicts.order import relations_at
from compliance.engine.derived import Table, columns_of, kinds_of
from compliance.engine.kinds import Array, Columns, Constant, Kind, Levels, Schema
from compliance.engine.program import (
    CODES,
    INAPPLICABLE,
    UNDETERMINED,
    VIOLATED,
    WAIVED,
    Program,
)
from compliance.engine.settling import Settler
from compliance.finding import WORST_FIRST
from compliance.shared import Shared
from compliance.situation import Situation, situate
from habitat.facts import facts_of
from jurisdictions.predicate import InZone
from jurisdictions.regimes import Circumstances, Scope, provision_scope

if TYPE_CHECKING:
    from compliance.waivers import Waiver
    from habitat.design import Design
    from jurisdictions.rulebook import Rule, RuleBook

#: Keys of the design file that decide which law binds, where a table may differ in them.
CONTEXT = (
    "site.latitude",
    "site.longitude",
    "site.zone",
    "site.coastal_state",
    "purpose",
    "operator_state",
    "sponsoring_state",
    "contract.resource",
)
#: Claims that the facts of the place may refute.
_REFUTABLE = ("claims.research_by_coastal_state", "claims.gulf_of_mexico_lease")
_VERDICTS = ("lawful", "undetermined", "violated")


@dataclass(frozen=True, slots=True)
class TableVerdicts:
    """The audits of a table of designs.

    Attributes:
        rules: ids of the rules that bind or may bind, in the order of the rule book.
        codes: int8 of rules by designs, places in :data:`compliance.finding.WORST_FIRST`.
        margins: float64 of the same shape, NaN where none; ``None`` if not asked for.
        least: least margin of each design, over the size of its bound; ``None`` if not asked for.
        provisions: ids of the provisions on which those rules stand.
        by_provision: int8 of provisions by designs: the worst verdict of each.
        elsewhere: how many other provisions have each verdict, the same in every design.
        others: the verdict of those of them that are open or undetermined, by provision.
    """

    rules: tuple[str, ...]
    codes: Array
    margins: Array | None
    least: Array | None
    provisions: tuple[str, ...]
    by_provision: Array
    elsewhere: Mapping[str, int]
    others: Mapping[str, str]

    def count(self, verdict: str) -> Array:
        """Return how many provisions have a verdict in each design, as an audit totals them."""
        here = np.count_nonzero(self.by_provision == CODES[verdict], axis=0)  # type: ignore[index]
        found: Array = here + self.elsewhere.get(verdict, 0)
        return found

    @property
    def verdicts(self) -> Array:
        """The verdict on each design: 0 lawful, 1 undetermined, 2 violated."""
        worst = self.by_provision.min(axis=0, initial=INAPPLICABLE)
        found = np.zeros(worst.shape, dtype=np.int8)
        found[worst == UNDETERMINED] = 1
        if self.elsewhere.get("undetermined"):
            found[:] = 1
        found[worst == VIOLATED] = 2
        return found


@dataclass
class Law:
    """The law that a sweep applies, with its options; see :func:`compliance.audit` for them.

    What it works out is kept by the circumstances that decide which law binds, so that many sites
    share one compiled engine.
    """

    book: RuleBook
    as_of: date
    jurisdictions: frozenset[str] | None = None
    custom: bool = True
    assumed: frozenset[str] = frozenset()
    waivers: Sequence[Waiver] = ()
    _shared: Shared = field(init=False, repr=False)
    _bound: dict[Circumstances, _Bound] = field(init=False, repr=False, default_factory=dict)
    _engines: dict[Any, SiteEngine] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._shared = _Places(self.book)

    @property
    def places(self) -> Shared:
        """What keeps the zones of positions."""
        return self._shared

    def situation(self, design: Design) -> Situation:
        """Return a design at its site, without derived facts."""
        return situate(design, as_of=self.as_of, shared=self._shared)

    def key(self, situation: Situation) -> Any:
        """Return what tells the law at a site from that at another."""
        facts = situation.facts
        zones = tuple(facts[name].value for name in sorted(facts) if name.startswith("zone."))
        refuted = tuple(facts[name].source.startswith("claimed") for name in _REFUTABLE)
        return situation.circumstances, zones, facts["contract.resource"].value, refuted

    def engine(self, design: Design, schema: Schema) -> SiteEngine:
        """Return the engine for the law at a design's site, and tables of a schema.

        Args:
            design: one design of the table; every claim that can be refuted is made in it.
            schema: what the keys of the design file can be (:func:`schema_of` and axes). All
                designs of the table must share the key of this one's situation.
        """
        situation = self.situation(design)
        key = (self.key(situation), id(schema))
        if key not in self._engines:
            self._engines[key] = SiteEngine(self, situation, schema)
        return self._engines[key]

    def bound(self, situation: Situation) -> _Bound:
        """Return what binds in a situation's circumstances."""
        at = situation.circumstances
        if at not in self._bound:
            self._bound[at] = self._bind(situation)
        return self._bound[at]

    def _bind(self, situation: Situation) -> _Bound:
        book, at = self.book, situation.circumstances
        scopes = scopes_of(
            book,
            situation,
            jurisdictions=self.jurisdictions,
            assumed=self.assumed,
            custom=self.custom,
        )

        def scope(provision: str, instrument: str) -> Scope:
            entry = book.instrument_by_id[instrument].instrument
            return provision_scope(provision, entry, at, scopes[instrument])

        rules = [(rule, scope(rule.binding.provision, rule.instrument)) for rule in book.rules]
        elsewhere: dict[str, int] = {}
        others: dict[str, str] = {}
        for provision in self._shared.unruled:
            account, _ = self._shared.account(provision, scope(provision.id, provision.instrument))
            elsewhere[account.verdict] = elsewhere.get(account.verdict, 0) + 1
            if account.verdict != "inapplicable":
                others[provision.id] = account.verdict
        binding = [(rule, found) for rule, found in rules if found.binding is not False]
        standing = {rule.binding.provision for rule, _ in binding}
        out = {rule.binding.provision for rule, _ in rules} - standing
        elsewhere["inapplicable"] = elsewhere.get("inapplicable", 0) + len(out)
        waived = frozenset(rule.id for rule, _ in binding if self._waives(rule))
        return _Bound(tuple(binding), waived, elsewhere, others)

    def _waives(self, rule: Rule) -> bool:
        names = (rule.id, *self.book.lineage(rule.binding.provision))
        return any(
            waiver.provision in names and waiver.standing(self.as_of) == "in force"
            for waiver in self.waivers
        )


@dataclass(frozen=True, slots=True)
class _Bound:
    rules: tuple[tuple[Rule, Scope], ...]
    waived: frozenset[str]
    elsewhere: Mapping[str, int]
    others: Mapping[str, str]


class _Places(Shared):
    """What audits share; the facts that engineering derives are columns, and not worked out."""

    def derived(self, design: Design) -> dict[str, Any]:
        return {}


class SiteEngine:
    """The rules that bind at a site, compiled for tables of one schema."""

    def __init__(self, law: Law, situation: Situation, schema: Schema) -> None:
        bound = law.bound(situation)
        self._bound = bound
        # Kept, so that no other schema takes its identity among the engines of the law.
        self._given = schema
        self.schema: dict[str, Kind] = {**schema, **_of_the_place(situation, schema)}
        asked = {
            test.fact
            for rule, _ in bound.rules
            for test in rule.tests
            if not isinstance(test, InZone) and test.fact.startswith("derived.")
        }
        self._derived = kinds_of(self.schema, sorted(asked))
        self.schema |= self._derived
        self.program = Program(bound.rules, self.schema)
        entries = law.book.instrument_by_id
        in_force = [
            (row, InForce(rule, entries[rule.instrument].instrument.jurisdiction))
            for row, (rule, scope) in enumerate(bound.rules)
            if scope.binding is True
        ]
        self._settler = Settler(in_force, self.schema, relations_at(situation.circumstances))
        self.rules = tuple(rule.id for rule, _ in bound.rules)
        self._waived = [row for row, name in enumerate(self.rules) if name in bound.waived]
        rows: dict[str, list[int]] = {}
        for row, (rule, _) in enumerate(bound.rules):
            rows.setdefault(rule.binding.provision, []).append(row)
        self.provisions, self._rows = tuple(rows), [rows[name] for name in rows]

    def judge(
        self,
        columns: Columns,
        size: int,
        *,
        margins: bool = False,
        least: bool = False,
        device: str | None = None,
    ) -> TableVerdicts:
        """Judge every design of a table: conflicts settled and waivers counted.

        Args:
            columns: an array for each key of the schema that varies.
            size: number of designs.
            margins, least, device: as for :meth:`compliance.engine.program.Program.run`.
        """
        full = {**columns, **columns_of(Table(self.schema, columns, size), self._derived)}
        found = self.program.run(full, size, margins=margins, least=least, device=device)
        codes = found.codes
        self._settler.apply(codes, full)
        for row in self._waived:
            codes[row][codes[row] == VIOLATED] = WAIVED
        by_provision = np.empty((len(self._rows), size), dtype=np.int8)
        for place, rows in enumerate(self._rows):
            by_provision[place] = codes[rows[0]] if len(rows) == 1 else codes[rows].min(axis=0)
        return TableVerdicts(
            self.rules,
            codes,
            found.margins,
            found.least,
            self.provisions,
            by_provision,
            self._bound.elsewhere,
            self._bound.others,
        )


def schema_of(design: Design) -> dict[str, Kind]:
    """Return the keys of a design as constants."""
    return {name: Constant(fact.value) for name, fact in facts_of(design).items()}


def verdict_name(code: int) -> str:
    """Return the verdict that :attr:`TableVerdicts.verdicts` means."""
    return _VERDICTS[code]


def _of_the_place(situation: Situation, schema: Schema) -> dict[str, Kind]:
    """Return the facts that follow from the place: zones, its resource, claims that it refutes."""
    facts = situation.facts
    found: dict[str, Kind] = {
        name: Constant(fact.value) for name, fact in facts.items() if name.startswith("zone.")
    }
    found["contract.resource"] = Constant(facts["contract.resource"].value)
    for name in _REFUTABLE:
        if facts[name].source.startswith("claimed"):
            kind = schema[name]
            found[name] = (
                Levels((False,) * len(kind.values)) if isinstance(kind, Levels) else Constant(False)
            )
    return found


__all__ = ["CONTEXT", "WORST_FIRST", "Law", "SiteEngine", "TableVerdicts", "schema_of"]
