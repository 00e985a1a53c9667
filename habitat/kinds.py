"""What values a key of the design file can take: flags, words, or numbers in a unit and range."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from habitat.design import Design
from habitat.fields import Measured
from habitat.units import DIMENSIONS


@dataclass(frozen=True, slots=True)
class Kind:
    """The values of one key.

    Attributes:
        form: ``flag``, ``words`` or ``number``.
        words: every word that the key takes; ``None`` where any text will do.
        unit: unit in which ``minimum`` and ``maximum`` are given; ``""`` for a bare number.
        minimum, maximum: smallest and largest number; ``above`` says that ``minimum`` is excluded.
        whole: whether only whole numbers are possible.
    """

    form: Literal["flag", "words", "number"]
    words: tuple[str, ...] | None = None
    unit: str = ""
    minimum: float = -math.inf
    maximum: float = math.inf
    above: bool = False
    whole: bool = False


@lru_cache(maxsize=1024)
def kind_of(path: str) -> Kind | None:
    """Return what a dotted key of the design file can be, or ``None`` where it is no such key."""
    annotation: Any = Design
    metadata: tuple[Any, ...] = ()
    for name in path.split("."):
        model = next(_models(annotation), None)
        if model is None or name not in model.model_fields:
            return None
        field = model.model_fields[name]
        annotation, metadata = field.annotation, tuple(field.metadata)
    if next(_models(annotation), None) is not None:
        return None
    parts = [*metadata, *_parts(annotation)]
    return _kind(parts)


def _kind(parts: list[Any]) -> Kind:
    measured = next((part for part in parts if isinstance(part, Measured)), None)
    if measured is not None:
        size = DIMENSIONS[measured.dimension]
        return Kind(
            "number",
            unit=size.unit,
            minimum=size.minimum,
            maximum=size.maximum,
            above=size.exclusive,
        )
    words = tuple(word for part in parts if get_origin(part) is Literal for word in get_args(part))
    if words:
        return Kind("words", words=words)
    if bool in parts:
        return Kind("flag")
    if int in parts:
        return Kind("number", minimum=0.0, maximum=1e9 - 1, whole=True)
    if float in parts:
        return Kind("number", minimum=0.0)
    return Kind("words")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for part in _parts(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield part


def _parts(annotation: Any) -> Iterator[Any]:
    """Yield an annotation and everything it is made of, literals kept whole."""
    yield annotation
    if get_origin(annotation) is not Literal:
        for part in get_args(annotation):
            yield from _parts(part)
