"""The folder of compiled rule books: written whole, and never more than a few of them kept.

Several audits may share the folder. A rule book appears by renaming and goes by unlinking, so that
a reader sees a whole one or none; one that goes while another audit wants it is compiled again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from base import write_whole

#: Rule books kept, for users who go back and forth between editions of the law or the program.
KEPT = 6
#: A part of a file that is older was left by a process that died.
STALE_SECONDS = 24 * 3600.0

_BOOKS = "rulebook-*.json"
_PARTS = ".rulebook-*.part"


def cache_folder() -> Path:
    """Return the folder of compiled rule books (``BATHYLEX_CACHE`` overrides the user's)."""
    override = os.environ.get("BATHYLEX_CACHE")
    if override:
        # unlike Path.expanduser this leaves the "~" of an unknown user where it stands
        return Path(os.path.expanduser(override))  # noqa: PTH111
    import platformdirs

    return Path(platformdirs.user_cache_dir("bathylex", appauthor=False))


def book_path(folder: Path, key: str) -> Path:
    """Return where the rule book of a key is kept."""
    return folder / f"rulebook-{key[:24]}.json"


def touch(path: Path) -> None:
    """Count a rule book as used now; a folder that cannot be written stays as it is."""
    with suppress(OSError):
        os.utime(path)


def keep(path: Path, content: str) -> None:
    """Write a rule book and remove those beyond the newest :data:`KEPT`.

    Raises:
        BathylexError: the folder cannot be written.
    """
    write_whole(path, content)
    _remove_old(path)


def _remove_old(newest: Path) -> None:
    folder = newest.parent
    others = [(age, path) for age, path in _ages(folder, _BOOKS) if path != newest]
    stale = [path for age, path in _ages(folder, _PARTS) if age > STALE_SECONDS]
    for path in [path for _, path in sorted(others)[KEPT - 1 :]] + stale:
        # Another audit may have removed it, or the system may hold it open.
        with suppress(OSError):
            path.unlink()


def _ages(folder: Path, pattern: str) -> Iterator[tuple[float, Path]]:
    """Yield the age in seconds of each file of a folder; those that have just gone are left out."""
    now = time.time()
    for path in folder.glob(pattern):
        with suppress(OSError):
            yield now - path.stat().st_mtime, path
