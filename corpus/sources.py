"""The instruments that bathylex knows, as ``corpus/sources.toml`` describes them."""

from __future__ import annotations

import re
from datetime import date
from functools import cache, cached_property
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from base import CorpusError
from corpus.model import Instrument, Kind, Status, Superseded, TextSource, Version

#: Jurisdictions whose instruments are read by default; those under ``OTHER`` only on request.
JURISDICTIONS = ("UNCLOS", "ISA", "US_OCSLA", "EU_MSFD", "ISO_14001", "ENGINEERING")

ReaderName = Literal[
    "treaty", "isa", "official_journal", "uscode_text", "numbered",
    "uslm", "xhtml", "formex", "criteria", "pdf",
]  # fmt: skip

#: What an instrument calls its main unit, which decides kinds and citations of its provisions.
Scheme = Literal["articles", "regulations", "sections", "clauses", "paragraphs"]

#: Kind of the main units of each scheme.
UNITS: dict[Scheme, Kind] = {
    "articles": "article",
    "regulations": "regulation",
    "sections": "section",
    "clauses": "clause",
    "paragraphs": "paragraph",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Copy(_Frozen):
    """One shape in which a copy of an instrument may come.

    Attributes:
        reader: module of ``corpus.readers`` that reads it.
        names: patterns of file names (``*``, ``?``, ``[...]``), matched without regard to case.
        markers: regular expressions that must all be found in a text to take it for this one.
        sha256: hashes of copies that were compared with the official text.
        partial: why such a copy is not enough to audit with; empty where it is whole.
    """

    reader: ReaderName
    names: tuple[str, ...] = Field(min_length=1)
    markers: tuple[str, ...] = ()
    sha256: frozenset[str] = frozenset()
    partial: str = ""

    @field_validator("markers")
    @classmethod
    def _compile(cls, markers: tuple[str, ...]) -> tuple[str, ...]:
        for marker in markers:
            try:
                re.compile(marker)
            except re.error as problem:
                raise ValueError(f"not a regular expression ({problem})") from problem
        return markers

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """The markers, compiled to look at lines and at letters of either case alike."""
        return tuple(re.compile(marker, re.IGNORECASE | re.MULTILINE) for marker in self.markers)


class Download(_Frozen):
    """An official address.

    Attributes:
        url: where the publisher offers the file.
        file: name under which it is kept.
        sha256: hash that it must have; empty where the publisher may change the file.
        member: file to take out of a ZIP archive; empty where the file comes bare.
    """

    url: str = Field(pattern=r"^https?://\S+$")
    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    member: str = ""


class Source(_Frozen):
    """One instrument in one edition; attributes as in :class:`corpus.model.Instrument`.

    Attributes:
        scheme: what its main units are called.
        units: how many main units a whole copy has, annexes not counted; ``None`` where not told.
        annex_numerals: how the official text numbers annexes; ids are always Roman.
        annex_units: what the numbered units of an annex are called, where not as elsewhere.
        annex_names: word before the number of such a unit in citations, such as ``Table``.
        urls: official addresses, the first one to cite.
        sections: first and last section, where files hold more than the instrument.
        note: what a reader of the text should know.
        superseded: parts of the edition that no longer hold.
        version: editions of parts that our restatement holds side by side.
        copy_: shapes in which a user's copy may come (key ``copy``).
        download: what can be fetched.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    jurisdiction: str
    title: str
    short: str
    publisher: str
    edition: str
    scheme: Scheme
    units: int | None = Field(default=None, ge=1)
    annex_numerals: Literal["roman", "arabic"] = "roman"
    annex_units: dict[str, Kind] = Field(default_factory=dict)
    annex_names: dict[str, str] = Field(default_factory=dict)
    adopted: date | None = None
    in_force_from: date | None = None
    in_force_until: date | None = None
    status: Status = "in_force"
    text_source: TextSource = "official"
    licence: str = ""
    urls: tuple[str, ...] = ()
    sections: tuple[str, str] | None = None
    note: str = ""
    superseded: tuple[Superseded, ...] = ()
    version: tuple[Version, ...] = ()
    copy_: tuple[Copy, ...] = Field(default=(), alias="copy")
    download: tuple[Download, ...] = ()

    @property
    def by_default(self) -> bool:
        """Whether it is read without being asked for."""
        return self.jurisdiction in JURISDICTIONS

    def instrument(
        self,
        *,
        sha256: str,
        verified: bool,
        text_source: TextSource | None = None,
    ) -> Instrument:
        """Return the instrument as read from a file.

        Args:
            sha256: hash of the file.
            verified: whether the hash is a known one.
            text_source: whose words the file holds; the source's own by default.
        """
        return Instrument(
            id=self.id,
            jurisdiction=self.jurisdiction,
            title=self.title,
            short=self.short,
            publisher=self.publisher,
            edition=self.edition,
            adopted=self.adopted,
            in_force_from=self.in_force_from,
            in_force_until=self.in_force_until,
            status=self.status,
            source_url=self.urls[0] if self.urls else "",
            licence=self.licence,
            text_source=text_source or self.text_source,
            sha256=sha256,
            verified=verified,
            # Restatements keep up with amendments; copies of an edition do not.
            superseded=self.superseded if text_source in (None, "official") else (),
            versions=self.version if text_source not in (None, "official") else (),
        )


@cache
def load_sources() -> dict[str, Source]:
    """Return all known instruments by id, in the order of ``sources.toml``."""
    text = resources.files("corpus").joinpath("sources.toml").read_text(encoding="utf-8")
    return parse_sources(text, where="sources.toml")


def parse_sources(text: str, *, where: str) -> dict[str, Source]:
    """Read a table of instruments.

    Raises:
        CorpusError: naming the instrument and the key that is wrong.
    """
    import tomllib

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise CorpusError(f"not TOML ({problem})", where=where) from problem
    sources: dict[str, Source] = {}
    for identifier, table in tables.items():
        if not isinstance(table, dict):
            raise CorpusError(f"'{identifier}' is not a table", where=where)
        try:
            sources[identifier] = Source.model_validate({"id": identifier, **table})
        except ValidationError as problem:
            first = problem.errors()[0]
            key = ".".join(str(part) for part in (identifier, *first["loc"]))
            raise CorpusError(first["msg"], where=f"{where}, {key}") from problem
    return sources


def source(identifier: str) -> Source:
    """Return one known instrument.

    Raises:
        CorpusError: where there is none of this id; the message suggests the nearest.
    """
    from difflib import get_close_matches

    known = load_sources()
    if identifier in known:
        return known[identifier]
    near = get_close_matches(identifier, known, n=1)
    raise CorpusError(
        f"no instrument '{identifier}'",
        where="corpus",
        hint=f"did you mean '{near[0]}'?" if near else "see bathylex corpus list",
    )
