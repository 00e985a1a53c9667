"""The surveys that a command is given: the options that name them, and the student that reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from base import UsageError

if TYPE_CHECKING:
    from compliance.scoring.shipped import Shipped
    from jurisdictions.rulebook import RuleBook

Command = TypeVar("Command", bound=Callable[..., Any])


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
