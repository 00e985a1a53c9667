"""Engines of others judge the twenty rules of the benchmark as the check by hand does."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from benchmarks.engine import by_hand, by_interpreter
from benchmarks.rival_engines import cedar, openfisca, rego
from benchmarks.twenty_rules import RULES, rules, table
from compliance.engine import Program
from tests.conftest import skip_or_fail

SIZE = 300
SCHEMA, COLUMNS = table(SIZE)


def test_the_table_meets_every_verdict_of_every_kind() -> None:
    found = by_hand(COLUMNS, SIZE)
    assert found.shape == (RULES, SIZE)
    assert all(len(np.unique(row)) >= 3 for row in found)


def test_the_interpreter_and_the_tensor_engine_agree() -> None:
    expected = by_hand(COLUMNS, SIZE)
    assert np.array_equal(Program(rules(), SCHEMA).run(COLUMNS, SIZE).codes, expected)
    some = {name: array[:40] for name, array in COLUMNS.items()}
    assert np.array_equal(by_interpreter(SCHEMA, some, 40), expected[:, :40])


@pytest.mark.parametrize(
    ("package", "made"), [("openfisca_core", openfisca), ("regopy", rego), ("cedarpy", cedar)]
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_engines_of_others_agree(package: str, made: object) -> None:
    try:
        importlib.import_module(package)
    except ImportError:
        skip_or_fail(f"no {package} (pip install 'bathylex[bench]')")
    assert callable(made)
    assert np.array_equal(made(COLUMNS, SIZE)(), by_hand(COLUMNS, SIZE))
