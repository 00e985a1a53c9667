"""``bathylex design``: score a design from raw surveys, with what is sure and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from base import UsageError, write_whole
from workbench.options import as_of_option, corpus_option, day, output_option, position
from workbench.output import json_option
from workbench.surveys import survey_options

if TYPE_CHECKING:
    from datetime import date

    from compliance.scoring.estimate import Inputs
    from compliance.scoring.shipped import Shipped
    from jurisdictions.rulebook import RuleBook

Position = tuple[float, float]


@click.command()
@survey_options
@click.option(
    "--structure",
    type=click.Path(path_type=Path),
    metavar="F.json",
    help="A design file in part, as JSON, with the text of its report (docs/surveys.md).",
)
@click.option("--site", metavar="LAT,LON", help="Position, where the structure states none.")
@as_of_option()
@corpus_option()
@output_option("JSON file to write.")
@json_option
def command(
    acoustic: Path | None,
    legal: Path | None,
    sensor: Path | None,
    structure: Path | None,
    student: Path | None,
    site: str | None,
    as_of: str | None,
    corpus: Path | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """Score a design from raw surveys; give at least one of acoustic, legal, sensor, structure.

    Students estimate and rules judge: where stated facts settle a jurisdiction, the answer is the
    rule engine's. Exit status 0 whatever the answer is.
    """
    files = {"acoustic": acoustic, "legal": legal, "sensor": sensor, "structure": structure}
    if not any(files.values()):
        raise UsageError(
            "no survey is given", where="design", hint=f"give --{' or --'.join(files)} FILE"
        )
    if output is None and not as_json:
        raise UsageError("nowhere to write", where="design", hint="give -o OUT.json, or --json")
    as_of_day = day(as_of)
    asked = None if site is None else position(site, option="--site")
    report = _report(files, student, asked, as_of_day, corpus)
    text = _json(report)
    if output is not None:
        write_whole(output, text)
    if as_json:
        click.echo(text, nl=False)
    else:
        from compliance.report.score_terminal import print_score

        print_score(report, written=output)
    return 0


def _report(
    files: dict[str, Path | None],
    weights: Path | None,
    asked: Position | None,
    as_of: date,
    corpus: Path | None,
) -> dict[str, Any]:
    from compliance.scoring.score_report import score_report
    from compliance.scoring.survey_files import placed, position_of, read_surveys
    from workbench.law import rulebook
    from workbench.surveys import require_student, student

    require_student(weights)
    read = read_surveys(**files)
    at = position_of(read.structure, asked)
    inputs = placed(read, at, as_of)
    book = rulebook(corpus)
    shipped = student(book, weights)
    scored = score_report(inputs, shipped, book, as_of=as_of, position=at)
    return {"inputs": _inputs(inputs, read.sources, shipped, book, as_of, at), **scored}


def _inputs(
    inputs: Inputs,
    sources: dict[str, dict[str, str]],
    shipped: Shipped,
    book: RuleBook,
    as_of: date,
    at: Position | None,
) -> dict[str, Any]:
    """Return what went in: files, versions and hashes."""
    import platform
    from importlib import metadata

    from compliance.scoring.rule_features import rules_hash

    return {
        "files": sources,
        "modalities": list(inputs.modalities()),
        "site": None if at is None else {"latitude": at[0], "longitude": at[1]},
        "as_of": as_of.isoformat(),
        "student_sha256": shipped.weights,
        "rulebook": book.key,
        "rules_sha256": rules_hash(book),
        "versions": {
            "bathylex": metadata.version("bathylex"),
            "python": platform.python_version(),
            "torch": metadata.version("torch"),
        },
    }


def _json(report: dict[str, Any]) -> str:
    import json

    return json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
