"""Teachers that contradict each other: tiers in strict order, a learned gate only within a tier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from base import DistillError


@dataclass(frozen=True, slots=True)
class Mixed:
    """What the teachers of one tier say together.

    Attributes:
        probability: ``Σ_m w_m p_m``, shape (samples, options); 0 where nobody speaks.
        weights: ``w``, shape (samples, teachers), 0 for the silent; a row sums to 1 or to 0.
        speaks: whether anyone does, boolean, shape (samples,).
    """

    probability: Tensor
    weights: Tensor
    speaks: Tensor


class TierGate(nn.Module):
    """Tells whom of equally ranked teachers to believe: ``w = softmax(g(x) + log prior)``.

    Untrained it is the prior. It mixes probabilities and sees what the sample looks like, never
    another tier.

    Args:
        teachers: their names, in the order of ``prior`` and of the weights.
        features: width of ``x``.
        prior: positive trust in each teacher; all the same if not given.
        hidden: units of ``g``.

    Raises:
        DistillError: no teacher, or a prior that does not fit.
    """

    prior: Tensor

    def __init__(
        self, teachers: Sequence[str], *, features: int, prior: Sequence[float] | None = None,
        hidden: int = 16,
    ) -> None:  # fmt: skip
        super().__init__()
        trust = tuple(prior) if prior is not None else (1.0,) * len(teachers)
        if not teachers or len(trust) != len(teachers) or min(trust) <= 0:
            raise DistillError("one positive prior per teacher is due", where="tier gate")
        self.teachers = tuple(teachers)
        self.register_buffer("prior", torch.tensor(trust).log())
        self.inner = nn.Sequential(nn.Linear(features, hidden), nn.GELU())
        self.last = nn.Linear(hidden, len(self.teachers))
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(
        self, features: Tensor, probability: Mapping[str, Tensor], speaks: Mapping[str, Tensor]
    ) -> Mixed:
        """Return the mixture of those who speak.

        Args:
            features: ``x``, shape (samples, width).
            probability: by teacher, in [0, 1], shape (samples, options); rows where it is silent
                may hold anything.
            speaks: by teacher, boolean, shape (samples,).
        """
        heard = torch.stack([speaks[name] for name in self.teachers], dim=1)
        said = torch.stack([probability[name].detach() for name in self.teachers], dim=1)
        anyone = heard.any(dim=1)
        scores = self.last(self.inner(features)) + self.prior
        # Without anyone all are weighed, and the row is blanked after: no softmax over nothing.
        scores = scores.masked_fill(~heard & anyone[:, None], float("-inf"))
        weights = torch.softmax(scores, dim=1).masked_fill(~anyone[:, None], 0)
        mixed = (weights[..., None] * said.masked_fill(~heard[..., None], 0)).sum(dim=1)
        return Mixed(mixed, weights, anyone)


def gate_loss(mixed: Mixed, target: Tensor) -> Tensor:
    """Return ``-q log p - (1 - q) log(1 - p)`` averaged over options and rows where anyone speaks.

    Args:
        mixed: of the gate, on conflict cases whose answer is known.
        target: ``q``, shape (samples, options): which options are acceptable.
    """
    chance, wanted = mixed.probability[mixed.speaks], target[mixed.speaks]
    if not len(chance):
        return mixed.probability.sum()
    bounded = chance.clamp(1e-6, 1 - 1e-6)
    return nn.functional.binary_cross_entropy(bounded, wanted.to(bounded))


@dataclass(frozen=True, slots=True)
class Judged:
    """What is left of the options after all tiers.

    Attributes:
        tiers: what each tier said, highest first.
        kept: options that remain, boolean, shape (samples, options); none where all are vetoed.
        met: whether each tier found an acceptable option among those its betters had left it, or
            was silent, boolean, shape (samples, tiers).
        target: the kept options by the product of the tiers' probabilities, for a student to
            learn; a constant that sums to 1, or to 0 where none is kept.
    """

    tiers: tuple[Mixed, ...]
    kept: Tensor
    met: Tensor
    target: Tensor


class PriorityOrder(nn.Module):
    """A meta-teacher whose higher tiers bind and whose lower tiers choose among what is left.

    Lexicographic, not weighted: no certainty of a lower tier buys back an option that a higher one
    has struck out. A veto is no probability and no part of the network; it comes before all.

    Args:
        tiers: the gates, highest first.
        threshold: probability from which an option is acceptable to a tier.

    Raises:
        DistillError: no tier.
    """

    def __init__(self, tiers: Sequence[TierGate], *, threshold: float = 0.5) -> None:
        super().__init__()
        if not tiers:
            raise DistillError("an order without tiers", where="priority order")
        self.tiers = nn.ModuleList(tiers)
        self.threshold = threshold

    def forward(
        self, features: Tensor, probability: Mapping[str, Tensor], speaks: Mapping[str, Tensor], *,
        veto: Tensor | None = None,
    ) -> Judged:  # fmt: skip
        """Return what the tiers say and which options they leave.

        Args:
            features, probability, speaks: as of :class:`TierGate`, for the teachers of all tiers.
            veto: options that nothing can allow, boolean, shape (samples, options).
        """
        mixed = tuple(gate(features, probability, speaks) for gate in self.tiers)
        said = [one.probability.detach() for one in mixed]
        heard = [one.speaks for one in mixed]
        kept, met = lexicographic(said, heard, threshold=self.threshold, veto=veto)
        # A silent tier has no preference.
        logged = [
            one.clamp_min(1e-12).log().masked_fill(~speaking[:, None], 0)
            for one, speaking in zip(said, heard, strict=True)
        ]
        scores = torch.stack(logged).sum(dim=0).masked_fill(~kept, float("-inf"))
        empty = ~kept.any(dim=1, keepdim=True)
        target = torch.softmax(scores.masked_fill(empty, 0), dim=1).masked_fill(empty, 0)
        return Judged(mixed, kept, met, target)


def lexicographic(
    probability: Sequence[Tensor], speaks: Sequence[Tensor], *, threshold: float = 0.5,
    veto: Tensor | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Return which options remain after every tier, and which tiers were met.

    Each tier in turn keeps the options acceptable to it among those left. Where none of them is,
    it keeps the least bad and counts as not met: it cannot bring back what its betters struck out.

    Args:
        probability: of each tier, highest first, shape (samples, options).
        speaks: whether the tier does, boolean, shape (samples,); a silent tier strikes out nothing.
        threshold: from which an option is acceptable.
        veto: as of :class:`PriorityOrder`.

    Returns:
        Booleans of shape (samples, options) and (samples, tiers).
    """
    kept = torch.ones_like(probability[0], dtype=torch.bool) if veto is None else ~veto
    met = []
    for said, heard in zip(probability, speaks, strict=True):
        acceptable = kept & (said >= threshold)
        some = acceptable.any(dim=1)
        left = said.masked_fill(~kept, float("-inf"))
        least_bad = kept & (left == left.max(dim=1, keepdim=True).values)
        narrowed = torch.where(some[:, None], acceptable, least_bad)
        kept = torch.where(heard[:, None], narrowed, kept)
        met.append(some | ~heard)
    return kept, torch.stack(met, dim=1)
