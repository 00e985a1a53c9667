"""Law text with what was read out of it, marked in place by exact spans, crossing ones too.

Marks may lie in one another or cross. The text is cut at every end of a mark, and each piece knows
all the marks over it: put together again the pieces are the text, character by character.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock

from corpus.model import CONTAINERS, LawText, Provision
from jurisdictions.norm import LEAD_IN, Extraction

#: What is marked: its kind, a word for people, and what it means.
KINDS = {
    "obligation": ("obligation", "words by which somebody must do something"),
    "prohibition": ("prohibition", "words by which somebody must not"),
    "permission": ("permission", "words by which somebody may"),
    "constitutive": ("definition", "words that set up, define or determine"),
    "quantity": ("amount", "a number with its unit"),
    "ordinal": ("ordinal", "a point in time that is counted"),
    "exception": ("exception", "where the rule does not hold"),
    "condition": ("condition", "when the rule holds"),
    "bound": ("bound of a rule", "the number that a rule of the audit compares with"),
}
#: A unit with more characters than this is shown as a list of its parts.
MOST_CHARACTERS = 60_000
#: Units that a reader keeps.
MOST_KEPT = 256


@dataclass(frozen=True, slots=True)
class Mark:
    """Some characters and what they were read as.

    Attributes:
        start, end: offsets in the text that is shown.
        kind: a key of :data:`KINDS`.
        note: what exactly, for people.
    """

    start: int
    end: int
    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters with the same marks over them.

    Attributes:
        text: the characters.
        kinds: kinds of the marks, the outermost first.
        notes: what the marks say.
        first: kinds of the marks that begin here.
    """

    text: str
    kinds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """A provision as it is shown.

    Attributes:
        provision: the provision.
        depth: how deep it lies below the unit.
        pieces: its own words, cut at its marks.
        marks: what was read, in the order of the text.
        unplaced: what its lead-in says for it, which stands in no words of its own.
    """

    provision: Provision
    depth: int
    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...]
    unplaced: tuple[str, ...] = ()


def cut(text: str, marks: Sequence[Mark]) -> tuple[Piece, ...]:
    """Cut a text at the ends of its marks.

    >>> marks = [Mark(0, 9, "prohibition", ""), Mark(6, 16, "exception", "")]
    >>> [piece.text for piece in cut("shall not exceed", marks)]
    ['shall ', 'not', ' exceed']
    """
    held = [mark for mark in marks if 0 <= mark.start < mark.end <= len(text)]
    edges = sorted({0, len(text), *(at for mark in held for at in (mark.start, mark.end))})
    order = sorted(held, key=lambda mark: (mark.start, -mark.end))
    found = []
    for start, end in pairwise(edges):
        over = [mark for mark in order if mark.start <= start and end <= mark.end]
        found.append(
            Piece(
                text[start:end],
                tuple(dict.fromkeys(mark.kind for mark in over)),
                tuple(mark.note for mark in over),
                tuple(mark.kind for mark in over if mark.start == start),
            )
        )
    return tuple(found)


def marks_of(extraction: Extraction) -> tuple[Mark, ...]:
    """Return what was read out of a text as marks, in the order of the text."""
    found = []
    for norm in extraction.norms:
        if norm.cue != LEAD_IN:
            who = f" of {norm.bearer}" if norm.bearer else ""
            what = f": {norm.action}" if norm.action else ""
            word = KINDS[norm.modality][0]
            found.append(Mark(norm.start, norm.end, norm.modality, f"{word}{who}{what}"))
    for item in extraction.quantities:
        upper = "" if item.value_max is None else f" to {item.value_max:g}"
        of = f", of the {item.measures}" if item.measures else ""
        note = f"{item.comparator} {item.value:g}{upper} {item.unit}{of}"
        found.append(Mark(item.start, item.end, "quantity", note))
    found += [
        Mark(item.start, item.end, "ordinal", f"{item.unit} {item.value:g}")
        for item in extraction.ordinals
    ]
    for kind, spans in (("exception", extraction.exceptions), ("condition", extraction.conditions)):
        found += [Mark(item.start, item.end, kind, kind) for item in spans]
    return tuple(sorted(found, key=lambda mark: (mark.start, -mark.end)))


def units(text: LawText) -> Iterator[tuple[Provision, int]]:
    """Yield what the contents of an instrument list, with its depth: groups and their units."""

    def below(parent: str | None, depth: int) -> Iterator[tuple[Provision, int]]:
        for provision in text.children.get(parent, ()):
            yield provision, depth
            if _is_group(text, provision):
                yield from below(provision.id, depth + 1)

    yield from below(None, 0)


def is_unit(text: LawText, provision: Provision) -> bool:
    """Say whether a provision is shown on a page of its own, with all below it."""
    return not _is_group(text, provision)


def unit_of(text: LawText, provision: str) -> Provision:
    """Return the unit on whose page a provision stands."""
    around = [text.by_id[provision], *text.ancestors(provision)]
    chosen = around[0]
    for piece in around:
        if _is_group(text, piece):
            break
        chosen = piece
    return chosen


def within(text: LawText, unit: Provision) -> tuple[tuple[Provision, int], ...]:
    """Return a unit and everything below it, in document order, with its depth."""
    found = [(unit, 0)]

    def below(parent: str, depth: int) -> None:
        for provision in text.children.get(parent, ()):
            found.append((provision, depth))
            below(provision.id, depth + 1)

    below(unit.id, 1)
    return tuple(found)


class Reader:
    """Reads units of law texts and keeps what it read of the last few hundred."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], tuple[Extraction, ...]] = OrderedDict()
        self._lock = Lock()

    def read(self, text: LawText, unit: Provision, bounds: Sequence[Mark] = ()) -> tuple[Read, ...]:
        """Return a unit with its marks.

        Args:
            text: the instrument, always the same one for its id.
            unit: one of its units.
            bounds: further marks, by offsets of the whole source, such as the bounds of rules.
        """
        found = []
        for (provision, depth), extraction in zip(
            within(text, unit), self._extracted(text, unit), strict=True
        ):
            shifted = [
                Mark(mark.start - provision.start, mark.end - provision.start, mark.kind, mark.note)
                for mark in bounds
                if provision.start <= mark.start and mark.end <= provision.end
            ]
            marks = (*marks_of(extraction), *shifted)
            found.append(
                Read(
                    provision,
                    depth,
                    cut(provision.text, marks),
                    tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end))),
                    tuple(_by_lead_in(extraction)),
                )
            )
        return tuple(found)

    def _extracted(self, text: LawText, unit: Provision) -> tuple[Extraction, ...]:
        key = (text.instrument.id, unit.id)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        read = extracted(text, unit)
        with self._lock:
            self._kept[key] = read
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return read


def extracted(text: LawText, unit: Provision) -> tuple[Extraction, ...]:
    """Read every provision of a unit with the pipeline, in document order."""
    from jurisdictions.extract import extract_texts

    pieces = [provision for provision, _ in within(text, unit)]
    worded = [piece for piece in pieces if piece.text.strip()]
    items = ((piece.text, text.lead_in(piece.id), text.instrument.id) for piece in worded)
    read = dict(zip((piece.id for piece in worded), extract_texts(items), strict=True))
    return tuple(read.get(piece.id, Extraction()) for piece in pieces)


def _by_lead_in(extraction: Extraction) -> Iterator[str]:
    for norm in extraction.norms:
        if norm.cue == LEAD_IN:
            who = f" of {norm.bearer}" if norm.bearer else ""
            yield f"{KINDS[norm.modality][0]}{who}, by the words before the list"


def _is_group(text: LawText, provision: Provision) -> bool:
    """A part or chapter, or a unit too long for a page, that has parts of its own."""
    if provision.id not in text.children:
        return False
    long = provision.extent_end - provision.extent_start > MOST_CHARACTERS
    return provision.kind in CONTAINERS or long
