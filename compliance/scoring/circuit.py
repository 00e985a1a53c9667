"""Rules as a differentiable circuit: from what is believed of each fact to what each rule says.

The predicates of a rule book become gates over probabilities: ``and`` multiplies, ``or`` is its
mirror, a bound of the law is held against the mean and spread of an amount. With certain facts the
circuit says what the rule engine says; with uncertain ones it says how likely a violation is, facts
taken as independent. Bounds are read from the compiled law: a text edited from 500 to 400 metres
moves the answer without training.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from compliance.evaluate import literal_number, pint_unit
from compliance.scoring.concepts import Axis, Vocabulary
from habitat.units import quantity
from jurisdictions.predicate import (
    All,
    Any_,
    ByLaw,
    Compare,
    In,
    InZone,
    Is,
    Known,
    LawBound,
    Not,
    Predicate,
)
from jurisdictions.rulebook import Rule, RuleBook

#: Two places of an axis closer than this are equal: "at most 500 m" holds at 500 m.
EQUAL = 1e-4
#: An amount that must equal a bound may differ by this much of its axis.
NEAR = 0.02
#: Spread of an amount that is known for certain.
CERTAIN = 1e-6


class RuleCircuit(nn.Module):
    """The executable rules of a book over the concepts of a vocabulary.

    Attributes:
        rules: ids of the rules in the order of the output; a rule that asks for a fact outside the
            vocabulary, or whose number the law text does not state, is in :attr:`left_out`.
        left_out: ids of those.
        bounds: the bounds of each rule on their axes, 0 where it has none, shape (rules,).
    """

    bounds: Tensor
    picks: Tensor
    summed: Tensor
    adds: Tensor
    amount: Tensor
    sign: Tensor
    bound: Tensor
    applies_at: Tensor
    violated_at: Tensor

    def __init__(self, book: RuleBook, vocabulary: Vocabulary) -> None:
        super().__init__()
        build = _Builder(vocabulary)
        ids, outputs, bounds, left_out = [], [], [], []
        for rule in book.rules:
            if rule.binding.require is None:
                continue
            before = len(build.amounts)
            try:
                outputs.append(build.rule(rule))
            except _Unstated:
                left_out.append(rule.id)
                continue
            ids.append(rule.id)
            new = build.amounts[before:]
            bounds.append(sum(bound for _, _, bound in new) / len(new) if new else 0.0)
        self.rules, self.left_out = tuple(ids), tuple(left_out)
        self.register_buffer("bounds", torch.tensor(bounds, dtype=torch.float32), persistent=False)
        self._freeze(build, outputs)

    def _freeze(self, build: _Builder, outputs: Sequence[tuple[int, int]]) -> None:
        def keep(name: str, rows: Sequence[object], dtype: torch.dtype = torch.long) -> None:
            self.register_buffer(name, torch.tensor(rows, dtype=dtype), persistent=False)

        widest = max(map(len, build.picks), default=1)
        padded = [[*pick, *[pick[0]] * (widest - len(pick))] for pick in build.picks]
        keep("picks", padded)
        summed = [
            [float(build.summed[at] or k == 0) * (k < len(pick)) for k in range(widest)]
            for at, pick in enumerate(build.picks)
        ]
        keep("summed", summed, torch.float32)
        keep("adds", build.summed, torch.bool)
        keep("amount", [at for at, _, _ in build.amounts])
        keep("sign", [sign for _, sign, _ in build.amounts], torch.float32)
        keep("bound", [bound for _, _, bound in build.amounts], torch.float32)
        # Gates level by level, padded with "true"; beside each child whether it is negated.
        levels = build.levels()
        self.order: list[tuple[str, str]] = []
        for number, gates in enumerate(levels):
            arity = max(len(children) for children in gates)
            true = build.true
            rows = [[*c, *[(true, False)] * (arity - len(c))] for c in gates]
            keep(f"child{number}", [[at for at, _ in row] for row in rows])
            keep(f"not{number}", [[float(no) for _, no in row] for row in rows], torch.float32)
            self.order.append((f"child{number}", f"not{number}"))
        keep("applies_at", [build.place(one) for one, _ in outputs])
        keep("violated_at", [build.place(two) for _, two in outputs])

    def forward(self, chance: Tensor, mean: Tensor, spread: Tensor) -> tuple[Tensor, Tensor]:
        """Return how likely each rule applies, and is violated, each of shape (samples, rules).

        Args:
            chance: probability of each flag and word, shape (samples, logits).
            mean, spread: of each amount on its axis, shape (samples, amounts).
        """
        picked = chance[:, self.picks]
        # A word may be any of several values: their chances add. Zones lie within each other: the
        # likeliest counts.
        literal = torch.where(
            self.adds, (picked * self.summed).sum(-1).clamp(0, 1), picked.amax(-1)
        )
        distance = self.sign * (mean[:, self.amount] - self.bound) / spread[:, self.amount]
        held = torch.special.ndtr(distance)
        values = torch.cat([torch.ones_like(chance[:, :1]), literal, held], dim=1)
        for child, negated in self.order:
            inputs = values[:, getattr(self, child)]
            no = getattr(self, negated)
            gates = (no + (1 - 2 * no) * inputs).prod(dim=-1)
            values = torch.cat([values, gates], dim=1)
        return values[:, self.applies_at], values[:, self.violated_at]


class _Unstated(Exception):
    """A rule that the vocabulary or the law text cannot carry."""


#: A literal or gate by kind ("pick", "amount", "gate") and number, and whether it is negated.
_Name = tuple[str, int]
_Literal = tuple[_Name, bool]
#: The same once everything is numbered: 0 is true, then literals, then gates.
_Input = tuple[int, bool]


class _Builder:
    """Collects literals and gates; every gate is the conjunction of its inputs."""

    true = 0

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._flags = {name: at for at, name in enumerate(vocabulary.flags)}
        self._words = vocabulary.word_slices()
        self._amount_at = {name: at for at, name in enumerate(vocabulary.amounts)}
        self.picks: list[list[int]] = []
        self.summed: list[bool] = []
        self.amounts: list[tuple[int, float, float]] = []
        self._literals: dict[tuple[object, ...], _Name] = {}
        self._gates: list[tuple[_Literal, ...]] = []

    def rule(self, rule: Rule) -> tuple[int, int]:
        """Add a rule; return the gates "applies" and "is violated"."""
        binding = rule.binding
        scope = self._flag(f"scope:{self._scope(rule)}")
        parts: list[_Literal] = [(scope, False)]
        if binding.zones:
            parts.append(self._of(InZone(zone=binding.zones), rule))
        if binding.when is not None:
            parts.append(self._of(binding.when, rule))
        applies = self._gate(parts)
        failed: list[_Literal] = [
            (("gate", applies), False),
            _negated(self._of(binding.require, rule)),
        ]
        if binding.unless is not None:
            failed.append(_negated(self._of(binding.unless, rule)))
        return applies, self._gate(failed)

    def _scope(self, rule: Rule) -> int:
        try:
            return self._vocabulary.scope_of[rule.id]
        except KeyError:
            raise _Unstated from None

    def _gate(self, inputs: list[_Literal]) -> int:
        self._gates.append(tuple(inputs))
        return len(self._gates) - 1

    def _of(self, predicate: Predicate | None, rule: Rule) -> _Literal:
        match predicate:
            case All(all=parts):
                return ("gate", self._gate([self._of(part, rule) for part in parts])), False
            case Any_(any=parts):
                inner = [_negated(self._of(part, rule)) for part in parts]
                return ("gate", self._gate(inner)), True
            case Not(not_=part):
                return _negated(self._of(part, rule))
            case InZone(zone=names):
                known = [
                    self._at(f"zone:{name}") for name in names if f"zone:{name}" in self._flags
                ]
                return self._pick(known, summed=False), False
            case Is(fact=fact, is_=bool(wanted)):
                return self._flag(fact), not wanted
            case Is(fact=fact, is_=str(word)):
                return self._word(fact, (word,)), False
            case In(fact=fact, in_=words):
                return self._word(fact, words), False
            case Known(fact=fact, known=wanted):
                return self._flag(f"known:{fact}"), not wanted
            case ByLaw(fact=fact, law=pointer):
                number = rule.number(pointer)
                if number is None:
                    raise _Unstated
                if number.comparator != "range":
                    return self._compare(fact, number.comparator, number.value, number.unit)
                if number.value_max is None:
                    raise _Unstated
                ends = [
                    self._compare(fact, ">=", number.value, number.unit),
                    self._compare(fact, "<=", number.value_max, number.unit),
                ]
                return ("gate", self._gate(ends)), False
            case Compare(fact=fact, order=order, bound=LawBound(law=pointer)):
                number = rule.number(pointer)
                if number is None:
                    raise _Unstated
                return self._compare(fact, order, number.value, number.unit)
            case Compare(fact=fact, order=order, bound=str(words)):
                value, unit = literal_number(words)
                return self._compare(fact, order, value, unit)
            case Compare(fact=fact, order=order, bound=int() | float() as bound):
                return self._compare(fact, order, float(bound), "")
        raise _Unstated

    def _at(self, name: str) -> int:
        try:
            return self._flags[name]
        except KeyError:
            raise _Unstated from None

    def _flag(self, name: str) -> _Name:
        return self._pick([self._at(name)], summed=True)

    def _word(self, fact: str, words: tuple[str, ...]) -> _Name:
        if fact not in self._words:
            raise _Unstated
        start, values = self._words[fact].start, self._vocabulary.words[fact]
        return self._pick([start + values.index(w) for w in words if w in values], summed=True)

    def _pick(self, places: list[int], *, summed: bool) -> _Name:
        if not places:
            raise _Unstated
        key = ("pick", *places, summed)
        if key not in self._literals:
            self._literals[key] = ("pick", len(self.picks))
            self.picks.append(places)
            self.summed.append(summed)
        return self._literals[key]

    def _compare(self, fact: str, order: str, value: float, unit: str) -> _Literal:
        if fact not in self._amount_at:
            raise _Unstated
        at, axis = self._amount_at[fact], self._vocabulary.amounts[fact]
        place = axis.place(_in_unit(value, unit, axis))
        match order:
            case ">=":
                return self._bound(at, 1.0, place - EQUAL), False
            case ">":
                return self._bound(at, 1.0, place + EQUAL), False
            case "<=":
                return self._bound(at, -1.0, place + EQUAL), False
            case "<":
                return self._bound(at, -1.0, place - EQUAL), False
            case "=":
                ends = [
                    (self._bound(at, 1.0, place - NEAR), False),
                    (self._bound(at, -1.0, place + NEAR), False),
                ]
                return ("gate", self._gate(ends)), False
        raise _Unstated

    def _bound(self, at: int, sign: float, place: float) -> _Name:
        self.amounts.append((at, sign, place))
        return ("amount", len(self.amounts) - 1)

    def levels(self) -> list[list[list[_Input]]]:
        """Return the inputs of the gates, level by level; inputs count literals, then gates."""
        depth: list[int] = []
        for inputs in self._gates:
            inner = [depth[name[1]] for name, _ in inputs if name[0] == "gate"]
            depth.append(1 + max(inner, default=-1))
        self._order = sorted(range(len(depth)), key=lambda gate: (depth[gate], gate))
        first = 1 + len(self.picks) + len(self.amounts)
        self._place = {gate: first + at for at, gate in enumerate(self._order)}
        levels: list[list[list[_Input]]] = [[] for _ in range(max(depth) + 1)]
        for gate in self._order:
            levels[depth[gate]].append([(self._number(n), no) for n, no in self._gates[gate]])
        return levels

    def _number(self, name: tuple[str, int]) -> int:
        kind, at = name
        if kind == "pick":
            return 1 + at
        return 1 + len(self.picks) + at if kind == "amount" else self._place[at]

    def place(self, gate: int) -> int:
        """Return where the value of a gate lies, once the levels are known."""
        return self._place[gate]


def _negated(literal: _Literal) -> _Literal:
    name, negated = literal
    return name, not negated


def _in_unit(value: float, unit: str, axis: Axis) -> float:
    """Return a bound of the law in the unit of an axis."""
    wanted = pint_unit(unit)
    if wanted == axis.unit or not wanted or not axis.unit:
        return value
    return float(quantity(value, wanted).to(axis.unit).magnitude)
