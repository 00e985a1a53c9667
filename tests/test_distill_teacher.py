"""Teachers stay as they are, are averaged as probabilities, and are asked once."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from base import DistillError
from distill.batch import ModalityBatch
from distill.ensemble import TeacherEnsemble, averaged
from distill.heads import Kind
from distill.teacher import FrozenTeacher, OneModality, Told, frozen
from distill.teacher_cache import TeacherCache

NAN = float("nan")


def linear(name: str, seed: int, *, outputs: int = 3) -> OneModality:
    torch.manual_seed(seed)
    layers = nn.Sequential(nn.Linear(2, outputs), nn.Dropout(0.5), nn.BatchNorm1d(outputs))
    return OneModality(name, layers)


def teacher(name: str, seed: int, kind: Kind = "classes") -> FrozenTeacher:
    return FrozenTeacher(linear(name, seed), kind=kind, modalities=[name], outputs=3)


def batch() -> ModalityBatch:
    torch.manual_seed(9)
    present = {
        "a": torch.tensor([True, False, True, True]),
        "b": torch.tensor([False] + [True] * 3),
    }
    values = {
        name: torch.randn(4, 2).masked_fill(~mask[:, None], NAN) for name, mask in present.items()
    }
    return ModalityBatch(values, present, ids=("p", "q", "r", "s"))


def test_a_teacher_never_changes_whatever_is_done_to_it() -> None:
    one = teacher("a", 0)
    before, first = one.fingerprint, one.told(batch())
    one.network.train()
    again = one.told(batch())
    assert torch.equal(first.outputs, again.outputs) and one.fingerprint == before
    assert not first.outputs.requires_grad
    assert not any(parameter.requires_grad for parameter in one.network.parameters())
    scale = torch.ones(3, requires_grad=True)
    (first.outputs * scale).sum().backward()
    assert scale.grad is not None, "what it says can stand in a student's graph"


def test_a_teacher_is_silent_where_its_modality_is_absent() -> None:
    told = teacher("a", 0).told(batch())
    assert told.speaks.tolist() == [True, False, True, True]
    assert (told.outputs[1] == 0).all() and told.outputs.isfinite().all()
    silent = teacher("odour", 0).told(batch())
    assert silent.outputs.shape == (4, 3) and not silent.speaks.any()
    narrow = FrozenTeacher(linear("a", 0), kind="classes", modalities=["a"], outputs=2)
    with pytest.raises(DistillError, match="teacher of 2 outputs"):
        narrow.told(batch())


@pytest.mark.parametrize("kind", ["classes", "labels"])
def test_calibration_undoes_what_the_logits_exaggerate(kind: Kind) -> None:
    torch.manual_seed(0)
    honest = torch.randn(4000, 3)
    if kind == "classes":
        target = torch.multinomial(torch.softmax(honest, dim=-1), 1)[:, 0]
    else:
        target = torch.bernoulli(torch.sigmoid(honest))
    found = frozen(
        OneModality("a", nn.Identity()), kind=kind, modalities=["a"], outputs=3,
        validation=ModalityBatch.complete({"a": 4 * honest}), target=target,
    )  # fmt: skip
    assert found.temperature == pytest.approx(4, rel=0.08)


def test_a_gaussian_is_calibrated_by_the_factor_of_its_best_likelihood() -> None:
    torch.manual_seed(0)
    said, target = torch.randn(50, 4), torch.randn(50, 2)
    said[3] = NAN
    there = torch.arange(50) != 3
    held = ModalityBatch(
        {"a": said, "b": torch.zeros(50)}, {"a": there, "b": torch.ones(50, dtype=torch.bool)}
    )
    one = frozen(
        OneModality("a", nn.Identity()), kind="gaussian", modalities=["a"], outputs=4,
        validation=held, target=target,
    )  # fmt: skip

    def likelihood(factor: float) -> float:
        mean, spread = said[there].chunk(2, dim=-1)
        variance = factor * spread.exp()
        return float(functional.gaussian_nll_loss(mean, target[there], variance))

    best = likelihood(one.temperature)
    assert best < min(likelihood(one.temperature * 1.1), likelihood(one.temperature * 0.9))
    told = one.told(held).outputs[0]
    torch.testing.assert_close(told[2:], said[0, 2:] + torch.tensor(one.temperature).log())


def test_features_are_left_as_they_are() -> None:
    one = FrozenTeacher(
        OneModality("a", nn.Identity()), kind="features", modalities=["a"], outputs=2,
        temperature=3.0,
    )  # fmt: skip
    told = one.told(batch())
    assert torch.equal(told.outputs[told.speaks], batch().values["a"][told.speaks])


LOGITS = st.lists(st.floats(-20, 20), min_size=3, max_size=3)
HEARD = st.lists(st.tuples(LOGITS, st.booleans(), st.floats(0.1, 5)), min_size=1, max_size=4)


def rows(heard: list[tuple[list[float], bool, float]]) -> tuple[list[Told], list[float]]:
    told = [
        Told(torch.tensor([logits], dtype=torch.float64), torch.tensor([speaks]))
        for logits, speaks, _ in heard
    ]
    return told, [weight for *_, weight in heard]


@pytest.mark.parametrize("kind", ["classes", "labels"])
@settings(deadline=None)
@given(HEARD)
def test_probabilities_are_averaged_over_those_who_speak(
    kind: Kind, heard: list[tuple[list[float], bool, float]]
) -> None:
    told, weights = rows(heard)
    found = averaged(told, weights, kind)
    assert bool(found.speaks[0]) == any(speaks for _, speaks, _ in heard)
    if not found.speaks[0]:
        assert (found.outputs == 0).all()
        return

    def chance(logits: Tensor) -> Tensor:
        return torch.softmax(logits, dim=-1) if kind == "classes" else torch.sigmoid(logits)

    speaking = [(one, w) for one, w in zip(told, weights, strict=True) if one.speaks[0]]
    expected = sum(w * chance(one.outputs) for one, w in speaking) / sum(w for _, w in speaking)
    torch.testing.assert_close(chance(found.outputs), expected)


def test_a_mixture_of_gaussians_has_the_moments_of_its_draws() -> None:
    torch.manual_seed(0)
    parts = [torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 1.0]])]
    told = [Told(one.double(), torch.tensor([True])) for one in parts]
    mean, log_variance = averaged(told, [1.0, 3.0], "gaussian").outputs[0]
    draws = torch.cat([torch.randn(50_000), 3 + torch.tensor(0.5).exp() * torch.randn(150_000)])
    assert float(mean) == pytest.approx(float(draws.mean()), abs=0.03)
    assert float(log_variance.exp()) == pytest.approx(float(draws.var()), rel=0.02)


def test_an_ensemble_hears_who_can_speak_and_counts_shared_parts_once() -> None:
    one, two = teacher("a", 0), teacher("b", 1)
    both = TeacherEnsemble([one, two, one], weights=[1, 1, 1])
    told = both.told(batch())
    assert told.speaks.all() and both.cost == one.cost + two.cost == 2 * (9 + 6)
    alone = torch.softmax(one.told(batch()).outputs[0], dim=-1)
    torch.testing.assert_close(torch.softmax(told.outputs[0], dim=-1), alone)
    for made in (
        lambda: TeacherEnsemble([]),
        lambda: TeacherEnsemble([one], weights=[0.0]),
        lambda: TeacherEnsemble([one], weights=[1.0, 1.0]),
        lambda: TeacherEnsemble([one, teacher("b", 0, "labels")]),
        lambda: TeacherEnsemble(
            [FrozenTeacher(one.network, kind="features", modalities=["a"], outputs=3)]
        ),
    ):
        with pytest.raises(DistillError):
            made()


class Counting(nn.Module):
    """Answers with twice the value, and remembers how many rows it was asked about."""

    def __init__(self, factor: float = 2.0) -> None:
        super().__init__()
        self.factor, self.rows = nn.Parameter(torch.tensor(factor)), 0

    def forward(self, value: Tensor) -> Tensor:
        self.rows += len(value)
        return value * self.factor


def counting(factor: float = 2.0) -> tuple[FrozenTeacher, Counting]:
    network = Counting(factor)
    return FrozenTeacher(
        OneModality("a", network), kind="labels", modalities=["a"], outputs=2
    ), network


def test_a_teacher_is_asked_once_and_answers_by_id(tmp_path: Path) -> None:
    one, network = counting()
    parts = [batch().rows(torch.tensor([0, 1])), batch().rows(torch.tensor([2, 3]))]
    TeacherCache(tmp_path, one).fill(parts[:1])
    assert network.rows == 1, "one of the two has the modality"
    resumed = TeacherCache(tmp_path, one)
    resumed.fill(parts)
    resumed.fill([batch()])
    assert network.rows == 3 and len(resumed) == 4
    told = TeacherCache(tmp_path, one).told(["s", "q", "p"])
    assert told.speaks.tolist() == [True, False, True]
    torch.testing.assert_close(told.outputs[[0, 2]], 2 * batch().values["a"][[3, 0]])


def test_answers_of_other_weights_are_not_taken(tmp_path: Path) -> None:
    one, _ = counting()
    TeacherCache(tmp_path, one).fill([batch()])
    other, _ = counting(3.0)
    warm = FrozenTeacher(one.network, kind="labels", modalities=["a"], outputs=2, temperature=2.0)
    assert len(TeacherCache(tmp_path, other)) == len(TeacherCache(tmp_path, warm)) == 0
    (path,) = tmp_path.iterdir()
    path.rename(tmp_path / path.name.replace(one.fingerprint[:16], other.fingerprint[:16]))
    with pytest.raises(DistillError, match="another teacher"):
        TeacherCache(tmp_path, other)


def test_an_ensemble_is_remembered_for_its_weights(tmp_path: Path) -> None:
    parts = [teacher("a", 0), teacher("b", 1)]
    one, other = (TeacherEnsemble(parts, weights=[1.0, weight]) for weight in (1.0, 2.0))
    TeacherCache(tmp_path, one).fill([batch()])
    told = TeacherCache(tmp_path, one).told(batch().ids)
    torch.testing.assert_close(told.outputs, one.told(batch()).outputs)
    assert torch.equal(told.speaks, one.speaks(batch())) and len(TeacherCache(tmp_path, other)) == 0


def test_a_batch_in_which_the_teacher_is_silent_is_remembered_too(tmp_path: Path) -> None:
    one, _ = counting()
    cache = TeacherCache(tmp_path, one)
    cache.fill([batch().rows(torch.tensor([1])), batch().rows(torch.tensor([0]))])
    told = TeacherCache(tmp_path, one).told(["q", "p"])
    assert told.speaks.tolist() == [False, True] and told.outputs.shape == (2, 2)
    for ids in (["q", "nobody"], []):
        with pytest.raises(DistillError, match="never asked"):
            cache.told(ids)
    with pytest.raises(DistillError, match="without ids"):
        cache.fill([ModalityBatch.complete({"a": torch.zeros(1, 2)})])
