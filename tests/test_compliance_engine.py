"""The tensor engine says what the interpreter says: rule by rule, and for whole audits."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base import UsageError
from compliance.audit import audit
from compliance.conflicts import InForce, find_conflicts
from compliance.conflicts.order import StatedRelations
from compliance.engine import CODES, Constant, Levels, Number, Program
from compliance.engine.derived import Table, columns_of, kinds_of
from compliance.engine.edges import edges
from compliance.engine.kinds import facts_at, value_at
from compliance.engine.law import Law
from compliance.engine.program import INAPPLICABLE, OPEN, OVERRIDDEN
from compliance.engine.settling import Settler
from compliance.evaluate import excess
from compliance.settlement import _derogations
from compliance.shared import Shared
from compliance.sweep.parts import Judge
from compliance.sweep.space import load_space
from compliance.verdicts import judge_rule
from compliance.waivers import load_waivers
from habitat.derived import derived_facts
from habitat.design import Design
from habitat.units import quantity
from jurisdictions.regimes import Scope
from jurisdictions.rulebook import RuleBook
from tests.engine_cases import FLAGS, mismatches, random_rule, random_table
from tests.small_rules import make
from workbench.law import rulebook

BINDS = Scope(True, "")
DAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return rulebook(None)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(min_value=10_000, max_value=10**9))
def test_random_rules_on_random_designs_are_judged_alike(seed: int) -> None:
    assert mismatches(seed, rules=12, designs=40) == []


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(min_value=10_000, max_value=10**9))
def test_tensors_of_pytorch_judge_alike(seed: int) -> None:
    assert mismatches(seed, rules=12, designs=40, device="cpu") == []


@given(
    st.floats(min_value=-1e9, max_value=1e9).filter(lambda x: x == 0 or abs(x) > 1e-9),
    st.sampled_from((1.0, 0.001, 1000.0, 1852.0, 0.3048, 1 / 24, 0.01)),
)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_edges_are_the_last_numbers_that_count_as_equal(bound: float, scale: float) -> None:
    low, high = edges(bound, scale)
    assert low <= high
    for edge, beyond in ((low, -math.inf), (high, math.inf)):
        assert excess(edge * scale, bound) == 0.0
        assert excess(math.nextafter(edge, beyond) * scale, bound) != 0.0 or bound == 0.0


def test_a_rule_of_another_dimension_is_an_error_as_it_is_to_the_interpreter() -> None:
    rule = make("a", require={"fact": "safety_zone.radius", "<=": "3 hour"}).rule
    with pytest.raises(pint.DimensionalityError):
        Program([(rule, BINDS)], {"safety_zone.radius": Number("m")})


def test_an_unknown_number_is_neither_pass_nor_fail() -> None:
    rule = make("a", require={"fact": "safety_zone.radius", "<=": "500 m"}).rule
    program = Program([(rule, BINDS)], {"safety_zone.radius": Number("m")})
    columns = {"safety_zone.radius": np.array([500.0, 500.0000001, 501.0, np.nan])}
    found = program.run(columns, 4, margins=True, least=True)
    verdicts = ("satisfied", "satisfied", "violated", "undetermined")
    assert found.codes[0].tolist() == [CODES[name] for name in verdicts]  # type: ignore[index]
    assert found.margins is not None and found.least is not None
    assert found.margins[0, :3].tolist() == [0.0, 0.0, -1.0]
    assert np.isnan(found.margins[0, 3]) and np.isnan(found.least[3])


def test_tables_longer_than_a_block_are_judged_whole() -> None:
    rule = make("a", require={"fact": "contract.blocks", "<=": 40_000}).rule
    program = Program([(rule, BINDS)], {"contract.blocks": Number(None)})
    size = 100_001
    found = program.run({"contract.blocks": np.arange(size, dtype=np.float64)}, size)
    assert np.count_nonzero(found.codes == CODES["satisfied"]) == 40_001


def test_tensors_of_pytorch_give_the_bits_of_numpy_over_blocks() -> None:
    random = Random(5)
    schema, columns = random_table(random, 400)
    rules = [(random_rule(random, number), BINDS) for number in range(40)]
    program = Program(rules, schema)
    size = 400 * 50
    table = {name: np.tile(array, 50) for name, array in columns.items()}
    for array in table.values():
        array.flags.writeable = False
    one = program.run(table, size, margins=True, least=True)
    two = program.run(table, size, margins=True, least=True, device="cpu")
    assert one.margins is not None and two.margins is not None
    assert one.least is not None and two.least is not None
    assert np.array_equal(one.codes, two.codes)
    for here, there in ((one.margins, two.margins), (one.least, two.least)):
        assert here.dtype == there.dtype == np.float64
        assert here.tobytes() == there.tobytes()
    assert np.count_nonzero(~np.isnan(one.margins)) > size


def test_a_device_that_is_not_there_is_refused() -> None:
    for name in ("abacus", "cuda:99"):
        with pytest.raises(UsageError, match="no device"):
            Program([], {}).run({}, 0, device=name)


def test_conflicts_give_way_as_in_an_audit() -> None:
    assert sum(_overridden(seed) for seed in range(16)) > 50


def _overridden(seed: int) -> int:
    """Compare one set of rules on a table of designs; return how often one gave way."""
    overridden = 0
    random = Random(seed)
    rules = [_clashing(random, number).rule for number in range(7)]
    scopes = [Scope(random.choices((True, None), (9, 1))[0], "") for _ in rules]
    schema, columns = random_table(random, 30)
    program = Program(list(zip(rules, scopes, strict=True)), schema)
    force = [
        (row, InForce(rule, "UNCLOS"))
        for row, (rule, scope) in enumerate(zip(rules, scopes, strict=True))
        if scope.binding
    ]
    codes = program.run(columns, 30).codes
    alone = codes.copy()
    Settler(force, schema, StatedRelations()).apply(codes, columns)
    for design in range(30):
        settlement = find_conflicts(
            [item for _, item in force],
            facts_at(schema, columns, design),
            relations=StatedRelations(),
        )
        applied = frozenset(
            rule.id for row, rule in enumerate(rules) if alone[row, design] != INAPPLICABLE
        )
        losers = {*settlement.defeats, *_derogations(settlement, applied)}
        for row, rule in enumerate(rules):
            replaced = rule.id in losers and alone[row, design] not in (INAPPLICABLE, OPEN)
            wanted = OVERRIDDEN if replaced else alone[row, design]
            assert codes[row, design] == wanted, (rule.id, design)
            overridden += wanted == OVERRIDDEN
    return overridden


def _clashing(random: Random, number: int) -> InForce:
    """A rule on one of two flags or a length, under a claim, a purpose or always."""
    flag = {"fact": random.choice(FLAGS[:2]), "is": random.random() < 0.5}
    order = random.choice(("<=", ">="))
    length = {"fact": "safety_zone.radius", order: f"{random.choice((1, 2, 3))} km"}
    when = random.choice(
        (
            {},
            {"when": {"fact": "claims.peaceful_use", "is": random.random() < 0.5}},
            {"when": {"fact": "purpose", "in": ["energy"]}},
        )
    )
    word = "permit" if random.random() < 0.2 else "require"
    priority = random.choice(("environmental", "safety", "commercial", "procedural"))
    return make(
        f"rule-{number}", priority=priority, **{word: random.choice((flag, length))}, **when
    )


DERIVED = (
    "derived.buoyancy.flooding_ratio",
    "derived.hull.collapse_factor",
    "derived.hull.externally_loaded",
    "derived.hull.general_buckling_usage",
    "derived.hull.interframe_usage",
    "derived.hull.material_accepted",
    "derived.hull.stress_utilisation",
    "derived.hull.required_thickness",
    "derived.life_support.reserve",
    "derived.life_support.co2_time_to_limit",
    "derived.waste.capacity_ratio",
)


def _random_hulls(random: Random, size: int) -> Table:
    def numbers(low: float, high: float, *, known: float = 0.92) -> Any:
        return np.array(
            [
                math.exp(random.uniform(math.log(low), math.log(high)))
                if random.random() < known
                else math.nan
                for _ in range(size)
            ]
        )

    schema: dict[str, Any] = {}
    columns: dict[str, Any] = {}
    measured: dict[str, tuple[str | None, Any]] = {
        "site.depth": ("m", numbers(1.0, 11_000.0)),
        "site.latitude": ("degree", numbers(1.0, 89.0, known=1.0)),
        "hull.inner_diameter": ("m", numbers(1.0, 10.0)),
        "hull.thickness": ("mm", numbers(1.0, 300.0)),
        "hull.length": ("m", numbers(1.0, 30.0)),
        "hull.frame_spacing": ("mm", numbers(200.0, 3000.0)),
        "hull.bulkhead_spacing": ("m", numbers(0.3, 20.0)),
        "hull.frame_second_moment": ("m**4", numbers(1e-7, 1e-3)),
        "hull.internal_pressure": ("atmosphere", numbers(0.9, 1.2)),
        "hull.yield_strength": ("MPa", numbers(200.0, 1000.0, known=0.3)),
        "buoyancy.emergency": ("kilonewton", numbers(1.0, 100.0)),
        "crew.mission_duration": ("day", numbers(1.0, 100.0)),
        "life_support.oxygen_capacity": ("kg", numbers(10.0, 1000.0)),
        "waste.storage_capacity": ("liter", numbers(10.0, 10_000.0)),
        "life_support.free_volume": ("m**3", numbers(1.0, 100.0)),
        "life_support.co2_limit": ("kPa", numbers(0.1, 1.0)),
    }
    people = [random.choice((math.nan, 0.0, 1.0, 6.0)) for _ in range(size)]
    measured["crew.persons"] = (None, np.array(people))
    for name, (unit, array) in measured.items():
        schema[name], columns[name] = Number(unit), array
    worded: dict[str, tuple[Any, ...]] = {
        "hull.form": ("sphere", "cylinder", "sphere", "cylinder", None),
        "hull.material": ("EH36", "Ti-6Al-4V", "HY-80", "acrylic", "unobtainium", None),
        "hull.decompression_in_place": (True, False, None),
        "hull.youngs_modulus": (None, quantity(200, "GPa")),
        "buoyancy.floodable_volume": (None, quantity(0, "L"), quantity(5000, "L")),
    }
    for name, values in worded.items():
        schema[name] = Levels(values)
        codes = [random.randrange(len(values)) for _ in range(size)]
        columns[name] = np.array(codes, dtype=np.uint8)
    return Table(schema, columns, size)


@pytest.mark.parametrize("seed", range(2))
def test_derived_facts_are_those_of_each_design_to_the_last_bit(seed: int) -> None:
    table = _random_hulls(Random(seed), 60)
    kinds = kinds_of(table.schema, DERIVED)
    columns = columns_of(table, kinds)
    known = 0
    for row in range(table.size):
        facts = derived_facts(_one(table, row))
        for name in DERIVED:
            wanted = facts[name].value
            found = value_at(kinds[name], columns.get(name), row)
            if wanted is None or isinstance(wanted, bool):
                assert found is wanted, (name, row)
            else:
                known += 1
                assert found.magnitude == wanted.to(found.units).magnitude, (name, row)  # type: ignore[union-attr]
    assert known > 100


def _one(table: Table, row: int) -> Design:
    data: dict[str, Any] = {"name": "a", "purpose": "other", "site": {"longitude": 0.0}}
    for name, kind in table.schema.items():
        value = value_at(kind, table.columns.get(name), row)
        if value is not None:
            section, key = name.split(".")
            bare = name == "site.latitude"
            data.setdefault(section, {})[key] = float(value.magnitude) if bare else value
    return Design.model_validate(data)


def test_derived_facts_of_one_hull_are_constants() -> None:
    schema = {
        "site.latitude": Constant(quantity(10.0, "degree")),
        "site.depth": Constant(quantity(800, "m")),
        "hull.form": Constant("sphere"),
        "hull.material": Constant("HY-80"),
        "hull.inner_diameter": Constant(quantity(4, "m")),
        "hull.thickness": Constant(quantity(60, "mm")),
        "hull.internal_pressure": Constant(quantity(1, "atm")),
        "safety_zone.radius": Number("m"),
    }
    kinds = kinds_of(schema, ["derived.hull.collapse_factor"])
    assert isinstance(kinds["derived.hull.collapse_factor"], Constant)
    assert kinds["derived.hull.collapse_factor"].value.magnitude > 1.0


def test_a_reserve_given_in_some_designs_only_is_worked_out_in_the_others() -> None:
    schema: dict[str, Any] = {
        "life_support.oxygen_reserve": Levels((None, quantity(2, "day"))),
        "life_support.oxygen_capacity": Constant(quantity(200, "kg")),
        "crew.persons": Constant(6),
        "crew.mission_duration": Constant(quantity(28, "day")),
        "site.latitude": Constant(quantity(10.0, "degree")),
    }
    table = Table(schema, {"life_support.oxygen_reserve": np.array([0, 1], dtype=np.uint8)}, 2)
    kinds = kinds_of(schema, ["derived.life_support.reserve"])
    found = columns_of(table, kinds)["derived.life_support.reserve"]
    assert found[1] == 48.0
    assert found[0] == pytest.approx((200 / (0.84 * 6) - 28) * 24)


SPACE = """
base: {base}
axes:
  site:
    - {{latitude: 37.84, longitude: -31.52}}
    - {{latitude: 13.5, longitude: -116.5}}
    - {{latitude: 28.0, longitude: -89.5}}
    - {{latitude: 24.6, longitude: -81.3}}
    - {{latitude: 57.5, longitude: 3.0}}
    - {{latitude: 46.0, longitude: 7.0}}
  purpose: [scientific_research, mineral_exploration, mineral_exploitation, military]
  operator_state: [FRA, USA, null]
  contract.resource: [null, nodules]
  claims.safety_zone_exception_authorised: [true, false]
  claims.gulf_of_mexico_lease: [true, null]
  claims.research_by_coastal_state: [true, false]
  consents.coastal_state: [true, false, null]
  vulnerability:
    - {{site.marine_protected_area: true, site.vulnerable_ecosystem: seamount}}
    - {{site.marine_protected_area: null, site.vulnerable_ecosystem: none}}
  site.depth: {{latin: [100 m, 5000 m]}}
  hull.thickness: {{uniform: [10 mm, 150 mm]}}
  safety_zone.radius: {{latin: [200 m, 0.5 nmi]}}
  crew.persons: {{uniform: [0, 12]}}
samples: 50
"""


def test_whole_audits_agree_rule_by_rule(book: RuleBook, tmp_path: Path, project: Path) -> None:
    text = SPACE.format(base=project / "examples" / "azores_vent_station.yaml")
    (tmp_path / "space.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "waivers.yaml").write_text(
        "waivers:\n- {provision: 'unclos:60.5', reason: agreed with the harbour master, "
        "who: A. Reviewer, until: none}\n",
        encoding="utf-8",
    )
    waivers = load_waivers(tmp_path / "waivers.yaml")
    space = load_space(tmp_path / "space.yaml")
    law, shared = Law(book, DAY, waivers=waivers), Shared(book)
    judge = Judge(space, law)
    seen: set[str] = set()
    for place in Random(4).sample(range(space.size), 40):
        wanted = audit(space.design(place), book, as_of=DAY, waivers=waivers, shared=shared)
        columns = space.columns(place, place + 1)
        ((_, design),) = judge._places(columns, 1)
        engine = law.engine(design, space.schema)
        found = engine.judge(columns, 1, margins=True)
        assert found.margins is not None
        on_torch = engine.judge(columns, 1, margins=True, device="cpu")
        assert on_torch.margins is not None
        assert np.array_equal(on_torch.codes, found.codes)
        assert on_torch.margins.tobytes() == found.margins.tobytes()
        rows = {name: row for row, name in enumerate(found.rules)}
        for finding in wanted.findings:
            seen.add(finding.verdict)
            if finding.rule is None:
                continue
            if finding.rule not in rows:
                assert finding.verdict == "inapplicable"
                continue
            row = rows[finding.rule]
            assert found.codes[row, 0] == CODES[finding.verdict], (place, finding.rule)
            margin = found.margins[row, 0]
            assert (None if np.isnan(margin) else margin) == finding.margin
        for verdict, count in wanted.totals.items():
            assert found.count(verdict)[0] == count, (place, verdict)
        assert ("lawful", "undetermined", "violated")[found.verdicts[0]] == wanted.verdict
    assert {"violated", "undetermined", "open_norm", "satisfied", "waived"} <= seen


def test_judge_rule_needs_nothing_but_values() -> None:
    rule = make("a", require={"fact": "environment.baseline_study", "is": True}).rule
    facts = facts_at({"environment.baseline_study": Constant(True)}, {}, 0)
    assert judge_rule(rule, BINDS, facts).verdict == "satisfied"
