"""One cast: temperature, salinity and oxygen by pressure, screened, whatever file it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from base import SurveyError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: What sea water can be; values outside are taken for broken sensors and left out.
PRESSURE_DBAR = (-5.0, 11_500.0)
TEMPERATURE_C = (-2.6, 40.0)
SALINITY = (2.0, 42.0)
OXYGEN_UMOL_KG = (0.0, 600.0)
#: A value further from the running median of 11 levels than this is a spike.
SPIKE_TEMPERATURE_C = 1.0
SPIKE_SALINITY = 0.2


@dataclass(frozen=True, slots=True)
class Profile:
    """A cast; arrays have shape (levels,), pressure rises, and no value but oxygen is NaN.

    Attributes:
        pressure_dbar: sea pressure.
        temperature_c: in situ, ITS-90.
        salinity: practical (PSS-78).
        oxygen_umol_kg: dissolved oxygen in µmol/kg, NaN where not measured; ``None`` where the
            cast has none.
        latitude, longitude: degrees north and east.
        name: of the cast, for messages.
    """

    pressure_dbar: Floats
    temperature_c: Floats
    salinity: Floats
    oxygen_umol_kg: Floats | None
    latitude: float
    longitude: float
    name: str


def screened(
    pressure: Floats,
    temperature: Floats,
    salinity: Floats,
    oxygen: Floats | None,
    *,
    latitude: float,
    longitude: float,
    name: str,
    where: str,
) -> Profile:
    """Make a profile of the plausible levels, sorted by pressure, each pressure once.

    Args:
        pressure, temperature, salinity, oxygen: in the units of :class:`Profile`, NaN where
            missing or flagged.
        latitude, longitude, name: of the cast.
        where: the file, for messages.

    Raises:
        SurveyError: an impossible position, or fewer than two levels are left.
    """
    import numpy as np

    if not (abs(latitude) <= 90.0 and abs(longitude) <= 360.0):
        raise SurveyError(
            f"no possible position of {name}: latitude {latitude:g}, longitude {longitude:g}",
            where=where,
            hint="complete the header",
        )
    keep = (
        _inside(pressure, PRESSURE_DBAR)
        & _inside(temperature, TEMPERATURE_C)
        & _inside(salinity, SALINITY)
    )
    _, first = np.unique(pressure[keep], return_index=True)
    order = np.flatnonzero(keep)[first]
    calm = ~spikes(temperature[order], SPIKE_TEMPERATURE_C)
    calm &= ~spikes(salinity[order], SPIKE_SALINITY)
    order = order[calm]
    if order.size < 2:
        raise SurveyError(
            f"fewer than two good levels of pressure, temperature and salinity in {name}",
            where=where,
            hint="check the units and quality flags",
        )
    gas = None
    if oxygen is not None:
        gas = np.where(_inside(oxygen, OXYGEN_UMOL_KG), oxygen, np.nan)[order]
    return Profile(
        pressure[order],
        temperature[order],
        salinity[order],
        gas if gas is not None and np.isfinite(gas).any() else None,
        latitude,
        (longitude + 180.0) % 360.0 - 180.0,
        name,
    )


def spikes(values: Floats, limit: float) -> NDArray[np.bool_]:
    """Say which values stand off the running median of 11 levels by more than ``limit``.

    Casts of fewer than 50 levels are too coarse to tell a spike from a thermocline.
    """
    import numpy as np
    from scipy.ndimage import median_filter

    if values.size < 50:
        return np.zeros(values.size, dtype=bool)
    middle = median_filter(values, size=11, mode="nearest")
    return np.asarray(np.abs(values - middle) > limit)


def faults(temperature: Floats, salinity: Floats) -> int:
    """Count implausible and spiky levels of a pair of sensors: the pair with fewer is trusted."""
    import numpy as np

    bad = ~(_inside(temperature, TEMPERATURE_C) & _inside(salinity, SALINITY))
    good_t, good_s = temperature[~bad], salinity[~bad]
    spiky = spikes(good_t, SPIKE_TEMPERATURE_C) | spikes(good_s, SPIKE_SALINITY)
    return int(np.count_nonzero(bad) + np.count_nonzero(spiky))


def _inside(values: Floats, limits: tuple[float, float]) -> NDArray[np.bool_]:
    import numpy as np

    with np.errstate(invalid="ignore"):
        return np.asarray((values >= limits[0]) & (values <= limits[1]))
