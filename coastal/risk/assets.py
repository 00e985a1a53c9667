"""Named assets, what is known where they stand, and what is said of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from base import UsageError
from coastal.extremes.records import Monthly
from coastal.risk.curves import depth_damage


@dataclass(frozen=True, slots=True)
class Asset:
    """Something of value near a gauge.

    Attributes:
        name: of the asset.
        kind: of its depth-damage curve.
        latitude, longitude: degrees.
        elevation: of the ground, metres above the gauge's datum.
        value: US dollars.
        floor_height: of the lowest floor above the ground, metres.

    Raises:
        UsageError: a kind without a curve, a negative value or a place off the globe.
    """

    name: str
    kind: str
    latitude: float
    longitude: float
    elevation: float
    value: float
    floor_height: float = 0.0

    def __post_init__(self) -> None:
        depth_damage(self.kind)
        if not (abs(self.latitude) <= 90 and abs(self.longitude) <= 360):
            raise UsageError("a place off the globe", where=self.name)
        if not (self.value >= 0 and np.isfinite([self.elevation, self.floor_height]).all()):
            raise UsageError("a negative value or an odd height", where=self.name)

    @property
    def floor(self) -> float:
        """Metres of the floor above the gauge's datum."""
        return self.elevation + self.floor_height


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is known for an assessment.

    Attributes:
        record: monthly means of a gauge, or annual maxima of any years in metres.
        year: for which the risk is asked.
        record_year: the last year of the record; that of monthly means if not given.
        scenario: of sea-level rise, a key of :data:`coastal.risk.scenarios.TABLE`.
        excess: metres by which the highest hour of a year stands above its highest monthly mean;
            without it, levels from monthly means are those of monthly means, no floods.
        excess_deviation: of it from year to year: it is aleatoric.
        el_nino: the index of :mod:`coastal.risk.climate` in the year before; nought if unknown.
        floods_a_year: recorded large floods within 500 km; nought if unknown.
        severity: mean of them, 1 to 2; nought if unknown.
    """

    record: Monthly | NDArray[np.float64]
    year: int
    record_year: int | None = None
    scenario: str = "SSP2-4.5"
    excess: float = 0.0
    excess_deviation: float = 0.0
    el_nino: float = 0.0
    floods_a_year: float = 0.0
    severity: float = 0.0

    @property
    def last_year(self) -> int:
        """The last year of the record.

        Raises:
            UsageError: maxima without it, or monthly means of no whole year.
        """
        if self.record_year is not None:
            return self.record_year
        if isinstance(self.record, Monthly):
            if not len(self.record.years):
                raise UsageError(
                    "no whole year", where=self.record.name or "record",
                    hint="a year counts with eleven monthly means",
                )  # fmt: skip
            return int(self.record.years[-1])
        raise UsageError("record_year is due with annual maxima", where="inputs")


@dataclass(frozen=True, slots=True)
class Bounds:
    """A value with the bounds of its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """The risk of one asset in one year.

    Attributes:
        asset: its name.
        flood_probability: that the year's highest water passes the floor; the bounds are of what
            more knowledge could change (epistemic).
        surge_height: the year's highest water above the mean of the record's months (of its
            maxima, where it has no months), metres, rise and excess included; its interval holds
            both kinds of doubt. It is the gauge's, the same for all assets.
        level: the same above the gauge's datum.
        vulnerability: the expected share of the value that is lost in the year, epistemic bounds.
        expected_damage: US dollars a year.
        total, aleatoric, epistemic: entropy of the flood in nats, and its parts.
        surge_aleatoric, surge_epistemic: standard deviations of the height, metres.
        source: of the depth-damage curve.
        of: "annual maxima" or "monthly means", what the levels are extremes of.
    """

    asset: str
    flood_probability: Bounds
    surge_height: Bounds
    level: Bounds
    vulnerability: Bounds
    expected_damage: float
    total: float
    aleatoric: float
    epistemic: float
    surge_aleatoric: float
    surge_epistemic: float
    source: str
    of: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        from dataclasses import asdict

        return asdict(self)
