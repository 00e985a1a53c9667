"""Twenty rules on tables of designs, by every engine at hand: rule evaluations each second.

Run as ``python -m benchmarks.engine [--designs N] [--repeats N] [--cases N]``. The same rules and
designs are judged by the interpreter, the tensor engine, OpenFisca-core, Rego, Cedar and a check
written by hand in NumPy for these rules alone, which is the limit: it works on the same blocks, so
that its columns stay in cache too. All must agree on every verdict. The tensor engine runs on NumPy
and on PyTorch's tensors of the processor, and both are held against the interpreter on random
designs and random rules (``--cases``, ``--torch-cases``), margins included.

Unknown facts are a twentieth of all. Times are the best of ``--repeats``, of processor time in one
thread, so that other work on the machine counts less.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from benchmarks.rival_engines import cedar, openfisca, rego  # noqa: E402
from benchmarks.twenty_rules import (  # noqa: E402
    BOUNDS,
    MUST,
    RULES,
    SATISFIED,
    UNDETERMINED,
    UNLESS,
    VIOLATED,
    WHEN,
    Array,
    rules,
    table,
)
from compliance.engine import CODES, Program  # noqa: E402
from compliance.engine.arrays import BLOCK  # noqa: E402
from compliance.engine.kinds import Kind, facts_at  # noqa: E402
from compliance.verdicts import judge_rule  # noqa: E402

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
        "Cedar (cedarpy)": (cedar(some, few), few, 1),
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
    print(f"tensor engine          {tensor / speeds['Cedar (cedarpy)']:,.0f} times Cedar")
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
