"""Reading: one pass of the rules over segments gives everything that teacher and student see."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from distill.hashed import Features
from jurisdictions.extract import extract_texts
from jurisdictions.learning.segments import Segment
from jurisdictions.norm import Norm
from jurisdictions.pipeline.features import cue_features, segment_features
from jurisdictions.pipeline.installation import installation_evidence
from jurisdictions.pipeline.state import Cue, rows
from jurisdictions.pipeline.text import normalise
from jurisdictions.pipeline.unsure import unsure_installation, unsure_modality

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

#: Characters around a cue that the teacher reads.
_AROUND = 240


@dataclass(frozen=True, slots=True)
class CueReading:
    """One cue as the rules and the models see it.

    Attributes:
        cue: its words.
        marked: its sentence with the cue between « and », which the teacher reads.
        modality: by the rules.
        unsure: whether that was by default.
        features: what the student reads.
    """

    cue: str
    marked: str
    modality: str
    unsure: bool
    features: Features


@dataclass(frozen=True, slots=True)
class Reading:
    """One segment as the rules and the models see it.

    Attributes:
        segment: the words.
        evidence: what the rules saw of an installation.
        unsure: whether their answer was by default.
        binds: their answer, lead-in included.
        features: what the student reads.
        cues: the candidate norms of the text itself.
    """

    segment: Segment
    evidence: str
    unsure: bool
    binds: bool
    features: Features
    cues: tuple[CueReading, ...]

    @property
    def described(self) -> str:
        """What the teacher reads: instrument, heading, lead-in and text."""
        one = self.segment
        parts = (one.instrument, one.heading, one.lead_in[-300:], one.text)
        return " | ".join(" ".join(part.split()) for part in parts if part.strip())


def read_segments(segments: list[Segment], nlp: Language) -> Iterator[Reading]:
    """Yield the reading of each segment, in order.

    Args:
        segments: the words.
        nlp: the pipeline of :func:`jurisdictions.extract.load_pipeline`.
    """
    verdicts = extract_texts(((one.text, one.lead_in, one.instrument) for one in segments), nlp=nlp)
    docs = nlp.pipe((normalise(one.text) for one in segments), batch_size=64)
    for segment, extraction, doc in zip(segments, verdicts, docs, strict=True):
        yield Reading(
            segment,
            installation_evidence(doc.text, rows(doc, "norms", Norm)),
            unsure_installation(doc),
            extraction.binds_installation,
            segment_features(doc),
            tuple(_cue(doc, cue) for cue in rows(doc, "cues", Cue)),
        )


def _cue(doc: Doc, cue: Cue) -> CueReading:
    span, sent = doc[cue.start : cue.end], doc[cue.start].sent
    before = doc.text[max(sent.start_char, span.start_char - _AROUND) : span.start_char]
    after = doc.text[span.end_char : min(sent.end_char, span.end_char + _AROUND)]
    marked = " ".join(f"{before} « {span.text} » {after}".split())
    return CueReading(
        span.text, marked, cue.modality, unsure_modality(doc, cue), cue_features(doc, cue)
    )


def save_readings(readings: Iterable[Reading], path: Path) -> None:
    """Write readings as JSON lines, so that a later run need not parse again."""
    from base import write_whole

    write_whole(path, "".join(json.dumps(asdict(one), default=_plain) + "\n" for one in readings))


def _plain(value: Any) -> Any:
    return [round(float(item), 4) for item in value] if value.dtype.kind == "f" else value.tolist()


def load_readings(path: Path) -> list[Reading]:
    """Read what :func:`save_readings` wrote."""
    with path.open(encoding="utf-8") as lines:
        return [_reading(json.loads(line)) for line in lines]


def _reading(row: dict[str, Any]) -> Reading:
    cues = tuple(
        CueReading(**{**cue, "features": _features(cue["features"])}) for cue in row["cues"]
    )
    return Reading(
        **{
            **row,
            "segment": Segment(**row["segment"]),
            "features": _features(row["features"]),
            "cues": cues,
        }
    )


def _features(row: dict[str, Any]) -> Features:
    return Features(
        np.array(row["keys"], dtype=np.uint64), np.array(row["dense"], dtype=np.float32)
    )
