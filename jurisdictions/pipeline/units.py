"""Unit words of law and their meaning: one table from wording to gold unit, one to pint."""

from __future__ import annotations

from functools import lru_cache

from jurisdictions.pipeline.lexicon import word_set

#: Gold unit word → pint unit; ``None`` where the unit has no physical dimension to convert by.
PINT_UNITS: dict[str, str | None] = {
    "nmi": "nautical_mile", "mile": "mile", "m": "meter", "km": "kilometer", "mm": "millimeter",
    "cm": "centimeter", "feet": "foot", "km2": "kilometer ** 2", "m2": "meter ** 2",
    "m3": "meter ** 3", "acre": "acre", "second": "second", "minute": "minute", "hour": "hour",
    "day": "day", "month": "month", "year": "year", "kn": "knot", "kg": "kilogram",
    "t": "metric_ton", "mg/L": "milligram / liter", "degree": "degree",
    "degC": "degree_Celsius", "kW": "kilowatt", "bar": "bar", "Hz": "hertz",
    "percent": None, "USD": None, "currency": None, "GT": None, "ppm": None, "dB": None,
    "count": None, "date": None, "other": None,
}  # fmt: skip

_DIMENSIONS: dict[str, str] = {
    **dict.fromkeys(("nmi", "mile", "m", "km", "mm", "cm", "feet"), "length"),
    **dict.fromkeys(("km2", "m2", "acre"), "area"),
    "m3": "volume",
    **dict.fromkeys(("second", "minute", "hour", "day", "month", "year"), "time"),
    **dict.fromkeys(("kg", "t"), "mass"),
    "kn": "speed", "mg/L": "concentration", "degree": "angle", "degC": "temperature",
    "kW": "power", "bar": "pressure", "Hz": "frequency",
}  # fmt: skip

#: Wording (lower case) → gold unit. A plural "s" is understood.
_WORDINGS: dict[str, str] = {
    "nautical mile": "nmi", "marine mile": "nmi", "sea mile": "nmi", "nmi": "nmi",
    "mile": "mile", "statute mile": "mile", "geographical mile": "nmi",
    "metre": "m", "meter": "m", "kilometre": "km", "kilometer": "km",
    "millimetre": "mm", "millimeter": "mm", "centimetre": "cm", "centimeter": "cm",
    "foot": "feet", "feet": "feet", "ft": "feet",
    "square kilometre": "km2", "square kilometer": "km2", "square metre": "m2",
    "square meter": "m2", "cubic metre": "m3", "cubic meter": "m3", "acre": "acre",
    "minute": "minute", "hour": "hour", "hr": "hour", "day": "day", "month": "month",
    "year": "year", "seconds": "second", "percent": "percent", "per cent": "percent",
    "per centum": "percent", "percentage point": "percent",
    "dollar": "USD", "united states dollar": "USD", "us dollar": "USD", "usd": "USD",
    "franc": "currency", "euro": "currency", "unit of account": "currency",
    "units of account": "currency", "monetary unit": "currency", "sdr": "currency",
    "special drawing right": "currency", "pound sterling": "currency", "cent": "currency",
    "knot": "kn", "kilogramme": "kg", "kilogram": "kg",
    "tonne": "t", "ton": "t", "metric ton": "t", "metric tonne": "t", "long ton": "t",
    "deadweight ton": "t", "deadweight tonne": "t", "dwt": "t",
    "gross ton": "GT", "gross tonnage": "GT", "gross tonne": "GT", "gross register ton": "GT",
    "gross registered ton": "GT", "ton gross": "GT", "tons gross": "GT",
    "ton gross tonnage": "GT", "tons gross tonnage": "GT", "tons gross register": "GT",
    "parts per million": "ppm", "part per million": "ppm", "ppm": "ppm",
    "milligram per litre": "mg/L", "milligrams per litre": "mg/L", "kilowatt": "kW",
    "bar": "bar", "hertz": "Hz", "decibel": "dB",
    "week": "other", "litre": "other", "liter": "other", "gallon": "other", "barrel": "other",
    "gram": "other", "gramme": "other", "milligram": "other", "watt": "other", "volt": "other",
    "megawatt": "other", "ampere": "other", "fathom": "other", "hectare": "other", "inch": "other",
    "inches": "other", "pound": "other", "newton": "other", "kilonewton": "other",
    "pascal": "other", "kilopascal": "other", "megapascal": "other", "candela": "other",
    "lumen": "other", "lux": "other", "joule": "other", "kilojoule": "other", "decade": "other",
    "kilohertz": "other", "megahertz": "other", "revolution": "other", "rpm": "other",
    "micron": "other", "micrometre": "other", "millilitre": "other", "ppt": "other",
    "kpa": "other", "mpa": "other", "khz": "other",
    "mhz": "other", "cubic foot": "other", "cubic feet": "other", "square foot": "other",
    "square feet": "other", "square mile": "other", "square nautical mile": "other",
    "cubic yard": "other",
}  # fmt: skip

#: Symbols, where case tells a unit from a letter or a compass point.
SYMBOLS: dict[str, str] = {
    "m": "m", "km": "km", "mm": "mm", "cm": "cm", "m²": "m2", "m2": "m2", "m³": "m3", "m3": "m3",
    "m<sup>2</sup>": "m2", "m<sup>3</sup>": "m3", "km²": "km2", "km2": "km2",
    "km<sup>2</sup>": "km2", "t": "t", "kg": "kg", "kW": "kW", "Hz": "Hz", "dB": "dB", "GT": "GT",
    "GRT": "GT", "kn": "kn", "kts": "kn", "°": "degree", "%": "percent", "mg/L": "mg/L",
    "mg/l": "mg/L", "min": "minute", "h": "hour", "kHz": "other", "MHz": "other", "GHz": "other",
    "µPa": "other", "μPa": "other", "Pa": "other", "kPa": "other", "MPa": "other", "kN": "other",
    "g": "other", "mg": "other", "ml": "other", "lx": "other", "cd": "other", "MW": "other",
    "kJ": "other", "ha": "other", "cSt": "other", "mm²": "other", "mm2": "other", "cm²": "other",
    "cm2": "other", "cm3": "other", "dm3": "other", "NM": "nmi", "nm": "nmi", "bar": "bar",
    "ppm": "ppm", "mm<sup>2</sup>": "other", "cm<sup>2</sup>": "other", "cm<sup>3</sup>": "other",
}  # fmt: skip

#: Words that may stand between a number and its unit without changing it.
QUALIFIERS = word_set(
    "calendar fiscal consecutive working business full complete whole more further "
    "additional such contract accounting clear successive preceding "
    "previous subsequent following"
)

TIME_UNITS = ("day", "month", "year")


@lru_cache(maxsize=1)
def wordings() -> dict[tuple[str, ...], str]:
    """Return the unit wordings as word tuples, plurals included."""
    table: dict[tuple[str, ...], str] = {}
    for wording, unit in _WORDINGS.items():
        words = tuple(wording.split())
        table[words] = unit
        if not wording.endswith("s"):
            table[(*words[:-1], f"{words[-1]}s")] = unit
    return table


def unit_dimension(unit: str) -> str:
    """Return the dimension of a gold unit; units without one are their own dimension.

    >>> unit_dimension("nmi") == unit_dimension("m")
    True
    >>> unit_dimension("percent")
    'percent'
    """
    return _DIMENSIONS.get(unit, unit)
