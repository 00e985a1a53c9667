"""Read our own restatements of the law, the text that is there when no official copy is.

A digest is a Markdown file. Between two ``---`` lines it names its ``instrument`` and may have a
``note``. A line ``## 60 Heading`` starts an article, regulation, section or clause; below it each
provision is one line, ``60.5 Text``, that begins with the id path below the instrument. Blank
lines and ``<!-- comments -->`` are left out. Where a part has several editions the earlier ones
carry their year, ``annex-iii~2008``, and ``sources.toml`` tells from when to when each holds.
Anything else is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from base import CorpusError, sha256_text
from corpus.model import Kind, LawText
from corpus.readers.builder import TreeBuilder
from corpus.readers.labels import roman_value
from corpus.sources import UNITS, Source, source

_PATH = re.compile(r"[0-9A-Za-z~-]+(?:\.[0-9A-Za-z~-]+)*")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Line:
    """A heading or a provision: ``source[at:end]``, words from ``body``."""

    number: int
    path: tuple[str, ...]
    is_heading: bool
    at: int
    body: int
    end: int


@cache
def load_digests() -> dict[str, LawText]:
    """Return the embedded restatements by instrument id, in the order of their file names.

    They are part of the program, hence ``verified``; ``text_source`` says whose words they are.

    Raises:
        CorpusError: where one of them breaks the format.
    """
    folder = resources.files("corpus").joinpath("digest")
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".md"))
    texts = [
        read(
            folder.joinpath(name).read_bytes().decode("utf-8"),
            file=f"corpus/digest/{name}",
            verified=True,
        )
        for name in names
    ]
    return {text.instrument.id: text for text in texts}


def read(text: str, *, file: str, verified: bool = False) -> LawText:
    """Read one digest.

    Args:
        text: the characters of the file.
        file: its name, for errors and for the result.
        verified: whether it is known to be part of the program; an edited copy is not.

    Raises:
        CorpusError: naming file and line where the format is broken, and where the instrument is
            not known.
    """
    blank = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    start, keys = _front_matter(blank, file)
    try:
        origin = source(keys["instrument"])
    except CorpusError as problem:
        raise CorpusError(problem.what, where=f"{file}, line 2", hint=problem.hint) from problem
    instrument = origin.instrument(
        sha256=sha256_text(text),
        verified=verified,
        text_source="engineering" if origin.text_source == "engineering" else "restated",
    )
    tree = _Tree(TreeBuilder(instrument, text, file=file), origin, file)
    lines = list(_lines(blank, start, file))
    for position, line in enumerate(lines):
        following = lines[position + 1] if position + 1 < len(lines) else None
        tree.take(line, following)
    return tree.builder.build(
        need=tree.kind(lines[0].path) if lines else "article",
        expected="lines such as '## 60 Heading' and '60.5 Text'",
    )


def _front_matter(text: str, file: str) -> tuple[int, dict[str, str]]:
    """Return the offset after the front matter, and its keys."""
    found = re.match(r"---\n(.*?)^---[ \t]*(?:\n|\Z)", text, re.DOTALL | re.MULTILINE)
    if found is None:
        raise CorpusError(
            "no front matter", where=f"{file}, line 1", hint="begin with '---', 'instrument: id'"
        )
    keys: dict[str, str] = {}
    for number, line in enumerate(found[1].splitlines(), start=2):
        key, colon, value = line.partition(":")
        if not colon or key.strip() not in ("instrument", "note") or key.strip() in keys:
            raise CorpusError(
                f"'{line[:40]}' is no key of a digest",
                where=f"{file}, line {number}",
                hint="give 'instrument' and perhaps 'note', each once",
            )
        keys[key.strip()] = value.strip()
    if not keys.get("instrument"):
        raise CorpusError("no 'instrument' in the front matter", where=f"{file}, line 1")
    return found.end(), keys


def _lines(text: str, start: int, file: str) -> Iterator[_Line]:
    at = start
    number = text.count("\n", 0, start)
    for raw in text[start:].split("\n"):
        number += 1
        end = at + len(raw.rstrip())
        is_heading = raw.startswith("## ")
        token = at + 3 if is_heading else at
        found = _PATH.match(text, token, end)
        if raw.strip():
            if found is None or text[found.end() : found.end() + 1] not in (" ", "\n", ""):
                raise CorpusError(
                    f"'{raw[:40]}' is neither heading nor provision",
                    where=f"{file}, line {number}",
                    hint="write '## 60 Heading' or '60.5 Text'",
                )
            body = found.end()
            while body < end and text[body] == " ":
                body += 1
            if body == end:
                raise CorpusError(f"'{found[0]}' without words", where=f"{file}, line {number}")
            yield _Line(number, tuple(found[0].split(".")), is_heading, at, body, end)
        at += len(raw) + 1


def _undated(token: str) -> str:
    """Leave out what tells an earlier edition of a part: ``annex-iii`` for ``annex-iii~2008``."""
    return token.partition("~")[0]


class _Tree:
    """Opens the pieces of one digest, and those between that have no line of their own."""

    def __init__(self, builder: TreeBuilder, origin: Source, file: str) -> None:
        self.builder = builder
        self.origin = origin
        self.file = file
        self.open: tuple[str, ...] = ()
        self.unit: tuple[str, ...] = ()
        self.seen: set[tuple[str, ...]] = set()

    def take(self, line: _Line, following: _Line | None) -> None:
        """Take a heading (its own words may stand on the line that follows) or a provision."""
        if line.is_heading:
            self.unit = line.path
            own = (
                following is not None and not following.is_heading and (following.path == line.path)
            )
            self._open(line, words=following if own else None)
        elif line.path[: len(self.unit)] != self.unit or not self.unit:
            where = f"{self.file}, line {line.number}"
            raise CorpusError(
                f"'{'.'.join(line.path)}' stands outside its heading",
                where=where,
                hint=f"put it under '## {'.'.join(line.path[:1])} ...'",
            )
        elif line.path != self.unit:
            self._open(line, words=line)
        elif self.open != self.unit or self.builder.kind is None:
            raise CorpusError(
                f"the own words of '{'.'.join(line.path)}' come after its parts",
                where=f"{self.file}, line {line.number}",
                hint="put them right below the heading",
            )

    def kind(self, path: tuple[str, ...]) -> Kind:
        """Return what the piece at ``path`` is called."""
        token, above = path[-1], path[:-1]
        annexed = path[0].startswith("annex")
        if token == "flush":
            return "flush"
        if not above:
            word = token.partition("-")[0]
            named: dict[str, Kind] = {
                "annex": "annex",
                "appendix": "appendix",
                "recital": "recital",
            }
            return named.get(word, UNITS[self.origin.scheme])
        if token.startswith("section-"):
            return "section"
        if annexed and len(above) == 1:
            return self.origin.annex_units.get(_undated(path[0]), self._annexed_unit())
        if self.origin.scheme == "clauses":
            return "clause" if token.isdigit() else "point"
        if annexed and self.origin.scheme == "regulations" and token.isdigit():
            return "clause"
        level = len(above) - annexed
        if self.origin.scheme == "sections" and level <= 2:
            return "paragraph" if token.isdigit() else "subsection" if level == 1 else "point"
        return "paragraph" if level == 1 and token.isdigit() else "point"

    def _annexed_unit(self) -> Kind:
        """Return what the numbered units of an annex are called."""
        if self.origin.scheme == "regulations":
            return "clause"
        return "article" if self.origin.jurisdiction == "UNCLOS" else "point"

    def _cite(self, path: tuple[str, ...]) -> str | None:
        """Return what a piece adds to its citation, where kind and token alone do not tell."""
        token = path[-1]
        if token.startswith("section-"):
            return f", section {token.removeprefix('section-')}"
        if token.startswith("recital-"):
            return f" recital {token.removeprefix('recital-')}"
        if len(path) == 1 and "~" in token:
            number, _, edition = token.partition("-")[2].partition("~")
            return f" Annex {number.upper()} ({edition})"
        if (
            len(path) == 1
            and token.startswith("annex-")
            and (self.origin.annex_numerals == "arabic")
        ):
            return f" Annex {roman_value(token.removeprefix('annex-'))}"
        if len(path) == 2 and _undated(path[0]) in self.origin.annex_names:
            return f" {self.origin.annex_names[_undated(path[0])]} {token}"
        return None

    def _open(self, line: _Line, *, words: _Line | None) -> None:
        """Open the piece of ``line``; ``words`` is the line that holds its own words, if any."""
        if line.path in self.seen:
            raise CorpusError(
                f"'{'.'.join(line.path)}' comes twice",
                where=f"{self.file}, line {line.number}",
                hint="keep one of the two lines",
            )
        shared = 0
        while shared < min(len(self.open), len(line.path) - 1) and (
            self.open[shared] == line.path[shared]
        ):
            shared += 1
        for depth in range(shared, len(line.path)):
            path = line.path[: depth + 1]
            last = path == line.path
            if not last and path in self.seen:
                raise CorpusError(
                    f"'{'.'.join(line.path)}' is out of order",
                    where=f"{self.file}, line {line.number}",
                    hint=f"put it with the others of '{'.'.join(path)}'",
                )
            self.seen.add(path)
            body = words.body if last and words is not None else line.end if last else line.at
            self.builder.open(
                depth,
                self.kind(path),
                path[-1],
                at=line.at,
                body=body,
                label=path[-1] if last else "",
                heading=self._heading(line) if last else "",
                cite=self._cite(path),
            )
            self.builder.stop(words.end if last and words is not None else body)
        self.open = line.path

    def _heading(self, line: _Line) -> str:
        return self.builder.source[line.body : line.end] if line.is_heading else ""
