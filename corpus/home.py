"""The user's own corpus folder: what is known, what is there, adding and verifying copies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from base import (
    BathylexError,
    CorpusError,
    is_folder,
    read_bytes,
    sha256_bytes,
    visible,
    write_whole,
)
from corpus.copies import TOGETHER
from corpus.library import MAX_FILE_BYTES, Skipped, law_files, recognise, text_for
from corpus.model import Status
from corpus.sources import load_sources

State = Literal["verified", "unverified", "partial", "unreadable", "unknown"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A known instrument.

    Attributes:
        id, jurisdiction, title, edition, status, licence, note: as in ``sources.toml``.
        url: official address to cite; empty where none is known.
        by_default: whether audits read it without being asked to.
        fetchable: whether ``fetch`` can download it.
        embedded: whether a restatement of it is part of the program.
        files: copies in the user's folder, relative to it.
    """

    id: str
    jurisdiction: str
    title: str
    edition: str
    status: Status
    licence: str
    note: str
    url: str
    by_default: bool
    fetchable: bool
    embedded: bool
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """A file of the user's folder.

    Attributes:
        file: its path relative to the folder.
        instruments: ids of the instruments it holds.
        sha256: hash of its bytes; empty where they cannot be read.
        state: ``verified`` where the hash is a known one, ``unverified`` where it is not and the
            text still reads, ``partial`` where it is not enough to audit with, ``unreadable``,
            or ``unknown`` where no instrument is recognised.
        detail: why, where there is something to say.
    """

    file: str
    instruments: tuple[str, ...]
    sha256: str
    state: State
    detail: str = ""


def home_folder() -> Path:
    """Return the folder for the user's data: ``BATHYLEX_HOME``, or the platform's own place."""
    chosen = os.environ.get("BATHYLEX_HOME")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("bathylex", appauthor=False)


def bindings_folder(home: Path) -> Path:
    """Return the folder of the user's own binding files below a home folder."""
    return home / "bindings"


def corpus_folder(home: Path) -> Path:
    """Return the folder of law texts below a home folder."""
    return home / "corpus"


def list_sources(*, home: Path | None = None) -> list[Listed]:
    """Return all known instruments; with ``home``, also which copies of them are there.

    Raises:
        CorpusError: where the corpus folder holds too many files.
    """
    from corpus.digests import load_digests

    files: dict[str, list[str]] = {}
    for checked in verify(home) if home is not None else ():
        for identifier in checked.instruments:
            files.setdefault(identifier, []).append(checked.file)
    digests = load_digests()
    return [
        Listed(
            id=source.id,
            jurisdiction=source.jurisdiction,
            title=source.title,
            edition=source.edition,
            status=source.status,
            licence=source.licence,
            note=source.note,
            url=source.urls[0] if source.urls else "",
            by_default=source.by_default,
            fetchable=bool(source.download),
            embedded=source.id in digests,
            files=tuple(files.get(source.id, ())),
        )
        for source in load_sources().values()
    ]


def add_file(path: Path, *, home: Path) -> Checked:
    """Copy a file that the user has into the corpus folder, once it has been read.

    Raises:
        CorpusError: where the file cannot be read, holds no known instrument or too little of
            one, or another file of its name is there already.
    """
    data = read_bytes(path, limit=MAX_FILE_BYTES, error=CorpusError)
    checked = check_file(path, root=path.parent)
    if checked.state in ("unreadable", "unknown", "partial"):
        raise CorpusError(
            checked.detail or "no known instrument recognised",
            where=str(path),
            hint="see bathylex corpus list for those that are known",
        )
    target = corpus_folder(home) / checked.instruments[0] / path.name
    if target.exists() and read_bytes(target, limit=MAX_FILE_BYTES) != data:
        raise CorpusError(
            "another file of this name is there already",
            where=str(target),
            hint="remove it first, or rename the new one",
        )
    store(target, data)
    return Checked(
        target.relative_to(corpus_folder(home)).as_posix(),
        checked.instruments,
        checked.sha256,
        checked.state,
        checked.detail,
    )


def verify(home: Path) -> list[Checked]:
    """Check every file of the corpus folder against the hashes of ``sources.toml``.

    Raises:
        CorpusError: where the folder holds too many files.
    """
    root = corpus_folder(home)
    if not is_folder(root):
        return []
    skipped: list[Skipped] = []
    found = [check_file(path, root=root) for path in law_files(root, skipped)]
    left_out = [Checked(item.file, (), "", "unreadable", item.reason) for item in skipped]
    return found + left_out


def check_file(path: Path, *, root: Path) -> Checked:
    """Check one file: what it holds, and whether its hash is a known one."""
    file = visible(path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path))
    try:
        digest = sha256_bytes(read_bytes(path, limit=MAX_FILE_BYTES, error=CorpusError))
    except CorpusError as problem:
        return Checked(file, (), "", "unreadable", problem.what)
    try:
        held = recognise(path)
        ids = tuple(source.id for source, _ in held)
        if not held:
            return Checked(file, (), digest, "unknown", "no known instrument recognised")
        partial = next((copy.partial for _, copy in held if copy.partial), "")
        if partial:
            return Checked(file, ids, digest, "partial", partial)
        one_of_many = any(copy.reader in TOGETHER for _, copy in held)
        detail = "one of several files that make up the text" if one_of_many else ""
        if all(digest in copy.sha256 for _, copy in held):
            return Checked(file, ids, digest, "verified", detail)
        for source, _ in held:
            text_for(path, sources=[source])
    except CorpusError as problem:
        return Checked(file, (), digest, "unreadable", problem.what)
    unknown = "not a copy that was compared with the official text"
    return Checked(file, ids, digest, "unverified", f"{unknown}; {detail}" if detail else unknown)


def store(target: Path, data: bytes) -> None:
    """Write a file of the corpus folder, whole or not at all.

    Raises:
        CorpusError: where it cannot be written.
    """
    try:
        write_whole(target, data)
    except BathylexError as problem:
        raise CorpusError(problem.what, where=problem.where, hint=problem.hint) from problem
