"""All coastal students from one folder of data, each in a file of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from base import UsageError, is_folder

#: Students in the order they are trained.
STUDENTS = ("extremes", "risk", "surge", "flood")
#: Folders of the data that each needs.
NEEDS = {
    "extremes": ("tide-gauge/psmsl_monthly",),
    "risk": ("tide-gauge/psmsl_monthly", "flood-events"),
    "surge": ("tide-gauge",),
    "flood": ("flood-sar",),
}


def train_students(
    names: Sequence[str],
    data: Path,
    output: Path,
    *,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Train students and write ``NAME.safetensors`` for each.

    Args:
        names: of :data:`STUDENTS`.
        data: folder of measured data.
        output: folder to write to.
        seed: same seed and data, same students.
        progress: told what is being done.

    Returns:
        File, seconds and what the training tells of each, as JSON data.

    Raises:
        UsageError: data that a student needs are not there; said before any is trained.
    """
    say = progress or (lambda line: None)
    for name in names:
        for folder in NEEDS[name]:
            if not is_folder(data / folder):
                raise UsageError(
                    f"no folder {folder}",
                    where=f"--data {data}",
                    hint=f"the student of {name} needs it",
                )
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise UsageError(
            f"cannot be made ({problem.strerror})", where=f"-o {output}", hint="give another folder"
        ) from problem
    told = []
    for name in names:
        say(f"training the student of {name}")
        began = time.perf_counter()
        path = output / f"{name}.safetensors"
        source = data / "flood-sar" if name == "flood" else data
        made = import_module(f"coastal.{name}").train(source, path, seed=seed)
        told.append(
            {
                "student": name,
                "file": str(path),
                "seconds": round(time.perf_counter() - began, 1),
                "tells": made if isinstance(made, dict) else {},
            }
        )
    return {"seed": seed, "students": told}
