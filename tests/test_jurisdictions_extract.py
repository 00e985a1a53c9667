"""The public face of extraction: order, spans, selection, files, saved pipelines."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from base import ExtractionError
from jurisdictions import extract
from jurisdictions.extract import (
    extract_text,
    extract_texts,
    load_pipeline,
    segments_jsonl,
    select_number,
    to_gold,
)
from jurisdictions.norm import Extraction, Ordinal, Quantity
from jurisdictions.pipeline import COMPONENTS, register
from jurisdictions.predicate import LawNumber

TEXT = (
    "The holder shall give back 40 per cent of the field by the end of the fifth contract year; "
    "the buffer around a well shall not exceed 600 metres, and vessels keep 2 nautical miles away."
)


def test_the_public_names() -> None:
    assert sorted(extract.__all__) == extract.__all__
    assert all(hasattr(extract, name) for name in extract.__all__)


def test_importing_extraction_loads_no_heavy_library() -> None:
    code = (
        "import sys, jurisdictions.extract; "
        "print([m for m in ('spacy', 'torch', 'pint', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_loading_the_pipeline_warns_of_nothing() -> None:
    load_pipeline.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nlp = load_pipeline()
    assert load_pipeline() is nlp
    assert [name for name in nlp.pipe_names if name in COMPONENTS] == list(COMPONENTS)


def test_texts_come_back_in_order_with_their_own_lead_ins() -> None:
    items = [
        ("(a) oil;", "The operator shall not release:", ""),
        ("(b) nets;", "The operator shall not release:", ""),
        ("The Board may meet.", "", ""),
        ("(a) a map;", "The owner shall keep:", ""),
    ]
    found = [
        [(norm.modality, norm.bearer) for norm in extraction.norms]
        for extraction in extract_texts(iter(items), batch_size=2)
    ]
    assert found == [
        [("prohibition", "operator")],
        [("prohibition", "operator")],
        [("permission", "Board")],
        [("obligation", "owner")],
    ]


def test_a_stream_is_read_as_it_is_asked_for() -> None:
    taken = 0

    def endless() -> object:
        nonlocal taken
        while True:
            taken += 1
            yield ("The owner shall report.", "", "")

    stream = extract_texts(endless(), batch_size=4)  # type: ignore[arg-type]
    assert next(stream).norms[0].bearer == "owner"
    assert taken < 100


def spans_of(extraction: Extraction) -> list[tuple[str, int, int]]:
    rows = [*extraction.quantities, *extraction.ordinals, *extraction.exceptions]
    found = [(row.span, row.start, row.end) for row in [*rows, *extraction.conditions]]
    found += [(n.cue, n.start, n.end) for n in extraction.norms if n.cue != "<lead_in>"]
    return found


def test_spans_are_words_of_the_source_whatever_its_typography() -> None:
    text = "3.\u00a0The \u201cowner\u2019s\u201d crew shall\u00a0stay within 40\u202fmetres\nof it."
    extraction = extract_text(text)
    assert [item.span for item in extraction.quantities] == ["40\u202fmetres"]
    for span, start, end in spans_of(extraction):
        assert text[start:end] == span


@pytest.mark.official
def test_every_span_of_a_sample_of_the_official_texts_verifies(corpora: Path) -> None:
    paragraphs: list[str] = []
    for path in sorted(corpora.rglob("*_en.md")) + sorted(corpora.rglob("isa/*.txt")):
        parts = re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))
        paragraphs += [part for part in parts if 60 < len(part) < 900][5::60][:12]
    assert len(paragraphs) > 60
    checked = 0
    extractions = extract_texts((part, "", "") for part in paragraphs)
    for text, extraction in zip(paragraphs, extractions, strict=True):
        for span, start, end in spans_of(extraction):
            assert text[start:end] == span
            checked += 1
        for norm in extraction.norms:
            assert 0 <= norm.clause_start <= norm.start < norm.end <= norm.clause_end <= len(text)
    assert checked > 60


class TestSelectNumber:
    @pytest.mark.parametrize(
        ("number", "value", "unit"),
        [
            (LawNumber(unit="percent"), 40, "percent"),
            (LawNumber(unit="m"), 600, "m"),
            (LawNumber(unit="km"), 600, "m"),
            (LawNumber(unit="nmi", nth=1), 2, "nmi"),
            (LawNumber(unit="meter", near="vessels"), 600, "m"),
            (LawNumber(unit="m", near="buffer"), 600, "m"),
            (LawNumber(ordinal="year"), 5, "year"),
        ],
    )
    def test_by_dimension_place_and_neighbour(
        self, number: LawNumber, value: float, unit: str
    ) -> None:
        found = select_number(extract_text(TEXT), number, text=TEXT)
        assert found is not None
        assert (found.value, found.unit) == (value, unit)

    @pytest.mark.parametrize(
        "number",
        [
            LawNumber(unit="kg"),
            LawNumber(unit="m", nth=5),
            LawNumber(unit="m", near="submarine"),
            LawNumber(ordinal="month"),
            LawNumber(unit="year"),
        ],
    )
    def test_what_the_text_does_not_state_is_none(self, number: LawNumber) -> None:
        assert select_number(extract_text(TEXT), number, text=TEXT) is None

    def test_near_looks_no_further_than_the_clause(self) -> None:
        text = "A raft stays within 30 metres; a buoy stays within 70 metres."
        found = select_number(extract_text(text), LawNumber(unit="m", near="buoy"), text=text)
        assert found is not None
        assert found.value == 70

    def test_an_ordinal_is_no_length_of_time(self) -> None:
        extraction = Extraction(
            quantities=(Quantity("fifth year", 0, 10, 5, "year", "<="),),
            ordinals=(Ordinal("fifth year", 0, 10, 5, "year"),),
        )
        assert select_number(extraction, LawNumber(unit="year")) is None
        assert select_number(extraction, LawNumber(ordinal="year")) == extraction.ordinals[0]

    def test_an_unknown_unit_is_an_error_that_names_it(self) -> None:
        with pytest.raises(ExtractionError, match="'furlong'"):
            select_number(extract_text(TEXT), LawNumber(unit="furlong"))


def test_the_gold_format() -> None:
    gold = to_gold(extract_text("The owner shall give back one third within 3 days."), "x1")
    assert gold == {
        "id": "x1",
        "norms": [{"modality": "obligation", "cue": "shall", "bearer": "owner"}],
        "quantities": [
            {"span": "one third", "value": 33.33, "unit": "percent", "comparator": "="},
            {"span": "3 days", "value": 3, "unit": "day", "comparator": "<="},
        ],
        "exceptions": [],
        "zones": [],
        "binds_installation": False,
    }


class TestSegmentsFile:
    def test_lines_in_lines_out(self, tmp_path: Path) -> None:
        source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        rows = [
            {"id": "a", "text": "The owner shall pay."},
            {"id": "b", "text": "(a) a fee;", "lead_in": "The owner shall pay:"},
        ]
        source.write_text("\n\n".join(json.dumps(row) for row in rows), encoding="utf-8")
        assert segments_jsonl(source, target) == 2
        found = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
        assert [row["id"] for row in found] == ["a", "b"]
        assert found[1]["norms"][0]["cue"] == "<lead_in>"

    @pytest.mark.parametrize(
        "line",
        [
            "not json",
            "[1]",
            '{"id": "a"}',
            '{"id": 3, "text": "x"}',
            '{"id":"a","text":null}',
            '{"id": "a", "text": "half of a pair: \\ud83d"}',
        ],
    )
    def test_a_bad_line_is_named_and_nothing_is_written(self, tmp_path: Path, line: str) -> None:
        source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        source.write_text('{"id": "a", "text": "The owner shall pay."}\n' + line, encoding="utf-8")
        with pytest.raises(ExtractionError, match="line 2"):
            segments_jsonl(source, target)
        assert not target.exists()

    def test_a_missing_or_binary_file_is_an_extraction_error(self, tmp_path: Path) -> None:
        with pytest.raises(ExtractionError, match="no such file"):
            segments_jsonl(tmp_path / "none.jsonl", tmp_path / "out.jsonl")
        binary = tmp_path / "in.bin"
        binary.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(ExtractionError, match="UTF-8"):
            segments_jsonl(binary, tmp_path / "out.jsonl")


@pytest.mark.parametrize("text", ["", " ", "\n", "...", "§", "(a)", "5.", "— — —"])
def test_texts_without_words_state_nothing(text: str) -> None:
    assert extract_text(text) == Extraction()


def test_a_long_text_is_read_in_pieces_as_it_would_be_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = f"(a) {TEXT} Unless the Board agrees, no person shall anchor a raft there. {TEXT}"
    whole = extract_text(text)
    monkeypatch.setattr(extract, "PIECE_CHARACTERS", 250)
    monkeypatch.setattr(extract, "BATCH_CHARACTERS", 300)
    assert extract_text(text) == whole
    assert len(whole.quantities) == 2 * len(extract_text(TEXT).quantities)
    for span, start, end in spans_of(whole):
        assert text[start:end] == span


def test_a_long_lead_in_governs_its_items(monkeypatch: pytest.MonkeyPatch) -> None:
    lead_in = "The crew rests. " * 4 + "The operator shall not release:"
    monkeypatch.setattr(extract, "PIECE_CHARACTERS", 40)
    items = [("(a) oil;", lead_in, ""), ("(b) nets;", lead_in, "")]
    found = [[norm.modality for norm in read.norms] for read in extract_texts(items)]
    assert found == [["prohibition"], ["prohibition"]]


def test_words_are_forgotten_after_their_batch() -> None:
    words = load_pipeline().vocab.strings
    extract_text("The owner shall report.")
    known = len(words)
    made_up = [(f"The zorb{number} shall report the quax{number}.", "", "") for number in range(80)]
    assert all(read.norms for read in extract_texts(made_up, batch_size=8))
    assert len(words) == known


def test_two_streams_may_be_read_in_turns() -> None:
    items = [(TEXT, "", ""), ("(a) oil;", "The operator shall not release:", "")] * 3
    first, second = (extract_texts(items, batch_size=2) for _ in range(2))
    turns = list(zip(first, second, strict=True))
    assert [read for read, _ in turns] == [read for _, read in turns] == list(extract_texts(items))


def test_a_saved_pipeline_reads_the_same(tmp_path: Path) -> None:
    import spacy

    load_pipeline().to_disk(tmp_path / "pipeline")
    register()
    nlp = spacy.load(tmp_path / "pipeline")
    (again,) = extract_texts([(TEXT, "", "")], nlp=nlp)
    assert again == extract_text(TEXT)


def test_two_processes_read_the_same_as_one() -> None:
    items = [(TEXT, "", ""), ("(a) oil;", "The operator shall not release:", "")] * 3
    with warnings.catch_warnings():
        # Python warns of forking beside threads that earlier tests may have started
        warnings.simplefilter("ignore", DeprecationWarning)
        parallel = list(extract_texts(items, batch_size=2, n_process=2))
    assert parallel == list(extract_texts(items))


def test_gold_segments_score_above_the_bar(shared: Path, tmp_path: Path) -> None:
    sys_path = str(shared / "gold" / "score.py")
    for name, key, bar in (("dev", "norms", 0.88), ("dev_quantity", "quantities", 0.95)):
        predicted = tmp_path / f"{name}.jsonl"
        segments_jsonl(shared / "gold" / f"{name}_segments.jsonl", predicted)
        gold = shared / "gold" / f"{name}_gold.jsonl"
        done = subprocess.run(
            [sys.executable, sys_path, str(gold), str(predicted)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout)[key]["f1"] >= bar


def test_an_endless_sentence_is_cut_and_a_long_one_is_not() -> None:
    nlp = load_pipeline()
    long = f"The owner shall keep {'very ' * 300}old logs."
    endless = nlp("dive and surface " * 900)
    assert len(list(nlp(long).sents)) == 1
    assert max(len(sent) for sent in endless.sents) == 600
