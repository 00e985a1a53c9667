"""The readers of handed-in files: what they make of good ones, and one line for every bad one."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from base import SurveyError
from habitat.design import Design
from habitat.facts import facts_of
from habitat.survey.ocean import CHANNELS, STEPS, Drift, Hidden, SeaState, simulate_series
from habitat.survey.readers import PartialDesign, read_acoustic, read_sensor, read_structure


def _npy(array: np.ndarray, *, pickled: bool = False) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=pickled)
    return stream.getvalue()


def _write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _one_line(path: Path, caught: pytest.ExceptionInfo[SurveyError]) -> None:
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message


# Sonar


def test_an_image_of_64_is_returned_as_it_is(tmp_path: Path) -> None:
    image = np.random.default_rng(0).normal(-30.0, 5.0, (64, 64)).astype(np.float32)
    assert np.array_equal(read_acoustic(_write(tmp_path, "a.npy", _npy(image))), image)


def test_larger_images_are_averaged_by_area(tmp_path: Path) -> None:
    image = np.random.default_rng(0).normal(-30.0, 5.0, (128, 192))
    found = read_acoustic(_write(tmp_path, "a.npy", _npy(image)))
    assert found == pytest.approx(image.reshape(64, 2, 64, 3).mean(axis=(1, 3)), abs=1e-4)
    odd = np.random.default_rng(0).normal(-30.0, 5.0, (100, 77))
    found = read_acoustic(_write(tmp_path, "b.npy", _npy(odd)))
    assert found.shape == (64, 64)
    assert found.mean() == pytest.approx(odd.mean(), abs=1e-4)


def test_small_images_are_repeated(tmp_path: Path) -> None:
    image = np.arange(256.0).reshape(16, 16) / 10.0
    found = read_acoustic(_write(tmp_path, "a.npy", _npy(image)))
    assert found == pytest.approx(np.kron(image, np.ones((4, 4))), abs=1e-5)


@pytest.mark.parametrize("shape", [(1, 64, 64), (64, 64, 1)])
def test_one_channel_may_come_first_or_last(shape: tuple[int, ...], tmp_path: Path) -> None:
    image = np.arange(4096).reshape(64, 64) % 100
    path = _write(tmp_path, "a.npy", _npy(image.reshape(shape)))
    assert np.array_equal(read_acoustic(path), image.astype(np.float32))


def test_gaps_of_an_image_take_no_part(tmp_path: Path) -> None:
    image = np.full((128, 128), -20.0)
    image[::2] = -30.0
    image[:2, :2] = np.nan
    image[2, 2] = np.inf
    found = read_acoustic(_write(tmp_path, "a.npy", _npy(image)))
    assert np.isfinite(found).all()
    assert found[5, 5] == pytest.approx(-25.0)
    assert found[1, 1] == pytest.approx((-30.0 - 20.0 - 20.0) / 3.0)


_FLAT = np.zeros((64, 64))
_BAD_SONAR = {
    "empty": (b"", "empty file"),
    "text": (b"1,2,3\n", "no NumPy .npy file"),
    "pickle": (pickle.dumps(_FLAT), "no NumPy .npy file"),
    "object array": (_npy(np.array([[1, "a"]], dtype=object), pickled=True), "Python objects"),
    "cut off": (_npy(_FLAT)[:500], "damaged or cut off"),
    "header of noise": (b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16, "damaged or cut off"),
    "endless shape": (
        _npy(_FLAT).replace(b"(64, 64), }" + b" " * 14, b"(9999999999, 9999999), }"),
        "damaged or cut off",
    ),
    "one row": (_npy(np.zeros(64)), r"shape \(64,\)"),
    "three channels": (_npy(np.zeros((64, 64, 3))), r"shape \(64, 64, 3\)"),
    "four axes": (_npy(np.zeros((1, 1, 64, 64))), "shape"),
    "a number": (_npy(np.array(3.0)), "shape"),
    "too small": (_npy(np.zeros((8, 64))), "16 to 8192 a side"),
    "too long": (_npy(np.zeros((16, 9000), dtype=np.int8)), "16 to 8192 a side"),
    "no cells": (_npy(np.zeros((0, 64))), "16 to 8192 a side"),
    "all NaN": (_npy(_FLAT * np.nan), "only 0% of the cells"),
    "mostly NaN": (_npy(np.where(np.arange(64) < 40, np.nan, _FLAT)), "at least 50%"),
    "linear counts": (_npy(_FLAT + 5000.0), "level of 5000 at row 0, column 0; give backscatter"),
    "complex": (_npy(_FLAT + 1j), "complex128, expected real"),
    "words": (_npy(np.full((64, 64), "a")), "expected real"),
    "flags": (_npy(_FLAT > 0), "bool, expected real"),
    "zip": (b"PK\x03\x04" + b"\x00" * 40, "no NumPy .npy file"),
}


@pytest.mark.parametrize("name", _BAD_SONAR)
def test_bad_images_are_told_in_one_line(name: str, tmp_path: Path) -> None:
    content, said = _BAD_SONAR[name]
    path = _write(tmp_path, "a.npy", content)
    with pytest.raises(SurveyError, match=said) as caught:
        read_acoustic(path)
    _one_line(path, caught)


@pytest.mark.parametrize("reader", [read_acoustic, read_sensor, read_structure])
def test_missing_files_and_folders_are_refused(reader, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(SurveyError) as caught:
            reader(path)
        _one_line(path, caught)


# Sensors


def _csv(rows: int = 48, head: str = "time,temperature_c,noise_db") -> str:
    return "\n".join([head, *(f"{n},{4 + n / 100},{110 + n % 3}" for n in range(rows))]) + "\n"


def test_hours_and_channels_land_in_their_places(tmp_path: Path) -> None:
    series = read_sensor(_write(tmp_path, "a.csv", _csv()))
    assert series.values.shape == (STEPS, len(CHANNELS))
    assert series.values.dtype == np.float32
    assert series.hours == 47.0
    temperature = series.values[:, CHANNELS.index("temperature_c")]
    assert temperature == pytest.approx(4.0 + np.arange(48) / 100.0, abs=1e-5)
    assert np.isnan(series.values[:, CHANNELS.index("salinity")]).all()


def test_iso_times_are_binned_by_median_and_only_the_last_48_hours_count(tmp_path: Path) -> None:
    rows = ["time,oil_mg_l"]
    for hour in range(60):
        day, rest = divmod(hour, 24)
        for minute, value in ((10, hour), (20, hour), (50, 1000)):
            rows.append(f"2026-05-{day + 1:02d}T{rest:02d}:{minute}:00Z,{value}")
    series = read_sensor(_write(tmp_path, "a.csv", "\r\n".join(rows)))
    oil = series.values[:, CHANNELS.index("oil_mg_l")]
    assert oil.tolist() == [float(hour) for hour in range(12, 60)]


def test_a_short_record_ends_in_the_last_bin(tmp_path: Path) -> None:
    series = read_sensor(_write(tmp_path, "a.csv", _csv(3)))
    known = np.isfinite(series.values[:, CHANNELS.index("noise_db")])
    assert np.flatnonzero(known).tolist() == [45, 46, 47]


def test_a_simulated_series_survives_the_file(tmp_path: Path) -> None:
    sea = SeaState(850.0, 37.84, 8.5, 35.4, 215.0)
    for seed, hidden in enumerate(
        (
            Hidden(60.0, 0.0, 0.0, 19.0, leak=False, strain_ue=0.0),
            Hidden(190.0, 400.0, 3.0, 40.0, leak=True, strain_ue=-4000.0),
        )
    ):
        rng = np.random.default_rng(seed)
        made = simulate_series(rng, sea=sea, hidden=hidden, drift=Drift(3.0, 1.0), gaps=0.2)
        rows = [",".join(("time", *CHANNELS))]
        rows += [
            ",".join((str(n), *("" if np.isnan(v) else repr(float(v)) for v in row)))
            for n, row in enumerate(made)
        ]
        found = read_sensor(_write(tmp_path, "a.csv", "\n".join(rows))).values
        assert np.array_equal(found, made, equal_nan=True)


def test_zones_marks_and_blanks_are_understood(tmp_path: Path) -> None:
    text = (
        "\ufefftime, salinity\n2026-05-01T02:00+02:00,NaN\n2026-05-01 01:00,35.1\n"
        "2026-05-01T02:00Z,\n\n"
    )
    series = read_sensor(_write(tmp_path, "a.csv", text))
    salinity = series.values[:, CHANNELS.index("salinity")]
    assert series.hours == 2.0
    assert salinity[46] == pytest.approx(35.1)
    assert np.isnan(salinity[[45, 47]]).all()


_GOOD = "time,salinity\n0,35\n1,35\n2,35\n"
_BAD_SENSOR = {
    "empty": ("", "empty file"),
    "white space": (" \n\n", "empty file"),
    "header only": ("time,salinity\n", "0 rows of data"),
    "two rows": ("time,salinity\n0,35\n1,35\n", "give at least 3"),
    "no time": (_GOOD.replace("time", "noise_db"), "no column 'time'"),
    "time only": ("time\n0\n1\n2\n", "no channel beside the time"),
    "misspelt": (_GOOD.replace("salinity", "salinty"), "did you mean 'salinity'"),
    "no unit": (_GOOD.replace("salinity", "pressure"), "did you mean 'pressure_dbar'"),
    "unknown": (_GOOD.replace("salinity", "zzz"), "unknown column 'zzz'; known: time"),
    "twice": ("time,salinity,salinity\n0,35,35\n1,35,35\n2,35,35\n", "given twice"),
    "text cell": (_GOOD.replace("1,35", "1,salty"), "row 3, column salinity: expected a number"),
    "infinite": (_GOOD.replace("1,35", "1,inf"), "row 3, column salinity"),
    "underscore": (_GOOD.replace("1,35", "1,3_5"), "row 3, column salinity"),
    "impossible": (_GOOD.replace("1,35", "1,350"), "row 3, column salinity: impossible value 350"),
    "time back": (_GOOD.replace("2,35", "0.5,35"), "row 4, column time: time does not rise"),
    "time twice": (_GOOD.replace("2,35", "1,35"), "time does not rise"),
    "mixed times": (_GOOD.replace("2,35", "2026-05-01,35"), "expected hours, found"),
    "bad date": (_GOOD.replace("0,35", "May,35", 1), "ISO 8601 time, found 'May'"),
    "empty time": (_GOOD.replace("1,35", ",35"), "row 3, column time"),
    "seconds": (_GOOD.replace("2,35", "1.7e9,35"), "give hours or ISO 8601"),
    "no value": ("time,salinity\n0,\n1,NaN\n2,NA\n", "no value in the last 48 hours"),
    "old values": ("time,salinity\n0,35\n100,\n200,\n", "no value in the last 48 hours"),
    "ragged": (_GOOD.replace("1,35", "1,35,36"), "row 3 has 3 cells, expected 2"),
    "semicolons": (_GOOD.replace(",", ";"), "unknown column"),
    "open quote": (_GOOD.replace("1,35", '1,"35'), "no CSV"),
    "binary": (b"\x00\x01\x02\x03", "zero byte"),
    "utf-16": (_GOOD.encode("utf-16"), "not UTF-8"),
    "latin-1": (_GOOD.replace("35", "35°").encode("latin-1"), "not UTF-8"),
}


@pytest.mark.parametrize("name", _BAD_SENSOR)
def test_bad_series_are_told_in_one_line(name: str, tmp_path: Path) -> None:
    content, said = _BAD_SENSOR[name]
    path = _write(tmp_path, "a.csv", content)
    with pytest.raises(SurveyError, match=said) as caught:
        read_sensor(path)
    _one_line(path, caught)


def test_huge_files_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as stream:
        stream.truncate(2**33)
    for reader in (read_acoustic, read_sensor, read_structure):
        with pytest.raises(SurveyError, match="larger than"):
            reader(path)


# Structures


def test_a_partial_design_may_say_anything_or_nothing(tmp_path: Path) -> None:
    nothing = read_structure(_write(tmp_path, "a.json", "{}"))
    assert nothing.design.name is None
    assert nothing.design.site.latitude is None
    assert nothing.report == ()
    assert not any(
        fact.known for key, fact in facts_of(nothing.design).items() if "claims" not in key
    )
    given = {
        "site": {"depth": "850 m"},
        "hull": {"form": "sphere", "inner_diameter": "4 m"},
        "report": ["The noise is 110 dB.", " "],
    }
    some = read_structure(_write(tmp_path, "b.json", json.dumps(given)))
    assert some.design.hull.form == "sphere"
    assert float(some.design.site.depth.to("m").magnitude) == 850.0  # type: ignore[union-attr]
    assert some.report == ("The noise is 110 dB.",)


def test_a_partial_design_knows_every_key_of_a_design() -> None:
    assert list(PartialDesign.model_fields) == list(Design.model_fields)
    site = type(PartialDesign().site)
    assert list(site.model_fields) == list(Design.model_fields["site"].annotation.model_fields)  # type: ignore[union-attr]
    for key, field in Design.model_fields.items():
        if key not in ("name", "purpose", "site"):
            assert PartialDesign.model_fields[key].annotation == field.annotation


def test_a_whole_design_is_a_partial_one_too(project: Path, tmp_path: Path) -> None:
    from habitat.load import load_design

    whole = load_design(project / "examples" / "azores_vent_station.yaml")
    text = json.dumps(whole.model_dump(mode="json", exclude_none=True))
    found = read_structure(_write(tmp_path, "a.json", text)).design
    assert found.model_dump(mode="json") == whole.model_dump(mode="json")
    assert pickle.loads(pickle.dumps(found)).model_dump(mode="json") == whole.model_dump(
        mode="json"
    )


_BAD_STRUCTURE = {
    "empty": ("", "the file is empty"),
    "list": ("[1]", "expected a mapping"),
    "yaml": ("name: x\n", "not valid JSON"),
    "unknown section": ('{"hul": {}}', "hul: unknown key; did you mean 'hull'"),
    "unknown key": ('{"hull": {"thicknes": "9 mm"}}', "did you mean 'hull.thickness'"),
    "no unit": ('{"hull": {"thickness": 95}}', "found '95' without a unit"),
    "wrong unit": ('{"hull": {"thickness": "95 kg"}}', "hull.thickness: expected a length"),
    "purpose": ('{"purpose": "sciense"}', "expected one of"),
    "latitude": ('{"site": {"latitude": 99}}', "impossible latitude"),
    "twice": ('{"name": "a", "name": "b"}', "given twice"),
    "report number": ('{"report": 3}', "report: expected a text or a list of texts"),
    "report of numbers": ('{"report": ["a", 3]}', "expected a text or a list of texts"),
    "not finite": ('{"hull": {"proof_test_factor": NaN}}', "finite"),
    "latin-1": ('{"name": "Açores"}'.encode("latin-1"), "not UTF-8"),
    "binary": (b"\x00\x01", "not a text file"),
    "deep": ("[" * 5000, "nested|not valid JSON"),
}


@pytest.mark.parametrize("name", _BAD_STRUCTURE)
def test_bad_structures_are_told_in_one_line(name: str, tmp_path: Path) -> None:
    content, said = _BAD_STRUCTURE[name]
    path = _write(tmp_path, "a.json", content)
    with pytest.raises(SurveyError, match=said) as caught:
        read_structure(path)
    _one_line(path, caught)
