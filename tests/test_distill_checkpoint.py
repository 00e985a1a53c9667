"""A training killed at any step, or while it writes, ends as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import distill.checkpoint
from base import DistillError
from distill.checkpoint import training_fingerprint
from distill.training import fit


class KilledError(Exception):
    """Stands for a kill."""


def train(
    folder: Path | None, *, kill_after: int | None = None, width: int = 4, data: str = ""
) -> list[object]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, width), nn.Dropout(0.5), nn.Linear(width, 1))
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.05)
    inputs = torch.linspace(-1, 1, 24).reshape(8, 3)
    steps = 0

    def step(rows: Tensor) -> Tensor:
        nonlocal steps
        if steps == kill_after:
            raise KilledError
        steps += 1
        return (model(inputs[rows]) - inputs[rows].sum(dim=1, keepdim=True)).square().mean()

    def batches(epoch: int) -> Iterator[Tensor]:
        order = torch.randperm(8, generator=torch.Generator().manual_seed(epoch))
        yield from order.split(2)

    def validate() -> float:
        return float((model(inputs) - inputs.sum(dim=1, keepdim=True)).square().mean())

    history = fit(
        model, step=step, batches=batches, validate=validate, optimiser=optimiser, epochs=3,
        patience=9, checkpoints=folder, every=2, device="cpu", fingerprint=data,
    )  # fmt: skip
    # A restored state holds its entries in another order.
    states = [optimiser.state[parameter] for parameter in model.parameters()]
    moments = [one[name] for one in states for name in sorted(one)]
    return [*model.state_dict().values(), *moments, torch.get_rng_state(), history]


def same(one: list[object], other: list[object]) -> bool:
    return len(one) == len(other) and all(
        torch.equal(a, b) if isinstance(a, Tensor) and isinstance(b, Tensor) else a == b
        for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("step", [0, 1, 2, 3, 4, 5, 9, 11])
def test_a_killed_training_ends_the_same_bit_for_bit(step: int, tmp_path: Path) -> None:
    with pytest.raises(KilledError):
        train(tmp_path, kill_after=step)
    torch.rand(5)
    assert same(train(tmp_path), train(None))


@pytest.mark.parametrize("write", [1, 2, 3, 6])
def test_a_kill_between_tensors_and_index_does_no_harm(
    write: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, written = distill.checkpoint.write_whole, 0

    def killed(path: Path, data: bytes | str) -> None:
        nonlocal written
        written += 1
        if written == write:
            raise KilledError
        whole(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(distill.checkpoint, "write_whole", killed)
        with pytest.raises(KilledError):
            train(tmp_path)
    assert same(train(tmp_path), train(None))


def test_a_finished_training_is_not_trained_again(tmp_path: Path) -> None:
    first = train(tmp_path)
    assert same(train(tmp_path, kill_after=0), first)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("other", [{"width": 5}, {"data": "other rows"}])
def test_a_checkpoint_of_another_training_is_refused(other: dict[str, Any], tmp_path: Path) -> None:
    train(tmp_path)
    before = sorted(path.read_bytes() for path in tmp_path.iterdir())
    with pytest.raises(DistillError, match="another training") as caught:
        train(tmp_path, **other)
    assert "\n" not in str(caught.value)
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("text", ["", "[1]", "{}", "{"])
def test_a_broken_index_is_refused_in_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.json").write_text(text)
    with pytest.raises(DistillError, match="broken"):
        train(tmp_path)


def test_a_fingerprint_sees_names_kinds_and_words() -> None:
    """Two layers that swap their names have the same shapes and mean another network."""

    def mark(names: list[str], rule: type[torch.optim.Optimizer], told: str) -> str:
        model = nn.ModuleDict({name: nn.Linear(2, 2) for name in names})
        return training_fingerprint(model, rule(model.parameters(), lr=0.1), told)  # type: ignore[call-arg]

    sgd, adam = torch.optim.SGD, torch.optim.Adam
    marks = [
        mark(["a", "b"], sgd, "x"), mark(["a", "c"], sgd, "x"), mark(["a", "b"], adam, "x"),
        mark(["a", "b"], sgd, "y"),
    ]  # fmt: skip
    assert len(set(marks)) == 4 and mark(["a", "b"], sgd, "x") == marks[0]
