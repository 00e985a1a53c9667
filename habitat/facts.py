"""Facts: a design (or what is computed from it) flattened to dotted paths with their source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from habitat.design import Claims, Design
from habitat.units import Quantity, quantity, show

Value = Quantity | bool | str | int | None

#: Floats of the design file and the unit in which they become quantities.
_FLOAT_UNITS = {"site.latitude": "degree", "site.longitude": "degree"}


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one attribute.

    Attributes:
        value: a pint quantity, flag, word or whole number; ``None`` is unknown.
        source: where it comes from: ``design``, ``claim not made``, ``derived`` ...
        basis: for derived facts the formula, its source and the constants that are recalled; for
            an unknown derived fact, what is missing.
    """

    value: Value
    source: str
    basis: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None


def derived(value: Value, basis: str) -> Fact:
    """Return a fact that was computed, with its formula and source."""
    return Fact(value, "derived", basis)


def unknown(basis: str) -> Fact:
    """Return a derived fact that cannot be computed, with what is missing or why."""
    return Fact(None, "derived", basis)


def lacking(inputs: Mapping[str, object]) -> str:
    """Say which of some named inputs are missing: ``"needs site.depth"``; empty when none is."""
    names = [name for name, value in inputs.items() if value is None]
    return f"needs {', '.join(names)}" if names else ""


def facts_of(design: Design) -> dict[str, Fact]:
    """Return every key of the design model as a fact, in the order of the model.

    Keys that are not given are facts too, with value ``None``; claims not made are ``False``.
    Latitude and longitude are quantities in degrees, plain ratios are dimensionless quantities.

    >>> design = Design.model_validate(
    ...     {"name": "A", "purpose": "other", "site": {"latitude": 1, "longitude": 2}}
    ... )
    >>> facts_of(design)["crew.persons"].known
    False
    """
    facts: dict[str, Fact] = {}
    _flatten(design, "", facts)
    return facts


def _flatten(section: BaseModel, prefix: str, facts: dict[str, Fact]) -> None:
    for key in type(section).model_fields:
        path, value = f"{prefix}{key}", getattr(section, key)
        if isinstance(value, BaseModel):
            _flatten(value, f"{path}.", facts)
        elif value is None and isinstance(section, Claims):
            facts[path] = Fact(False, "claim not made")
        elif isinstance(value, float):
            facts[path] = Fact(quantity(value, _FLOAT_UNITS.get(path, "")), "design")
        else:
            facts[path] = Fact(value, "design" if value is not None else "not given")


def show_value(value: object) -> str | bool | int | float | list[str] | None:
    """Return a fact's value for people and JSON: quantities as text, sets as sorted lists."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, frozenset | set | tuple | list):
        return sorted(str(item) for item in value)
    return show(value)  # type: ignore[arg-type]
