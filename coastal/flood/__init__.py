"""Flood maps: a vision transformer on SAR teaches a light network on coarse, cloudy optics.

Importing this package is cheap; torch and transformers are loaded when a name that needs them is
first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from coastal.flood.chips import Chip, chip_names, read_chip

if TYPE_CHECKING:
    from coastal.flood.adapting import Adapted, Scene, adapt, scene
    from coastal.flood.mapping import FloodMap, FloodStudent, Share, outline, share_flooded
    from coastal.flood.optics import CoarseImage, calibrate, coarse_image
    from coastal.flood.school import SchoolPlan, train

_HOME = {
    "Adapted": "adapting",
    "CoarseImage": "optics",
    "FloodMap": "mapping",
    "FloodStudent": "mapping",
    "Scene": "adapting",
    "SchoolPlan": "school",
    "Share": "mapping",
    "adapt": "adapting",
    "calibrate": "optics",
    "coarse_image": "optics",
    "outline": "mapping",
    "scene": "adapting",
    "share_flooded": "mapping",
    "train": "school",
}

__all__ = [
    "Adapted",
    "Chip",
    "CoarseImage",
    "FloodMap",
    "FloodStudent",
    "Scene",
    "SchoolPlan",
    "Share",
    "adapt",
    "calibrate",
    "chip_names",
    "coarse_image",
    "outline",
    "read_chip",
    "scene",
    "share_flooded",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
