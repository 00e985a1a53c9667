"""The design as a form: one field for each key, with its unit, and what is wrong beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import yaml

from habitat.design import Design
from habitat.fields import finite_number
from habitat.kinds import kind_of
from habitat.load import known_keys, problems
from habitat.units import Quantity, registry

#: Keys whose value has to be a number, and what it counts.
_NUMBERS = {
    "site.latitude": "degrees north, south negative",
    "site.longitude": "degrees east, west negative",
}
#: Longest value that a field takes, in characters.
MOST_CHARACTERS = 500

_TITLES = {
    "": "The habitat",
    "site": "Site",
    "crew": "Crew",
    "hull": "Pressure hull",
    "end_of_life": "End of life",
    "management": "Management system",
    "contract": "Contract or lease",
    "claims": "Exceptions claimed",
}
_LABELS = {
    "co2_limit": "CO₂ limit",
    "isa_contract": "ISA contract",
    "ocs_lease": "OCS lease",
    "army_corps_permit": "Army Corps permit",
    "us_protected_unit": "US protected unit",
    "application_fee_usd": "Application fee (US dollars)",
    "youngs_modulus": "Young’s modulus",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One key of the design file.

    Attributes:
        key: its dotted path, which is the name of the input.
        label: for people.
        form: ``flag``, ``words``, ``text``, ``number`` or ``quantity``.
        words: what can be chosen.
        hint: what is expected, with an example.
        required: whether a design lacks it at its peril.
    """

    key: str
    label: str
    form: Literal["flag", "words", "text", "number", "quantity"]
    words: tuple[str, ...] = ()
    hint: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A section of the design file."""

    name: str
    title: str
    fields: tuple[Field, ...]


@lru_cache(maxsize=1)
def groups() -> tuple[Group, ...]:
    """Return every section of the design file with its fields, in the order of the model."""
    schema = Design.model_json_schema()
    top = [key for key in known_keys(Design) if not known_keys(Design, key)]
    found = [Group("", _title(""), tuple(_field(key, schema) for key in top))]
    for section in known_keys(Design):
        keys = known_keys(Design, section)
        if keys:
            fields = tuple(_field(f"{section}.{key}", schema) for key in keys)
            found.append(Group(section, _title(section), fields))
    return tuple(found)


def fields() -> tuple[Field, ...]:
    """Return every field of the form."""
    return tuple(field for group in groups() for field in group.fields)


def values_of(design: Design) -> dict[str, str]:
    """Return what the fields show for a design; unknown ones are empty."""
    data = design.model_dump(mode="json")
    found: dict[str, str] = {}
    for field in fields():
        value: Any = data
        for name in field.key.split("."):
            value = value[name]
        if value is not None:
            found[field.key] = (
                ("true" if value else "false") if isinstance(value, bool) else _number(value)
            )
    return found


def data_of(values: Mapping[str, str]) -> dict[str, Any]:
    """Return the plain data of a design file from the values of its fields.

    Empty fields are left out: they are unknown.
    """
    data: dict[str, Any] = {}
    for field in fields():
        text = values.get(field.key, "").strip()
        if not text:
            continue
        *sections, name = field.key.split(".")
        branch = data
        for section in sections:
            branch = branch.setdefault(section, {})
        branch[name] = _value(field, text)
    return data


def yaml_of(data: Mapping[str, Any]) -> str:
    """Return plain data as a YAML design file."""
    kept = {key: value for key, value in data.items() if value != {}}
    text: str = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=100)
    return text


def check(values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what is wrong with the values of a form, and what its amounts come to.

    Returns:
        One line by field for what is wrong (``""`` for what no field is to blame for), and one for
        amounts that are right, in the unit in which they are compared.
    """
    data = data_of(values)
    data.setdefault("site", {})
    wrong = problems(Design, data)
    known = {field.key for field in fields()}
    shown = {key if key in known else "": line for key, line in wrong.items()}
    return shown, {
        field.key: note
        for field in fields()
        if field.form == "quantity" and field.key not in wrong
        if (note := _note(field.key, values.get(field.key, "").strip()))
    }


def _note(key: str, text: str) -> str:
    """Say what an amount is in the unit of its dimension, where it is written otherwise."""
    from base import BathylexError
    from habitat.units import read_quantity

    kind = kind_of(key)
    if not text or kind is None:
        return ""
    try:
        value: Quantity = read_quantity(text, where=key)
        if value.units == registry().Unit(kind.unit):
            return ""
        amount = float(value.to(kind.unit).magnitude)
    except (BathylexError, ArithmeticError, ValueError, TypeError):
        return ""
    return f"= {amount:.6g} {kind.unit.replace('**2', '²').replace('**3', '³').replace('**4', '⁴')}"


def _field(key: str, schema: dict[str, Any]) -> Field:
    name = key.rpartition(".")[2]
    label = _LABELS.get(name, name.replace("_", " ").capitalize())
    kind = kind_of(key)
    assert kind is not None, key
    told = _property(key, schema)
    required = key in ("name", "purpose", *_NUMBERS)
    if kind.form == "flag":
        return Field(key, label, "flag", required=required)
    if kind.words:
        return Field(key, label, "words", kind.words, required=required)
    if kind.form == "words":
        hint = "three-letter code, such as FRA" if "state" in name else ""
        return Field(key, label, "text", hint=hint, required=required)
    if kind.unit:
        example = next(iter(told.get("examples", ())), "")
        word = told.get("description", "amount with its unit").removesuffix(" with its unit")
        return Field(key, label, "quantity", hint=f"{word}, such as {example}", required=required)
    plain = "a whole number" if kind.whole else "a number"
    return Field(key, label, "number", hint=_NUMBERS.get(key, plain), required=required)


def _property(key: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of a key, references and alternatives resolved."""
    told: dict[str, Any] = schema
    for name in key.split("."):
        told = _resolved(told["properties"][name], schema)
    return told


def _resolved(told: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for choice in told.get("anyOf", ()):
        if choice.get("type") != "null":
            told = choice
    if "$ref" in told:
        found: dict[str, Any] = schema["$defs"][told["$ref"].rpartition("/")[2]]
        return found
    return told


def _title(section: str) -> str:
    return _TITLES.get(section, section.replace("_", " ").capitalize())


def _number(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _value(field: Field, text: str) -> Any:
    if field.form == "flag":
        return {"true": True, "false": False}.get(text, text)
    if field.key in _NUMBERS:
        number = finite_number(text)
        return text if number is None else number
    return text
