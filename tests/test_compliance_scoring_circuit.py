"""The circuit of rules says what the rule engine says, and moves with the law and with belief."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import torch

from compliance.audit import judge_rules
from compliance.scoring.circuit import CERTAIN, RuleCircuit
from compliance.scoring.designs import draw_design, duties_of
from compliance.scoring.sites import draw_sites
from compliance.settlement import Judged
from compliance.shared import Shared
from compliance.situation import Situation, situate
from tests.small_student import book, vocabulary

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def judged() -> list[tuple[Situation, list[Judged]]]:
    rng, shared = np.random.default_rng(5), Shared(book())
    sites = draw_sites(rng, 60, name="circuit")
    duties = duties_of(book())
    designs = [draw_design(rng, site, duties, name=site.name) for site in sites]
    found = [situate(design, as_of=date(2026, 1, 1), shared=shared) for design in designs]
    return [(situation, judge_rules(book(), situation)) for situation in found]


@pytest.fixture(scope="module")
def circuit() -> RuleCircuit:
    return RuleCircuit(book(), vocabulary())


def believed(
    situation: Situation, judged: list[Judged]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the truth as certain belief; each group of rules binds where its first rule does."""
    flags, places = vocabulary().encode(situation.facts)
    names = {name: at for at, name in enumerate(vocabulary().flags)}
    for item in reversed(judged):
        group = vocabulary().scope_of[item.rule.id]
        flags[names[f"scope:{group}"]] = item.scope.binding is True
    chance = torch.tensor(np.nan_to_num(flags))[None]
    mean = torch.tensor(np.nan_to_num(places))[None]
    return chance, mean, torch.full_like(mean, CERTAIN)


def test_every_executable_rule_is_carried(circuit: RuleCircuit) -> None:
    executable = [rule.id for rule in book().rules if rule.binding.require is not None]
    assert list(circuit.rules) == executable
    assert circuit.left_out == ()


def test_on_certain_facts_the_circuit_is_the_rule_engine(
    judged: list[tuple[Situation, list[Judged]]], circuit: RuleCircuit
) -> None:
    violations = 0
    for situation, items in judged:
        applies, violated = (found[0] > 0.5 for found in circuit(*believed(situation, items)))
        verdicts = {item.rule.id: item.outcome.verdict for item in items}
        binding = {item.rule.id: item.scope.binding is True for item in items}
        first: dict[int, bool] = {}
        for item in items:
            first.setdefault(vocabulary().scope_of[item.rule.id], item.scope.binding is True)
        for at, name in enumerate(circuit.rules):
            # Few designs made the vocabulary: a group of rules may be too coarse.
            if first[vocabulary().scope_of[name]] != binding[name]:
                continue
            assert bool(violated[at]) == (verdicts[name] == "violated"), name
            if verdicts[name] in ("satisfied", "violated"):
                assert bool(applies[at]), name
            violations += verdicts[name] == "violated"
    assert violations > 100


def test_belief_stays_a_probability_and_can_be_learned_from(circuit: RuleCircuit) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(8, vocabulary().logits, generator=generator).requires_grad_()
    mean = torch.randn(8, len(vocabulary().amounts), generator=generator).requires_grad_()
    spread = torch.rand(8, len(vocabulary().amounts), generator=generator) + 0.01
    applies, violated = circuit(torch.sigmoid(logits), mean, spread)
    for found in (applies, violated):
        assert float(found.detach().min()) >= 0 and float(found.detach().max()) <= 1
    assert bool((violated <= applies + 1e-6).all())
    violated.sum().backward()
    for part in (logits, mean):
        assert part.grad is not None and bool(part.grad.isfinite().all())
        assert float(part.grad.abs().sum()) > 0


def test_a_likelier_duty_is_less_likely_violated(circuit: RuleCircuit) -> None:
    at = vocabulary().flags.index("consents.coastal_state")
    rule = circuit.rules.index("unclos-60-1-authorisation")
    chance = torch.full((1, vocabulary().logits), 0.7)
    mean = torch.zeros(1, len(vocabulary().amounts))
    seen = []
    for belief in (0.1, 0.5, 0.9):
        chance[0, at] = belief
        seen.append(float(circuit(chance, mean, torch.ones_like(mean))[1][0, rule]))
    assert seen[0] > seen[1] > seen[2]
