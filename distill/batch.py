"""A batch of samples seen through several modalities, any of which may be missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Literal

import torch
from torch import Tensor

from base import DistillError


@dataclass(frozen=True, slots=True)
class ModalityBatch:
    """Values, masks, times and targets of one batch; every sample has at least one modality.

    Attributes:
        values: by modality, shape (samples, ...); rows of absent samples may hold anything.
        present: by modality, whether the sample has it, boolean, shape (samples,).
        time: by modality, when it was measured in hours, shape (samples,) or (samples, steps), NaN
            where a series has a gap; only of modalities that have times.
        targets: what is to be learned, by name, shape (samples, ...).
        ids: of the samples; empty where nobody needs them.

    Raises:
        DistillError: no modality, a sample without any, or shapes that do not fit together.
    """

    values: Mapping[str, Tensor]
    present: Mapping[str, Tensor]
    time: Mapping[str, Tensor] = field(default_factory=dict)
    targets: Mapping[str, Tensor] = field(default_factory=dict)
    ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_modality(self.values)
        if set(self.present) != set(self.values) or not set(self.time) <= set(self.values):
            raise DistillError(
                "masks or times of other modalities than the values",
                where="batch",
                hint=f"give one mask for each of {', '.join(sorted(self.values))}",
            )
        self._require_rows()
        if not torch.stack(list(self.present.values())).any(dim=0).all():
            raise DistillError(
                "a sample without any modality", where="batch", hint="leave the sample out"
            )

    def _require_rows(self) -> None:
        for name, mask in self.present.items():
            if mask.dtype != torch.bool or mask.ndim != 1:
                raise DistillError("a mask that is not one boolean per sample", where=name)
        lengths = {len(mask) for mask in self.present.values()}
        for part in (self.values, self.time, self.targets):
            lengths |= {len(value) for value in part.values()}
        if self.ids:
            lengths.add(len(self.ids))
        if len(lengths) != 1:
            raise DistillError(
                f"parts of different length: {sorted(lengths)}",
                where="batch",
                hint="give every value, mask, time and target one row per sample",
            )

    @classmethod
    def complete(
        cls, values: Mapping[str, Tensor], *, targets: Mapping[str, Tensor] | None = None
    ) -> ModalityBatch:
        """Return a batch in which no sample lacks a modality."""
        require_modality(values)
        present = {
            name: torch.ones(len(value), dtype=torch.bool, device=value.device)
            for name, value in values.items()
        }
        return cls(values, present, targets=targets or {})

    @property
    def modalities(self) -> tuple[str, ...]:
        """The names of the modalities, sorted."""
        return tuple(sorted(self.values))

    def __len__(self) -> int:
        return len(next(iter(self.present.values())))

    def only(self, names: Iterable[str]) -> ModalityBatch:
        """Return the batch as if the other modalities had never been measured.

        Raises:
            DistillError: nothing would be left, of the batch or of a sample.
        """
        kept = set(names)
        return replace(
            self,
            values=_chosen(self.values, kept),
            present=_chosen(self.present, kept),
            time=_chosen(self.time, kept),
        )

    def masked(self, names: Iterable[str]) -> ModalityBatch:
        """Return the batch with the named modalities marked absent, their values left in place.

        Raises:
            DistillError: a sample would keep none.
        """
        gone = set(names)
        present = {
            name: torch.zeros_like(mask) if name in gone else mask
            for name, mask in self.present.items()
        }
        return replace(self, present=present)

    def rows(self, chosen: Tensor) -> ModalityBatch:
        """Return the samples of the given numbers, in that order."""
        ids = tuple(self.ids[at] for at in chosen.tolist()) if self.ids else ()
        return self._each(lambda value: value[chosen], ids)

    def to(self, device: torch.device | str) -> ModalityBatch:
        """Return the batch on a device."""
        return self._each(lambda value: value.to(device), self.ids)

    def _each(self, change: Callable[[Tensor], Tensor], ids: tuple[str, ...]) -> ModalityBatch:
        values, present, time, targets = (
            {name: change(value) for name, value in part.items()}
            for part in (self.values, self.present, self.time, self.targets)
        )
        return ModalityBatch(values, present, time, targets, ids)


def require_modality(values: Mapping[str, object]) -> None:
    """Refuse an empty mapping of modalities.

    Raises:
        DistillError: there is none.
    """
    if not values:
        raise DistillError("no modality", where="batch", hint="give at least one modality")


def joined(batches: Sequence[ModalityBatch]) -> ModalityBatch:
    """Return the samples of several batches in one, in order.

    Raises:
        DistillError: there is no batch, or they differ in modalities, times, targets or shapes.
    """
    require_modality(batches[0].values if batches else {})
    if len({_shape_of(one) for one in batches}) != 1:
        raise DistillError(
            "batches that do not fit together",
            where="batch",
            hint="give all of them the same modalities, times and targets, of the same shapes",
        )

    def part(name: Literal["values", "present", "time", "targets"]) -> dict[str, Tensor]:
        every = [getattr(one, name) for one in batches]
        return {key: torch.cat([one[key] for one in every]) for key in every[0]}

    ids = tuple(one for batch in batches for one in batch.ids)
    return ModalityBatch(part("values"), part("present"), part("time"), part("targets"), ids)


def _shape_of(batch: ModalityBatch) -> object:
    parts = (batch.values, batch.time, batch.targets)
    shapes = [frozenset((name, value.shape[1:]) for name, value in one.items()) for one in parts]
    return (*shapes, bool(batch.ids))


def subsets(modalities: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield every non-empty subset, small ones first: 2^M - 1 of them."""
    names = sorted(modalities)
    for size in range(1, len(names) + 1):
        yield from combinations(names, size)


def _chosen(part: Mapping[str, Tensor], kept: set[str]) -> dict[str, Tensor]:
    return {name: value for name, value in part.items() if name in kept}
