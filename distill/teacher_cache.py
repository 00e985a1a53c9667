"""What a teacher said, kept on disk: asked once, by sample, for exactly these weights."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from base import DistillError, sha256_text
from distill.batch import ModalityBatch
from distill.ensemble import TeacherEnsemble
from distill.teacher import FrozenTeacher, Told
from distill.weights import load_note, load_tensors, save_tensors


class TeacherCache:
    """Answers of one teacher or ensemble by sample id, in shards that are each written whole.

    A killed filling goes on after its last shard. Shards of other weights, temperatures or kinds
    lie beside without being read: the teacher's fingerprint is part of their name and their note.
    An id stands for the sample as it was first seen, its presence included.

    Args:
        folder: of the shards.
        teacher: whose answers they are.

    Raises:
        DistillError: a shard under this teacher's name is broken or of another teacher.
    """

    def __init__(self, folder: Path, teacher: FrozenTeacher | TeacherEnsemble) -> None:
        self.folder, self.teacher = folder, teacher
        self.fingerprint = teacher.fingerprint
        self._rows: dict[str, tuple[Tensor, Tensor]] = {}
        for path in sorted(folder.glob(f"{self.fingerprint[:16]}-*.safetensors")):
            self._read(path)

    def __len__(self) -> int:
        return len(self._rows)

    def fill(self, batches: Iterable[ModalityBatch]) -> None:
        """Ask the teacher about samples it was not asked about; one shard for each batch.

        Raises:
            DistillError: a batch without ids, or a folder that cannot be written.
        """
        for batch in batches:
            if not batch.ids:
                raise DistillError(
                    "samples without ids", where="teacher cache", hint="give the batch ids"
                )
            new = [at for at, name in enumerate(batch.ids) if name not in self._rows]
            if new:
                self._ask(batch.rows(torch.tensor(new)))

    def told(self, ids: Sequence[str]) -> Told:
        """Return what the teacher said of these samples, in this order.

        Raises:
            DistillError: no id, or one that it was not asked about.
        """
        missing = [name for name in ids if name not in self._rows]
        if missing or not ids:
            raise DistillError(
                f"{len(missing)} of {len(ids)} samples were never asked about",
                where="teacher cache",
                hint="fill it first",
            )
        rows = [self._rows[name] for name in ids]
        return Told(*(torch.stack(part) for part in zip(*rows, strict=True)))

    def _ask(self, batch: ModalityBatch) -> None:
        told = self.teacher.told(batch)
        outputs, speaks = told.outputs.cpu(), told.speaks.cpu()
        ids = json.dumps(batch.ids)
        path = self.folder / f"{self.fingerprint[:16]}-{sha256_text(ids)[:16]}.safetensors"
        note = {"teacher": self.fingerprint, "ids": ids}
        save_tensors({"outputs": outputs, "speaks": speaks}, path, note=note)
        self._keep(batch.ids, outputs, speaks)

    def _read(self, path: Path) -> None:
        tensors, note = load_tensors(path), load_note(path)
        if note.get("teacher") != self.fingerprint:
            raise DistillError(
                "answers of another teacher", where=str(path), hint="delete it or give its teacher"
            )
        try:
            self._keep(json.loads(note["ids"]), tensors["outputs"], tensors["speaks"])
        except (KeyError, ValueError, TypeError, RecursionError) as problem:
            raise DistillError(
                "broken answers of a teacher", where=str(path), hint="delete it"
            ) from problem

    def _keep(self, ids: Sequence[str], outputs: Tensor, speaks: Tensor) -> None:
        self._rows.update(zip(ids, zip(outputs, speaks, strict=True), strict=True))
