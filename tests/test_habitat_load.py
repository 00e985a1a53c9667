"""Reading designs: every bad file is one line that says where, what and what instead."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base import DesignError
from habitat import Design, apply_settings, load_design
from habitat.load import MAX_DESIGN_BYTES, known_keys
from habitat.markup import parse_scalar, read_markup

GOOD = """\
name: Vent station
purpose: scientific_research
site:
  latitude: 37.84
  longitude: -31.52
  depth: 850 m
crew: {persons: 6, mission_duration: 28 day}
hull: null
safety_zone: {radius: 500 m, notice_given: true}
"""


def _load(folder: Path, text: str | bytes, name: str = "design.yaml") -> Design:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_design(file)


def _refusal(folder: Path, text: str | bytes, name: str = "design.yaml") -> str:
    with pytest.raises(DesignError) as caught:
        _load(folder, text, name)
    line = str(caught.value)
    assert str(folder / name) in line
    assert "\n" not in line
    return line


def test_reads_yaml_and_json_alike(tmp_path: Path) -> None:
    design = _load(tmp_path, GOOD)
    assert design.site.depth is not None
    assert design.site.depth.to("m").magnitude == 850
    assert design.hull.material is None
    data = design.model_dump(mode="json", exclude_none=True)
    assert _load(tmp_path, json.dumps(data, indent="\t"), "design.json") == design


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("850 m", "850", "line 6, site.depth: expected a depth such as '850 m', found '850'"),
        ("850 m", "850 kg", "line 6, site.depth: expected a depth"),
        ("depth: 850", "dept: 850", "line 6, site.dept: unknown key; did you mean 'site.depth'?"),
        ("radius:", "deepness:", "line 9, safety_zone.deepness: unknown key; known keys: radius"),
        ("hull: null", "radius: 5 m", "line 8, radius: unknown key; did you mean"),
        ("37.84", "91", "line 4, site.latitude: impossible latitude 91"),
        ("37.84", ".nan", "line 4, site.latitude"),
        ("-31.52", "1:30", "line 5, site.longitude: expected a longitude in decimal degrees"),
        ("scientific_research", "scientific", "did you mean 'scientific_research'?"),
        ("notice_given: true", "notice_given: maybe", "expected true or false, found 'maybe'"),
        ("persons: 6", "persons: six", "crew.persons: expected a whole number"),
        ("hull: null", "hull: steel", "line 8, hull: expected a section of keys, found 'steel'"),
        ("name: Vent station", "", "name: required key is missing"),
        ("  latitude: 37.84\n", "", "site.latitude: required key is missing"),
        ("hull: null", "crew: {}", "line 8: key 'crew' is given twice (first on line 7)"),
        ("hull: null", "hull: &a {}", "line 8: anchors and aliases are not allowed"),
        ("hull: null", "hull: !!python/name:os.system x", "line 8: tag"),
        ("hull: null", "---\nname: other", "line 8: more than one document"),
        ("hull: null", "hull: {", "not valid YAML"),
        ("hull: null", "hull:\n\tform: sphere", "line 9: not valid YAML"),
        ("hull: null", "? [a]\n: b", "a key must be a word"),
    ],
)
def test_says_what_and_where(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    assert said in _refusal(tmp_path, GOOD.replace(old, new, 1))


def test_counts_further_problems(tmp_path: Path) -> None:
    text = GOOD.replace("850 m", "850").replace("500 m", "500")
    line = _refusal(tmp_path, text)
    assert "site.depth" in line
    assert line.endswith("(and 1 more)")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        ("# nothing\n", "no values"),
        ("- a\n- b\n", "expected a mapping"),
        ("hello", "expected a mapping"),
        (b"\x00\x01\x02", "not a text file"),
        (b"\xff\xfe\x00n", "not UTF-8"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "not UTF-8"),
        ("x" * (MAX_DESIGN_BYTES + 1), "larger than"),
        ("a: \x07", "not valid YAML"),
        ('name: "\\e[2J"', "control character in '[U+001B][2J'"),
        ('"\\ud800": 1', "control character in '[U+D800]'"),
    ],
)
def test_refuses_what_is_no_design(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert said in _refusal(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{" * 100_000,
        "a: {" * 5_000,
        "a: &a [x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n",
        "- 1\n" * 200_000,
        "name: " + "9" * 500_000,
    ],
)
def test_bombs_are_refused_quickly(tmp_path: Path, text: str) -> None:
    started = time.perf_counter()
    _refusal(tmp_path, text)
    assert time.perf_counter() - started < 10.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"name": "a", "name": "b"}', "key 'name' is given twice"),
        ('{"name": NaN}', "finite"),
        ("[" * 100_000, "nested too deep"),
        ('{"a":' * 20 + "1" + "}" * 20, "nested more than 16"),
        ('{"a": }', "line 1: not valid JSON"),
        ('{"a": ' + "9" * 10_000 + "}", "number too long"),
        ('{\n"name": "x",\n"purpose": "other",\n"site": {"latitude": 1}}', "site.longitude"),
        ('{"name": ["\\u001b]0;title"]}', "control character in '[U+001B]]0;title'"),
        ('{"operator_state": "\\ud800"}', "control character in '[U+D800]'"),
        ('{\n"nam": "x"}', "line 2, nam: unknown key; did you mean 'name'?"),
    ],
)
def test_refuses_bad_json(tmp_path: Path, text: str, said: str) -> None:
    assert said in _refusal(tmp_path, text, "design.json")


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.yaml", tmp_path):
        with pytest.raises(DesignError, match=r"no such file|not a regular file"):
            load_design(path)


def test_settings_are_checked_like_a_file(tmp_path: Path) -> None:
    design = _load(tmp_path, GOOD)
    varied = apply_settings(
        design,
        {"site.depth": "0.9 km", "safety_zone.notice_given": "false", "crew.persons": "null"},
    )
    assert varied.site.depth is not None
    assert varied.site.depth.to("m").magnitude == pytest.approx(900)
    assert varied.safety_zone.notice_given is False
    assert varied.crew.persons is None
    assert varied.safety_zone.radius == design.safety_zone.radius
    assert design.crew.persons == 6


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("site.dept", "1 m", "site.dept: unknown key; did you mean 'site.depth'?"),
        ("site.depth.x", "1 m", "'site.depth' is a value, not a section"),
        ("site", "1 m", "expected a key inside the section"),
        ("site.depth", "900", "site.depth: expected a depth"),
        ("site.latitude", "95", "impossible latitude"),
        ("nothing.at.all", "1", "unknown key"),
        ("site.depth", "9\n00 m", "one line of printable text"),
    ],
)
def test_settings_refused(tmp_path: Path, key: str, value: str, said: str) -> None:
    design = _load(tmp_path, GOOD)
    with pytest.raises(DesignError) as caught:
        apply_settings(design, {key: value})
    assert said in str(caught.value)


def test_reads_yaml_1_2_scalars() -> None:
    text = "a: 010\nb: 1:30\nc: 2026-01-31\nd: yes\ne: 1e3\nf:\ng: 'no'\nh: 0x10\n"
    data, lines = read_markup("\ufeff" + text, where="x")
    assert data == {
        "a": 10, "b": "1:30", "c": "2026-01-31", "d": True, "e": 1000.0, "f": None, "g": "no",
        "h": "0x10",
    }  # fmt: skip
    assert lines["h"] == 8


@settings(deadline=None)
@given(st.sampled_from(["true", "null", "6", "1.5", "900 m", "a: b", "[1]", "*x", "!!str 1", "no"]))
def test_a_setting_reads_as_in_a_file(text: str) -> None:
    value = parse_scalar(text, where="key")
    if isinstance(value, str):
        assert value == text
    else:
        assert read_markup(f"key: {text}", where="x")[0]["key"] == value


_JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(known_keys(Design)), _JSON_VALUES, max_size=4))
def test_any_data_gives_a_design_or_a_design_error(data: dict[str, Any]) -> None:
    from habitat.load import validate

    try:
        validate(Design, data, where="design.yaml")
    except DesignError as problem:
        assert "\n" not in str(problem)
    else:
        assert {"name", "purpose", "site"} <= data.keys()


@settings(deadline=None)
@given(st.text(alphabet="ab:{}[]-?&*!|>'\"#%@,~<=\\\n\t\r 019.eE_\u0085\u2028", max_size=60))
def test_any_text_is_a_mapping_or_a_design_error(text: str) -> None:
    for as_json in (False, True):
        try:
            data, _ = read_markup(text, where="design.yaml", as_json=as_json)
        except DesignError as problem:
            assert "\n" not in str(problem)
        else:
            assert isinstance(data, dict)
