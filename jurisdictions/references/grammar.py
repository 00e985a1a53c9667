"""The grammar of citations: from tokens to what each citation says, before it is looked up.

Two orders are read, mixed as texts mix them: downward ("Annex III, article 4, paragraph 6 (c)")
and upward ("points (a) and (b) of paragraph 2"). Labels come in lists and ranges; a list of
citations shares the instrument named at its end ("article 5 and article 7 of the Convention").
The text is read once, from left to right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from jurisdictions.references.citation import Anchor, Citation, How, Step
from jurisdictions.references.connectives import Lead, applies_after
from jurisdictions.references.labels import Item, LabelReader, split_label
from jurisdictions.references.names import Name, code_section_at, name_at, numbered_at
from jurisdictions.references.notation import UNITS, Token, tokens_of, word_at

_BACK = frozenset({"preceding", "foregoing", "previous"})
_ON = frozenset({"following", "next"})
_THIS = frozenset({"this", "these"})
_THAT = frozenset({"that", "those", "said", "same"})
_NEIGHBOURS = frozenset(
    {"article", "paragraph", "subparagraph", "regulation", "section", "subsection"}
)
_NO_ANCHOR = frozenset({"point", "table", "schedule", "recital", "descriptor", "appendix"})
#: Words that may stand between two citations that share the instrument named after the second.
_BRIDGE = frozenset({"the", "provisions", "of", "other", "relevant", "with", "any", "in"})
_LONGEST_BRIDGE = 6


def citations(text: str, instrument: str) -> Iterator[Citation]:
    """Yield the citations of a provision's own words, in the order of the text.

    Args:
        text: the provision's own words.
        instrument: id of its instrument, for what names such as "the Convention" mean there.
    """
    yield from _Parser(text, instrument).read()


class _Parser:
    def __init__(self, text: str, instrument: str) -> None:
        self.text = text
        self.instrument = instrument
        self.tokens = tokens_of(text)
        self.labels = LabelReader(self.tokens)
        self.named: Name | None = None

    def read(self) -> Iterator[Citation]:
        """Read the whole text."""
        lead = Lead()
        index = 0
        while index < len(self.tokens):
            group, after = self._group(index)
            if not group:
                index = lead.advance(self.tokens, index)
                continue
            kind = lead.kind
            if kind == "refers_to" and applies_after(self.tokens, after):
                kind = "applies_mutatis_mutandis"
            end = group[0].start
            for citation in group:
                # A semicolon before a citation that names its unit begins a new entry of a list.
                if ";" in self.text[end : citation.start] and self.text[citation.start].isalpha():
                    kind = "refers_to"
                yield replace(citation, kind=kind)
                end = citation.end
            index = after

    # Lists of citations ---------------------------------------------------------------------

    def _group(self, index: int) -> tuple[list[Citation], int]:
        """A list of citations, or an instrument called by name."""
        found, after = self._list(index)
        return (found, after) if found else self._name(index)

    def _list(self, index: int) -> tuple[list[Citation], int]:
        """Citations joined by commas and conjunctions, with what they share."""
        found, after = self._chain(index)
        if not found:
            return [], index
        chains = [found]
        while True:
            following = self._joined(after)
            if following is None:
                break
            chain, end = self._chain(following)
            if not chain:
                break
            outer = chains[-1][-1]
            chain = [self._inherit(outer, citation) for citation in chain]
            chains.append(chain)
            after = end
        holder, end = self._general_holder(after)
        if holder is not None:
            chains[-1] = [
                citation if citation.holder else replace(citation, holder=holder, shared=True)
                for citation in chains[-1]
            ]
            after = end
        return self._share(chains), after

    def _joined(self, index: int) -> int | None:
        """Where the next citation of a list starts, or ``None`` where the list ends."""
        position = index
        while position < len(self.tokens) and (
            self.tokens[position].kind == "separator"
            or word_at(self.tokens, position) in ("and", "or")
        ):
            position += 1
        if position == index or position - index > 2:
            return None
        for start in range(position, position + _LONGEST_BRIDGE):
            if start >= len(self.tokens):
                return None
            if self._starts_chain(start):
                return start
            if word_at(self.tokens, start) not in _BRIDGE:
                return None
        return None

    def _starts_chain(self, index: int) -> bool:
        return self.tokens[index].kind == "unit" or (
            word_at(self.tokens, index) in _THIS | _THAT | _BACK | _ON | {"its"}
            and index + 1 < len(self.tokens)
            and self.tokens[index + 1].kind == "unit"
        )

    @staticmethod
    def _inherit(outer: Citation, citation: Citation) -> Citation:
        if not citation.steps or not outer.steps:
            return citation
        if citation.holder is not None and not _goes_on(outer, citation):
            return citation
        rank = UNITS[citation.steps[0].unit]
        steps = (*outer.inherited, *outer.steps)
        return replace(citation, inherited=tuple(s for s in steps if UNITS[s.unit] < rank))

    @staticmethod
    def _share(chains: list[list[Citation]]) -> list[Citation]:
        """Give citations without a holder the one that the next citation of the list names."""
        result: list[Citation] = []
        holder: Name | Anchor | None = None
        unit = ""
        for chain in reversed(chains):
            for citation in reversed(chain):
                first = citation.steps[0].unit if citation.steps else ""
                if citation.holder is not None:
                    if citation.steps:
                        holder, unit = citation.holder, first
                elif isinstance(holder, Name) or (holder is not None and first == unit):
                    citation = replace(citation, holder=holder, shared=True)
                result.append(citation)
        return result[::-1]

    # One citation ---------------------------------------------------------------------------

    def _chain(self, index: int) -> tuple[list[Citation], int]:
        """One citation downward, with what it is said to be of; several where a list ends it."""
        position = index
        word = word_at(self.tokens, position)
        named = None
        if word == "its" and self._is_unit(position + 1):
            position += 1
            if UNITS[self.tokens[position].unit or ""] <= UNITS["section"]:
                named = self.named
        elif word == "its" and word_at(self.tokens, position + 1) == "new":
            # "Decision 98/249/EC, including its new Annex V"
            if self._is_unit(position + 2):
                position, named = position + 2, self.named
        elif word in _THIS | _THAT | _BACK | _ON and self._is_unit(position + 1):
            anchor = self._anchor(position)
            items, _ = self.labels.read(position + 2, self.tokens[position + 1])
            if not items:
                return anchor
            position += 1
        if not self._is_unit(position):
            return [], index
        found, after = self._downward(position)
        if not found:
            return [], index
        if named is not None:
            found = [replace(citation, holder=named) for citation in found]
        found, after = self._upward(found, after)
        start = self.tokens[index].start
        return [replace(found[0], start=start), *found[1:]], after

    def _is_unit(self, index: int) -> bool:
        return index < len(self.tokens) and self.tokens[index].kind == "unit"

    def _anchor(self, index: int) -> tuple[list[Citation], int]:
        token, unit = self.tokens[index], self.tokens[index + 1]
        word = token.lower
        if not self._anchors(word, unit):
            return [], index
        how: How = (
            "this" if word in _THIS else "that" if word in _THAT else
            "preceding" if word in _BACK else "following"
        )  # fmt: skip
        anchor = Anchor(unit.unit or "", how, unit.plural)
        return [Citation((), anchor, token.start, unit.end)], index + 2

    @staticmethod
    def _anchors(word: str, unit: Token) -> bool:
        """Say whether "this unit", "that unit" or "the following unit" is a place of the text."""
        if word in _BACK | _ON:
            return unit.unit in _NEIGHBOURS and not (unit.unit == "regulation" and unit.plural)
        # "that part of the Area", "those regulations": a part with a capital, and one regulation.
        if unit.unit == "part":
            return unit.text[0] == "P"
        return unit.unit not in _NO_ANCHOR and not (unit.unit == "regulation" and unit.plural)

    def _downward(self, index: int) -> tuple[list[Citation], int]:
        outer: tuple[Step, ...] = ()
        found: list[Citation] = []
        start = self.tokens[index].start
        end = index
        position: int | None = index
        while position is not None:
            token = self.tokens[position]
            unit = token.unit or ""
            items, after = self.labels.read(position + 1, token)
            if not items and not outer and self._sole_annex(position):
                items = [Item((("",),), token.start, token.end)]
            if not items:
                break
            steps = [Step(unit, item.choices) for item in items]
            if found:
                found.pop()
            for number, (item, step) in enumerate(zip(items, steps, strict=True)):
                begin = start if number == 0 else item.start
                found.append(Citation((*outer, step), None, begin, item.end, between=item.between))
            outer = (*outer, steps[-1])
            start = found[-1].start
            end = after
            position = self._next_below(after, unit)
        return found, end

    def _sole_annex(self, index: int) -> bool:
        """Say whether "annex" without a number is the only one of an instrument named next."""
        return (
            self.tokens[index].lower == "annex"
            and word_at(self.tokens, index + 1) in ("to", "of")
            and self._holder(index + 1)[0] is not None
        )

    def _next_below(self, index: int, unit: str) -> int | None:
        """Where a piece of the unit just read is named next, or ``None``."""
        position = index
        if position < len(self.tokens) and self.tokens[position].text in (",", "."):
            stop = self.tokens[position].text == "."
            position += 1
            # Scanned texts have "Annex III. article 22".
            if stop and (not self._is_unit(position) or self.tokens[position].text[0].isupper()):
                return None
        if not self._is_unit(position):
            return None
        return position if UNITS[self.tokens[position].unit or ""] > UNITS[unit] else None

    def _upward(self, found: list[Citation], after: int) -> tuple[list[Citation], int]:
        """Add what the citations are said to be of."""
        position = after
        if word_at(self.tokens, position) in ("above", "below"):
            position += 1
        if position < len(self.tokens) and self.tokens[position].text == ",":
            position += 1
        word = word_at(self.tokens, position)
        outermost = found[0].steps[0].unit
        if word in ("thereof", "hereof", "hereto"):
            token = self.tokens[position]
            name = Name("held", self.instrument, token.start, token.end)
            holder = self.named if word == "thereof" else name
            if holder is not None:
                return self._held(found, holder, token.end), position + 1
            return found, after
        if word not in ("of", "to", "in"):
            return found, after
        if word in ("to", "in") and outermost not in ("annex", "part", "appendix", "schedule"):
            return found, after
        start = position + 1
        if word_at(self.tokens, start) == "the" and self._is_unit(start + 1):
            start += 1
        if self._may_contain(start, outermost):
            outer, end = self._chain(start)
            if outer and self._contains(outer[0], outermost):
                last = self.tokens[end - 1].end
                spread = [self._within(container, item) for item in found for container in outer]
                return [*spread[:-1], replace(spread[-1], end=last)], end
        holder_, end = self._holder(position)
        if holder_ is not None:
            return self._held(found, holder_, self.tokens[end - 1].end), end
        return found, after

    def _may_contain(self, index: int, unit: str) -> bool:
        """Say whether what a unit is a piece of is cited here: a unit of lower rank."""
        if index >= len(self.tokens) or not self._starts_chain(index):
            return False
        at = index if self._is_unit(index) else index + 1
        return UNITS[self.tokens[at].unit or ""] < UNITS[unit]

    @staticmethod
    def _contains(outer: Citation, unit: str) -> bool:
        if outer.steps:
            return UNITS[outer.steps[-1].unit] < UNITS[unit]
        return isinstance(outer.holder, Anchor) and UNITS[outer.holder.unit] < UNITS[unit]

    @staticmethod
    def _within(outer: Citation, citation: Citation) -> Citation:
        return replace(citation, steps=(*outer.steps, *citation.steps), holder=outer.holder)

    @staticmethod
    def _held(found: list[Citation], holder: Name, end: int) -> list[Citation]:
        held = [replace(citation, holder=holder) for citation in found]
        return [*held[:-1], replace(held[-1], end=end)]

    def _holder(self, index: int) -> tuple[Name | None, int]:
        """The instrument named after "of" at ``index``."""
        if index + 1 >= len(self.tokens):
            return None, index
        name = name_at(self.text, self.tokens[index + 1].start, self.instrument)
        if name is None:
            return None, index
        self.named = name
        return name, self._after(name.end, index + 1)

    def _after(self, offset: int, index: int) -> int:
        while index < len(self.tokens) and self.tokens[index].start < offset:
            index += 1
        return index

    def _general_holder(self, index: int) -> tuple[Name | None, int]:
        """The instrument of "article 142 and other relevant provisions of the Convention"."""
        if word_at(self.tokens, index) not in ("and", "or"):
            return None, index
        words = [word_at(self.tokens, position) for position in range(index + 1, index + 7)]
        if "provisions" not in words:
            return None, index
        end = words.index("provisions")
        if not set(words[:end]) <= {"the", "other", "relevant", "any", "applicable"}:
            return None, index
        position = index + 2 + end
        if word_at(self.tokens, position) != "of":
            return None, index
        return self._holder(position)

    def _inside(self, name: Name, after: int) -> int | None:
        """Where "the Charter, in particular article 9" or "the Convention, article 9" goes on."""
        if word_at(self.tokens, after) != ",":
            return None
        words = [word_at(self.tokens, after + 1), word_at(self.tokens, after + 2)]
        start = after + (3 if words == ["in", "particular"] else 1)
        stressed = start == after + 3
        return start if (stressed or name.kind == "held") and self._is_unit(start) else None

    # Names and codes ------------------------------------------------------------------------

    def _name(self, index: int) -> tuple[list[Citation], int]:
        """An instrument called by name, alone or before its provisions."""
        token = self.tokens[index]
        if token.kind == "number":
            found = code_section_at(self.text, token.start)
            if found is None:
                return [], index
            name, section = found
            labels = tuple(part for part in split_label(section) if part)
            step = Step("section", (labels,))
            return [Citation((step,), name, name.start, name.end)], self._after(name.end, index)
        if token.kind not in ("word", "unit"):
            return [], index
        name_ = name_at(self.text, token.start, self.instrument)
        if name_ is None:
            return [], index
        self.named = name_
        after = self._after(name_.end, index)
        inner = self._inside(name_, after)
        if inner is not None:
            chained, end = self._list(inner)
            if chained and chained[0].holder is None:
                held = [
                    citation if citation.holder else replace(citation, holder=name_)
                    for citation in chained
                ]
                return [replace(held[0], start=name_.start), *held[1:]], end
        if name_.kind == "held" and name_.text != self.instrument:
            return [Citation((), name_, name_.start, name_.end)], after
        if numbered_at(self.text, token.start) is not None:
            return [Citation((), name_, name_.start, name_.end)], after
        # Only an act known by its number is a citation by name alone; the name of another
        # instrument is remembered for "thereof", and its words are read on.
        return [], index


def _goes_on(outer: Citation, citation: Citation) -> bool:
    """Tell "Annex III, article 6, and article 7, of the Convention": both in the Annex."""
    last, first = outer.steps[-1], citation.steps[0]
    numbers = [
        int(step.choices[0][0]) if step.unit == "article" and step.choices[0][0].isdigit() else 0
        for step in (next((s for s in outer.steps if s.unit == "article"), last), first)
    ]
    annexed = any(step.unit == "annex" for step in (*outer.inherited, *outer.steps))
    return outer.holder is None and annexed and 0 < numbers[0] < numbers[1]
