"""Learning new data without forgetting the old: elastic weights, and the old model's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an old task holds on to: its weights and how much each of them matters."""

    parameters: Mapping[str, Tensor]
    fisher: Mapping[str, Tensor]

    def penalty(self, parameters: Mapping[str, Tensor], *, strength: float) -> Tensor:
        """Return ``(λ / 2) Σ_i F_i (θ_i - θ*_i)²`` (EWC, arXiv:1612.00796)."""
        parts = [
            (fisher * (parameters[name] - self.parameters[name]).square()).sum()
            for name, fisher in self.fisher.items()
        ]
        return 0.5 * strength * torch.stack(parts).sum()

    @torch.no_grad()
    def pull(self, parameters: Mapping[str, Tensor], *, strength: float, step: float) -> None:
        """Take the penalty's gradient step implicitly, in place: ``θ ← θ* + (θ - θ*)/(1 + η λ F)``.

        The proximal step of the penalty is stable at any strength, where explicit steps across
        stiff directions swing to and fro (Parikh and Boyd 2014, Proximal Algorithms, 6.1.1).

        Args:
            parameters: by name, with those of the anchor among them.
            strength: ``λ`` of the penalty.
            step: ``η``, the learning rate.
        """
        for name, fisher in self.fisher.items():
            home = self.parameters[name]
            weight = parameters[name]
            weight.copy_(home + (weight - home) / (1 + step * strength * fisher))

    def after(
        self, parameters: Mapping[str, Tensor], fisher: Mapping[str, Tensor], *, keep: float
    ) -> Anchor:
        """Return the anchor of online EWC: ``F ← γ F + F_t``, weights set anew (1805.06370)."""
        summed = {name: keep * self.fisher[name] + value for name, value in fisher.items()}
        return Anchor({name: parameters[name].detach().clone() for name in summed}, summed)


def learning_without_forgetting(
    logits: Tensor, recorded: Tensor, *, kind: Literal["classes", "labels"],
    temperature: float = 2.0,
) -> Tensor:  # fmt: skip
    """Return the softened cross-entropy with what the old model said of the *new* samples.

    ``-Σ_c p_c log q_c`` with ``p = softmax(z_old / T)``, summed over labels, averaged over samples
    (Li and Hoiem 2016, arXiv:1606.09282, eq. 2 to 4; there is no ``T²`` there). It needs no old
    sample; its least value is the entropy of ``p``, not zero.

    Args:
        logits: of the new model for the old task, shape (batch, outputs).
        recorded: of the old model before it was trained further, same shape.
        kind: exclusive classes, or yes-no labels.
        temperature: ``T`` > 0.
    """
    own, old = logits / temperature, recorded.detach() / temperature
    if kind == "classes":
        return functional.cross_entropy(own, torch.softmax(old, dim=-1))
    each = functional.binary_cross_entropy_with_logits(own, torch.sigmoid(old), reduction="none")
    return each.sum(dim=-1).mean()
