"""Profiles of the sea: real casts from a folder, a rough standard one, and the state at a depth."""

from __future__ import annotations

from pathlib import Path

from base import SurveyError, is_folder
from habitat.survey.cast import Profile
from habitat.survey.instruments import Mooring, read_argo, read_castaway, read_cnv, read_mooring
from habitat.survey.ocean import SeaState
from habitat.survey.woce import read_ct1, read_hy1

__all__ = [
    "Mooring",
    "Profile",
    "load_profiles",
    "read_argo",
    "read_castaway",
    "read_cnv",
    "read_ct1",
    "read_hy1",
    "read_mooring",
    "sea_state",
    "standard_profile",
]

#: Levels further apart than this, and than a quarter of their depth, are not interpolated between.
WIDEST_GAP_DBAR = 350.0


def load_profiles(folder: Path) -> list[Profile]:
    """Read every cast in ``folder``, in the order of file names.

    Files are told by name: ``*_ct1.csv`` and ``*_hy1.csv`` WOCE exchange, ``*_prof.nc`` Argo,
    ``*.cnv`` Sea-Bird, ``castaway*.csv`` CastAway. Moored series are no casts: see
    :func:`read_mooring`.

    Raises:
        SurveyError: a file that cannot be read, or no cast at all.
    """
    profiles: list[Profile] = []
    for path in sorted(folder.iterdir()) if is_folder(folder) else []:
        name = path.name.lower()
        if name.endswith("_ct1.csv"):
            profiles.append(read_ct1(path))
        elif name.endswith("_hy1.csv"):
            profiles += read_hy1(path)
        elif name.endswith("_prof.nc"):
            profiles += read_argo(path)
        elif name.endswith(".cnv"):
            profiles.append(read_cnv(path))
        elif name.startswith("castaway") and name.endswith(".csv"):
            profiles.append(read_castaway(path))
    if not profiles:
        raise SurveyError(
            "no casts",
            where=str(folder),
            hint="give a folder of ct1, hy1, Argo, cnv or CastAway",
        )
    return profiles


def sea_state(profile: Profile, depth_m: float) -> SeaState:
    """Interpolate a cast to a depth.

    Practical salinity and Conservative Temperature are interpolated linearly in depth, and the
    temperature turned back (TEOS-10, gsw). Where the cast has no oxygen near,
    that of :func:`standard_profile` stands in.

    Args:
        profile: the cast.
        depth_m: positive down, within the cast.

    Raises:
        SurveyError: above or below the cast, or in a wide gap between its levels.
    """
    import gsw
    import numpy as np

    p, lat, lon = profile.pressure_dbar, profile.latitude, profile.longitude
    depth = -np.asarray(gsw.z_from_p(p, lat), dtype=np.float64)
    if not depth[0] <= depth_m <= depth[-1]:
        raise SurveyError(
            f"{depth_m:g} m is beyond the cast, which spans {depth[0]:.0f} to {depth[-1]:.0f} m",
            where=profile.name,
            hint="take a deeper cast",
        )
    after = int(np.clip(np.searchsorted(depth, depth_m), 1, depth.size - 1))
    gap = float(p[after] - p[after - 1])
    if gap > max(WIDEST_GAP_DBAR, 0.25 * float(p[after])):
        raise SurveyError(
            f"{depth_m:g} m lies in a gap of {gap:.0f} dbar of the cast", where=profile.name
        )
    absolute = gsw.SA_from_SP(profile.salinity, p, lon, lat)
    # NaN where TEOS-10 holds the position for land: no regional anomaly then.
    absolute = np.where(np.isfinite(absolute), absolute, gsw.SR_from_SP(profile.salinity))
    conservative = gsw.CT_from_t(absolute, profile.temperature_c, p)
    at = float(gsw.p_from_z(-depth_m, lat))
    sa = float(np.interp(depth_m, depth, absolute))
    ct = float(np.interp(depth_m, depth, conservative))
    return SeaState(
        depth_m=depth_m,
        latitude=lat,
        temperature_c=float(gsw.t_from_CT(sa, ct, at)),
        salinity=float(np.interp(depth_m, depth, profile.salinity)),
        oxygen_umol_kg=_oxygen(profile, at),
    )


def _oxygen(profile: Profile, pressure: float) -> float:
    import numpy as np

    gas, p = profile.oxygen_umol_kg, profile.pressure_dbar
    if gas is not None:
        known = np.isfinite(gas)
        near = np.abs(p[known] - pressure).min()
        if near <= max(WIDEST_GAP_DBAR, 0.25 * pressure):
            return float(np.interp(pressure, p[known], gas[known]))
    usual = standard_profile(profile.latitude)
    assert usual.oxygen_umol_kg is not None
    return float(np.interp(pressure, usual.pressure_dbar, usual.oxygen_umol_kg))


def standard_profile(latitude: float) -> Profile:
    """Return a rough profile for a latitude, for use where no cast is at hand.

    Not an atlas: smooth curves drawn by hand about the zonal means of the open ocean. Warm water of
    27 cos² latitude + 1 °C fades with scale 600 m into 1.5 °C below; salinity has its subtropical
    maximum; oxygen starts at saturation and has the minimum of 700 m in low latitudes. Beside the
    casts of the reference data it is off by 3 °C (root mean square) at 200 to 1000 m and 1.6 °C at
    2000 m, at worst 9.5 °C; salinity by 0.8 to 0.2; oxygen by 50 µmol/kg. Longitude
    30 W stands for all.

    Args:
        latitude: degrees north.

    Raises:
        SurveyError: beyond the poles.
    """
    import gsw
    import numpy as np

    if not abs(latitude) <= 90.0:
        raise SurveyError(f"latitude of {latitude:g}; give -90 to 90")
    z = np.concatenate([np.arange(0.0, 1000.0, 20.0), np.arange(1000.0, 11_201.0, 100.0)])
    p = np.asarray(gsw.p_from_z(-z, latitude), dtype=np.float64)
    warm = float(np.cos(np.radians(latitude)) ** 2)
    surface = 27.0 * warm + 1.0
    potential = 1.5 + (surface - 1.5) * np.exp(-z / 600.0)
    top = 34.0 + 2.2 * np.exp(-(((abs(latitude) - 25.0) / 18.0) ** 2))
    salinity = 34.75 + (top - 34.75) * np.exp(-z / 500.0)
    # Reference salinity: no regional anomaly is known for an ocean that is nowhere.
    reference = gsw.SR_from_SP(salinity)
    temperature = gsw.pt_from_t(reference, potential, 0.0, p)
    full = float(gsw.O2sol_SP_pt(salinity[0], surface))
    oxygen = 215.0 + (full - 215.0) * np.exp(-z / 200.0)
    oxygen = oxygen - 120.0 * warm * np.exp(-(((z - 700.0) / 450.0) ** 2))
    return Profile(
        p, np.asarray(temperature), salinity, oxygen, latitude, -30.0, f"standard {latitude:g}"
    )
