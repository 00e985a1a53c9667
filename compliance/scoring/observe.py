"""What surveys and papers show of a design: noisy, partly missing, partly unread.

Nothing here sees a label. How much is lost is drawn once per design, so that some come well
documented and others hardly at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compliance.scoring.concepts import Floats, Vocabulary
from compliance.scoring.report_text import write_report
from compliance.scoring.words import PIECES
from compliance.situation import Situation
from habitat.derived import derived_facts
from habitat.design import Design
from habitat.facts import Fact
from habitat.units import quantity


@dataclass(frozen=True, slots=True)
class Losses:
    """How surveys lose information.

    Attributes:
        missing: the share of keys left out of a specification is drawn from 0 to this.
        beside: the share of keys stated although no rule that applies asks for them is drawn from
            0 to this: people write down what matters where they build.
        misreported: chance of a yes-no key to say the opposite.
        relative_noise: standard deviation of a stated amount over its value.
        mentioned: chance that a report tells a fact.
        site_known: chance that the position comes with the specification.
        selected: chance that the law text is an excerpt that somebody chose for the case; else it
            is any part of the instruments that bind.
        unread: the share of law text that is not read is drawn from 0 to this.
    """

    missing: float = 0.16
    beside: float = 1.0
    misreported: float = 0.001
    relative_noise: float = 0.01
    mentioned: float = 0.8
    site_known: float = 0.5
    selected: float = 0.7
    unread: float = 0.5


#: Keys that a specification never states: they are what zones and surveys tell.
_NOT_STATED = ("zone.", "derived.")
#: Keys that describe the thing itself: they matter whatever the law asks.
_ALWAYS = (
    "purpose", "operator_state", "sponsoring_state", "site.", "crew.", "hull.", "buoyancy.",
    "life_support.", "claims.", "waste.storage_capacity",
)  # fmt: skip
#: A position that stands in where none is known; it moves sea pressure by 0.2 % at most.
_ANYWHERE = {"latitude": 45.0, "longitude": -30.0}


def observe_structure(
    rng: np.random.Generator,
    situation: Situation,
    vocabulary: Vocabulary,
    losses: Losses,
    asked: frozenset[str],
) -> tuple[Floats, Floats, list[str]]:
    """Return what a specification states of flags and words, of amounts, and the report beside it.

    Args:
        rng: the only source of chance.
        situation: the complete design at its site.
        vocabulary: of the concepts.
        losses: how much is lost.
        asked: facts that a rule which applies asks for.

    Returns:
        As :meth:`Vocabulary.encode` has it, NaN where nothing is stated; sentences.
    """
    share, beside = (float(rng.uniform(0, most)) for most in (losses.missing, losses.beside))
    site_known = bool(rng.random() < losses.site_known)
    stated: dict[str, Fact] = {}
    for path, fact in situation.facts.items():
        if path.startswith(_NOT_STATED) or fact.value is None:
            continue
        if path in ("site.latitude", "site.longitude"):
            continue
        matters = path in asked or path.startswith(_ALWAYS)
        if rng.random() < (1 - share if matters else beside):
            stated[path] = Fact(_noisy(rng, fact.value, losses), "specification")
    report = write_report(
        rng,
        {
            path: fact.value
            for path, fact in situation.facts.items()
            if fact.value is not None
            and path.startswith(_TOLD)
            and path in _concepts(vocabulary)
            and (path in asked or rng.random() < beside)
        },
        mentioned=losses.mentioned,
    )
    if site_known:
        stated |= {
            path: fact
            for path, fact in situation.facts.items()
            if path.startswith("zone.") or path in ("site.latitude", "site.longitude")
        }
    flags, places = encode_stated(stated, vocabulary)
    return flags, places, report


_TOLD = (
    "consents.", "conformity.", "environment.", "management.", "pressures.", "research.",
    "reporting.", "safety.", "safety_zone.", "end_of_life.", "contract.", "discharges.", "waste.",
    "hull.", "life_support.", "noise.", "purpose",
)  # fmt: skip


def _concepts(vocabulary: Vocabulary) -> frozenset[str]:
    return frozenset((*vocabulary.flags, *vocabulary.words))


def encode_stated(stated: Mapping[str, Fact], vocabulary: Vocabulary) -> tuple[Floats, Floats]:
    """Return stated facts as concepts, with the derived amounts that follow from them.

    The presence of a fact is known only where it is stated; zones only where a site is.
    """
    facts = {**stated, **_derived(stated)}
    flags, places = vocabulary.encode(facts)
    for at, name in enumerate(vocabulary.flags):
        if name.startswith("known:") and flags[at] == 0:
            flags[at] = np.nan
    return flags, places


def _derived(stated: Mapping[str, Fact]) -> dict[str, Fact]:
    tree: dict[str, Any] = {"name": "specification", "purpose": "other", "site": dict(_ANYWHERE)}
    for path, fact in stated.items():
        section, _, key = path.partition(".")
        if key and section in ("site", "crew", "hull", "buoyancy", "life_support", "waste"):
            value: Any = fact.value
            if path in ("site.latitude", "site.longitude", "hull.proof_test_factor"):
                value = float(value.magnitude)
            tree.setdefault(section, {})[key] = value
    design = Design.model_validate(tree)
    return {name: fact for name, fact in derived_facts(design).items() if fact.known}


def _noisy(rng: np.random.Generator, value: Any, losses: Losses) -> Any:
    if isinstance(value, bool):
        return value if rng.random() >= losses.misreported else not value
    if isinstance(value, str | int):
        return value
    factor = 1.0 + losses.relative_noise * float(rng.standard_normal())
    return quantity(float(value.magnitude) * factor, str(value.units))


@dataclass(frozen=True, slots=True)
class LawPieces:
    """Pieces of law that a reader may meet: texts, their provisions and instruments.

    ``texts`` may hold several wordings of one provision (restated and official).
    """

    texts: tuple[str, ...]
    provisions: tuple[str, ...]
    instruments: tuple[str, ...]

    def of(self, provisions: frozenset[str]) -> list[int]:
        """Return the numbers of the pieces of some provisions."""
        return [at for at, name in enumerate(self.provisions) if name in provisions]


def observe_law(
    rng: np.random.Generator,
    pieces: LawPieces,
    *,
    applying: frozenset[str],
    binding: frozenset[str],
    losses: Losses,
) -> list[int]:
    """Return the numbers of the pieces of law that were read, at least one.

    Of an excerpt, two thirds come from provisions that apply to the design; all others come from
    anywhere in the instruments that bind. A share is unread.

    Args:
        rng: the only source of chance.
        pieces: all pieces.
        applying: provisions whose rules apply to the design.
        binding: instruments that bind at the site.
        losses: how much is lost.
    """
    near = pieces.of(applying) if rng.random() < losses.selected else []
    wide = [at for at, name in enumerate(pieces.instruments) if name in binding]
    picked = _some(rng, near, 2 * PIECES // 3)
    picked += _some(rng, [at for at in wide if at not in set(picked)], PIECES - len(picked))
    share = float(rng.uniform(0, losses.unread))
    read = [at for at in picked if rng.random() >= share]
    return read or picked[:1]


def _some(rng: np.random.Generator, numbers: Sequence[int], most: int) -> list[int]:
    count = min(most, len(numbers))
    return [numbers[at] for at in rng.permutation(len(numbers))[:count]]
