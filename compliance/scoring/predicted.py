"""The predicted design: what is stated, filled up with estimates, each fact with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from compliance.scoring.estimate import (
    SURE,
    Estimates,
    amount_of,
    rounded,
    rounded_chance,
)
from habitat.design import Design
from habitat.facts import Fact, show_value
from habitat.units import quantity

#: Concepts that are no key of a design file, claims, which only an applicant can make, and
#: the position.
NOT_KEYS = (
    "zone.", "derived.", "survey.", "emergency.", "claims.", "site.latitude", "site.longitude",
)  # fmt: skip
#: Units of whole numbers that are no unit of a quantity.
COUNTED = ("", "USD")
#: A name is required, and seldom stated.
UNNAMED = "predicted design"


@dataclass(frozen=True, slots=True)
class Guess:
    """An estimate of one fact, as a design file takes it, and how reports tell of it."""

    value: Any
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Predicted:
    """A design as far as it is stated, and the same filled up with estimates.

    Attributes:
        stated: with the stated facts alone; ``None`` where no position, or no purpose, is known.
        filled: with estimates beside them; ``None`` where even they give no purpose.
        guesses: the estimates that were taken, by design key, sorted.
    """

    stated: Design | None
    filled: Design | None
    guesses: Mapping[str, Guess]


def predict(estimates: Estimates, *, position: tuple[float, float] | None) -> Predicted:
    """Fill up what is stated with estimates.

    Flags and words count from a probability of :data:`SURE`; amounts always, at their estimate,
    unless the design file refuses it or their presence is itself unlikely. Claims are never
    estimated: an exception must be claimed by the applicant.

    Args:
        estimates: what is believed, with what is stated.
        position: latitude and longitude, where known.
    """
    guesses = {
        key: guess for key, guess in sorted(_guesses(estimates).items()) if _fits(key, guess.value)
    }
    values = {key: guess.value for key, guess in guesses.items()}
    return Predicted(
        stated_design(estimates.stated, position),
        stated_design(estimates.stated, position, values),
        guesses,
    )


def stated_design(
    stated: Mapping[str, Fact],
    position: tuple[float, float] | None,
    more: Mapping[str, Any] | None = None,
) -> Design | None:
    """Return stated facts as a design, with values for keys that are not stated.

    Returns:
        The design; ``None`` where no position, or no purpose, is known.
    """
    tree = _stated_tree(stated)
    for key, value in (more or {}).items():
        if key not in stated:
            _put(tree, key, value)
    if position is None or "purpose" not in tree:
        return None
    _put(tree, "site.latitude", position[0])
    _put(tree, "site.longitude", position[1])
    return Design.model_validate({"name": UNNAMED, **tree})


def facts_in(predicted: Predicted, estimates: Estimates) -> dict[str, dict[str, Any]]:
    """Return the keys of the predicted design, each with its value and source, sorted."""
    told = {
        key: {"value": show_value(fact.value), "source": "stated"}
        for key, fact in estimates.stated.items()
        if not key.startswith(("zone.", "claims."))
    }
    told |= {
        key: {"value": show_value(fact.value), "source": "stated"}
        for key, fact in estimates.stated.items()
        if key.startswith("claims.") and fact.value
    }
    told |= {
        key: {"value": show_value(guess.value), **guess.told}
        for key, guess in predicted.guesses.items()
    }
    return dict(sorted(told.items()))


def estimate_of(fact: str, estimates: Estimates) -> dict[str, Any] | None:
    """Return what is believed of one fact, as reports tell it; ``None`` where nothing is.

    An amount that no calibration design had is not believed, whatever the network says of it. A
    flag has the probability that it holds, a word its likeliest value and the probabilities of
    all, an amount its estimate and interval.
    """
    if fact in estimates.flags:
        return {"fact": fact, "probability": rounded_chance(estimates.flags[fact])}
    if fact in estimates.words:
        chances = estimates.words[fact]
        value = _likeliest(chances)
        return {
            "fact": fact,
            "value": value,
            "probability": rounded_chance(chances[value]),
            "probabilities": {word: rounded_chance(chance) for word, chance in chances.items()},
        }
    if fact in estimates.amounts and estimates.calibrated(fact):
        figures = amount_of(fact, estimates)
        return {"fact": fact} | {name: figures[name] for name in _FIGURES}
    return None


_FIGURES = ("estimate", "low", "high", "unit", "level")


def _likeliest(chances: Mapping[str, float]) -> str:
    return max(sorted(chances), key=lambda word: chances[word])


def _guesses(estimates: Estimates) -> dict[str, Guess]:
    found: dict[str, Guess] = {}
    for fact, chance in estimates.flags.items():
        if ":" not in fact and max(chance, 1 - chance) >= SURE:
            told = {"source": "estimated", "probability": rounded_chance(max(chance, 1 - chance))}
            found[fact] = Guess(chance >= 0.5, told)
    for fact, chances in estimates.words.items():
        word = _likeliest(chances)
        if chances[word] >= SURE:
            told = {"source": "estimated", "probability": rounded_chance(chances[word])}
            found[fact] = Guess(word, told)
    for fact, (middle, *_) in estimates.amounts.items():
        value = rounded(middle) if estimates.calibrated(fact) else None
        if value is not None and estimates.flags.get(f"known:{fact}", 1.0) >= 0.5:
            figures = amount_of(fact, estimates)
            told = {"source": "estimated"} | {
                name: figures[name] for name in _FIGURES if name != "estimate"
            }
            found[fact] = Guess(_as_key(fact, value, estimates.amounts[fact][3]), told)
    return {
        fact: guess
        for fact, guess in found.items()
        if not fact.startswith(NOT_KEYS) and fact not in estimates.stated
    }


def _as_key(fact: str, magnitude: float, unit: str) -> Any:
    """Return an amount as the design file takes it: a quantity, a ratio, or a whole number."""
    if unit in COUNTED:
        return round(magnitude)
    measured = quantity(magnitude, unit)
    if _fits(fact, measured):
        return measured
    return magnitude / 100 if unit == "percent" else round(magnitude)


def _fits(key: str, value: Any) -> bool:
    """Say whether the design model takes a value for a key, whatever the others are."""
    tree: dict[str, Any] = {
        "name": UNNAMED, "purpose": "other", "site": {"latitude": 0.0, "longitude": 0.0}
    }  # fmt: skip
    _put(tree, key, value)
    try:
        Design.model_validate(tree)
    except ValidationError:
        return False
    return True


def _stated_tree(stated: Mapping[str, Fact]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, fact in stated.items():
        if not path.startswith(("zone.", "site.latitude", "site.longitude")):
            value: Any = fact.value
            if path == "hull.proof_test_factor":
                value = float(value.magnitude)
            if path.startswith("claims.") and fact.source == "claim not made":
                continue
            _put(tree, path, value)
    return tree


def _put(tree: dict[str, Any], path: str, value: Any) -> None:
    *sections, key = path.split(".")
    for name in sections:
        tree = tree.setdefault(name, {})
    tree[key] = value
