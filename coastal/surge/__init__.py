"""Hours-ahead surge at a gauge with little data."""

from __future__ import annotations

from coastal.surge.forecast import Forecast, SurgeStudent
from coastal.surge.train import train

__all__ = ["Forecast", "SurgeStudent", "train"]
