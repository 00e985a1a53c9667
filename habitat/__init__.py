"""The thing judged: a seabed habitat as designed, with its units, facts and engineering."""

from habitat.design import Design
from habitat.facts import Fact, facts_of
from habitat.load import apply_settings, load_design
from habitat.units import parse_quantity, read_quantity, registry

__all__ = [
    "Design",
    "Fact",
    "apply_settings",
    "facts_of",
    "load_design",
    "parse_quantity",
    "read_quantity",
    "registry",
]
