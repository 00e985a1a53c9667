"""The whole state of a training on disk, so that a killed one goes on bit for bit.

Tensors go into a safetensors file of their own name; then one JSON file that names it is replaced.
Whatever moment a kill comes, the JSON file names a whole tensor file.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from base import DistillError, read_text, sha256_text, write_whole
from distill.weights import load_tensors, require_numbers, save_tensors

INDEX = "checkpoint.json"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a training came.

    Attributes:
        epoch, done: the epoch, from 0, and the batches of it that were taken.
        losses: validation losses so far.
        best: index of the best of them.
    """

    epoch: int
    done: int
    losses: tuple[float, ...]
    best: int


def training_fingerprint(model: nn.Module, optimiser: torch.optim.Optimizer, told: str) -> str:
    """Return the SHA-256 of what makes a training this one and no other.

    That is the caller's own words, the names, types and shapes of the model's state, and the kind
    and groups of the optimiser. Rates are no part of it: a schedule may change them on the way.

    Args:
        model, optimiser: of the training.
        told: anything that else tells it from others: a hash of data, seed and settings.
    """
    shapes = [
        f"{name} {value.dtype} {tuple(value.shape)}" for name, value in model.state_dict().items()
    ]
    groups = [len(group["params"]) for group in optimiser.param_groups]
    return sha256_text(json.dumps([told, shapes, type(optimiser).__name__, groups]))


def save_checkpoint(
    folder: Path, place: Place, model: nn.Module, optimiser: torch.optim.Optimizer,
    kept: dict[str, Tensor], fingerprint: str,
) -> None:  # fmt: skip
    """Write model, optimiser, best weights and the random state of torch.

    ``fingerprint`` is that of :func:`training_fingerprint`.
    """
    state = optimiser.state_dict()
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    tensors |= {f"best.{name}": value for name, value in kept.items()}
    tensors["random"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random_cuda"] = torch.cuda.get_rng_state()
    if torch.backends.mps.is_available():
        tensors["random_mps"] = torch.mps.get_rng_state()
    plain: dict[str, dict[str, Any]] = {}
    for at, entries in state["state"].items():
        for name, value in entries.items():
            if isinstance(value, Tensor):
                tensors[f"optimiser.{at}.{name}"] = value
            else:
                plain.setdefault(str(at), {})[name] = value
    name = f"state-{place.epoch}-{place.done}-{len(place.losses)}.safetensors"
    save_tensors(tensors, folder / name)
    index = {
        "fingerprint": fingerprint, "place": asdict(place), "tensors": name,
        "groups": state["param_groups"], "plain": plain,
    }  # fmt: skip
    write_whole(folder / INDEX, json.dumps(index))
    for old in folder.glob("state-*.safetensors"):
        if old.name != name:
            old.unlink()


def load_checkpoint(
    folder: Path, model: nn.Module, optimiser: torch.optim.Optimizer, fingerprint: str
) -> tuple[Place, dict[str, Tensor], dict[str, Tensor]] | None:
    """Fill model and optimiser; return the place, the best weights and the random states.

    The random states are for :func:`restore_random` right before the next step. ``None`` where no
    checkpoint was written.

    Raises:
        DistillError: the checkpoint is of another training, broken, or tampered with.
    """
    if not (folder / INDEX).exists():
        return None
    try:
        index = json.loads(read_text(folder / INDEX, error=DistillError))
        mark = index["fingerprint"]
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise DistillError(
            "no checkpoint, or a broken one", where=str(folder / INDEX), hint="give another folder"
        ) from problem
    if mark != fingerprint:
        raise DistillError(
            "a checkpoint of another training", where=str(folder), hint="give another folder"
        )
    try:
        return _filled(folder, index, model, optimiser)
    except (
        AttributeError, IndexError, KeyError, TypeError, ValueError, RuntimeError, OverflowError,
    ) as problem:  # fmt: skip
        raise DistillError(
            "a broken checkpoint", where=str(folder / INDEX), hint="give another folder"
        ) from problem


def _filled(
    folder: Path, index: dict[str, Any], model: nn.Module, optimiser: torch.optim.Optimizer
) -> tuple[Place, dict[str, Tensor], dict[str, Tensor]]:
    name = index["tensors"]
    if Path(name).name != name:
        raise ValueError("tensors outside the folder")
    tensors = load_tensors(folder / name)
    require_numbers({**_part(tensors, "model."), **_part(tensors, "best.")}, folder / name)
    shape = torch.get_rng_state().shape
    if tensors["random"].dtype != torch.uint8 or tensors["random"].shape != shape:
        raise ValueError("random state of another kind")
    # Building everything first leaves model and optimiser as they were where a part is broken.
    state: dict[int, dict[str, Any]] = {int(at): dict(one) for at, one in index["plain"].items()}
    for key, value in _part(tensors, "optimiser.").items():
        at, entry = key.split(".", 1)
        state.setdefault(int(at), {})[entry] = value
    groups = [
        {entry: tuple(value) if entry == "betas" else value for entry, value in group.items()}
        for group in index["groups"]
    ]
    found = index["place"]
    place = Place(
        int(found["epoch"]), int(found["done"]), tuple(map(float, found["losses"])),
        int(found["best"]),
    )  # fmt: skip
    model.load_state_dict(_part(tensors, "model."))
    optimiser.load_state_dict({"state": state, "param_groups": groups})
    return place, _part(tensors, "best."), tensors


def restore_random(tensors: dict[str, Tensor]) -> None:
    """Set the random state of torch to that of a checkpoint."""
    torch.set_rng_state(tensors["random"])
    if "random_cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["random_cuda"])
    if "random_mps" in tensors and torch.backends.mps.is_available():
        torch.mps.set_rng_state(tensors["random_mps"])


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    start = len(prefix)
    return {name[start:]: value for name, value in tensors.items() if name.startswith(prefix)}
