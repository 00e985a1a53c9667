"""Diagonal Fisher information: how much each weight matters to what a model says.

Four estimates: the exact one, two that approximate it by one label per example, and one that is
wrong and common (van de Ven 2025, arXiv:2502.11756). All but the last take per-sample gradients.
An example is a tensor or any nesting of dicts and tuples of tensors, sample axis first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.func import grad, jacrev, vmap
from torch.utils import _pytree as tree

from base import DistillError
from distill.heads import Kind, log_likelihood

#: From parameters and one example, without the sample axis, to its outputs, shape (outputs,).
Answer = Callable[[Mapping[str, Tensor], Any], Tensor]


def exact_fisher(
    answer: Answer, parameters: Mapping[str, Tensor], examples: Any, *, kind: Kind, chunk: int = 64
) -> dict[str, Tensor]:
    """Return ``F_i = E_x Σ_c p(c|x) (∂ log p(c|x) / ∂θ_i)²``, the mean over examples.

    For yes-no labels this is ``Σ_k p_k (1 - p_k) (∂z_k / ∂θ_i)²``, for means and log-variances
    ``(∂μ / ∂θ_i)² / σ² + ½ (∂ log σ² / ∂θ_i)²``.

    Args:
        answer: a pure function of parameters and one example.
        parameters: where the information is taken, by name.
        examples: tensors with the sample axis first, nested as ``answer`` wants them.
        kind: of the outputs.
        chunk: examples taken together; memory grows with chunk · outputs · parameters. With 1
            nothing is vectorised, so that ``answer`` may look at values (``if mask.all()``).

    Raises:
        DistillError: there is no example, or no chunk.
    """
    fixed = _fixed(parameters)

    def outputs(weights: Mapping[str, Tensor], one: Any) -> Tensor:
        raw = answer(weights, one)
        return torch.log_softmax(raw, dim=-1) if kind == "classes" else raw

    def share(one: Any) -> dict[str, Tensor]:
        weight = _weights(outputs(fixed, one), kind)
        # One by one also backward: some layers cannot be vectorised there.
        slopes = jacrev(outputs, chunk_size=1 if chunk == 1 else None)(fixed, one)
        return {
            name: torch.tensordot(weight, slope.square(), dims=1) for name, slope in slopes.items()
        }

    return _mean(share, examples, chunk)


def sampled_fisher(
    answer: Answer, parameters: Mapping[str, Tensor], examples: Any, *, kind: Kind,
    generator: torch.Generator, chunk: int = 64,
) -> dict[str, Tensor]:  # fmt: skip
    """Return the Fisher information with one answer per example drawn from the model itself.

    Unbiased, one backward pass per example, and noisy: the exact sum costs one per output.

    Args:
        answer, parameters, examples, kind, chunk: as of :func:`exact_fisher`.
        generator: of the draw, on the device of the outputs.
    """
    fixed = _fixed(parameters)
    with torch.no_grad():
        said = torch.cat(list(_chunks(lambda one: answer(fixed, one), examples, chunk)))
    return empirical_fisher(
        answer, fixed, examples, _drawn(said, kind, generator), kind=kind, chunk=chunk
    )


def empirical_fisher(
    answer: Answer, parameters: Mapping[str, Tensor], examples: Any, targets: Tensor, *,
    kind: Kind, chunk: int = 64,
) -> dict[str, Tensor]:  # fmt: skip
    """Return the mean squared per-sample gradient of the log-likelihood of the true labels.

    Not the Fisher information: it vanishes where the model fits its labels, whatever matters there
    (Kunstner et al. 2019, arXiv:1905.12558).

    Args:
        answer, parameters, examples, kind, chunk: as of :func:`exact_fisher`.
        targets: class numbers, shape (n,); or labels or values, shape (n, heads).
    """
    fixed = _fixed(parameters)

    def likelihood(weights: Mapping[str, Tensor], one: Any, target: Tensor) -> Tensor:
        return log_likelihood(answer(weights, one), target, kind)

    def share(pair: tuple[Any, Tensor]) -> dict[str, Tensor]:
        slopes = grad(likelihood)(fixed, *pair)
        return {name: slope.square() for name, slope in slopes.items()}

    return _mean(share, (examples, targets), chunk)


def naive_batch_mean_fisher(
    answer: Answer, parameters: Mapping[str, Tensor], examples: Any, targets: Tensor, *,
    kind: Kind, batch: int = 64,
) -> dict[str, Tensor]:  # fmt: skip
    """Return the mean of squared *batch-mean* gradients: wrong, kept as a benchmark's baseline.

    Gradients of a batch cancel before they are squared, so that it shrinks about as 1 / batch.

    Args:
        answer, parameters, examples, targets, kind: as of :func:`empirical_fisher`.
        batch: examples whose gradients are averaged first.
    """
    fixed = _fixed(parameters)

    def likelihood(weights: Mapping[str, Tensor], pair: tuple[Any, Tensor]) -> Tensor:
        return log_likelihood(answer(weights, pair[0]), pair[1], kind)

    squares = []
    for part in _parts((examples, targets), batch):
        slopes = grad(
            lambda weights, part=part: vmap(lambda one: likelihood(weights, one))(part).mean()
        )(fixed)
        squares.append({name: slope.square() for name, slope in slopes.items()})
    return {name: torch.stack([one[name] for one in squares]).mean(dim=0) for name in fixed}


def _weights(outputs: Tensor, kind: Kind) -> Tensor:
    if kind == "classes":
        return outputs.exp()
    if kind == "labels":
        probability = torch.sigmoid(outputs)
        return probability * (1 - probability)
    log_variance = outputs.chunk(2)[1]
    return torch.cat([(-log_variance).exp(), torch.full_like(log_variance, 0.5)])


def _drawn(outputs: Tensor, kind: Kind, generator: torch.Generator) -> Tensor:
    if kind == "classes":
        chance = torch.softmax(outputs, dim=-1)
        return torch.multinomial(chance, 1, generator=generator)[:, 0]
    if kind == "labels":
        return torch.bernoulli(torch.sigmoid(outputs), generator=generator)
    mean, log_variance = outputs.chunk(2, dim=-1)
    noise = torch.randn(mean.shape, generator=generator, dtype=mean.dtype, device=mean.device)
    return mean + (log_variance / 2).exp() * noise


def _fixed(parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.detach() for name, value in parameters.items()}


def _mean(
    share: Callable[[Any], dict[str, Tensor]], examples: Any, chunk: int
) -> dict[str, Tensor]:
    total: dict[str, Tensor] = {}
    for each in _chunks(share, examples, chunk):
        for name, value in each.items():
            summed = value.sum(dim=0)
            total[name] = total[name] + summed if name in total else summed
    count = _count(examples)
    return {name: value / count for name, value in total.items()}


def _chunks(function: Callable[[Any], Any], examples: Any, chunk: int) -> Iterator[Any]:
    """Yield the results of each chunk, stacked along a new first axis."""
    for part in _parts(examples, chunk):
        if chunk > 1:
            yield vmap(function)(part)
        else:
            alone = function(tree.tree_map(lambda leaf: leaf[0], part))
            yield tree.tree_map(lambda leaf: leaf[None], alone)


def _parts(examples: Any, size: int) -> Iterator[Any]:
    if size < 1:
        raise DistillError(f"chunks of {size}", where="Fisher information", hint="give 1 or more")
    for at in range(0, _count(examples), size):
        yield tree.tree_map(lambda leaf, at=at: leaf[at : at + size], examples)


def _count(examples: Any) -> int:
    lengths = {len(leaf) for leaf in tree.tree_leaves(examples)}
    if len(lengths) != 1 or 0 in lengths:
        raise DistillError(
            f"examples of lengths {sorted(lengths)}",
            where="Fisher information",
            hint="give every tensor one row per example, one example at least",
        )
    return int(lengths.pop())
