"""From scores to answers: calibrated probabilities, abstention with a promise, conformal bounds.

Everything is fitted on calibration designs that nobody trained on, apart for every set of
modalities that may be there: who saw less is less sure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compliance.scoring.dataset import SCORED
from distill.calibration import fit_platt, fit_temperature, sigmoid
from distill.conformal import split_quantile, tolerance_quantile

#: Share of violating designs that may be called compliant, and in what share of calibrations that
#: promise may fail.
FALSE_COMPLIANT, DOUBT = 0.015, 0.05
#: Share of compliant designs that may be called violating, in the mean over calibrations.
FALSE_VIOLATED = 0.04
#: Share of misses of conformal sets and intervals.
MISS = 0.1

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How the compliance of one jurisdiction is answered for one set of modalities.

    Attributes:
        temperature, offset: what its logits are divided by, and what is then added.
        compliant_from: probability above which a design is called compliant: a tolerance limit of
            violating calibration designs (Wilks 1941), so that the promise holds for violating
            designs alone, and for nearly every draw of calibration designs.
        violated_to: probability up to which it is called violating; between both it abstains.
        strangest: split-conformal bound of ``1 - p`` of the true answer.
        samples: calibration designs where the jurisdiction binds.
    """

    temperature: float
    offset: float
    compliant_from: float
    violated_to: float
    strangest: float
    samples: int

    def probability(self, logit: Any) -> Any:
        """Return the calibrated probability of compliance."""
        return sigmoid(np.asarray(logit) / self.temperature + self.offset)

    def answer(self, probability: float) -> str:
        """Return ``compliant``, ``violated`` or ``abstain``."""
        if probability > self.compliant_from:
            return "compliant"
        return "violated" if probability < self.violated_to else "abstain"

    def prediction_set(self, probability: float) -> tuple[str, ...]:
        """Return the answers that are not too strange, at 90 % coverage."""
        sides = {"compliant": 1 - probability, "violated": probability}
        return tuple(name for name, strange in sides.items() if strange <= self.strangest)


@dataclass(frozen=True, slots=True)
class Judge:
    """The answers of all jurisdictions, and the reach of intervals, for one set of modalities.

    Attributes:
        verdicts: in the order of ``SCORED``.
        reach, reach_stated: by amount, how many predicted standard deviations an interval of 90 %
            reaches where the specification does not state the amount, and where it does. Without
            that split the many that are stated would promise for the few that are not.
        flag_temperature: what the logits of flags are divided by.
    """

    verdicts: tuple[Verdicts, ...]
    reach: tuple[float, ...]
    reach_stated: tuple[float, ...]
    flag_temperature: float

    def reaches(self, stated: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the reach of each amount, by whether the specification states it."""
        return np.where(stated, self.reach_stated, self.reach)

    def to_data(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "verdicts": [asdict(one) for one in self.verdicts],
            "reach": [None if math.isinf(one) else one for one in self.reach],
            "reach_stated": [None if math.isinf(one) else one for one in self.reach_stated],
            "flag_temperature": self.flag_temperature,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Judge:
        """Read what :meth:`to_data` wrote."""
        return cls(
            tuple(Verdicts(**one) for one in data["verdicts"]),
            tuple(math.inf if one is None else one for one in data["reach"]),
            tuple(math.inf if one is None else one for one in data["reach_stated"]),
            data["flag_temperature"],
        )


def fit_verdicts(logits: Floats, compliant: NDArray[np.bool_]) -> Verdicts:
    """Fit the answers of one jurisdiction on designs where it binds.

    With too few violating designs to promise anything (198 at these shares) nothing is called
    compliant.

    Args:
        logits: of the reader, shape (n,).
        compliant: the rule engine's answer, shape (n,).
    """
    temperature, offset = fit_platt(logits, compliant.astype(float))
    chance = sigmoid(logits / temperature + offset)
    high = tolerance_quantile(chance[~compliant], FALSE_COMPLIANT, doubt=DOUBT)
    low = -split_quantile(-chance[compliant], FALSE_VIOLATED)
    # Where a promise holds with room to spare, an answer is still what is likelier than not.
    high, low = max(high, 0.5), min(low, 0.5)
    strange = np.where(compliant, 1 - chance, chance)
    return Verdicts(
        temperature,
        offset,
        min(high, 1.0),
        max(low, 0.0),
        min(split_quantile(strange, MISS), 1.0),
        len(logits),
    )


def fit_judge(
    scores: Any,
    *,
    binds: NDArray[np.bool_],
    compliant: NDArray[np.bool_],
    flags: Floats,
    places: Floats,
    stated: NDArray[np.bool_],
) -> Judge:
    """Fit all answers on calibration designs.

    Args:
        scores: :class:`Scores` of the designs.
        binds, compliant: shape (n, jurisdictions).
        flags: true flags, NaN unknown, shape (n, logits); the first of them are yes-no.
        places: true amounts on their axes, NaN unknown, shape (n, amounts).
        stated: whether the reader was told the amount, the same shape.
    """
    logits = scores.compliance.numpy().astype(float)
    verdicts = [
        fit_verdicts(logits[binds[:, at], at], compliant[binds[:, at], at])
        for at in range(len(SCORED))
    ]
    mean, spread = scores.mean.numpy(), np.exp(0.5 * scores.log_variance.numpy())
    strange = np.abs(places - mean) / spread
    reach, reach_stated = (
        tuple(
            split_quantile(column[there & ~np.isnan(column)], MISS)
            for column, there in zip(strange.T, which.T, strict=True)
        )
        for which in (~stated, stated)
    )
    count = flags.shape[1]
    said = scores.logits.numpy()[:, :count].astype(float)
    known = ~np.isnan(flags)
    return Judge(
        tuple(verdicts),
        reach,
        reach_stated,
        fit_temperature(said[known], flags[known].astype(float)),
    )


@dataclass(frozen=True, slots=True)
class Report:
    """How well one jurisdiction was scored on test designs where it binds.

    Attributes:
        samples, majority: how many, and the accuracy of always giving the commoner answer.
        accuracy, macro_f1, brier: at one half, without abstention.
        abstained: share without an answer.
        false_compliant: share of violating designs that were called compliant.
        false_among_compliant: share of those called compliant that violate.
        coverage: share of designs whose conformal set holds the truth.
    """

    samples: int
    majority: float
    accuracy: float
    macro_f1: float
    brier: float
    abstained: float
    false_compliant: float
    false_among_compliant: float
    coverage: float


def report_on(
    logits: Floats, binds: NDArray[np.bool_], compliant: NDArray[np.bool_], judge: Judge
) -> dict[str, Report]:
    """Score answers on test designs.

    Args:
        logits: compliance logits, shape (n, jurisdictions).
        binds, compliant: the same shape.
        judge: fitted on calibration designs.
    """
    from distill.metrics import brier, macro_f1

    found = {}
    for at, name in enumerate(SCORED):
        rule, there = judge.verdicts[at], binds[:, at]
        truth, chance = compliant[there, at], rule.probability(logits[there, at])
        said = chance > 0.5
        answers = np.array([rule.answer(float(one)) for one in chance])
        called = answers == "compliant"
        strange = np.where(truth, 1 - chance, chance)
        found[name] = Report(
            samples=int(there.sum()),
            majority=float(max(truth.mean(), 1 - truth.mean())),
            accuracy=float((said == truth).mean()),
            macro_f1=macro_f1(truth, said),
            brier=brier(chance, truth),
            abstained=float((answers == "abstain").mean()),
            false_compliant=float(called[~truth].mean()) if not truth.all() else 0.0,
            false_among_compliant=float((~truth[called]).mean()) if called.any() else 0.0,
            coverage=float((strange <= rule.strangest).mean()),
        )
    return found


def mean_over(reports: Sequence[Report], name: str) -> float:
    """Return the mean of one figure over jurisdictions."""
    return float(np.mean([getattr(one, name) for one in reports]))
