"""The library: copies recognised by name or content, preferred by format, never a crash."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from base import CorpusError
from corpus.library import load_folder, recognise, scan_folder, text_for

SLA = "".join(
    f"§ {number}. {title}\nThe State shall keep lamp {number}.\n\n"
    for number, title in [
        (1301, "Definitions"), (1302, "Resources"), (1303, "Repeal"), (1311, "Rights"),
        (1312, "Seaward boundaries"), (1313, "Exceptions"), (1314, "Powers"), (1315, "Costs"),
    ]
)  # fmt: skip


def uslm(number: int) -> str:
    place = f"/us/usc/t43/s{number}"
    return (
        f'<section xmlns="http://xml.house.gov/schemas/uslm/1.0" identifier="{place}">'
        f'<num value="{number}">§ {number}.</num><heading>Lamps</heading>'
        f"<content>The State shall keep lamp {number}.</content></section>"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "texts"
    place.mkdir()
    return place


def test_a_copy_is_recognised_by_what_it_says(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "my notes.txt").write_text(SLA, encoding="utf-8")
    (folder / "readme.md").write_text("Nothing of the law here.", encoding="utf-8")
    texts = load_folder(folder)
    assert list(texts) == ["sla"]
    assert texts["sla"].file == "deep/my notes.txt"
    assert not texts["sla"].instrument.verified


def test_text_goes_before_xml_and_several_xml_files_make_one_text(folder: Path) -> None:
    for number in (1301, 1302, 1303, 1311, 1312, 1313, 1314, 1315):
        (folder / f"{number}.xml").write_text(uslm(number), encoding="utf-8")
    text = load_folder(folder)["sla"]
    assert (text.file, len(text.provisions)) == (".", 8)
    (folder / "z.txt").write_text(SLA, encoding="utf-8")
    scan = scan_folder(folder)
    assert scan.texts["sla"].file == "z.txt"
    assert {item.reason for item in scan.skipped} == {"another copy of sla was read"}
    assert [(item.id, item.text) for item in scan.texts["sla"].provisions] == [
        (item.id, item.text) for item in text.provisions
    ]


def test_a_broken_copy_gives_way_to_a_whole_one(folder: Path) -> None:
    (folder / "sla_43usc.txt").write_bytes(SLA.encode() + b"\xff")
    (folder / "other.txt").write_text(SLA, encoding="utf-8")
    scan = scan_folder(folder)
    assert scan.texts["sla"].file == "other.txt"
    assert "not UTF-8" in {item.file: item.reason for item in scan.skipped}["sla_43usc.txt"]


def test_where_no_copy_is_whole_the_folder_is_refused(folder: Path) -> None:
    (folder / "1301.xml").write_text(uslm(1301), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"1301\.xml: holds 1 of 8 sections of sla"):
        load_folder(folder)


def test_one_file_of_several_can_still_be_read_by_itself(folder: Path) -> None:
    path = folder / "1301.xml"
    path.write_text(uslm(1301), encoding="utf-8")
    assert [item.id for item in text_for(path).provisions] == ["sla:1301"]
    with pytest.raises(CorpusError, match="holds 1 of 8"):
        text_for(path, whole=True)


def test_every_file_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from corpus import library

    both = SLA + "§ 1331. Definitions\nA.\n\n§ 1333. Laws and regulations governing lands\nB.\n"
    (folder / "x.txt").write_text(both, encoding="utf-8")
    opened: list[str] = []
    real = library.read_bytes

    def count(path: Path, **options: object) -> bytes:
        opened.append(path.name)
        return real(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(library, "read_bytes", count)
    assert [item.id for item, _ in recognise(folder / "x.txt")] == ["sla", "ocsla"]
    assert opened == ["x.txt"]


def test_links_that_lead_out_are_left_alone(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text(SLA, encoding="utf-8")
    (folder / "in.txt").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (folder / "gone.txt").symlink_to(folder / "nothing.txt")
    scan = scan_folder(folder)
    assert scan.texts == {}
    reasons = {Path(item.file).name: item.reason for item in scan.skipped}
    assert reasons["in.txt"] == "a link that leads out of the folder"
    assert reasons["gone.txt"] == "not a regular file"


def test_huge_and_unreadable_files_are_passed_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.library.MAX_FILE_BYTES", 1000)
    (folder / "huge.txt").write_text(SLA * 3, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 no more")
    os.mkfifo(folder / "pipe.txt")
    scan = scan_folder(folder)
    assert scan.texts == {}
    reasons = {Path(item.file).name: item.reason for item in scan.skipped}
    assert reasons["huge.txt"] == "larger than 1000 bytes"
    assert reasons["broken.pdf"].startswith("corrupt PDF")
    assert reasons["pipe.txt"] == "not a regular file"


def test_too_many_files_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.library.MAX_FILES", 2)
    for number in range(3):
        (folder / f"{number}.txt").write_text("x", encoding="utf-8")
    with pytest.raises(CorpusError, match="more than 2 files"):
        load_folder(folder)


def test_a_missing_folder_and_an_unknown_text(folder: Path) -> None:
    with pytest.raises(CorpusError, match="no such folder"):
        load_folder(folder / "none")
    (folder / "poem.txt").write_text("The sea, the sea.", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"poem\.txt: no known instrument recognised"):
        text_for(folder / "poem.txt")
    (folder / "bad.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(CorpusError, match=r"bad\.txt: not UTF-8 text"):
        text_for(folder / "bad.txt")


def test_links_to_themselves_are_no_folder_and_no_text(folder: Path) -> None:
    for name in ("circle", "circle.txt"):
        (folder / name).symlink_to(folder / name)
    (folder / "acts.txt").write_text(SLA, encoding="utf-8")
    assert list(load_folder(folder)) == ["sla"]
    with pytest.raises(CorpusError, match="no such folder"):
        load_folder(folder / "circle")
    with pytest.raises(CorpusError, match=r"circle\.txt: no such file"):
        text_for(folder / "circle.txt")


def test_a_file_name_that_no_encoding_can_write_is_shown_readably(folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xff.txt")).write_text(SLA, encoding="utf-8")
    assert load_folder(folder)["sla"].file == "caf[U+DCFF].txt"


OFFICIAL = {
    "unclos": ("unclos/unclos_1982_full_en.md", "article", 320),
    "isa-nodules": ("isa/isba_19_c_17_nodules_exploration_2013.txt", "regulation", 42),
    "isa-sulphides": ("isa/isba_16_a_12_rev1_sulphides_exploration_2010.txt", "regulation", 44),
    "isa-crusts": ("isa/isba_18_a_11_crusts_exploration_2012.txt", "regulation", 44),
    "sla": ("ocsla/ocsla_43usc_ch29_s1301-1356c.txt", "section", 8),
    "ocsla": ("ocsla/ocsla_43usc_ch29_s1301-1356c.txt", "section", 28),
    "msfd": ("msfd/msfd_2008_56_ec_oj_en.txt", "article", 28),
}


@pytest.mark.official
def test_the_official_copies(corpora: Path) -> None:
    texts = load_folder(corpora)
    assert set(texts) == {*OFFICIAL, "part-xi-agreement", "isa-exploitation-draft"}
    for identifier, (file, kind, count) in OFFICIAL.items():
        text = texts[identifier]
        assert text.file == file
        assert text.instrument.verified
        units = [item for item in text.provisions if item.kind == kind and ":annex" not in item.id]
        assert len(units) == count, identifier
    for text in texts.values():
        assert text.broken_spans() == []


@pytest.mark.official
def test_an_edited_copy_is_read_and_marked_unverified(corpora: Path, folder: Path) -> None:
    copy = folder / "unclos_1982_full_en.md"
    shutil.copyfile(corpora / "unclos/unclos_1982_full_en.md", copy)
    copy.chmod(0o600)
    copy.write_bytes(copy.read_bytes().replace(b"500 met", b"400 met"))
    text = load_folder(folder)["unclos"]
    assert not text.instrument.verified
    assert "400 met" in text.by_id["unclos:60.5"].text
    assert text.broken_spans() == []


@pytest.mark.official
def test_other_instruments_only_on_request(corpora: Path) -> None:
    texts = load_folder(corpora / "other", others=True)
    assert len(texts) >= 30
    assert all(text.broken_spans() == [] for text in texts.values())
    assert load_folder(corpora / "other" / "treaties") == {}
