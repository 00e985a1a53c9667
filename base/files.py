"""Whole-file writes, bounded reads and hashes."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from base.errors import BathylexError

MAX_TEXT_BYTES = 64 * 1024 * 1024
_LEAST_READ = 1024 * 1024


def sha256_bytes(data: bytes) -> str:
    """Return the SHA-256 of ``data`` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_text(text: str) -> str:
    """Return the SHA-256 of ``text`` encoded as UTF-8."""
    return sha256_bytes(text.encode("utf-8"))


def read_bytes(
    path: Path,
    *,
    limit: int = MAX_TEXT_BYTES,
    error: type[BathylexError] = BathylexError,
) -> bytes:
    """Read a regular file of at most ``limit`` bytes.

    Raises:
        BathylexError: (or the subclass passed as ``error``) when the path is missing, is not a
            regular file, cannot be read, or is larger than ``limit``.
    """
    try:
        if not path.exists():
            raise error("no such file", where=str(path), hint="check the path")
        if not path.is_file():
            raise error("not a regular file", where=str(path), hint="give the path of a file")
        with path.open("rb") as handle:
            # A read of the whole limit would reserve that much memory for the smallest file.
            size = os.fstat(handle.fileno()).st_size
            # One that says it is too large is not read at all; one that grows is found out below.
            data = b"" if size > limit else handle.read(min(limit, max(size, _LEAST_READ)) + 1)
    except OSError as problem:
        # Also from asking whether it exists: a name too long, a folder that must not be entered.
        raise error(f"cannot be read ({problem.strerror})", where=str(path)) from problem
    if max(size, len(data)) > limit:
        raise error(f"larger than {limit} bytes", where=str(path), hint="give a smaller file")
    return data


def read_text(
    path: Path,
    *,
    limit: int = MAX_TEXT_BYTES,
    error: type[BathylexError] = BathylexError,
) -> str:
    """Read a UTF-8 text file, keeping every character (line ends included) where it stands.

    Raises:
        BathylexError: as :func:`read_bytes`, and when the bytes are not UTF-8 text.
    """
    data = read_bytes(path, limit=limit, error=error)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise error(
            f"not UTF-8 text (byte {problem.start})",
            where=str(path),
            hint="save the file as UTF-8",
        ) from problem
    return text


@contextmanager
def csv_problems(where: str, error: type[BathylexError]) -> Iterator[None]:
    """Turn what the csv module refuses, a cell without an end say, into one clear line."""
    import csv

    try:
        yield
    except csv.Error as problem:
        raise error(f"no CSV ({problem})", where=where, hint="save it as CSV") from problem


def is_folder(path: Path) -> bool:
    """Say whether ``path`` is a folder that can be looked at; never raises."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_there(path: Path) -> bool:
    """Say whether ``path`` leads to anything; never raises, whatever is asked for."""
    try:
        return path.exists()
    except OSError:
        return False


def real_path(path: Path) -> Path:
    """Return ``path`` absolute and with links followed; a link to itself stays as it is."""
    return Path(os.path.realpath(path))


def write_whole(path: Path, data: bytes | str | Iterable[str]) -> None:
    """Write ``path`` completely or not at all: to a temporary sibling, then rename.

    Args:
        path: the file.
        data: its bytes, its text, or parts of its text, which are written as they come.

    Raises:
        BathylexError: when the folder cannot be created or written.
    """
    parts = (data,) if isinstance(data, bytes | str) else data
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as problem:
        raise BathylexError(f"cannot be written ({problem.strerror})", where=str(path)) from problem
    try:
        with os.fdopen(handle, "wb") as stream:
            for part in parts:
                stream.write(part.encode("utf-8") if isinstance(part, str) else part)
            stream.flush()
            os.fsync(stream.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    except OSError as problem:
        Path(name).unlink(missing_ok=True)
        raise BathylexError(f"cannot be written ({problem.strerror})", where=str(path)) from problem
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
