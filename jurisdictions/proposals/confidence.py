"""Confidence: how often a proposal like this one was right on instruments kept out of sight.

A logistic model over a handful of features, fitted by ``benchmarks/proposals.py --fit`` to
proposals on provisions of instruments whose bindings (and those of their whole jurisdiction) the
ranker had not seen, and kept in ``confidence.toml``. A proposal on a provision that reviewers left
unbound counts as wrong, so that confidence also covers the question whether to bind at all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from jurisdictions.proposals.facing import Duty
from jurisdictions.proposals.propose import Evidence

#: Features by name, in the order of the fitted model.
FEATURES = (
    "intercept",
    "score",
    "lead",
    "lexical",
    "likeness",
    "direct",
    "state",
    "measured",
    "second",
    "third",
)


def features(duty: Duty, ranked: tuple[Evidence, ...], place: int) -> tuple[float, ...]:
    """Return the features of the proposal at ``place`` (0 is the first) of a ranking.

    ``lead`` is how far it stands before the best of the others, negative behind it.
    """
    evidence = ranked[place]
    others = [item.score for at, item in enumerate(ranked) if at != place]
    return (
        1.0,
        evidence.score,
        evidence.score - max(others, default=0.0),
        evidence.lexical,
        evidence.neighbour.likeness if evidence.neighbour is not None else 0.0,
        float(duty.effect == "direct"),
        float(duty.addressee == "state"),
        float(evidence.attribute.measured),
        float(place == 1),
        float(place >= 2),
    )


def confidence(values: tuple[float, ...], coefficients: Mapping[str, float] | None = None) -> float:
    """Return the probability, 0 to 1, that a proposal with these features is right.

    Args:
        values: as :func:`features` gives them.
        coefficients: by feature; those of ``confidence.toml`` when ``None``.
    """
    fitted = load_coefficients() if coefficients is None else coefficients
    total = sum(fitted[name] * value for name, value in zip(FEATURES, values, strict=True))
    return 1.0 / (1.0 + math.exp(-total))


@lru_cache(maxsize=1)
def load_coefficients() -> dict[str, float]:
    """Return the fitted coefficients by feature."""
    import tomllib

    text = files("jurisdictions.proposals").joinpath("confidence.toml").read_text(encoding="utf-8")
    return {name: float(value) for name, value in tomllib.loads(text)["coefficients"].items()}
