"""Write the reading text of a structured source (XML, PDF) and note where its pieces begin."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.model import Instrument, Kind, LawText
from corpus.readers.builder import TreeBuilder


@dataclass(frozen=True, slots=True)
class _Opening:
    depth: int
    kind: Kind
    token: str
    at: int
    body: int
    label: str
    heading: str
    cite: str | None
    locator: str | None


@dataclass(frozen=True, slots=True)
class _Stop:
    at: int


class Reading:
    """A reading text that grows line by line while pieces open in document order.

    A piece prints as ``label heading`` on a line and its words below, or as ``label words`` where
    it has no heading. The same document always gives the same characters.

    Args:
        instrument: the instrument read.
        file: the file as the user named it.
    """

    def __init__(self, instrument: Instrument, *, file: str) -> None:
        self.instrument = instrument
        self.file = file
        self._parts: list[str] = []
        self._length = 0
        self._gap = ""
        self._steps: list[_Opening | _Stop] = []

    def open(
        self,
        depth: int,
        kind: Kind,
        token: str,
        *,
        label: str = "",
        heading: str = "",
        cite: str | None = None,
        locator: str | None = None,
    ) -> None:
        """Start a piece; arguments as for :meth:`TreeBuilder.open`, offsets are found here."""
        at = self._begin_line()
        self._write(label)
        if heading:
            self._gap = " " if label else ""
            self._write(heading)
        body = self._length
        if label or heading:
            self._gap = "\n" if heading else " "
        self._steps.append(_Opening(depth, kind, token, at, body, label, heading, cite, locator))

    def words(self, text: str) -> None:
        """Add a line to the own words of the piece that was opened last."""
        if text:
            self._write(text)
            self._gap = "\n"

    def flush(self, depth: int, text: str, *, locator: str | None = None) -> None:
        """Add words that close the list whose items open at ``depth``."""
        if text:
            self.open(depth, "flush", "flush", locator=locator)
            self.words(text)

    def aside(self, text: str) -> None:
        """Print a line, such as a title or a signature, that belongs to no piece's words."""
        if text:
            self._steps.append(_Stop(self._begin_line()))
            self.words(text)

    def build(self, *, need: Kind, expected: str) -> LawText:
        """Return the law text; arguments and errors as for :meth:`TreeBuilder.build`."""
        builder = TreeBuilder(self.instrument, "".join(self._parts), file=self.file)
        for step in self._steps:
            if isinstance(step, _Stop):
                builder.stop(step.at)
                continue
            builder.open(
                step.depth,
                step.kind,
                step.token,
                at=step.at,
                body=step.body,
                label=step.label,
                heading=step.heading,
                cite=step.cite,
                locator=step.locator,
            )
        return builder.build(need=need, expected=expected)

    def _begin_line(self) -> int:
        if self._length:
            self._gap = "\n"
            self._write("", force=True)
        return self._length

    def _write(self, text: str, *, force: bool = False) -> None:
        if text or force:
            self._parts += (self._gap, text)
            self._length += len(self._gap) + len(text)
            self._gap = ""
