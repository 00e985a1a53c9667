"""From citations to provisions: each is looked up from where it stands, as a lawyer would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jurisdictions.references.atlas import Atlas, instrument_of
from jurisdictions.references.citation import Anchor, Citation, Step
from jurisdictions.references.grammar import citations
from jurisdictions.references.model import Reason, Reference, Unresolved
from jurisdictions.references.names import Name, code_title, companions
from jurisdictions.references.notation import UNITS

#: Units that are cited from the top of the instrument, wherever the text stands.
_ABSOLUTE = frozenset(
    {"article", "regulation", "annex", "part", "resolution", "chapter", "recital", "descriptor"}
)
#: Annexes that hold the standard clauses of a contract, by instrument.
_STANDARD_CLAUSES = {
    "isa-nodules": "annex-iv", "isa-sulphides": "annex-iv", "isa-crusts": "annex-iv",
    "isa-exploitation-draft": "annex-x",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Found:
    target: str
    exact: bool
    followed: int


@dataclass(frozen=True, slots=True)
class _Failed:
    reason: Reason
    detail: str


@dataclass
class _Reader:
    """Looks citations of one provision up; remembers what "that article" may mean."""

    source: str
    atlas: Atlas
    text: str
    lately: list[str] = field(default_factory=list)

    def look_up(self, citation: Citation) -> list[_Found] | _Failed:
        """Return what a citation leads to."""
        match citation.holder:
            case None:
                return self._single(citation, self._unheld(citation))
            case Name(kind="outside", text=name):
                return _Failed("outside", name)
            case Name(kind="code", text=title):
                return self._in_code(citation, title)
            case Name(kind="clauses", text=instrument):
                annex = f"{instrument}:{_STANDARD_CLAUSES.get(instrument, '')}"
                return self._single(citation, self._from(annex, citation))
            case Name(kind="held", text=instrument):
                return self._in_instrument(citation, instrument)
            case Anchor() as anchor:
                return self._anchored(citation, anchor)
        raise TypeError(f"not a holder: {citation.holder!r}")

    def _in_instrument(self, citation: Citation, instrument: str) -> list[_Found] | _Failed:
        if instrument not in self.atlas.instruments:
            return _Failed("outside", instrument)
        if not citation.steps:
            return [_Found(instrument, True, 0)]
        found = self._from(instrument, citation)
        if instrument == instrument_of(self.source) and citation.steps[0].unit not in _ABSOLUTE:
            # "section 3.2 hereof" in a contract's clauses is a section of those clauses.
            found = _better(self._around(citation.steps), found)
        if citation.shared and (found is None or not found.exact):
            found = _better(found, self._unheld(citation))
        return self._single(citation, found)

    def _in_code(self, citation: Citation, title: str) -> list[_Found] | _Failed:
        own = instrument_of(self.source)
        if title == code_title(own):
            candidates = [self._from(name, citation) for name in (own, *companions(own))]
            best = _better(*candidates)
            if best is not None:
                return [best]
        label = "".join(
            f"({item})" if number else item
            for number, item in enumerate(
                label for step in citation.steps for label in step.choices[0]
            )
        )
        return _Failed("outside", f"{title} U.S.C. {label}".strip())

    def _anchored(self, citation: Citation, anchor: Anchor) -> list[_Found] | _Failed:
        own = instrument_of(self.source)
        title = code_title(own)
        if anchor.unit == "title" and title is not None:
            return self._in_code(citation, title)
        if anchor.how in ("preceding", "following"):
            names = self.atlas.neighbours(
                self.source, anchor.unit, after=anchor.how == "following", many=anchor.plural
            )
            if not names:
                return _Failed("absent", f"no {anchor.how} {anchor.unit}")
            return [_Found(name, True, 1) for name in names]
        if anchor.how == "this":
            root = self.atlas.containing(self.source, anchor.unit)
            failed = _Failed("absent", f"this text stands in no {anchor.unit}")
        else:
            root = self._antecedent(anchor.unit)
            failed = _Failed("ambiguous", f"no {anchor.unit} is named before")
        if root is None:
            return failed
        if not citation.steps:
            return [_Found(root, True, 0)]
        found = self.atlas.walk(root, citation.steps)
        if found[1]:
            return [_Found(*found)]
        best = _Found(*found)
        if citation.shared:
            best = _better(self._unheld(citation), best) or best
        elif not found[2]:
            # Numbers in running text are no provisions of their own: the piece that holds them is.
            best = _Found(root, False, 0)
        return [best]

    def _antecedent(self, unit: str) -> str | None:
        """What "that unit" points back to: the last one named in the same text."""
        for target in reversed(self.lately):
            if target in self.atlas:
                found = self.atlas.containing(target, unit)
                if found is not None:
                    return found
        return None

    def _unheld(self, citation: Citation) -> _Found | None:
        """Look a citation up that names no instrument: here first, then where it may mean."""
        inherited = None
        first = citation.steps[0].unit
        if citation.inherited:
            inherited = self._top((*citation.inherited, *citation.steps))
        if UNITS[first] <= UNITS["section"]:
            return _better(inherited, self._plain(citation.steps))
        return _better(self._plain(citation.steps), inherited)

    def _plain(self, steps: tuple[Step, ...]) -> _Found | None:
        if steps[0].unit in _ABSOLUTE:
            return self._top(steps)
        clauses = _STANDARD_CLAUSES.get(instrument_of(self.source))
        if clauses and "standard clauses" in self.text and steps[0].unit in ("section", "clause"):
            # "the standard clauses, namely section 4": the text has said whose section it is.
            found = self._walk(f"{instrument_of(self.source)}:{clauses}", steps)
            if found is not None and found.exact:
                return found
        return self._around(steps) or self._top(steps)

    def _top(self, steps: tuple[Step, ...]) -> _Found | None:
        own = instrument_of(self.source)
        homes = [own, *(name for name in companions(own) if name in self.atlas.instruments)]
        needed = {step.unit for step in steps} & {"article", "regulation"}
        if all(self.atlas.has_kind(own, unit) for unit in needed):
            best = _better(*(self._walk(home, steps) for home in homes))
        else:
            best = _better(*(self._walk(home, steps) for home in homes[1:]))
        clauses = _STANDARD_CLAUSES.get(own)
        if best is None and clauses and steps[0].unit in ("section", "clause"):
            best = self._walk(f"{own}:{clauses}", steps)
        return best

    def _around(self, steps: tuple[Step, ...]) -> _Found | None:
        """Look for a piece among what contains the text, nearest first (paragraphs: outermost)."""
        lineage = list(self.atlas.lineage(self.source))
        unit = steps[0].unit
        if UNITS[unit] > UNITS["section"] and unit != "subsection":
            article = self.atlas.article_of(self.source)
            lineage = lineage[: lineage.index(article) + 1]
        code = self.atlas.is_code(instrument_of(self.source))
        if (unit == "paragraph" and not code) or (unit == "subsection" and code):
            lineage.reverse()
        best: _Found | None = None
        for root in lineage:
            best = _better(best, self._walk(root, steps))
            if best is not None and best.exact:
                return best
        return best

    def _from(self, root: str, citation: Citation) -> _Found | None:
        whole = (*citation.inherited, *citation.steps)
        with_inherited = self._walk(root, whole) if citation.inherited else None
        if with_inherited is not None and with_inherited.exact:
            return with_inherited
        return _better(self._walk(root, citation.steps), with_inherited)

    def _walk(self, root: str, steps: tuple[Step, ...]) -> _Found | None:
        target, exact, followed = self.atlas.walk(root, steps)
        return _Found(target, exact, followed) if followed else None

    def _single(self, citation: Citation, found: _Found | None) -> list[_Found] | _Failed:
        if found is not None:
            return [found]
        if citation.holder is None and self._written_here(citation):
            return [_Found(self.source, False, 0)]
        sought = " ".join(
            f"{step.unit} {'.'.join(step.choices[0])}".strip() for step in citation.steps
        )
        return _Failed("absent", sought)

    def _written_here(self, citation: Citation) -> bool:
        """Say whether the label stands in the running text, so that the piece is part of it."""
        step = citation.steps[0]
        mark = f"({step.choices[0][0]})"
        around = self.text[: citation.start] + self.text[citation.end :]
        return UNITS[step.unit] >= UNITS["paragraph"] and mark in around


def _better(*candidates: _Found | None) -> _Found | None:
    """The first candidate that is exact, else the first that is followed furthest."""
    found = [candidate for candidate in candidates if candidate is not None]
    exact = next((candidate for candidate in found if candidate.exact), None)
    return exact or max(found, key=lambda item: item.followed, default=None)


def references(source: str, text: str, atlas: Atlas) -> Iterator[Reference | Unresolved]:
    """Yield what the mentions of other provisions in a provision's own words come to.

    A range ("articles 208 to 210") gives a reference for every piece in it that exists.

    Args:
        source: id of the provision.
        text: its own words.
        atlas: the places that mentions may lead to.
    """
    reader = _Reader(source, atlas, text)
    for citation in citations(text, instrument_of(source)):
        found = reader.look_up(citation)
        start, end = citation.start, citation.end
        if isinstance(found, _Failed):
            if not citation.between:
                words = " ".join(text[start:end].split())
                yield Unresolved(source, words, found.reason, found.detail, start, end)
            continue
        for item in found:
            if citation.between and not item.exact:
                continue
            reader.lately.append(item.target)
            yield Reference(source, item.target, citation.kind, start, end, item.exact)
