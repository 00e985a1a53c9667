"""Estimates from raw surveys: what is believed of a design's facts, and how sure.

Students estimate, rules judge: nothing here is a verdict (see :mod:`compliance.scoring.answers`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from compliance.scoring.concepts import CONTEXT, EMERGENCIES, PARAMETERS, Vocabulary
from compliance.scoring.dataset import SCORED
from compliance.scoring.judging import MISS
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
from habitat.survey.ocean import CHANNELS
from habitat.units import quantity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from compliance.scoring.concepts import Axis
    from compliance.scoring.heads import Scores
    from compliance.scoring.judging import Judge
    from compliance.shared import Shared
    from distill.batch import ModalityBatch
    from habitat.survey.readers import Structure
    from jurisdictions.rulebook import RuleBook

#: A flag or word is taken for a fact of the predicted design from this probability.
SURE = 0.95
#: A rule is listed as likely violated from this probability.
LIKELY = 0.5
#: Coverage of intervals and conformal sets.
LEVEL = 1 - MISS
#: Share of a design's concepts that a specification states at least: of 1 000 simulated designs one
#: in 200 stated less, so that answers are hardly calibrated on thinner ones.
THINNEST = 0.32
#: Standard deviations that a normal interval of 90 % reaches: what 1 of ``Judge.reach`` stands for.
_NORMAL_REACH = 1.645
#: Concepts that no specification states: what zones, surveys and formulas tell, and claims.
_NOT_ITS_OWN = (
    "zone.", "derived.", "survey.", "emergency.", "claims.", "site.latitude", "site.longitude",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inputs:
    """Raw surveys of one design; at least one is there.

    Attributes:
        acoustic: side-scan image in dB, shape (64, 64).
        law: pieces of law text.
        sensor: hourly series, shape (48, 10), NaN unknown.
        structure: specification and report.
        site: facts of a known position (zones and coordinates), by path; the student is told them
            beside a structure only, since it never met a position alone.
    """

    acoustic: NDArray[np.float32] | None = None
    law: Sequence[str] | None = None
    sensor: NDArray[np.float32] | None = None
    structure: Structure | None = None
    site: Mapping[str, Fact] | None = None

    def modalities(self) -> tuple[str, ...]:
        """Return which modalities are there, sorted."""
        there = {
            "acoustic": self.acoustic is not None,
            "legal": bool(self.law),
            "sensor": self.sensor is not None,
            "structure": self.structure is not None,
        }
        return tuple(name for name, known in there.items() if known)

    def stated(self) -> dict[str, Fact]:
        """Return the facts that the specification and the position state."""
        own = {} if self.structure is None else facts_of(self.structure.design)
        told = {path: fact for path, fact in own.items() if fact.value is not None}
        return {**told, **(self.site or {})}

    def told(self) -> dict[str, Fact]:
        """Return what the student is told beside a structure: what is stated, and a measured depth.

        Where no depth is stated, the pressure gauge gives it (TEOS-10, median of the series): that
        is physics, and nothing to be learned. It is no stated fact: rules do not answer on it.
        """
        stated = self.stated()
        depth = None if self.sensor is None else _measured_depth(self.sensor, stated)
        if depth is None or "site.depth" in stated:
            return stated
        return {**stated, "site.depth": Fact(quantity(depth, "m"), "measured")}


#: Hours with a pressure from which a depth is taken, and the latitude where none is known.
_LEAST_HOURS, _ANY_LATITUDE = 3, 45.0


def _measured_depth(series: NDArray[np.float32], stated: Mapping[str, Fact]) -> float | None:
    """Return the depth in metres that the pressure channel tells, if it does."""
    import gsw

    pressure = series[:, CHANNELS.index("pressure_dbar")]
    known = pressure[~np.isnan(pressure)]
    if len(known) < _LEAST_HOURS or np.median(known) <= 0:
        return None
    at: Any = stated["site.latitude"].value if "site.latitude" in stated else None
    latitude = _ANY_LATITUDE if at is None else float(getattr(at, "magnitude", at))
    return float(-gsw.z_from_p(float(np.median(known)), latitude))


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
    if inputs.structure is not None:
        flags, places = encode_stated(inputs.told(), shipped.vocabulary)
        told = [one for text in inputs.structure.report for one in sentences(text)][:SENTENCES]
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
        amounts: by fact, magnitude, low and high end of the 90 % interval, and unit; an end is
            infinite where the calibration designs gave none.
        stated: facts that the specification or position gave; they are no estimates.
    """

    flags: Mapping[str, float]
    words: Mapping[str, Mapping[str, float]]
    amounts: Mapping[str, tuple[float, float, float, str]]
    stated: Mapping[str, Fact]

    def calibrated(self, amount: str) -> bool:
        """Say whether an amount has an interval: some calibration design had such an amount."""
        return all(map(math.isfinite, self.amounts[amount][:3]))


def estimates_of(
    scores: Scores, inputs: Inputs, shipped: Shipped, *, told: NDArray[np.bool_] | None = None
) -> Estimates:
    """Return the beliefs behind scores, calibrated for the modalities that were there.

    Args:
        scores: of the design alone.
        inputs, shipped: see there.
        told: what :func:`stated_amounts` returns, where it is known.
    """
    vocabulary, judge = shipped.vocabulary, judge_of(inputs, shipped)
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
    reaches = judge.reaches(stated_amounts(inputs, shipped) if told is None else told)
    amounts = {}
    for at, (fact, axis) in enumerate(vocabulary.amounts.items()):
        reach = float(reaches[at] * spread[at])
        ends = (mean[at] - reach, mean[at], mean[at] + reach)
        low, middle, high = (_magnitude(axis, float(place)) for place in ends)
        amounts[fact] = (middle, low, high, axis.unit)
    return Estimates(flags, words, amounts, inputs.stated())


def stated_amounts(inputs: Inputs, shipped: Shipped) -> NDArray[np.bool_]:
    """Return which amounts the specification states or the gauge measures, or what follows."""
    if "structure" not in inputs.modalities():
        return np.zeros(len(shipped.vocabulary.amounts), dtype=np.bool_)
    return ~np.isnan(encode_stated(inputs.told(), shipped.vocabulary)[1])


def judge_of(inputs: Inputs, shipped: Shipped) -> Judge:
    """Return the calibration for the modalities that are there."""
    return shipped.judges["+".join(inputs.modalities())]


def _magnitude(axis: Axis, place: float) -> float:
    """Return a magnitude, not below zero on a scale of logarithms, infinite beyond all numbers."""
    try:
        found = axis.magnitude(place)
    except OverflowError:
        return math.inf
    return max(found, 0.0) if axis.log else found


def is_thin(inputs: Inputs, vocabulary: Vocabulary) -> bool:
    """Say whether a specification states less than any on which the answers were calibrated."""
    if inputs.structure is None:
        return False
    own = [name for name in concepts_of(vocabulary) if not name.startswith(_NOT_ITS_OWN)]
    stated = inputs.stated()
    return sum(name in stated for name in own) < THINNEST * len(own)


def concepts_of(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the facts among the concepts: flags, words and amounts, in that order."""
    flags = (name for name in vocabulary.flags if ":" not in name)
    return (*flags, *vocabulary.words, *vocabulary.amounts)


def binding_chance(estimates: Estimates, shipped: Shipped, book: RuleBook) -> dict[str, float]:
    """Return how likely each jurisdiction binds: as likely as the likeliest of its provisions."""
    chance = dict.fromkeys(SCORED, 0.0)
    for rule in book.rules:
        group = shipped.vocabulary.scope_of.get(rule.id)
        name = book.instrument_by_id[rule.instrument].instrument.jurisdiction
        if group is not None and name in chance:
            chance[name] = max(chance[name], estimates.flags[f"scope:{group}"])
    return chance


def site_facts(
    latitude: float,
    longitude: float,
    as_of: date,
    *,
    zone: str | None = None,
    coastal_state: str | None = None,
    shared: Shared | None = None,
) -> dict[str, Fact]:
    """Return what the zone resolver says of a position, as facts.

    Args:
        latitude, longitude: degrees.
        as_of: the date whose law counts.
        zone, coastal_state: what a specification asserts in place of the resolver's answer.
        shared: what keeps the zones of positions.
    """
    from compliance.situation import situate
    from habitat.design import Design

    site = {"latitude": latitude, "longitude": longitude}
    asserted = {"zone": zone, "coastal_state": coastal_state}
    bare = Design.model_validate({"name": "site", "purpose": "other", "site": site | asserted})
    facts = situate(bare, as_of=as_of, shared=shared).facts
    return {
        path: fact
        for path, fact in facts.items()
        if (path.startswith("zone.") or path in ("site.latitude", "site.longitude"))
        and fact.value is not None
    }


@dataclass(frozen=True, slots=True)
class RuleChance:
    """How likely a rule applies, and is violated (which includes that it applies)."""

    applies: float
    violated: float

    @property
    def met(self) -> float:
        """How likely it is met where it applies; 1 where it certainly does not."""
        return 1.0 if self.applies <= 0 else min(max(1 - self.violated / self.applies, 0.0), 1.0)


def rule_chances(scores: Scores, inputs: Inputs, shipped: Shipped) -> dict[str, RuleChance]:
    """Return the chances of every rule that the circuit carries, by id.

    Facts count with their calibrated probabilities and intervals, and as independent.
    """
    import torch

    judge, head = judge_of(inputs, shipped), shipped.reader.compliance
    reaches = judge.reaches(stated_amounts(inputs, shipped))
    reach = torch.tensor([min(one, 1e6) for one in reaches], dtype=torch.float32)
    spread = (0.5 * scores.log_variance).exp() * (reach / _NORMAL_REACH).clamp_min(1e-3)
    flags = len(shipped.vocabulary.flags)
    logits = scores.logits.clone()
    logits[:, :flags] /= judge.flag_temperature
    with torch.no_grad():
        applies, violated = head.circuit(head.chances(logits), scores.mean, spread)
    return {
        name: RuleChance(float(one), float(two))
        for name, one, two in zip(
            head.circuit.rules, applies[0].tolist(), violated[0].tolist(), strict=True
        )
    }


def likely_violations(chances: Mapping[str, RuleChance]) -> list[str]:
    """Return the rules that are more likely violated than not, likeliest first, then by id."""
    found = [name for name, chance in chances.items() if chance.violated >= LIKELY]
    return sorted(found, key=lambda name: (-rounded_chance(chances[name].violated), name))


def parameters_of(estimates: Estimates) -> dict[str, dict[str, Any]]:
    """Return hull thickness, waste capacity and emergency buoyancy, and what they follow from."""
    return {
        fact: amount_of(fact, estimates)
        for fact in (*PARAMETERS, *CONTEXT)
        if fact in estimates.amounts
    }


def amount_of(fact: str, estimates: Estimates) -> dict[str, Any]:
    """Return what is believed of one amount, as reports give it."""
    middle, low, high, unit = estimates.amounts[fact]
    return {
        "estimate": rounded(middle),
        "low": rounded(low),
        "high": rounded(high),
        "unit": unit,
        "level": LEVEL,
        "source": "stated" if fact in estimates.stated else "estimated",
    }


def rounded(number: float) -> float | None:
    """Return four significant digits of a number, ``None`` where there is no bound."""
    return float(f"{number:.4g}") if math.isfinite(number) else None


def rounded_chance(chance: float) -> float:
    """Return a probability as reports give it: four decimals."""
    return round(chance, 4)


def alarms_of(estimates: Estimates) -> dict[str, float]:
    """Return the probability of each emergency."""
    return {name: rounded_chance(estimates.flags[name]) for name in EMERGENCIES}
