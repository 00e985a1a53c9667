"""The training loop: it keeps the best epoch of validation, and stops."""

from __future__ import annotations

import io
import sys

import pytest
import torch
from torch import Tensor, nn

from distill.batch import ModalityBatch
from distill.training import History, best_device, fit, on


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
        device="cpu",
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


def test_batches_are_moved_and_what_is_no_tensor_is_left() -> None:
    one, (rows, name, inner) = on((torch.ones(2), (torch.zeros(1), "x", [1])), "meta")
    assert one.device.type == rows.device.type == "meta" and (name, inner) == ("x", [1])
    whole = ModalityBatch.complete({"a": torch.zeros(2)}, targets={"y": torch.ones(2)})
    assert on((whole,), "cpu")[0].targets["y"].tolist() == [1, 1]


def test_without_a_device_the_best_is_taken_and_batches_are_there() -> None:
    model = nn.Linear(2, 1)
    seen: list[torch.device] = []

    def step(batch: ModalityBatch) -> Tensor:
        seen.append(batch.values["a"].device)
        return model(batch.values["a"]).sum()  # type: ignore[no-any-return]

    fit(
        model, step=step, batches=lambda epoch: [ModalityBatch.complete({"a": torch.ones(3, 2)})],
        validate=lambda: 0.0, optimiser=torch.optim.SGD(model.parameters(), lr=0.1), epochs=1,
    )  # fmt: skip
    assert {one.type for one in seen} == {best_device().type} == {model.weight.device.type}


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("screen", "shown"), [(Screen(), True), (io.StringIO(), False)])
def test_a_bar_is_drawn_for_people_alone(
    screen: io.StringIO, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    model = nn.Linear(1, 1)
    fit(
        model, step=lambda batch: model.weight.sum(), batches=lambda epoch: [1.0],
        validate=lambda: 0.5, optimiser=torch.optim.SGD(model.parameters(), lr=1.0), epochs=1,
        progress="pupil",
    )  # fmt: skip
    assert ("pupil" in screen.getvalue()) is shown
