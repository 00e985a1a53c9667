"""The library: the embedded digests, and the official copies found in a user's folder.

A copy is recognised by its name, or else by what it says. Where a folder holds several copies of
one instrument, text and Markdown go before XML and XML before PDF, for spans then count the
characters of the user's own file; within a format the order of ``sources.toml`` decides.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from base import CorpusError, is_folder, read_bytes, read_text, real_path, visible
from corpus.copies import FORMATS, PDF, TEXT, TOGETHER, XML, decode, read_copy
from corpus.digests import load_digests
from corpus.model import Instrument, LawText
from corpus.sources import Copy, Source, load_sources

__all__ = [
    "Scan",
    "Skipped",
    "any_texts",
    "law_files",
    "load_digests",
    "load_folder",
    "recognise",
    "scan_folder",
    "text_for",
]

_SUFFIXES = {
    ".txt": TEXT, ".md": TEXT, ".xml": XML, ".xhtml": XML, ".html": XML, ".htm": XML, ".pdf": PDF,
}  # fmt: skip

#: Formats in which any text is read, whether or not an instrument is recognised in it.
_UNKNOWN = (".txt", ".md", ".csv")

#: Files looked at below one folder, and the size beyond which a file is no law text.
MAX_FILES = 20_000
MAX_FILE_BYTES = 64 * 1024 * 1024
#: Pages of a PDF that are searched for the markers of an instrument.
_FRONT_PAGES = 4
#: Puts copies of a part only behind whole ones of any format.
_LAST = 10


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not used, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class Scan:
    """What a folder holds.

    Attributes:
        texts: law texts by instrument id, in the order of ``sources.toml``.
        skipped: files that were passed over or could not be read, with reasons.
    """

    texts: dict[str, LawText]
    skipped: tuple[Skipped, ...]


def load_folder(folder: Path, *, others: bool = False) -> dict[str, LawText]:
    """Read the official copies anywhere below ``folder``.

    Args:
        folder: the user's corpus folder.
        others: also read the instruments beyond the default jurisdictions.

    Returns:
        Law texts by instrument id; instruments without a copy are absent.

    Raises:
        CorpusError: where the folder cannot be read, or the only copies of an instrument of the
            default jurisdictions cannot.
    """
    return scan_folder(folder, others=others).texts


def scan_folder(folder: Path, *, others: bool = False) -> Scan:
    """Read the official copies below ``folder`` and tell which files were not used, and why.

    Raises:
        CorpusError: as :func:`load_folder`.
    """
    shelf = _Shelf(real_path(folder))
    wanted = [source for source in load_sources().values() if others or source.by_default]
    for path in law_files(folder, shelf.skipped):
        shelf.sort_in(path, wanted)
    texts: dict[str, LawText] = {}
    for source in wanted:
        try:
            text = shelf.read(source)
        except CorpusError as problem:
            # The law that an audit models must be read; of the rest only proposals are lost.
            if source.by_default:
                raise
            shelf.skipped.append(Skipped(source.id, str(problem)))
            continue
        if text is not None:
            texts[source.id] = text
    return Scan(texts, tuple(shelf.skipped))


def text_for(
    path: Path, *, sources: Iterable[Source] | None = None, whole: bool = False
) -> LawText:
    """Read one file as whichever known instrument it holds, be it only a part of it.

    Args:
        path: the file.
        sources: instruments that it may be; all known ones by default.
        whole: refuse a file that holds only a part of the instrument.

    Raises:
        CorpusError: where the file cannot be read or no known instrument is recognised in it.
    """
    shelf = _Shelf(real_path(path).parent)
    known = list(load_sources().values() if sources is None else sources)
    shelf.sort_in(path, known)
    for source in known:
        text = shelf.read(source, whole=whole)
        if text is not None:
            return text
    for skipped in shelf.skipped:
        raise CorpusError(skipped.reason, where=str(path))
    raise CorpusError(
        "no known instrument recognised",
        where=str(path),
        hint="see bathylex corpus list for those that are",
    )


def any_texts(path: Path) -> list[LawText]:
    """Read known instruments by their provisions, and any other text by its paragraphs or rows.

    Args:
        path: the file; where no known instrument is recognised in it, plain text, Markdown or
            CSV.

    Returns:
        A law text for each instrument that the file holds, at least one.

    Raises:
        CorpusError: as :func:`text_for`, and where such a text has no words in it.
    """
    suffix = path.suffix.lower()
    held = [source for source, _ in recognise(path)]
    if held or suffix not in _UNKNOWN:
        return [text_for(path, sources=[source]) for source in held] or [text_for(path)]
    from corpus.readers import paragraphs, rows

    reader = rows.read if suffix == ".csv" else paragraphs.read
    named = Instrument(id="text", jurisdiction="OTHER", title=path.name, short=path.stem)
    source = read_text(path, limit=MAX_FILE_BYTES, error=CorpusError)
    return [reader(source, instrument=named, file=path.name)]


def recognise(path: Path) -> list[tuple[Source, Copy]]:
    """Return the known instruments that a file holds, and in which shape; empty where none.

    Raises:
        CorpusError: where the file cannot be read.
    """
    shelf = _Shelf(real_path(path).parent)
    known = list(load_sources().values())
    shelf.sort_in(path, known)
    for skipped in shelf.skipped:
        raise CorpusError(skipped.reason, where=str(path))
    return [
        (source, source.copy_[found.position])
        for source in known
        for found in shelf.found.get(source.id, ())
    ]


def law_files(folder: Path, skipped: list[Skipped]) -> Iterator[Path]:
    """Yield the files below a folder that may hold law, by name, links out of it left out.

    Raises:
        CorpusError: where there is no such folder or it holds too many files.
    """
    if not is_folder(folder):
        raise CorpusError("no such folder", where=str(folder), hint="check --corpus")
    root = real_path(folder)
    count = 0

    def refuse(problem: OSError) -> None:
        where = Path(problem.filename or folder)
        skipped.append(Skipped(str(where), f"cannot be listed ({problem.strerror})"))

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if name.startswith(".") or path.suffix.lower() not in _SUFFIXES:
                continue
            count += 1
            if count > MAX_FILES:
                raise CorpusError(
                    f"more than {MAX_FILES} files", where=str(folder), hint="name a smaller folder"
                )
            if path.is_symlink() and not real_path(path).is_relative_to(root):
                skipped.append(Skipped(str(path), "a link that leads out of the folder"))
            elif path.is_file():
                yield path
            else:
                skipped.append(Skipped(str(path), "not a regular file"))


@dataclass(frozen=True, slots=True, order=True)
class _Found:
    """A copy found: format, whether content and not its name told, place in the list, path."""

    rank: int
    by_content: bool
    position: int
    path: Path


@dataclass
class _Shelf:
    """Copies sorted by instrument; every file is read once however many instruments it holds."""

    root: Path
    skipped: list[Skipped] = field(default_factory=list)
    found: dict[str, list[_Found]] = field(default_factory=dict)
    contents: dict[Path, bytes] = field(default_factory=dict)

    def sort_in(self, path: Path, wanted: Iterable[Source]) -> None:
        """Find out which of the wanted instruments a file holds."""
        sources = list(wanted)
        named = _named(path, load_sources().values())
        try:
            matches = named or list(self._recognised(path, sources))
        except CorpusError as problem:
            self.skipped.append(Skipped(self._shown(path), problem.what))
            matches = []
        for source, position in matches:
            if source in sources:
                copy = source.copy_[position]
                rank = FORMATS.get(copy.reader, TEXT) + (_LAST if copy.partial else 0)
                found = _Found(rank, not named, position, path)
                self.found.setdefault(source.id, []).append(found)
        if not matches:
            self.contents.pop(path, None)

    def read(self, source: Source, *, whole: bool = True) -> LawText | None:
        """Read the preferred copy of an instrument, or the next one where it fails.

        Raises:
            CorpusError: where there are copies and none of them can be read.
        """
        copies = sorted(self.found.get(source.id, ()))
        failure: CorpusError | None = None
        while copies:
            first = copies[0]
            copy = source.copy_[first.position]
            group = [
                item
                for item in copies
                if item is first or (copy.reader in TOGETHER and _alike(item, first))
            ]
            copies = [item for item in copies if item not in group]
            try:
                text = self._read(source, copy, [item.path for item in group], whole)
            except CorpusError as problem:
                # Where a copy is broken, another may do; where none does, the first one is told.
                failure = failure or problem
                self.skipped.append(Skipped(self._shown(first.path), problem.what))
                continue
            self.skipped.extend(
                Skipped(self._shown(item.path), f"another copy of {source.id} was read")
                for item in copies
            )
            return text
        if failure is not None:
            raise failure
        return None

    def _read(self, source: Source, copy: Copy, paths: list[Path], whole: bool) -> LawText:
        if whole and copy.partial:
            raise CorpusError(copy.partial, where=self._shown(paths[0]))
        parts = [(self._bytes(path), self._shown(path)) for path in paths]
        file = parts[0][1] if len(parts) == 1 else Path(parts[0][1]).parent.as_posix()
        return read_copy(source, copy, parts, file=file, whole=whole)

    def _recognised(self, path: Path, sources: list[Source]) -> Iterator[tuple[Source, int]]:
        """Yield the instruments whose markers are all found in a file."""
        kind = _SUFFIXES.get(path.suffix.lower(), TEXT)
        text: str | None = None
        for source in sources:
            for position, copy in enumerate(source.copy_):
                if not copy.markers or FORMATS.get(copy.reader, TEXT) != kind:
                    continue
                text = self._searchable(path, kind) if text is None else text
                if all(pattern.search(text) for pattern in copy.patterns):
                    yield source, position
                    break

    def _searchable(self, path: Path, kind: int) -> str:
        data, shown = self._bytes(path), self._shown(path)
        if kind == PDF:
            from corpus.readers.pdf import page_texts

            return "\n".join(page_texts(data, file=shown, limit=_FRONT_PAGES))
        return data.decode("utf-8", errors="replace") if kind == XML else decode(data, shown)

    def _bytes(self, path: Path) -> bytes:
        if path not in self.contents:
            self.contents[path] = read_bytes(path, limit=MAX_FILE_BYTES, error=CorpusError)
        return self.contents[path]

    def _shown(self, path: Path) -> str:
        """Return a path as reports show it: relative to the corpus folder."""
        resolved = real_path(path)
        inside = resolved.is_relative_to(self.root)
        return visible(resolved.relative_to(self.root).as_posix() if inside else str(path))


def _alike(item: _Found, other: _Found) -> bool:
    return (item.rank, item.by_content, item.position) == (
        other.rank,
        other.by_content,
        other.position,
    )


def _named(path: Path, sources: Iterable[Source]) -> list[tuple[Source, int]]:
    """Return the instruments, and which of their copies, whose patterns a file's name matches."""
    name = path.name.lower()
    return [
        (source, position)
        for source in sources
        for position, copy in enumerate(source.copy_)
        if any(fnmatchcase(name, pattern.lower()) for pattern in copy.names)
    ]
