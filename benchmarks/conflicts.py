"""Seconds to find and resolve all minimal conflicts of generated rules, beside simpler checks.

    python benchmarks/conflicts.py [SEED]

Rules are generated over the keys of the design file: lengths, flags and choices, a third of them
under a condition, some with an exception; a tenth go against the grain (a third in small sets).
*Pairs* tries every two rules with the same exact check; *subsets* tries all subsets of up to four
rules by enumerating designs, for small sets only, and says whether it finds the same. Nothing is
asserted on time.
"""

from __future__ import annotations

import argparse
import random
import time
from itertools import combinations, product
from typing import Any

from compliance.conflicts import InForce, find_conflicts
from compliance.conflicts.checker import satisfiable
from compliance.conflicts.encode import formulas
from compliance.conflicts.formula import facts_in, holds
from compliance.conflicts.space import build_space
from compliance.evaluate import ZONE_FACT
from habitat.design import Design
from habitat.facts import Fact, facts_of
from habitat.kinds import kind_of
from jurisdictions.binding import RuleBinding
from jurisdictions.rulebook import Rule

SIZE = 4
SITUATION = {ZONE_FACT: Fact(frozenset({"eez", "continental_shelf"}), "generated")}
CLASSES = ("environmental", "safety", "commercial", "procedural")
PLACES = (
    ("UNCLOS", "unclos"),
    ("UNCLOS", "part-xi-agreement"),
    ("ISA", "isa-nodules"),
    ("US_OCSLA", "ocsla"),
    ("EU_MSFD", "msfd"),
)


def keys(form: str) -> list[str]:
    """Return the free keys of the design file that are flags, words or lengths."""
    bare = {"name": "a", "purpose": "other", "site": {"latitude": 1.0, "longitude": 1.0}}
    names = [
        name
        for name in facts_of(Design.model_validate(bare))
        if "." in name and not name.startswith(("site.", "claims.")) and name != "contract.resource"
    ]
    kinds = {name: kind_of(name) for name in names}
    if form == "number":
        return [name for name, kind in kinds.items() if kind and kind.unit == "m"]
    return [name for name, kind in kinds.items() if kind and kind.form == form]


def generate(count: int, seed: int) -> list[InForce]:
    """Generate rules; the number of facts that they share grows with their number."""
    chance = random.Random(f"{seed} {count}")
    flags = chance.sample(keys("flag"), min(90, max(3, count // 5)))
    lengths = keys("number")[: max(1, count // 20)]
    contrary = 0.1 if count > 14 else 0.33
    return [_rule(number, chance, flags, lengths, contrary) for number in range(count)]


def _rule(
    number: int, chance: random.Random, flags: list[str], lengths: list[str], contrary: float
) -> InForce:
    jurisdiction, instrument = chance.choice(PLACES)
    content: dict[str, Any] = {"require": _duty(chance, flags, lengths, chance.random() < contrary)}
    if chance.random() < 0.33:
        content["when"] = {"fact": chance.choice(flags), "is": chance.random() < 0.5}
    if chance.random() < 0.15:
        content["unless"] = _duty(chance, flags, lengths, False)
    binding = RuleBinding.model_validate(
        {
            "id": f"r{number:03}",
            "provision": f"{instrument}:1",
            "title": "a generated rule",
            "class": chance.choice(CLASSES),
            "severity": "major",
            "addressee": "operator",
            "effect": "direct",
            "remedy": "change it",
            **content,
        }
    )
    return InForce(Rule(binding=binding, instrument=instrument), jurisdiction)


def _duty(chance: random.Random, flags: list[str], lengths: list[str], contrary: bool) -> Any:
    """A flag that is usually wanted true, or a length usually wanted between 10 and 100 m."""
    draw = chance.random()
    if draw < 0.6:
        return {"fact": chance.choice(flags), "is": not contrary}
    if draw < 0.85:
        low = chance.random() < 0.5
        if contrary:
            low = not low
        value = chance.randint(1, 10) if low != contrary else chance.randint(100, 200)
        return {"fact": chance.choice(lengths), ">=" if low else "<=": f"{value} m"}
    return {"any": [{"fact": fact, "is": True} for fact in chance.sample(flags, 2)]}


def pairs(rules: list[InForce]) -> set[tuple[str, ...]]:
    """Every two rules that cannot be met together, each pair asked of the same exact check."""
    space = build_space([item.rule for item in rules], SITUATION)
    known = formulas({item.id: item.rule for item in rules}, space)
    return {
        (one, two)
        for one, two in combinations(sorted(known), 2)
        if facts_in(known[one]) & facts_in(known[two])
        and not satisfiable([known[one], known[two]], space.domains)
    }


def subsets(rules: list[InForce]) -> set[tuple[str, ...]]:
    """All minimal sets of up to four rules, by trying every subset on every kind of design."""
    space = build_space([item.rule for item in rules], SITUATION)
    known = formulas({item.id: item.rule for item in rules}, space)
    facts = sorted(space.axes)
    points = [
        dict(zip(facts, regions, strict=True))
        for regions in product(*(range(len(space.axes[fact].values)) for fact in facts))
    ]
    met = {
        name: sum(1 << place for place, point in enumerate(points) if holds(formula, point))
        for name, formula in known.items()
    }
    found: set[tuple[str, ...]] = set()
    for count in range(1, SIZE + 1):
        for chosen in combinations(sorted(known), count):
            together = (1 << len(points)) - 1
            for name in chosen:
                together &= met[name]
            if not together and not any(set(less) <= set(chosen) for less in found):
                found.add(chosen)
    return {chosen for chosen in found if len(chosen) > 1}


def timed(work: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("seed", nargs="?", type=int, default=1)
    seed = parser.parse_args().seed
    print(f"{'rules':>5} {'sets':>5} {'of 3+':>5} {'all sets, resolved':>18} {'pairs':>9} subsets")
    for count in (10, 14, 50, 200, 400):
        rules = generate(count, seed)
        seconds, found = timed(lambda rules=rules: find_conflicts(rules, SITUATION, size=SIZE))
        sets = {clash.rules for clash in found.clashes if len(clash.rules) <= SIZE}
        pair_seconds, two = timed(lambda rules=rules: pairs(rules))
        slow = "not tried"
        if count <= 14:
            slow_seconds, every = timed(lambda rules=rules: subsets(rules))
            slow = f"{slow_seconds:.3f} s, {'the same' if every == sets else 'DIFFERENT'}"
        if {chosen for chosen in sets if len(chosen) == 2} != two:
            slow += "; pairs DIFFER"
        state = "" if found.complete and found.exact else (
            f" ({'' if found.complete else 'in'}complete, {'' if found.exact else 'in'}exact)"
        )  # fmt: skip
        longer = sum(len(chosen) > 2 for chosen in sets)
        print(
            f"{count:>5} {len(sets):>5} {longer:>5} {seconds:>16.3f} s {pair_seconds:>7.3f} s "
            f"{slow}{state}"
        )


if __name__ == "__main__":
    main()
