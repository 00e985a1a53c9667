"""Pieces of work as files, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def kept(path: Path, make: Callable[[], Any]) -> Any:
    """Return what a file holds, made and written first where it is missing."""
    from base import write_whole

    if not path.exists():
        print(path.name, file=sys.stderr, flush=True)
        write_whole(path, json.dumps(make()))
    return json.loads(path.read_text(encoding="utf-8"))


def read(folder: Path, pattern: str) -> list[Any]:
    """Return what the files of a pattern hold, in order of name."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob(pattern))]
