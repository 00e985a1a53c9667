"""Tide gauge and weather series: readers, gaps, harmonic tide."""

from coastal.gauge.levels import read_dart, read_meds, read_psmsl, read_psmsl_folder, read_uhslc
from coastal.gauge.series import Series, hours_of
from coastal.gauge.tide import HarmonicTide, harmonic_tide, residual, tide_of_constants
from coastal.gauge.tracks import Track, read_atcf
from coastal.gauge.weather import Weather, read_weather

__all__ = [
    "HarmonicTide",
    "Series",
    "Track",
    "Weather",
    "harmonic_tide",
    "hours_of",
    "read_atcf",
    "read_dart",
    "read_meds",
    "read_psmsl",
    "read_psmsl_folder",
    "read_uhslc",
    "read_weather",
    "residual",
    "tide_of_constants",
]
