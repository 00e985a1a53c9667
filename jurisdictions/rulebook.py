"""The rule book: provisions with what they say, and binding files compiled against them.

Compiling reads every provision with the spaCy pipeline, finds the numbers that the bindings point
to, and freezes the result. A rule book is plain data: it is cached as JSON under the hash of
everything that went into it, so that an audit from the cache needs no language model.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from corpus.model import Instrument, Kind, TextSource
from jurisdictions.binding import ReviewedBinding, RuleBinding
from jurisdictions.norm import Modality
from jurisdictions.predicate import (
    All,
    Any_,
    InZone,
    Is,
    Known,
    LawNumber,
    Not,
    Predicate,
    Test,
    tests_of,
)
from jurisdictions.proposals.model import Proposal
from jurisdictions.resolved import LawValue

__all__ = [
    "InstrumentEntry",
    "LawValue",
    "ProvisionEntry",
    "ResolvedNumber",
    "Rule",
    "RuleBook",
    "StatedNorm",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StatedNorm(_Frozen):
    """One norm as a report needs it: who must, may or must not."""

    modality: Modality
    cue: str
    bearer: str | None


class ProvisionEntry(_Frozen):
    """A provision with its own words, its place in the source, and what was extracted from it.

    ``start:end`` count characters of the file's reading text (see :class:`corpus.model.LawText`).
    """

    id: str
    instrument: str
    citation: str
    kind: Kind
    heading: str
    text: str
    lead_in: str = ""
    start: int
    end: int
    page: int | None = None
    parent: str | None = None
    leaf: bool
    norms: tuple[StatedNorm, ...] = ()
    exceptions: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    binds_installation: bool = False


class ResolvedNumber(_Frozen):
    """What a binding's pointer into the law found: a value, or nothing."""

    pointer: LawNumber
    value: LawValue | None


class Rule(_Frozen):
    """A binding made executable against one edition of the law."""

    binding: RuleBinding
    instrument: str
    numbers: tuple[ResolvedNumber, ...] = ()

    @property
    def id(self) -> str:
        """The binding's id."""
        return self.binding.id

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        """Every test of the rule: of its zones, condition, requirement and exception."""
        binding = self.binding
        zones = (InZone(zone=binding.zones),) if binding.zones else ()
        return (*zones, *(test for part in binding.predicates for test in tests_of(part)))

    @cached_property
    def plain(self) -> bool:
        """Whether it is a duty whose tests ask for a fact of its own each, none for presence.

        Claims may stand in the exception only, asked whether they are made: an exception that
        holds for want of a claim would hold without any fact.
        """
        named = ["zone.zones" if isinstance(test, InZone) else test.fact for test in self.tests]
        excused = len(tuple(tests_of(self.binding.unless)))
        claims = [name for name in named[: len(named) - excused] if name.startswith("claims.")]
        presence = any(isinstance(test, Known) for test in self.tests)
        asks = self.binding.permit is None and _affirmative(self.binding.unless)
        return asks and len(set(named)) == len(named) and not claims and not presence

    def number(self, pointer: LawNumber) -> LawValue | None:
        """Return the law's number that ``pointer`` means, or ``None`` where the text has none."""
        for resolved in self.numbers:
            if resolved.pointer is pointer:
                return resolved.value
        for resolved in self.numbers:
            if resolved.pointer == pointer:
                return resolved.value
        return None


def _affirmative(exception: Predicate | None) -> bool:
    """Say whether an exception asks of every claim that it is made."""
    match exception:
        case None:
            return True
        case All(all=parts) | Any_(any=parts):
            return all(_affirmative(part) for part in parts)
        case Is(fact=fact, is_=wanted) if fact.startswith("claims."):
            return wanted is True
        case Not(not_=part):
            return not any(
                not isinstance(test, InZone) and test.fact.startswith("claims.")
                for test in tests_of(part)
            )
    return isinstance(exception, InZone) or not exception.fact.startswith("claims.")


class InstrumentEntry(_Frozen):
    """An instrument of the rule book with the file it was read from."""

    instrument: Instrument
    file: str

    @property
    def text_source(self) -> TextSource:
        """Whether the words are official, restated or an engineering code."""
        return self.instrument.text_source


class ReadingEntry(_Frozen):
    """A reading of a disputed provision, with its rules compiled against the law text.

    ``rules`` take the place of the rules with the same id, or stand beside them; the default
    reading has none.
    """

    id: str
    title: str
    held_by: tuple[str, ...]
    because: str
    rules: tuple[Rule, ...] = ()


class DisputeEntry(_Frozen):
    """A disputed provision with all its readings, the default one first."""

    provision: str
    question: str
    readings: tuple[ReadingEntry, ...]


class RuleBook(_Frozen):
    """Everything an audit needs to know about the law.

    Attributes:
        format: version of this data layout.
        key: hash of the sources, bindings and program that produced it.
        instruments: in the order of ``corpus/sources.toml``.
        provisions: in document order, instrument by instrument.
        rules: in the order of the binding files.
        reviewed: provisions that reviewers found to ask nothing, by instrument.
        disputes: provisions with rival readings (see :mod:`jurisdictions.readings`).
        readings_chosen: ids of the readings that took the place of the default ones.
        proposals: unreviewed rules on instruments without a binding file.
        proposed_instruments: the instruments of the proposals.
        left_out: rules of the user's own that stand on law which was not read, with the reason.
    """

    format: Literal[2] = 2
    key: str
    instruments: tuple[InstrumentEntry, ...]
    provisions: tuple[ProvisionEntry, ...]
    rules: tuple[Rule, ...]
    reviewed: dict[str, tuple[ReviewedBinding, ...]] = Field(default_factory=dict)
    disputes: tuple[DisputeEntry, ...] = ()
    readings_chosen: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    proposed_instruments: tuple[InstrumentEntry, ...] = ()
    left_out: dict[str, str] = Field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[str, ProvisionEntry]:
        """Provisions by id."""
        return {provision.id: provision for provision in self.provisions}

    @cached_property
    def rules_by_provision(self) -> dict[str, tuple[Rule, ...]]:
        """Rules by the provision they stand on."""
        table: dict[str, list[Rule]] = {}
        for rule in self.rules:
            table.setdefault(rule.binding.provision, []).append(rule)
        return {provision: tuple(rules) for provision, rules in table.items()}

    @cached_property
    def instrument_by_id(self) -> dict[str, InstrumentEntry]:
        """Instruments by id."""
        return {entry.instrument.id: entry for entry in self.instruments}

    @cached_property
    def children(self) -> dict[str, tuple[ProvisionEntry, ...]]:
        """Direct children by parent id."""
        table: dict[str, list[ProvisionEntry]] = {}
        for provision in self.provisions:
            if provision.parent is not None:
                table.setdefault(provision.parent, []).append(provision)
        return {parent: tuple(items) for parent, items in table.items()}

    def lineage(self, provision_id: str) -> tuple[str, ...]:
        """Return the provision's id and those of all that contain it, innermost first."""
        chain: list[str] = []
        current: str | None = provision_id
        while current is not None and current in self.by_id:
            chain.append(current)
            current = self.by_id[current].parent
        return tuple(chain)
