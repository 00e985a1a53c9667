"""Series with gaps in continuous time: attention by time alone, and coarser time support."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class TimeEmbedding(nn.Module):
    """``φ(t)``: one linear and sine features with learned frequencies and phases.

    Multi-time attention (Shukla and Marlin 2021, arXiv:2101.10318, eq. 2). Each period comes as a
    sine and a cosine at the start, halving from one pair to the next.

    Args:
        pairs: of sine and cosine; the embedding is ``1 + 2 pairs`` wide.
        longest: the longest period at the start, in the unit of the times.
    """

    def __init__(self, pairs: int, *, longest: float) -> None:
        super().__init__()
        periods = longest * 0.5 ** torch.arange(pairs)
        self.rate = nn.Parameter(2 * math.pi / periods.repeat(2))
        self.phase = nn.Parameter(torch.tensor([0.0, math.pi / 2]).repeat_interleave(pairs))
        self.slope = nn.Parameter(torch.tensor([1 / longest, 0.0]))

    def forward(self, time: Tensor) -> Tensor:
        """Return features of times, shape (..., width); times must be finite."""
        linear = self.slope[0] * time[..., None] + self.slope[1]
        return torch.cat([linear, torch.sin(time[..., None] * self.rate + self.phase)], dim=-1)


class TimeAttention(nn.Module):
    """Reads an irregular series at chosen times, as learned kernel averages over what is known.

    Keys and queries are embeddings of time, values are the measurements themselves; a gap has no
    weight in any average (mTAN, arXiv:2101.10318, eq. 3). Where nothing is known the average is 0
    and the support says so.

    At the start query and key are alike, so that a score is ``Σ cos ω(t - r)``, greatest where a
    measurement is nearest to the reference; each head is three times as sharp as the one before.

    Args:
        pairs, longest: as in :class:`TimeEmbedding`.
        heads: averages per channel and reference.
    """

    def __init__(self, *, pairs: int, heads: int, longest: float) -> None:
        super().__init__()
        self.heads, self.width = heads, 1 + 2 * pairs
        self.embedding = TimeEmbedding(pairs, longest=longest)
        self.query = nn.Linear(self.width, heads * self.width)
        self.key = nn.Linear(self.width, heads * self.width)
        near = torch.eye(self.width)
        near[0] = 0
        sharp = [math.sqrt(2 * 3.0**head) for head in range(heads)]
        with torch.no_grad():
            for layer in (self.query, self.key):
                layer.weight.copy_(torch.cat([size * near for size in sharp]))
                layer.weight.add_(0.02 * torch.randn_like(layer.weight))
                layer.bias.zero_()

    def forward(
        self, values: Tensor, known: Tensor, time: Tensor, reference: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return averages (samples, references, heads, channels) and whether anything was known.

        Args:
            values: shape (samples, steps, channels); anything finite or not stands in gaps.
            known: boolean, shape (samples, steps).
            time: of all samples' steps, finite, shape (steps,).
            reference: times at which to read, shape (references,).
        """
        query = self.query(self.embedding(reference)).view(len(reference), self.heads, -1)
        key = self.key(self.embedding(time)).view(len(time), self.heads, -1)
        scores = torch.einsum("rhw,shw->rhs", query, key) / math.sqrt(self.width)
        weight = (scores - scores.amax(dim=-1, keepdim=True)).exp()
        shown = known.to(weight)
        clean = values.masked_fill(~known[..., None], 0.0)
        total = torch.einsum("rhs,ns->nrh", weight, shown)
        mixed = torch.einsum("rhs,nsc->nrhc", weight, clean)
        return mixed / total.clamp_min(1e-9)[..., None], known.any(dim=-1)


def aggregate_gaussian(
    mean: Tensor, log_variance: Tensor, *, width: int, correlation: float | Tensor
) -> tuple[Tensor, Tensor]:
    """Return mean and log-variance of the averages over windows of ``width`` steps.

    What a fine-grained Gaussian says on a coarser time support: the mean of the means, and
    ``1ᵀΣ1 / width²`` with ``Σ_ij = σ_i σ_j ρ^|i-j|``, because errors of neighbouring steps are
    alike; independent ones would make the coarse answer far too sure.

    Args:
        mean, log_variance: shape (..., steps), with steps a multiple of ``width``.
        width: steps of a window.
        correlation: ``ρ`` between one step and the next, 0 to 1.
    """
    shape = (*mean.shape[:-1], -1, width)
    deviation = (0.5 * log_variance).exp().reshape(shape)
    at = torch.arange(width, device=mean.device)
    alike = torch.as_tensor(correlation).to(mean) ** (at[:, None] - at[None, :]).abs().to(mean)
    variance = torch.einsum("...i,ij,...j->...", deviation, alike, deviation) / width**2
    return mean.reshape(shape).mean(dim=-1), variance.clamp_min(1e-12).log()
