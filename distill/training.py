"""One training loop: early stopping on validation loss, the best weights restored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn

Batch = TypeVar("Batch")


@dataclass(frozen=True, slots=True)
class History:
    """What a training did.

    Attributes:
        losses: validation loss before training and after each epoch.
        best: index in ``losses`` whose weights were kept; 0 means that training never helped.
    """

    losses: tuple[float, ...]
    best: int


def fit(
    model: nn.Module,
    *,
    step: Callable[[Batch], Tensor],
    batches: Callable[[int], Iterable[Batch]],
    validate: Callable[[], float],
    optimiser: torch.optim.Optimizer,
    epochs: int,
    patience: int = 2,
    tick: Callable[[], None] = lambda: None,
) -> History:
    """Train ``model`` in place until its validation loss stops falling.

    The best epoch is chosen on validation data alone; test data never reach this function.

    Args:
        model: left in evaluation mode with the weights of its best epoch.
        step: returns the loss of one batch; a pure function of the model and the batch.
        batches: the batches of an epoch, given its number from 0 (which seeds any shuffling).
        validate: returns the validation loss; the model is in evaluation mode, without gradients.
        optimiser: over the parameters that may change.
        epochs: at most this many.
        patience: epochs without a new best before training stops.
        tick: called after each batch, for a progress bar.
    """
    losses = [_validation(model, validate)]
    best, kept = 0, _copy(model)
    for epoch in range(epochs):
        model.train()
        for batch in batches(epoch):
            optimiser.zero_grad(set_to_none=True)
            step(batch).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            tick()
        losses.append(_validation(model, validate))
        if losses[-1] < losses[best]:
            best, kept = len(losses) - 1, _copy(model)
        elif len(losses) - 1 - best >= patience:
            break
    model.load_state_dict(kept)
    model.eval()
    return History(tuple(losses), best)


def _validation(model: nn.Module, validate: Callable[[], float]) -> float:
    model.eval()
    with torch.no_grad():
        return float(validate())


def _copy(model: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in model.state_dict().items()}
