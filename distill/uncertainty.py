"""What a model does not know: dropout at test time, seeded ensembles, two kinds of doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

from base import DistillError


@contextmanager
def dropout_on(network: nn.Module) -> Iterator[None]:
    """Turn dropout on and everything else (norms) to evaluation; modes are restored afterwards.

    Monte Carlo dropout (Gal and Ghahramani 2016, arXiv:1506.02142).

    Raises:
        DistillError: the network drops nothing, so that all its draws would agree.
    """
    layers = [one for one in network.modules() if isinstance(one, _DropoutNd) and one.p > 0]
    if not layers:
        raise DistillError("a network without dropout", where=type(network).__name__)
    before = [(one, one.training) for one in network.modules()]
    network.eval()
    for layer in layers:
        layer.train()
    try:
        yield
    finally:
        for one, mode in before:
            one.training = mode


def seeded(factory: Callable[[], nn.Module], seeds: Sequence[int]) -> list[nn.Module]:
    """Return one network per seed; the state of the random generator is left as it was."""
    members = []
    for seed in seeds:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            members.append(factory())
    return members


@dataclass(frozen=True, slots=True)
class Doubt:
    """Entropies in nats: the whole, what more data cannot remove, and what it could."""

    total: Tensor
    aleatoric: Tensor

    @property
    def epistemic(self) -> Tensor:
        """The mutual information of answer and member, never negative."""
        return (self.total - self.aleatoric).clamp_min(0)


def doubt(probability: Tensor) -> Doubt:
    """Return ``H(p̄)`` and the mean ``H(p_k)``; their difference is the mutual information.

    Args:
        probability: shape (members, ..., classes).
    """
    return Doubt(_entropy(probability.mean(dim=0)), _entropy(probability).mean(dim=0))


@dataclass(frozen=True, slots=True)
class Spread:
    """A predictive mean and its variance in two parts, same shapes, in the target's unit squared.

    Attributes:
        mean: of the mixture.
        aleatoric: the mean of the members' variances, which more data do not remove.
        epistemic: the variance of the members' means, which they could.
    """

    mean: Tensor
    aleatoric: Tensor
    epistemic: Tensor

    @property
    def total(self) -> Tensor:
        """The variance of the mixture, by the law of total variance."""
        return self.aleatoric + self.epistemic


def spread(means: Tensor, log_variances: Tensor) -> Spread:
    """Return ``E μ_k``, ``E σ_k²`` and ``Var μ_k`` of members that each say a Gaussian.

    ``Var y = E[Var(y | k)] + Var(E[y | k])`` (Kendall and Gal 2017, arXiv:1703.04977). The variance
    over members is the plain one, of the mixture itself, not the estimate of a population.

    Args:
        means, log_variances: shape (members, ...).
    """
    return Spread(
        means.mean(dim=0), log_variances.exp().mean(dim=0), means.var(dim=0, correction=0)
    )


def _entropy(probability: Tensor) -> Tensor:
    entropy: Tensor = torch.special.entr(probability).sum(dim=-1)
    return entropy
