"""Configuration instances as JSON files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError

from base import SolverError, read_bytes
from optimize.model import (
    TIERS,
    Attribute,
    ConfigurationProblem,
    Forbidden,
    Option,
    Pick,
    SoftRule,
)

#: Larger files are refused before they are parsed.
MOST_BYTES = 64 * 1024 * 1024


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Option(_Strict):
    name: str = Field(min_length=1)
    cost: StrictInt
    uses: dict[str, StrictInt] = {}


class _Attribute(_Strict):
    name: str = Field(min_length=1)
    options: list[_Option]


class _Soft(_Strict):
    tier: str
    weight: StrictInt
    all_of: list[tuple[str, str]]


class _Instance(_Strict):
    name: str = "instance"
    attributes: list[_Attribute]
    capacity: dict[str, StrictInt] = {}
    forbid: list[tuple[str, str]] = []
    forbid_together: list[list[tuple[str, str]]] = []
    soft: list[_Soft] = []
    optimum: dict[str, Any] | None = None


def load_instance(path: Path) -> ConfigurationProblem:
    """Read an instance file.

    Raises:
        SolverError: where it cannot be read, is no JSON, or contradicts itself; the message names
            the file and the place.
    """
    try:
        data = json.loads(read_bytes(path, error=SolverError, limit=MOST_BYTES))
    except (ValueError, RecursionError) as error:
        raise SolverError(
            f"no valid JSON: {error}", where=str(path), hint="check the file"
        ) from None
    try:
        return problem_from(data)
    except SolverError as error:
        raise SolverError(str(error), where=str(path)) from None


def problem_from(data: Any) -> ConfigurationProblem:
    """Return the problem that plain data describe.

    Raises:
        SolverError: as :func:`load_instance`.
    """
    try:
        read = _Instance.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "instance"
        raise SolverError(first["msg"].lower(), where=place, hint="see docs/optimize.md") from None
    for resource, most in read.capacity.items():
        if most < 0:
            raise SolverError(
                f"capacity {most}", where=f"capacity.{resource}", hint="give zero or more"
            )
    single: list[tuple[Pick, ...]] = [(pick,) for pick in read.forbid]
    together = [tuple(picks) for picks in read.forbid_together]
    return ConfigurationProblem(
        name=read.name,
        attributes=tuple(
            Attribute(a.name, tuple(Option(o.name, o.cost, o.uses) for o in a.options))
            for a in read.attributes
        ),
        capacity=read.capacity,
        forbidden=tuple(Forbidden(picks) for picks in (*single, *together)),
        soft=tuple(SoftRule(s.tier, s.weight, tuple(s.all_of)) for s in read.soft),
        tiers=TIERS,
    )
