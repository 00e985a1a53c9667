"""Simulated surveys with labels of the rule engine: inputs that are noisy, labels that are exact.

A design and its site are drawn complete; the rule engine judges them; surveys and papers then show
a part of it. Splits are by site. Everything follows from the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from base import SurveyError, sha256_bytes, sha256_text, write_whole
from compliance.audit import judge_rules
from compliance.scoring.concepts import EMERGENCIES, Floats, Vocabulary, build_vocabulary
from compliance.scoring.designs import Duty, draw_design, duties_of
from compliance.scoring.observe import LawPieces, Losses, observe_law, observe_structure
from compliance.scoring.sites import SimulatedSite, draw_sites
from compliance.scoring.words import PIECES, SENTENCES
from compliance.shared import Shared
from compliance.situation import Situation, situate
from corpus.model import LawText
from habitat.design import Design
from habitat.survey.acoustic import SEABEDS, simulate_side_scan
from habitat.survey.ocean import Drift, Hidden, SeaState, simulate_series
from habitat.survey.profiles import Profile, load_profiles, sea_state, standard_profile
from habitat.survey.relief import Relief, random_relief, relief_tiles
from habitat.units import amount
from jurisdictions.predicate import InZone
from jurisdictions.rulebook import RuleBook

#: The modalities of a survey, sorted.
MODALITIES = ("acoustic", "legal", "sensor", "structure")
#: Splits that readers learn from; all others judge them.
LEARNING = frozenset({"train", "validation"})
#: Jurisdictions that are scored, in report order.
SCORED = ("UNCLOS", "ISA", "US_OCSLA", "EU_MSFD", "ISO_14001", "ENGINEERING")
#: The date whose law labels the designs.
AS_OF = date(2026, 1, 1)
#: Oxygen below this partial pressure is an emergency: 19.5 % of one atmosphere, below which
#: 29 CFR 1910.146(b) calls air oxygen deficient.
LEAST_OXYGEN_KPA = 0.195 * 101.325
#: The rule whose bound makes carbon dioxide an emergency.
_CARBON_DIOXIDE_RULE = "engineering-3-2-carbon-dioxide"

_SEABED_CHANCES = {
    "none": (0.4, 0.3, 0.2, 0.1),
    "hydrothermal_vent": (0.05, 0.1, 0.25, 0.6),
    "cold_water_coral": (0.2, 0.2, 0.3, 0.3),
    "seamount": (0.05, 0.15, 0.2, 0.6),
    "sponge_field": (0.35, 0.25, 0.3, 0.1),
}


@dataclass(frozen=True)
class Surveys:
    """Inputs and labels of many designs; row ``i`` of every array is design ``i``.

    Attributes:
        site: number of the site, shape (n,).
        acoustic: side-scan image in dB, (n, 64, 64).
        sensor: hourly series, (n, 48, 10), NaN where nothing was measured.
        stated, stated_places: what the specification says, (n, logits) and (n, amounts), NaN
            unknown.
        report: sentences by number in ``sentences``, (n, SENTENCES), -1 is none.
        law: pieces by number in the pieces of law, (n, PIECES), -1 is none.
        flags, places: the truth, (n, logits) and (n, amounts), NaN where it has no meaning.
        binds, compliant: by jurisdiction, boolean, (n, len(SCORED)).
        sentences: the texts of the reports.
    """

    site: NDArray[np.int32]
    acoustic: NDArray[np.float16]
    sensor: Floats
    stated: NDArray[np.float16]
    stated_places: Floats
    report: NDArray[np.int32]
    law: NDArray[np.int16]
    flags: NDArray[np.float16]
    places: Floats
    binds: NDArray[np.bool_]
    compliant: NDArray[np.bool_]
    sentences: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.site)

    def save(self, path: Path) -> None:
        """Write all arrays to one file, completely or not at all."""
        import io

        arrays = {one.name: getattr(self, one.name) for one in fields(self)}
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **{**arrays, "sentences": np.array(self.sentences, dtype=str)})
        write_whole(path, buffer.getvalue())

    @classmethod
    def load(cls, path: Path) -> Surveys:
        """Read what :meth:`save` wrote."""
        with np.load(path, allow_pickle=False) as file:
            arrays = {one.name: file[one.name] for one in fields(cls)}
        return cls(**{**arrays, "sentences": tuple(map(str, arrays["sentences"]))})


@dataclass(frozen=True)
class World:
    """What surveys are simulated from.

    Attributes:
        book: compiled law.
        pieces: law texts that may be read.
        duties: of the rule book.
        reliefs, profiles: real terrain and casts; empty where there are none. Every fifth tile of
            terrain is kept for judging: no training image shows it.
        losses: how surveys lose information.
        drift: of the sensors.
    """

    book: RuleBook
    pieces: LawPieces
    duties: tuple[Duty, ...]
    reliefs: tuple[Relief, ...] = ()
    profiles: tuple[Profile, ...] = ()
    losses: Losses = field(default_factory=Losses)
    drift: Drift = field(default_factory=Drift)
    shared: Shared | None = field(default=None, compare=False)

    def fingerprint(self) -> str:
        """Return a hash of the real terrain and water that surveys are drawn from."""
        casts = [
            [sha256_bytes(np.asarray(getattr(one, each.name), dtype=float).tobytes())
             for each in fields(one) if isinstance(getattr(one, each.name), np.ndarray)]
            for one in self.profiles
        ]  # fmt: skip
        return sha256_text(repr([self.reliefs, casts]))


def open_world(
    book: RuleBook, *, data: Path | None = None, official: Mapping[str, LawText] | None = None
) -> World:
    """Gather what the simulator needs.

    Args:
        book: compiled law.
        data: folder with ``bathymetry/`` and ``ocean-profiles/``; procedural relief and a standard
            ocean where there is none.
        official: law texts by instrument beside the wording of the rule book.
    """
    reliefs: tuple[Relief, ...] = ()
    profiles: tuple[Profile, ...] = ()
    if data is not None:
        reliefs = tuple(tile.relief for tile in relief_tiles(data / "bathymetry"))
        profiles = tuple(load_profiles(data / "ocean-profiles"))
    return World(book, law_pieces(book, official or {}), duties_of(book), reliefs, profiles)


def law_pieces(book: RuleBook, official: Mapping[str, LawText]) -> LawPieces:
    """Return the wordings of all provisions of the binding instruments of a rule book."""
    rows = [
        (entry.text, entry.id, entry.instrument)
        for entry in book.provisions
        if entry.text.strip() and entry.instrument != "engineering"
    ]
    known = {entry.id: entry.instrument for entry in book.provisions}
    for text in official.values():
        rows += [
            (one.text, one.id, known[one.id])
            for one in text.provisions
            if one.id in known and one.text.strip()
        ]
    texts, provisions, instruments = zip(*dict.fromkeys(rows), strict=True)
    return LawPieces(texts, provisions, instruments)


def draw_vocabulary(world: World, *, seed: int, sites: int = 400) -> Vocabulary:
    """Fit the concepts to designs drawn for this alone."""
    rng = np.random.default_rng([seed, 99])
    shared = Shared(world.book)
    facts, scopes = [], []
    for site in draw_sites(rng, sites, name="vocabulary"):
        for number in range(3):
            design = draw_design(rng, site, world.duties, name=f"{site.name}-{number}")
            situation = situate(design, as_of=AS_OF, shared=shared)
            facts.append(situation.facts)
            scopes.append(
                [item.scope.binding is True for item in judge_rules(world.book, situation)]
            )
    return build_vocabulary(world.book, facts, np.array(scopes))


def simulate(
    world: World,
    vocabulary: Vocabulary,
    *,
    sites: int,
    per_site: int,
    seed: int,
    name: str,
    workers: int = 2,
    tick: Callable[[int], None] = lambda count: None,
) -> Surveys:
    """Simulate surveys of ``per_site`` designs at each of ``sites`` sites.

    Args:
        world, vocabulary: see there.
        sites, per_site: how many.
        seed: with ``name`` the source of all chance, whatever the number of workers.
        name: of the split.
        workers: processes.
        tick: called with the number of sites done.
    """
    key = int.from_bytes(name.encode()[:6], "little")
    drawn = draw_sites(np.random.default_rng([seed, key]), sites, name=name)
    parts = [drawn[at : at + 16] for at in range(0, len(drawn), 16)]
    jobs = [(part, at * 16, [seed, key, at], per_site, name) for at, part in enumerate(parts)]
    rows: list[dict[str, Any]] = []
    if workers <= 1:
        _open(world, vocabulary)
        for job in jobs:
            rows += _simulate_part(job)
            tick(len(job[0]))
    else:
        with ProcessPoolExecutor(workers, initializer=_open, initargs=(world, vocabulary)) as pool:
            for job, found in zip(jobs, pool.map(_simulate_part, jobs), strict=True):
                rows += found
                tick(len(job[0]))
    return _stack(rows)


#: Sites, the number of the first, seed, designs per site, and the split.
_Job = tuple[list[SimulatedSite], int, list[int], int, str]
_OPENED: tuple[World, Vocabulary] | None = None


def _open(world: World, vocabulary: Vocabulary) -> None:
    global _OPENED
    _OPENED = (replace(world, shared=Shared(world.book)), vocabulary)


def _simulate_part(job: _Job) -> list[dict[str, Any]]:
    part, first, seed, per_site, name = job
    assert _OPENED is not None
    world, vocabulary = _OPENED
    rng = np.random.default_rng(seed)
    rows = []
    for at, site in enumerate(part):
        relief = _relief(rng, world, judging=name not in LEARNING)
        sea = _sea(rng, world, site)
        for number in range(per_site):
            design = draw_design(rng, site, world.duties, name=f"{site.name}-{number}")
            rows.append(_survey(rng, world, vocabulary, design, relief, sea) | {"site": first + at})
    return rows


def _relief(rng: np.random.Generator, world: World, *, judging: bool) -> Relief:
    tiles = [one for at, one in enumerate(world.reliefs) if (at % 5 == 0) == judging]
    return tiles[int(rng.integers(len(tiles)))] if tiles else random_relief(rng)


def _sea(rng: np.random.Generator, world: World, site: SimulatedSite) -> SeaState:
    """Take the water of a real cast that reaches the depth, or of the standard ocean."""
    deep = [one for one in world.profiles if one.pressure_dbar.max() * 0.97 > site.depth_m]
    if deep:
        with suppress(SurveyError):
            return sea_state(deep[int(rng.integers(len(deep)))], site.depth_m)
    return sea_state(standard_profile(site.zones.latitude), site.depth_m)


def _survey(
    rng: np.random.Generator,
    world: World,
    vocabulary: Vocabulary,
    design: Design,
    relief: Relief,
    sea: SeaState,
) -> dict[str, Any]:
    situation = situate(design, as_of=AS_OF, shared=world.shared)
    judged = judge_rules(world.book, situation)
    flags, places = vocabulary.encode(situation.facts)
    at = {name: number for number, name in enumerate(vocabulary.flags)}
    for item in judged:
        flags[at[f"scope:{vocabulary.scope_of[item.rule.id]}"]] = item.scope.binding is True
    binding = {item.jurisdiction for item in judged if item.scope.binding}
    broken = {item.jurisdiction for item in judged if item.outcome.verdict == "violated"}
    hidden = _hidden(rng, situation)
    alarms = emergencies(world.book, hidden)
    for name in EMERGENCIES:
        flags[at[name]] = alarms[name]
    ecosystem = design.site.vulnerable_ecosystem or "none"
    seabed = str(rng.choice(SEABEDS, p=_SEABED_CHANCES[ecosystem]))
    where = vocabulary.word_slices()["survey.seabed"]
    flags[where] = [float(seabed == word) for word in vocabulary.words["survey.seabed"]]
    asked = frozenset(
        test.fact
        for item in judged
        if item.outcome.verdict != "inapplicable"
        for test in item.rule.tests
        if not isinstance(test, InZone)
    )
    stated, stated_places, report = observe_structure(
        rng, situation, vocabulary, world.losses, asked
    )
    law = observe_law(
        rng,
        world.pieces,
        applying=frozenset(
            item.provision.id for item in judged if item.outcome.verdict != "inapplicable"
        ),
        binding=frozenset(item.rule.instrument for item in judged if item.scope.binding),
        losses=world.losses,
    )
    return {
        "acoustic": simulate_side_scan(rng, seabed=seabed, ecosystem=ecosystem, relief=relief),
        "sensor": simulate_series(rng, sea=sea, hidden=hidden, drift=world.drift),
        "stated": stated,
        "stated_places": stated_places,
        "report": report[:SENTENCES],
        "law": law,
        "flags": flags,
        "places": places,
        "binds": [name in binding for name in SCORED],
        "compliant": [name not in broken for name in SCORED],
    }


def _hidden(rng: np.random.Generator, situation: Situation) -> Hidden:
    design = situation.design
    stress: Any = situation.facts["derived.hull.stress_utilisation"].value
    return draw_hidden(
        rng,
        received_level_db=float(amount(design.noise.received_level, "dB") or 110.0),
        oil_mg_l=float(amount(design.discharges.oil_in_water, "mg/L") or 0.0),
        utilisation=0.5 if stress is None else float(stress.to("dimensionless").magnitude),
    )


def draw_hidden(
    rng: np.random.Generator, *, received_level_db: float, oil_mg_l: float, utilisation: float
) -> Hidden:
    """Draw what the sensors of a habitat will measure: now and then one of the emergencies.

    Args:
        rng: the only source of chance.
        received_level_db, oil_mg_l: as designed.
        utilisation: mean wall stress over yield strength.
    """
    bad_air, thin_air, leak = (bool(rng.random() < chance) for chance in (0.15, 0.15, 0.12))
    return Hidden(
        received_level_db=received_level_db,
        oil_mg_l=oil_mg_l,
        cabin_co2_kpa=float(rng.uniform(0.55, 1.4) if bad_air else rng.uniform(0.1, 0.45)),
        cabin_o2_kpa=float(rng.uniform(16, 19.3) if thin_air else rng.uniform(20.1, 21.6)),
        leak=leak,
        # Compression: equal biaxial stress strains by (1 - Poisson's ratio) of a typical yield
        # strain of 0.5 %.
        strain_ue=-1e6 * utilisation * 0.005 * 0.7,
    )


def emergencies(book: RuleBook, hidden: Hidden) -> dict[str, bool]:
    """Return which thresholds of emergency response are crossed.

    The bound of carbon dioxide is the engineering code's, read from its text.
    """
    rule = next(rule for rule in book.rules if rule.id == _CARBON_DIOXIDE_RULE)
    number = next(item.value for item in rule.numbers if item.value is not None)
    limit_kpa = 100.0 * number.value
    if number.unit != "bar":
        raise ValueError(f"{number.provision}: a bound in bar expected, found {number.unit}")
    return {
        "emergency.carbon_dioxide": hidden.cabin_co2_kpa > limit_kpa,
        "emergency.oxygen": hidden.cabin_o2_kpa < LEAST_OXYGEN_KPA,
        "emergency.leak": hidden.leak,
    }


def _stack(rows: Sequence[Mapping[str, Any]]) -> Surveys:
    numbers: dict[str, int] = {}
    report = np.full((len(rows), SENTENCES), -1, dtype=np.int32)
    law = np.full((len(rows), PIECES), -1, dtype=np.int16)
    for at, row in enumerate(rows):
        told = [numbers.setdefault(text, len(numbers)) for text in row["report"]]
        report[at, : len(told)] = told
        law[at, : len(row["law"])] = row["law"]

    def stacked(name: str, dtype: Any) -> NDArray[Any]:
        return np.stack([np.asarray(row[name]) for row in rows]).astype(dtype)

    return Surveys(
        site=stacked("site", np.int32),
        acoustic=stacked("acoustic", np.float16),
        sensor=stacked("sensor", np.float32),
        stated=stacked("stated", np.float16),
        stated_places=stacked("stated_places", np.float32),
        report=report,
        law=law,
        flags=stacked("flags", np.float16),
        places=stacked("places", np.float32),
        binds=stacked("binds", np.bool_),
        compliant=stacked("compliant", np.bool_),
        sentences=tuple(numbers),
    )
