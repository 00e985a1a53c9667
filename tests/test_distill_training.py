"""The training loop: it keeps the best epoch of validation, and stops."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from distill.training import History, fit


def trained(
    losses: list[float], *, epochs: int, patience: int = 2
) -> tuple[nn.Linear, History, int]:
    """Add 1 to a weight in each epoch while validation reports the given losses."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    told = iter(losses)
    ticks: list[None] = []

    def step(batch: float) -> Tensor:
        return -model.weight.sum() * batch

    history = fit(
        model,
        step=step,
        batches=lambda epoch: [1.0],
        validate=lambda: next(told),
        optimiser=torch.optim.SGD(model.parameters(), lr=1.0),
        epochs=epochs,
        patience=patience,
        tick=lambda: ticks.append(None),
    )
    return model, history, len(ticks)


def test_the_weights_of_the_best_epoch_are_restored() -> None:
    model, history, _ = trained([5, 3, 1, 2, 4], epochs=4, patience=3)
    assert history.best == 2
    assert round(model.weight.item(), 4) == 2
    assert not model.training


def test_patience_ends_a_training_that_no_longer_helps() -> None:
    _, history, steps = trained([5, 3, 4, 4, 0], epochs=4)
    assert history == History((5, 3, 4, 4), 1)
    assert steps == 3


def test_a_training_that_only_harms_leaves_the_model_as_it_was() -> None:
    model, history, _ = trained([1, 2, 3], epochs=2)
    assert history.best == 0
    assert model.weight.item() == 0
