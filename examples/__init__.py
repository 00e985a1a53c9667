"""Example designs from the real world, shipped with the program."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def examples() -> tuple[Path, ...]:
    """Return the paths of the example designs (``*.yaml``), sorted by name."""
    folder = Path(str(files("examples")))
    return tuple(sorted(folder.glob("*.yaml")))


__all__ = ["examples"]
