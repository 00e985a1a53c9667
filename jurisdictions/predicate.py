"""Predicates over the facts of a design: the vocabulary in which binding files say when and what.

A predicate is data, never code. In a binding file it is written as one of

    {all: [P, ...]}                     every one holds
    {any: [P, ...]}                     at least one holds
    {not: P}                            does not hold
    {zone: eez} / {zone: [eez, area]}   one of the zones that hold at the site
    {fact: consents.coastal_state, is: true}
    {fact: purpose, in: [energy, mineral_exploitation]}
    {fact: site.coastal_state, known: true}
    {fact: safety_zone.radius, "<=": 500 m}       a literal bound (for sorting cases, not for law)
    {fact: safety_zone.radius, law: {unit: m}}    bound, unit and comparator from the law text
    {fact: contract.year, ">=": {law: {ordinal: year, nth: 1}}}    comparator given, bound from law

``fact`` is the dotted path of a key of the design file, of a site fact (``zone.…``), of a derived
fact (``derived.…``) or of a claim (``claims.…``). A fact that is not given is unknown, and a
predicate over it is unknown; a claim that is not made is known to be not made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

Order = Literal["<=", "<", ">=", ">", "="]
ORDERS: tuple[Order, ...] = ("<=", "<", ">=", ">", "=")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class LawNumber(_Frozen):
    """Which number of the law text is meant.

    Exactly one of ``unit`` and ``ordinal`` is given. ``unit`` picks the quantities whose unit has
    the same dimension (``m`` also finds 0.5 km and 3 nautical miles); ``percent``, ``count``,
    ``date``, ``dB``, ``USD`` and other units without a dimension match by name. ``ordinal`` picks
    ordinals of time ("third year"). ``nth`` counts the matches from 0 in text order; ``near``
    keeps only matches that have this word within the same clause or as the thing measured.
    ``provision`` reads another provision than the rule's own.
    """

    unit: str | None = None
    ordinal: Literal["day", "month", "year"] | None = None
    nth: int = Field(default=0, ge=0)
    near: str | None = None
    provision: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> LawNumber:
        if (self.unit is None) == (self.ordinal is None):
            raise ValueError("give exactly one of 'unit' and 'ordinal'")
        return self


class All(_Frozen):
    """Every part holds."""

    all: tuple[Predicate, ...] = Field(min_length=1)


class Any_(_Frozen):
    """At least one part holds."""

    any: tuple[Predicate, ...] = Field(min_length=1)


class Not(_Frozen):
    """The part does not hold."""

    not_: Predicate = Field(alias="not")


class InZone(_Frozen):
    """One of these zones holds at the site."""

    zone: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("zone"), str):
            return {**data, "zone": (data["zone"],)}
        return data


class Is(_Frozen):
    """A fact equals a value (true, false or a word)."""

    fact: str
    is_: bool | str | int = Field(alias="is")


class In(_Frozen):
    """A fact is one of some words."""

    fact: str
    in_: tuple[str, ...] = Field(alias="in", min_length=1)


class Known(_Frozen):
    """A fact is given at all (``known: true``) or missing (``known: false``); never unknown."""

    fact: str
    known: bool


class ByLaw(_Frozen):
    """A fact meets the bound that the law text states, comparator included."""

    fact: str
    law: LawNumber


class LawBound(_Frozen):
    """A bound read from the law text where the binding supplies the comparator."""

    law: LawNumber


class Compare(_Frozen):
    """A fact compares with a literal (``500 m``, ``4``) or with a bound read from the law."""

    fact: str
    order: Order
    bound: str | int | float | LawBound

    @model_validator(mode="before")
    @classmethod
    def _order_as_key(cls, data: Any) -> Any:
        if isinstance(data, dict):
            found = [order for order in ORDERS if order in data]
            if len(found) == 1:
                rest = {key: value for key, value in data.items() if key != found[0]}
                return {**rest, "order": found[0], "bound": data[found[0]]}
        return data


def _shape(data: Any) -> str | None:
    if isinstance(data, BaseModel):
        return type(data).__name__
    if not isinstance(data, dict):
        return None
    for key, shape in (
        ("all", "All"),
        ("any", "Any_"),
        ("not", "Not"),
        ("zone", "InZone"),
        ("is", "Is"),
        ("in", "In"),
        ("known", "Known"),
        ("law", "ByLaw"),
    ):
        if key in data:
            return shape
    if "order" in data or any(order in data for order in ORDERS):
        return "Compare"
    return None


Predicate = Annotated[
    Annotated[All, Tag("All")]
    | Annotated[Any_, Tag("Any_")]
    | Annotated[Not, Tag("Not")]
    | Annotated[InZone, Tag("InZone")]
    | Annotated[Is, Tag("Is")]
    | Annotated[In, Tag("In")]
    | Annotated[Known, Tag("Known")]
    | Annotated[ByLaw, Tag("ByLaw")]
    | Annotated[Compare, Tag("Compare")],
    Discriminator(_shape),
]

for _model in (All, Any_, Not):
    _model.model_rebuild()

Test = InZone | Is | In | Known | ByLaw | Compare


def tests_of(predicate: Predicate | None) -> Iterator[Test]:
    """Yield the tests of a predicate in order, without what joins them."""
    match predicate:
        case None:
            return
        case All(all=parts) | Any_(any=parts):
            for part in parts:
                yield from tests_of(part)
        case Not(not_=part):
            yield from tests_of(part)
        case InZone() | Is() | In() | Known() | ByLaw() | Compare():
            yield predicate


def law_numbers(predicate: Predicate | None) -> Iterator[LawNumber]:
    """Yield every pointer into the law that a predicate contains, in order."""
    for test in tests_of(predicate):
        match test:
            case ByLaw(law=pointer) | Compare(bound=LawBound(law=pointer)):
                yield pointer
