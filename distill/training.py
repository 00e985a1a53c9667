"""One training loop: early stopping on validation loss, the best weights restored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from distill.batch import ModalityBatch
from distill.checkpoint import (
    Place,
    load_checkpoint,
    restore_random,
    save_checkpoint,
    training_fingerprint,
)
from distill.progress import training_bar

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
    device: torch.device | str | None = None,
    progress: str | None = None,
    tick: Callable[[], None] = lambda: None,
    checkpoints: Path | None = None,
    every: int = 100,
    fingerprint: str = "",
) -> History:
    """Train ``model`` in place until its validation loss stops falling.

    The best epoch is chosen on validation data alone; test data never reach this function.

    Args:
        model: left on the device, in evaluation mode, with the weights of its best epoch.
        step: returns the loss of one batch; a pure function of the model and the batch, which is
            on the device already if it is a :class:`ModalityBatch`, tensors, or a tuple of those.
        batches: the batches of an epoch, given its number from 0 (which seeds any shuffling).
        validate: returns the validation loss; the model is in evaluation mode, without gradients.
            Its data are the caller's to move.
        optimiser: over the parameters that may change.
        epochs: at most this many.
        patience: epochs without a new best before training stops.
        device: where to train; :func:`best_device` if not given.
        progress: title of a progress bar on standard error, if that is a terminal; ``None``: none.
        tick: called after each batch, for a progress bar of the caller's own.
        checkpoints: folder from which a killed training goes on, with the same result bit for bit
            as long as ``batches`` depends on the epoch alone and all else random is torch's.
        every: steps between two checkpoints; each epoch ends with one too.
        fingerprint: what tells this training from others of the same network, such as a hash of
            data, seed and settings; a checkpoint of another is refused.

    Raises:
        DistillError: ``checkpoints`` holds those of another training, or broken ones.
    """
    device = torch.device(device) if device is not None else best_device()
    model.to(device)
    mark = training_fingerprint(model, optimiser, fingerprint)
    found = load_checkpoint(checkpoints, model, optimiser, mark) if checkpoints else None
    if found is None:
        place, kept = Place(0, 0, (_validation(model, validate),), 0), _copy(model)
    else:
        place, kept, random = found
        restore_random(random)
    with training_bar(progress, epochs=epochs) as show:
        while place.epoch < epochs and len(place.losses) - 1 - place.best < patience:
            model.train()
            for number, batch in enumerate(batches(place.epoch)):
                if number < place.done:
                    continue
                if found is not None:
                    # Making the skipped batches may have drawn numbers.
                    restore_random(random)
                    found = None
                _learn(model, step(on(batch, device)), optimiser)
                tick()
                place = replace(place, done=number + 1)
                show(place.epoch, place.done, place.losses[place.best])
                if checkpoints and place.done % every == 0:
                    save_checkpoint(checkpoints, place, model, optimiser, kept, mark)
            losses = (*place.losses, _validation(model, validate))
            better = losses[-1] < losses[place.best]
            if better:
                kept = _copy(model)
            place = Place(place.epoch + 1, 0, losses, len(losses) - 1 if better else place.best)
            if checkpoints:
                save_checkpoint(checkpoints, place, model, optimiser, kept, mark)
    model.load_state_dict(kept)
    model.eval()
    return History(place.losses, place.best)


def best_device() -> torch.device:
    """Return the fastest device of this machine: a graphics card if there is one."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def on(batch: Any, device: torch.device | str) -> Any:
    """Return a batch on a device: one of modalities, a tensor, or a tuple of such.

    Anything else is returned as it is.
    """
    if isinstance(batch, Tensor | ModalityBatch):
        return batch.to(device)
    if type(batch) is tuple:
        return tuple(on(part, device) for part in batch)
    return batch


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
