"""Surveys of a place: sonar images, sensor series, partial designs, and simulators of them.

Readers take files as users have them and refuse what they cannot use in one line. Simulators make
such data for a given site, to train students on where no labelled surveys exist.
"""

from habitat.survey.acoustic import simulate_side_scan
from habitat.survey.cast import Profile
from habitat.survey.ocean import CHANNELS, STEPS, Drift, Hidden, SeaState, simulate_series
from habitat.survey.profiles import load_profiles, sea_state, standard_profile
from habitat.survey.readers import (
    PartialDesign,
    Series,
    Structure,
    read_acoustic,
    read_sensor,
    read_structure,
)
from habitat.survey.relief import Relief, ReliefTile, random_relief, relief_tiles
from habitat.survey.scene import ECOSYSTEMS, SEABEDS

__all__ = [
    "CHANNELS",
    "ECOSYSTEMS",
    "SEABEDS",
    "STEPS",
    "Drift",
    "Hidden",
    "PartialDesign",
    "Profile",
    "Relief",
    "ReliefTile",
    "SeaState",
    "Series",
    "Structure",
    "load_profiles",
    "random_relief",
    "read_acoustic",
    "read_sensor",
    "read_structure",
    "relief_tiles",
    "sea_state",
    "simulate_series",
    "simulate_side_scan",
    "standard_profile",
]
