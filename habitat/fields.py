"""Field types of the design model: quantities with their dimension, flags, counts and words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from base import DesignError
from habitat.units import DIMENSIONS, Quantity, check_quantity, parse_quantity, show


def _refuse(message: str) -> PydanticCustomError:
    return PydanticCustomError("design", "{message}", {"message": message})


def describe(value: object) -> str:
    """Return how a value of a design file reads in a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    line = " ".join(str(value).split())
    return f"'{line if len(line) <= 40 else line[:37] + '...'}'"


@dataclass(frozen=True, slots=True)
class Measured:
    """Pydantic marker of a quantity: text with a unit, or a pint quantity, of one dimension."""

    dimension: str

    def _validate(self, value: Any) -> Quantity:
        wanted = DIMENSIONS[self.dimension]
        try:
            if isinstance(value, str):
                return parse_quantity(value, dimension=self.dimension, where="")
            if hasattr(value, "magnitude") and hasattr(value, "units"):
                return check_quantity(value, dimension=self.dimension, where="")
        except DesignError as problem:
            hint = f"; {problem.hint}" if problem.hint else ""
            raise _refuse(f"{problem.what}{hint}") from problem
        bare = isinstance(value, int | float) and not isinstance(value, bool)
        lacks = " without a unit" if bare else ""
        raise _refuse(
            f"expected {wanted.article} such as '{wanted.example}', found {describe(value)}{lacks}"
        )

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(show),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        wanted = DIMENSIONS[self.dimension]
        return {
            "type": "string",
            "description": f"{wanted.name} with its unit",
            "examples": [wanted.example],
        }


Length = Annotated[Quantity, Measured("length")]
PositiveLength = Annotated[Quantity, Measured("positive length")]
Depth = Annotated[Quantity, Measured("depth")]
Mass = Annotated[Quantity, Measured("mass")]
Time = Annotated[Quantity, Measured("time")]
Force = Annotated[Quantity, Measured("force")]
Pressure = Annotated[Quantity, Measured("pressure")]
PositivePressure = Annotated[Quantity, Measured("positive pressure")]
Volume = Annotated[Quantity, Measured("volume")]
Area = Annotated[Quantity, Measured("area")]
SecondMoment = Annotated[Quantity, Measured("second moment of area")]
Power = Annotated[Quantity, Measured("power")]
Speed = Annotated[Quantity, Measured("speed")]
Temperature = Annotated[Quantity, Measured("temperature")]
Concentration = Annotated[Quantity, Measured("concentration")]
SoundLevel = Annotated[Quantity, Measured("sound level")]
Fraction = Annotated[Quantity, Measured("fraction")]


def _flag(value: object) -> object:
    if isinstance(value, bool):
        return value
    raise _refuse(f"expected true or false, found {describe(value)}")


def _count(value: object) -> object:
    if isinstance(value, str):
        head, _, rest = value.strip().partition(" ")
        if head.isdecimal() and len(head) <= 9 and rest.strip() in ("", "person", "persons"):
            value = int(head)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
        return value
    raise _refuse(f"expected a whole number such as 6, found {describe(value)}")


def finite_number(value: object) -> float | None:
    """Return ``value`` as a finite float where it is a number (or text of one), else ``None``."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _ratio(value: object) -> object:
    number = finite_number(value)
    if number is None or number < 0:
        raise _refuse(f"expected a number of at least 0 such as 1.25, found {describe(value)}")
    return number


def _degrees(value: object, limit: float, name: str, example: str) -> float:
    number = finite_number(value)
    if number is None or isinstance(value, str):
        raise _refuse(
            f"expected a {name} in decimal degrees such as {example}, found {describe(value)}"
        )
    if abs(number) > limit:
        raise _refuse(f"impossible {name} {number:g}: expected -{limit:g} to {limit:g} degrees")
    return number


def _latitude(value: object) -> object:
    return _degrees(value, 90.0, "latitude", "37.84")


def _longitude(value: object) -> object:
    return _degrees(value, 180.0, "longitude", "-31.52")


def _state(value: object) -> object:
    if isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha():
        return value.upper()
    raise _refuse(
        f"expected a State's three-letter code (ISO 3166-1 alpha-3) such as 'FRA', "
        f"found {describe(value)}"
    )


def _text(value: object) -> object:
    if isinstance(value, str) and value.strip() and len(value) <= 500:
        return " ".join(value.split())
    raise _refuse(f"expected text of 1 to 500 characters, found {describe(value)}")


Flag = Annotated[bool, BeforeValidator(_flag)]
Count = Annotated[int, BeforeValidator(_count)]
Ratio = Annotated[float, BeforeValidator(_ratio)]
Latitude = Annotated[float, BeforeValidator(_latitude)]
Longitude = Annotated[float, BeforeValidator(_longitude)]
State = Annotated[str, BeforeValidator(_state)]
Text = Annotated[str, BeforeValidator(_text)]
