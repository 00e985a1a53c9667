"""The same twenty rules in engines of others: OpenFisca-core, Rego (regopy) and Cedar (cedarpy).

Each function takes a table of designs and returns what judges it, as verdict codes of shape
(rules, designs).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.twenty_rules import (
    BOUNDS,
    FLAGS,
    MUST,
    NUMBERS,
    OUT,
    RULES,
    SATISFIED,
    UNDETERMINED,
    UNLESS,
    VIOLATED,
    WHEN,
    Array,
)

# OpenFisca ----------------------------------------------------------------------------------------


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


# Cedar --------------------------------------------------------------------------------------------

#: Cedar has no fractions of more than four digits. Numbers of at least 1 that a float32 holds are
#: whole multiples of 2**-23, and so are the bounds: as counts of these they compare exactly.
CEDAR_SCALE = 2**23


def cedar(columns: dict[str, Array], size: int) -> Callable[[], Array]:
    """Return what judges the designs with Cedar, one request for all twenty rules of a design.

    A permission stands for each rule and each verdict that is told; the answer names those that
    applied. A rule of which none applied is undetermined.
    """
    from cedarpy import Entities, PolicySet, is_authorized

    policies = PolicySet.from_str(_cedar_text())
    nothing = Entities.from_json_str("[]")
    requests = []
    for row in range(size):
        context: dict[str, Any] = {}
        for name in NUMBERS:
            number = float(columns[name][row])
            if number == number:
                context[name.replace(".", "_")] = int(number * CEDAR_SCALE)
        for name in FLAGS:
            if columns[name][row] != 2:
                context[name.replace(".", "_")] = bool(columns[name][row])
        requests.append(
            {
                "principal": 'Design::"one"', "action": 'Action::"judge"',
                "resource": 'Law::"twenty"', "context": context,
            }
        )  # fmt: skip

    def run() -> Array:
        found = np.full((RULES, size), UNDETERMINED, dtype=np.int8)
        for row, request in enumerate(requests):
            told = is_authorized(request, policies, nothing).diagnostics
            for label in told.id_annotations_by_reason.values():
                rule, code = label.split()
                found[int(rule), row] = int(code)
        return found

    return run


def _cedar_text() -> str:
    lines: list[str] = []
    opposite = {"<=": ">", "<": ">=", ">=": "<", ">": "<="}

    def clause(rule: int, code: int, *body: str) -> None:
        lines.append(
            f'@id("{rule} {code}") permit(principal, action, resource) '
            f"when {{ {' && '.join(body)} }};"
        )

    def number(bound: tuple[str, str, float], *, met: bool) -> str:
        fact, order, value = bound
        name, whole = fact.replace(".", "_"), int(value * CEDAR_SCALE)
        order = order if met else opposite[order]
        return f"context has {name} && context.{name} {order} {whole}"

    def flag(name: str, value: bool) -> str:
        name = name.replace(".", "_")
        return f"context has {name} && {'' if value else '!'}context.{name}"

    rule = 0
    for bound in BOUNDS:
        clause(rule, SATISFIED, number(bound, met=True))
        clause(rule, VIOLATED, number(bound, met=False))
        rule += 1
    for name in MUST:
        clause(rule, SATISFIED, flag(name, True))
        clause(rule, VIOLATED, flag(name, False))
        rule += 1
    for bound, name in WHEN:
        clause(rule, OUT, number(bound, met=False))
        clause(rule, SATISFIED, number(bound, met=True), flag(name, True))
        clause(rule, VIOLATED, number(bound, met=True), flag(name, False))
        rule += 1
    for bound, name in UNLESS:
        clause(rule, SATISFIED, number(bound, met=True))
        clause(rule, SATISFIED, flag(name, True))
        clause(rule, VIOLATED, number(bound, met=False), flag(name, False))
        rule += 1
    return "\n".join(lines) + "\n"
