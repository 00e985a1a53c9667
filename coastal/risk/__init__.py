"""Flood probability, surge height and vulnerability of named assets.

Importing this package is cheap; torch is loaded when the student is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from coastal.risk.assets import Assessment, Asset, Bounds, Inputs
from coastal.risk.curves import KINDS, Curve, depth_damage
from coastal.risk.scenarios import TABLE as SCENARIOS
from coastal.risk.scenarios import Rise, rise

if TYPE_CHECKING:
    from coastal.risk.assess import RiskStudent, train

_OF_STUDENT = ("RiskStudent", "train")

__all__ = [
    "KINDS",
    "SCENARIOS",
    "Assessment",
    "Asset",
    "Bounds",
    "Curve",
    "Inputs",
    "Rise",
    "RiskStudent",
    "depth_damage",
    "rise",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _OF_STUDENT:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.assess"), name)
