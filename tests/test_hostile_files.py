"""Files made to exhaust or to mislead: one line, exit status 2, little time and memory."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from base import BathylexError, BindingError, CorpusError, SurveyError
from compliance.scoring.law_file import read_law
from corpus.fetch import take_member
from jurisdictions.binding_files import read_binding_file
from tests.fuzz import seeds_law

#: A command that ends by itself where it takes more than a minute or 3 GiB.
_BOUNDED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from workbench.cli import run
sys.exit(run(sys.argv[1:]))
"""


def _refused(*arguments: str) -> str:
    """Run a command; return its one line, after asserting that it is a refusal."""
    done = subprocess.run(
        [sys.executable, "-c", _BOUNDED, *arguments], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 2, done.stderr[-2000:]
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert len(lines[0]) < 2500
    return lines[0]


def _nested_aliases(levels: int) -> str:
    lines = ["a0: &a0 [lamp, lamp]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


DESIGNS = {
    "aliases.yaml": (_nested_aliases(12), "anchors and aliases"),
    "deep.yaml": ("a: " + "[" * 100_000, "nested more than 16 levels"),
    "deeper.yaml": ("a: " + "{b: " * 50_000, "nested more than 16 levels"),
    "indented.yaml": ("".join(f"{' ' * n}k:\n" for n in range(900)), "nested more than 16 levels"),
    "keys.yaml": ("".join(f"k{n}: 1\n" for n in range(100_000)), "more than 20000 values"),
    "deep.json": ('{"a":' * 100_000, "nested too deep"),
    "keys.json": (json.dumps({f"k{n}": 1 for n in range(70_000)}), "unknown key"),
    "digits.json": ('{"name": ' + "9" * 10_000 + "}", "number too long"),
    "tag.yaml": ("name: !!python/object/apply:os.system [ls]", "tag"),
    "zero.yaml": ("name: a\0b", "not a text file"),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_designs_that_explode_are_refused_by_the_command(name: str, tmp_path: Path) -> None:
    text, told = DESIGNS[name]
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert told in _refused("audit", str(path))


def test_a_line_of_a_hundred_megabytes_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "line.yaml"
    with path.open("wb") as file:
        file.write(b"name: ")
        file.truncate(100 * 1024 * 1024)
    assert "larger than 1048576 bytes" in _refused("audit", str(path))


def test_pipes_devices_folders_and_loops_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    (tmp_path / "folder.yaml").mkdir()
    for name in ("pipe", "zero", "loop", "folder"):
        line = _refused("audit", str(tmp_path / f"{name}.yaml"))
        assert f"{name}.yaml" in line


def test_entity_bombs_in_a_law_file_are_refused(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE a [<!ENTITY a0 "ha">{entities}]><a>&a11;</a>'
    path = tmp_path / "law.xml"
    path.write_text(bomb, encoding="utf-8")
    assert "law.xml" in _refused("extract", str(path))
    with pytest.raises(CorpusError, match="declares entities"):
        read_law(path)


def test_a_page_that_unpacks_to_a_gibibyte_is_bounded(tmp_path: Path) -> None:
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(bytes(1 << 24)) for _ in range(64)) + packer.flush()
    plain = seeds_law.pdf(b"BT ET")
    old = zlib.compress(b"BT ET")
    data = plain.replace(f"/Length {len(old)}>>".encode(), f"/Length {len(body)}>>".encode())
    path = tmp_path / "bomb.pdf"
    path.write_bytes(data.replace(old, body))
    assert "bomb.pdf" in _refused("extract", str(path))


def test_a_member_of_an_archive_is_bounded_and_never_unpacked_by_its_name() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("law.xml", bytes(8 << 20))
        archive.writestr("../../escape.xml", b"<a/>")
    with pytest.raises(CorpusError):
        take_member(stream.getvalue(), "law.xml", where="z", limit=1 << 20)
    assert take_member(stream.getvalue(), "../../escape.xml", where="z") == b"<a/>"


@pytest.mark.parametrize(
    "shape", ["(100000, 100000)", "(9223372036854775807, 2)", "(-1, 4)", "(1,) * 99", "()"]
)
def test_headers_of_arrays_that_promise_more_than_there_is(shape: str, tmp_path: Path) -> None:
    from habitat.survey.readers import read_acoustic

    stream = io.BytesIO()
    np.save(stream, np.zeros((2, 2), dtype=np.float32))
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode()
    data = stream.getvalue()
    path = tmp_path / "a.npy"
    path.write_bytes(data[:10] + head.ljust(117) + b"\n" + data[128:])
    start = time.process_time()
    with pytest.raises(SurveyError):
        read_acoustic(path)
    assert time.process_time() - start < 30


def test_aliases_of_a_binding_file_are_counted_written_out() -> None:
    for text in (_nested_aliases(12), "a: &a [*a]", "a: " + "[" * 5000):
        with pytest.raises(BindingError):
            read_binding_file(text, where="own.yaml")


@pytest.mark.parametrize("text", ["a: 2026-13-45", "? [a, b]\n: 1", "? {a: 1}\n: 2", "- 1", "7"])
def test_odd_binding_files_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(BindingError) as caught:
        read_binding_file(text, where="own.yaml")
    assert "\n" not in str(caught.value)


def test_long_words_of_a_file_are_cut_in_messages() -> None:
    line = str(BathylexError("lamp " * 100_000, where="f" * 9000, hint="h" * 9000))
    assert len(line) < 2000
    assert line.startswith("fff")
    assert line.endswith("hhh")


def test_series_that_lead_out_of_their_folder_are_refused(tmp_path: Path) -> None:
    from compliance.scoring.new_series import read_series_folder

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "s.csv").symlink_to("/etc/hostname")
    for name, told in (("../x.csv", "no file of the folder"), ("s.csv", "leads out")):
        rows = "".join(f"{name},9\n" for _ in range(30))
        (tmp_path / "in" / "labels.csv").write_text("file,site.depth_m\n" + rows)
        with pytest.raises(SurveyError, match=told):
            read_series_folder(tmp_path / "in", seed=0)


@pytest.mark.parametrize(
    "command",
    [
        "impact NAME msfd@2018-01-01", "bind NAME", "whatif NAME", "sweep NAME",
        "sweep --surveys NAME", "coastal plan NAME", "coastal assess NAME", "audit NAME -o NAME",
        "coastal train extremes --data . -o NAME", "coastal plan STORM -o NAME", "extract NAME",
        "design --sensor NAME -o x.json", "optimize NAME", "corpus add NAME", "register add NAME",
    ],
)  # fmt: skip
def test_names_that_no_disk_takes_are_refused_by_every_command(command: str, project: Path) -> None:
    given = {"NAME": "x" * 400, "STORM": str(project / "examples/coastal/own_observations.yaml")}
    done = subprocess.run(
        [sys.executable, "-m", "workbench.cli", *(given.get(one, one) for one in command.split())],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    lines = done.stderr.strip().splitlines()
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert lines[-1].startswith("bathylex: ")
