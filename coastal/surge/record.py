"""A gauge's record made ready for one split: its tide from the hours given, and its windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coastal.gauge import Series, harmonic_tide
from coastal.gauge.series import Floats
from coastal.surge.storms import Mask, Share, issue_hours
from coastal.surge.windows import samples
from distill.batch import ModalityBatch

Times = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Record:
    """Hourly surge and tide, seen with the tide of one split; shapes (hours,).

    Attributes:
        times: UTC, every hour.
        surge: level less tide, metres, NaN in gaps.
        tide: about its mean, metres.
        fit: the harmonic constants.
    """

    times: Times
    surge: Floats
    tide: Floats
    fit: Any

    def windows(
        self, hours: NDArray[np.int64], *, known: Mask | None = None, seen: Mask | None = None
    ) -> ModalityBatch:
        """Return the samples issued at hours.

        Args:
            hours: numbers of hours of the record.
            known: hours whose surge may be a target; all if not given.
            seen: hours that the history may show; as ``known`` if not given.
        """
        every = np.ones(len(self.surge), dtype=bool)
        target = np.where(every if known is None else known, self.surge, np.nan)
        visible = known if seen is None else seen
        history = np.where(every if visible is None else visible, self.surge, np.nan)
        rows = np.zeros(len(hours), dtype=np.int64)
        return samples(target[None], self.tide[None], rows, hours, history=history[None])


def record(series: Series, known: Mask) -> Record:
    """Return a record whose tide was fitted to the ``known`` hours alone.

    Args:
        series: hourly without a break, metres, NaN in gaps.
        known: shape (hours,).

    Raises:
        SurveyError: they are too few for a tide.
    """
    fit = harmonic_tide(series, fit_on=known)
    tide = fit.predict(series.times)
    return Record(series.times, series.values - tide, tide - fit.mean_m, fit)


def share_windows(made: Record, share: Share) -> tuple[ModalityBatch, ModalityBatch]:
    """Return windows to train on and windows to validate on; neither shows hours of the other."""
    train, check = share.training, share.validation
    return (
        made.windows(issue_hours(train), known=train),
        made.windows(issue_hours(check), known=check),
    )
