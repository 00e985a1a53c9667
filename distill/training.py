"""One training loop: early stopping on validation loss, the best weights restored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from distill.checkpoint import Place, load_checkpoint, restore_random, save_checkpoint

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
    checkpoints: Path | None = None,
    every: int = 100,
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
        checkpoints: folder from which a killed training goes on, with the same result bit for bit
            as long as ``batches`` depends on the epoch alone and all else random is torch's.
        every: steps between two checkpoints; each epoch ends with one too.
    """
    found = load_checkpoint(checkpoints, model, optimiser) if checkpoints else None
    if found is None:
        place, kept = Place(0, 0, (_validation(model, validate),), 0), _copy(model)
    else:
        place, kept, random = found
        restore_random(random)
    while place.epoch < epochs and len(place.losses) - 1 - place.best < patience:
        model.train()
        for number, batch in enumerate(batches(place.epoch)):
            if number < place.done:
                continue
            if found is not None:
                # Making the skipped batches may have drawn numbers.
                restore_random(random)
                found = None
            _learn(model, step(batch), optimiser)
            tick()
            place = replace(place, done=number + 1)
            if checkpoints and place.done % every == 0:
                save_checkpoint(checkpoints, place, model, optimiser, kept)
        losses = (*place.losses, _validation(model, validate))
        better = losses[-1] < losses[place.best]
        if better:
            kept = _copy(model)
        place = Place(place.epoch + 1, 0, losses, len(losses) - 1 if better else place.best)
        if checkpoints:
            save_checkpoint(checkpoints, place, model, optimiser, kept)
    model.load_state_dict(kept)
    model.eval()
    return History(place.losses, place.best)


def best_device() -> torch.device:
    """Return the fastest device of this machine: a graphics card if there is one."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def _learn(model: nn.Module, loss: Tensor, optimiser: torch.optim.Optimizer) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()


def _validation(model: nn.Module, validate: Callable[[], float]) -> float:
    model.eval()
    with torch.no_grad():
        return float(validate())


def _copy(model: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in model.state_dict().items()}
