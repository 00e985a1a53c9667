"""Twenty rules on tables of designs, by every engine at hand: rule evaluations each second.

Run as ``python -m benchmarks.engine [--designs N] [--repeats N] [--cases N]``. The same rules and
designs are judged by the interpreter, the tensor engine, OpenFisca-core, Rego (regopy) and a check
written by hand in NumPy for these rules alone, which is the limit: it works on the same blocks, so
that its columns stay in cache too. All must agree on every verdict. The tensor engine runs on NumPy
and on PyTorch's tensors of the processor, and both are held against the interpreter on random
designs and random rules (``--cases``, ``--torch-cases``), margins included.

Unknown facts are a twentieth of all. Times are the best of ``--repeats``, of processor time in one
thread, so that other work on the machine counts less.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from compliance.engine import CODES, Constant, Levels, Number, Program  # noqa: E402
from compliance.engine.arrays import BLOCK  # noqa: E402
from compliance.engine.kinds import Kind, facts_at  # noqa: E402
from compliance.verdicts import judge_rule  # noqa: E402
from jurisdictions.binding import RuleBinding  # noqa: E402
from jurisdictions.regimes import Scope  # noqa: E402
from jurisdictions.rulebook import Rule  # noqa: E402

Array = NDArray[Any]

#: Number facts: unit, lowest and highest value of the random designs.
NUMBERS = {
    "safety_zone.radius": ("m", 200.0, 800.0),
    "noise.received_level": ("dB", 90.0, 140.0),
    "discharges.oil_in_water": ("mg/L", 1.0, 30.0),
    "life_support.oxygen_reserve": ("hour", 20.0, 200.0),
    "reporting.annual_report_within": ("day", 20.0, 150.0),
    "waste.storage_capacity": ("L", 100.0, 900.0),
}
FLAGS = (
    "consents.coastal_state",
    "consents.research",
    "environment.impact_assessment",
    "environment.monitoring_programme",
    "end_of_life.removal_plan",
    "conformity.registered",
)
#: Fact, order, bound: twelve bounds.
BOUNDS = (
    ("safety_zone.radius", "<=", 500.0),
    ("safety_zone.radius", ">=", 250.0),
    ("noise.received_level", "<=", 120.0),
    ("noise.received_level", "<", 135.0),
    ("discharges.oil_in_water", "<=", 15.0),
    ("discharges.oil_in_water", "<", 25.0),
    ("life_support.oxygen_reserve", ">=", 96.0),
    ("life_support.oxygen_reserve", ">", 36.0),
    ("reporting.annual_report_within", "<=", 90.0),
    ("reporting.annual_report_within", "<=", 120.0),
    ("waste.storage_capacity", ">=", 300.0),
    ("waste.storage_capacity", ">=", 150.0),
)
#: Four flags that must be so.
MUST = FLAGS[:4]
#: Where a bound holds, a flag must be so: condition and flag.
WHEN = (
    (("safety_zone.radius", ">", 400.0), "end_of_life.removal_plan"),
    (("noise.received_level", ">=", 100.0), "conformity.registered"),
)
#: A bound, unless a flag is so.
UNLESS = (
    (("waste.storage_capacity", ">=", 500.0), "consents.research"),
    (("discharges.oil_in_water", "<=", 10.0), "environment.impact_assessment"),
)
UNKNOWN_SHARE = 0.05
VIOLATED, UNDETERMINED, SATISFIED, OUT = (
    CODES[name] for name in ("violated", "undetermined", "satisfied", "inapplicable")
)
RULES = len(BOUNDS) + len(MUST) + len(WHEN) + len(UNLESS)


def _rule(number: int, **content: Any) -> Rule:
    binding = RuleBinding.model_validate(
        {
            "id": f"rule-{number}",
            "provision": "unclos:1",
            "title": "a rule of twenty",
            "class": "safety",
            "severity": "major",
            "addressee": "operator",
            "effect": "direct",
            "remedy": "change it",
            **content,
        }
    )
    return Rule(binding=binding, instrument="unclos")


def _test(bound: tuple[str, str, float]) -> dict[str, Any]:
    fact, order, value = bound
    return {"fact": fact, order: f"{value:g} {NUMBERS[fact][0]}"}


def _is(flag: str) -> dict[str, Any]:
    return {"fact": flag, "is": True}


def rules() -> list[tuple[Rule, Scope]]:
    """Return the twenty rules as the rule book would have them."""
    contents = [
        *({"require": _test(bound)} for bound in BOUNDS),
        *({"require": _is(flag)} for flag in MUST),
        *({"when": _test(bound), "require": _is(flag)} for bound, flag in WHEN),
        *({"require": _test(bound), "unless": _is(flag)} for bound, flag in UNLESS),
    ]
    return [(_rule(place, **content), Scope(True, "")) for place, content in enumerate(contents)]


def table(size: int) -> tuple[dict[str, Kind], dict[str, Array]]:
    """Return designs at random: numbers with NaN, flags as 0 no, 1 yes, 2 unknown."""
    chance = np.random.default_rng(7)
    schema: dict[str, Kind] = {}
    columns: dict[str, Array] = {}
    for name, (unit, low, high) in NUMBERS.items():
        schema[name] = Number(unit)
        # Rounded to what a float32 holds, so that engines of less precision see the same numbers.
        columns[name] = chance.uniform(low, high, size).astype(np.float32).astype(np.float64)
        columns[name][chance.random(size) < UNKNOWN_SHARE] = np.nan
    for name in FLAGS:
        schema[name] = Levels((False, True, None))
        columns[name] = (chance.random(size) < 0.7).astype(np.uint8)
        columns[name][chance.random(size) < UNKNOWN_SHARE] = 2
    schema["zone.zones"] = Constant(frozenset({"eez"}))
    return schema, columns


# By hand ------------------------------------------------------------------------------------------


def by_hand(columns: dict[str, Array], size: int) -> Array:
    """Check the twenty rules as one would write them down for these rules alone."""
    codes = np.empty((RULES, size), dtype=np.int8)
    for start in range(0, size, BLOCK):
        part = {name: array[start : start + BLOCK] for name, array in columns.items()}
        _hand_block(part, codes[:, start : start + BLOCK])
    return codes


def _sides(part: dict[str, Array], bound: tuple[str, str, float]) -> tuple[Array, Array]:
    fact, order, value = bound
    numbers, slack = part[fact], value * 1e-9
    match order:
        case "<=":
            return numbers <= value + slack, numbers > value + slack
        case "<":
            return numbers < value - slack, numbers >= value - slack
        case ">=":
            return numbers >= value - slack, numbers < value - slack
    return numbers > value + slack, numbers <= value + slack


def _hand_block(part: dict[str, Array], codes: Array) -> None:
    row = 0
    for bound in BOUNDS:
        met, failed = _sides(part, bound)
        codes[row] = UNDETERMINED + 4 * met.view(np.int8) - failed.view(np.int8)
        row += 1
    for flag in MUST:
        codes[row] = np.array([VIOLATED, SATISFIED, UNDETERMINED], dtype=np.int8)[part[flag]]
        row += 1
    for bound, flag in WHEN:
        inside, outside = _sides(part, bound)
        yes, no = part[flag] == 1, part[flag] == 0
        codes[row] = (
            UNDETERMINED
            + 4 * (inside & yes).view(np.int8)
            - (inside & no).view(np.int8)
            + 5 * outside.view(np.int8)
        )
        row += 1
    for bound, flag in UNLESS:
        met, failed = _sides(part, bound)
        yes, no = part[flag] == 1, part[flag] == 0
        codes[row] = UNDETERMINED + 4 * (met | yes).view(np.int8) - (failed & no).view(np.int8)
        row += 1


# The interpreter ----------------------------------------------------------------------------------


def by_interpreter(schema: dict[str, Kind], columns: dict[str, Array], size: int) -> Array:
    """Judge design after design as an audit does."""
    made = rules()
    codes = np.empty((RULES, size), dtype=np.int8)
    for row in range(size):
        facts = facts_at(schema, columns, row)
        for place, (rule, scope) in enumerate(made):
            codes[place, row] = CODES[judge_rule(rule, scope, facts).verdict]
    return codes


# OpenFisca ----------------------------------------------------------------------------------------


def openfisca(columns: dict[str, Array], size: int) -> Callable[[], Array]:
    """Return what judges the designs with OpenFisca: variables with formulas of arrays.

    The simulation is built beforehand; only its inputs and answers are timed.
    """
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    entity = build_entity(key="design", plural="designs", label="design", is_person=True)
    system = TaxBenefitSystem([entity])

    def variable(name: str, kind: type, formula: Any = None) -> None:
        body: dict[str, Any] = {
            "value_type": kind,
            "entity": entity,
            "definition_period": DateUnit.MONTH,
            "label": name,
        }
        if formula is not None:
            body["formula"] = formula
        system.add_variable(type(name, (Variable,), body))

    def called(name: str) -> str:
        return name.replace(".", "_")

    for name in NUMBERS:
        variable(called(name), float)
    for name in FLAGS:
        variable(called(name), int)
    for place, formula in enumerate(_openfisca_formulas(called)):
        variable(f"rule_{place}", int, formula)
    inputs = {called(name): array for name, array in columns.items()}

    builder = SimulationBuilder()
    builder.create_entities(system)
    builder.declare_person_entity("design", range(size))
    simulation = builder.build(system)

    def run() -> Array:
        # Setting an input anew drops no answer: each is asked for afresh.
        for place in range(RULES):
            simulation.delete_arrays(f"rule_{place}")
        for name, array in inputs.items():
            simulation.set_input(name, "2026-01", array)
        found = [simulation.calculate(f"rule_{place}", "2026-01") for place in range(RULES)]
        return np.array(found)

    return run


def _openfisca_formulas(called: Callable[[str], str]) -> list[Any]:
    def sides(design: Any, period: Any, bound: tuple[str, str, float]) -> tuple[Any, Any]:
        fact, order, value = bound
        numbers = design(called(fact), period)
        met = {
            "<=": np.less_equal,
            "<": np.less,
            ">=": np.greater_equal,
            ">": np.greater,
        }[order](numbers, np.float32(value))
        return met, np.isnan(numbers)

    def bounded(bound: Any) -> Any:
        def formula(design: Any, period: Any) -> Any:
            met, unknown = sides(design, period, bound)
            return np.where(unknown, UNDETERMINED, np.where(met, SATISFIED, VIOLATED))

        return formula

    def flagged(flag: str) -> Any:
        def formula(design: Any, period: Any) -> Any:
            given = design(called(flag), period)
            return np.select([given == 1, given == 0], [SATISFIED, VIOLATED], default=UNDETERMINED)

        return formula

    def when(bound: Any, flag: str) -> Any:
        def formula(design: Any, period: Any) -> Any:
            inside, unknown = sides(design, period, bound)
            given = design(called(flag), period)
            return np.select(
                [unknown, ~inside, given == 1, given == 0],
                [UNDETERMINED, OUT, SATISFIED, VIOLATED],
                default=UNDETERMINED,
            )

        return formula

    def unless(bound: Any, flag: str) -> Any:
        def formula(design: Any, period: Any) -> Any:
            met, unknown = sides(design, period, bound)
            given = design(called(flag), period)
            return np.select(
                [met | (given == 1), unknown | (given == 2)],
                [SATISFIED, UNDETERMINED],
                default=VIOLATED,
            )

        return formula

    return [
        *(bounded(bound) for bound in BOUNDS),
        *(flagged(flag) for flag in MUST),
        *(when(bound, flag) for bound, flag in WHEN),
        *(unless(bound, flag) for bound, flag in UNLESS),
    ]


# Rego ---------------------------------------------------------------------------------------------


def rego(columns: dict[str, Array], size: int) -> Callable[[], Array]:
    """Return what judges the designs with Rego, one query for all twenty rules of a design."""
    from regopy import Interpreter

    interpreter = Interpreter()
    interpreter.add_module("twenty", _rego_text())
    inputs = []
    for row in range(size):
        given: dict[str, Any] = {}
        for name in NUMBERS:
            number = float(columns[name][row])
            if number == number:
                given[name.replace(".", "_")] = number
        for name in FLAGS:
            if columns[name][row] != 2:
                given[name.replace(".", "_")] = bool(columns[name][row])
        inputs.append(given)
    codes = {"violated": VIOLATED, "undetermined": UNDETERMINED, "satisfied": SATISFIED}
    codes["inapplicable"] = OUT

    def run() -> Array:
        found = np.empty((RULES, size), dtype=np.int8)
        for row, given in enumerate(inputs):
            interpreter.set_input(given)
            answer = json.loads(str(interpreter.query("data.twenty.all")))["expressions"][0]
            found[:, row] = [codes[word] for word in answer]
        return found

    return run


def _rego_text() -> str:
    lines = ["package twenty"]

    def clause(name: str, verdict: str, *body: str) -> None:
        lines.append(f'{name} := "{verdict}" if {{ {"; ".join(body)} }}')

    opposite = {"<=": ">", "<": ">=", ">=": "<", ">": "<="}

    def number(bound: tuple[str, str, float], *, met: bool) -> str:
        fact, order, value = bound
        return f"input.{fact.replace('.', '_')} {order if met else opposite[order]} {value}"

    def flag(name: str, value: str) -> str:
        return f"input.{name.replace('.', '_')} == {value}"

    place = 0
    for bound in BOUNDS:
        lines.append(f'default r{place} := "undetermined"')
        clause(f"r{place}", "satisfied", number(bound, met=True))
        clause(f"r{place}", "violated", number(bound, met=False))
        place += 1
    for name in MUST:
        lines.append(f'default r{place} := "undetermined"')
        clause(f"r{place}", "satisfied", flag(name, "true"))
        clause(f"r{place}", "violated", flag(name, "false"))
        place += 1
    for bound, name in WHEN:
        lines.append(f'default r{place} := "undetermined"')
        clause(f"r{place}", "inapplicable", number(bound, met=False))
        clause(f"r{place}", "satisfied", number(bound, met=True), flag(name, "true"))
        clause(f"r{place}", "violated", number(bound, met=True), flag(name, "false"))
        place += 1
    for bound, name in UNLESS:
        lines.append(f'default r{place} := "undetermined"')
        clause(f"r{place}", "satisfied", number(bound, met=True))
        clause(f"r{place}", "satisfied", flag(name, "true"))
        clause(f"r{place}", "violated", number(bound, met=False), flag(name, "false"))
        place += 1
    lines.append(f"all := [{', '.join(f'r{number}' for number in range(place))}]")
    return "\n".join(lines) + "\n"


# All together -------------------------------------------------------------------------------------


def best(run: Callable[[], Array], repeats: int) -> tuple[float, Array]:
    """Return the least processor time that something took, and what it gave."""
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        found = run()
        taken.append(time.process_time() - start)
    return min(taken), found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--designs", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--torch-cases", type=int, default=10_000)
    options = parser.parse_args()
    size, few = options.designs, min(2000, options.designs)
    schema, columns = table(size)
    some = {name: array[:few] for name, array in columns.items()}
    program = Program(rules(), schema)

    def on_torch(device: str, *, margins: bool = False) -> Callable[[], Array]:
        return lambda: program.run(columns, size, margins=margins, device=device).codes

    runs: dict[str, tuple[Callable[[], Array], int, int]] = {
        "numpy by hand": (lambda: by_hand(columns, size), size, options.repeats),
        "tensor engine": (lambda: program.run(columns, size).codes, size, options.repeats),
        "tensor, with margins": (
            lambda: program.run(columns, size, margins=True).codes,
            size,
            options.repeats,
        ),
        "tensor, on PyTorch": (on_torch("cpu"), size, options.repeats),
        "PyTorch, with margins": (on_torch("cpu", margins=True), size, options.repeats),
        "OpenFisca-core": (openfisca(columns, size), size, options.repeats),
        "interpreter": (lambda: by_interpreter(schema, some, few), few, 1),
        "Rego (regopy)": (rego(some, few), few, 1),
    }
    truth = by_hand(columns, size)
    speeds: dict[str, float] = {}
    wrong = 0
    print(f"{RULES} rules, {size:,} designs; {few:,} for engines that take them one by one")
    for name, (run, count, repeats) in runs.items():
        seconds, codes = best(run, repeats)
        speeds[name] = RULES * count / seconds
        differ = int(np.count_nonzero(codes != truth[:, :count]))
        wrong += differ
        print(f"{name:22} {speeds[name]:16,.0f} rule evaluations/s   {differ} verdicts differ")
    tensor = speeds["tensor engine"]
    slower = speeds["numpy by hand"] / tensor
    faster = tensor / speeds["OpenFisca-core"]
    torch_slower = tensor / speeds["tensor, on PyTorch"]
    print(f"tensor engine          {torch_slower:.2f} times its time on PyTorch's tensors")
    print(f"tensor engine          {slower:.2f} times the time of numpy by hand (bar 3)")
    print(f"tensor engine          {faster:.1f} times as fast as OpenFisca-core (bar 5)")
    print(f"tensor engine          {tensor / speeds['interpreter']:,.0f} times the interpreter")
    print(f"tensor engine          {tensor / speeds['Rego (regopy)']:,.0f} times Rego")
    missed = tensor < 1e7 or slower > 3.0 or faster < 5.0 or wrong > 0
    for device, cases in ((None, options.cases), ("cpu", options.torch_cases)):
        compared, different = differential(cases, device)
        library = "NumPy" if device is None else "PyTorch"
        print(f"{library:22} {compared:,} random designs compared with the interpreter, each under")
        print(f"                       20 random rules, with margins: {different} differ (bar 0)")
        missed |= different > 0
    return int(missed)


def differential(cases: int, device: str | None = None) -> tuple[int, int]:
    """Return how many random designs were compared, and how many differences there were."""
    from tests.engine_cases import mismatches

    compared = different = seed = 0
    while compared < cases:
        count = min(100, cases - compared)
        different += len(mismatches(seed, rules=20, designs=count, device=device))
        compared += count
        seed += 1
    return compared, different


if __name__ == "__main__":
    sys.exit(main())
