"""Pressure hulls: sea load, shell formulas, acceptance criteria and the wall that is required."""

from habitat.hull.assess import HullAssessment, assess, required_thickness
from habitat.hull.criteria import STANDARD, Criteria
from habitat.hull.materials import Material, Refused, find_material, material_names
from habitat.hull.modes import Geometry, Mode, modes_of
from habitat.hull.pressure import Load, hull_load, sea_pressure_mpa, seawater_density_kg_m3
from habitat.hull.report import assess_cli

__all__ = [
    "STANDARD",
    "Criteria",
    "Geometry",
    "HullAssessment",
    "Load",
    "Material",
    "Mode",
    "Refused",
    "assess",
    "assess_cli",
    "find_material",
    "hull_load",
    "material_names",
    "modes_of",
    "required_thickness",
    "sea_pressure_mpa",
    "seawater_density_kg_m3",
]
