"""How facts are written in results: quantities with their unit, sets sorted, unknown as null."""

from __future__ import annotations

from typing import Any


def show_value(value: Any) -> Any:
    """Return a fact's value ready for JSON: ``450 m``, ``true``, ``["eez", ...]`` or ``None``."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, frozenset | set | list | tuple):
        return sorted(value)
    magnitude = f"{float(value.magnitude):.6g}"
    unit = f"{value.units:~P}"
    return f"{magnitude} {unit}".strip()
