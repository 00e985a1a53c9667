"""A storm that a user's own files tell of: known ahead, measured, or neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coastal.gauge.series import Floats
from coastal.plan.simulate import Climate, Storm


@dataclass(frozen=True)
class ObservedStorm(Storm):
    """A storm from files; ``surge`` is NaN where nothing measured it, ``tide`` goes on beyond.

    Attributes:
        begins: UTC of hour 0.
        climate: the scenario's, with mean level and tide of the gauge.
        newest: by stream, UTC of the newest observation that had arrived at the last hour.
        told: what a reader must know of the files, in words.
        hashes: SHA-256 of the files, by stream.
    """

    begins: np.datetime64 = field(default_factory=lambda: np.datetime64(0, "h"))
    climate: Climate = field(default_factory=Climate)
    newest: Mapping[str, np.datetime64] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def ends(self) -> np.datetime64:
        """UTC of the last hour, which is that of the last look."""
        return self.begins + np.timedelta64(len(self.hours) - 1, "h")

    @property
    def level(self) -> Floats:
        """Level above the datum where it was measured, NaN elsewhere, shape (t,)."""
        return np.asarray(self.tide[: len(self.surge)] + self.surge)

    @property
    def measured_level(self) -> Floats:
        """The same, endlessly low where nothing was measured, so that it floods nothing."""
        level = self.level
        return np.asarray(np.where(np.isfinite(level), level, -np.inf))

    def notes(self, *, may_ask: bool) -> tuple[str, ...]:
        """Return what a reader of a plan must know.

        Args:
            may_ask: whether the site has an action that asks for data.
        """
        last, known = int(self.hours[-1]), int(np.isfinite(self.surge).sum())
        told = [
            "Observations are those of the given files, taken as they are. Hour 0 is "
            f"{stamp(self.begins)}; the last look is at hour {last}, {stamp(self.ends)}.",
            *self.told,
            f"The gauge tells the level at {known} of {last + 1} hours: floods, losses and what "
            "was missed are counted over these alone, and nothing is claimed of what is to come.",
            "What was chosen since hour 0 is taken to have been carried out.",
        ]
        if may_ask:
            told.append(
                "The agent does not ask for data here: what people report belongs into the file "
                "of reports."
            )
        return tuple(told)

    def as_data(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "begins": stamp(self.begins),
            "ends": stamp(self.ends),
            "hours": len(self.hours),
            "measured_hours": int(np.isfinite(self.surge).sum()),
            "newest": {name: stamp(time) for name, time in self.newest.items()},
            "files_sha256": dict(self.hashes),
        }


def stamp(time: np.datetime64) -> str:
    """Return a time to the minute, in words."""
    return f"{np.datetime_as_string(time.astype('datetime64[m]')).replace('T', ' ')} UTC"
