"""What the rules say on stated facts alone, for many designs at once, by the tensor engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from compliance.engine.kinds import Array, Constant, Kind, Levels, Number
from compliance.engine.law import SiteEngine, TableVerdicts
from compliance.engine.program import UNDETERMINED, VIOLATED
from compliance.scoring.dataset import SCORED
from habitat.facts import facts_of

if TYPE_CHECKING:
    from compliance.engine.law import Law
    from compliance.situation import Situation
    from habitat.design import Design

#: Values of a number that are put to the interpreter one by one; more become a column of floats.
_FEW = 32
_REFUTABLE = ("research_by_coastal_state", "gulf_of_mexico_lease")


@dataclass(frozen=True)
class Ruled:
    """What the rules say of some designs.

    Attributes:
        answers: for each design, what they say of each jurisdiction:
            ``violated``, ``compliant`` or nothing yet, as
            :func:`compliance.scoring.answers.verdict_of` has it of an audit; empty where no design
            was given.
        tables: verdicts by provision, of the designs under each law, with their number.
    """

    answers: list[dict[str, str | None]]
    tables: list[tuple[TableVerdicts, int]] = field(default_factory=list)


def situation_of(design: Design, law: Law) -> Situation:
    """Return where a design is, and the law there; claims that the place may refute are made.

    Raises:
        DesignError: the design asserts something impossible about its site.
    """
    claims = design.claims.model_copy(update=dict.fromkeys(_REFUTABLE, True))
    return law.situation(design.model_copy(update={"claims": claims}))


def ruled(designs: Sequence[tuple[Design, Situation] | None], law: Law) -> Ruled:
    """Judge stated designs, all under one law at once; ``None`` stands for one that has none.

    Args:
        designs: each with its situation (:func:`situation_of`).
        law: that applies.
    """
    groups: dict[Any, list[int]] = {}
    for row, item in enumerate(designs):
        if item is not None:
            groups.setdefault(law.key(item[1]), []).append(row)
    found = Ruled([{} for _ in designs])
    owner = {
        rule.id: law.book.instrument_by_id[rule.instrument].instrument.jurisdiction
        for rule in law.book.rules
    }
    for rows in groups.values():
        here = [item for row in rows if (item := designs[row]) is not None]
        schema, columns = table_of([design for design, _ in here])
        verdicts = SiteEngine(law, here[0][1], schema).judge(columns, len(rows))
        found.tables.append((verdicts, len(rows)))
        for row, answers in zip(rows, _by_jurisdiction(verdicts, owner, len(rows)), strict=True):
            found.answers[row] = answers
    return found


def _by_jurisdiction(
    verdicts: TableVerdicts, owner: dict[str, str], size: int
) -> list[dict[str, str | None]]:
    owners = np.array([owner[name] for name in verdicts.rules])
    answers: list[dict[str, str | None]] = [{} for _ in range(size)]
    for name in SCORED:
        codes = verdicts.codes[owners == name]
        violated = np.any(codes == VIOLATED, axis=0)
        left_open = np.any(codes == UNDETERMINED, axis=0)
        for row in range(size):
            said = None if left_open[row] else "compliant"
            answers[row][name] = "violated" if violated[row] else said
    return answers


def table_of(designs: Sequence[Design]) -> tuple[dict[str, Kind], dict[str, Array]]:
    """Return designs as a table: the schema, and a column for each key that differs."""
    facts = [facts_of(design) for design in designs]
    schema: dict[str, Kind] = {}
    columns: dict[str, Array] = {}
    for name in facts[0]:
        values = [one[name].value for one in facts]
        # By type too: to Python, True equals 1 and a kilometre a thousand metres.
        keys = [
            (type(value), getattr(value, "magnitude", value), getattr(value, "units", None))
            for value in values
        ]
        distinct = dict(zip(keys, values, strict=True))
        numbers = {units for kind, _, units in distinct if kind is not type(None)}
        if len(distinct) == 1:
            schema[name] = Constant(values[0])
        elif len(distinct) > _FEW and len(numbers) == 1 and None not in numbers:
            schema[name] = Number(str(numbers.pop()))
            columns[name] = np.array(
                [np.nan if size is None else float(size) for _, size, _ in keys]
            )
        else:
            schema[name] = Levels(tuple(distinct.values()))
            place = {key: code for code, key in enumerate(distinct)}
            columns[name] = np.array([place[key] for key in keys], dtype=np.int32)
    return schema, columns
