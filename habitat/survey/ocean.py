"""Sensor series of a habitat on the seabed: what its instruments would record for two days.

Water: pressure from the depth (TEOS-10) with the tides M2 and S2; temperature, salinity and oxygen
of the place with the heave of an internal tide. Habitat: noise over ambient noise, oil in the
discharge, cabin gas that follows the crew's day, strain of the hull that follows the pressure.
Instruments: calibration error, noise, drift of the pressure gauge, biofouling, gaps.

Figures without another source are round figures recalled from data sheets and textbooks; they set
the scale of an effect and are no measurement. Not modelled: storms, spring and neap tides,
currents, water-mass changes, failures of an instrument other than silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from base import SurveyError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CHANNELS = (
    "pressure_dbar",
    "temperature_c",
    "salinity",
    "oxygen_umol_kg",
    "turbidity_ntu",
    "noise_db",
    "oil_mg_l",
    "cabin_o2_kpa",
    "cabin_co2_kpa",
    "hull_strain_ue",
)
#: Length of a series, in hours.
STEPS = 48
#: Periods of the principal lunar and solar tides, in hours (Doodson numbers 2,0,0 and 2,2,-2).
M2_HOURS = 12.4206012
S2_HOURS = 12.0
#: Amplitude of M2 in bottom pressure, in dbar (about metres): open ocean, recalled.
M2_DBAR = (0.15, 1.0)
#: S2 over M2: about 0.46 in the equilibrium tide.
S2_SHARE = (0.25, 0.46)


def _within(name: str, value: float, low: float, high: float, unit: str) -> None:
    if not low <= value <= high:
        raise SurveyError(f"{name} of {value:g} {unit}; give {low:g} to {high:g}".strip())


@dataclass(frozen=True, slots=True)
class SeaState:
    """Sea water at the habitat.

    Attributes:
        depth_m: positive down.
        latitude: degrees north.
        temperature_c: in situ, ITS-90.
        salinity: practical.
        oxygen_umol_kg: dissolved oxygen, µmol/kg.
    """

    depth_m: float
    latitude: float
    temperature_c: float
    salinity: float
    oxygen_umol_kg: float

    def __post_init__(self) -> None:
        _within("depth", self.depth_m, 0.0, 11_100.0, "m")
        _within("latitude", self.latitude, -90.0, 90.0, "degrees")
        _within("temperature", self.temperature_c, -2.6, 40.0, "°C")
        _within("salinity", self.salinity, 0.0, 42.0, "")
        _within("oxygen", self.oxygen_umol_kg, 0.0, 600.0, "µmol/kg")


@dataclass(frozen=True, slots=True)
class Hidden:
    """What the series is to be read for: the true state of the habitat.

    Attributes:
        received_level_db: of the habitat's noise at the monitoring hydrophone, dB re 1 µPa.
        oil_mg_l: oil in discharged water, mg/L.
        cabin_co2_kpa, cabin_o2_kpa: mean partial pressures, kPa.
        leak: whether water comes in: the gas is compressed, so both partial pressures climb
            together by 1 to 4 % in two days, and the jet is heard.
        strain_ue: strain of the hull by the sea, microstrain, negative in compression.
    """

    received_level_db: float
    oil_mg_l: float
    cabin_co2_kpa: float
    cabin_o2_kpa: float
    leak: bool
    strain_ue: float

    def __post_init__(self) -> None:
        _within("received level", self.received_level_db, 0.0, 260.0, "dB")
        _within("oil", self.oil_mg_l, 0.0, 100_000.0, "mg/L")
        _within("carbon dioxide", self.cabin_co2_kpa, 0.0, 100.0, "kPa")
        _within("oxygen", self.cabin_o2_kpa, 0.0, 500.0, "kPa")
        _within("strain", self.strain_ue, -20_000.0, 20_000.0, "microstrain")


@dataclass(frozen=True, slots=True)
class Drift:
    """How far the instruments have aged.

    Attributes:
        pressure_offset_dbar: added by the gauge.
        biofouling: 0 none to 1 heavy, at the end of the series; a tenth less at its start. Heavy
            growth lowers salinity by 1.2 (it narrows the conductivity cell), oxygen by 15 % (the
            film respires) and the hydrophone by 6 dB, adds 6 NTU, and damps the changes of salinity
            and oxygen by a half. Directions are as reported for moored sensors (Delauney et al.
            2010, Ocean Science 6, recalled); sizes are assumptions.
    """

    pressure_offset_dbar: float = 0.0
    biofouling: float = 0.0

    def __post_init__(self) -> None:
        _within("pressure offset", self.pressure_offset_dbar, -1000.0, 1000.0, "dbar")
        _within("biofouling", self.biofouling, 0.0, 1.0, "")


NO_DRIFT = Drift()


def simulate_series(
    rng: np.random.Generator,
    *,
    sea: SeaState,
    hidden: Hidden,
    drift: Drift = NO_DRIFT,
    gaps: float = 0.1,
) -> NDArray[np.float32]:
    """Simulate the hourly series of all channels.

    The same ``rng`` state draws the same weather and noise whatever ``hidden``, ``drift`` and
    ``gaps`` are, so that two runs differ by those alone.

    Args:
        sea: water at the habitat.
        hidden: true state of the habitat.
        drift: age of the instruments.
        gaps: 0 to 0.9: chance that a channel is absent as a whole, and expected share of hours
            missing, in bursts, of those that are there. One channel is always there.

    Returns:
        Shape (STEPS, 10), columns as :data:`CHANNELS`, float32; missing hours are NaN.

    Raises:
        SurveyError: ``gaps`` out of range.
    """
    import numpy as np

    _within("share of gaps", gaps, 0.0, 0.9, "")
    hours = np.arange(STEPS, dtype=np.float64)
    fouling = drift.biofouling * (0.9 + 0.1 * hours / (STEPS - 1))
    pressure, heave = _pressure(rng, sea, hours)
    temperature, salinity, oxygen = _water(rng, sea, heave, fouling)
    leak = hidden.leak * rng.uniform(0.01, 0.04) * (hours + 1.0) / STEPS
    cabin_o2, cabin_co2 = _cabin(rng, hidden, hours, leak)
    series = np.column_stack(
        [
            pressure + drift.pressure_offset_dbar + rng.normal(0.0, 0.01, STEPS),
            temperature,
            salinity,
            oxygen,
            _turbidity(rng, fouling),
            _noise(rng, hidden, fouling),
            _oil(rng, hidden),
            cabin_o2,
            cabin_co2,
            _strain(rng, hidden, pressure, temperature),
        ]
    )
    series[_missing(rng, gaps)] = np.nan
    return np.asarray(series, dtype=np.float32)


def _pressure(rng: np.random.Generator, sea: SeaState, hours: Floats) -> tuple[Floats, Floats]:
    """Return true pressure (dbar) and the heave of the internal tide (m, 5 to 30)."""
    import gsw
    import numpy as np

    still = float(gsw.p_from_z(-sea.depth_m, sea.latitude))
    m2 = rng.uniform(*M2_DBAR)
    s2 = m2 * rng.uniform(*S2_SHARE)
    phase = rng.uniform(0.0, 2.0 * np.pi, 3)
    turn = 2.0 * np.pi * hours
    tide = m2 * np.cos(turn / M2_HOURS + phase[0]) + s2 * np.cos(turn / S2_HOURS + phase[1])
    heave = rng.uniform(5.0, 30.0) * np.cos(turn / M2_HOURS + phase[2])
    heave += _red(rng, 0.9) * rng.uniform(2.0, 8.0)
    return np.maximum(still + tide, 0.0), np.clip(heave, -0.8 * sea.depth_m, 0.8 * sea.depth_m)


def _water(
    rng: np.random.Generator, sea: SeaState, heave: Floats, fouling: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return temperature, salinity and oxygen as measured.

    Heave times a gradient that fades with depth: 0.015 °C, 0.002 and 0.1 µmol/kg per metre at the
    surface, with scale 700 m (typical of the main thermocline, an assumption). Calibration within
    0.002 °C, 0.005 and 2 %, noise 0.001 °C, 0.002 and 0.5 µmol/kg: moored instruments, recalled.
    """
    import numpy as np

    fade = float(np.exp(-sea.depth_m / 700.0))
    scale = rng.lognormal(0.0, 0.6)
    errors, noise = rng.normal(0.0, 1.0, 3), rng.normal(0.0, 1.0, (3, STEPS))
    damped = 1.0 - 0.5 * fouling
    temperature = sea.temperature_c + scale * 0.015 * fade * heave
    temperature = temperature + 0.002 * errors[0] + 0.001 * noise[0]
    salinity = sea.salinity + damped * scale * 0.002 * fade * heave
    salinity = salinity + 0.005 * errors[1] + 0.002 * noise[1] - 1.2 * fouling
    oxygen = sea.oxygen_umol_kg + damped * scale * 0.1 * fade * heave
    oxygen = oxygen * (1.0 + 0.02 * errors[2]) * (1.0 - 0.15 * fouling) + 0.5 * noise[2]
    return np.maximum(temperature, -2.6), np.maximum(salinity, 0.0), np.maximum(oxygen, 0.0)


def _turbidity(rng: np.random.Generator, fouling: Floats) -> Floats:
    """Clear deep water (0.05 to 0.5 NTU), now and then a cloud of sediment, and growth."""
    import numpy as np

    clear = rng.lognormal(np.log(0.15), 0.6)
    cloud = np.maximum(_red(rng, 0.8) - 1.5, 0.0) * rng.lognormal(0.0, 0.8)
    return np.maximum(clear + cloud + 6.0 * fouling**2 + rng.normal(0.0, 0.02, STEPS), 0.0)


def _noise(rng: np.random.Generator, hidden: Hidden, fouling: Floats) -> Floats:
    """Sum of powers: the habitat, the ambient sea (85 to 102 dB broadband, after Wenz 1962), a jet.

    The habitat's level wanders by 1.5 dB; the jet of a leak is drawn at 3 to 10 dB over the ambient
    sea; the hydrophone is calibrated within 1 dB.
    """
    import numpy as np

    ambient = rng.uniform(85.0, 102.0)
    sea = ambient + 1.5 * _red(rng, 0.9)
    habitat = hidden.received_level_db + 1.5 * _red(rng, 0.6)
    jet = ambient + rng.uniform(3.0, 10.0) + rng.normal(0.0, 1.0, STEPS)
    power = 10.0 ** (sea / 10.0) + 10.0 ** (habitat / 10.0) + hidden.leak * 10.0 ** (jet / 10.0)
    return np.asarray(
        10.0 * np.log10(power) + rng.normal(0.0, 1.0) - 6.0 * fouling + rng.normal(0.0, 0.5, STEPS)
    )


def _oil(rng: np.random.Generator, hidden: Hidden) -> Floats:
    """Lognormal swings of a quarter about the true mean; fluorometer within 10 % and 0.2 mg/L."""
    import numpy as np

    swing = np.exp(0.25 * _red(rng, 0.7) - 0.5 * 0.25**2)
    measured = hidden.oil_mg_l * swing * (1.0 + rng.normal(0.0, 0.1))
    return np.maximum(measured + rng.normal(0.0, 0.2, STEPS), 0.0)


def _cabin(
    rng: np.random.Generator, hidden: Hidden, hours: Floats, leak: Floats
) -> tuple[Floats, Floats]:
    """Partial pressures: the crew works by day, and the scrubber and the oxygen valve follow."""
    import numpy as np

    day = np.cos(2.0 * np.pi * (hours - rng.uniform(0.0, 24.0)) / 24.0)
    work = rng.uniform(0.08, 0.2)
    oxygen = hidden.cabin_o2_kpa * (1.0 - 0.05 * work * day + 0.004 * _red(rng, 0.8))
    carbon = hidden.cabin_co2_kpa * (1.0 + work * day + 0.03 * _red(rng, 0.8))
    oxygen = oxygen * (1.0 + leak) * (1.0 + rng.normal(0.0, 0.005)) + rng.normal(0.0, 0.05, STEPS)
    carbon = carbon * (1.0 + leak) * (1.0 + rng.normal(0.0, 0.02)) + rng.normal(0.0, 0.01, STEPS)
    return np.maximum(oxygen, 0.0), np.maximum(carbon, 0.0)


def _strain(
    rng: np.random.Generator, hidden: Hidden, pressure: Floats, temperature: Floats
) -> Floats:
    """Strain in proportion to the pressure; the gauge is wrong by 1 % and by 1 µε per °C."""
    import numpy as np

    mean = max(float(pressure.mean()), 1e-6)
    true = hidden.strain_ue * pressure / mean * (1.0 + rng.normal(0.0, 0.01))
    return np.asarray(true + (temperature - temperature.mean()) + rng.normal(0.0, 2.0, STEPS))


def _red(rng: np.random.Generator, memory: float) -> Floats:
    """Red noise of unit variance: each hour keeps ``memory`` of the one before."""
    import numpy as np
    from scipy.signal import lfilter

    steps = rng.standard_normal(STEPS)
    steps[1:] *= np.sqrt(1.0 - memory**2)
    return np.asarray(lfilter([1.0], [1.0, -memory], steps), dtype=np.float64)


def _missing(rng: np.random.Generator, gaps: float) -> NDArray[np.bool_]:
    """Which hours of which channels are absent, shape (STEPS, 10)."""
    import numpy as np

    whole = rng.random(len(CHANNELS)) < gaps
    if whole.all():
        whole[int(rng.integers(len(CHANNELS)))] = False
    # A smooth field under its quantile: bursts of a few hours with the expected share.
    waves = np.column_stack([_red(rng, 0.7) for _ in CHANNELS])
    from scipy.special import ndtri

    bursts = waves < (float(ndtri(gaps)) if gaps > 0.0 else -np.inf)
    bursts[int(rng.integers(STEPS))] = False
    return np.asarray(bursts | whole[None, :])
