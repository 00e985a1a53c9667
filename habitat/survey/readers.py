"""The readers of what a user hands in: a sonar image, a sensor series, a structure."""

from __future__ import annotations

from habitat.survey.sensor_file import Series, read_sensor
from habitat.survey.sonar_file import read_acoustic
from habitat.survey.structure_file import PartialDesign, Structure, read_structure

__all__ = ["PartialDesign", "Series", "Structure", "read_acoustic", "read_sensor", "read_structure"]
