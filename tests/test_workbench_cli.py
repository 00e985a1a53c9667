"""The command line: exit statuses, JSON alone on stdout, whole reports, one line for bad input."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from compliance.finding import WORST_FIRST
from examples import examples
from workbench.cli import run

EXAMPLES = {path.stem: str(path) for path in examples()}
STATION = EXAMPLES["azores_vent_station"]
AS_OF = ("--as-of", "2026-01-01")
MINIMAL = "name: A\npurpose: tourism\nsite: {latitude: 37.84, longitude: -31.52}\n"
SPHERE = ("--form", "sphere", "--material", "Ti-6Al-4V ELI", "--inner-diameter", "2 m")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own corpus folder out: it would replace the embedded texts."""
    monkeypatch.setenv("BATHYLEX_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run a command that must answer, and return the JSON that is alone on its stdout."""

    def ask(*arguments: str, status: int | None = 0) -> Any:
        found = run([*arguments, "--json"])
        if status is not None:
            assert found == status
        return json.loads(capsys.readouterr().out, parse_constant=pytest.fail)

    return ask


@pytest.fixture
def audited(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Audit a design on a fixed date, whatever comes out."""

    def ask(design: str, *options: str) -> Any:
        return answer("audit", design, *AS_OF, *options, status=None)

    return ask


def process(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "workbench.cli", *arguments],
        capture_output=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"},
        cwd=Path(__file__).parent.parent,
        timeout=120,
        check=False,
    )


# Exit statuses


def test_a_lawful_design_exits_with_0(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "hut.yaml"
    path.write_text("name: Hut\npurpose: other\nsite: {latitude: 47, longitude: 2}\n")
    options = ("--jurisdiction", "UNCLOS", "--jurisdiction", "EU_MSFD")
    assert run(["audit", str(path), *AS_OF, *options]) == 0
    assert "Traceback" not in capsys.readouterr().err


def test_a_violation_exits_with_1(tmp_path: Path, audited: Callable[..., Any]) -> None:
    path = tmp_path / "wide.yaml"
    path.write_text(MINIMAL + "safety_zone: {radius: 900 m}\n")
    assert run(["audit", str(path), *AS_OF, "--json"]) == 1


def test_only_missing_facts_exit_with_3(tmp_path: Path) -> None:
    path = tmp_path / "silent.yaml"
    path.write_text(MINIMAL)
    assert run(["audit", str(path), *AS_OF, "--json"]) == 3


def test_bad_input_exits_with_2_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "bare.yaml"
    path.write_text(MINIMAL + "safety_zone: {radius: 500}\n")
    done = process("audit", str(path))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1 and b"safety_zone.radius" in done.stderr


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_exit_status_follows_the_totals(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(["audit", EXAMPLES[name], *AS_OF, "--json"])
    totals = json.loads(capsys.readouterr().out)["totals"]
    assert status == (1 if totals["violated"] else 3 if totals["undetermined"] else 0)


# JSON


AUDIT_KEYS = {"design", "zone", "jurisdictions", "findings", "totals", "conflicts", "inputs"}
FINDING_KEYS = {
    "provision", "citation", "jurisdiction", "verdict", "reason", "quote", "span", "text_source",
    "addressee", "effect", "facts", "margin", "priority", "severity", "remedy",
}  # fmt: skip
ZONE_KEYS = {
    "zones", "water_column", "seabed", "coastal_state", "distance_nmi", "margin_nmi",
    "second_state", "certain",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_audit_json_keeps_its_contract(name: str, audited: Callable[..., Any]) -> None:
    result = audited(EXAMPLES[name])
    assert result.keys() >= AUDIT_KEYS
    assert result["zone"].keys() >= ZONE_KEYS
    for status in result["jurisdictions"]:
        assert status.keys() >= {"id", "binding", "reason"} and status["reason"]
    for finding in result["findings"]:
        assert finding.keys() >= FINDING_KEYS
        assert finding["span"].keys() == {"file", "start", "end", "page"}
        assert finding["verdict"] in WORST_FIRST
        assert finding["priority"] in ("environmental", "safety", "commercial", "procedural")
        assert finding["severity"] in ("critical", "major", "minor", "observation")
        assert finding["text_source"] in ("restated", "engineering")
        assert finding["citation"] and finding["reason"]
        if finding["margin"] is not None and finding["verdict"] == "violated":
            assert finding["margin"] <= 0


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_totals_are_what_the_findings_add_up_to(name: str, audited: Callable[..., Any]) -> None:
    result = audited(EXAMPLES[name])
    rank = {verdict: place for place, verdict in enumerate(WORST_FIRST)}
    worst: dict[str, str] = {}
    for finding in result["findings"]:
        seen = worst.setdefault(finding["provision"], finding["verdict"])
        if rank[finding["verdict"]] < rank[seen]:
            worst[finding["provision"]] = finding["verdict"]
    counted = Counter(worst.values())
    assert result["totals"] == {verdict: counted.get(verdict, 0) for verdict in WORST_FIRST}
    assert sum(result["totals"].values()) == len(worst)


def test_every_quote_of_a_digest_stands_where_its_span_says(audited: Callable[..., Any]) -> None:
    result = audited(STATION)
    sources = {
        name: files("corpus").joinpath("digest", Path(name).name).read_bytes().decode("utf-8")
        for name in {finding["span"]["file"] for finding in result["findings"]}
    }
    check_spans(result, sources)


@pytest.mark.official
def test_every_quote_of_an_official_text_stands_where_its_span_says(
    corpora: Path, audited: Callable[..., Any]
) -> None:
    result = audited(EXAMPLES["ccz_nodule_habitat"], "--corpus", str(corpora))
    official = {
        text["file"] for text in result["inputs"]["texts"] if text["text_source"] == "official"
    }
    plain = {name for name in official if name.endswith((".txt", ".md"))}
    assert len(plain) >= 5
    sources = {name: (corpora / name).read_bytes().decode("utf-8") for name in plain}
    assert check_spans(result, sources) > 1000
    assert all(text["verified"] for text in result["inputs"]["texts"])


def check_spans(result: Any, sources: dict[str, str]) -> int:
    """Compare quotes and bounds with the characters of their files; return how many."""
    checked = 0
    for finding in result["findings"]:
        span = finding["span"]
        if span["file"] not in sources:
            continue
        source = sources[span["file"]]
        assert source[span["start"] : span["end"]] == finding["quote"], finding["provision"]
        assert finding["quote"].strip(), finding["provision"]
        if finding["bound"] is not None:
            place = finding["bound"]["span"]
            assert source[place["start"] : place["end"]] == finding["bound"]["text"]
        checked += 1
    return checked


def test_two_audits_are_the_same_to_the_byte() -> None:
    first, second = (process("audit", STATION, *AS_OF, "--json") for _ in range(2))
    assert first.stdout == second.stdout
    assert first.returncode == second.returncode
    assert json.loads(first.stdout)["as_of"] == "2026-01-01"


def test_zone_takes_negative_degrees_as_plain_arguments(answer: Callable[..., Any]) -> None:
    found = answer("zone", "37.84", "-31.52")
    assert found.keys() >= ZONE_KEYS
    assert (found["coastal_state"], found["water_column"]) == ("PRT", "eez")
    south = answer("zone", "-20.763", "-176.191")
    assert (south["coastal_state"], south["latitude"]) == ("TON", -20.763)


def test_zone_without_json_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["zone", "-68.739", "-52.438"]) == 0
    printed = capsys.readouterr().out
    assert "antarctic_treaty_area" in printed and not printed.startswith("{")


def test_hull_gives_wall_pressure_and_margins(answer: Callable[..., Any]) -> None:
    found = answer("hull", *SPHERE, "--depth", "6500 m", "--thickness", "70 mm")
    assert {"required_thickness_mm", "pressure_mpa", "governing", "margins"} <= found.keys()
    assert found["margins"][found["governing"]] < 0
    wall = f"{math.ceil(found['required_thickness_mm'])} mm"
    enough = answer("hull", *SPHERE, "--depth", "6500 m", "--thickness", wall)
    assert enough["margins"][enough["governing"]] >= 0


def test_a_refused_material_is_an_answer(answer: Callable[..., Any]) -> None:
    acrylic = ("--form", "sphere", "--material", "acrylic PMMA", "--inner-diameter", "2 m")
    found = answer("hull", *acrylic, "--depth", "300 m")
    assert found["required_thickness_mm"] is None
    assert "PVHO" in found["reason"]


def test_graph_counts_and_files_agree(
    tmp_path: Path, answer: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    counts = answer("graph", "-o", str(tmp_path / "law.json"))
    graph = json.loads((tmp_path / "law.json").read_text(encoding="utf-8"))
    assert Counter(node["kind"] for node in graph["nodes"]) == counts["nodes"]
    assert counts["nodes"]["rule"] == counts["edges"]["executes"] >= 80
    assert [path.name for path in tmp_path.iterdir()] == ["law.json"]


def test_extract_segments_writes_one_line_for_each(tmp_path: Path) -> None:
    segments, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    texts = ["The operator shall report within 30 days.", "This Part is called the third Part."]
    lines = [json.dumps({"id": f"s{place}", "text": text}) for place, text in enumerate(texts)]
    segments.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert run(["extract", "--segments", str(segments), "-o", str(out)]) == 0
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [record["id"] for record in found] == ["s0", "s1"]
    assert [norm["modality"] for norm in found[0]["norms"]] == ["obligation"]
    (quantity,) = found[0]["quantities"]
    assert (quantity["value"], quantity["unit"]) == (30, "day")
    assert quantity["span"] in texts[0]


def test_extract_json_has_places_for_its_words(tmp_path: Path, answer: Callable[..., Any]) -> None:
    path = tmp_path / "permit.txt"
    text = "The holder shall keep a lamp lit.\n\nNo vessel may anchor within 200 metres.\n"
    path.write_text(text, encoding="utf-8")
    found = answer("extract", str(path))
    assert [text[record["start"] : record["end"]] for record in found] == [
        record["text"] for record in found
    ]
    assert [norm["modality"] for record in found for norm in record["norms"]] == [
        "obligation",
        "prohibition",
    ]
    shall, metres = found[0]["spans"]["norms"][0], found[1]["spans"]["quantities"][0]
    assert (text[slice(*shall)], text[slice(*metres)]) == ("shall", "200 metres")


def test_extract_prints_the_same_records_in_every_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], answer: Callable[..., Any]
) -> None:
    path, out = tmp_path / "permit.csv", tmp_path / "out.jsonl"
    path.write_text('1,"The holder shall keep a lamp lit"\n2,No vessel may anchor\n')
    found = answer("extract", str(path), "-o", str(out))
    assert len(found) == 2
    lines = out.read_text(encoding="utf-8")
    assert [json.loads(line) for line in lines.splitlines()] == found
    assert run(["extract", str(path)]) == 0
    assert capsys.readouterr().out == lines
    assert run(["extract", str(path), "--json"]) == 0
    assert capsys.readouterr().out == json.dumps(found, ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("command", [("extract",), ("extract", "--json"), ("corpus", "text")])
@pytest.mark.parametrize(
    ("name", "content"),
    {
        "nothing": ("law.txt", b""),
        "white space": ("law.md", b" \n\r\n\t"),
        "zeros": ("law.txt", b"\x00" * 64),
        "binary": ("law.txt", bytes(range(256))),
        "half of a surrogate pair": ("law.txt", b"The State shall \xed\xa0\xbd act."),
        "UTF-16": ("law.txt", "The State shall act.".encode("utf-16")),
        "no rows": ("terms.csv", b",,,\n"),
        "one cell without end": ("terms.csv", b'"' + b"shall " * 50_000),
        "deep XML": ("usc43.xml", b"<a>" * 50_000 + b"</a>" * 50_000),
        "XML cut off": ("usc43.xml", b"<uscDoc><section>"),
        "an unknown format": ("law.docx", b"PK\x03\x04 something"),
    }.values(),
)
def test_no_law_text_is_one_line(
    command: tuple[str, ...],
    name: str,
    content: bytes,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert name in refused(capsys, *command, str(path))


@pytest.mark.parametrize("command", [("extract",), ("corpus", "text")])
def test_a_text_beyond_the_limit_is_refused_before_it_is_read(
    command: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "law.txt"
    with path.open("wb") as sparse:
        sparse.truncate(100 * 1024 * 1024)
    assert "larger than" in refused(capsys, *command, str(path))
    assert "not a regular file" in refused(capsys, *command, str(tmp_path))
    assert "no such file" in refused(capsys, *command, str(tmp_path / "none.txt"))


def test_corpus_list_names_every_embedded_instrument(answer: Callable[..., Any]) -> None:
    listed = {item["id"]: item for item in answer("corpus", "list")["instruments"]}
    embedded = {name for name, item in listed.items() if item["embedded"]}
    assert embedded >= {"unclos", "isa-nodules", "ocsla", "msfd", "iso14001"}
    assert not any(item["files"] for item in listed.values())


@pytest.mark.official
def test_corpus_add_list_and_verify_tell_the_same(
    corpora: Path, answer: Callable[..., Any]
) -> None:
    (added,) = answer("corpus", "add", str(corpora / "unclos" / "unclos_1982_full_en.md"))
    assert (added["instruments"], added["state"]) == (["unclos"], "verified")
    assert answer("corpus", "verify") == [added]
    listed = {item["id"]: item for item in answer("corpus", "list")["instruments"]}
    assert listed["unclos"]["files"] == [added["file"]]


# Reports


def test_reports_are_written_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "reports"
    arguments = ["audit", STATION, *AS_OF, "-o", str(folder), "--format", "html,json", "--json"]
    run(arguments)
    printed = capsys.readouterr().out
    assert {path.name for path in folder.iterdir()} == {
        "azores_vent_station.html",
        "azores_vent_station.json",
    }
    assert (folder / "azores_vent_station.json").read_text(encoding="utf-8") == printed
    page = (folder / "azores_vent_station.html").read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html") and page.rstrip().endswith("</html>")


def test_the_summary_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    run(["audit", EXAMPLES["us_shelf_energy"], *AS_OF])
    printed = capsys.readouterr().out
    assert "Mississippi Canyon power hub" in printed and not printed.lstrip().startswith("{")


def test_law_of_an_earlier_date(audited: Callable[..., Any], capsys: Any) -> None:
    run(["audit", STATION, "--as-of", "1990-01-01", "--json"])
    before = json.loads(capsys.readouterr().out)
    unclos = {item["verdict"] for item in before["findings"] if item["instrument"] == "unclos"}
    assert unclos == {"inapplicable"}


def test_one_jurisdiction_alone(audited: Callable[..., Any]) -> None:
    result = audited(STATION, "--jurisdiction", "EU_MSFD")
    binding = {status["id"] for status in result["jurisdictions"] if status["binding"]}
    judged = {
        item["jurisdiction"] for item in result["findings"] if item["verdict"] != "inapplicable"
    }
    assert binding == judged == {"EU_MSFD"}


# Bad input: one line, status 2, nothing on stdout, nothing written

BOMB = (
    "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
    "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nname: *c\n"
)
BAD_DESIGNS = {
    "a missing unit": (MINIMAL + "safety_zone: {radius: 500}\n", "safety_zone.radius"),
    "the wrong dimension": (MINIMAL + "safety_zone: {radius: 5 kg}\n", "expected a length"),
    "an unknown key": (MINIMAL + "safty_zone: {radius: 5 m}\n", "did you mean 'safety_zone'?"),
    "an impossible latitude": (MINIMAL.replace("37.84", "97.84"), "impossible latitude"),
    "a latitude that is no number": (MINIMAL.replace("37.84", ".nan"), "site.latitude"),
    "an endless longitude": (MINIMAL.replace("-31.52", "-.inf"), "site.longitude"),
    "an empty file": ("", "the file is empty"),
    "aliases that multiply": (BOMB, "anchors and aliases"),
    "deep nesting": ("name: " + "[" * 5000 + "]" * 5000, "nested"),
    "a key given twice": (MINIMAL + "purpose: energy\n", "given twice"),
    "two documents": (MINIMAL + "---\n" + MINIMAL, "more than one document"),
    "a huge file": (MINIMAL + "# " + "x" * 1_100_000, "larger than"),
    "a huge number": (MINIMAL + f"crew: {{persons: {'9' * 5000}}}\n", "crew.persons"),
    "a mapping as a key": ("{a: 1}: 2\n", "a key must be a word"),
    "an unclosed quote": ('name: "A\n', "not valid YAML"),
    "a purpose that nobody knows": (MINIMAL.replace("tourism", "piracy"), "purpose"),
}


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must be refused, and return its one line."""
    assert run(list(arguments)) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("bathylex: ") and printed.err.count("\n") == 1, printed.err
    assert "Traceback" not in printed.err and len(printed.err) < 700
    return printed.err


@pytest.mark.parametrize("what", BAD_DESIGNS)
def test_a_bad_design_is_refused(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, words = BAD_DESIGNS[what]
    path = tmp_path / "design.yaml"
    path.write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    line = refused(capsys, "audit", str(path), "-o", str(out))
    assert words in line and "design.yaml" in line
    assert not out.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not UTF-8 text"),
        (b"name: A\x00", "not a text file"),
        (MINIMAL.encode("utf-16"), "not UTF-8 text"),
    ],
    ids=["picture", "null byte", "UTF-16"],
)
def test_a_binary_design_is_refused(
    content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "design.yaml"
    path.write_bytes(content)
    assert words in refused(capsys, "audit", str(path))


BAD_LINES = {
    "no arguments": ((), "Missing command"),
    "an unknown command": (("adit",), "No such command 'adit'"),
    "no design": (("audit",), "Missing argument 'DESIGN'"),
    "a missing design": (("audit", "nowhere.yaml"), "nowhere.yaml: no such file"),
    "one design too many": (("audit", STATION, STATION), "unexpected extra argument"),
    "an impossible date": (("audit", STATION, "--as-of", "2025-02-30"), "is not a date"),
    "a date in words": (("audit", STATION, "--as-of", "tomorrow"), "is not a date"),
    "an unknown format": (("audit", STATION, "--format", "html,odt"), "'odt'"),
    "an unknown jurisdiction": (("audit", STATION, "--jurisdiction", "MOON"), "'MOON'"),
    "an unknown option": (("audit", STATION, "--frobnicate"), "--frobnicate"),
    "a corpus that is not there": (("audit", STATION, "--corpus", "nowhere"), "no such folder"),
    "a latitude beyond the pole": (("zone", "91", "0"), "latitude: 91.0"),
    "a longitude beyond the date line": (("zone", "0", "-181"), "longitude: -181.0"),
    "a latitude in words": (("zone", "north", "0"), "'north' is not a number"),
    "a position that is no number": (("zone", "0", "nan"), "longitude: nan"),
    "half a position": (("zone", "37.84"), "Missing argument 'LONGITUDE'"),
    "a hull without a depth": (("hull", *SPHERE), "Missing option '--depth'"),
    "a depth without a unit": (("hull", *SPHERE, "--depth", "6500"), "--depth: expected a depth"),
    "a depth in seconds": (("hull", *SPHERE, "--depth", "6500 s"), "--depth: expected a depth"),
    "a depth above the sea": (("hull", *SPHERE, "--depth", "-5 m"), "--depth: expected a depth"),
    "a form that no hull has": (
        ("hull", "--form", "cube", *SPHERE[2:], "--depth", "9 m"),
        "unknown form 'cube'",
    ),
    "an unknown material": (
        ("hull", *SPHERE[:2], "--material", "cheese", *SPHERE[4:], "--depth", "9 m"),
        "unknown material 'cheese'",
    ),
    "nothing to extract from": (("extract",), "give either FILE or --segments"),
    "a missing law text": (("extract", "nowhere.pdf"), "nowhere.pdf: no such file"),
    "an unknown instrument": (("corpus", "fetch", "moon-treaty"), "no instrument 'moon-treaty'"),
    "an unknown corpus command": (("corpus", "burn"), "No such command 'burn'"),
}


@pytest.mark.parametrize("what", BAD_LINES)
def test_a_bad_command_line_is_refused(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, words = BAD_LINES[what]
    assert words in refused(capsys, *arguments)


def test_a_folder_in_place_of_a_design(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "not a regular file" in refused(capsys, "audit", str(tmp_path))


def test_a_corpus_with_nothing_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "shopping.txt").write_text("bread and butter\n")
    line = refused(capsys, "audit", STATION, "--corpus", str(tmp_path))
    assert "no law text that is recognised" in line


def test_reports_below_a_file_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocker = tmp_path / "reports"
    blocker.write_text("in the way")
    line = refused(capsys, "audit", STATION, *AS_OF, "-o", str(blocker / "here"))
    assert "cannot be written" in line
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_a_graph_of_an_unknown_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = refused(capsys, "graph", "-o", str(tmp_path / "x.txt"))
    assert "no known ending" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"%PDF-1.7\nnothing more", b"", b"\x00" * 64])
def test_a_corrupt_pdf_is_refused(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "law.pdf"
    path.write_bytes(content)
    assert "law.pdf" in refused(capsys, "extract", str(path), "-o", str(tmp_path / "out.jsonl"))
    assert [item.name for item in tmp_path.iterdir()] == ["law.pdf"]


def test_entities_in_xml_are_refused_before_they_grow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    levels = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 12))
    path = tmp_path / "usc43.xml"
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE uscDoc [<!ENTITY l0 "ha">{levels}]>'
        '<uscDoc xmlns="http://xml.house.gov/schemas/uslm/1.0">'
        '<section identifier="/us/usc/t43/s1333"><content>&l11;</content></section></uscDoc>'
    )
    line = refused(capsys, "extract", str(path))
    assert "usc43.xml" in line and "entit" in line.lower()


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("{broken", "line 2: not JSON"),
        ('{"id": "b"}', "line 2: a segment needs 'id' and 'text'"),
        ("[1, 2]", "line 2"),
        ('{"id": "a", "text": 5}', "line 2"),
    ],
)
def test_a_bad_segment_is_named_by_its_line(
    second: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    segments, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    segments.write_text('{"id": "a", "text": "The State shall act."}\n' + second + "\n")
    assert words in refused(capsys, "extract", "--segments", str(segments), "-o", str(out))
    assert not out.exists()


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m workbench.cli zone 37.84 -31.52 | true"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        cwd=Path(__file__).parent.parent,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.official
def test_a_file_of_two_instruments_gives_both(corpora: Path, tmp_path: Path) -> None:
    from corpus.library import any_texts

    (path,) = (corpora / "ocsla").glob("*.txt")
    texts = {text.instrument.id: text for text in any_texts(path)}
    assert sorted(texts) == ["ocsla", "sla"]
    assert texts["sla"].source == texts["ocsla"].source


def test_custom_is_shown_unless_it_is_left_out(audited: Callable[..., Any]) -> None:
    shown = audited(EXAMPLES["us_shelf_energy"])
    left_out = audited(EXAMPLES["us_shelf_energy"], "--without-custom")
    assert (shown["options"], left_out["options"]) == ({"custom": True}, {"custom": False})
    assert shown["totals_by_jurisdiction"]["UNCLOS"]["violated"] > 0
    unclos = left_out["totals_by_jurisdiction"]["UNCLOS"]
    assert unclos["inapplicable"] == sum(unclos.values())
    assert sum(shown["totals"].values()) == sum(left_out["totals"].values())


def test_the_graph_shows_the_relations_that_hold(answer: Callable[..., Any]) -> None:
    def ranked(*options: str) -> set[tuple[str, str]]:
        found = answer("graph", *options)["relations"]
        return {(item["source"], item["target"]) for item in found if item["holds"]}

    convention = ("unclos", "continental-shelf-1958")
    azores = ("--at", "37.84,-31.52", "--as-of", "2026-06-01")
    assert convention in ranked(*azores, "--state", "FRA")
    assert convention not in ranked(*azores, "--state", "USA")
    assert convention not in ranked("--at", "37.84,-31.52", "--as-of", "1994-11-15")
    assert convention not in ranked(*azores), "the coastal State is not taken for the operator's"
    standard = ("UNCLOS", "ISO_14001")
    assert standard in ranked(*azores)
    assert standard not in ranked("--as-of", "2015-09-14"), "before the edition of the standard"
    everything = answer("graph")["relations"]
    assert {item["holds"] for item in everything} == {None}
    assert any(item["gates"].get("parties_of") for item in everything)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--at", "north"), "is not a position"),
        (("--at", "95,0"), "--at: impossible latitude 95"),
        (("--as-of", "soon"), "is not a date"),
        (("--at", "37,-31", "--state", "ATLANTIS"), "is no State"),
        (("--state", "FRA"), "give one of them"),
    ],
)
def test_a_graph_of_nowhere_is_refused(
    options: tuple[str, ...], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["graph", *options]) == 2
    assert complaint in capsys.readouterr().err
