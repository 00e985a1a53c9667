"""What a model can say: exclusive classes, yes-no labels, or a Gaussian; and how likely that is."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

#: Exclusive classes (logits), yes-no labels (logits), or means and then as many log-variances.
Kind = Literal["classes", "labels", "gaussian"]


def log_likelihood(outputs: Tensor, target: Tensor, kind: Kind) -> Tensor:
    """Return the log-likelihood of one example's target, without constants, shape ().

    Args:
        outputs: shape (outputs,).
        target: a class number, shape (); or labels or values, shape (heads,).
        kind: of the outputs.
    """
    if kind == "classes":
        return torch.log_softmax(outputs, dim=-1).gather(0, target[None])[0]
    if kind == "labels":
        return -functional.binary_cross_entropy_with_logits(outputs, target, reduction="sum")
    mean, log_variance = outputs.chunk(2)
    return -0.5 * (log_variance + (target - mean).square() * (-log_variance).exp()).sum()
