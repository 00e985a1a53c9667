"""The student: any subset of modalities, and nothing leaks from what is absent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from base import DistillError
from distill.batch import ModalityBatch, subsets
from distill.projection import AlignmentHead
from distill.student import CrossModalStudent, Fused, drop_modalities

WIDTH, NAMES = 8, ("image", "series", "text")
NAN = float("nan")


class Tokens(nn.Module):
    """From (samples, tokens, 3) to tokens; gives a mask of rows that are not NaN if asked."""

    def __init__(self, *, masked: bool = False) -> None:
        super().__init__()
        self.linear = nn.Linear(3, WIDTH)
        self.masked, self.rows = masked, 0

    def forward(self, value: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        self.rows += len(value)
        if not self.masked:
            assert not value.isnan().any()
            found: Tensor = self.linear(value)
            return found
        mask = ~value.isnan().any(dim=-1)
        return self.linear(value.nan_to_num()).masked_fill(~mask[..., None], NAN), mask


def student(**options: float) -> CrossModalStudent:
    torch.manual_seed(0)
    encoders = {name: Tokens(masked=name == "series") for name in NAMES}
    return CrossModalStudent(encoders, width=WIDTH, heads=2, **options).eval()  # type: ignore[arg-type]


def batch(samples: int = 5) -> ModalityBatch:
    torch.manual_seed(1)
    return ModalityBatch.complete({name: torch.randn(samples, 4, 3) for name in NAMES})


def masked(present: list[list[bool]], fill: float) -> ModalityBatch:
    """Return a batch with the given presence by (sample, modality) and a value in the holes."""
    whole, table = batch(len(present)), torch.tensor(present)
    there = {name: table[:, at] for at, name in enumerate(NAMES)}
    values = {
        name: value.masked_fill(~there[name][:, None, None], fill)
        for name, value in whole.values.items()
    }
    return ModalityBatch(values, there)


PRESENCE = st.lists(
    st.lists(st.booleans(), min_size=3, max_size=3).filter(any), min_size=1, max_size=6
)


@settings(deadline=None, max_examples=25)
@given(PRESENCE)
def test_what_stands_in_an_absent_place_changes_nothing(present: list[list[bool]]) -> None:
    found: list[list[Tensor]] = []
    for fill in (0.0, NAN, 1e30):
        network = student()
        fused = network(masked(present, fill))
        (fused.tokens.square().sum() + sum(one.sum() for one in fused.features.values())).backward()
        slopes = [one.grad for one in network.parameters() if one.grad is not None]
        found.append([fused.tokens, fused.pooled, *fused.features.values(), *slopes])
    for other in found[1:]:
        assert all(torch.equal(a, b) for a, b in zip(found[0], other, strict=True))
    assert all(one.isfinite().all() for one in found[0])


@pytest.mark.parametrize("names", list(subsets(NAMES)))
def test_masked_modalities_are_as_good_as_never_measured(names: tuple[str, ...]) -> None:
    network, whole = student(), batch()
    gone = set(NAMES) - set(names)
    without, left_out = network(whole.only(names)), network(whole.masked(gone))
    torch.testing.assert_close(without.tokens, left_out.tokens)
    assert set(without.features) == set(names)
    assert all((left_out.features[name] == 0).all() for name in gone)
    assert all((network.encoders[name].rows == 0) == (name in gone) for name in NAMES)


def test_a_sample_does_not_depend_on_its_neighbours() -> None:
    network = student()
    mixed = masked([[True, False, True], [False, True, False], [True, True, True]], NAN)
    whole = network(mixed)
    for at in range(3):
        alone = network(mixed.rows(torch.tensor([at])))
        torch.testing.assert_close(alone.pooled[0], whole.pooled[at])


def test_every_present_modality_matters_and_so_do_its_valid_tokens_alone() -> None:
    network, whole = student(), batch(2)
    before = network(whole)
    for name in NAMES:
        other = dict(whole.values) | {name: whole.values[name] + 1}
        assert not torch.allclose(network(ModalityBatch.complete(other)).pooled, before.pooled)
    gaps = whole.values["series"].clone()
    gaps[:, 2:] = NAN
    short = network(ModalityBatch.complete(dict(whole.values) | {"series": gaps}))
    cut = dict(whole.values) | {"series": whole.values["series"][:, :2]}
    torch.testing.assert_close(short.tokens, network(ModalityBatch.complete(cut)).tokens)
    torch.testing.assert_close(
        short.features["series"], network(ModalityBatch.complete(cut)).features["series"]
    )


def test_a_sample_whose_only_modality_has_no_valid_token_stays_finite() -> None:
    empty = ModalityBatch.complete({"series": torch.full((2, 4, 3), NAN)})
    fused = student()(empty)
    assert fused.tokens.isfinite().all() and (fused.features["series"] == 0).all()


def test_the_parts_have_the_promised_shapes() -> None:
    fused = student(bottlenecks=3)(batch())
    assert isinstance(fused, Fused)
    assert fused.tokens.shape == (5, 3, WIDTH) and fused.pooled.shape == (5, WIDTH)
    assert {one.shape for one in fused.features.values()} == {(5, WIDTH)}


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: CrossModalStudent({}, width=8), "no modality"),
        (lambda: CrossModalStudent({"a": nn.Identity()}, width=9), "width of 9 for 4 heads"),
        (lambda: student()(ModalityBatch.complete({"odour": torch.ones(1)})), "encoder for odour"),
    ],
)
def test_unusable_parts_are_refused_in_one_line(made: Callable[[], object], says: str) -> None:
    with pytest.raises(DistillError, match=says):
        made()


@settings(deadline=None)
@given(PRESENCE, st.floats(0, 1), st.integers(0, 99))
def test_modality_dropout_never_takes_the_last_nor_adds(
    present: list[list[bool]], chance: float, seed: int
) -> None:
    there = {name: torch.tensor(present)[:, at] for at, name in enumerate(NAMES)}
    torch.manual_seed(seed)
    kept = drop_modalities(there, chance)
    assert torch.stack(list(kept.values())).any(dim=0).all()
    assert all((there[name] | ~kept[name]).all() for name in NAMES)
    torch.manual_seed(seed)
    again = drop_modalities(there, chance)
    assert all(torch.equal(kept[name], again[name]) for name in NAMES)


def test_modality_dropout_takes_its_share() -> None:
    torch.manual_seed(0)
    there = {name: torch.ones(20_000, dtype=torch.bool) for name in NAMES}
    share = torch.stack(list(drop_modalities(there, 0.4).values())).double().mean(dim=1)
    # One of three is saved where all three were drawn: 0.6 + 0.4**3 / 3.
    torch.testing.assert_close(share, torch.full((3,), 0.6213).double(), atol=0.015, rtol=0)
    torch.manual_seed(0)
    one = torch.stack(list(drop_modalities(there, 1.0).values()))
    assert (one.sum(dim=0) == 1).all()


def test_modalities_are_dropped_in_training_alone() -> None:
    network = student(modality_dropout=0.9)
    whole = batch(50)
    assert all(mask.all() for mask in network(whole).used.values())
    used = torch.stack(list(network.train()(whole).used.values()))
    assert used.any(dim=0).all() and not used.all()


def test_alignment_compares_normed_features_and_teaches_the_student_alone() -> None:
    torch.manual_seed(0)
    head = AlignmentHead({"image": 4, "text": 4}, {"image": 6, "text": 5})
    own, told = torch.randn(3, 4, requires_grad=True), torch.randn(3, 6, requires_grad=True)
    pairs = head({"image": own, "text": own}, {"image": told})
    assert set(pairs) == {"image"}
    ours, theirs = pairs["image"]
    for side in (ours, theirs):
        torch.testing.assert_close(side.mean(dim=1), torch.zeros(3), atol=1e-5, rtol=0)
        torch.testing.assert_close(side.var(dim=1, correction=0), torch.ones(3), atol=1e-3, rtol=0)
    (ours - theirs).square().mean().backward()
    assert told.grad is None and own.grad is not None
    assert head.projectors["text"][1].weight.grad is None
