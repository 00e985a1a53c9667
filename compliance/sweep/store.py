"""The folder of a sweep: parts as Parquet, each written whole, and what they add up to.

``manifest.json`` says which sweep the folder holds; ``parts/part-00000.parquet`` its kept designs
and ``parts/part-00000.json`` what was counted, written after the former. A part whose two files are
whole is never judged again, so that a killed run goes on where it was.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from base import UsageError, read_bytes, sha256_bytes, write_whole
from compliance.engine.kinds import Array, Levels, Number
from compliance.sweep.parts import Part
from compliance.sweep.space import VERDICTS, Space

#: Designs in one part: its file, and the step of an interrupted run.
PART = 65_536
_MOST_BYTES = 1 << 30


def encode(part: Part, space: Space) -> bytes:
    """Return the kept designs of a part as a Parquet file.

    One column for each key that varies (numbers with their unit in the name, words as the design
    file has them), and one for each measure.
    """
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    names, arrays = ["place"], [pa.array(part.places)]
    for key, axis in space.keys.items():
        array = part.columns[key] if part.columns else np.empty(0)
        kind = axis.kinds[key]
        if isinstance(kind, Levels):
            assert axis.raw is not None
            words = [None if raw is None else _text(raw) for raw in axis.raw[key]]
            names.append(key)
            arrays.append(_words(array, words))
        else:
            assert isinstance(kind, Number)
            names.append(f"{key} [{kind.unit}]" if kind.unit else key)
            whole = kind.unit is None
            arrays.append(pa.array(array.astype(np.int64 if whole else np.float64)))
    names.append("verdict")
    arrays.append(_words(part.measures["verdict"], list(VERDICTS)))
    for name in ("cost", "margin", "violated", "undetermined", "open"):
        names.append(name)
        arrays.append(pa.array(part.measures[name]))
    stream = io.BytesIO()
    pq.write_table(pa.table(dict(zip(names, arrays, strict=True))), stream, compression="zstd")
    return stream.getvalue()


def _text(raw: Any) -> str:
    return str(raw).lower() if isinstance(raw, bool) else str(raw)


def _words(codes: Array, words: list[str | None]) -> Any:
    """Return words as a dictionary column; a place without a word is null."""
    import pyarrow as pa

    known = list(dict.fromkeys(word for word in words if word is not None))
    places = np.array([-1 if word is None else known.index(word) for word in words] or [-1])
    found = places[codes.astype(np.intp)].astype(np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(found, mask=found < 0), pa.array(known, type=pa.string())
    )


class Store:
    """A sweep's folder.

    Args:
        folder: made where it is missing.
        identity: what the sweep is; a folder of another sweep is refused.

    Raises:
        UsageError: the folder holds another sweep, or something else.
    """

    def __init__(self, folder: Path, identity: dict[str, Any]) -> None:
        self.folder, self._identity = folder, identity
        manifest = folder / "manifest.json"
        text = json.dumps(identity, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        if manifest.exists():
            if read_bytes(manifest, error=UsageError) != text.encode():
                raise UsageError(
                    "holds another sweep, or one of another law or program",
                    where=str(folder),
                    hint="give another folder",
                )
            return
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(
                "is no folder of a sweep and not empty",
                where=str(folder),
                hint="give a new folder",
            )
        write_whole(manifest, text)

    def _paths(self, number: int) -> tuple[Path, Path]:
        stem = self.folder / "parts" / f"part-{number:05}"
        return stem.with_suffix(".parquet"), stem.with_suffix(".json")

    def put(self, number: int, summary: dict[str, Any], table: bytes) -> None:
        """Keep a part: its designs, then what vouches for them."""
        designs, counted = self._paths(number)
        write_whole(designs, table)
        write_whole(counted, _line({**summary, "sha256": sha256_bytes(table)}))

    def get(self, number: int) -> dict[str, Any] | None:
        """Return what was counted in a part, ``None`` where it is missing or not whole."""
        designs, counted = self._paths(number)
        try:
            summary: dict[str, Any] = json.loads(counted.read_bytes())
            table = designs.read_bytes()
            whole = summary["sha256"] == sha256_bytes(table) and summary["number"] == number
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return summary if whole else None

    def finish(self, text: str) -> None:
        """Keep the summary of the whole sweep."""
        write_whole(self.folder / "summary.json", text)


class Memory:
    """Holds what was counted where no folder is asked for; the designs themselves are dropped."""

    def __init__(self) -> None:
        self._parts: dict[int, dict[str, Any]] = {}

    def put(self, number: int, summary: dict[str, Any], table: bytes) -> None:
        """Keep what was counted in a part, as a folder would give it back."""
        self._parts[number] = json.loads(_line({**summary, "sha256": sha256_bytes(table)}))

    def get(self, number: int) -> dict[str, Any] | None:
        """Return what was counted in a part."""
        return self._parts.get(number)

    def finish(self, text: str) -> None:
        """Nothing is kept."""


def _line(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"
