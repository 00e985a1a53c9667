"""Dropout that is really on, members that really differ, doubts that add up."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from base import DistillError
from distill.uncertainty import doubt, dropout_on, seeded


def test_dropout_varies_while_norms_stand_still() -> None:
    network = nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(0.5)).train()
    with dropout_on(network):
        kept = network[0].running_mean.clone()
        draws = torch.stack([network(torch.ones(2, 4)) for _ in range(20)])
        assert float(draws.detach().std(dim=0).mean()) > 0
        assert torch.equal(kept, network[0].running_mean)
    assert network[0].training and network[1].training


def test_a_network_that_drops_nothing_is_refused() -> None:
    with pytest.raises(DistillError, match="without dropout"), dropout_on(nn.Dropout(0.0)):
        pass


def test_seeds_differ_and_repeat() -> None:
    one, two, again = seeded(lambda: nn.Linear(2, 2), [1, 2, 1])
    assert not torch.equal(one.weight, two.weight)
    assert torch.equal(one.weight, again.weight)


@given(st.lists(st.lists(st.floats(-4, 4), min_size=3, max_size=3), min_size=1, max_size=5))
def test_doubts_add_up(logits: list[list[float]]) -> None:
    found = doubt(torch.softmax(torch.tensor(logits, dtype=torch.float64), dim=-1))
    assert float(found.total - found.aleatoric) >= -1e-12
    if len(logits) == 1:
        assert float(found.epistemic) == pytest.approx(0, abs=1e-12)


def test_sure_members_that_disagree_are_all_epistemic() -> None:
    found = doubt(torch.eye(2))
    assert float(found.aleatoric) == 0
    assert float(found.epistemic) == pytest.approx(0.6931, abs=1e-3)
