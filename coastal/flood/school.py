"""From a folder of chips to a student on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from base import UsageError
from coastal.flood.adapting import Scene, fisher
from coastal.flood.chips import chip_names, read_chip
from coastal.flood.lessons import Lesson, lesson
from coastal.flood.mapping import FloodStudent
from coastal.flood.optics import calibrate, coarse_image
from coastal.flood.teacher import TeacherPlan, parameter_count, taught, train_teacher
from coastal.flood.teaching import StudentPlan, train_student

#: Members of the shipped student; together still less than a tenth of the teacher.
MEMBERS = 5


@dataclass(frozen=True, slots=True)
class SchoolPlan:
    """How a student is made; :meth:`quick` is for a first look within a minute."""

    teacher: TeacherPlan = field(default_factory=TeacherPlan)
    student: StudentPlan = field(default_factory=StudentPlan)
    members: int = MEMBERS

    @classmethod
    def quick(cls) -> SchoolPlan:
        """Return a plan of a few epochs and two members; its maps are worse."""
        return cls(TeacherPlan(epochs=2), StudentPlan(epochs=3), 2)


def train(
    data_folder: Path, out: Path, seed: int = 0, progress: bool = False, *,
    plan: SchoolPlan | None = None,
) -> FloodStudent:  # fmt: skip
    """Train a teacher on all chips of a folder and a student from it, and write the student.

    Args:
        data_folder: files as :func:`coastal.flood.read_chip` takes them.
        out: a file ``.safetensors``, or a folder for ``student.safetensors``.
        seed: same seed and data, same student.
        progress: show bars on standard error.
        plan: of the training.

    Raises:
        UsageError: no chips, too few, or none with an optical image.
    """
    plan = plan or SchoolPlan()
    names = chip_names(data_folder)
    if len(names) < 2:
        raise UsageError("a single chip", where=str(data_folder), hint="give at least two")
    chips = [read_chip(data_folder, name) for name in names]
    # Sums of several threads round otherwise.
    torch.set_num_threads(1)
    calibration = calibrate(chips)
    teacher, _ = train_teacher(
        chips, seed=seed, plan=plan.teacher, progress="teacher" if progress else None
    )
    said = [taught(teacher, chip) for chip in chips]
    members, thresholds, informed = [], [], []
    for number in range(plan.members):
        own = seed + number
        lessons: list[Lesson] = [
            lesson(chip, coarse_image(chip, calibration, np.random.default_rng((own, at))), told)
            for at, (chip, told) in enumerate(zip(chips, said, strict=True))
        ]
        title = f"student {number + 1} of {plan.members}" if progress else None
        member, threshold = train_student(
            lessons, arm="distilled", fraction=1.0, seed=own, plan=plan.student, progress=title
        )
        members.append(member)
        thresholds.append(threshold)
        seen = [Scene(one.image, one.share, one.valid) for one in lessons]
        informed.append(fisher(member, seen, seed=own))
    student = FloodStudent(
        members,
        threshold=round(float(np.mean(thresholds)), 3),
        fisher=informed,
        note={
            "chips": list(names),
            "seed": seed,
            "teacher_parameters": parameter_count(teacher),
            "optics": "simulated from SAR and label but for chips with an optical image",
        },
    )
    out = Path(out)
    student.save(out if out.suffix == ".safetensors" else out / "student.safetensors")
    return student
