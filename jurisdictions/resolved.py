"""A number of the law as it was found: value, unit, comparator and the characters that state it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from jurisdictions.norm import Comparator


class LawValue(BaseModel):
    """A number of the law: value, unit word, comparator and the characters that state it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provision: str
    span: str
    start: int
    end: int
    value: float
    value_max: float | None = None
    unit: str
    comparator: Comparator
