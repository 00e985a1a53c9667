"""Model files that were changed: wrong shapes, NaN, and tensors that do not match their hash."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from base import DistillError
from distill import hashed
from distill.checkpoint import INDEX, Place, load_checkpoint, save_checkpoint
from distill.weights import (
    HASH,
    is_hashed,
    load_note,
    load_tensors,
    restore_weights,
    save_tensors,
    save_weights,
)
from tests.small_student import load, write_student


def _flipped(path: Path) -> None:
    """Change one bit of the last value of a file, which stays well-formed."""
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def _without_note(path: Path) -> None:
    """Take the hash out of the header of a file."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    del header["__metadata__"][HASH]
    made = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(made)) + made + data[8 + size :])


def test_one_flipped_bit_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_weights(nn.Linear(3, 2), path)
    assert is_hashed(path)
    assert HASH not in load_note(path)
    restore_weights(nn.Linear(3, 2), path)
    _flipped(path)
    with pytest.raises(DistillError, match="do not match the hash"):
        restore_weights(nn.Linear(3, 2), path)


def test_nan_is_refused_and_leaves_the_network_as_it_was(tmp_path: Path) -> None:
    path, network = tmp_path / "w.safetensors", nn.Linear(3, 2)
    before = network.weight.detach().clone()
    bad = {"weight": torch.full((2, 3), float("nan")), "bias": torch.zeros(2)}
    save_tensors(bad, path)
    with pytest.raises(DistillError, match="'weight' holds NaN"):
        restore_weights(network, path)
    assert torch.equal(network.weight, before)


def test_a_student_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = write_student(tmp_path / "s.safetensors")
    assert load(path).weights
    whole = path.read_bytes()
    _flipped(path)
    with pytest.raises(DistillError, match="do not match the hash"):
        load(path)
    path.write_bytes(whole)
    _without_note(path)
    with pytest.raises(DistillError, match="without the hash"):
        load(path)


@pytest.mark.parametrize("width", [-1, 10**9, "x", 1.5, None, 17])
def test_a_student_of_impossible_sizes_is_refused(width: object, tmp_path: Path) -> None:
    path = write_student(tmp_path / "s.safetensors")
    note, tensors = load_note(path), load_tensors(path)
    sizes = json.loads(note["sizes"]) | {"width": width}
    save_tensors(tensors, path, note=note | {"sizes": json.dumps(sizes)})
    with pytest.raises(DistillError):
        load(path)


@pytest.mark.parametrize("key", ["vocabulary", "sizes", "judges", "rules", "card"])
@pytest.mark.parametrize("value", ["", "[]", "7", "null", "[" * 100_000, '{"a": 1}'])
def test_a_student_with_a_broken_header_is_refused(key: str, value: str, tmp_path: Path) -> None:
    if key in ("rules", "card") and value == '{"a": 1}':
        pytest.skip("an object of any keys is a card")
    path = write_student(tmp_path / "s.safetensors")
    save_tensors(load_tensors(path), path, note=load_note(path) | {key: value})
    with pytest.raises(DistillError):
        load(path)


def _trained(folder: Path) -> tuple[nn.Linear, torch.optim.AdamW]:
    model = nn.Linear(3, 2)
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.1)
    model(torch.ones(1, 3)).sum().backward()
    optimiser.step()
    save_checkpoint(folder, Place(0, 1, (), 0), model, optimiser, dict(model.state_dict()), "mark")
    return model, optimiser


@pytest.mark.parametrize(
    "change",
    [
        {"tensors": "../state.safetensors"},
        {"tensors": "/etc/hostname"},
        {"tensors": 7},
        {"tensors": None},
        {"place": {}},
        {"place": {"epoch": "x", "done": 0, "losses": [], "best": 0}},
        {"groups": []},
        {"groups": 4},
        {"plain": {"a": 1}},
    ],
)
def test_a_checkpoint_with_a_broken_index_is_refused(
    change: dict[str, object], tmp_path: Path
) -> None:
    model, optimiser = _trained(tmp_path)
    index = json.loads((tmp_path / INDEX).read_text()) | change
    (tmp_path / INDEX).write_text(json.dumps(index))
    with pytest.raises(DistillError):
        load_checkpoint(tmp_path, model, optimiser, "mark")


def test_a_checkpoint_whose_tensors_were_changed_is_refused(tmp_path: Path) -> None:
    model, optimiser = _trained(tmp_path)
    _flipped(next(tmp_path.glob("state-*")))
    with pytest.raises(DistillError, match="do not match the hash"):
        load_checkpoint(tmp_path, model, optimiser, "mark")


@pytest.mark.parametrize("name", ["table", "hidden", "hidden_bias", "output", "output_bias"])
@pytest.mark.parametrize("fault", ["shape", "nan"])
def test_a_hashed_student_whose_tables_do_not_fit_is_refused(
    name: str, fault: str, tmp_path: Path
) -> None:
    shapes = {
        "table": (4, 2), "hidden": (3, 5), "hidden_bias": (3,), "output": (2, 3),
        "output_bias": (2,),
    }  # fmt: skip
    tables = {key: np.ones(shape, dtype=np.float32) for key, shape in shapes.items()}
    path = tmp_path / "h.safetensors"
    hashed.save_student(hashed.HashedStudent(**tables, temperature=1.0), path, card={})
    assert hashed.load_student(path).temperature == 1.0
    tables[name] = np.full_like(tables[name], np.nan) if fault == "nan" else tables[name][..., None]
    hashed.save_student(hashed.HashedStudent(**tables, temperature=1.0), path, card={})
    with pytest.raises(DistillError):
        hashed.load_student(path)
