"""``bathylex explain``: the proof of a verdict, as text or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from base import UsageError
from workbench.options import (
    as_of_option,
    corpus_option,
    day,
    design_argument,
    readings_option,
    waivers_of,
    waivers_option,
    without_custom_option,
)
from workbench.output import echo_json, json_option

if TYPE_CHECKING:
    from compliance.finding import AuditResult, Finding
    from jurisdictions.rulebook import RuleBook


@click.command()
@design_argument()
@click.argument("names", nargs=-1, metavar="[PROVISION_OR_RULE]...")
@corpus_option()
@as_of_option()
@without_custom_option
@readings_option
@waivers_option
@json_option
def command(
    design: Path,
    names: tuple[str, ...],
    corpus: Path | None,
    as_of: str | None,
    without_custom: bool,
    readings: tuple[str, ...],
    waivers: Path | None,
    as_json: bool,
) -> int:
    """Say why DESIGN gets the verdicts it gets: step by step, down to the words of the law.

    Names are ids of provisions (with all below them) or of rules; without any, every violation is
    explained.
    """
    from compliance.audit import assess
    from compliance.proof.build import Prover
    from compliance.proof.text import proof_text
    from habitat.load import load_design
    from jurisdictions.readings import with_readings
    from workbench.law import rulebook

    as_of_day = day(as_of)
    loaded = load_design(design)
    book = with_readings(rulebook(corpus), readings)
    assessment = assess(
        loaded,
        book,
        as_of=as_of_day,
        custom=not without_custom,
        waivers=waivers_of(waivers, book),
    )
    result = assessment.result
    found = _named(names, result, book) if names else result.by_verdict("violated")
    prover = Prover(assessment)
    proofs = [prover.prove(finding) for finding in found]
    if as_json:
        echo_json(
            {
                "design": result.design["name"],
                "as_of": result.as_of,
                "proofs": [proof.model_dump(mode="json") for proof in proofs],
            }
        )
    elif proofs:
        click.echo("\n\n".join(proof_text(proof) for proof in proofs))
    else:
        click.echo("Nothing is violated; name a provision or a rule to have it explained.")
    return 0


def _named(names: tuple[str, ...], result: AuditResult, book: RuleBook) -> tuple[Finding, ...]:
    """Return the findings that names mean, in report order within each name, each once."""
    found: dict[tuple[str, str | None], Finding] = {}
    for name in names:
        for finding in _meant(name, result, book):
            found.setdefault((finding.provision, finding.rule), finding)
    return tuple(found.values())


def _meant(name: str, result: AuditResult, book: RuleBook) -> tuple[Finding, ...]:
    rule = tuple(finding for finding in result.findings if finding.rule == name)
    if rule:
        return rule
    if name not in book.by_id:
        from compliance.nearest import nearest

        known = (*(rule.id for rule in book.rules), *book.by_id)
        raise UsageError(f"no provision or rule {name!r}", hint=nearest(name, known))
    below = tuple(finding for finding in result.findings if name in book.lineage(finding.provision))
    if below:
        return below
    # A part of a provision that is judged as a whole.
    around = book.lineage(name)
    whole = tuple(finding for finding in result.findings if finding.provision in around)
    if not whole:
        raise UsageError(
            f"{name!r} is not judged", hint="it is a recital, which asks nothing of anyone"
        )
    return whole
