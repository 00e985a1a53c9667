"""Tensors on disk: safetensors only, written whole, read with one clear line when unusable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from base import DistillError, one_line, read_bytes, write_whole

if TYPE_CHECKING:
    from torch import Tensor, nn

#: Larger files are refused before they fill the memory.
LARGEST = 4 * 1024**3
#: Key of the header note under which the hash of the tensors is kept.
HASH = "tensors_sha256"


def save_tensors(
    tensors: Mapping[str, Tensor], path: Path, *, note: Mapping[str, str] | None = None
) -> None:
    """Write tensors completely or not at all.

    Args:
        tensors: by name; views and shared memory are copied.
        path: the file.
        note: kept in the file's header.
    """
    from safetensors.torch import save

    apart = {name: value.detach().cpu().clone().contiguous() for name, value in tensors.items()}
    data = save(apart, metadata={**(note or {}), HASH: tensors_hash(apart)})
    write_whole(path, in_order(data))


def in_order(data: bytes) -> bytes:
    """Return a safetensors file with its header note in order of key.

    The library keeps the note in a hash map, so that the same tensors and note give other bytes
    at every call. The tensors stay where they are.
    """
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    note = header.pop("__metadata__", {})
    text = json.dumps({"__metadata__": dict(sorted(note.items())), **header}, separators=(",", ":"))
    head = text.encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + data[8 + length :]


def load_tensors(path: Path) -> dict[str, Tensor]:
    """Read the tensors of a file; no code in it is run.

    Raises:
        DistillError: the file is missing, too large, no safetensors file, or holds other tensors
            than its own hash says (:data:`HASH`).
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    data = read_bytes(path, limit=LARGEST, error=DistillError)
    try:
        tensors = load(data)
    except (SafetensorError, ValueError, KeyError, RuntimeError) as problem:
        raise _unreadable(path) from problem
    stated = _header(path).get(HASH)
    if stated is not None and stated != tensors_hash(tensors):
        raise DistillError(
            "tensors that do not match the hash in the file", where=str(path), hint="copy it again"
        )
    return tensors


def require_numbers(tensors: Mapping[str, Tensor], path: Path) -> None:
    """Refuse tensors of which a value is NaN: no network answers with them.

    Raises:
        DistillError: which tensor of the file it is.
    """
    for name, value in tensors.items():
        if value.is_floating_point() and bool(value.float().isnan().any()):
            raise DistillError(
                f"'{one_line(name)[:80]}' holds NaN", where=str(path), hint="make it again"
            )


def is_hashed(path: Path) -> bool:
    """Say whether a file carries the hash of its own tensors, which :func:`load_tensors` checks.

    Raises:
        DistillError: the file is no safetensors file.
    """
    return HASH in _header(path)


def load_note(path: Path) -> dict[str, str]:
    """Read the header note of a file without its tensors.

    Raises:
        DistillError: the file is no safetensors file.
    """
    return {key: value for key, value in _header(path).items() if key != HASH}


def _header(path: Path) -> dict[str, str]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            return dict(file.metadata() or {})
    except (SafetensorError, OSError, ValueError, MemoryError) as problem:
        raise _unreadable(path) from problem


def save_weights(network: nn.Module, path: Path) -> None:
    """Write the weights and buffers of a network."""
    save_tensors(network.state_dict(), path)


def restore_weights(network: nn.Module, path: Path) -> None:
    """Fill a network with weights that :func:`save_weights` wrote.

    Raises:
        DistillError: the file cannot be read, is tampered with, or holds another network.
    """
    kept, own = load_tensors(path), network.state_dict()
    if {name: value.shape for name, value in kept.items()} != {
        name: value.shape for name, value in own.items()
    }:
        raise DistillError(
            "weights of another network", where=str(path), hint="train again, or give its own file"
        )
    require_numbers(kept, path)
    network.load_state_dict(kept)


def weights_hash(network: nn.Module) -> str:
    """Return the SHA-256 of all names, types, shapes and values of a network's state."""
    return tensors_hash(network.state_dict())


def tensors_hash(tensors: Mapping[str, Tensor]) -> str:
    """Return the SHA-256 of the names, types, shapes and values of tensors, in order of name."""
    import torch

    digest = hashlib.sha256()
    for name, value in sorted(tensors.items()):
        whole = value.detach().cpu().contiguous()
        digest.update(f"{name} {whole.dtype} {tuple(whole.shape)}\n".encode())
        digest.update(whole.flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _unreadable(path: Path) -> DistillError:
    return DistillError(
        "no safetensors file, or a broken one", where=str(path), hint="delete it and make it again"
    )
