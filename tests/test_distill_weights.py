"""Weights on disk and their hash."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from base import DistillError
from distill.weights import load_note, load_tensors, restore_weights, save_tensors, save_weights
from distill.weights import weights_hash as hash_of


def test_weights_survive_their_file(tmp_path: Path) -> None:
    first, second = nn.Linear(3, 2), nn.Linear(3, 2)
    assert hash_of(first) != hash_of(second)
    save_weights(first, tmp_path / "deep" / "one.safetensors")
    restore_weights(second, tmp_path / "deep" / "one.safetensors")
    assert hash_of(first) == hash_of(second)


def test_a_hash_sees_shape_and_name_too() -> None:
    flat, tall = nn.Linear(4, 1, bias=False), nn.Linear(1, 4, bias=False)
    with torch.no_grad():
        flat.weight.fill_(1)
        tall.weight.fill_(1)
    assert hash_of(flat) != hash_of(tall)


def test_shared_memory_and_notes_are_kept(tmp_path: Path) -> None:
    base = torch.arange(6.0).reshape(2, 3)
    save_tensors({"one": base, "two": base.T}, tmp_path / "file", note={"made": "here"})
    assert torch.equal(load_tensors(tmp_path / "file")["two"], base.T)
    assert load_note(tmp_path / "file") == {"made": "here"}


def test_the_same_tensors_and_note_are_the_same_bytes(tmp_path: Path) -> None:
    note = {f"key {at}": "ä" * at for at in range(12)}
    for name in map(str, range(6)):
        save_tensors({"one": torch.arange(3.0)}, tmp_path / name, note=note)
    assert len({(tmp_path / name).read_bytes() for name in map(str, range(6))}) == 1
    assert load_note(tmp_path / "0") == note
    assert load_tensors(tmp_path / "0")["one"].tolist() == [0.0, 1.0, 2.0]


def test_unusable_files_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "torn").write_bytes(b"\x08\0\0\0\0\0\0\0{")
    for read in (load_tensors, load_note):
        with pytest.raises(DistillError, match="broken"):
            read(tmp_path / "torn")
    with pytest.raises(DistillError, match="no such file"):
        load_tensors(tmp_path / "missing")
    save_weights(nn.Linear(3, 2), tmp_path / "other")
    with pytest.raises(DistillError, match="another network"):
        restore_weights(nn.Linear(2, 2), tmp_path / "other")
