"""Flood probability, surge height and vulnerability of named assets."""

from coastal.risk.assess import RiskStudent, train
from coastal.risk.assets import Assessment, Asset, Bounds, Inputs
from coastal.risk.curves import KINDS, Curve, depth_damage
from coastal.risk.scenarios import TABLE as SCENARIOS
from coastal.risk.scenarios import Rise, rise

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
