"""The surveys of a sweep: a folder with one folder each, or a list of files in CSV or YAML."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base import (
    BathylexError,
    DesignError,
    SurveyError,
    UsageError,
    csv_problems,
    is_folder,
    one_line,
    read_bytes,
    read_text,
    sha256_bytes,
    visible,
)
from compliance.scoring.survey_files import MOST_BYTES, Position
from compliance.whatif.sites import read_site
from habitat.fields import describe
from habitat.markup import read_markup

MAX_LIST_BYTES = 256 * 1024 * 1024
MAX_MARKUP_BYTES = 4 * 1024 * 1024
#: Columns of a list that name files, in the order of the modalities.
FILES = ("acoustic", "legal", "sensor", "structure")
_KEYS = ("name", *FILES, "site")
#: What a file of a survey's folder is, by its suffix.
_SUFFIXES = {
    ".npy": "acoustic",
    ".csv": "sensor",
    ".json": "structure",
    **dict.fromkeys((".pdf", ".txt", ".md", ".html", ".htm", ".xhtml", ".xml"), "legal"),
}
_NAME_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One survey to score.

    Attributes:
        name: as the user calls it.
        files: path below the manifest's folder, by modality.
        site: latitude and longitude, where given.
    """

    name: str
    files: Mapping[str, str]
    site: Position | None


@dataclass(frozen=True)
class Manifest:
    """Surveys in a fixed order, each with every structure and at every site that is listed.

    Attributes:
        folder: absolute, that paths are below.
        rows: of a list, cells in the order of name, files and site; of folders, their names alone.
        structures: design files that every survey is scored with, as listed and as found; none
            leaves each its own.
        sites: places at which every survey is scored, as ``LAT,LON``; none leaves each its own.
        site: position of those that state none.
    """

    folder: Path
    rows: Sequence[tuple[str, ...]]
    structures: tuple[tuple[str, str], ...] = ()
    sites: tuple[str, ...] = ()
    site: Position | None = None

    @property
    def size(self) -> int:
        """Designs to score."""
        return len(self.rows) * len(self.structures or "-") * len(self.sites or "-")

    def entry(self, place: int) -> Entry:
        """Return what is to be scored at a place; sites vary fastest, then structures.

        Raises:
            SurveyError: its folder or its line names nothing that can be scored.
        """
        rest, at = divmod(place, len(self.sites or "-"))
        row, with_ = divmod(rest, len(self.structures or "-"))
        cells = self.rows[row]
        found = self._folder(cells[0]) if len(cells) == 1 else _line(cells)
        files = dict(found.files)
        site, name = found.site, [found.name]
        if self.structures:
            listed, files["structure"] = self.structures[with_]
            name.append(_name(listed))
        if self.sites:
            place_ = _position(self.sites[at])
            if site not in (None, place_):
                raise SurveyError("has a site of its own", where=found.name, hint="list no sites")
            site = place_
            name.append(self.sites[at])
        if not files:
            raise SurveyError("names no file", where=found.name, hint=f"give {' or '.join(FILES)}")
        return Entry(" | ".join(name), files, site)

    def name(self, place: int) -> str:
        """Return what the survey at a place is called, also where it cannot be scored."""
        return _name(self.rows[place // (self.size // len(self.rows))][0])

    def _folder(self, name: str) -> Entry:
        files: dict[str, str] = {}
        try:
            inside = sorted(one.name for one in (self.folder / name).iterdir())
        except OSError as problem:
            raise SurveyError(
                f"cannot be read ({problem.strerror})", where=_name(name)
            ) from problem
        for file in inside:
            modality = None if file.startswith(".") else _SUFFIXES.get(Path(file).suffix.lower())
            if modality in files:
                raise SurveyError(
                    f"two files of one kind ({modality}): {visible(Path(files[modality]).name)} "
                    f"and {visible(file)}",
                    where=_name(name),
                    hint="keep one, or name the files in a list",
                )
            if modality is not None:
                files[modality] = f"{name}/{file}"
        return Entry(_name(name), files, None)

    def digest(self) -> str:
        """Return the SHA-256 of all that is to be scored: names, sites and contents of files."""
        whole = hashlib.sha256()
        step = len(self.structures or "-") * len(self.sites or "-")
        alone = Manifest(self.folder, self.rows)
        for row in range(len(self.rows)):
            try:
                entry = alone.entry(row)
                told: Any = [entry.name, self._hashes(entry.files.items()), entry.site]
            except SurveyError as problem:
                told = [self.name(row * step), str(problem)]
            whole.update(f"{json.dumps(told)}\n".encode())
        structures = [(_name(listed), self._hash(path)) for listed, path in self.structures]
        whole.update(json.dumps([structures, self.sites, self.site]).encode())
        return whole.hexdigest()

    def _hashes(self, files: Iterable[tuple[str, str]]) -> list[list[str]]:
        return [[name, visible(path), self._hash(path)] for name, path in files]

    def _hash(self, path: str) -> str:
        try:
            return sha256_bytes(read_bytes(self.folder / path, limit=MOST_BYTES, error=SurveyError))
        except SurveyError:
            return "unread"


def load_manifest(path: Path, *, site: Position | None = None) -> Manifest:
    """Read what surveys there are.

    Args:
        path: a folder of folders, a CSV list, or YAML or JSON with the keys ``surveys`` (a list or
            the path of a folder or CSV list), and optionally ``structures`` and ``sites``.
        site: position of the surveys that state none.

    Raises:
        UsageError: no such list, or one that cannot be read.
    """
    if is_folder(path):
        return Manifest(path.absolute(), _folders(path), site=site)
    if path.suffix.lower() == ".csv":
        return Manifest(path.parent.absolute(), _csv(path), site=site)
    text = read_text(path, limit=MAX_MARKUP_BYTES, error=UsageError)
    try:
        data, _ = read_markup(text, where=str(path), as_json=path.suffix.lower() == ".json")
    except DesignError as problem:
        raise UsageError(problem.what, where=problem.where, hint=problem.hint) from None
    return _grid(data, path, site)


def _grid(data: Any, path: Path, site: Position | None) -> Manifest:
    where = str(path)
    keys = ("surveys", "structures", "sites")
    if not isinstance(data, dict) or "surveys" not in data or not set(data) <= set(keys):
        raise UsageError("no list of surveys", where=where, hint=f"give the keys {', '.join(keys)}")
    given = data["surveys"]
    if isinstance(given, str):
        named = path.parent / given
        if not is_folder(named) and named.suffix.lower() != ".csv":
            raise UsageError(
                f"surveys is neither a folder nor a CSV list: {one_line(given)[:80]!r}",
                where=where,
                hint="name one, or give the surveys",
            )
        inner = load_manifest(named, site=site)
    elif isinstance(given, list) and given:
        rows = [_row(item, f"{where}, surveys, entry {at}") for at, item in enumerate(given, 1)]
        inner = Manifest(path.parent.absolute(), rows, site=site)
    else:
        raise UsageError(
            f"expected surveys, found {describe(given)}",
            where=where,
            hint="give a list or a folder",
        )
    structures = _texts(data.get("structures", []), f"{where}, structures")
    sites = _texts(data.get("sites", []), f"{where}, sites")
    for text in sites:
        read_site(text, where=f"{where}, sites")
    found = tuple((text, str(path.parent.absolute() / text)) for text in structures)
    return Manifest(inner.folder, inner.rows, found, sites, site)


def _texts(given: Any, where: str) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise UsageError(f"expected a list of texts, found {describe(given)}", where=where)
    return tuple(given)


def _row(item: Any, where: str) -> tuple[str, ...]:
    if not isinstance(item, dict) or not all(
        key in _KEYS and isinstance(value, str) for key, value in item.items()
    ):
        raise UsageError(
            f"expected a survey, found {describe(item)}",
            where=where,
            hint=f"give texts for {', '.join(_KEYS)}",
        )
    return tuple(item.get(key, "") for key in _KEYS)


def _folders(path: Path) -> list[tuple[str, ...]]:
    try:
        with os.scandir(path) as found:
            names = [one.name for one in found if one.is_dir() and not one.name.startswith(".")]
    except OSError as problem:
        raise UsageError(f"cannot be read ({problem.strerror})", where=str(path)) from problem
    if not names:
        raise UsageError(
            "holds no folders of surveys", where=str(path), hint="give one folder for each survey"
        )
    return [(name,) for name in sorted(names)]


def _csv(path: Path) -> list[tuple[str, ...]]:
    text = read_text(path, limit=MAX_LIST_BYTES, error=UsageError).removeprefix("\ufeff")
    rows = csv.reader(io.StringIO(text, newline=""))
    found = []
    with csv_problems(str(path), UsageError):
        header = [cell.strip().lower() for cell in next(rows, [])]
        if not header or len(set(header)) != len(header) or not set(header) <= set(_KEYS):
            raise UsageError(
                f"expected columns of surveys, found {one_line(','.join(header))[:80]!r}",
                where=f"{path}, line 1",
                hint=f"use {', '.join(_KEYS)}",
            )
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise UsageError(
                    f"expected {len(header)} values, found {len(cells)}",
                    where=f"{path}, line {rows.line_num}",
                )
            held = dict(zip(header, cells, strict=True))
            found.append(tuple(held.get(key, "").strip() for key in _KEYS))
    if not found:
        raise UsageError("no surveys below the header", where=str(path), hint="one in each line")
    return found


def _line(cells: tuple[str, ...]) -> Entry:
    name, *files, site = cells
    named = {modality: path for modality, path in zip(FILES, files, strict=True) if path}
    called = _name(name or next(iter(named.values()), ""))
    return Entry(called, named, _position(site, called) if site else None)


def _position(text: str, where: str | None = None) -> Position:
    try:
        place = read_site(text)
    except BathylexError as problem:
        raise SurveyError(problem.what, where=where, hint=problem.hint) from None
    return place.latitude, place.longitude


def _name(text: str) -> str:
    return one_line(text)[:_NAME_CHARACTERS]
