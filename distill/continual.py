"""Learning new data without forgetting the old: exact Fisher information and EWC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.func import jacrev, vmap

#: From parameters and one example to its outputs, shape (outputs,).
Answer = Callable[[Mapping[str, Tensor], Tensor], Tensor]
Kind = Literal["classes", "labels", "gaussian"]


def exact_fisher(
    answer: Answer, parameters: Mapping[str, Tensor], examples: Tensor, *, kind: Kind
) -> dict[str, Tensor]:
    """Return the diagonal Fisher information, per sample and exact, averaged over examples.

    ``F_i = E_x Σ_c p(c|x) (∂ log p(c|x) / ∂θ_i)²`` (van de Ven 2025, arXiv:2502.11756). For
    yes-no labels this is ``Σ_k p_k (1 - p_k) (∂z_k / ∂θ_i)²``, for means and log-variances
    ``(∂μ / ∂θ_i)² / σ² + ½ (∂ log σ² / ∂θ_i)²``.

    Args:
        answer: a pure function of parameters and one example.
        parameters: where the information is taken, by name.
        examples: shape (n, ...).
        kind: "classes" (exclusive, logits), "labels" (yes-no each, logits) or "gaussian" (means,
            then as many log-variances).
    """
    fixed = {name: value.detach() for name, value in parameters.items()}

    def outputs(weights: Mapping[str, Tensor], one: Tensor) -> Tensor:
        raw = answer(weights, one)
        return torch.log_softmax(raw, dim=-1) if kind == "classes" else raw

    def share(one: Tensor) -> dict[str, Tensor]:
        weight = _weights(outputs(fixed, one), kind)
        slopes = jacrev(outputs)(fixed, one)
        return {
            name: torch.tensordot(weight, slope.square(), dims=1) for name, slope in slopes.items()
        }

    each = vmap(share)(examples)
    return {name: value.mean(dim=0) for name, value in each.items()}


def _weights(outputs: Tensor, kind: Kind) -> Tensor:
    if kind == "classes":
        return outputs.exp()
    if kind == "labels":
        probability = torch.sigmoid(outputs)
        return probability * (1 - probability)
    log_variance = outputs[len(outputs) // 2 :]
    return torch.cat([(-log_variance).exp(), torch.full_like(log_variance, 0.5)])


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

    def after(
        self, parameters: Mapping[str, Tensor], fisher: Mapping[str, Tensor], *, keep: float
    ) -> Anchor:
        """Return the anchor of online EWC: ``F ← γ F + F_t``, weights set anew (1805.06370)."""
        summed = {name: keep * self.fisher[name] + value for name, value in fisher.items()}
        return Anchor({name: parameters[name].detach().clone() for name in summed}, summed)
