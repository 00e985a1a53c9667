"""Which levers a design has: every key that a rule tests and somebody can change, with its values.

Values come from the rules: the bounds that they set on a key, or the least that they accept where
engineering stands between the key and the rule. Prices, and what nobody can change, come from the
catalogue.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from compliance.conflicts.space import Question
from compliance.repair.bench import (
    Bench,
    facts_of_rule,
    inputs_of,
    touches,
    with_settings,
)
from compliance.repair.bounds import Asked, asked_by, candidates, least, magnitude, words
from compliance.repair.catalogue import Amount, Catalogue
from compliance.repair.hulls import FRAMES, MATERIAL, WALL, hull_changes
from compliance.repair.levers import (
    DIVIDE,
    EMERGENCY,
    HULL,
    LIFT,
    Change,
    Lever,
    Levers,
    Settings,
    newtons,
)
from compliance.repair.moves import place_lever
from habitat.buoyancy import lift_n
from habitat.hull import seawater_density_kg_m3
from habitat.kinds import Kind, kind_of
from habitat.units import amount, read_quantity
from jurisdictions.rulebook import Rule

FLOODABLE = "buoyancy.floodable_volume"

#: Keys that levers of their own change.
_APART = frozenset({MATERIAL, WALL, FRAMES, "hull.frame_spacing", FLOODABLE})
#: Keys of which a larger value makes a derived fact pass; the first that is known is sized.
_SIZED = (
    ("derived.waste.capacity_ratio", ("waste.storage_capacity",)),
    (
        "derived.life_support.reserve",
        ("life_support.oxygen_reserve", "life_support.oxygen_capacity"),
    ),
)
#: Steps in the largest value that is looked at when a key is sized.
_STEPS = 1_000_000
#: Emergency buoyancy beyond which none is sized, N.
_MOST_N = 10**9
#: Facts of emergency buoyancy whose least value does not depend on the hull.
_OF_LIFT = frozenset({EMERGENCY, "derived.buoyancy.flooding_ratio", FLOODABLE})


@dataclass(frozen=True, slots=True)
class Balance:
    """Emergency buoyancy as a resource, in whole newtons.

    Attributes:
        reserve: what there is.
        needed: what rules ask for, by change of the compartments.
    """

    reserve: int
    needed: dict[str, int]


@dataclass(frozen=True, slots=True)
class Offer:
    """The levers of a design.

    Attributes:
        levers: all of them.
        balance: of emergency buoyancy; ``None`` where it is not reckoned as a resource.
        hulls: whether other hulls were sized.
        notes: what a user should know about them.
    """

    levers: Levers
    balance: Balance | None
    hulls: bool
    notes: tuple[str, ...] = ()


def offer(
    bench: Bench,
    catalogue: Catalogue,
    *,
    keep: Iterable[str] = (),
    move: bool = False,
    hull: bool = False,
) -> Offer:
    """Return the levers of a design, in an order that names alone decide.

    Args:
        bench: judges the design.
        catalogue: prices.
        keep: keys, or sections, that stay as designed.
        move: whether the habitat may move.
        hull: size other hulls also where no rule on the hull is broken.
    """
    return _Builder(bench, catalogue, tuple(keep), move, hull).offer()


class _Builder:
    def __init__(
        self, bench: Bench, catalogue: Catalogue, keep: tuple[str, ...], move: bool, hull: bool
    ) -> None:
        self._bench, self._catalogue = bench, catalogue
        self._keep, self._move, self._sizes_hull = keep, move, hull or move
        self._rules = [rule for rule in bench.rules.values() if move or bench.binds(rule.id, {})]
        self._facts = bench.facts({})

    def offer(self) -> Offer:
        asked = asked_by(self._rules)
        levers = [
            lever
            for key in sorted(asked)
            if self._changes(key) and (lever := self._plain(key, asked[key])) is not None
        ]
        sized = {lever.name: lever for lever in self._sized()}
        levers = [lever for lever in levers if lever.name not in sized] + list(sized.values())
        notes: list[str] = []
        balance = None
        hulls = self._sizes_hull or self._hull_broken()
        if hulls:
            hull, divide = self._hull(), self._divide()
            balance = self._balance(divide)
            lift = self._lift(hull, divide, balance)
            levers += [lever for lever in (hull, divide, lift) if lever is not None]
            if hull is not None and self._bench.design.buoyancy.emergency is None:
                notes.append(
                    "the emergency buoyancy is unknown: the weight of another wall is not balanced"
                )
        if self._move:
            place = place_lever(self._bench, self._catalogue.move)
            levers += [place] if place is not None else []
        order = sorted(levers, key=lambda lever: lever.name)
        return Offer(Levers(self._bench.design, tuple(order)), balance, hulls, tuple(notes))

    def _kept(self, key: str) -> bool:
        return any(key == name or key.startswith(f"{name}.") for name in self._keep)

    def _changes(self, key: str) -> bool:
        """Say whether a key is one that a lever of its own may change."""
        if kind_of(key) is None or key in _APART or self._kept(key):
            return False
        if key == EMERGENCY and self._facts[key].known:
            return False
        return not self._catalogue.is_fixed(key)

    def _plain(self, key: str, asked: Asked) -> Lever | None:
        kind = kind_of(key)
        if kind is None:
            return None
        if kind.form == "number":
            changes = list(self._numbers(key, kind, asked))
        else:
            changes = list(self._words(key, kind, asked.wanted))
        return Lever(key, tuple(changes)) if changes else None

    def _words(self, key: str, kind: Kind, wanted: Iterable[Question]) -> Iterator[Change]:
        current = self._facts[key].value
        listed = self._catalogue.values.get(key)
        prices: dict[str, float]
        if listed is not None:
            prices, source = dict(listed.prices), self._catalogue.source(listed.source)
        elif key.startswith("claims."):
            # An exception is for its beneficiary to prove: no change of the design makes it.
            return
        else:
            default = self._catalogue.default
            values = dict.fromkeys(_text(value) for value in _named(wanted))
            prices, source = dict.fromkeys(values, default.price), default.source
        for word, price in prices.items():
            value = _value(word, kind)
            if value is None or value == current:
                continue
            if key.startswith("claims.") and (value is not False or current is not True):
                continue
            yield Change(word, {key: value}, round(price), source, word)

    def _numbers(self, key: str, kind: Kind, asked: Asked) -> Iterator[Change]:
        priced = self._catalogue.amounts.get(key)
        past, unit = ((), "") if priced is None else (priced.past, priced.unit)
        current = self._facts[key].value
        start = 0.0 if current is None else _base(current)
        found = candidates(asked, kind, past, unit)
        # The nearest first: it is taken where the price is the same.
        found.sort(key=lambda value: abs(_base(self._bench.fact(key, value).value) - start))
        for value in found:
            change = self._number(key, value, priced)
            if change is not None:
                yield change

    def _number(self, key: str, value: Any, priced: Amount | None) -> Change | None:
        """Return the change of a number to a value; ``None`` where it is that already."""
        current = self._facts[key].value
        new = self._bench.fact(key, value).value
        unit = priced.unit if priced is not None else ""
        if current is not None and math.isclose(
            _base(current), _base(new), rel_tol=1e-9, abs_tol=1e-12
        ):
            return None
        group = "given" if current is None else "up" if _base(new) > _base(current) else "down"
        if priced is None:
            price, source = self._catalogue.default.price, self._catalogue.default.source
        else:
            source = self._catalogue.source(priced.source)
            price = priced.flat
            if current is not None:
                by = abs((magnitude(new, unit) or 0.0) - (magnitude(current, unit) or 0.0))
                price += by * (priced.up if group == "up" else priced.down)
        return Change(str(value), {key: value}, round(price), source, group)

    def _sized(self) -> Iterator[Lever]:
        """Yield levers for keys that stand behind a derived fact of a rule."""
        for fact, keys in _SIZED:
            rules = [rule for rule in self._rules if fact in facts_of_rule(rule)]
            known = next((key for key in keys if self._facts[key].known), keys[0])
            if not rules or self._kept(known) or self._catalogue.is_fixed(known):
                continue
            changes = list(self._sizes(known, rules))
            if changes:
                yield Lever(known, tuple(changes))

    def _sizes(self, key: str, rules: list[Rule]) -> Iterator[Change]:
        priced = self._catalogue.amounts.get(key)
        kind = kind_of(key)
        if kind is None:
            return
        step = read_quantity(
            priced.step if priced is not None and priced.step else f"1 {kind.unit}", where=""
        )
        past = () if priced is None else priced.past

        def fits(steps: int) -> bool:
            # Whether the rule applies does not matter: its requirement is what sizes the key.
            return self._met(rules, {key: words(steps * step)})

        current = self._facts[key].value
        near = 1 if current is None else math.ceil(float((current / step).to("")))
        fitting = least(fits, 1, _STEPS, near=near)
        if fitting is None:
            return
        beyond = [
            0,
            *(math.ceil(float(read_quantity(p, where="").to(step.units) / step)) for p in past),
        ]
        for more in beyond:
            change = self._number(key, words((fitting + more) * step), priced)
            if change is not None:
                yield change

    def _met(self, rules: Iterable[Rule], settings: Settings) -> bool:
        from compliance.evaluate import judge

        facts = self._bench.facts(settings)
        return all(judge(rule.binding.require, facts, rule).truth is True for rule in rules)

    def _accepted(self, rules: Iterable[Rule]) -> Callable[[Settings], bool]:
        """Return the question whether some rules are met as far as the design can tell."""
        names = [rule.id for rule in rules]
        before = {name: self._bench.verdict(name, {}) for name in names}

        def fits(settings: Settings) -> bool:
            for name in names:
                verdict = self._bench.verdict(name, settings)
                if verdict == "violated" or (
                    verdict == "undetermined" and before[name] != "undetermined"
                ):
                    return False
            return True

        return fits

    def _hull_broken(self) -> bool:
        """Say whether a rule on the hull or its buoyancy is broken."""
        return any(
            on_hull(self._bench, rule.id) and self._bench.verdict(rule.id, {}) == "violated"
            for rule in self._rules
        )

    def _hull(self) -> Lever | None:
        if self._kept(MATERIAL) and self._kept(WALL) and self._kept(FRAMES):
            return None
        rules = [
            rule
            for rule in self._rules
            if any(fact.startswith("derived.hull.") for fact in facts_of_rule(rule))
        ]
        changes = hull_changes(
            self._bench.design, self._accepted(rules), self._catalogue.hull, self._kept
        )
        return Lever(HULL, tuple(changes)) if changes else None

    def _divide(self) -> Lever | None:
        volume = self._bench.design.buoyancy.floodable_volume
        if volume is None or not volume.magnitude or self._kept(FLOODABLE):
            return None
        priced, changes = self._catalogue.divide, []
        for bulkheads in (1, 2):
            part = words(volume / 2**bulkheads)
            name = f"largest compartment {part}"
            cost = round(priced.flat * bulkheads)
            changes.append(Change(name, {FLOODABLE: part}, cost, priced.source, "divided"))
        return Lever(DIVIDE, tuple(changes))

    def _balance(self, divide: Lever | None) -> Balance | None:
        """Return what emergency buoyancy is needed, where it does not depend on the hull."""
        reserve = Levers(self._bench.design, ()).reserve_n
        if reserve is None:
            return None
        rules = [
            rule for rule in self._rules if _asks_lift(rule) and not self._bench.waivable(rule)
        ]
        fits = self._accepted(rules)
        options: list[tuple[str, Settings]] = [("", {})]
        if divide is not None:
            options += [(change.name, change.settings) for change in divide.changes]
        needed: dict[str, int] = {}
        for name, settings in options:
            near = self._water(settings)
            force = least(partial(self._lifts, fits, settings), 0, _MOST_N, near=near)
            if force is None:
                return None
            # At another place the water differs a little: the re-audit decides there.
            needed[name] = math.floor(force * 0.99) if self._move else force
        return Balance(math.floor(reserve + 1e-6), needed)

    def _water(self, settings: Settings) -> int:
        """Return the weight of the water that the largest compartment takes in, N: a guess."""
        design = with_settings(self._bench.design, settings)
        volume = amount(design.buoyancy.floodable_volume, "m**3") or 0.0
        depth = amount(design.site.depth, "m") or 0.0
        return math.ceil(lift_n(volume, seawater_density_kg_m3(depth, design.site.latitude)))

    def _lifts(self, fits: Callable[[Settings], bool], settings: Settings, force: int) -> bool:
        return fits({**settings, EMERGENCY: newtons(force)})

    def _lift(
        self, hull: Lever | None, divide: Lever | None, balance: Balance | None
    ) -> Lever | None:
        if balance is None or self._kept(EMERGENCY):
            return None
        priced = self._catalogue.lift
        step = round(float(read_quantity(priced.step, where="").to("N").magnitude))
        weights = {0, *(change.weight_n for change in (hull.changes if hull else ()))}
        lacking = {
            math.ceil((weight + needed - balance.reserve) / step)
            for weight in weights
            for needed in balance.needed.values()
        }
        changes = []
        for steps in sorted(steps for steps in lacking if steps > 0):
            force = steps * step
            cost = round(priced.flat + priced.each * force / 1000.0)
            name = f"{force / 1000:g} kN more lift"
            changes.append(Change(name, {}, cost, priced.source, "more", weight_n=-force))
        return Lever(LIFT, tuple(changes)) if changes else None


def on_hull(bench: Bench, rule: str) -> bool:
    """Say whether a rule rests on the hull or its buoyancy."""
    return touches(frozenset({MATERIAL, WALL, FRAMES, EMERGENCY, FLOODABLE}), bench.inputs(rule))


def _asks_lift(rule: Rule) -> bool:
    """Say whether a rule asks for emergency buoyancy, and for nothing that hangs on the hull."""
    asked = {
        fact
        for fact in facts_of_rule(rule)
        if touches(frozenset({EMERGENCY}), frozenset(inputs_of(fact)))
    }
    return bool(asked) and asked <= _OF_LIFT


def _named(questions: Iterable[Question]) -> Iterator[Any]:
    for question in questions:
        if question.word == "is":
            yield question.operand
        elif question.word == "in":
            yield from question.operand


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(word: str, kind: Kind) -> Any:
    """Return a listed word as a value of its kind, ``None`` where the kind has no such value."""
    if kind.form == "flag":
        return {"true": True, "false": False}.get(word)
    return word if kind.words is None or word in kind.words else None


def _base(value: Any) -> float:
    """Return a number in base units, to compare."""
    return (
        float(value) if isinstance(value, int | float) else float(value.to_base_units().magnitude)
    )
