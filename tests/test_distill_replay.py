"""Replay: the buffer is a fair sample, and repeats its draws."""

from __future__ import annotations

import pytest
import torch

from base import DistillError
from distill.batch import ModalityBatch, joined
from distill.replay import Reservoir


def numbered(start: int, stop: int) -> ModalityBatch:
    numbers = torch.arange(float(start), stop)
    return ModalityBatch(
        {"a": numbers[:, None], "b": -numbers},
        {"a": numbers % 2 == 0, "b": torch.ones(len(numbers), dtype=torch.bool)},
        targets={"y": numbers},
        ids=tuple(str(int(one)) for one in numbers),
    )


def filled(seed: int, sizes: tuple[int, ...] = (3, 9, 1, 7), capacity: int = 5) -> Reservoir:
    found, at = Reservoir(capacity, seed), 0
    for size in sizes:
        found = found.after(numbered(at, at + size))
        at += size
    return found


def test_every_sample_is_kept_as_often_as_any_other() -> None:
    hits, trials = torch.zeros(20), 1500
    for seed in range(trials):
        kept = filled(seed).kept
        assert kept is not None
        assert len(set(kept.ids)) == 5
        hits[kept.targets["y"].long()] += 1
    # Five of twenty; four and a half standard errors.
    torch.testing.assert_close(hits / trials, torch.full((20,), 0.25), atol=0.05, rtol=0)


def test_parts_of_a_sample_stay_together() -> None:
    kept = filled(0).kept
    assert kept is not None
    numbers = kept.targets["y"]
    assert torch.equal(kept.values["a"][:, 0], numbers) and torch.equal(kept.values["b"], -numbers)
    assert torch.equal(kept.present["a"], numbers % 2 == 0)
    assert kept.ids == tuple(str(int(one)) for one in numbers)


def test_few_samples_are_all_kept_and_draws_repeat_by_turn() -> None:
    few = filled(0, sizes=(2, 1))
    assert few.kept is not None and few.kept.ids == ("0", "1", "2")
    full = filled(3)
    draws = [full.draw(3, turn=turn).ids for turn in range(20)]
    assert draws == [filled(3).draw(3, turn=turn).ids for turn in range(20)]
    assert len(set(draws)) > 5 and all(len(set(one)) == 3 for one in draws)
    assert len(full.draw(99, turn=0)) == 5


def test_what_cannot_be_kept_is_refused() -> None:
    other = ModalityBatch.complete({"a": torch.zeros(2, 1)})
    for made in (
        lambda: Reservoir(0),
        lambda: Reservoir(1).draw(1, turn=0),
        lambda: filled(0).after(other),
        lambda: joined([]),
    ):
        with pytest.raises(DistillError):
            made()
