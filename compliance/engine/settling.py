"""Conflicts among the rules of a table of designs: settled once for all that share their law.

What a conflict turns on is the rules that bind and what the situation settles: the site, its zones,
the claims (:mod:`compliance.conflicts.space`). Designs with the same answers to what the rules ask
of those share one settlement, which is found for one of them by the interpreter's own search.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compliance.conflicts import InForce, Settlement, find_conflicts
from compliance.conflicts.order import Relations
from compliance.conflicts.space import SITUATION, Question, leaves_of, questions_of
from compliance.engine.kinds import Array, Columns, Constant, Schema, facts_at
from compliance.engine.nodes import Rails
from compliance.engine.predicates import Compiler
from compliance.engine.program import INAPPLICABLE, OPEN, OVERRIDDEN
from jurisdictions.predicate import Compare, In, Is, Known, Predicate


class Settler:
    """Overrides the rules of a table that lose a conflict.

    Args:
        rules: those that bind for certain, each with its row in the table of codes.
        schema: what each fact can be.
        relations: the graph's relations that hold here.
    """

    def __init__(
        self, rules: Sequence[tuple[int, InForce]], schema: Schema, relations: Relations
    ) -> None:
        self._rules, self._schema, self._relations = tuple(rules), schema, relations
        self._rows = {item.id: row for row, item in rules}
        compiler = Compiler(schema)
        self._rails = [
            compiler.rails(_predicate(question), item.rule)
            for _, item in rules
            for question in _questions(item, schema)
        ]
        wanted = {
            rail
            for rails in self._rails
            for rail in (rails.true, rails.false)
            if not isinstance(rail, bool)
        }
        self._answers = compiler.steps.runner(wanted)
        self._known: dict[bytes, Settlement] = {}

    def apply(self, codes: Array, columns: Columns) -> None:
        """Override, in place, what gives way in each design.

        Args:
            codes: int8 of rules by designs, as judged alone.
            columns: of the table.
        """
        for rows, key in self._groups(columns, codes.shape[1]):
            if key not in self._known:
                first = 0 if rows is None else int(rows[0])
                self._known[key] = find_conflicts(
                    [item for _, item in self._rules],
                    facts_at(self._schema, columns, first),
                    relations=self._relations,
                )
            settlement = self._known[key]
            part = codes if rows is None else codes[:, rows]
            self._override(part, settlement)
            if rows is not None:
                codes[:, rows] = part

    def _groups(self, columns: Columns, size: int) -> list[tuple[Array | None, bytes]]:
        """Return the designs of each choice of answers; ``None`` for all of them."""
        asked = list(dict.fromkeys(rails for rails in self._rails if not _fixed(rails)))
        if not asked:
            return [(None, b"")]
        done = self._answers(columns)
        table = np.empty((size, len(asked)), dtype=np.int8)
        for place, rails in enumerate(asked):
            true = done[rails.true] if not isinstance(rails.true, bool) else rails.true
            false = done[rails.false] if not isinstance(rails.false, bool) else rails.false
            table[:, place] = 0
            table[np.broadcast_to(true, size), place] = 2
            table[np.broadcast_to(false, size), place] = 1
        packed = np.ascontiguousarray(table).view(np.dtype((np.void, len(asked)))).reshape(-1)
        keys, places = np.unique(packed, return_inverse=True)
        if len(keys) == 1:
            return [(None, keys[0].tobytes())]
        return [(np.flatnonzero(places == i), keys[i].tobytes()) for i in range(len(keys))]

    def _override(self, codes: Array, settlement: Settlement) -> None:
        losing = [(self._rows[name], True) for name in settlement.defeats]
        derogated = [
            (clash.overridden[0], [self._rows[name] for name in clash.rules])
            for clash in settlement.clashes
            if clash.resolution == "legal" and clash.permission in clash.winners
        ]
        used = [
            (self._rows[loser], np.all(codes[members] != INAPPLICABLE, axis=0))
            for loser, members in derogated
        ]
        for row, where in [*losing, *used]:
            replaced = (codes[row] != INAPPLICABLE) & (codes[row] != OPEN) & where
            codes[row][replaced] = OVERRIDDEN


def _fixed(rails: Rails) -> bool:
    return isinstance(rails.true, bool) and isinstance(rails.false, bool)


def _questions(item: InForce, schema: Schema) -> list[Question]:
    """Return what a rule asks of facts that the situation settles and designs differ in."""
    return [
        question
        for leaf in leaves_of(item.rule)
        for question in questions_of(leaf, item.rule) or ()
        if (question.fact in SITUATION or question.fact.startswith(("claims.", "site.", "zone.")))
        and not isinstance(schema.get(question.fact, Constant(None)), Constant)
    ]


def _predicate(question: Question) -> Predicate:
    match question.word:
        case "known":
            return Known(fact=question.fact, known=bool(question.operand))
        case "is":
            return Is.model_validate({"fact": question.fact, "is": question.operand})
        case "in":
            return In.model_validate({"fact": question.fact, "in": question.operand})
        case "order":
            order, bound, unit = question.operand
            return Compare(fact=question.fact, order=order, bound=f"{bound!r} {unit}".strip())
    raise ValueError(f"{question.fact} differs between the designs of one table")
