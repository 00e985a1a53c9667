"""The student of hashed features: keys, the file, and that numpy and torch agree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from base import BathylexError
from distill.hashed import Features, HashedStudent, load_student, pairs, salted, save_student
from distill.hashed_training import HashedNetwork, StudentSettings, train_student
from distill.losses import soft_binary_cross_entropy

SMALL = StudentSettings(buckets=64, width=4, hidden=8, epochs=40, batch=16)


def keys(*values: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.array(values, dtype=np.uint64)


def dense(*values: float) -> np.ndarray:  # type: ignore[type-arg]
    return np.array(values, dtype=np.float32)


def test_a_word_in_another_role_is_another_feature() -> None:
    words = keys(*range(1000))
    assert not set(salted(words, 2).tolist()) & set(salted(words, 3).tolist())
    assert len(set(salted(words, 2).tolist())) == 1000


def test_pairs_tell_the_order_of_neighbours() -> None:
    assert pairs(keys(1, 2, 3)).tolist() == [*pairs(keys(1, 2)), *pairs(keys(2, 3))]
    assert pairs(keys(1, 2)).tolist() != pairs(keys(2, 1)).tolist()
    assert len(pairs(keys(1))) == 0


@pytest.mark.parametrize("words", [keys(5, 70, 6), keys()])
def test_numpy_and_torch_answer_alike(words: np.ndarray) -> None:  # type: ignore[type-arg]
    torch.manual_seed(0)
    network = HashedNetwork(SMALL, dense=2, labels=3).eval()
    item = Features(words, dense(0.5, -1))
    with torch.no_grad():
        expected = network(
            torch.from_numpy((words % np.uint64(64)).astype(np.int64)),
            torch.tensor([0]),
            torch.from_numpy(item.dense)[None],
        )
    np.testing.assert_allclose(network.weights().logits(item), expected[0].numpy(), atol=1e-6)


def test_the_temperature_divides_the_logits() -> None:
    student = HashedNetwork(SMALL, dense=1, labels=1).weights()
    item = Features(keys(1), dense(1))
    halved = replace(student, temperature=2.0).logits(item)
    np.testing.assert_allclose(halved * 2, student.logits(item), rtol=1e-6)


def learnt() -> tuple[HashedStudent, list[Features]]:
    """Return a student of "holds word 7", and what it learned from."""
    draw = np.random.default_rng(0)
    items = [
        Features(keys(*draw.integers(10, 40, 5), *([7] if at % 2 else [])), dense(0))
        for at in range(120)
    ]
    target = np.array([[at % 2] for at in range(120)], dtype=np.float32)
    student = train_student(
        items[:80], target[:80], np.ones(80, dtype=np.float32),
        validation=(items[80:], target[80:]), seed=1, settings=SMALL,
        loss=lambda z, q, w: soft_binary_cross_entropy(z[:, 0], q[:, 0], w),
    )  # fmt: skip
    return student, items[80:]


def test_it_learns_a_word_and_survives_its_file(tmp_path: Path) -> None:
    student, unseen = learnt()
    answers = [float(student.logits(item)[0]) > 0 for item in unseen]
    assert sum(answer == bool(at % 2) for at, answer in enumerate(answers)) >= 36
    path = tmp_path / "student.safetensors"
    save_student(student, path, card={"task": "word 7"})
    read = load_student(path)
    assert read.temperature == student.temperature
    for item in unseen:
        np.testing.assert_allclose(read.logits(item), student.logits(item), atol=0.02)


def test_the_same_seed_gives_the_same_student() -> None:
    first, second = learnt()[0], learnt()[0]
    np.testing.assert_array_equal(first.table, second.table)


def test_a_broken_write_leaves_the_old_student(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "student.safetensors"
    path.write_bytes(b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    torch.manual_seed(0)
    with pytest.raises(BathylexError, match="No space"):
        save_student(HashedNetwork(SMALL, dense=2, labels=3).weights(), path, card={})
    assert path.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1
