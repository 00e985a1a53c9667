"""What components pass to each other: plain rows on ``Doc`` extensions, typed at the edges.

Rows are lists of strings and numbers, so that a ``Doc`` survives ``to_bytes`` and crosses between
the processes of ``nlp.pipe(n_process=...)``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, TypeVar

from jurisdictions.norm import Norm, Ordinal, Quantity, TextSpan

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class Cue:
    """A candidate norm on its way through the pipeline.

    Attributes:
        start, end: token range of the cue words.
        kind: ``shall``, ``may``, ``right``, ``duty``, ``ban``, ``define``, ``present``, ``order``.
        verb: token that the modal governs (the cue's own verb where there is no modal).
        negated: whether the norm is negated ("shall not", "no State shall").
        modality: filled in by the status component; empty before.
        subject: token of the subject's head; -1 where none was found.
        bearer: filled in by the bearer component; empty where unnamed.
    """

    start: int
    end: int
    kind: str
    verb: int
    negated: bool
    subject: int = -1
    modality: str = ""
    bearer: str = ""


Row = TypeVar("Row", Quantity, Ordinal, TextSpan, Norm, Cue)

#: Extension name → row type. All are lists; ``zones`` is a list of strings, the last one a flag.
ROWS: dict[str, type] = {
    "quantities": Quantity,
    "ordinals": Ordinal,
    "exceptions": TextSpan,
    "conditions": TextSpan,
    "cues": Cue,
    "norms": Norm,
}


def add_extensions() -> None:
    """Register the ``Doc`` extensions, once."""
    from spacy.tokens import Doc

    for name in (*ROWS, "zones"):
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=[])
    if not Doc.has_extension("binds_installation"):
        Doc.set_extension("binds_installation", default=False)


def put(doc: Doc, name: str, rows: Iterable[Quantity | Ordinal | TextSpan | Norm | Cue]) -> None:
    """Store typed rows on the document."""
    doc._.set(name, [list(astuple(row)) for row in rows])


def rows(doc: Doc, name: str, kind: type[Row]) -> list[Row]:
    """Return the rows that a component stored under ``name``."""
    return [kind(*values) for values in doc._.get(name)]
