"""Distillation losses: pure functions of logits, each with its formula and source."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

#: Log-variances of standardised targets that are told apart: deviations from 0.7 % to 148.
LOG_VARIANCES = (-10.0, 10.0)


def softened_kl(student: Tensor, teacher: Tensor, *, temperature: float | Tensor = 1.0) -> Tensor:
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


def bernoulli_kl(student: Tensor, teacher: Tensor, *, temperature: float | Tensor = 1.0) -> Tensor:
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


def gaussian_kl(
    mean: Tensor, log_variance: Tensor, teacher_mean: Tensor, teacher_log_variance: Tensor,
    *, weight: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Return ``KL(N(μ_T, σ_T²) ‖ N(μ_S, σ_S²))``, each times its weight, averaged over all.

    ``½ (log σ_S² - log σ_T² + (σ_T² + (μ_T - μ_S)²) / σ_S² - 1)``; on standardised targets, so
    that no unit outweighs another. Log-variances are clamped to :data:`LOG_VARIANCES`; beyond it
    they get no gradient. No gradient flows into the teacher.
    """
    told, spread = teacher_mean.detach(), teacher_log_variance.detach().clamp(*LOG_VARIANCES)
    own = log_variance.clamp(*LOG_VARIANCES)
    gap = ((spread - own).exp() + (told - mean) ** 2 * (-own).exp()) - 1
    each = 0.5 * (own - spread + gap)
    return (each if weight is None else weight * each).mean()


def decoupled_kl(
    student: Tensor, teacher: Tensor, label: Tensor, *,
    target: float = 1.0, others: float = 8.0, temperature: float = 1.0,
) -> Tensor:  # fmt: skip
    """Return ``T² (α KL(b_T ‖ b_S) + β KL(p̂_T ‖ p̂_S))``, averaged over the batch.

    ``b`` is the probability of the label against all others, ``p̂`` the distribution among the
    others (decoupled distillation, Zhao et al. 2022, arXiv:2203.08679).

    Args:
        student, teacher: logits, shape (batch, classes), at least 3 classes.
        label: class numbers, shape (batch,).
        target, others: ``α`` and ``β``.
        temperature: ``T`` > 0.
    """
    own, told = student / temperature, teacher.detach() / temperature
    chosen = functional.one_hot(label, student.shape[-1]).bool()

    def parts(logits: Tensor) -> tuple[Tensor, Tensor]:
        rest = logits[~chosen].reshape(len(logits), -1)
        return logits[chosen] - rest.logsumexp(dim=-1), rest

    (yes, rest), (told_yes, told_rest) = parts(own), parts(told)
    divergence = target * bernoulli_kl(yes, told_yes) + others * softened_kl(rest, told_rest)
    return temperature**2 * divergence


def info_nce(
    one: Tensor, other: Tensor, *, temperature: float = 0.1, label: Tensor | None = None
) -> Tensor:
    """Return the contrastive loss of two views of the same samples, both directions averaged.

    Logits are cosines over ``τ`` across the batch, the match of row ``i`` is row ``i``
    (arXiv:1910.10699). Give only rows where both views are present, each through its own
    projector. One row alone has nothing to be told from: its loss is zero.

    Args:
        one, other: projected features, shape (batch, width).
        temperature: ``τ`` > 0.
        label: shape (batch,); other rows of the same label are no negatives.
    """
    cosines = functional.normalize(one, dim=-1) @ functional.normalize(other, dim=-1).T
    logits = cosines / temperature
    match = torch.arange(len(one), device=one.device)
    if len(one) == 0:
        return one.sum() + other.sum()
    if label is not None:
        alike = (label[:, None] == label) & ~torch.eye(len(one), dtype=torch.bool).to(one.device)
        logits = logits.masked_fill(alike, float("-inf"))
    return 0.5 * (
        functional.cross_entropy(logits, match) + functional.cross_entropy(logits.T, match)
    )


def naive_label_zero_nce(
    student: Tensor, views: Sequence[Tensor], *, temperature: float = 0.1
) -> Tensor:
    """Return a contrast that is wrong, kept as a benchmark's baseline: never train with it.

    Each sample chooses among its own modalities and the right choice is always the first, so that
    the features of all others are pushed away: it causes the collapse that it should prevent.

    Args:
        student: features, shape (batch, width).
        views: features of each modality, the same shape.
    """
    own = functional.normalize(student, dim=-1)
    cosines = [(own * functional.normalize(view, dim=-1)).sum(dim=-1) for view in views]
    logits = torch.stack(cosines, dim=-1) / temperature
    return functional.cross_entropy(logits, torch.zeros_like(logits[:, 0], dtype=torch.long))


def cka(one: Tensor, other: Tensor) -> Tensor:
    """Return the centred linear kernel alignment of two representations, between 0 and 1.

    ``‖XᵀY‖² / (‖XᵀX‖ ‖YᵀY‖)`` with centred columns (Kornblith et al. 2019, arXiv:1905.00414).

    Args:
        one, other: shapes (batch, any width), the same samples.
    """
    first, second = one - one.mean(dim=0), other - other.mean(dim=0)
    norms = (first.T @ first).norm() * (second.T @ second).norm()
    alignment: Tensor = (first.T @ second).square().sum() / norms.clamp_min(1e-12)
    return alignment


def cosine_distance(one: Tensor, other: Tensor) -> Tensor:
    """Return the mean of ``1 - cos(x_i, y_i)`` over rows: 0 alike, 2 opposite.

    Args:
        one, other: features of the same samples, same shape (batch, width), each through its own
            norm and projector.
    """
    return 1 - functional.cosine_similarity(one, other, dim=-1).mean()


def relational_distance(student: Tensor, teacher: Tensor) -> Tensor:
    """Return the Huber loss of pairwise distances, each set divided by its own mean.

    Relational distillation (Park et al. 2019, arXiv:1904.05068); widths may differ.
    """

    def distances(rows: Tensor) -> Tensor:
        found = torch.pdist(rows)
        return found / found.mean().clamp_min(1e-12)

    return functional.smooth_l1_loss(distances(student), distances(teacher.detach()))
