"""What a solver answers: the best choice, who found it, and how good it is proved to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Annealed:
    """What the annealer reached by itself, before any exact integer solver spoke.

    Attributes:
        choice: its best feasible choice, or ``None``.
        cost, violated: of that choice.
        reads, feasible_reads: samples drawn, and those that broke no rule before any repair.
    """

    choice: Mapping[str, str] | None
    cost: int | None
    violated: Mapping[str, int]
    reads: int
    feasible_reads: int


@dataclass(frozen=True, slots=True)
class Solution:
    """The answer to a configuration problem.

    Attributes:
        choice: the best feasible choice, or ``None`` where there is none.
        cost, violated: of that choice.
        sampler: that was used, such as ``simulated-annealing``.
        annealed: what the annealer reached alone.
        heuristic_cost: of the pipeline (presolve, annealer, polish) before the certificate.
        optimal: whether the choice is proved optimal.
        bound: proved lower bound of the cost among choices that violate no more soft weight;
            ``None`` where nothing was proved.
        conflict: labels of a minimal set of rules that cannot hold together; empty unless there is
            no feasible choice.
        notes: what a user should know, such as a sampler that was replaced.
        seconds: by stage.
    """

    choice: Mapping[str, str] | None
    cost: int | None
    violated: Mapping[str, int]
    sampler: str
    annealed: Annealed | None
    heuristic_cost: int | None
    optimal: bool
    bound: int | None
    conflict: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def gap(self) -> float | None:
        """Share by which the cost exceeds its bound; ``None`` where either is unknown."""
        if self.cost is None or self.bound is None:
            return None
        return (self.cost - self.bound) / max(1, abs(self.bound))
