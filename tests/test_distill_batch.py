"""Batches of modalities: any non-empty subset, never an empty one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from base import DistillError
from distill.batch import ModalityBatch, subsets


def batch() -> ModalityBatch:
    return ModalityBatch(
        values={"sonar": torch.arange(6.0).reshape(3, 2), "series": torch.arange(3.0)},
        present={"sonar": torch.tensor([True, False, True]), "series": torch.tensor([True] * 3)},
        time={"series": torch.tensor([0.0, 1.0, float("nan")])},
        targets={"label": torch.tensor([0, 1, 2])},
        ids=("a", "b", "c"),
    )


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: ModalityBatch({}, {}), "no modality"),
        (lambda: ModalityBatch.complete({}), "no modality"),
        (lambda: batch().only([]), "no modality"),
        (lambda: batch().only(["sonar"]), "a sample without any"),
        (lambda: batch().masked(["sonar", "series"]), "a sample without any"),
        (lambda: ModalityBatch({"a": torch.zeros(2)}, {}), "masks"),
        (lambda: ModalityBatch({"a": torch.zeros(2)}, {"a": torch.ones(2)}), "boolean"),
        (
            lambda: ModalityBatch.complete({"a": torch.zeros(2), "b": torch.zeros(3)}),
            "different length",
        ),
    ],
)
def test_what_is_no_batch_is_refused_in_one_line(made: Callable[[], object], says: str) -> None:
    with pytest.raises(DistillError, match=says) as caught:
        made()
    assert "\n" not in str(caught.value)


def test_rows_keep_all_parts_together() -> None:
    chosen = batch().rows(torch.tensor([2, 0]))
    assert chosen.ids == ("c", "a") and len(chosen) == 2
    assert chosen.targets["label"].tolist() == [2, 0]
    assert chosen.values["sonar"].tolist() == [[4, 5], [0, 1]]
    assert chosen.time["series"].isnan().tolist() == [True, False]


def test_masking_keeps_values_and_removing_does_not() -> None:
    assert batch().masked(["sonar"]).modalities == ("series", "sonar")
    assert not batch().masked(["sonar"]).present["sonar"].any()
    assert batch().only(["series"]).modalities == ("series",)


def test_there_are_two_to_the_m_less_one_subsets() -> None:
    found = list(subsets("dcba"))
    assert len(found) == len(set(found)) == 15
    assert found[0] == ("a",) and found[-1] == ("a", "b", "c", "d")
