"""Units: one pint registry, a strict grammar for quantities, and the dimensions of the design.

A quantity is text such as ``"500 m"``, ``"10 mg/L"`` or ``"3 nautical miles"``. The text is
checked against a grammar of its own before pint sees it, so that no expression is evaluated and
no exponent can grow without bound.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from base import BathylexError, DesignError

if TYPE_CHECKING:
    import pint

    Quantity = pint.Quantity[Any]
    Registry = pint.UnitRegistry[Any]
else:
    Quantity = Any
    Registry = Any

MAX_QUANTITY_CHARACTERS = 80

_NUMBER = re.compile(
    r"[+-]?(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:\.\d+)?|\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})"
    r"(?:[eE][+-]?\d{1,3})?(?![\d.,eE*^])"
)
_UNIT_TOKEN = re.compile(r"([A-Za-zµμ°%_]+)(?:\s?(?:\*\*|\^)\s?(-?[1-4])|([1-4²³⁴]))?")
_UNIT_JOIN = re.compile(r"\s*(\*|·|⋅|/|\bper\b|\s)\s*")
_SUPERSCRIPT = {"²": "2", "³": "3", "⁴": "4"}
_POWER_WORDS = {"square": 2, "sq": 2, "cubic": 3, "cu": 3}
#: Phrases of legal and nautical English that pint spells differently.
_PHRASES = (
    (re.compile(r"\bnautical\s+miles?\b", re.I), "nautical_mile"),
    (re.compile(r"\bpounds?[\s-]+force\b", re.I), "pound_force"),
    (re.compile(r"\bmetric\s+tons?\b", re.I), "metric_ton"),
    (re.compile(r"\batmospheres?\b", re.I), "atm"),
    (re.compile(r"\bper\s+cent\b", re.I), "percent"),
    (re.compile(r"(?<=dB)\s*(?:re|rel)\b.*$"), ""),
)
#: Symbols that mean one thing to a seafarer and another to a physicist: asked for in full.
_AMBIGUOUS = {
    "nm": "'nm' may be nautical miles or nanometres: write 'nmi' or 'nanometer'",
    "NM": "write nautical miles as 'nmi'",
    "mi": "'mi' may be statute or nautical miles: write 'nmi' or 'km'",
    "mile": "'mile' may be statute or nautical: write 'nmi' or 'km'",
    "miles": "'miles' may be statute or nautical: write 'nmi' or 'km'",
    "ton": "'ton' may be short, long or metric: write 't' or 'kg'",
    "tons": "'tons' may be short, long or metric: write 't' or 'kg'",
}


@dataclass(frozen=True, slots=True)
class Dimension:
    """What kind of amount a key holds.

    Attributes:
        name: word for messages, such as ``length``.
        unit: a unit of the dimension; values are checked in it.
        example: how a user writes one.
        minimum, maximum: physically possible range in ``unit``.
        exclusive: whether ``minimum`` itself is impossible.
    """

    name: str
    unit: str
    example: str
    minimum: float = 0.0
    maximum: float = math.inf
    exclusive: bool = False

    @property
    def article(self) -> str:
        """The name with its indefinite article, for messages."""
        return f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name}"


#: Deepest known seabed, Challenger Deep, 10 935 ± 6 m (Greenaway et al. 2021, Deep-Sea
#: Research I 178); rounded up so that no published sounding is refused.
MAX_SEABED_DEPTH_M = 11_100.0

#: What no amount on Earth exceeds: the equator (WGS 84), the surface of the Earth, the volume and
#: mass of its ocean, the age of the universe; and twice the stiffest modulus known (diamond).
#: Beyond them a number is a slip, and formulas would overflow.
_EQUATOR_M = 40_075_017.0
_EARTH_SURFACE_M2 = 5.2e14
_OCEAN_VOLUME_M3 = 1.4e18
_OCEAN_MASS_KG = 1.5e21
_UNIVERSE_DAYS = 5.1e12
_STIFFEST_PA = 2.5e12
#: Width of an atom: nothing that is built is smaller.
_ATOM_M = 1e-10

DIMENSIONS = MappingProxyType(
    {
        "length": Dimension("length", "m", "500 m", maximum=_EQUATOR_M),
        "positive length": Dimension("length", "m", "2 m", minimum=_ATOM_M, maximum=_EQUATOR_M),
        "depth": Dimension("depth", "m", "850 m", exclusive=True, maximum=MAX_SEABED_DEPTH_M),
        "mass": Dimension("mass", "kg", "500 kg", maximum=_OCEAN_MASS_KG),
        "time": Dimension("time", "day", "28 day", maximum=_UNIVERSE_DAYS),
        "force": Dimension("force", "N", "85 kN", maximum=10.0 * _OCEAN_MASS_KG),
        "pressure": Dimension("pressure", "Pa", "1 atm", maximum=_STIFFEST_PA),
        "positive pressure": Dimension(
            "pressure", "Pa", "355 MPa", exclusive=True, maximum=_STIFFEST_PA
        ),
        "volume": Dimension("volume", "m**3", "400 L", maximum=_OCEAN_VOLUME_M3),
        "area": Dimension("area", "m**2", "75000 km2", maximum=_EARTH_SURFACE_M2),
        "second moment of area": Dimension(
            "second moment of area", "m**4", "2.5e-5 m4", maximum=_EQUATOR_M**4
        ),
        "power": Dimension("power", "W", "50 kW"),
        "speed": Dimension("speed", "m/s", "4 kn", maximum=299_792_458.0),
        "temperature": Dimension("temperature", "kelvin", "4 degC"),
        "concentration": Dimension("concentration", "mg/L", "10 mg/L"),
        "sound level": Dimension("sound level", "dB", "110 dB", minimum=-math.inf),
        "fraction": Dimension("fraction", "percent", "20 %", maximum=100.0),
    }
)


@lru_cache(maxsize=1)
def registry() -> Registry:
    """Return the one unit registry of the program, made on first use.

    ``dB`` is a linear unit of its own: levels given against the same reference compare, and are
    never mixed with plain numbers. A month is a twelfth of 365.25 days, as pint has it. Lists of
    compatible units are not kept: they cost every command a tenth of its time.
    """
    import pint

    class Lazy(pint.UnitRegistry[Any]):
        """A registry that resolves a unit when it is asked for, not all of them at the start."""

        def _build_cache(self, loaded_files: Any = None) -> None:
            self._caches[()] = self._cache

    made: Registry = Lazy(on_redefinition="ignore", autoconvert_offset_to_baseunit=True)
    made.define("sound_level_decibel = [sound_level] = dB = decibel = decibels")
    made.define("person = [] = person = persons = people")
    made.define("@alias knot = kn")
    pint.set_application_registry(made)  # type: ignore[no-untyped-call]
    return made


def quantity(value: float, unit: str) -> Quantity:
    """Return ``value`` in ``unit`` of the one registry."""
    made: Quantity = registry().Quantity(value, unit)
    return made


def read_quantity(text: str, *, where: str, error: type[BathylexError] = DesignError) -> Quantity:
    """Read a number and a unit, whatever the dimension.

    Args:
        text: such as ``"500 m"``, ``"75 000 km2"`` or ``"12 nautical miles"``.
        where: the key, argument or provision it came from, for the message.
        error: class of the error raised.

    Raises:
        BathylexError: (as ``error``) when the text is not a finite number and a known unit.
    """
    found = f"found '{_shorten(text)}'"
    stripped = text.strip()
    if len(stripped) > MAX_QUANTITY_CHARACTERS:
        raise error(f"expected a number and a unit, {found}", where=where)
    match = _NUMBER.match(stripped)
    if match is None:
        hint = "use a point for decimals" if re.match(r"[+-]?\d+,\d", stripped) else None
        raise error(f"expected a number and a unit, {found}", where=where, hint=hint)
    digits = re.sub(r"[ \u00a0\u202f]", "", match.group())
    number = int(digits) if re.fullmatch(r"[+-]?\d+", digits) else float(digits)
    if not math.isfinite(number):
        raise error(f"expected a finite number, {found}", where=where)
    if not number and re.search(r"[1-9]", digits.lower().split("e")[0]):
        raise error(f"too small a number, {found}", where=where)
    unit = _unit_expression(stripped[match.end() :].strip(), where=where, found=found, error=error)
    result: Quantity = registry().Quantity(number, unit)
    return result


def parse_quantity(
    text: str, *, dimension: str, where: str, error: type[BathylexError] = DesignError
) -> Quantity:
    """Read a quantity and check that it is a possible amount of ``dimension``.

    Args:
        text: such as ``"500 m"``.
        dimension: a key of :data:`DIMENSIONS`.
        where: the key, argument or provision it came from, for the message.
        error: class of the error raised.

    Raises:
        BathylexError: (as ``error``) naming ``where``, the unit expected and what was found.
    """
    wanted = DIMENSIONS[dimension]
    try:
        value = read_quantity(text, where=where, error=error)
    except BathylexError as problem:
        raise error(
            f"expected {wanted.article} such as '{wanted.example}', found '{_shorten(text)}'",
            where=where,
            hint=problem.hint or _reason(problem.what),
        ) from problem
    return check_quantity(value, dimension=dimension, where=where, error=error)


def check_quantity(
    value: Quantity, *, dimension: str, where: str, error: type[BathylexError] = DesignError
) -> Quantity:
    """Return ``value`` when it is a possible amount of ``dimension``.

    Parts per million of a concentration are returned in mg/L (a litre of water weighs about one
    kilogram, so 1 ppm by mass is 1 mg/L).

    Raises:
        BathylexError: (as ``error``) for another dimension, NaN, infinity or an impossible amount.
    """
    wanted = DIMENSIONS[dimension]
    value = _own(value)
    shown = f"found '{show(value)}'"
    if wanted.name == "concentration" and value.dimensionless:
        value = quantity(value.to("ppm").magnitude, "mg/L")
    if not value.check(registry().get_dimensionality(wanted.unit)):
        raise error(f"expected {wanted.article} such as '{wanted.example}', {shown}", where=where)
    amount = float(value.to(wanted.unit).magnitude)
    if not math.isfinite(amount):
        raise error(f"expected a finite {wanted.name}, {shown}", where=where)
    if amount < wanted.minimum or (wanted.exclusive and amount == wanted.minimum):
        # Of a length that must not be zero, say that rather than name the width of an atom.
        above = "more than 0" if amount <= 0.0 < wanted.minimum else f"at least {wanted.minimum:g}"
        above = f"more than {wanted.minimum:g}" if wanted.exclusive else above
        raise error(f"expected {wanted.article} of {above} {wanted.unit}, {shown}", where=where)
    if amount > wanted.maximum:
        raise error(
            f"expected {wanted.article} of at most {wanted.maximum:g} {wanted.unit}, {shown}",
            where=where,
        )
    return value


def show(value: Quantity) -> str:
    """Return ``value`` as text that :func:`read_quantity` reads back to the same quantity."""
    magnitude = value.magnitude
    number = str(magnitude) if isinstance(magnitude, int) else repr(float(magnitude))
    number = number.removesuffix(".0")
    unit = "dB" if str(value.units) == "sound_level_decibel" else f"{value.units:~C}"
    return f"{number} {unit}".strip()


def amount(value: Quantity | None, unit: str) -> float | None:
    """Return the magnitude of a quantity in ``unit``; ``None`` stays unknown."""
    return None if value is None else float(value.to(unit).magnitude)


def _own(value: Quantity) -> Quantity:
    own = registry()
    if isinstance(value, own.Quantity):
        return value
    converted: Quantity = own.Quantity(value.magnitude, str(value.units))
    return converted


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:37]}..."


def _reason(what: str) -> str | None:
    """Keep what the reader said only where it adds something to "expected a length"."""
    head = what.split(", found", 1)[0]
    return None if head == "expected a number and a unit" else head


def _unit_expression(text: str, *, where: str, found: str, error: type[BathylexError]) -> str:
    """Turn the unit of a quantity into a pint expression of names joined by ``*`` and ``/``."""
    if not text:
        raise error(f"expected a unit after the number, {found}", where=where)
    for phrase, replacement in _PHRASES:
        text = phrase.sub(replacement, text).strip()
    parts: list[str] = []
    position, operator, power = 0, "", 1
    while position < len(text):
        token = _UNIT_TOKEN.match(text, position)
        if token is None:
            raise error(f"expected a number and a unit, {found}", where=where)
        name, position = token.group(1), token.end()
        if name in _POWER_WORDS:
            power = _POWER_WORDS[name]
        else:
            exponent = token.group(2) or token.group(3) or str(power)
            parts.append(f"{operator}{_unit_name(name, where, error)}")
            parts.append(f"**{_SUPERSCRIPT.get(exponent, exponent)}" if exponent != "1" else "")
            power = 1
        if position == len(text):
            break
        join = _UNIT_JOIN.match(text, position)
        if join is None or join.end() == len(text):
            raise error(f"expected a number and a unit, {found}", where=where)
        if name not in _POWER_WORDS:
            operator = "/" if join.group(1) in ("/", "per") else "*"
        position = join.end()
    if not parts or power != 1:
        raise error(f"expected a number and a unit, {found}", where=where)
    return "".join(parts)


def _unit_name(name: str, where: str, error: type[BathylexError]) -> str:
    import pint

    if name in _AMBIGUOUS:
        raise error(f"ambiguous unit '{name}'", where=where, hint=_AMBIGUOUS[name])
    name = {"%": "percent", "°": "degree", "°C": "degC", "h": "hour"}.get(name, name)
    try:
        return str(registry().Unit(name))
    except (pint.PintError, ValueError, AttributeError, TypeError) as problem:
        raise error(f"unknown unit '{_shorten(name)}'", where=where) from problem
