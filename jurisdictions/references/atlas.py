"""The places of a rule book: what exists, what contains what, and what is beside what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Protocol

from jurisdictions.references.citation import Step
from jurisdictions.references.notation import Style, arabic, is_roman, roman, styles

#: Kinds that have paragraphs: a bare "paragraph 2" is looked for no further out.
_HOLDERS = frozenset({"article", "regulation", "annex", "appendix", "recital", "rule"})
_PREFIXED = {"part": "part", "annex": "annex", "resolution": "resolution", "chapter": "chapter",
             "recital": "recital", "schedule": "schedule", "appendix": "appendix"}  # fmt: skip
#: Kinds that are cited by their own name alone: "section 8" never means regulation 8.
_OWN_NAME = frozenset({"article", "regulation"})
#: What a bare number or letter may be where a section or subsection is cited: the "section 2" of a
#: Part is never the second paragraph of the article that cites it.
_BARE = {
    "section": frozenset({"section", "clause"}),
    "subsection": frozenset({"subsection"}),
}
#: What the levels below a section of the United States Code are labelled with, outermost first
#: (Office of the Law Revision Counsel, Detailed Guide to the Code, "Structure of Code sections").
_CODE_LEVELS: tuple[tuple[str, Style], ...] = (
    ("subsection", "letter"), ("paragraph", "number"), ("subparagraph", "capital"),
    ("clause", "roman"), ("subclause", "Roman"),
)  # fmt: skip
_IN_CODE = frozenset({"section", *(unit for unit, _ in _CODE_LEVELS)})


class Place(Protocol):
    """What the atlas asks of a provision."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def parent(self) -> str | None: ...


class Atlas:
    """The provisions of some instruments as places that citations lead to.

    Args:
        places: provisions in document order, parents before children.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = {place.id: place for place in places}
        self.instruments = frozenset(name.partition(":")[0] for name in self._places)

    def __contains__(self, provision_id: object) -> bool:
        return provision_id in self._places

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        table: dict[str, list[str]] = {}
        for place in self._places.values():
            table.setdefault(place.parent or instrument_of(place.id), []).append(place.id)
        return table

    @cached_property
    def _units(self) -> frozenset[tuple[str, str]]:
        return frozenset((instrument_of(name), place.kind) for name, place in self._places.items())

    def has_kind(self, instrument: str, kind: str) -> bool:
        """Say whether an instrument has provisions of a kind."""
        return (instrument, kind) in self._units

    def is_code(self, instrument: str) -> bool:
        """Say whether an instrument is laid out as the U.S. Code: sections and no articles."""
        return (
            self.has_kind(instrument, "section")
            and self.has_kind(instrument, "subsection")
            and not self.has_kind(instrument, "article")
        )

    def lineage(self, provision_id: str) -> Iterator[str]:
        """Yield a provision and all that contain it, innermost first, the instrument last."""
        current: str | None = provision_id
        while current is not None and current in self._places:
            yield current
            current = self._places[current].parent
        yield instrument_of(provision_id)

    def article_of(self, provision_id: str) -> str:
        """Return the article, regulation, section or annex that a provision is a piece of."""
        last = provision_id
        for name in self.lineage(provision_id):
            place = self._places.get(name)
            if place is None or place.kind in ("part", "chapter"):
                break
            last = name
            # A section with articles in it is a chapter; any other has paragraphs of its own.
            if place.kind in _HOLDERS or (
                place.kind == "section" and (place.parent is None or "section-" in _label(name))
            ):
                break
        return last

    def containing(self, provision_id: str, unit: str) -> str | None:
        """Return what "this unit" means in a provision, or ``None``."""
        instrument = instrument_of(provision_id)
        if unit in ("title", "subchapter") or (unit == "chapter" and self.is_code(instrument)):
            return instrument
        article = self.article_of(provision_id)
        lineage = list(self.lineage(provision_id))[:-1]
        below = lineage[: lineage.index(article)] if article in lineage else []
        if unit in _IN_CODE and self.is_code(instrument):
            return article if unit == "section" else _code_levels(below).get(unit)
        match unit:
            case "paragraph":
                return below[-1] if below else None
            case "subparagraph" | "clause" | "subclause":
                return below[0] if len(below) > 1 else None
            case "section" if not any("section-" in _label(name) for name in lineage):
                # The standard clauses of a contract call themselves sections.
                return below[-1] if below else article if article in lineage else None
            case "section" | "subsection":
                mark = f"{unit}-"
                return next((name for name in lineage if _label(name).startswith(mark)), None)
        return next((name for name in lineage if self._is(name, unit)), None)

    def _is(self, name: str, unit: str) -> bool:
        if unit == "resolution":
            return _label(name).startswith("resolution-")
        return self._places[name].kind == unit

    def neighbours(self, provision_id: str, unit: str, *, after: bool, many: bool) -> list[str]:
        """Return the pieces before or after the one of a unit that a provision stands in.

        "The following paragraphs" that a provision introduces are its own.
        """
        if after and many and unit in ("paragraph", "subparagraph") and provision_id in self:
            own_pieces = self._children.get(provision_id, [])
            if own_pieces:
                return own_pieces
        own = self.containing(provision_id, unit)
        if own is None or own not in self._places:
            return []
        kind = self._places[own].kind
        parent = self._places[own].parent or instrument_of(own)
        row = [name for name in self._children[parent] if self._places[name].kind == kind]
        place = row.index(own)
        beside = row[place + 1 :] if after else row[:place][::-1]
        return beside if many else beside[:1]

    def walk(self, root: str, steps: Sequence[Step]) -> tuple[str, bool, int]:
        """Follow steps down from a root as far as they lead.

        Returns:
            The deepest provision reached (the root where none is), whether all steps were
            followed, and how many labels were.
        """
        best = (root, False, 0)
        first = tuple(choices[0] for choices in (step.choices for step in steps))
        options: list[tuple[tuple[str, ...], ...]] = [first]
        if steps:
            options += [(*first[:-1], choice) for choice in steps[-1].choices[1:]]
        for labels in options:
            current, count, whole = root, 0, True
            for step, own in zip(steps, labels, strict=True):
                for depth, label in enumerate(own):
                    child = self._child(current, step.unit if depth == 0 else "", label)
                    if child is None:
                        whole = False
                        break
                    current, count = child, count + 1
                if not whole:
                    break
            if whole:
                return current, True, count
            if count > best[2]:
                best = (current, False, count)
        return best

    def _child(self, node: str, unit: str, label: str) -> str | None:
        # The Code tells its levels by case: subparagraph (D) is never subsection (d).
        strict = self.is_code(instrument_of(node))
        for segment in _segments(unit, label):
            if strict and segment != label and segment == label.lower():
                continue
            joint = "." if ":" in node else ":"
            name = f"{node}{joint}{segment}"
            place = self._places.get(name)
            if place is not None and _may_be(unit, segment, place.kind):
                return name
        return None


def instrument_of(provision_id: str) -> str:
    """Return the instrument of a provision id."""
    return provision_id.partition(":")[0]


def _may_be(unit: str, segment: str, kind: str) -> bool:
    """Say whether a unit cited by name may be a provision of a kind; without a unit, any."""
    if unit in _BARE and not segment.startswith(f"{unit}-"):
        return kind in _BARE[unit]
    return not unit or kind not in _OWN_NAME or unit == kind


def _code_levels(below: Sequence[str]) -> dict[str, str]:
    """The pieces of a section of the Code by level; ``below`` is innermost first.

    ``I`` is a capital and a Roman number: levels are taken from the outside in, each once.
    """
    levels = iter(_CODE_LEVELS)
    found: dict[str, str] = {}
    for name in reversed(below):
        label = _label(name)
        unit = next((unit for unit, style in levels if style in styles(label)), None)
        if unit is not None:
            found[unit] = name
    return found


def _label(provision_id: str) -> str:
    return provision_id.rpartition(":")[2].rpartition(".")[2]


def _segments(unit: str, label: str) -> Iterator[str]:
    """The ways in which a label may stand in an id, likeliest first."""
    small = label.lower()
    if unit == "annex" and not label:
        yield "annex"
        return
    if unit == "descriptor":
        yield f"annex-i.{label}"
        return
    if unit in _PREFIXED:
        yield f"{_PREFIXED[unit]}-{small}"
        if label.isdigit() and int(label) < 40:
            yield f"{_PREFIXED[unit]}-{roman(int(label))}"
        elif is_roman(label):
            yield f"{_PREFIXED[unit]}-{arabic(label)}"
        return
    if unit in ("section", "subsection"):
        yield f"{unit}-{small}"
    yield label
    yield small
    # Scanned texts confuse the number 1 and the letter l.
    if label in ("1", "l"):
        yield "l" if label == "1" else "1"
