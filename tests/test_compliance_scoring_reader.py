"""The reader: what is absent has no influence, what is stated counts, losses ignore the unknown."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from compliance.scoring.batches import Loader, Rows
from compliance.scoring.dataset import MODALITIES, Surveys, simulate
from compliance.scoring.heads import Scores
from compliance.scoring.learning import Recipe, hide_parameters, train_reader
from compliance.scoring.reader import DesignReader, Sizes, build_student
from compliance.scoring.teachers import pack_scores, unpack_scores
from distill.batch import ModalityBatch, subsets
from distill.objective import Objective
from habitat.survey.ocean import CHANNELS, STEPS
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


def test_every_set_of_modalities_can_be_read(loader: Loader, reader: DesignReader) -> None:
    batch = loader.batch(np.arange(4))
    seen = []
    for names in subsets(MODALITIES):
        scores = reader(batch.only(names))
        assert bool(scores.compliance.isfinite().all())
        seen.append(scores.compliance[0].tolist())
    assert len({tuple(row) for row in seen}) == 15


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


def test_a_hidden_parameter_hides_what_follows_from_it(loader: Loader) -> None:
    batch = loader.batch(np.arange(8))
    torch.manual_seed(0)
    hidden = hide_parameters(batch, vocabulary(), 1.0).values["structure"]
    names = list(vocabulary().amounts)

    def column(name: str) -> int:
        return vocabulary().logits + names.index(name)

    for name in ("hull.thickness", "derived.hull.collapse_factor", "derived.waste.capacity_ratio"):
        assert bool(hidden[:, column(name)].isnan().all()), name
    kept = [at for at in range(hidden.shape[1]) if not bool(hidden[:, at].isnan().all())]
    torch.testing.assert_close(hidden[:, kept], batch.values["structure"][:, kept], equal_nan=True)
    assert column("hull.inner_diameter") in kept
    assert hide_parameters(batch, vocabulary(), 0.0) is batch


def test_an_untrained_reader_takes_depth_from_the_gauge() -> None:
    torch.manual_seed(0)
    reader = build_student(book(), vocabulary()).eval()
    series = torch.full((3, STEPS, len(CHANNELS)), 1.0)
    pressures = (50.0, 1010.0, 4040.0)
    series[:, :, CHANNELS.index("pressure_dbar")] = torch.tensor(pressures)[:, None]
    with torch.no_grad():
        mean = reader(ModalityBatch.complete({"sensor": series})).mean
    at = list(vocabulary().amounts).index("site.depth")
    axis = vocabulary().amounts["site.depth"]
    told = [axis.magnitude(float(one)) for one in mean[:, at]]
    assert told == pytest.approx([pressure / 1.01 for pressure in pressures], rel=0.002)
