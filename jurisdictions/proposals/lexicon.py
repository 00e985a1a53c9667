"""The lexicon of attributes: which words name which fact of a design, and what a rule would say."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from base import BindingError
from habitat.design import Design
from habitat.fields import Measured
from habitat.units import DIMENSIONS
from jurisdictions.binding import PriorityClass, Severity
from jurisdictions.predicate import Order, Predicate
from jurisdictions.proposals.phrases import Phrase, phrase

#: Facts of a contract or lease are meant only where a text speaks of one.
_CONTRACTS = (
    "contract*|lease*|lessee*|licen*|concession*|plan|plans|block*|tract*|relinquish*|prospect*|"
    "insur*|sample*|training|guarantee*"
)

#: What strong, ordinary and weak phrases count.
WEIGHTS = {"strong": 3.0, "terms": 1.5, "weak": 0.5}


class _Entry(BaseModel):
    """One table of ``attributes.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    priority: PriorityClass = Field(alias="class")
    severity: Severity
    title: str = Field(min_length=8)
    remedy: str = Field(min_length=4)
    evidence: str = Field(min_length=4)
    is_: bool | None = Field(default=None, alias="is")
    require: str | None = None
    kind: str | None = None
    order: Order | None = None
    strong: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribute:
    """A fact that a rule may ask for.

    Attributes:
        fact: dotted path, such as ``safety_zone.radius``.
        kind: ``flag``, ``word``, ``count``, or the dimension of the quantity, such as ``length``.
        entry: what the lexicon says of it; ``None`` for facts that it does not know.
        require: the predicate of a fact that is no quantity.
        phrases: phrases with their weight.
        unless: phrases that take the fact out.
        needs: words of which one must stand in the provision or around it.
    """

    fact: str
    kind: str
    entry: _Entry | None
    require: Predicate | None
    phrases: tuple[tuple[Phrase, float], ...]
    unless: tuple[Phrase, ...]
    needs: Phrase | None = None

    @property
    def measured(self) -> bool:
        """Whether its bound is a number of the law."""
        return self.require is None and self.kind not in ("flag", "word", "text")


@lru_cache(maxsize=1)
def load_lexicon() -> dict[str, Attribute]:
    """Return the attributes of the lexicon by fact, in the order of the file.

    Raises:
        BindingError: a table that breaks the format, or a fact that no design has.
    """
    text = files("jurisdictions.proposals").joinpath("attributes.toml").read_text(encoding="utf-8")
    return read_lexicon(text, where="attributes.toml")


def read_lexicon(text: str, *, where: str) -> dict[str, Attribute]:
    """Read a lexicon; raises as :func:`load_lexicon`."""
    import tomllib

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise BindingError(f"not TOML ({problem})", where=where) from problem
    return {fact: _attribute(fact, table, where) for fact, table in tables.items()}


def _attribute(fact: str, table: Any, where: str) -> Attribute:
    import yaml

    try:
        entry = _Entry.model_validate(table)
        written = None if entry.require is None else yaml.safe_load(entry.require)
        if entry.is_ is not None:
            written = {"fact": fact, "is": entry.is_}
        require = None if written is None else _PREDICATE.validate_python(written)
    except ValidationError as problem:
        first = problem.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BindingError(f"{key}: {first['msg']}", where=f"{where}, {fact}") from problem
    kind = entry.kind or fact_kinds().get(fact)
    if kind is None:
        raise BindingError("no fact of a design", where=f"{where}, {fact}")
    if require is None and kind in ("flag", "word", "text"):
        raise BindingError("give 'is' or 'require'", where=f"{where}, {fact}")
    return Attribute(
        fact=fact,
        kind=kind,
        entry=entry,
        require=require,
        phrases=tuple(
            (phrase(source), weight)
            for name, weight in WEIGHTS.items()
            for source in getattr(entry, name)
        ),
        unless=tuple(phrase(source) for source in entry.unless),
        needs=phrase(_CONTRACTS) if fact.startswith("contract.") else None,
    )


_PREDICATE: TypeAdapter[Predicate] = TypeAdapter(Predicate)


def attribute(fact: str) -> Attribute:
    """Return the attribute of any fact of the design file or the lexicon.

    Raises:
        BindingError: no design has such a fact; the message suggests the nearest.
    """
    known = load_lexicon()
    if fact in known:
        return known[fact]
    kinds = fact_kinds()
    if fact not in kinds:
        from difflib import get_close_matches

        near = get_close_matches(fact, [*known, *kinds], n=1)
        raise BindingError(
            f"no design has a fact '{fact}'",
            where="--attribute",
            hint=f"did you mean '{near[0]}'?" if near else "give a key such as safety_zone.radius",
        )
    require = _PREDICATE.validate_python({"fact": fact, "is": True})
    flag = kinds[fact] == "flag"
    return Attribute(fact, kinds[fact], None, require if flag else None, (), ())


@lru_cache(maxsize=1)
def fact_kinds() -> dict[str, str]:
    """Return every key of the design file with its kind (see :class:`Attribute`)."""
    # Degrees of a position are plain numbers in the design file.
    return {**dict(_kinds(Design, "")), "site.latitude": "angle", "site.longitude": "angle"}


def _kinds(model: type[BaseModel], prefix: str) -> typing.Iterator[tuple[str, str]]:
    for key, field in model.model_fields.items():
        section = _section(field.annotation)
        if section is not None:
            yield from _kinds(section, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", _kind(field.annotation, field.metadata)


def _section(annotation: Any) -> type[BaseModel] | None:
    for part in (annotation, *typing.get_args(annotation)):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _kind(annotation: Any, metadata: typing.Sequence[Any]) -> str:
    """Name a field's kind by its marker, its choices or its Python type, in that order."""
    parts = [annotation, *typing.get_args(annotation), *metadata]
    parts += [inner for part in tuple(parts) for inner in typing.get_args(part)]
    for part in parts:
        if isinstance(part, Measured):
            return DIMENSIONS[part.dimension].name
    if any(typing.get_origin(part) is Literal for part in parts):
        return "word"
    names = {bool: "flag", int: "count", float: "ratio"}
    return next((names[part] for part in parts if part in names), "text")
