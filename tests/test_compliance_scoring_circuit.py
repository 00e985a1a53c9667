"""The rules as a circuit: the rule engine where facts are certain, and sane where they are not."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor

from compliance.audit import Judged, judge_rules
from compliance.scoring.circuit import CERTAIN, RuleCircuit
from compliance.situation import Situation
from corpus.digests import read as read_digest
from corpus.model import LawText
from habitat.facts import Fact
from habitat.units import quantity
from jurisdictions.binding import BindingFile
from jurisdictions.compiler import compile_rulebook, load_bindings
from jurisdictions.predicate import Is
from jurisdictions.rulebook import RuleBook
from tests.small_student import book
from tests.small_surveys import situations, wide_vocabulary
from tests.test_law_text_edit import WIDTH, digest, edited, narrowed

#: All that can come of an executable rule once every fact is known.
DECIDED = ("satisfied", "violated", "inapplicable", "open_norm")


@cache
def circuit() -> RuleCircuit:
    return RuleCircuit(book(), wide_vocabulary())


def beliefs(situation: Situation, judged: list[Judged]) -> tuple[Tensor, Tensor, Tensor]:
    """Return what is certain of a design; what has no meaning for it is left wide open."""
    names = wide_vocabulary()
    flags, places = names.encode(situation.facts)
    at = {name: number for number, name in enumerate(names.flags)}
    for item in judged:
        flags[at[f"scope:{names.scope_of[item.rule.id]}"]] = item.scope.binding is True
    known = ~np.isnan(places)
    return (
        torch.from_numpy(np.nan_to_num(flags, nan=0.5))[None],
        torch.from_numpy(np.nan_to_num(places, nan=0.0))[None],
        torch.from_numpy(np.where(known, CERTAIN, 1.0).astype(np.float32))[None],
    )


def random_beliefs(samples: int) -> tuple[Tensor, Tensor, Tensor]:
    names = wide_vocabulary()
    draw = torch.Generator().manual_seed(0)
    count = len(names.amounts)
    chance = torch.rand(samples, names.logits, generator=draw)
    for where in names.word_slices().values():
        chance[:, where] /= chance[:, where].sum(dim=1, keepdim=True)
    mean = torch.randn(samples, count, generator=draw)
    return chance, mean, 0.05 + torch.rand(samples, count, generator=draw)


def test_every_executable_rule_is_carried() -> None:
    executable = {rule.id for rule in book().rules if rule.binding.require is not None}
    assert set(circuit().rules) == executable
    assert circuit().left_out == ()


def test_certain_facts_give_the_verdicts_of_the_engine() -> None:
    wrong, violations = [], 0
    for situation in situations():
        judged = {item.rule.id: item for item in judge_rules(book(), situation)}
        applies, violated = circuit()(*beliefs(situation, list(judged.values())))
        for at, name in enumerate(circuit().rules):
            verdict = judged[name].outcome.verdict
            assert verdict in DECIDED, f"{name}: {verdict}"
            told = (float(applies[0, at]), float(violated[0, at]))
            truth = (float(verdict != "inapplicable"), float(verdict == "violated"))
            violations += verdict == "violated"
            if told != pytest.approx(truth, abs=1e-4):
                wrong.append((name, situation.design.name, told, verdict))
    assert not wrong
    assert violations > 100


def test_an_edited_bound_moves_the_answer() -> None:
    """The same belief about the safety zone, under a law of 500 metres and under one of 400."""
    source = digest("unclos")
    before = read_digest(source, file="unclos.md")
    after = read_digest(edited(source, before, WIDTH, WIDTH.lowered), file="unclos.md")
    answers = [_width_violated(_page(text)) for text in (before, after)]
    assert answers[0] < 0.05 and answers[1] > 0.95


def _page(text: LawText) -> RuleBook:
    page = narrowed(text, WIDTH.article)
    rules = tuple(rule for rule in load_bindings()["unclos"].rules if rule.id == WIDTH.rule)
    return compile_rulebook(
        {"unclos": page}, {"unclos": BindingFile(instrument="unclos", rules=rules)}
    )


def _width_violated(page: RuleBook) -> float:
    """Return the chance that a zone of 450 ± 15 m is too wide, where the rule applies for sure."""
    names = wide_vocabulary()
    parts = RuleCircuit(page, names)
    radius = names.amounts["safety_zone.radius"]
    at = list(names.amounts).index("safety_zone.radius")
    chance, mean, spread = (one[:1].clone() for one in random_beliefs(1))
    chance[:] = 0.0
    for name in ("zone:eez", f"scope:{names.scope_of[WIDTH.rule]}"):
        chance[0, names.flags.index(name)] = 1.0
    mean[0, at] = radius.place(450.0)
    spread[0, at] = radius.place(465.0) - radius.place(450.0)
    applies, violated = parts(chance, mean, spread)
    assert float(applies) == 1.0
    return float(violated)


def test_chances_stay_chances_and_gradients_stay_finite() -> None:
    inputs = [one.requires_grad_() for one in random_beliefs(40)]
    applies, violated = circuit()(*inputs)
    for said in (applies, violated):
        assert bool(((said >= 0) & (said <= 1)).all())
    assert bool((violated <= applies + 1e-6).all())
    violated.sum().backward()
    for one in inputs:
        assert one.grad is not None and bool(one.grad.isfinite().all())


def test_gradients_are_finite_at_certain_facts() -> None:
    situation = situations()[0]
    inputs = [one.requires_grad_() for one in beliefs(situation, judge_rules(book(), situation))]
    circuit()(*inputs)[1].sum().backward()
    assert all(one.grad is not None and bool(one.grad.isfinite().all()) for one in inputs)


def _required_alone() -> list[tuple[int, int, bool]]:
    """Return rules that require one yes-no fact which decides nothing else about them."""
    by_id = {rule.id: rule for rule in book().rules}
    found = []
    for at, name in enumerate(circuit().rules):
        rule = by_id[name]
        required = rule.binding.require
        uses = [test for test in rule.tests if getattr(test, "fact", None) is not None]
        if isinstance(required, Is) and isinstance(required.is_, bool):
            same = [test for test in uses if test.fact == required.fact]
            if len(same) == 1:
                found.append((at, wide_vocabulary().flags.index(required.fact), required.is_))
    return found


def test_a_likelier_required_fact_never_makes_a_violation_likelier() -> None:
    cases = _required_alone()
    assert len(cases) > 50
    chance, mean, spread = random_beliefs(8)
    _, before = circuit()(chance, mean, spread)
    for flag in sorted({flag for _, flag, _ in cases}):
        raised = chance.clone()
        raised[:, flag] += 0.5 * (1 - raised[:, flag])
        _, after = circuit()(raised, mean, spread)
        for rule, own, wanted in cases:
            if own == flag:
                gap = after[:, rule] - before[:, rule]
                assert bool((gap <= 1e-6).all() if wanted else (gap >= -1e-6).all())


def test_what_is_unknown_lies_between_what_both_answers_give() -> None:
    """A flag at one half gives a chance between those of "no" and "yes": nothing is invented."""
    chance, mean, spread = random_beliefs(4)
    for flag in range(0, len(wide_vocabulary().flags), 5):
        said = []
        for value in (0.0, 0.5, 1.0):
            asked = chance.clone()
            asked[:, flag] = value
            said.append(circuit()(asked, mean, spread)[1])
        low, high = torch.minimum(said[0], said[2]), torch.maximum(said[0], said[2])
        assert bool(((said[1] >= low - 1e-6) & (said[1] <= high + 1e-6)).all())


@pytest.mark.parametrize(("metres", "violated"), [(499.0, 0.0), (500.0, 0.0), (501.0, 1.0)])
def test_a_bound_holds_at_its_own_value(metres: float, violated: float) -> None:
    names = wide_vocabulary()
    _, places = names.encode({"safety_zone.radius": Fact(quantity(metres, "m"), "design")})
    at, rule = list(names.amounts).index("safety_zone.radius"), circuit().rules.index(WIDTH.rule)
    chance = torch.zeros(1, names.logits)
    for name in ("zone:eez", f"scope:{names.scope_of[WIDTH.rule]}"):
        chance[0, names.flags.index(name)] = 1.0
    mean, spread = (torch.zeros(1, len(names.amounts)) for _ in range(2))
    mean[0, at], spread[:] = float(places[at]), CERTAIN
    assert float(circuit()(chance, mean, spread)[1][0, rule]) == pytest.approx(violated, abs=1e-4)
