"""Sea pressure and the load it puts on a hull (TEOS-10, through gsw)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

#: Standard atmosphere (ISO 2533), in MPa.
ATMOSPHERE_MPA = 0.101325
#: Latitude assumed where none is given: gravity there is near the mean of the ocean. Another
#: latitude moves the pressure by at most 0.3 %.
REFERENCE_LATITUDE_DEG = 30.0
#: Water assumed at depth where none was measured: 35 g/kg absolute salinity, 2 °C in situ.
REFERENCE_SALINITY_G_KG = 35.0
REFERENCE_TEMPERATURE_C = 2.0

LoadCase = Literal["submerged", "decompression_in_place"]


@dataclass(frozen=True, slots=True)
class Load:
    """The greatest external pressure difference on the shell.

    Attributes:
        case: ``submerged`` (the sea against the inside pressure) or ``decompression_in_place``
            (the sea against one atmosphere, in a habitat that is otherwise pressurised).
        sea_mpa: sea pressure at depth above one atmosphere, MPa.
        internal_mpa: absolute pressure inside, MPa.
        difference_mpa: outside less inside, MPa; negative when the inside pushes outward.
    """

    case: LoadCase
    sea_mpa: float
    internal_mpa: float
    difference_mpa: float


@lru_cache(maxsize=1024)
def sea_pressure_mpa(depth_m: float, latitude_deg: float = REFERENCE_LATITUDE_DEG) -> float:
    """Return the pressure of the sea at a depth, above one atmosphere, in MPa.

    Args:
        depth_m: depth below the surface, at least 0.
        latitude_deg: degrees north, which sets gravity.

    Source: TEOS-10, ``gsw.p_from_z`` (standard ocean of 35.165 g/kg and 0 °C).
    """
    import gsw

    return float(gsw.p_from_z(-depth_m, latitude_deg)) * 0.01


@lru_cache(maxsize=1024)
def seawater_density_kg_m3(depth_m: float, latitude_deg: float = REFERENCE_LATITUDE_DEG) -> float:
    """Return the in-situ density of reference seawater (35 g/kg, 2 °C) at a depth, in kg/m³.

    Source: TEOS-10, ``gsw.rho``.
    """
    import gsw

    pressure_dbar = gsw.p_from_z(-depth_m, latitude_deg)
    conservative = gsw.CT_from_t(REFERENCE_SALINITY_G_KG, REFERENCE_TEMPERATURE_C, pressure_dbar)
    return float(gsw.rho(REFERENCE_SALINITY_G_KG, conservative, pressure_dbar))


def hull_load(
    depth_m: float,
    internal_mpa: float,
    *,
    decompression_in_place: bool | None = None,
    latitude_deg: float = REFERENCE_LATITUDE_DEG,
) -> Load | None:
    """Return the governing load, or ``None`` where it hangs on a fact that is missing.

    A hull at one atmosphere or less carries the sea. A pressurised (ambient) habitat carries only
    the difference, unless its crew decompresses in place: then the full sea stands outside. Not
    knowing which, there is no answer.

    Args:
        depth_m: depth of the site.
        internal_mpa: absolute pressure inside in normal service.
        decompression_in_place: whether the inside is let down to one atmosphere on the seabed.
        latitude_deg: degrees north.
    """
    sea = sea_pressure_mpa(depth_m, latitude_deg)
    pressurised = internal_mpa > ATMOSPHERE_MPA * 1.001
    if pressurised and decompression_in_place is None:
        return None
    if pressurised and decompression_in_place:
        return Load("decompression_in_place", sea, ATMOSPHERE_MPA, sea)
    return Load("submerged", sea, internal_mpa, sea + ATMOSPHERE_MPA - internal_mpa)
