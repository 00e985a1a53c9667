"""Build the tree of provisions while a reader walks a text: ids, citations, spans and extents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from base import CorpusError
from corpus.model import CONTAINERS, Instrument, Kind, LawText, Provision

#: How a piece of each kind continues the citation of the piece that holds it. Kinds that are not
#: listed are written in brackets after their parent: ``Art. 60`` and ``5`` give ``Art. 60(5)``.
_PREFIX: dict[Kind, str] = {
    "part": " Part {}",
    "chapter": " Chapter {}",
    "section": " § {}",
    "article": " Art. {}",
    "regulation": " reg. {}",
    "annex": " Annex {}",
    "appendix": " Appendix {}",
    "clause": " cl. {}",
    "recital": " recital {}",
    "rule": " rule {}",
    "flush": ", closing words",
}


def squeeze(text: str) -> str:
    """Return ``text`` with runs of white space made one space: for headings, never for ``text``."""
    return " ".join(text.split())


def check_source(source: str, file: str, *, expected: str) -> None:
    """Refuse a source that cannot be a law text.

    Raises:
        CorpusError: naming the file when it is empty or binary.
    """
    if not source.strip():
        raise CorpusError("empty file", where=file, hint=f"expected {expected}")
    if "\0" in source:
        raise CorpusError("binary data, not text", where=file, hint=f"expected {expected}")


@dataclass(slots=True)
class _Node:
    depth: int
    kind: Kind
    id: str
    citation: str
    label: str
    heading: str
    extent_start: int
    body: int
    parent: int | None
    page: int | None
    locator: str | None
    own_end: int | None = None
    extent_end: int | None = None


class TreeBuilder:
    """Collects pieces in document order; pieces nest by ``depth``, a larger one inside a smaller.

    The own words of a piece run from ``body`` to whatever comes first: its first child, the next
    piece, :meth:`stop` or :meth:`close`. White space at both ends is left out by moving offsets.

    The id of a piece is that of the nearest holding piece that is not a container (kinds in
    ``CONTAINERS`` only group), a dot, and its ``token``; directly under the instrument the dot is
    a colon. Containers themselves nest: ``unclos:part-xi.section-2``. An id that the text uses
    twice gets ``~2`` the second time.

    Args:
        instrument: the instrument read; its ``short`` starts every citation.
        source: the characters that offsets count.
        file: the file as the user named it, for errors and for the result.
        tail: (source, start, end) to a smaller end, for traces of the page after the words.
    """

    def __init__(
        self,
        instrument: Instrument,
        source: str,
        *,
        file: str,
        tail: Callable[[str, int, int], int] | None = None,
    ) -> None:
        self.instrument = instrument
        self.source = source
        self.file = file
        self._tail = tail
        self._nodes: list[_Node] = []
        self._stack: list[int] = []
        self._uses: dict[str, int] = {}

    @property
    def depth(self) -> int:
        """Depth of the innermost open piece; -1 where none is open."""
        return self._nodes[self._stack[-1]].depth if self._stack else -1

    @property
    def kind(self) -> Kind | None:
        """Kind of the innermost open piece; ``None`` where none is open."""
        return self._nodes[self._stack[-1]].kind if self._stack else None

    def open(
        self,
        depth: int,
        kind: Kind,
        token: str,
        *,
        at: int,
        body: int,
        label: str = "",
        heading: str = "",
        cite: str | None = None,
        page: int | None = None,
        locator: str | None = None,
    ) -> str:
        """Start a piece; pieces open at ``depth`` or deeper end at ``at``.

        Args:
            depth: nesting depth, any integer from 0.
            kind: what the piece is called in its instrument.
            token: its own part of the id, such as ``60``, ``a``, ``annex-iii`` or ``part-xi``.
            at: offset where label and heading begin.
            body: offset where its own words begin.
            label: label as printed; empty where there is none.
            heading: its own heading, white space already squeezed.
            cite: what it adds to the holder's citation; made from kind and token when ``None``.
            page: page of a PDF, from 1.
            locator: where it stands in a structured source.

        Returns:
            The id given to the piece.
        """
        self.close(depth, at)
        if self._stack:
            holder = self._nodes[self._stack[-1]]
            if holder.own_end is None:
                holder.own_end = at
        base = self._base(kind)
        stem, citation = (
            (f"{base.id}.", base.citation)
            if base
            else (f"{self.instrument.id}:", self.instrument.short)
        )
        identifier = self._unique(stem + token)
        added = _added(kind, token, base) if cite is None else cite
        node = _Node(
            depth=depth,
            kind=kind,
            id=identifier,
            citation=(citation + added).strip(),
            label=label,
            heading=heading,
            extent_start=at,
            body=body,
            parent=self._stack[-1] if self._stack else None,
            page=page,
            locator=locator,
        )
        self._stack.append(len(self._nodes))
        self._nodes.append(node)
        return identifier

    def entitle(self, heading: str, *, body: int) -> None:
        """Give the innermost piece the heading that stands apart from its label.

        Args:
            heading: the heading, white space already squeezed.
            body: offset where the own words now begin.
        """
        if self._stack:
            node = self._nodes[self._stack[-1]]
            node.heading = heading
            node.body = body

    def flush(
        self, depth: int, *, at: int, page: int | None = None, locator: str | None = None
    ) -> str:
        """Start text that closes the list of the piece just above ``depth``; return its id."""
        return self.open(depth, "flush", "flush", at=at, body=at, page=page, locator=locator)

    def stop(self, at: int) -> None:
        """End the own words of the innermost piece at ``at``; its extent goes on."""
        if self._stack:
            node = self._nodes[self._stack[-1]]
            if node.own_end is None:
                node.own_end = at

    def close(self, depth: int, at: int) -> None:
        """End the pieces open at ``depth`` or deeper: their words and their extents."""
        while self._stack and self._nodes[self._stack[-1]].depth >= depth:
            node = self._nodes[self._stack.pop()]
            node.extent_end = at
            if node.own_end is None:
                node.own_end = at

    def build(self, *, need: Kind, expected: str, end: int | None = None) -> LawText:
        """Close everything at ``end`` (the end of the source by default) and return the text.

        Args:
            need: kind without which the file is not what it was taken for.
            expected: what the reader looks for, in words, for the error.

        Raises:
            CorpusError: naming the file where no piece of kind ``need`` was found.
        """
        self.close(-1, len(self.source) if end is None else end)
        if not any(node.kind == need for node in self._nodes):
            raise CorpusError(
                f"no {need} found in this text", where=self.file, hint=f"expected {expected}"
            )
        provisions = tuple(self._provision(node) for node in self._nodes)
        return LawText(self.instrument, self.file, self.source, provisions)

    def _base(self, kind: Kind) -> _Node | None:
        for index in reversed(self._stack):
            node = self._nodes[index]
            if kind in CONTAINERS or node.kind not in CONTAINERS:
                return node
        return None

    def _unique(self, identifier: str) -> str:
        count = self._uses.get(identifier, 0) + 1
        self._uses[identifier] = count
        return identifier if count == 1 else f"{identifier}~{count}"

    def _provision(self, node: _Node) -> Provision:
        source = self.source
        if node.extent_end is None or node.own_end is None:
            raise RuntimeError(f"{node.id} was never closed")
        extent_end = _trim_end(source, node.extent_start, node.extent_end)
        start = min(node.body, extent_end)
        end = _trim_end(source, start, max(start, min(node.own_end, extent_end)))
        if self._tail is not None:
            end = _trim_end(source, start, self._tail(source, start, end))
        while start < end and source[start].isspace():
            start += 1
        return Provision(
            id=node.id,
            citation=node.citation,
            kind=node.kind,
            label=node.label,
            heading=node.heading,
            text=source[start:end],
            start=start,
            end=end,
            extent_start=node.extent_start,
            extent_end=extent_end,
            parent=None if node.parent is None else self._nodes[node.parent].id,
            page=node.page,
            locator=node.locator,
        )


def _trim_end(source: str, start: int, end: int) -> int:
    while end > start and source[end - 1].isspace():
        end -= 1
    return end


def _added(kind: Kind, token: str, base: _Node | None) -> str:
    """Return what a piece adds to the citation of ``base``: ``(5)``, `` Art. 60``, ``.1``."""
    if kind == "flush":
        return _PREFIX[kind]
    if kind == "clause" and base is not None and base.kind == "clause":
        return f".{token}"
    name = token
    if kind in ("part", "chapter", "annex", "appendix"):
        word, _, number = token.partition("-")
        if kind == "chapter" and word != "chapter":
            return f", {word} {number.upper()}".rstrip()
        if word == "subpart":
            return f", subpart {number.upper()}"
        name = number.upper()
    template = _PREFIX.get(kind, "({})")
    return template.format(name).rstrip()
