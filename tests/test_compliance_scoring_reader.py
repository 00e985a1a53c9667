"""The reader: what is absent has no influence, what is stated counts, losses ignore the unknown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from compliance.scoring.batches import Loader, Rows
from compliance.scoring.dataset import MODALITIES, Surveys, simulate
from compliance.scoring.heads import Scores
from compliance.scoring.learning import Recipe, Taught, distill_loss, task_loss, train_reader
from compliance.scoring.reader import DesignReader, Sizes, build_student
from compliance.scoring.teachers import build_teacher, pack_scores, unpack_scores
from distill.batch import ModalityBatch, subsets
from distill.objective import Objective
from tests.small_student import book, vocabulary, world

torch.set_num_threads(1)
SMALL = Sizes(width=16, bottlenecks=2, layers=1, conv=4, bag=8, text=16, facts=16)


@pytest.fixture(scope="module")
def loader() -> Loader:
    surveys: Surveys = simulate(
        world(), vocabulary(), sites=32, per_site=2, seed=4, name="train", workers=1
    )
    return Loader(surveys, Rows.hashed(surveys, world().pieces))


@pytest.fixture
def reader() -> DesignReader:
    torch.manual_seed(0)
    return build_student(book(), vocabulary(), SMALL).eval()


def test_what_stands_in_an_absent_place_has_no_influence(
    loader: Loader, reader: DesignReader
) -> None:
    batch = loader.batch(np.arange(6))
    for name in MODALITIES:
        spoilt = dict(batch.values)
        spoilt[name] = torch.full_like(spoilt[name].float(), float("nan"))
        if name == "legal":
            spoilt[name] = torch.full_like(batch.values[name], 3)
        present = {n: torch.ones(6, dtype=torch.bool) for n in MODALITIES}
        present[name] = torch.tensor([True, True, True, False, False, False])
        kept = {**batch.values, name: batch.values[name].clone()}
        spoilt[name] = torch.cat([batch.values[name][:3].to(spoilt[name].dtype), spoilt[name][3:]])
        one = reader(ModalityBatch(kept, present))
        other = reader(ModalityBatch(spoilt, present))
        torch.testing.assert_close(one.compliance, other.compliance)
        torch.testing.assert_close(one.logits, other.logits)


def test_every_set_of_modalities_can_be_read(loader: Loader, reader: DesignReader) -> None:
    batch = loader.batch(np.arange(4))
    seen = []
    for names in subsets(MODALITIES):
        scores = reader(batch.only(names))
        assert bool(scores.compliance.isfinite().all())
        seen.append(scores.compliance[0].tolist())
    assert len({tuple(row) for row in seen}) == 15


def test_what_is_stated_counts(loader: Loader, reader: DesignReader) -> None:
    batch = loader.batch(np.arange(4))
    at = vocabulary().flags.index("consents.coastal_state")
    radius = list(vocabulary().amounts).index("safety_zone.radius")
    answers = []
    for value, place in ((0.0, -1.0), (1.0, 1.0)):
        values = batch.values["structure"].clone()
        values[:, at] = value
        values[:, vocabulary().logits + radius] = place
        scores = reader(replace(batch, values={**batch.values, "structure": values}))
        answers.append(scores.logits[:, at])
        torch.testing.assert_close(scores.mean[:, radius], torch.full((4,), place))
    assert bool((answers[1] - answers[0] > 4).all())


def test_teachers_are_more_than_ten_times_larger() -> None:
    student = sum(one.numel() for one in build_student(book(), vocabulary()).parameters())
    teachers = sum(
        sum(one.numel() for one in build_teacher(name, book(), vocabulary()).parameters())
        for name in MODALITIES
    )
    assert teachers > 10 * student


def scores_like(count: int, seed: int) -> Scores:
    draw = torch.Generator().manual_seed(seed)

    def some(width: int) -> torch.Tensor:
        return torch.randn(count, width, generator=draw)

    amounts = len(vocabulary().amounts)
    return Scores(
        some(vocabulary().logits), some(amounts), some(amounts), some(6),
        {"sensor": some(vocabulary().logits)}, {"sensor": some(16)},
        {"sensor": torch.ones(count, dtype=torch.bool)},
    )  # fmt: skip


def test_unknown_labels_and_laws_that_do_not_bind_do_not_count(loader: Loader) -> None:
    targets = loader.targets(np.arange(8))
    scores = scores_like(8, 0)
    before = task_loss(scores, targets, vocabulary())
    unknown = targets["flags"].isnan()
    changed = replace(
        scores,
        logits=torch.where(unknown, 5.0, scores.logits),
        compliance=torch.where(targets["binds"], scores.compliance, 9.0),
        mean=torch.where(targets["places"].isnan(), 7.0, scores.mean),
    )
    for where in (
        vocabulary().word_slices().values()
    ):  # A softmax sees all its words: leave them as they are.
        changed.logits[:, where] = scores.logits[:, where]
    torch.testing.assert_close(task_loss(changed, targets, vocabulary()), before)


def test_a_student_that_says_what_its_teachers_say_loses_nothing() -> None:
    scores = scores_like(5, 1)
    taught = Taught(
        scores.logits, scores.mean, scores.log_variance, scores.compliance, scores.heard,
        scores.features,
    )  # fmt: skip
    rows = torch.arange(5)
    same = distill_loss(scores, taught, rows, vocabulary(), Recipe(), 0)
    other = distill_loss(scores_like(5, 2), taught, rows, vocabulary(), Recipe(), 0)
    assert abs(float(same)) < 1e-6 < float(other)


def test_scores_come_back_from_tensors() -> None:
    scores = scores_like(3, 3)
    again = unpack_scores(pack_scores(scores))
    torch.testing.assert_close(again.compliance, scores.compliance)
    torch.testing.assert_close(again.heard["sensor"], scores.heard["sensor"])


def test_training_lowers_the_loss_and_can_be_repeated(loader: Loader) -> None:
    recipe = Recipe(Objective(1, 0, 0), epochs=3, patience=3, batch=16, rate=5e-3)
    ends = []
    for _ in range(2):
        torch.manual_seed(0)
        reader = build_student(book(), vocabulary(), SMALL)
        history = train_reader(reader, vocabulary(), loader, loader, recipe)
        ends.append(history.losses)
    assert ends[0] == ends[1]
    assert ends[0][-1] < 0.8 * ends[0][0]
