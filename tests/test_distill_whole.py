"""All parts together: teachers of one modality each teach a student of both, killed on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from distill.batch import ModalityBatch
from distill.objective import Lesson, Objective, alignment, distillation
from distill.projection import AlignmentHead
from distill.schedule import Learned
from distill.student import CrossModalStudent
from distill.teacher import FrozenTeacher, OneModality, frozen
from distill.training import fit

NAMES = ("image", "text")


class KilledError(Exception):
    """Stands for a kill."""


def samples(count: int, seed: int) -> ModalityBatch:
    """Return samples of three classes, each seen through one or both of two noisy modalities."""
    draw = torch.Generator().manual_seed(seed)
    label = torch.randint(3, (count,), generator=draw)
    shape = functional.one_hot(label, 3).float()
    values = {name: shape + 0.5 * torch.randn(count, 3, generator=draw) for name in NAMES}
    gone = torch.randint(3, (count,), generator=draw)
    present = {name: gone != at for at, name in enumerate(NAMES)}
    # Were it read, every weight would turn NaN.
    values = {
        name: value.masked_fill(~present[name][:, None], float("nan"))
        for name, value in values.items()
    }
    return ModalityBatch(values, present, targets={"class": label})


def teachers() -> dict[str, FrozenTeacher]:
    held, found = samples(300, 1), {}
    for name in NAMES:
        network = nn.Linear(3, 3)
        with torch.no_grad():
            network.weight.copy_(12 * torch.eye(3))
            network.bias.zero_()
        found[name] = frozen(
            OneModality(name, network), kind="classes", modalities=[name], outputs=3,
            validation=held, target=held.targets["class"],
        )  # fmt: skip
    return found


class Pupil(nn.Module):
    """The student with its head, its projectors and the temperatures that it is taught at."""

    def __init__(self) -> None:
        super().__init__()
        encoders = {name: nn.Sequential(nn.Linear(3, 8), nn.Unflatten(1, (1, 8))) for name in NAMES}
        self.student = CrossModalStudent(encoders, width=8, heads=2, layers=1, bottlenecks=2)
        self.head = nn.Linear(8, 3)
        self.projectors = AlignmentHead(dict.fromkeys(NAMES, 8), dict.fromkeys(NAMES, 3))
        self.schedule = Learned(NAMES, warm_up=2)


def trained(
    folder: Path | None, told: dict[str, FrozenTeacher], *, kill_after: int | None = None
) -> tuple[Pupil, tuple[float, ...]]:
    torch.manual_seed(0)
    pupil, train, held = Pupil(), samples(256, 2), samples(200, 3)
    objective, steps, epoch_now = Objective(1.0, 0.5, 0.1), 0, 0

    def batches(epoch: int) -> Iterator[ModalityBatch]:
        nonlocal epoch_now
        epoch_now = epoch
        draw = torch.Generator().manual_seed(epoch)
        for rows in torch.randperm(len(train), generator=draw).split(32):
            yield train.rows(rows)

    def step(batch: ModalityBatch) -> Tensor:
        nonlocal steps
        if steps == kill_after:
            raise KilledError
        steps += 1
        fused = pupil.student(batch)
        logits = pupil.head(fused.pooled)
        said = {name: told[name].told(batch) for name in NAMES}
        lessons = [
            Lesson(
                "classes", logits, said[name].outputs, said[name].speaks,
                temperature=pupil.schedule.temperature(epoch_now, name),
            )
            for name in NAMES
        ]  # fmt: skip
        pairs = pupil.projectors(fused.features, {name: one.outputs for name, one in said.items()})
        both = {name: fused.used[name] & said[name].speaks for name in NAMES}
        return objective(
            functional.cross_entropy(logits, batch.targets["class"]),
            distill=distillation(lessons),
            align=alignment(pairs, both, label=batch.targets["class"]),
        ).total

    def validate() -> float:
        logits = pupil.head(pupil.student(held).pooled)
        return float(functional.cross_entropy(logits, held.targets["class"]))

    history = fit(
        pupil, step=step, batches=batches, validate=validate, epochs=5, patience=9, device="cpu",
        optimiser=torch.optim.AdamW(pupil.parameters(), lr=0.01), checkpoints=folder, every=3,
        fingerprint="samples 2",
    )  # fmt: skip
    return pupil, history.losses


def test_a_student_learns_from_its_teachers_and_survives_a_kill(tmp_path: Path) -> None:
    told = teachers()
    assert all(one.temperature > 2 for one in told.values()), "they exaggerated"
    before = {name: one.fingerprint for name, one in told.items()}
    whole, losses = trained(None, told)
    with pytest.raises(KilledError):
        trained(tmp_path, told, kill_after=21)
    again, losses_again = trained(tmp_path, told)
    assert losses == losses_again and losses[-1] < 0.7 * losses[0]
    for one, other in zip(whole.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other) and one.isfinite().all()
    assert before == {name: one.fingerprint for name, one in told.items()}
    assert float(whole.schedule.temperature(4, "text").detach()) != 4, "its temperatures move"
