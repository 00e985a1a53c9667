"""``bathylex audit``: judge a design, print a summary, write reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from base import UsageError, write_whole
from workbench.options import (
    AUDIT_FORMATS,
    as_of_option,
    corpus_option,
    day,
    design_argument,
    formats_of,
    formats_option,
    judging_options,
    jurisdictions_of,
    output_option,
    waivers_of,
)
from workbench.output import json_option
from workbench.surveys import survey_options

if TYPE_CHECKING:
    from compliance.audit import Assessment
    from compliance.baseline import Earlier
    from compliance.finding import AuditResult
    from compliance.scoring.survey_files import SurveyFiles


@click.command()
@design_argument()
@corpus_option()
@as_of_option()
@judging_options
@click.option(
    "--baseline",
    metavar="FILE.json|register",
    help="Show what changed since an earlier audit: its JSON report, or the last in the register.",
)
@survey_options
@output_option("Folder for the reports.")
@formats_option(AUDIT_FORMATS)
@click.option(
    "--issued",
    metavar="WHEN",
    help="Date and time that the reports bear (the date of the law).",
)
@json_option
def command(
    design: Path,
    corpus: Path | None,
    as_of: str | None,
    jurisdictions: tuple[str, ...],
    without_custom: bool,
    readings: tuple[str, ...],
    waivers: Path | None,
    baseline: str | None,
    acoustic: Path | None,
    legal: Path | None,
    sensor: Path | None,
    student: Path | None,
    output: Path | None,
    formats: str | None,
    issued: str | None,
    as_json: bool,
) -> int:
    """Judge DESIGN (YAML or JSON) against the law that binds at its site.

    Surveys (--acoustic, --legal, --sensor) add estimates of the facts that are missing; verdicts
    and exit status stay as they are.

    Exit status: 0 lawful, 1 any provision violated, else 3 any undetermined.
    """
    from base import read_bytes, sha256_bytes
    from base.errors import DesignError
    from compliance.audit import assess
    from compliance.report.as_json import to_json
    from compliance.report.formats import FORMATS, background_of, check_ready, render
    from compliance.report.stamp import issued_at
    from habitat.load import MAX_DESIGN_BYTES, load_design
    from jurisdictions.readings import with_readings
    from workbench.law import rulebook

    wanted = formats_of(formats, output, AUDIT_FORMATS)
    for name in wanted:
        check_ready(name)
    as_of_day = day(as_of)
    judged = jurisdictions_of(jurisdictions)
    loaded = load_design(design)
    surveys = _surveys(acoustic, legal, sensor, student)
    earlier = None if baseline is None else _earlier(baseline, loaded.name)
    book = with_readings(rulebook(corpus), readings)
    assessment = assess(
        loaded,
        book,
        as_of=as_of_day,
        design_hash=sha256_bytes(read_bytes(design, limit=MAX_DESIGN_BYTES, error=DesignError)),
        jurisdictions=judged,
        custom=not without_custom,
        waivers=waivers_of(waivers, book),
    )
    result = assessment.result if surveys is None else _estimated(assessment, surveys, student)
    if earlier is not None:
        from compliance.baseline import compared

        result = compared(result, earlier)
    moment = issued_at(issued, result, where="--issued")
    background = background_of(assessment) if wanted else None
    reports = {
        design.stem + FORMATS[name][0]: render(name, result, background=background, issued=moment)
        for name in wanted
    }
    folder = output if output is not None else Path()
    for name, content in reports.items():
        write_whole(folder / name, content)
    if as_json:
        click.echo(to_json(result), nl=False)
    else:
        from compliance.report.terminal import print_summary

        print_summary(result, written=[folder / name for name in reports])
    return result.exit_status


def _earlier(given: str, design: str) -> Earlier:
    """Return the audit to compare with: of a file, or the last of this design in the register."""
    if given != "register":
        from compliance.baseline import read_baseline

        return read_baseline(Path(given))
    from workbench.register import open_register
    from workbench.register.baseline import last_of

    with open_register() as register:
        return last_of(register, design)


def _surveys(
    acoustic: Path | None, legal: Path | None, sensor: Path | None, student: Path | None
) -> SurveyFiles | None:
    """Read the surveys before the law, so that a bad file is told at once."""
    from compliance.scoring.survey_files import read_surveys
    from workbench.surveys import require_student

    if (acoustic, legal, sensor) == (None, None, None):
        if student is not None:
            raise UsageError(
                "a student without a survey",
                where="--student",
                hint="give --acoustic, --legal or --sensor too",
            )
        return None
    require_student(student)
    return read_surveys(acoustic=acoustic, legal=legal, sensor=sensor)


def _estimated(assessment: Assessment, surveys: SurveyFiles, path: Path | None) -> AuditResult:
    from compliance.scoring.gaps import with_estimates
    from workbench.surveys import student

    return with_estimates(
        assessment,
        student(assessment.book, path),
        acoustic=surveys.acoustic,
        law=surveys.law,
        sensor=surveys.sensor,
        sources=surveys.sources,
    )
