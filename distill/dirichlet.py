"""An ensemble in one student: it learns a Dirichlet, and with it what the members disagree about.

Ensemble distribution distillation (Malinin et al. 2020, arXiv:1905.00076), fitted by the reverse
KL to a proxy Dirichlet (Ryabinin et al. 2021, arXiv:2105.06987): the likelihood of the members
itself is ruled by the classes that hardly ever occur. Everything is reckoned in double precision,
because log-gammas of large numbers cancel.
"""

from __future__ import annotations

import torch
from torch import Tensor

from distill.uncertainty import Doubt

#: Precisions of a proxy: members that agree in all digits would make it infinite.
LEAST_PRECISION, MOST_PRECISION = 1e-3, 1e4
#: Logits above it add no evidence: e^20 is beyond any ensemble.
HIGHEST_LOGIT = 20.0


def concentration(logits: Tensor, *, temperature: float = 1.0) -> Tensor:
    """Return ``α = exp(z / T) + 1``: without evidence the flat Dirichlet, never a spiky one.

    Args:
        logits: of the student, shape (..., classes).
        temperature: ``T`` > 0, that of the members' softening while training, else 1.
    """
    return _wide(logits / temperature).clamp_max(HIGHEST_LOGIT).exp() + 1


def proxy(members: Tensor, *, temperature: float = 1.0) -> Tensor:
    """Return the concentration ``β = π̄ β₀ + 1`` that stands for an ensemble's answers.

    ``π̄`` is the members' mean, ``β₀ = (K - 1) / (2 Σ_k π̄_k (ln π̄_k - mean ln π_k))`` the
    precision of the likeliest Dirichlet in Stirling's approximation (Minka 2000), kept between
    :data:`LEAST_PRECISION` and :data:`MOST_PRECISION`. No gradient flows into the members.

    Args:
        members: calibrated logits, shape (members, samples, classes).
        temperature: ``T`` > 0 by which the members are softened.
    """
    logged = torch.log_softmax(_wide(members.detach()) / temperature, dim=-1)
    mean = logged.exp().mean(dim=0)
    spread = (mean * (mean.clamp_min(1e-300).log() - logged.mean(dim=0))).sum(dim=-1, keepdim=True)
    precision = (members.shape[-1] - 1) / (2 * spread.clamp_min(1e-300))
    return mean * precision.clamp(LEAST_PRECISION, MOST_PRECISION) + 1


def dirichlet_kl(one: Tensor, other: Tensor) -> Tensor:
    """Return ``KL(Dir(α) ‖ Dir(β))``, shape (...).

    ``ln Γ(α₀) - ln Γ(β₀) + Σ_k [ln Γ(β_k) - ln Γ(α_k) + (α_k - β_k)(ψ(α_k) - ψ(α₀))]``.

    Args:
        one, other: ``α`` and ``β``, positive, shape (..., classes).
    """
    first, second = _wide(one), _wide(other)
    whole = first.sum(dim=-1)
    slope = torch.digamma(first) - torch.digamma(whole)[..., None]
    each = torch.lgamma(second) - torch.lgamma(first) + (first - second) * slope
    found: Tensor = torch.lgamma(whole) - torch.lgamma(second.sum(dim=-1)) + each.sum(dim=-1)
    return found


def proxy_loss(student: Tensor, members: Tensor, *, temperature: float = 1.0) -> Tensor:
    """Return ``KL(Dir(α) ‖ Dir(β)) / β₀`` with ``β₀ = Σ_k β_k``, averaged over the batch.

    Reverse: the student's Dirichlet stands first, so that it seeks the mode. The division keeps
    samples of which the members are sure from ruling the rest. Begin with a ``temperature`` around
    10 and bring it to 1 (:func:`distill.schedule.geometric`).

    Args:
        student: logits, shape (batch, classes).
        members: logits of the ensemble, shape (members, batch, classes).
        temperature: ``T`` > 0 of both.
    """
    own, wanted = (
        concentration(student, temperature=temperature),
        proxy(members, temperature=temperature),
    )
    divergence = dirichlet_kl(own, wanted.to(own.device)) / wanted.sum(dim=-1).to(own.device)
    return divergence.mean().to(student)


def dirichlet_doubt(alpha: Tensor) -> Doubt:
    """Return the entropies in nats that an ensemble drawn from ``Dir(α)`` would have.

    Total ``H(α / α₀)``, aleatoric ``E H(π) = ψ(α₀ + 1) - Σ_k (α_k / α₀) ψ(α_k + 1)``; their
    difference is the epistemic one.

    Args:
        alpha: shape (..., classes).
    """
    wide = _wide(alpha)
    whole = wide.sum(dim=-1, keepdim=True)
    mean = wide / whole
    expected = torch.digamma(whole[..., 0] + 1) - (mean * torch.digamma(wide + 1)).sum(dim=-1)
    return Doubt(torch.special.entr(mean).sum(dim=-1), expected)


def _wide(value: Tensor) -> Tensor:
    """Return a tensor in double precision, where needed off a device that has none."""
    return (value.cpu() if value.device.type == "mps" else value).double()
