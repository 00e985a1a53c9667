"""The user's folder: adding copies, listing and verifying them."""

from __future__ import annotations

from pathlib import Path

import pytest

from base import CorpusError
from corpus import home
from tests.test_corpus_library import SLA


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    path = tmp_path / "sla.txt"
    path.write_text(SLA, encoding="utf-8")
    return path


def test_a_copy_is_added_listed_and_checked(copy: Path, tmp_path: Path) -> None:
    added = home.add_file(copy, home=tmp_path / "home")
    assert (added.file, added.instruments, added.state) == ("sla/sla.txt", ("sla",), "unverified")
    assert (tmp_path / "home/corpus/sla/sla.txt").read_text("utf-8") == SLA
    assert home.verify(tmp_path / "home") == [added]
    listed = {item.id: item for item in home.list_sources(home=tmp_path / "home")}
    assert listed["sla"].files == ("sla/sla.txt",)
    assert listed["unclos"].files == ()
    assert listed["unclos"].embedded
    assert not listed["marpol"].by_default
    assert not listed["iso14001"].fetchable


def test_adding_twice_is_harmless_and_overwriting_is_refused(copy: Path, tmp_path: Path) -> None:
    first = home.add_file(copy, home=tmp_path)
    assert home.add_file(copy, home=tmp_path) == first
    copy.write_text(SLA.replace("keep lamp 1301", "keep lamp 9"), encoding="utf-8")
    with pytest.raises(CorpusError, match="another file of this name is there already"):
        home.add_file(copy, home=tmp_path)
    assert (tmp_path / "corpus/sla/sla.txt").read_text("utf-8") == SLA


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("poem.txt", b"The sea, the sea.", "no known instrument recognised"),
        ("bad.txt", b"\xff\xfe\x00", "not UTF-8 text"),
        ("empty.xml", b"", "no known instrument recognised"),
        ("broken.pdf", b"%PDF-1.7 cut", "corrupt PDF"),
        ("unclos_part_xi_un_text.txt", b"PART XI", "holds Part XI only"),
        ("unclos_1982_full_en.md", b"# No article", "no article"),
    ],
)
def test_what_does_not_read_is_not_added(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(CorpusError, match=message):
        home.add_file(path, home=tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_a_missing_file_and_an_unwritable_folder(copy: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such file"):
        home.add_file(tmp_path / "none.txt", home=tmp_path)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(CorpusError, match="cannot be written"):
        home.add_file(copy, home=tmp_path / "file")


def test_files_that_rot_are_told_apart(copy: Path, tmp_path: Path) -> None:
    home.add_file(copy, home=tmp_path)
    folder = tmp_path / "corpus"
    (folder / "sla/sla.txt").write_bytes(SLA.encode()[:40] + b"\xff")
    (folder / "note.md").write_text("Mine.", encoding="utf-8")
    (folder / "out.txt").symlink_to(copy)
    states = {item.file: item.state for item in home.verify(tmp_path)}
    assert states["sla/sla.txt"] == "unreadable"
    assert states["note.md"] == "unknown"
    assert "unreadable" in states.values()


def test_the_home_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BATHYLEX_HOME", str(tmp_path))
    assert home.corpus_folder(home.home_folder()) == tmp_path / "corpus"
    monkeypatch.delenv("BATHYLEX_HOME")
    assert home.home_folder().name == "bathylex"


def test_an_empty_home_holds_nothing(tmp_path: Path) -> None:
    assert home.verify(tmp_path) == []


@pytest.mark.official
def test_official_copies_verify(corpora: Path, tmp_path: Path) -> None:
    for file in ("msfd/msfd_2008_56_ec_oj_en.txt", "ocsla/ocsla_43usc_ch29_s1301-1356c.txt"):
        home.add_file(corpora / file, home=tmp_path)
    assert [(item.instruments, item.state) for item in home.verify(tmp_path)] == [
        (("msfd",), "verified"),
        (("sla", "ocsla"), "verified"),
    ]
