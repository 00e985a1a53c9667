"""Flood maps from coarse, cloudy optics: how likely water is, and where nothing is known."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from base import DistillError, UsageError
from coastal.flood.student import FloodNet, student_input
from distill.uncertainty import doubt, seeded
from distill.weights import load_note, load_tensors, save_tensors

Floats = NDArray[np.float32]

#: The weights that come with the package; ``coastal.flood.train`` makes them.
SHIPPED = Path(__file__).with_name("student.safetensors")
#: Epistemic doubt in nats beyond which a pixel is not known; ln 2 = 0.69 is the greatest possible.
DOUBTED = 0.15
_MARK = "bathylex flood student 1"


@dataclass(frozen=True, slots=True)
class FloodMap:
    """What is known of a scene on its coarse grid, all of shape (height, width).

    Attributes:
        probability: of water; where ``known`` is false a guess from the surroundings.
        epistemic: how far the members disagree, in nats (mutual information), 0 to ln 2.
        known: the surface was seen, and the members agree well enough.
        threshold: probability from which a pixel is called water.
    """

    probability: Floats
    epistemic: Floats
    known: NDArray[np.bool_]
    threshold: float

    @property
    def water(self) -> NDArray[np.bool_]:
        """Where water is known to be."""
        return self.known & (self.probability >= self.threshold)


@dataclass(frozen=True, slots=True)
class Share:
    """Shares of a scene, 0 to 1.

    Attributes:
        flooded: water among what is known; ``None`` where nothing is known.
        low, high: of the whole scene, all that is unknown taken as dry, and as water.
        known: what is known.
    """

    flooded: float | None
    low: float
    high: float
    known: float


class FloodStudent:
    """Members of a seeded ensemble that are asked together.

    Args:
        members: at least one; with a single one there is no epistemic doubt to measure.
        threshold: probability from which a pixel is called water.
        note: where they come from.
        fisher: how much each weight of each member matters, for :func:`coastal.flood.adapt`.

    Raises:
        DistillError: no member.
    """

    def __init__(
        self, members: Sequence[FloodNet], *, threshold: float = 0.5,
        note: dict[str, Any] | None = None,
        fisher: Sequence[Mapping[str, Tensor]] | None = None,
    ) -> None:  # fmt: skip
        if not members:
            raise DistillError("a student without members", where="flood student")
        self.members = tuple(one.eval().requires_grad_(False) for one in members)
        self.threshold = threshold
        self.note = dict(note or {})
        self.fisher = tuple(fisher) if fisher is not None else None

    @property
    def parameters(self) -> int:
        """The number of parameters of all members."""
        return sum(one.numel() for net in self.members for one in net.parameters())

    @classmethod
    def load(cls, path: Path | None = None) -> FloodStudent:
        """Read a student; the shipped one if no file is given.

        Raises:
            DistillError: no such file, or one of something else.
        """
        path = Path(path) if path is not None else SHIPPED
        tensors, said = load_tensors(path), load_note(path)
        refused = DistillError(
            "weights of another network", where=str(path), hint="make them with coastal.flood.train"
        )
        if said.get("kind") != _MARK:
            raise refused
        try:
            threshold, count = float(said["threshold"]), int(said["members"])
            note = json.loads(said["note"])
            members = []
            for number in range(count):
                net = FloodNet()
                net.load_state_dict(_part(tensors, f"{number}."))
                members.append(net)
            fisher = [_part(tensors, f"fisher.{number}.") for number in range(count)]
        except (KeyError, ValueError, RuntimeError) as problem:
            raise refused from problem
        informed = fisher if all(fisher) else None
        return cls(members, threshold=threshold, note=note, fisher=informed)

    def save(self, path: Path) -> None:
        """Write all members into one file."""
        tensors = {
            f"{number}.{name}": value
            for number, one in enumerate(self.members)
            for name, value in one.state_dict().items()
        }
        for number, informed in enumerate(self.fisher or ()):
            tensors |= {f"fisher.{number}.{name}": value for name, value in informed.items()}
        said = {
            "kind": _MARK,
            "threshold": repr(self.threshold),
            "members": str(len(self.members)),
            "note": json.dumps(self.note, sort_keys=True),
        }
        save_tensors(tensors, path, note=said)

    @torch.no_grad()
    def map(self, image: ArrayLike, cloud_mask: ArrayLike | None = None) -> FloodMap:
        """Return the flood map of one scene.

        Args:
            image: reflectance of green, near and short-wave infrared (Sentinel-2 B3, B8, B11), 0
                to about 1, on pixels of about 40 m, shape (3, height, width). Pixels that are not
                finite, or black in all bands, were not seen.
            cloud_mask: where the surface is hidden, boolean, shape (height, width); ``None``: none.

        Raises:
            UsageError: shapes that do not fit, or values that are no reflectance.
        """
        bands, hidden = checked(image, cloud_mask)
        seen = student_input(bands, hidden)[None]
        said = torch.stack([torch.softmax(net(seen)[0], dim=1)[0] for net in self.members])
        unsure = doubt(said.movedim(1, -1)).epistemic.numpy()
        mean = said.mean(dim=0)[1].numpy()
        return FloodMap(mean, unsure, ~hidden & (unsure <= DOUBTED), self.threshold)


def _part(tensors: Mapping[str, Tensor], start: str) -> dict[str, Tensor]:
    return {k.removeprefix(start): v for k, v in tensors.items() if k.startswith(start)}


def checked(
    image: ArrayLike, cloud_mask: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return reflectance and where it is hidden, or say what does not fit.

    Raises:
        UsageError: shapes that do not fit, or values that are no reflectance.
    """
    bands = np.asarray(image, dtype=np.float64)
    if bands.ndim != 3 or bands.shape[0] != 3 or 0 in bands.shape:
        raise UsageError(
            f"an image of shape {bands.shape}", where="flood map",
            hint="give (3, height, width): green, near and short-wave infrared",
        )  # fmt: skip
    hidden = ~np.isfinite(bands).all(axis=0)
    hidden |= (np.where(hidden, 1, bands) <= 0).all(axis=0)
    if cloud_mask is not None:
        mask = np.asarray(cloud_mask)
        if mask.shape != bands.shape[1:]:
            raise UsageError(
                f"a cloud mask of shape {mask.shape} for an image of {bands.shape[1:]} pixels",
                where="flood map",
            )
        hidden = hidden | mask.astype(bool)
    visible = bands[:, ~hidden]
    if visible.size and (visible.min() < -0.2 or np.median(visible) > 2):
        raise UsageError(
            f"values from {visible.min():.3g} to {visible.max():.3g} are no reflectance",
            where="flood map", hint="divide Sentinel-2 counts by 10000",
        )  # fmt: skip
    return bands, np.asarray(hidden, dtype=bool)


def fresh_members(count: int, seed: int) -> list[FloodNet]:
    """Return untrained members with seeds from ``seed`` on."""
    made = seeded(FloodNet, range(seed, seed + count))
    return [one for one in made if isinstance(one, FloodNet)]


def share_flooded(found: FloodMap) -> Share:
    """Return how much of a scene is water, and how far what is unknown could change that."""
    total, known = found.known.size, int(found.known.sum())
    wet = int(found.water.sum())
    return Share(
        wet / known if known else None, wet / total, (wet + total - known) / total, known / total
    )


def outline(
    found: FloodMap, *, corner: tuple[float, float] = (0.0, 0.0),
    pixel: tuple[float, float] = (1.0, -1.0), smallest: int = 1,
) -> Any:  # fmt: skip
    """Return the outline of known water as a shapely geometry, maybe empty.

    Args:
        found: the map.
        corner: coordinates of the upper left corner of the scene.
        pixel: width and height of a pixel in the same unit; the height is negative where the
            second coordinate grows upward, as latitude does.
        smallest: patches of fewer pixels are left out.
    """
    from shapely import MultiPolygon, box, unary_union

    runs = []
    for row, line in enumerate(found.water):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
        runs += [box(left, row, right, row + 1) for left, right in edges.reshape(-1, 2)]
    joined = unary_union(runs)
    parts = list(getattr(joined, "geoms", [joined] if not joined.is_empty else []))
    kept = MultiPolygon([one for one in parts if one.area >= smallest])
    from shapely.affinity import affine_transform

    return affine_transform(kept, [pixel[0], 0, 0, pixel[1], corner[0], corner[1]])


def upsampled(probability: Tensor | Floats, shape: tuple[int, int]) -> Floats:
    """Return a coarse map drawn bilinearly on a finer grid, for scores at 10 m."""
    coarse = torch.as_tensor(probability, dtype=torch.float32)[None, None]
    fine = torch.nn.functional.interpolate(coarse, size=shape, mode="bilinear")
    return np.asarray(fine[0, 0].numpy())
