"""Continual learning: new sensor series without forgetting the old ones.

Instruments age: a pressure gauge drifts, growth covers a hydrophone. The part of a student that
reads sensors learns the new series while elastic weight consolidation holds what the old ones need.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import functional_call
from torch.nn import functional

from compliance.scoring.concepts import EMERGENCIES, Vocabulary
from compliance.scoring.dataset import draw_hidden, emergencies
from compliance.scoring.reader import DesignReader
from distill.batch import ModalityBatch
from distill.continual import Anchor
from distill.fisher import exact_fisher
from habitat.survey.ocean import NO_DRIFT, Drift, simulate_series
from habitat.survey.profiles import sea_state, standard_profile
from jurisdictions.rulebook import RuleBook

#: Weights that an update may change: those that read sensors alone.
UPDATED = ("fronts.sensor.", "evidence.sensor.")
#: A depth is right within this share of it.
DEPTH_TOLERANCE = 0.05
#: Strengths of consolidation that are tried; validation data choose.
STRENGTHS = (1e4, 1e5, 3e5, 1e6, 2e6, 4e6, 1e7, 1e8)


@dataclass(frozen=True, slots=True)
class SensorTask:
    """Series with what is true of each.

    Attributes:
        series: shape (n, 48, 10), NaN in gaps.
        alarms: whether each of ``EMERGENCIES`` holds, shape (n, 3); NaN unknown.
        depth_m: shape (n,); NaN unknown.
    """

    series: NDArray[np.float32]
    alarms: NDArray[np.float32]
    depth_m: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.series)

    def rows(self, at: Any) -> SensorTask:
        """Return some of the series."""
        return SensorTask(self.series[at], self.alarms[at], self.depth_m[at])


def simulate_task(
    book: RuleBook,
    *,
    count: int,
    seed: int,
    drift: Callable[[np.random.Generator], Drift] | None = None,
    place: tuple[float, float] | None = None,
) -> SensorTask:
    """Simulate series of sensors of an age.

    Args:
        book: compiled law; its bound on carbon dioxide makes an alarm.
        count: how many.
        seed: of all chance.
        drift: draws the age of one set of instruments; new ones when ``None``.
        place: depth in metres and latitude of one station, whose nodes lie within a twentieth of
            that depth; many places when ``None``.
    """
    rng = np.random.default_rng([seed, 7])
    rows = []
    for _ in range(count):
        if place is None:
            depth = float(np.clip(rng.lognormal(7.0, 1.2), 20, 6000))
            latitude = float(rng.uniform(-60, 60))
        else:
            depth, latitude = place[0] * float(rng.uniform(0.95, 1.05)), place[1]
        sea = sea_state(standard_profile(latitude), depth)
        hidden = draw_hidden(
            rng,
            received_level_db=float(rng.normal(118, 9)),
            oil_mg_l=float(rng.lognormal(2.3, 0.5)),
            utilisation=float(rng.uniform(0.3, 0.7)),
        )
        age = NO_DRIFT if drift is None else drift(rng)
        series = simulate_series(rng, sea=sea, hidden=hidden, drift=age)
        known = emergencies(book, hidden)
        rows.append((series, [known[name] for name in EMERGENCIES], depth))
    return SensorTask(
        np.stack([series for series, _, _ in rows]),
        np.array([alarms for _, alarms, _ in rows], dtype=np.float32),
        np.array([depth for _, _, depth in rows], dtype=np.float32),
    )


def aged(rng: np.random.Generator) -> Drift:
    """Draw instruments after a year at sea: a gauge some tens of decibars off, heavy growth."""
    return Drift(float(rng.uniform(60, 140)), float(rng.uniform(0.6, 1.0)))


class SensorSkill:
    """What a reader says of emergencies and depth from sensors alone, as a pure function."""

    def __init__(self, reader: DesignReader, vocabulary: Vocabulary) -> None:
        self.reader, self.vocabulary = reader, vocabulary
        self._alarms = [vocabulary.flags.index(name) for name in EMERGENCIES]
        self._depth = list(vocabulary.amounts).index("site.depth")
        self.axis = vocabulary.amounts["site.depth"]

    def parameters(self) -> dict[str, Tensor]:
        """Return the weights that an update may change."""
        return {
            name: value
            for name, value in self.reader.named_parameters()
            if name.startswith(UPDATED)
        }

    def __call__(self, weights: Mapping[str, Tensor], series: Tensor) -> tuple[Tensor, Tensor]:
        """Return alarm logits, (samples, 3), and depth as mean and log-variance, (samples, 2)."""
        batch = ModalityBatch.complete({"sensor": series})
        scores = functional_call(self.reader, dict(weights), (batch,))
        depth = torch.stack(
            [scores.mean[:, self._depth], scores.log_variance[:, self._depth]], dim=1
        )
        return scores.logits[:, self._alarms], depth

    def loss(self, weights: Mapping[str, Tensor], task: SensorTask) -> Tensor:
        """Return the loss on a task; unknown labels do not count."""
        said, depth = self(weights, torch.from_numpy(task.series))
        truth = torch.from_numpy(task.alarms)
        known = ~truth.isnan()
        wrong = functional.binary_cross_entropy_with_logits(
            said, truth.nan_to_num(0.0), reduction="none"
        )
        loss = (wrong * known).sum() / known.sum().clamp_min(1)
        place = torch.tensor(
            [self.axis.place(float(one)) if one == one else float("nan") for one in task.depth_m],
            dtype=torch.float32,
        )
        there = ~place.isnan()
        gap = (place.nan_to_num(0.0) - depth[:, 0]).square()
        unlikely = 0.5 * (depth[:, 1] + (gap * (-depth[:, 1]).exp()).clamp_max(100))
        return loss + 0.3 * (unlikely * there).sum() / there.sum().clamp_min(1)

    def accuracy(self, task: SensorTask) -> dict[str, float]:
        """Return the share of right answers by question, and their mean."""
        self.reader.eval()
        with torch.no_grad():
            said, depth = self(self.parameters(), torch.from_numpy(task.series))
        found = {}
        for at, name in enumerate(EMERGENCIES):
            known = ~np.isnan(task.alarms[:, at])
            if known.any():
                right = (said[:, at].numpy() > 0) == (task.alarms[:, at] > 0.5)
                found[name] = float(right[known].mean())
        known = ~np.isnan(task.depth_m)
        if known.any():
            told = np.array([self.axis.magnitude(float(one)) for one in depth[:, 0]])
            near = np.abs(told - task.depth_m) <= DEPTH_TOLERANCE * task.depth_m
            found["site.depth"] = float(near[known].mean())
        return found | {"mean": float(np.mean(list(found.values())))}

    def fisher(self, task: SensorTask, *, most: int = 600) -> dict[str, Tensor]:
        """Return the exact diagonal Fisher information of alarms and depth together.

        Of too few series some unit is never active: its weights would count as free.

        Args:
            task: of the old series.
            most: series that are used.
        """
        self.reader.eval()
        examples = torch.from_numpy(task.series[:most])
        weights = self.parameters()
        alarms = exact_fisher(
            lambda w, one: self(w, one[None])[0][0], weights, examples, kind="labels", chunk=1
        )
        depth = exact_fisher(
            lambda w, one: self(w, one[None])[1][0], weights, examples, kind="gaussian", chunk=1
        )
        return {name: (alarms[name] + depth[name]).detach() for name in weights}


def learn_task(
    skill: SensorSkill,
    new: SensorTask,
    *,
    anchor: Anchor | None = None,
    strength: float = 0.0,
    replay: SensorTask | None = None,
    steps: int = 300,
    batch: int = 64,
    rate: float = 1e-3,
    seed: int = 0,
) -> None:
    """Train the sensor part of a reader on a task, in place.

    Args:
        skill: of the reader.
        new: the series to learn.
        anchor, strength: what holds the old weights, and how much.
        replay: old series that are learned again, half of each batch.
        steps, batch, rate, seed: of the training.
    """
    weights = skill.parameters()
    skill.reader.requires_grad_(False)
    for weight in weights.values():
        weight.requires_grad_(True)
    skill.reader.eval()
    optimiser = torch.optim.Adam(weights.values(), lr=rate)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        rows = new.rows(rng.integers(len(new), size=batch))
        loss = skill.loss(weights, rows)
        if replay is not None:
            old = replay.rows(rng.integers(len(replay), size=batch))
            loss = 0.5 * (loss + skill.loss(weights, old))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(list(weights.values()), 1.0)
        optimiser.step()
        if anchor is not None and strength > 0:
            anchor.pull(weights, strength=strength, step=float(falling.get_last_lr()[0]))
        falling.step()
    skill.reader.requires_grad_(False)


@dataclass(frozen=True, slots=True)
class Update:
    """What an update did: accuracies by question on old and new series, before and after."""

    strength: float
    old_before: Mapping[str, float]
    old_after: Mapping[str, float]
    new_before: Mapping[str, float]
    new_after: Mapping[str, float]


def update(
    skill: SensorSkill,
    old: tuple[SensorTask, SensorTask],
    new: tuple[SensorTask, SensorTask, SensorTask],
    *,
    strengths: Sequence[float] = STRENGTHS,
    keep: float = 0.95,
    seed: int = 0,
) -> Update:
    """Learn new series by EWC with exact Fisher information; the old score is measured again.

    The strength is chosen on validation data: the one that learns most of the new series among
    those that keep ``keep`` of the old accuracy, else the one that keeps most.

    Args:
        skill: of the reader, changed in place.
        old: series for the Fisher information and choice, and series that measure the old score.
        new: series to learn, to choose the strength on, and to measure the new score on.
        strengths: that are tried.
        keep: share of the old accuracy to keep.
        seed: of the training.
    """
    fisher_task, old_test = old
    learn, choose, new_test = new
    before = {name: value.detach().clone() for name, value in skill.parameters().items()}
    old_before, new_before = skill.accuracy(old_test), skill.accuracy(new_test)
    floor = keep * skill.accuracy(fisher_task)["mean"]
    anchor = Anchor(before, skill.fisher(fisher_task))
    tried: list[tuple[bool, float, float, dict[str, Tensor]]] = []
    for strength in strengths:
        _restore(skill, before)
        learn_task(skill, learn, anchor=anchor, strength=strength, seed=seed)
        kept = skill.accuracy(fisher_task)["mean"]
        gained = skill.accuracy(choose)["mean"]
        after = {name: value.detach().clone() for name, value in skill.parameters().items()}
        holds = kept >= floor
        tried.append((holds, gained if holds else kept, strength, after))
    _, _, strength, weights = max(tried, key=lambda one: (one[0], one[1]))
    _restore(skill, weights)
    return Update(
        strength, old_before, skill.accuracy(old_test), new_before, skill.accuracy(new_test)
    )


def _restore(skill: SensorSkill, weights: Mapping[str, Tensor]) -> None:
    with torch.no_grad():
        for name, value in skill.parameters().items():
            value.copy_(weights[name])
