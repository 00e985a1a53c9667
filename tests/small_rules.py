"""Small rules over few facts, and a slow, obvious oracle for what can be met together.

The oracle judges every rule on every point of a grid of whole designs with the audit's own
evaluator. It knows nothing of regions, formulas or solvers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, permutations, product
from operator import and_, or_
from typing import Any

from hypothesis import strategies as st

from compliance.conflicts import InForce
from compliance.evaluate import ZONE_FACT, judge
from compliance.verdicts import judge_rule
from habitat.facts import Fact
from habitat.units import quantity
from jurisdictions.binding import RuleBinding
from jurisdictions.predicate import All, Any_, InZone, LawNumber, Not, Predicate
from jurisdictions.regimes import Scope
from jurisdictions.rulebook import LawValue, ResolvedNumber, Rule

BINDS = Scope(True, "")
#: What the situation settles; claims are not made.
SITUATION: dict[str, Fact] = {
    "purpose": Fact("energy", "design"),
    ZONE_FACT: Fact(frozenset({"eez", "continental_shelf"}), "zone resolver"),
    "claims.peaceful_use": Fact(False, "claim not made"),
    "claims.seabed_title": Fact(False, "claim not made"),
}
FLAGS = ("environment.baseline_study", "end_of_life.removal_plan")
WORD, WORDS = "waste.treatment", ("none", "primary", "secondary", "tertiary")
RADIUS, BLOCKS = "safety_zone.radius", "contract.blocks"
ORDERS = ("<=", "<", ">=", ">", "=")


def make(
    name: str,
    *,
    priority: str = "safety",
    jurisdiction: str = "UNCLOS",
    instrument: str = "unclos",
    provision: str = "unclos:1",
    numbers: Mapping[str, LawValue | None] | None = None,
    **content: Any,
) -> InForce:
    """Build a rule in force; ``content`` is ``when``, ``require``, ``unless``, ``permit`` ..."""
    duty = {} if "permit" in content else {"remedy": "change it"}
    binding = RuleBinding.model_validate(
        {
            "id": name,
            "provision": provision,
            "title": "a rule on a fact",
            "class": priority,
            "severity": "major",
            "addressee": "operator",
            "effect": "direct",
            **duty,
            **content,
        }
    )
    resolved = tuple(
        ResolvedNumber(pointer=LawNumber(unit=unit), value=value)
        for unit, value in (numbers or {}).items()
    )
    return InForce(Rule(binding=binding, instrument=instrument, numbers=resolved), jurisdiction)


def law(value: float, comparator: str, unit: str, top: float | None = None) -> LawValue:
    """A number of the law."""
    return LawValue.model_validate(
        {
            "provision": "unclos:1",
            "span": "",
            "start": 0,
            "end": 0,
            "value": value,
            "value_max": top,
            "unit": unit,
            "comparator": comparator,
        }
    )


def bound(name: str, comparator: str, value: float, unit: str = "m", **options: Any) -> InForce:
    """A rule that bounds the radius of the safety zone by a number of the law."""
    top = options.pop("top", None)
    return make(
        name,
        require={"fact": RADIUS, "law": {"unit": unit}},
        numbers={unit: law(value, comparator, unit, top)},
        **options,
    )


# Generated rules ---------------------------------------------------------------------------------

_LENGTHS = ((1.0, "m"), (2.0, "m"), (2000.0, "mm"), (0.003, "km"), (3.0, "m"))
FLAG_LEAVES = st.builds(lambda f, v: {"fact": f, "is": v}, st.sampled_from(FLAGS), st.booleans())
WORD_LEAVES = st.builds(
    lambda words: {"fact": WORD, "in": words},
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True),
)
RADIUS_LEAVES = st.builds(
    lambda order, pair: {"fact": RADIUS, order: f"{pair[0]} {pair[1]}"},
    st.sampled_from(ORDERS),
    st.sampled_from(_LENGTHS),
)
BLOCK_LEAVES = st.one_of(
    st.builds(
        lambda order, count: {"fact": BLOCKS, order: count},
        st.sampled_from(ORDERS),
        st.sampled_from((0, 1, 2.5)),
    ),
    st.builds(lambda v: {"fact": BLOCKS, "known": v}, st.booleans()),
)
SITE_LEAVES = st.sampled_from(
    ({"zone": "eez"}, {"zone": "area"}, {"fact": "purpose", "is": "energy"})
)
CLAIM = st.just({"fact": "claims.peaceful_use", "is": True})


def _predicates(leaves: Any) -> Any:
    return st.recursive(
        st.one_of(leaves, leaves, leaves, SITE_LEAVES, CLAIM),
        lambda inner: st.one_of(
            st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=2)),
            st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=2)),
            st.builds(lambda part: {"not": part}, inner),
        ),
        max_leaves=3,
    )


#: Rules of one set speak of one or two kinds of facts, so that many of them meet.
_KINDS = (FLAG_LEAVES, WORD_LEAVES, RADIUS_LEAVES, BLOCK_LEAVES)
THEMES = tuple(
    (st.one_of(one, two), _predicates(st.one_of(one, two)))
    for place, one in enumerate(_KINDS)
    for two in _KINDS[place:]
)
#: Jurisdiction and instrument of a generated rule; see RELATIONS below.
PLACES = (
    ("UNCLOS", "unclos"),
    ("UNCLOS", "part-xi-agreement"),
    ("ISA", "isa-nodules"),
    ("US_OCSLA", "ocsla"),
    ("ENGINEERING", "engineering"),
)
CLASSES = ("environmental", "safety", "commercial", "procedural")


@st.composite
def rule_sets(draw: Any, most: int = 6, permissions: bool = False) -> list[InForce]:
    """Draw up to ``most`` rules, mostly simple ones, so that many of them conflict."""
    leaves, predicates = draw(st.sampled_from(THEMES))
    found = []
    for number in range(draw(st.integers(3, most))):
        jurisdiction, instrument = draw(st.sampled_from(PLACES))
        content: dict[str, Any] = {"require": draw(st.one_of(leaves, leaves, predicates))}
        if draw(st.integers(0, 3)) == 0:
            content["when"] = draw(predicates)
        if permissions and number == 0:
            content["permit"] = content.pop("require")
        elif draw(st.integers(0, 4)) == 0:
            content["unless"] = draw(st.one_of(predicates, CLAIM))
        found.append(
            make(
                f"r{number}",
                priority=draw(st.sampled_from(CLASSES)),
                jurisdiction=jurisdiction,
                instrument=instrument,
                **content,
            )
        )
    return found


# The oracle --------------------------------------------------------------------------------------


def designs() -> Iterator[dict[str, Fact]]:
    """Every design of the grid: all words and flags, numbers at and between all bounds used."""
    choices: dict[str, list[Any]] = {
        **{flag: [False, True] for flag in FLAGS},
        WORD: list(WORDS),
        RADIUS: [quantity(value, "m") for value in (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)],
        BLOCKS: [None, 0, 1, 2, 3],
    }
    for values in product(*choices.values()):
        point = {name: Fact(v, "design") for name, v in zip(choices, values, strict=True)}
        yield {**SITUATION, **point}


DESIGNS = tuple(designs())


ALL = (1 << len(DESIGNS)) - 1


def judged_at(item: InForce) -> int:
    """Return as bits the designs that meet a rule (or use a permission), by the audit's verdict."""
    permission = item.rule.binding.permit is not None
    wanted = ("satisfied",) if permission else ("satisfied", "inapplicable", "open_norm")
    return sum(
        1 << place
        for place, facts in enumerate(DESIGNS)
        if judge_rule(item.rule, BINDS, facts).verdict in wanted
    )


def met_at(item: InForce) -> int:
    """The same, faster: each leaf is judged once on all designs, and joined by Kleene's tables."""
    binding, rule = item.rule.binding, item.rule
    applies, excluded = _truths(binding.when, rule)
    if binding.zones:
        inside, outside = _truths(InZone(zone=binding.zones), rule)
        applies, excluded = applies & inside, excluded | outside
    if binding.permit is not None:
        return applies & _truths(binding.permit, rule)[0]
    excused = _truths(binding.unless, rule)[0] if binding.unless is not None else 0
    return excluded | applies & (_truths(binding.require, rule)[0] | excused)


_LEAVES: dict[str, tuple[int, int]] = {}


def _truths(predicate: Predicate | None, rule: Rule) -> tuple[int, int]:
    """Return the designs where a predicate is true, and those where it is false, as bits."""
    match predicate:
        case None:
            return ALL, 0
        case All(all=parts):
            pairs = [_truths(part, rule) for part in parts]
            return reduce(and_, (p[0] for p in pairs)), reduce(or_, (p[1] for p in pairs))
        case Any_(any=parts):
            pairs = [_truths(part, rule) for part in parts]
            return reduce(or_, (p[0] for p in pairs)), reduce(and_, (p[1] for p in pairs))
        case Not(not_=part):
            return _truths(part, rule)[::-1]
    key = f"{predicate!r} {rule.numbers!r}"
    if key not in _LEAVES:
        found = [judge(predicate, facts, rule).truth for facts in DESIGNS]
        _LEAVES[key] = (_bits(found, True), _bits(found, False))
    return _LEAVES[key]


def _bits(truths: Iterable[bool | None], wanted: bool) -> int:
    return sum(1 << place for place, truth in enumerate(truths) if truth is wanted)


@dataclass
class Oracle:
    """What brute force says of some rules."""

    bits: dict[str, int]
    goal: int = ALL

    def consistent(self, names: Iterable[str]) -> bool:
        together = self.goal
        for name in names:
            together &= self.bits[name]
        return together != 0

    def conflicts(self, size: int | None = None) -> list[tuple[str, ...]]:
        """All minimal conflicting sets, by trying every subset, the small ones first."""
        found: list[tuple[str, ...]] = []
        names = sorted(self.bits)
        for count in range(1, (size or len(names)) + 1):
            for subset in combinations(names, count):
                known = any(set(smaller) <= set(subset) for smaller in found)
                if not known and not self.consistent(subset):
                    found.append(subset)
        return sorted(found)

    def maximal(self, names: frozenset[str]) -> bool:
        return self.consistent(names) and not any(
            self.consistent(names | {name}) for name in self.bits if name not in names
        )

    def stricter(self, first: str, second: str) -> bool:
        one, two = self.bits[first], self.bits[second]
        return one != two and one & two == one

    def subtheories(self, before: Callable[[str, str], bool]) -> set[frozenset[str]]:
        """Preferred subtheories by definition: over every sequence that respects the order."""
        found = set()
        for sequence in permutations(sorted(self.bits)):
            pairs = combinations(sequence, 2)
            if any(before(later, earlier) for earlier, later in pairs):
                continue
            taken: frozenset[str] = frozenset()
            for name in sequence:
                if self.consistent(taken | {name}):
                    taken |= {name}
            found.add(taken)
        return found


def oracle(rules: Sequence[InForce]) -> Oracle:
    """Judge the rules on the whole grid; those that no design meets alone are left out."""
    bits = {item.id: met_at(item) for item in rules}
    return Oracle({name: found for name, found in bits.items() if found})
