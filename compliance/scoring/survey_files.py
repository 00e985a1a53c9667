"""Survey files of a design: read and hashed, and placed where they were measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base import SurveyError, UsageError, read_bytes, sha256_bytes, visible

if TYPE_CHECKING:
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from compliance.scoring.estimate import Inputs
    from compliance.shared import Shared
    from habitat.facts import Fact
    from habitat.survey.readers import Structure

Position = tuple[float, float]

#: Larger than any file that a reader of surveys takes.
MOST_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True)
class SurveyFiles:
    """What the files hold.

    Attributes:
        acoustic, law, sensor, structure: as :class:`compliance.scoring.estimate.Inputs` takes them.
        sources: name and SHA-256 of each file, by modality, sorted.
    """

    acoustic: NDArray[np.float32] | None
    law: tuple[str, ...] | None
    sensor: NDArray[np.float32] | None
    structure: Structure | None
    sources: dict[str, dict[str, str]]


def read_survey(modality: str, path: Path) -> tuple[Any, str]:
    """Read one file and return what it holds, with its SHA-256.

    Args:
        modality: ``acoustic``, ``legal``, ``sensor`` or ``structure``.
        path: the file.

    Raises:
        SurveyError: a sonar image, sensor series or structure that cannot be used.
        CorpusError: a law text that cannot be read.
    """
    from compliance.scoring.law_file import read_law
    from habitat.survey.readers import read_acoustic, read_sensor, read_structure

    found: Any
    match modality:
        case "legal":
            return read_law(path)
        case "acoustic":
            found = read_acoustic(path)
        case "sensor":
            found = read_sensor(path).values
        case _:
            found = read_structure(path)
    return found, sha256_bytes(read_bytes(path, limit=MOST_BYTES, error=SurveyError))


def read_surveys(
    *,
    acoustic: Path | None = None,
    legal: Path | None = None,
    sensor: Path | None = None,
    structure: Path | None = None,
) -> SurveyFiles:
    """Read the files that are given.

    Raises:
        SurveyError: a sonar image, sensor series or structure that cannot be used.
        CorpusError: a law text that cannot be read.
    """
    paths = {"acoustic": acoustic, "legal": legal, "sensor": sensor, "structure": structure}
    read = {name: read_survey(name, path) for name, path in paths.items() if path is not None}
    held = {name: read[name][0] if name in read else None for name in paths}
    sources = {
        name: {"file": visible(path.name), "sha256": read[name][1]}
        for name, path in paths.items()
        if path is not None
    }
    return SurveyFiles(
        held["acoustic"], held["legal"], held["sensor"], held["structure"], sources
    )  # fmt: skip


def position_of(
    structure: Structure | None, asked: Position | None, *, where: str = "--site"
) -> Position | None:
    """Return the position that the structure states or the user gives.

    Raises:
        UsageError: both, and they differ.
    """
    site = None if structure is None else structure.design.site
    if site is None or site.latitude is None or site.longitude is None:
        return asked
    stated = (site.latitude, site.longitude)
    if asked not in (None, stated):
        raise UsageError(
            f"the structure states {stated[0]:g},{stated[1]:g}",
            where=where,
            hint="give one of them, or the same",
        )
    return stated


def placed(
    read: SurveyFiles, at: Position | None, as_of: date, *, shared: Shared | None = None
) -> Inputs:
    """Return surveys with the facts of their position.

    Args:
        read: what the files hold.
        at: latitude and longitude, where known.
        as_of: the date whose law counts.
        shared: what keeps the zones of positions.

    Raises:
        DesignError: the structure asserts something impossible about its site.
    """
    from compliance.scoring.estimate import Inputs, site_facts

    facts: dict[str, Fact] | None = None
    if at is not None:
        site = None if read.structure is None else read.structure.design.site
        facts = site_facts(
            *at,
            as_of,
            zone=None if site is None else site.zone,
            coastal_state=None if site is None else site.coastal_state,
            shared=shared,
        )
    return Inputs(read.acoustic, read.law, read.sensor, read.structure, facts)
