"""What a repair answers: the changes, why each is needed, what else would do, and the audit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from compliance.finding import AuditResult
from compliance.report.as_json import to_data

if TYPE_CHECKING:
    from habitat.design import Design


@dataclass(frozen=True, slots=True)
class Demand:
    """A provision with the rule on it, and what the rule finds.

    ``place`` holds the provision's citation, quote and span as findings have them.
    """

    rule: str
    title: str
    priority: str
    severity: str
    effect: str
    verdict: str
    reason: str
    place: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        kept = {key: value for key, value in self.place.items() if key != "span"}
        return {
            **kept,
            "span": self.place["span"].model_dump(mode="json"),
            "rule": self.rule,
            "title": self.title,
            "priority": self.priority,
            "severity": self.severity,
            "effect": self.effect,
            "verdict": self.verdict,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a repair.

    Attributes:
        attribute: what changes, often a key of the design file.
        settings: each key with its value before and after.
        before, after: in words.
        cost, cost_source: in whole units of money, and where it is from.
        demands: provisions that are broken where this change alone is taken back.
        reason: why it is needed, in a sentence.
    """

    attribute: str
    settings: tuple[tuple[str, Any, Any], ...]
    before: str
    after: str
    cost: int
    cost_source: str
    demands: tuple[Demand, ...]
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "attribute": self.attribute,
            "from": self.before,
            "to": self.after,
            "settings": [
                {"key": key, "from": before, "to": after} for key, before, after in self.settings
            ],
            "cost": self.cost,
            "cost_source": self.cost_source,
            "provisions": [demand.to_json() for demand in self.demands],
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another lawful repair.

    Attributes:
        steps: its changes.
        cost: of all of them.
        optimal: whether it is proved the cheapest that differs from all before it.
        different: what it changes otherwise than the best repair.
        verdict: of its audit.
    """

    steps: tuple[Step, ...]
    cost: int
    optimal: bool
    different: tuple[str, ...]
    verdict: str

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "changes": [step.to_json() for step in self.steps],
            "cost": self.cost,
            "optimal": self.optimal,
            "different": list(self.different),
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Clash:
    """A minimal reason why nothing lawful exists; an exact solver proved it.

    Attributes:
        demands: provisions that no design within the catalogue meets together.
        others: what else takes part, such as a coupling of engineering.
    """

    demands: tuple[Demand, ...]
    others: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "provisions": [demand.to_json() for demand in self.demands],
            "others": list(self.others),
        }


@dataclass(frozen=True, slots=True)
class Release:
    """The releases to seek where nothing lawful exists, and the changes that go with them.

    Attributes:
        demands: the provisions to be released from.
        steps, cost: the cheapest changes that make the rest lawful.
        optimal: whether releases and cost are proved least, in this order.
        verdict: of the audit with both.
    """

    demands: tuple[Demand, ...]
    steps: tuple[Step, ...]
    cost: int
    optimal: bool
    verdict: str

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "provisions": [demand.to_json() for demand in self.demands],
            "changes": [step.to_json() for step in self.steps],
            "cost": self.cost,
            "optimal": self.optimal,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Repair:
    """The answer.

    Attributes:
        design: as repaired; as given where nothing lawful exists.
        steps: the changes.
        cost: of all of them; ``None`` where nothing lawful exists.
        unit: of money.
        optimal, bound: whether the cost is proved least, and its proved lower bound.
        alternatives: next best repairs.
        clashes, release: where nothing lawful exists; no two clashes share a member.
        before: verdict of the design as given.
        audit: of :attr:`design`.
        notes: what a reader should know.
        inputs: hashes and options of everything that went in.
    """

    design: Design
    steps: tuple[Step, ...]
    cost: int | None
    unit: str
    optimal: bool
    bound: int | None
    alternatives: tuple[Alternative, ...]
    clashes: tuple[Clash, ...]
    release: Release | None
    before: str
    audit: AuditResult
    notes: tuple[str, ...] = ()
    inputs: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return plain values, the same for the same inputs."""
        return {
            "changes": [step.to_json() for step in self.steps],
            "cost": self.cost,
            "unit": self.unit,
            "optimal": self.optimal,
            "bound": self.bound,
            "alternatives": [item.to_json() for item in self.alternatives],
            "conflict": [clash.to_json() for clash in self.clashes],
            "waivers": None if self.release is None else self.release.to_json(),
            "before": self.before,
            "notes": list(self.notes),
            "inputs": self.inputs,
            "audit": to_data(self.audit),
        }
