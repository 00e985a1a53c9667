"""Distillation losses: pure functions of logits, each with its formula and source."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def softened_kl(student: Tensor, teacher: Tensor, *, temperature: float = 1.0) -> Tensor:
    """Return ``T² · KL(p_T ‖ p_S)`` with ``p = softmax(z / T)``, averaged over the batch.

    The teacher is the first argument of the divergence and a constant; ``T²`` keeps the gradients
    of different temperatures comparable (Hinton, Vinyals, Dean 2015, arXiv:1503.02531).

    Args:
        student: logits, shape (batch, classes).
        teacher: logits, same shape; no gradient flows into them.
        temperature: ``T`` > 0.
    """
    log_student = functional.log_softmax(student / temperature, dim=-1)
    log_teacher = functional.log_softmax(teacher.detach() / temperature, dim=-1)
    divergence = functional.kl_div(log_student, log_teacher, reduction="batchmean", log_target=True)
    return temperature**2 * divergence


def bernoulli_kl(student: Tensor, teacher: Tensor, *, temperature: float = 1.0) -> Tensor:
    """Return ``T² · KL(Ber(σ(z_T / T)) ‖ Ber(σ(z_S / T)))``, averaged over all elements.

    For yes-no labels that do not exclude each other, one logit each.

    Args:
        student: logits of any shape.
        teacher: logits, same shape; no gradient flows into them.
        temperature: ``T`` > 0.
    """
    softened, target = student / temperature, teacher.detach() / temperature
    probability = torch.sigmoid(target)
    divergence = probability * (functional.logsigmoid(target) - functional.logsigmoid(softened)) + (
        1 - probability
    ) * (functional.logsigmoid(-target) - functional.logsigmoid(-softened))
    return temperature**2 * divergence.mean()


def soft_cross_entropy(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Return the weighted mean of ``-Σ_c q_c log softmax(z)_c``.

    Args:
        logits: shape (batch, classes).
        target: probabilities ``q``, same shape.
        weight: how far each example is trusted, shape (batch,), not all zero.
    """
    each = -(target * functional.log_softmax(logits, dim=-1)).sum(dim=-1)
    return (weight * each).sum() / weight.sum()


def soft_binary_cross_entropy(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Return the weighted mean of ``-q log σ(z) - (1 - q) log σ(-z)``.

    Args:
        logits: shape (batch,).
        target: probabilities ``q``, same shape.
        weight: how far each example is trusted, same shape, not all zero.
    """
    each = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return (weight * each).sum() / weight.sum()
