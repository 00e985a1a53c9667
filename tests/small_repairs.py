"""Small repair cases, and a slow, obvious oracle: judge every combination of what is on offer.

The oracle knows no cuts, no closure and no solver: it writes each combination into the design as a
user would, judges every rule on it with the functions of the audit, and keeps the cheapest that is
lawful.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import product
from math import prod
from typing import Any

from compliance.audit import audit, judge_rules
from compliance.conflicts import Settlement, find_conflicts
from compliance.conflicts.order import relations_at
from compliance.finding import AuditResult
from compliance.repair import Catalogue, Terms, Wanted, load_catalogue, repair
from compliance.repair.bench import Bench, touches
from compliance.repair.levers import Lever, Levers
from compliance.repair.offers import Offer, offer
from compliance.settlement import apply_settlement, in_force
from compliance.shared import Shared
from compliance.situation import situate
from corpus.digests import load_digests
from examples import examples
from habitat.design import Design
from habitat.load import apply_settings, known_keys, load_design
from jurisdictions.compiler import rulebook_for
from jurisdictions.rulebook import RuleBook

AS_OF = date(2026, 1, 1)
TERMS = Terms(AS_OF)
#: Combinations that the oracle judges for one case.
MOST = 60

#: Values that break a rule somewhere, or leave one open, and some that do not.
VALUES: Mapping[str, tuple[Any, ...]] = {
    "safety_zone.radius": ("450 m", "500 m", "600 m", "900 m", "0.4 nmi"),
    "safety_zone.notice_given": (True, False, None),
    "safety_zone.markings_and_warnings": (True, False),
    "site.recognized_sea_lane": (False, False, False, True),
    "consents.coastal_state": (True, False, None),
    "consents.ocs_lease": (True, False),
    "consents.isa_contract": (True, False),
    "consents.sponsorship": (True, False),
    "consents.research": (True, False),
    "consents.research_request_lead_time": ("2 month", "5 month", "7 month", None),
    "consents.protected_area": (True, False),
    "environment.impact_assessment": (True, False, None),
    "environment.monitoring_programme": (True, False, None),
    "environment.management_system": (True, False),
    "environment.contingency_plan": (True, False),
    "environment.baseline_study": (True, False),
    "management.internal_audit": (True, False, None),
    "end_of_life.removal_plan": (True, False),
    "waste.sewage_discharge": ("none", "treated", "untreated"),
    "waste.treatment": ("none", "secondary", None),
    "waste.storage_capacity": ("20 L", "150 L", "400 L", None),
    "hull.thickness": ("20 mm", "60 mm", "72 mm", "80 mm", "110 mm"),
    "hull.material": ("EH36", "Ti-6Al-4V ELI", "acrylic PMMA", "HY-80"),
    "hull.proof_test_factor": (1.1, 1.25, None),
    "hull.internal_pressure": ("1 atm", "1 atm", "2.5 bar"),
    "hull.decompression_in_place": (True, None),
    "buoyancy.emergency": ("0 kN", "3 kN", "15 kN", "40 kN", None),
    "buoyancy.floodable_volume": ("0.5 m3", "2 m3", "6 m3", None),
    "life_support.oxygen_reserve": ("20 hour", "90 hour", "120 hour"),
    "life_support.co2_limit": ("0.4 kPa", "0.9 kPa"),
    "life_support.decompression_plan": (True, False, None),
    "contract.area": ("60000 km2", "120000 km2", "170000 km2"),
    "contract.relinquished_second": ("0 %", "10 %"),
    "contract.year": (2, 4, 6),
    "reporting.annual_report_within": ("80 day", "110 day"),
    "claims.own_maritime_zone": (None, True),
    "claims.safety_zone_exception_authorised": (None, None, True),
    "claims.contractor_is_state": (None, True),
}


#: Rules of the cases: some of each jurisdiction, every kind of requirement, and all engineering.
RULES = (
    "engineering-",
    "unclos-2-consent",
    "unclos-60-1-authorisation",
    "unclos-60-1-right-to-authorise",
    "unclos-60-3-",
    "unclos-60-5-",
    "unclos-60-7-",
    "unclos-60-8-",
    "unclos-80-width",
    "unclos-194-1-means",
    "unclos-194-3-d",
    "unclos-204-1",
    "unclos-248",
    "ocsla-1333-a-1-b-lease",
    "ocsla-1337-p-6-c",
    "isa-nodules-contract",
    "isa-nodules-area-cap",
    "isa-nodules-first-relinquishment",
    "isa-nodules-second-relinquishment",
    "isa-nodules-sponsorship",
    "isa-nodules-clause-annual-report",
    "isa-nodules-clause-monitoring-report",
    "iso14001-4-4-system",
    "iso14001-9-2-1-internal-audit",
)


@cache
def book() -> RuleBook:
    """The embedded law cut down to some rules and what they stand on: quick to audit by."""
    whole = rulebook_for(load_digests())
    rules = tuple(rule for rule in whole.rules if rule.id.startswith(RULES))
    kept = {name for rule in rules for name in whole.lineage(rule.binding.provision)}
    return whole.model_copy(
        update={
            "rules": rules,
            "provisions": tuple(one for one in whole.provisions if one.id in kept),
        }
    )


@cache
def shared() -> Shared:
    return Shared(book())


@cache
def example(name: str) -> Design:
    return load_design(next(path for path in examples() if path.stem == name))


@dataclass(frozen=True)
class Case:
    """A design that may break rules, what may not be changed, prices, and what is on offer."""

    design: Design
    keep: tuple[str, ...]
    catalogue: Catalogue
    offered: Offer

    def designed(self, picks: Mapping[str, str]) -> Design:
        """Return the design with some changes, as a file would give it."""
        return apply_settings(self.design, self.offered.levers.settings(picks))


def priced(chance: random.Random) -> Catalogue:
    """The catalogue with other prices; some are zero, and some equal."""
    data = load_catalogue().model_dump()

    def price() -> float:
        return float(chance.choice((0, 1, 5, 5, 20, 35, 100, 400)))

    for entry in data["values"].values():
        entry["prices"] = {word: price() for word in entry["prices"]}
    for entry in data["amounts"].values():
        entry |= {"flat": price(), "down": price() / 10, "up": price() / 10}
    data["hull"] |= {"redesign": price(), "frames": price(), "above": (10.0,)}
    data["hull"]["prices"] = {
        name: chance.choice((0.01, 0.02, 0.05))
        for name in chance.sample(("EH36", "HY-80", "Ti-6Al-4V", "HY-100"), 2)
    }
    data["lift"] |= {"flat": price(), "each": price() / 10, "step": "4 kN"}
    data["divide"]["flat"] = price()
    data["move"] |= {"flat": price(), "each": price() / 10, "distances": ("20 nmi",)}
    return Catalogue.model_validate(data)


@cache
def case(seed: int) -> Case:
    """Return a generated case whose combinations are few enough to judge them all."""
    chance = random.Random(f"repair {seed}")
    name = chance.choice(sorted(path.stem for path in examples()))
    # A hull takes long to size, so that few cases change one.
    hull = seed % 4 == 0
    tested = sorted(key for key in VALUES if key in _keys_at(name) and (hull or not _on_hull(key)))
    for _ in range(20 if seed % 20 else 1):
        keys = chance.sample(tested, chance.randint(1, 4))
        settings = {key: chance.choice(VALUES[key]) for key in keys}
        design = apply_settings(lawful(name), settings)
        if not lawful_there(design)[0]:
            break
    catalogue = priced(chance)
    others = [key for key in tested if key not in keys]
    free = {*keys[: 2 if chance.random() < 0.1 else None], *chance.sample(others, 2)}
    if any(_on_hull(key) for key in free):
        free |= {"hull.material", "hull.thickness", "hull.frame_second_moment"}
        free |= set(chance.sample(("buoyancy.emergency", "buoyancy.floodable_volume"), 1))
    keep = {key for key in _every_key() if key not in free}
    while True:
        offered = offer(Bench(design, TERMS, shared()), catalogue, keep=keep, hull=hull)
        if size(offered.levers) <= MOST:
            return Case(design, tuple(sorted(keep)), catalogue, offered)
        largest = max(offered.levers.levers, key=lambda lever: len(lever.changes))
        spare = [lever for lever in offered.levers.levers if lever != largest]
        last = chance.choice(spare or [largest])
        keep |= _behind(last)


def _on_hull(key: str) -> bool:
    return key in ("hull.thickness", "hull.material") or key.startswith("buoyancy.")


def _behind(lever: Lever) -> set[str]:
    """Return the keys to keep so that a lever is no longer on offer."""
    named = {
        "hull": {"hull.material", "hull.thickness", "hull.frame_second_moment"},
        "lift": {"buoyancy.emergency"},
        "compartments": {"buoyancy.floodable_volume"},
    }
    return named.get(lever.name, {lever.name})


@cache
def _every_key() -> tuple[str, ...]:
    return tuple(
        f"{section}.{key}" for section in known_keys(Design) for key in known_keys(Design, section)
    )


@cache
def lawful(name: str) -> Design:
    """An example with its faults put right."""
    design = example(name)
    wanted = Wanted(alternatives=0)
    result = repair(design, book(), load_catalogue(), TERMS, wanted=wanted, shared=shared())
    assert result.cost is not None
    return result.design


@cache
def _keys_at(name: str) -> frozenset[str]:
    """Keys that rules test which bind at the place of an example."""
    bench = Bench(lawful(name), TERMS, shared())
    starts = [bench.inputs(rule) for rule in bench.rules if bench.binds(rule, {})]
    return frozenset(
        key for key in VALUES if any(touches(frozenset({key}), inputs) for inputs in starts)
    )


def audited(design: Design) -> AuditResult:
    return audit(design, book(), as_of=AS_OF, shared=shared())


_conflicts: dict[tuple[Any, ...], Settlement] = {}


def lawful_there(design: Design) -> tuple[bool, frozenset[str]]:
    """Say whether a design breaks no rule, and which rules stay open."""
    verdicts = verdicts_there(design)
    questions = frozenset(name for name, verdict in verdicts.items() if verdict == "undetermined")
    return "violated" not in verdicts.values(), questions


def verdicts_there(design: Design) -> dict[str, str]:
    """Judge every rule as an audit does."""
    situation = situate(design, as_of=AS_OF, shared=shared())
    judged = judge_rules(book(), situation)
    # Conflicts are those of the place and the claims, whatever else the design says.
    place = (design.name, design.site.model_dump_json(), design.claims.model_dump_json())
    key = (*place, design.contract.resource)
    if key not in _conflicts:
        _conflicts[key] = find_conflicts(
            in_force(judged), situation.facts, relations=relations_at(situation.circumstances)
        )
    settled, _ = apply_settlement(judged, _conflicts[key], book())
    return {item.rule.id: item.outcome.verdict for item in settled}


@cache
def cheapest(seed: int) -> tuple[int | None, bool]:
    """Return the least cost of a lawful combination, and whether it opens no question."""
    given = case(seed)
    levers = given.offered.levers
    _, before = lawful_there(given.design)
    reopened = None
    for picks in sorted(combinations(levers), key=levers.cost):
        if not buildable(given, levers, picks):
            continue
        lawful, questions = lawful_there(given.designed(picks))
        if lawful and questions <= before:
            return levers.cost(picks), True
        if lawful and reopened is None:
            reopened = levers.cost(picks)
    return reopened, False


def combinations(levers: Levers) -> Iterator[dict[str, str]]:
    names = [lever.name for lever in levers.levers]
    for cell in product(*(lever.by_name for lever in levers.levers)):
        yield dict(zip(names, cell, strict=True))


def buildable(case: Case, levers: Levers, picks: Mapping[str, str]) -> bool:
    """Say whether engineering allows it: lift is left, and no coupling is broken anew."""
    weight = sum(change.weight_n for _, change in levers.chosen(picks))
    if levers.reserve_n is not None and weight > levers.reserve_n:
        return False
    settings = levers.settings(picks)
    for coupling in case.catalogue.couplings:
        values = {key: settings.get(key, _value(case.design, key)) for key in coupling.never}
        if values == coupling.never and settings.keys() & values.keys():
            return False
    return True


def _value(design: Design, key: str) -> Any:
    section, name = key.split(".")
    return getattr(getattr(design, section), name)


def size(levers: Levers) -> int:
    return prod(len(lever.by_name) for lever in levers.levers)
