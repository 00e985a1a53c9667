"""How good a reader is: calibrated on one split, tested on another that is opened once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from compliance.scoring.concepts import EMERGENCIES, PARAMETERS, Vocabulary
from compliance.scoring.dataset import MODALITIES, SCORED
from compliance.scoring.judging import Judge, Report, fit_judge, report_on
from distill.batch import subsets
from distill.metrics import coverage_holds, macro_f1

if TYPE_CHECKING:
    from torch import nn

    from compliance.scoring.batches import Loader
    from compliance.scoring.heads import Scores


def scores_on(reader: nn.Module, loader: Loader, names: Sequence[str] = MODALITIES) -> Scores:
    """Return the scores of all designs of a split when only some modalities are there."""
    import torch

    from compliance.scoring.teachers import join_scores

    reader.eval()
    with torch.no_grad():
        return join_scores([reader(batch.only(names)) for batch in loader.ordered()])


def judge_of(
    scores: Scores, loader: Loader, vocabulary: Vocabulary, names: Sequence[str] = MODALITIES
) -> Judge:
    """Fit the answers on the calibration split, for a set of modalities."""
    surveys = loader.surveys
    told = ~np.isnan(surveys.stated_places)
    return fit_judge(
        scores,
        binds=surveys.binds,
        compliant=surveys.compliant,
        flags=surveys.flags[:, : len(vocabulary.flags)].astype(float),
        places=surveys.places,
        stated=told if "structure" in names else np.zeros_like(told),
    )


def judges_of(reader: nn.Module, loader: Loader, vocabulary: Vocabulary) -> dict[str, Judge]:
    """Fit the answers for every set of modalities."""
    return {
        "+".join(names): judge_of(scores_on(reader, loader, names), loader, vocabulary, names)
        for names in subsets(MODALITIES)
    }


def reports_of(scores: Scores, judge: Judge, loader: Loader) -> dict[str, Report]:
    """Score the answers on a split."""
    return report_on(
        scores.compliance.numpy().astype(float),
        loader.surveys.binds,
        loader.surveys.compliant,
        judge,
    )


def accuracy_of(scores: Scores, loader: Loader, judge: Judge | None = None) -> dict[str, float]:
    """Return the share of right answers at one half, by jurisdiction, where it binds.

    Args:
        scores: of the designs.
        loader: of the same.
        judge: calibrates the scores first.
    """
    logits, s = scores.compliance.numpy(), loader.surveys
    said = logits > 0
    if judge is not None:
        columns = zip(judge.verdicts, logits.T, strict=True)
        said = np.stack([rule.probability(one) > 0.5 for rule, one in columns], axis=1)
    return {
        name: float((said == s.compliant)[s.binds[:, at], at].mean())
        for at, name in enumerate(SCORED)
    }


def macro_f1_of(scores: Scores, loader: Loader) -> dict[str, float]:
    """Return macro-F1 by jurisdiction, where it binds."""
    said, s = scores.compliance.numpy() > 0, loader.surveys
    return {
        name: macro_f1(s.compliant[s.binds[:, at], at], said[s.binds[:, at], at])
        for at, name in enumerate(SCORED)
    }


def parameters_on(
    scores: Scores, judge: Judge, loader: Loader, vocabulary: Vocabulary
) -> dict[str, dict[str, float]]:
    """Score hull thickness, waste capacity and emergency buoyancy, stated and not stated.

    Returns:
        By fact: median absolute relative error of the estimate, coverage and number of intervals;
        once over all designs, once over those whose specification does not state it.
    """
    found = {}
    names = list(vocabulary.amounts)
    for fact in PARAMETERS:
        at, axis = names.index(fact), vocabulary.amounts[fact]
        truth, mean = loader.surveys.places[:, at], scores.mean[:, at].numpy()
        spread = np.exp(0.5 * scores.log_variance[:, at].numpy())
        unstated = np.isnan(loader.surveys.stated_places[:, at])
        reach = np.where(unstated, judge.reach[at], judge.reach_stated[at])
        inside = np.abs(truth - mean) <= reach * spread
        real = np.array([axis.magnitude(float(one)) for one in truth])
        told = np.array([axis.magnitude(float(one)) for one in mean])
        error = np.abs(told - real) / real
        found[fact] = {
            "median_relative_error": float(np.median(error)),
            "coverage": float(inside.mean()),
            "samples": float(len(error)),
            "median_relative_error_unstated": float(np.median(error[unstated])),
            "coverage_unstated": float(inside[unstated].mean()),
            "samples_unstated": float(unstated.sum()),
        }
    return found


def emergencies_on(
    scores: Scores, loader: Loader, vocabulary: Vocabulary
) -> dict[str, dict[str, float]]:
    """Return accuracy, share of emergencies found and share of them among designs."""
    found = {}
    for name in EMERGENCIES:
        at = vocabulary.flags.index(name)
        truth = loader.surveys.flags[:, at] > 0.5
        said = scores.logits[:, at].numpy() > 0
        found[name] = {
            "accuracy": float((said == truth).mean()),
            "found": float(said[truth].mean()),
            "share": float(truth.mean()),
        }
    return found


def score_test_split(
    reader: nn.Module,
    judges: Mapping[str, Judge],
    loader: Loader,
    vocabulary: Vocabulary,
    ensemble: Scores | None = None,
) -> dict[str, Any]:
    """Return everything that is measured on the test split.

    Args:
        reader: the student.
        judges: by set of modalities, fitted on the calibration split.
        loader: the test split.
        vocabulary: of the concepts.
        ensemble: what the joined teachers say of the same designs, for comparison.
    """
    whole = "+".join(MODALITIES)
    scores = scores_on(reader, loader)
    reports = reports_of(scores, judges[whole], loader)
    found: dict[str, Any] = {
        "jurisdictions": {
            name: asdict(one) | {"coverage_plausible": _plausible(one.coverage, one.samples)}
            for name, one in reports.items()
        },
        "parameters": parameters_on(scores, judges[whole], loader, vocabulary),
        "emergencies": emergencies_on(scores, loader, vocabulary),
        "subsets": {
            "+".join(names): accuracy_of(
                scores_on(reader, loader, names), loader, judges["+".join(names)]
            )
            for names in subsets(MODALITIES)
        },
    }
    if ensemble is not None:
        found["ensemble"] = {
            "accuracy": accuracy_of(ensemble, loader),
            "macro_f1": macro_f1_of(ensemble, loader),
        }
    return found


def _plausible(coverage: float, samples: int) -> bool:
    hits = round(coverage * samples)
    return coverage_holds(np.arange(samples) < hits)[1]
