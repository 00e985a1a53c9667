"""Score a design from raw surveys: what is believed of it, where it breaks the law, how sure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from compliance.scoring.concepts import CONTEXT, EMERGENCIES, PARAMETERS
from compliance.scoring.dataset import SCORED
from compliance.scoring.observe import encode_stated
from compliance.scoring.shipped import Shipped
from compliance.scoring.words import (
    PIECE_FEATURES,
    PIECES,
    SENTENCE_FEATURES,
    SENTENCES,
    sentences,
    table,
)
from distill.calibration import sigmoid
from habitat.facts import Fact, facts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from compliance.scoring.heads import Scores
    from distill.batch import ModalityBatch
    from habitat.survey.readers import Structure
    from jurisdictions.rulebook import RuleBook

#: A flag or word is taken for a fact of the predicted design from this probability.
SURE = 0.95
#: A rule is listed as likely violated from this probability.
LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Inputs:
    """Raw surveys of one design; at least one is there.

    Attributes:
        acoustic: side-scan image in dB, shape (64, 64).
        law: pieces of law text.
        sensor: hourly series, shape (48, 10), NaN unknown.
        structure: specification and report.
        site: facts of a known position (zones and coordinates), by path.
    """

    acoustic: NDArray[np.float32] | None = None
    law: Sequence[str] | None = None
    sensor: NDArray[np.float32] | None = None
    structure: Structure | None = None
    site: Mapping[str, Fact] | None = None

    def modalities(self) -> tuple[str, ...]:
        """Return which modalities are there; a known site is told with the structure."""
        there = {
            "acoustic": self.acoustic is not None,
            "legal": bool(self.law),
            "sensor": self.sensor is not None,
            "structure": self.structure is not None or self.site is not None,
        }
        return tuple(name for name, known in there.items() if known)

    def stated(self) -> dict[str, Fact]:
        """Return the facts that the specification and the position state."""
        own = {} if self.structure is None else facts_of(self.structure.design)
        told = {path: fact for path, fact in own.items() if fact.value is not None}
        return {**told, **(self.site or {})}


def batch_of(inputs: Inputs, shipped: Shipped) -> ModalityBatch:
    """Return the surveys as a batch of one."""
    import torch

    from distill.batch import ModalityBatch

    values: dict[str, Any] = {}
    if inputs.acoustic is not None:
        values["acoustic"] = torch.from_numpy(inputs.acoustic)[None]
    if inputs.law:
        rows = np.zeros((PIECES, PIECE_FEATURES), dtype=np.int16)
        # Of a long text, pieces are taken evenly from beginning to end.
        step = max(1, math.ceil(len(inputs.law) / PIECES))
        read = table(list(inputs.law)[::step][:PIECES], PIECE_FEATURES)
        rows[: len(read)] = read
        values["legal"] = torch.from_numpy(rows)[None]
    if inputs.sensor is not None:
        values["sensor"] = torch.from_numpy(inputs.sensor)[None]
    if "structure" in inputs.modalities():
        flags, places = encode_stated(inputs.stated(), shipped.vocabulary)
        report = () if inputs.structure is None else inputs.structure.report
        told = [one for text in report for one in sentences(text)][:SENTENCES]
        rows = np.zeros((SENTENCES, SENTENCE_FEATURES), dtype=np.int16)
        if told:
            rows[: len(told)] = table(told, SENTENCE_FEATURES)
        row = np.concatenate([flags, places, rows.ravel().astype(np.float32)])
        values["structure"] = torch.from_numpy(row.astype(np.float32))[None]
    return ModalityBatch.complete(values)


def score(inputs: Inputs, shipped: Shipped) -> Scores:
    """Run the student on one design."""
    import torch

    with torch.no_grad():
        found: Scores = shipped.reader(batch_of(inputs, shipped))
    return found


@dataclass(frozen=True, slots=True)
class Estimates:
    """What is believed of the facts of one design.

    Attributes:
        flags: probability by fact.
        words: probability of each value by fact.
        amounts: by fact, magnitude, low and high end of the 90 % interval, and unit.
        stated: facts that the specification or position gave; they are no estimates.
    """

    flags: Mapping[str, float]
    words: Mapping[str, Mapping[str, float]]
    amounts: Mapping[str, tuple[float, float, float, str]]
    stated: Mapping[str, Fact]


def estimates_of(scores: Scores, inputs: Inputs, shipped: Shipped) -> Estimates:
    """Return the beliefs behind scores, calibrated for the modalities that were there."""
    vocabulary, judge = shipped.vocabulary, shipped.judges["+".join(inputs.modalities())]
    logits = scores.logits[0].numpy().astype(float)
    flags = {
        name: float(sigmoid(logits[at] / judge.flag_temperature))
        for at, name in enumerate(vocabulary.flags)
    }
    words = {}
    for fact, where in vocabulary.word_slices().items():
        raised = np.exp(logits[where] - logits[where].max())
        words[fact] = dict(
            zip(vocabulary.words[fact], map(float, raised / raised.sum()), strict=True)
        )
    mean = scores.mean[0].numpy().astype(float)
    spread = np.exp(0.5 * scores.log_variance[0].numpy().astype(float))
    amounts = {}
    for at, (fact, axis) in enumerate(vocabulary.amounts.items()):
        reach = judge.reach[at] * spread[at]
        low, middle, high = (
            axis.magnitude(place) for place in (mean[at] - reach, mean[at], mean[at] + reach)
        )
        amounts[fact] = (middle, max(low, 0.0) if axis.log else low, high, axis.unit)
    return Estimates(flags, words, amounts, inputs.stated())


def binding_chance(estimates: Estimates, shipped: Shipped, book: RuleBook) -> dict[str, float]:
    """Return how likely each jurisdiction binds: as likely as the likeliest of its provisions."""
    chance = dict.fromkeys(SCORED, 0.0)
    for rule in book.rules:
        group = shipped.vocabulary.scope_of.get(rule.id)
        name = book.instrument_by_id[rule.instrument].instrument.jurisdiction
        if group is not None and name in chance:
            chance[name] = max(chance[name], estimates.flags[f"scope:{group}"])
    return chance


def site_facts(latitude: float, longitude: float, as_of: date) -> dict[str, Fact]:
    """Return what the zone resolver says of a position, as facts."""
    from compliance.situation import situate
    from habitat.design import Design

    bare = Design.model_validate(
        {"name": "site", "purpose": "other", "site": {"latitude": latitude, "longitude": longitude}}
    )
    facts = situate(bare, as_of=as_of).facts
    return {
        path: fact
        for path, fact in facts.items()
        if (path.startswith("zone.") or path in ("site.latitude", "site.longitude"))
        and fact.value is not None
    }


def likely_violations(
    scores: Scores, estimates: Estimates, shipped: Shipped, book: RuleBook
) -> list[dict[str, Any]]:
    """Return the rules that are more likely violated than not, likeliest first.

    Each names the facts that its requirement asks, which of them are stated, and the remedy.
    """
    import torch

    reader = shipped.reader
    with torch.no_grad():
        head = reader.compliance
        _, violated = head.circuit(
            head.chances(scores.logits), scores.mean, (0.5 * scores.log_variance).exp()
        )
    by_id = {rule.id: rule for rule in book.rules}
    found = []
    for name, chance in zip(head.circuit.rules, violated[0].tolist(), strict=True):
        if chance < LIKELY:
            continue
        rule = by_id[name]
        asked = {
            test.fact: test.fact in estimates.stated
            for test in rule.tests
            if hasattr(test, "fact") and not test.fact.startswith("claims.")
        }
        entry = book.by_id[rule.binding.provision]
        found.append(
            {
                "rule": name,
                "provision": entry.id,
                "citation": entry.citation,
                "jurisdiction": book.instrument_by_id[rule.instrument].instrument.jurisdiction,
                "title": rule.binding.title,
                "probability": round(chance, 4),
                "severity": rule.binding.severity,
                "facts": {fact: "stated" if told else "estimated" for fact, told in asked.items()},
            }
        )
    return sorted(found, key=lambda one: (-one["probability"], one["rule"]))


def parameters_of(estimates: Estimates) -> dict[str, dict[str, Any]]:
    """Return hull thickness, waste capacity and emergency buoyancy, and what they follow from."""
    return {
        fact: _amount(fact, estimates)
        for fact in (*PARAMETERS, *CONTEXT)
        if fact in estimates.amounts
    }


def _amount(fact: str, estimates: Estimates) -> dict[str, Any]:
    middle, low, high, unit = estimates.amounts[fact]
    return {
        "estimate": _rounded(middle),
        "low": _rounded(low),
        "high": _rounded(high),
        "unit": unit,
        "level": 0.9,
        "source": "stated" if fact in estimates.stated else "estimated",
    }


def _rounded(number: float) -> float | None:
    return float(f"{number:.4g}") if math.isfinite(number) else None


def alarms_of(estimates: Estimates) -> dict[str, float]:
    """Return the probability of each emergency."""
    return {name: round(estimates.flags[name], 4) for name in EMERGENCIES}
