"""The surveys that a command is given: files read and hashed, and the options that name them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from base import SurveyError, UsageError, read_bytes, sha256_bytes, visible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from compliance.scoring.shipped import Shipped
    from habitat.survey.readers import Structure
    from jurisdictions.rulebook import RuleBook

Command = TypeVar("Command", bound=Callable[..., Any])

#: Larger than any file that a reader of surveys takes.
_MOST_BYTES = 512 * 1024 * 1024


def _file(name: str, suffixes: str, what: str) -> Callable[[Command], Command]:
    return click.option(f"--{name}", type=click.Path(path_type=Path), metavar=suffixes, help=what)


def survey_options(command: Command) -> Command:
    """Add the options that name surveys and a student to a command."""
    for option in (
        _file("student", "FILE", "Another student than the one that is installed."),
        _file("sensor", "F.csv", "Sensor series of the last 48 hours (docs/surveys.md)."),
        _file("legal", "F.pdf", "Law or permit text: PDF, text, Markdown, CSV, HTML or XML."),
        _file("acoustic", "F.npy", "Side-scan sonar image in dB (docs/surveys.md)."),
    ):
        command = option(command)
    return command


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
    from compliance.scoring.law_file import read_law
    from habitat.survey.readers import read_acoustic, read_sensor, read_structure

    sources: dict[str, dict[str, str]] = {}
    image = None if acoustic is None else read_acoustic(acoustic)
    law = None
    if legal is not None:
        law, digest = read_law(legal)
        sources["legal"] = {"file": visible(legal.name), "sha256": digest}
    series = None if sensor is None else read_sensor(sensor).values
    stated = None if structure is None else read_structure(structure)
    for name, path in (("acoustic", acoustic), ("sensor", sensor), ("structure", structure)):
        if path is not None:
            data = read_bytes(path, limit=_MOST_BYTES, error=SurveyError)
            sources[name] = {"file": visible(path.name), "sha256": sha256_bytes(data)}
    return SurveyFiles(image, law, series, stated, dict(sorted(sources.items())))


def require_student(path: Path | None) -> None:
    """Refuse early where no student is at hand, before law is compiled and surveys are read.

    Raises:
        UsageError: none is installed and none is given.
    """
    from compliance.scoring.shipped import has_student

    if path is None and not has_student():
        raise UsageError(
            "no student is installed",
            where="--student",
            hint="give --student FILE, or train one with bathylex distill train",
        )


def student(book: RuleBook, path: Path | None) -> Shipped:
    """Load a student over the law at hand, the installed one where no file is given.

    Raises:
        DistillError: the file is missing, broken, or no student.
    """
    from compliance.scoring.shipped import load_student

    return load_student(book, path)
