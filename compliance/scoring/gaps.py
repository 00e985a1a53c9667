"""Estimates for what an audit leaves undetermined: no verdict rests on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compliance.finding import AuditResult, EstimatedFinding, Finding
from compliance.scoring.estimate import (
    Inputs,
    RuleChance,
    estimates_of,
    is_thin,
    rounded_chance,
    rule_chances,
    score,
)
from compliance.scoring.predicted import estimate_of
from habitat.survey.readers import PartialDesign, Structure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from compliance.audit import Assessment
    from compliance.scoring.estimate import Estimates
    from compliance.scoring.shipped import Shipped


def with_estimates(
    assessment: Assessment,
    shipped: Shipped,
    *,
    acoustic: NDArray[np.float32] | None,
    law: Sequence[str] | None,
    sensor: NDArray[np.float32] | None,
    sources: Mapping[str, Mapping[str, str]],
) -> AuditResult:
    """Return the result of an audit with estimates beside it; verdicts stay as they are.

    Args:
        assessment: the audit.
        shipped: the student, loaded over the rule book of the audit.
        acoustic, law, sensor: surveys, as :class:`compliance.scoring.estimate.Inputs` takes them.
        sources: name and hash of their files, recorded in the result.
    """
    result = assessment.result
    inputs = _inputs(assessment, acoustic, law, sensor)
    scores = score(inputs, shipped)
    estimates = estimates_of(scores, inputs, shipped)
    chances = rule_chances(scores, inputs, shipped)
    found = tuple(
        _estimated(one, chances.get(one.rule), estimates)
        for one in result.by_verdict("undetermined")
        if one.rule is not None
    )
    surveys = {
        "files": {name: dict(sources[name]) for name in sorted(sources)},
        "modalities": list(inputs.modalities()),
        "student_sha256": shipped.weights,
        "stale": list(shipped.stale),
        "thin": is_thin(inputs, shipped.vocabulary),
    }
    return result.model_copy(
        update={"estimates": found, "inputs": {**result.inputs, "surveys": surveys}}
    )


def _inputs(
    assessment: Assessment,
    acoustic: NDArray[np.float32] | None,
    law: Sequence[str] | None,
    sensor: NDArray[np.float32] | None,
) -> Inputs:
    """Give the student the design as a specification, and its site as the audit sees it."""
    situation = assessment.situation
    design = PartialDesign.model_construct(**dict(situation.design))
    site = {
        path: fact
        for path, fact in situation.facts.items()
        if fact.value is not None and path.startswith(("zone.", "site.latitude", "site.longitude"))
    }
    return Inputs(acoustic, law, sensor, Structure(design), site)


def _estimated(
    finding: Finding, chance: RuleChance | None, estimates: Estimates
) -> EstimatedFinding:
    return EstimatedFinding(
        provision=finding.provision,
        citation=finding.citation,
        jurisdiction=finding.jurisdiction,
        rule=finding.rule or "",
        title=finding.title,
        severity=finding.severity,
        applies=None if chance is None else rounded_chance(chance.applies),
        met=None if chance is None else rounded_chance(chance.met),
        facts=tuple(_told(name, estimates) for name in finding.missing),
    )


def _told(name: str, estimates: Estimates) -> dict[str, Any]:
    told = estimate_of(name, estimates)
    return {"fact": name, "source": "unknown"} if told is None else {**told, "source": "estimated"}
