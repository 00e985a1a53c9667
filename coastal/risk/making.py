"""Data of risk and how they are split: by station and by time, both at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coastal.extremes.examples import split
from coastal.extremes.short import Region
from coastal.extremes.student import long_records
from coastal.extremes.teacher import Taught
from coastal.risk.climate import Floods, el_nino, read_floods
from coastal.risk.examples import Rows, lessons

#: Years asked for. Nothing of the test's years or stations is learnt from.
LEARN, CHECK, TEST = range(1950, 1996), range(1996, 2004), range(2004, 2019)


@dataclass(frozen=True, slots=True)
class World:
    """All that is read from the data folder."""

    stations: list[Taught]
    floods: Floods
    el_nino: dict[int, float]


@dataclass(frozen=True, slots=True)
class Material:
    """Rows to learn from and to choose by, and the table of regions."""

    learn: Rows
    check: Rows
    region: Region


def read_world(data_folder: Path) -> World:
    """Read ``tide-gauge/psmsl_monthly`` and ``flood-events`` of a folder.

    Raises:
        DistillError: a file is missing or of another form.
    """
    stations = long_records(data_folder)
    floods = read_floods(data_folder / "flood-events" / "dfo_flood_archive_1985_2013.csv")
    return World(stations, floods, el_nino([one.record for one in stations]))


def material(world: World, *, seed: int, each: int = 2) -> Material:
    """Return what a seed learns from; the test's stations are left out."""
    parts = split(world.stations, seed=seed)
    learn = [world.stations[at] for at in parts.train]
    check = [world.stations[at] for at in parts.validation]
    region = Region.of(learn)
    return Material(
        lessons(learn, region, world.floods, world.el_nino, years=LEARN, each=each, seed=seed),
        lessons(check, region, world.floods, world.el_nino, years=CHECK, each=4, seed=seed + 1),
        region,
    )


def rows_of_test(world: World, region: Region, *, seed: int, plain: bool, each: int = 2) -> Rows:
    """Return lessons at the test's stations in the test's years."""
    held = [world.stations[at] for at in split(world.stations, seed=0).test]
    return lessons(
        held, region, world.floods, world.el_nino, years=TEST, each=each, seed=5000 + seed,
        plain=plain,
    )  # fmt: skip
