"""The student as it is shipped: named assets in, risk with both kinds of doubt out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from base import DistillError
from coastal.extremes.records import Monthly
from coastal.extremes.short import Region, Short, from_maxima, shortened
from coastal.extremes.student import REGION
from coastal.risk.assets import Assessment, Asset, Bounds, Inputs
from coastal.risk.curves import depth_damage
from coastal.risk.examples import STUDENT, own_features
from coastal.risk.making import material, read_world
from coastal.risk.scenarios import Rise, rise
from coastal.risk.student import (
    SAID,
    Learner,
    Perceptron,
    Scaling,
    Settings,
    train_learner,
    train_teacher,
)
from distill.calibration import sigmoid
from distill.uncertainty import doubt
from distill.weights import load_note, load_tensors, save_tensors

Floats = NDArray[np.float64]

#: Where the student that comes with the package is.
SHIPPED = Path(__file__).parent / "student.safetensors"
DRAWS = 200
#: Equally likely values of a standard normal, by which rise and excess are averaged.
NODES = np.array([-1.5932, -0.9674, -0.5895, -0.2822, 0.0, 0.2822, 0.5895, 0.9674, 1.5932])
#: A deviate of 1.6449 bounds the central 90 % of a Gaussian.
WIDE = 1.6449


class RiskStudent:
    """A student of risk with the table of regions that it looks things up in.

    Args:
        learner: the network.
        region: what long records say.
    """

    def __init__(self, learner: Learner, region: Region) -> None:
        self.learner, self.region = learner, region

    def assess(self, inputs: Inputs, assets: Sequence[Asset]) -> list[Assessment]:
        """Return the risk of each asset in the year asked for.

        Rise and excess move the floor down. What is not known of the rise widens the epistemic
        bounds; the excess of a single year is averaged over, as chance.

        Args:
            inputs: the gauge's record, year and scenario.
            assets: above the same datum as the record.

        Raises:
            UsageError: no such scenario, or a year before the record's end or beyond 2100.
        """
        short = (
            shortened(inputs.record)
            if isinstance(inputs.record, Monthly)
            else from_maxima(np.asarray(inputs.record, dtype=np.float64))
        )
        centre = inputs.last_year - (len(short.maxima) - 1) / 2
        moved = rise(inputs.scenario, centre, inputs.year)
        return [self._one(inputs, short, moved, inputs.year - centre, one) for one in assets]

    def _one(
        self, inputs: Inputs, short: Short, moved: Rise, lead: float, asset: Asset
    ) -> Assessment:
        curve = depth_damage(asset.kind)
        shift = moved.median + inputs.excess
        # The network has met leads of nine years at most: what is beyond is in rise and spread.
        floors = asset.floor - shift - np.add.outer(
            moved.deviation * NODES, inputs.excess_deviation * NODES
        )  # fmt: skip
        table = np.stack([
            own_features(
                short, self.region, curve, floor=floor, rise=0.0,
                rise_deviation=0.002 * min(lead, 9.0), lead=min(lead, 9.0),
                climate=(inputs.el_nino, inputs.floods_a_year, inputs.severity),
            ) for floor in floors.ravel()
        ])  # fmt: skip
        said = self.learner.said(table)
        noise = np.random.default_rng(0).standard_normal((2, DRAWS, 1))
        flood, damage = (
            _drawn(said[:, head], said[:, spread], noise[at])
            for at, (head, spread) in enumerate(((0, 4), (3, 6)))
        )
        chance = float(flood.mean())
        told = doubt(torch.from_numpy(np.stack([flood, 1 - flood], axis=1)[:, None, :]))
        aleatoric = float(np.hypot(said[0, 2] * short.unit, inputs.excess_deviation))
        epistemic = float(np.hypot(said[0, 5] * short.unit, moved.deviation))
        height = float(said[0, 1]) * short.unit + shift
        wide = WIDE * float(np.hypot(aleatoric, epistemic))
        share = float(damage.mean())
        return Assessment(
            asset=asset.name,
            flood_probability=_bounds(chance, flood),
            surge_height=Bounds(height, height - wide, height + wide),
            level=Bounds(*(short.base + one for one in (height, height - wide, height + wide))),
            vulnerability=_bounds(share, damage, relative=curve.relative, absolute=curve.absolute),
            expected_damage=asset.value * share,
            total=float(told.total),
            aleatoric=float(told.aleatoric),
            epistemic=float(told.epistemic),
            surge_aleatoric=aleatoric,
            surge_epistemic=epistemic,
            source=curve.source,
            of="monthly means" if short.monthly is not None and not inputs.excess
            else "annual maxima",
        )  # fmt: skip

    def save(self, path: Path, note: dict[str, str] | None = None) -> None:
        """Write network, scaling and regions into one file."""
        own = self.learner
        tensors = {f"network.{name}": one for name, one in own.network.state_dict().items()}
        tensors |= {"mean": own.scaling.mean, "spread": own.scaling.spread}
        tensors |= {
            f"region.{name}": torch.from_numpy(getattr(self.region, name)).float()
            for name in REGION
        }
        layers = own.network.layers
        assert isinstance(layers, torch.nn.Sequential)
        told = {
            "width": layers[0].out_features, "features": len(STUDENT),
            "surge": [own.scaling.surge_mean, own.scaling.surge_spread],
            "platt": list(own.platt), "stretch": own.stretch,
        }  # fmt: skip
        save_tensors(tensors, path, note={**(note or {}), "risk": json.dumps(told)})

    @classmethod
    def load(cls, path: Path = SHIPPED) -> RiskStudent:
        """Read what :meth:`save` wrote; the student of the package if no path is given.

        Raises:
            DistillError: the file is missing, broken, or of something else.
        """
        tensors, note = load_tensors(path), load_note(path)
        try:
            told = json.loads(note["risk"])
            network = Perceptron(len(STUDENT), told["width"], SAID)
            network.load_state_dict({
                name.removeprefix("network."): one
                for name, one in tensors.items() if name.startswith("network.")
            })  # fmt: skip
            scaling = Scaling(tensors["mean"], tensors["spread"], *told["surge"])
            temperature, offset = told["platt"]
            learner = Learner(network.eval(), scaling, (temperature, offset), told["stretch"])
            region = Region(*(tensors[f"region.{name}"].double().numpy() for name in REGION))
        except (KeyError, ValueError, TypeError, RuntimeError) as problem:
            raise DistillError(
                "no student of risk", where=str(path), hint="train one, or give its file"
            ) from problem
        return cls(learner, region)


def train(
    data_folder: Path, out: Path, *, seed: int = 0, progress: str | None = None
) -> dict[str, float]:
    """Train teacher and student and write the student.

    The stations and years of the test are left out, so that the benchmark's figures are its own.

    Args:
        data_folder: holds ``tide-gauge/psmsl_monthly`` and ``flood-events``.
        out: the file to write.
        seed: of splits, lessons and weights.
        progress: title of a progress bar.

    Returns:
        Numbers of lessons, of weights of teacher and student.
    """
    settings = Settings()
    # Sums of several threads round otherwise.
    torch.set_num_threads(1)
    given = material(read_world(data_folder), seed=seed)
    teacher = train_teacher(
        given.learn, given.check, seed=seed, settings=settings, progress=progress
    )
    learner = train_learner(
        given.learn, given.check, seed=seed, settings=settings,
        told=teacher.told(given.learn), progress=progress,
    )  # fmt: skip
    RiskStudent(learner, given.region).save(out, {"seed": str(seed)})
    return {
        "lessons": len(given.learn.flooded), "teacher_weights": teacher.size,
        "student_weights": learner.size,
    }  # fmt: skip


def _drawn(logit: Floats, spread: Floats, noise: Floats) -> Floats:
    """Return draws of a probability over what is not known, the excess of a year averaged out.

    Args:
        logit, spread: at nodes of rise (outer) and excess (inner), shape (nodes²,).
        noise: standard normal, shape (draws, 1).

    Returns:
        One value for each draw and node of the rise, shape (draws · nodes,).
    """
    drawn = sigmoid(logit + spread * noise).reshape(len(noise), len(NODES), len(NODES))
    return np.asarray(drawn.mean(axis=2).ravel(), dtype=np.float64)


def _bounds(value: float, draws: Floats, *, relative: float = 0.0, absolute: float = 0.0) -> Bounds:
    """Return a mean with the bounds of its draws, widened by the curve's own deviation."""
    low, high = (float(one) for one in np.quantile(draws, [0.05, 0.95]))
    curve = WIDE * (relative * value + absolute * min(1.0, value / 0.1))
    return Bounds(
        value,
        max(0.0, value - float(np.hypot(value - low, curve))),
        min(1.0, value + float(np.hypot(high - value, curve))),
    )
