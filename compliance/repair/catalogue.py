"""The engineering catalogue: what can be changed about a design, and what a change costs."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from base import DesignError, UsageError, read_text
from habitat.fields import describe
from habitat.kinds import kind_of
from habitat.markup import read_markup
from habitat.units import read_quantity

MAX_PRICE_BYTES = 1024 * 1024
#: Largest price, so that sums of prices stay whole numbers that every solver holds exactly.
MOST = 10**10


def _money(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST:
        raise PydanticCustomError(
            "money",
            "expected a price from 0 to {most}, found {found}",
            {"most": f"{MOST:g}", "found": describe(value)},
        )
    return float(value)


def _amount(text: Any) -> str:
    if not isinstance(text, str):
        raise PydanticCustomError(
            "amount",
            "expected a number and a unit such as '50 m', found {found}",
            {"found": describe(text)},
        )
    try:
        read = read_quantity(text, where="")
    except DesignError as problem:
        raise PydanticCustomError("amount", "{what}", {"what": str(problem.what)}) from None
    if read.magnitude <= 0:
        raise PydanticCustomError(
            "amount", "expected more than zero, found {found}", {"found": describe(text)}
        )
    return text


def _words(value: Any) -> Any:
    """Take flags that YAML reads as such for the words they are written as."""
    if isinstance(value, dict):
        return {str(key).lower() if isinstance(key, bool) else key: v for key, v in value.items()}
    return value


Money = Annotated[float, BeforeValidator(_money)]
Step = Annotated[str, BeforeValidator(_amount)]
Prices = Annotated[dict[str, Money], BeforeValidator(_words)]


def _known(key: str) -> str:
    if kind_of(key) is None:
        raise PydanticCustomError("key", "no key of a design file", {})
    return key


Key = Annotated[str, AfterValidator(_known)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Value(_Strict):
    """A flag or word: the price of making it so, by value. Only what is listed is offered."""

    prices: Prices
    source: str = Field(min_length=1)


class Amount(_Strict):
    """A number: a flat price of any change, and one for each ``unit`` that it goes down or up.

    ``step`` rounds what engineering asks for to whole multiples; ``past`` lists how far beyond a
    bound of the law further steps are offered.
    """

    flat: Money
    unit: str = ""
    down: Money = 0.0
    up: Money = 0.0
    step: Step | None = None
    past: tuple[Step, ...] = ()
    source: str = Field(min_length=1)


class Default(_Strict):
    """The price of a change to a key without an entry."""

    price: Money
    source: str


class HullPrices(_Strict):
    """Walls and metals: prices by kilogram of finished shell, and of redesign and frames."""

    step: Step
    above: tuple[float, ...]
    redesign: Money
    frames: Money
    prices: Prices
    source: str


class Each(_Strict):
    """A flat price, and one for each unit."""

    flat: Money
    each: Money
    source: str


class Lift(Each):
    """Buoyancy to add, in whole ``step``, priced by the kN."""

    step: Step


class Divide(_Strict):
    """A bulkhead that halves the largest compartment."""

    flat: Money
    source: str


class Move(Each):
    """Another place, at these distances, priced by the nautical mile."""

    distances: tuple[Step, ...]


class Coupling(_Strict):
    """Values of keys that never go together."""

    never: dict[str, str]
    because: str


class Catalogue(_Strict):
    """Everything that can be changed, with its price in whole ``unit``."""

    unit: str = Field(min_length=1)
    sources: dict[str, str] = {}
    default: Default
    fixed: tuple[str, ...]
    values: dict[Key, Value]
    amounts: dict[Key, Amount]
    hull: HullPrices
    lift: Lift
    divide: Divide
    move: Move
    couplings: tuple[Coupling, ...] = ()

    def source(self, name: str) -> str:
        """Return the source of a price in full."""
        return self.sources.get(name, name)

    def is_fixed(self, key: str) -> bool:
        """Say whether a key is a fact that no change touches."""
        return any(key == name or key.startswith(f"{name}.") for name in self.fixed)


@lru_cache(maxsize=1)
def _embedded() -> dict[str, Any]:
    text = files("compliance.repair").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = read_markup(text, where="catalogue.yaml")[0]
    return data


def load_catalogue(prices: Path | None = None) -> Catalogue:
    """Return the catalogue, with a user's prices in the place of its own.

    Args:
        prices: YAML or JSON file with any of the catalogue's keys: entries under ``values`` and
            ``amounts`` replace the entry of their key, ``hull.prices`` the price of their metal,
            and other keys their value. Its ``unit`` is a label: amounts of money are not converted.

    Raises:
        UsageError: one line that names the file, the entry and what is wrong.
        DesignError: the file is no YAML or JSON that a design file could be written in.
    """
    data = _embedded()
    where = "catalogue.yaml"
    if prices is not None:
        where = str(prices)
        data = _merged(data, _read(prices))
    try:
        return Catalogue.model_validate(data)
    except ValidationError as problem:
        raise _told(problem, where) from None


def _read(path: Path) -> dict[str, Any]:
    text = read_text(path, limit=MAX_PRICE_BYTES, error=UsageError)
    data: dict[str, Any] = read_markup(
        text,
        where=str(path),
        as_json=path.suffix.lower() == ".json",
        hint="give a YAML or JSON file of prices (see docs/repair.md)",
    )[0]
    return data


def _merged(base: Mapping[str, Any], over: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Return ``base`` with the keys of ``over``; entries of values and amounts merge by field."""
    merged = dict(base)
    for key, value in over.items():
        place = f"{path}.{key}" if path else str(key)
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict) and not place.endswith(".prices"):
            merged[key] = _merged(old, value, place)
        elif place == "hull.prices" and isinstance(value, dict):
            merged[key] = {**_words(old or {}), **value}
        else:
            merged[key] = value
    return merged


def _told(problem: ValidationError, where: str) -> UsageError:
    error = problem.errors(include_url=False)[0]
    path = [str(part) for part in error["loc"] if part != "[key]"]
    place = ".".join(path)
    if error["type"] == "missing":
        return UsageError("required key is missing", where=f"{where}, {place}")
    if error["type"] == "extra_forbidden":
        known = _siblings(path)
        close = difflib.get_close_matches(path[-1], known, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"known keys: {', '.join(known)}"
        return UsageError("unknown key", where=f"{where}, {place}", hint=hint)
    if error["type"] == "key":
        return UsageError(
            error["msg"], where=f"{where}, {place}", hint=_nearest_key(str(error["input"]))
        )
    return UsageError(error["msg"].lower(), where=f"{where}, {place}")


def _siblings(path: list[str]) -> list[str]:
    model: type[BaseModel] = Catalogue
    inner: dict[str, type[BaseModel]] = {
        "values": Value,
        "amounts": Amount,
        "hull": HullPrices,
        "lift": Lift,
        "divide": Divide,
        "move": Move,
        "default": Default,
        "couplings": Coupling,
    }
    if len(path) > 1:
        model = inner.get(path[0], Catalogue)
    return list(model.model_fields)


def _nearest_key(name: str) -> str:
    from habitat.design import Design
    from habitat.load import known_keys

    every = [
        f"{section}.{key}" for section in known_keys(Design) for key in known_keys(Design, section)
    ]
    close = difflib.get_close_matches(name, every, n=1)
    return f"did you mean '{close[0]}'?" if close else "use a dotted key such as safety_zone.radius"
