"""Profiles: real casts in the right units and scales, the state at a depth, what is refused."""

from __future__ import annotations

from pathlib import Path

import gsw
import numpy as np
import pytest

from base import SurveyError
from habitat.survey.cast import spikes
from habitat.survey.ocean import Hidden, SeaState, simulate_series
from habitat.survey.profiles import (
    Profile,
    load_profiles,
    read_argo,
    read_castaway,
    read_cnv,
    read_ct1,
    read_hy1,
    read_mooring,
    sea_state,
    standard_profile,
)

CT1 = """CTD,20000817TEST
#made up
NUMBER_HEADERS = 10
EXPOCODE = TEST_1
STNNBR = 7
LATITUDE = 36.0
LONGITUDE = -30.0
CTDPRS,CTDPRS_FLAG_W,CTDTMP,CTDTMP_FLAG_W,CTDSAL,CTDSAL_FLAG_W,CTDOXY,CTDOXY_FLAG_W
DBAR,,{scale},,PSS-78,,{gas},
  10.0,2,  20.0000,2,  36.0,2,  220.0,2
 100.0,2,  15.0000,2,  35.8,2, -999.0,5
 200.0,2,  99.0000,4,  35.7,2,  200.0,2
 300.0,2,  10.0000,2,  35.5,2,  190.0,2
END_DATA
"""


def _ct1(folder: Path, text: str) -> Path:
    path = folder / "x_ct1.csv"
    path.write_text(text)
    return path


def test_a_cast_is_read_by_header_flags_and_missing_values(tmp_path: Path) -> None:
    cast = read_ct1(_ct1(tmp_path, CT1.format(scale="ITS-90", gas="UMOL/KG")))
    assert cast.pressure_dbar.tolist() == [10.0, 100.0, 300.0]
    assert cast.temperature_c.tolist() == [20.0, 15.0, 10.0]
    assert cast.oxygen_umol_kg is not None
    assert np.isnan(cast.oxygen_umol_kg[1])
    assert (cast.latitude, cast.longitude) == (36.0, -30.0)


def test_ipts_68_becomes_its_90(tmp_path: Path) -> None:
    cast = read_ct1(_ct1(tmp_path, CT1.format(scale="IPTS-68", gas="UMOL/KG")))
    assert cast.temperature_c == pytest.approx(np.array([20.0, 15.0, 10.0]) / 1.00024, abs=2e-6)


def test_oxygen_in_another_unit_is_left_out(tmp_path: Path) -> None:
    assert read_ct1(_ct1(tmp_path, CT1.format(scale="ITS-90", gas="ML/L"))).oxygen_umol_kg is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ITS-90", "DEG_F", "unknown temperature scale 'DEG_F'"),
        ("DBAR", "PSI", "no column CTDPRS in DBAR"),
        ("END_DATA\n", "", "cut off"),
        ("CTD,2000", "XYZ,2000", "no WOCE exchange file"),
        ("LATITUDE = 36.0\n", "", "no possible position"),
        ("  36.0,2", "  salt,2", "CTDSAL of 'salt' is no number"),
        ("10.0,2,  20.0000,2,  36.0,2,  220.0,2", "10.0,2", "row 1 has 2 cells"),
        ("CTDPRS,", "DEPTH,", "no column CTDPRS"),
    ],
)
def test_a_malformed_cast_is_told_in_one_line(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    text = CT1.format(scale="ITS-90", gas="UMOL/KG").replace(old, new, 1)
    with pytest.raises(SurveyError, match=said) as caught:
        read_ct1(_ct1(tmp_path, text))
    assert "x_ct1.csv" in str(caught.value)


@pytest.mark.parametrize("reader", [read_argo, read_cnv, read_castaway, read_mooring, read_hy1])
@pytest.mark.parametrize("content", [b"", b"hello\n", b"\x00\xff" * 40, b"CDF\x01" + b"\x00" * 9])
def test_other_files_are_refused_by_every_reader(reader, content: bytes, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(SurveyError):
        reader(path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="no casts"):
        load_profiles(tmp_path)
    with pytest.raises(SurveyError, match="no casts"):
        load_profiles(tmp_path / "absent")


def test_spikes_are_found_in_long_casts_only() -> None:
    values = np.linspace(20.0, 5.0, 100)
    values[40] += 3.0
    assert np.flatnonzero(spikes(values, 1.0)).tolist() == [40]
    assert not spikes(values[30:60], 1.0).any()


def test_the_state_at_a_level_is_that_level() -> None:
    cast = standard_profile(37.0)
    depth = -float(gsw.z_from_p(cast.pressure_dbar[30], 37.0))
    state = sea_state(cast, depth)
    assert state.temperature_c == pytest.approx(cast.temperature_c[30], abs=1e-6)
    assert state.salinity == pytest.approx(cast.salinity[30], abs=1e-6)
    assert cast.oxygen_umol_kg is not None
    assert state.oxygen_umol_kg == pytest.approx(cast.oxygen_umol_kg[30], abs=1e-6)


def test_depths_beyond_the_cast_and_wide_gaps_are_refused() -> None:
    levels = np.array([100.0, 200.0, 1500.0])
    cast = Profile(levels, np.array([15.0, 12.0, 4.0]), np.full(3, 35.0), None, 37.0, -30.0, "x")
    for depth in (50.0, 1600.0, float("nan")):
        with pytest.raises(SurveyError, match="beyond the cast"):
            sea_state(cast, depth)
    with pytest.raises(SurveyError, match="gap of 1300 dbar"):
        sea_state(cast, 600.0)
    assert sea_state(cast, 150.0).oxygen_umol_kg > 0.0


@pytest.mark.parametrize("latitude", [-90.0, -45.0, 0.0, 37.84, 75.0, 90.0])
def test_the_standard_profile_is_possible_at_all_depths(latitude: float) -> None:
    cast = standard_profile(latitude)
    for depth in (0.0, 300.0, 850.0, 4000.0, 11_000.0):
        sea_state(cast, depth)
    density = gsw.sigma0(
        gsw.SR_from_SP(cast.salinity),
        gsw.CT_from_t(gsw.SR_from_SP(cast.salinity), cast.temperature_c, cast.pressure_dbar),
    )
    assert (np.diff(density) > -1e-6).all(), "stable"
    with pytest.raises(SurveyError):
        standard_profile(latitude + 181.0)


@pytest.mark.shared
def test_the_real_casts_are_read_in_the_right_units(shared: Path) -> None:
    folder = shared / "data" / "ocean-profiles"
    casts = load_profiles(folder)
    assert len(casts) > 300
    for cast in casts:
        assert (np.diff(cast.pressure_dbar) > 0.0).all()
        assert np.isfinite([cast.temperature_c, cast.salinity]).all()
    deep = [cast for cast in casts if cast.pressure_dbar[-1] > 3500.0]
    assert len(deep) > 40
    for cast in deep:
        assert -0.5 < cast.temperature_c[-1] < 4.5
        assert 34.6 < cast.salinity[-1] < 35.1
    a03 = [cast for cast in casts if cast.name.startswith("RUCT40")]
    assert {round(cast.latitude) for cast in a03} <= {36, 37, 38}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "deepest_dbar", "temperature", "salinity", "oxygen"),
    [
        ("ctd_i06s_1996_st62_ct1.csv", 4723.0, -0.1811, 34.6582, 242.6),
        ("ctd_a22_1997_st25_ct1.csv", 4535.0, 4.1107, 34.9900, 257.2),
        ("ctd_p10_1993_st26_ct1.csv", 4493.0, 1.5542, 34.6888, None),
        ("ctd_tunes3_1991_ct1.csv", 3639.0, 1.5322, 34.6878, None),
    ],
)
def test_deep_casts_end_at_their_last_row(
    name: str,
    deepest_dbar: float,
    temperature: float,
    salinity: float,
    oxygen: float | None,
    shared: Path,
) -> None:
    cast = read_ct1(shared / "data" / "ocean-profiles" / name)
    assert cast.pressure_dbar[-1] == deepest_dbar
    assert cast.temperature_c[-1] == pytest.approx(temperature)
    assert cast.salinity[-1] == pytest.approx(salinity)
    if oxygen is not None:
        assert cast.oxygen_umol_kg is not None
        assert cast.oxygen_umol_kg[-1] == pytest.approx(oxygen)
    elif "tunes3" in name:
        assert cast.oxygen_umol_kg is None, "all of it is missing"
    else:
        assert cast.oxygen_umol_kg is not None
        assert np.isnan(cast.oxygen_umol_kg[-1]), "flagged questionable"


@pytest.mark.shared
def test_the_bottle_section_is_converted_from_ipts_68(shared: Path) -> None:
    first = read_hy1(shared / "data" / "ocean-profiles" / "woce_a03_1993_bottle_hy1.csv")[0]
    assert first.pressure_dbar[0] == pytest.approx(8.4)
    assert first.temperature_c[0] == pytest.approx(16.5035 / 1.00024, abs=1e-5)
    # The second bottle's CTD salinity is flagged questionable: its own sample stands in.
    assert first.salinity[:2] == pytest.approx([36.1384, 36.1172])


@pytest.mark.shared
def test_a_broken_primary_sensor_does_not_spoil_a_cast(shared: Path) -> None:
    cast = read_cnv(shared / "data" / "ocean-profiles" / "pirata_dPIRX010.cnv")
    assert cast.pressure_dbar[-1] == 1014.0
    assert cast.temperature_c[-1] == pytest.approx(4.7171)
    assert cast.salinity[-1] == pytest.approx(34.6825)
    assert cast.latitude == pytest.approx(4.0 + 6.34 / 60.0)
    assert cast.longitude == pytest.approx(-(38.0 + 0.80 / 60.0))


@pytest.mark.shared
def test_argo_castaway_and_mooring_have_their_place_and_range(shared: Path) -> None:
    folder = shared / "data" / "ocean-profiles"
    argo = read_argo(folder / "argo_6900388_prof.nc")
    assert 180 < len(argo) <= 223
    assert max(cast.pressure_dbar[-1] for cast in argo) < 2100.0
    hand = read_castaway(folder / "castaway_2017-08-22.csv")
    assert (round(hand.latitude, 2), round(hand.longitude, 2)) == (-36.22, 150.23)
    moored = read_mooring(folder / "mooring_rcm11_0612_flemishcap_2013_hourly.odf")
    assert moored.latitude == pytest.approx(48.78768), "the header's -99 means missing"
    assert moored.hours.size == 6839
    assert 3.6 < np.nanmin(moored.temperature_c) < np.nanmax(moored.temperature_c) < 4.5
    with pytest.raises(SurveyError, match="no PRES_01"):
        read_mooring(folder / "adcp_flemishcap_2013_hourly.odf")


@pytest.mark.shared
def test_simulated_water_varies_as_a_real_mooring_within_a_factor_of_four(shared: Path) -> None:
    moored = read_mooring(
        shared / "data" / "ocean-profiles" / "mooring_rcm11_0612_flemishcap_2013_hourly.odf"
    )
    days = moored.hours.size // 48 * 48
    real = [
        float(np.median(values[:days].reshape(-1, 48).std(axis=1)))
        for values in (moored.temperature_c, moored.salinity)
    ]
    rng = np.random.default_rng(0)
    sea = SeaState(558.0, 48.8, 4.0, 34.5, 280.0)
    hidden = Hidden(100.0, 5.0, 0.4, 21.0, leak=False, strain_ue=-500.0)
    series = np.stack([simulate_series(rng, sea=sea, hidden=hidden, gaps=0.0) for _ in range(200)])
    for column, expected in zip((1, 2), real, strict=True):
        simulated = float(np.median(series[:, :, column].std(axis=1)))
        assert expected / 4.0 < simulated < expected * 4.0
