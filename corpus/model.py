"""Instruments, provisions and law texts: the law as a tree of citable pieces with spans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

Status = Literal["in_force", "draft", "superseded"]
TextSource = Literal["official", "restated", "engineering"]
Kind = Literal[
    "part", "chapter", "section", "subsection", "article", "regulation", "annex", "appendix",
    "paragraph", "point", "clause", "descriptor", "recital", "rule", "flush",
]  # fmt: skip

#: Kinds that only group provisions; they are never a leaf that a report must account for.
CONTAINERS = frozenset({"part", "chapter"})


@dataclass(frozen=True, slots=True)
class Superseded:
    """A part of an edition that no longer holds.

    Attributes:
        provisions: id path below the instrument, with everything under it.
        since: first day on which it no longer held.
        by: what replaced it.
    """

    provisions: str
    since: date
    by: str

    def covers(self, provision_id: str) -> bool:
        """Say whether a provision belongs to that part."""
        path = provision_id.partition(":")[2]
        return path == self.provisions or path.startswith(f"{self.provisions}.")


@dataclass(frozen=True, slots=True)
class Version:
    """One of several editions of a part, where one file holds them all.

    Attributes:
        provisions: id path of this edition below the instrument, with everything under it.
        of: id path that the part has in a text of one edition; the same for the latest.
        by: what brought the change.
        in_force_from, in_force_until: first and last day, where the part does not hold as long as
            its instrument.
    """

    provisions: str
    of: str
    by: str
    in_force_from: date | None = None
    in_force_until: date | None = None

    def covers(self, provision_id: str) -> bool:
        """Say whether a provision belongs to it."""
        path = provision_id.partition(":")[2]
        return path == self.provisions or path.startswith(f"{self.provisions}.")

    def holds(self, as_of: date) -> bool:
        """Say whether it is the edition of a day."""
        return (self.in_force_from or date.min) <= as_of <= (self.in_force_until or date.max)


@dataclass(frozen=True, slots=True)
class Instrument:
    """One law text in one edition.

    Attributes:
        id: prefix of provision ids, such as ``unclos`` or ``isa-nodules``.
        jurisdiction: node of the jurisdiction graph it belongs to, such as ``UNCLOS`` or ``ISA``.
        title: full title.
        short: prefix of display citations, such as ``UNCLOS`` or ``43 U.S.C.``.
        publisher: who publishes the official text.
        edition: edition in words ("as adopted 1982", "release point 119-100").
        adopted: date of the edition, where known.
        in_force_from: first day in force; ``None`` where it never was (drafts).
        in_force_until: last day in force; ``None`` while it stands.
        status: ``in_force``, ``draft`` or ``superseded``.
        source_url: the official address.
        licence: terms of the text.
        text_source: whether its words are official, restated by us, or an engineering code.
        sha256: hash of the file that was read.
        verified: whether that hash is one that ``corpus/sources.toml`` knows for this edition.
        superseded: parts of this edition that no longer hold.
        versions: editions of parts, where the file holds several.
    """

    id: str
    jurisdiction: str
    title: str
    short: str
    publisher: str = ""
    edition: str = ""
    adopted: date | None = None
    in_force_from: date | None = None
    in_force_until: date | None = None
    status: Status = "in_force"
    source_url: str = ""
    licence: str = ""
    text_source: TextSource = "official"
    sha256: str = ""
    verified: bool = False
    superseded: tuple[Superseded, ...] = ()
    versions: tuple[Version, ...] = ()


@dataclass(frozen=True, slots=True)
class Provision:
    """One citable piece of law.

    ``start:end`` are its own words: label and heading left out, ending before its first child.
    ``extent_start:extent_end`` is the whole piece: label, heading, own words and children.
    Offsets count characters of :attr:`LawText.source`.

    Attributes:
        id: such as ``unclos:60.5``, ``isa-nodules:annex-iv.10.1`` or ``ocsla:1333.a.1.A.iii``.
        citation: for people, such as ``UNCLOS Art. 60(5)``.
        kind: what the piece is called in its instrument; ``flush`` is text that closes a list and
            belongs to the list's parent (id ends in ``.flush``).
        label: the label as printed, such as ``5.`` or ``(a)``; empty where there is none.
        heading: its own heading, or empty.
        text: its own words, exactly ``source[start:end]``; empty for pieces with children only.
        parent: id of the piece that contains it; ``None`` at the top.
        page: page of the PDF, counted from 1; ``None`` for other formats.
        locator: where the piece stands in a structured source (XML id or path); else ``None``.
    """

    id: str
    citation: str
    kind: Kind
    label: str
    heading: str
    text: str
    start: int
    end: int
    extent_start: int
    extent_end: int
    parent: str | None = None
    page: int | None = None
    locator: str | None = None


@dataclass(frozen=True)
class LawText:
    """An instrument as read from one file: its source characters and its tree of provisions.

    Attributes:
        instrument: the instrument and edition.
        file: the file as the user named it (relative to the corpus folder where there is one).
        source: the characters that spans count. For text and Markdown the file's own characters;
            for XML, XHTML and PDF the reading text that the reader produced (pages joined by a
            form feed), which ``bathylex corpus text FILE`` prints.
        provisions: all pieces in document order, parents before children.
    """

    instrument: Instrument
    file: str
    source: str = field(repr=False)
    provisions: tuple[Provision, ...] = field(repr=False)

    @cached_property
    def by_id(self) -> dict[str, Provision]:
        """Provisions by id."""
        return {provision.id: provision for provision in self.provisions}

    @cached_property
    def children(self) -> dict[str | None, tuple[Provision, ...]]:
        """Direct children by parent id, in document order; ``None`` gives the top level."""
        table: dict[str | None, list[Provision]] = {}
        for provision in self.provisions:
            table.setdefault(provision.parent, []).append(provision)
        return {parent: tuple(items) for parent, items in table.items()}

    @cached_property
    def leaves(self) -> tuple[Provision, ...]:
        """Provisions without children and with words of their own: what a report accounts for."""
        return tuple(
            provision
            for provision in self.provisions
            if provision.kind not in CONTAINERS
            and provision.text.strip()
            and provision.id not in self.children
        )

    def ancestors(self, provision_id: str) -> Iterator[Provision]:
        """Yield the containing provisions, nearest first."""
        parent = self.by_id[provision_id].parent
        while parent is not None:
            provision = self.by_id[parent]
            yield provision
            parent = provision.parent

    def lead_in(self, provision_id: str) -> str:
        """Return the words that a list item hangs on: the nearest ancestor's, or ``""``.

        A lead-in ends in a colon, a dash or a comma, or breaks off without a full stop.
        """
        for ancestor in self.ancestors(provision_id):
            words = ancestor.text.strip()
            if words:
                return words if words[-1] not in ".;" else ""
        return ""

    def broken_spans(self) -> list[str]:
        """Return the ids whose text is not ``source[start:end]`` (empty when all verify)."""
        return [
            provision.id
            for provision in self.provisions
            if self.source[provision.start : provision.end] != provision.text
            or not provision.extent_start
            <= provision.start
            <= provision.end
            <= provision.extent_end
        ]
