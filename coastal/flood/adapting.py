"""Local fine-tuning that keeps what the teacher taught: elastic weights with exact Fisher."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor
from torch.func import functional_call
from torch.nn import functional

from base import UsageError
from coastal.flood.mapping import FloodStudent, checked
from coastal.flood.student import DILATIONS, FloodNet, student_input
from distill.continual import Anchor
from distill.fisher import exact_fisher
from distill.losses import soft_cross_entropy

#: Coarse pixels that a pixel sees each way.
REACH = 1 + sum(DILATIONS)
#: Strength of the penalty, chosen with seeds that are not reported
#: (``benchmarks/coastal_flood_continual.py``).
STRENGTH = 10.0


@dataclass(frozen=True, slots=True)
class Adapted:
    """A student after a local lesson.

    Attributes:
        student: the new one; the old one is left as it was.
        moved: greatest change of any weight, over all members.
        loss: cross-entropy on the local labels before and after.
    """

    student: FloodStudent
    moved: float
    loss: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scene:
    """A labelled scene on the coarse grid, as tensors."""

    image: Tensor
    share: Tensor
    valid: Tensor


def scene(image: ArrayLike, cloud_mask: ArrayLike | None, label: ArrayLike) -> Scene:
    """Return a labelled scene.

    Args:
        image, cloud_mask: as of :meth:`FloodStudent.map`.
        label: share of water, 0 to 1, shape (height, width); negative or NaN where not known.

    Raises:
        UsageError: shapes that do not fit, or no label at all.
    """
    bands, hidden = checked(image, cloud_mask)
    known = np.nan_to_num(np.asarray(label, dtype=np.float64), nan=-1.0)
    if known.shape != hidden.shape:
        raise UsageError(
            f"labels of shape {known.shape} for an image of {hidden.shape} pixels",
            where="flood labels",
        )
    if not (known >= 0).any() or known.max() > 1:
        raise UsageError(
            "no label, or such as are no share", where="flood labels",
            hint="give 0 to 1, and -1 where not known",
        )  # fmt: skip
    valid = torch.from_numpy((known >= 0).astype(np.float32))
    share = torch.from_numpy(np.clip(known, 0, 1).astype(np.float32))
    return Scene(student_input(bands, hidden), share, valid)


def adapt(
    student: FloodStudent, scenes: Sequence[Scene], *, strength: float = STRENGTH,
    replay: Sequence[Scene] = (), steps: int = 120, rate: float = 1e-3, seed: int = 0,
) -> Adapted:  # fmt: skip
    """Return the student after it learned local scenes, without forgetting what it knew.

    Each member is held by ``(λ / 2) Σ F (θ - θ*)²`` with the exact Fisher information that it
    carries, so that no old scene is needed. The result carries the sum of old and new information
    (online EWC, arXiv:1805.06370), for the next place.

    Args:
        student: with Fisher information, unless ``strength`` is 0.
        scenes: of :func:`scene`, at least one.
        strength: ``λ``; 0 is plain fine-tuning.
        replay: old scenes to learn again beside the new, if there are any.
        steps: of the optimiser; every second one is on ``replay`` if there is any.
        rate: of learning.
        seed: of crops and dropout.

    Raises:
        UsageError: no scene, or a student that carries no Fisher information.
    """
    if not scenes:
        raise UsageError("no scene to learn from", where="flood student")
    if strength > 0 and student.fisher is None:
        raise UsageError(
            "this student carries no Fisher information", where="flood student",
            hint="train it again, or adapt with strength 0",
        )  # fmt: skip
    members, informed, before, after, moved = [], [], [], [], 0.0
    for number, old in enumerate(student.members):
        net = FloodNet()
        net.load_state_dict(old.state_dict())
        held = None
        if student.fisher is not None:
            held = Anchor(dict(old.named_parameters()), student.fisher[number])
        before.append(_loss(net.eval(), scenes))
        _learn(net, scenes, replay, held, strength, steps, rate, seed + number)
        after.append(_loss(net.eval(), scenes))
        fresh = dict(net.named_parameters())
        with torch.no_grad():
            gaps = [(fresh[name] - was).abs().max() for name, was in old.named_parameters()]
        moved = max(moved, float(torch.stack(gaps).max()))
        if held is not None:
            informed.append(held.after(fresh, fisher(net, scenes, seed=seed), keep=1.0).fisher)
        members.append(net)
    adapted = FloodStudent(
        members, threshold=student.threshold, note={**student.note, "adapted": True},
        fisher=informed or None,
    )  # fmt: skip
    return Adapted(adapted, moved, (float(np.mean(before)), float(np.mean(after))))


def fisher(
    net: FloodNet, scenes: Sequence[Scene], *, seed: int, pixels: int = 192
) -> dict[str, Tensor]:
    """Return the exact Fisher information per pixel, over pixels drawn from some scenes.

    An example is one pixel with all that it sees.

    Args:
        net: a member, which is read in evaluation mode.
        scenes: only their images are read.
        seed: of the draw.
        pixels: how many.
    """
    draw = np.random.default_rng((seed, 5))
    side = 2 * REACH + 1
    padded = [functional.pad(one.image, [REACH] * 4) for one in scenes]
    patches = []
    for at in draw.integers(len(scenes), size=pixels):
        height, width = scenes[at].share.shape
        top, left = int(draw.integers(height)), int(draw.integers(width))
        patches.append(padded[at][:, top : top + side, left : left + side])
    net.eval()

    def answer(weights: Mapping[str, Tensor], patch: Tensor) -> Tensor:
        logits, _ = functional_call(net, dict(weights), (patch[None],))
        centre: Tensor = logits[0, :, REACH, REACH]
        return centre

    found = exact_fisher(
        answer, dict(net.named_parameters()), torch.stack(patches), kind="classes", chunk=16
    )
    return {name: value.detach() for name, value in found.items()}


def _learn(
    net: FloodNet, scenes: Sequence[Scene], replay: Sequence[Scene], held: Anchor | None,
    strength: float, steps: int, rate: float, seed: int,
) -> None:  # fmt: skip
    torch.manual_seed(seed)
    draw = np.random.default_rng((seed, 9))
    optimiser = torch.optim.Adam(net.parameters(), lr=rate)
    net.train().requires_grad_(True)
    for number in range(steps):
        among = replay if replay and number % 2 else scenes
        image, share, valid = _crop(among, draw)
        if not bool((valid > 0).any()):
            continue
        loss = _task(net(image)[0], share, valid)
        if held is not None and strength > 0:
            loss = loss + held.penalty(dict(net.named_parameters()), strength=strength)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()


def _crop(
    scenes: Sequence[Scene], draw: np.random.Generator, count: int = 4, side: int = 32
) -> tuple[Tensor, ...]:
    size = min(side, *(length for one in scenes for length in one.share.shape))
    parts: list[list[Tensor]] = [[], [], []]
    for at in draw.integers(len(scenes), size=count):
        one = scenes[at]
        top, left = (int(draw.integers(length - size + 1)) for length in one.share.shape)
        for stack, value in zip(parts, (one.image, one.share, one.valid), strict=True):
            stack.append(value[..., top : top + size, left : left + size])
    return tuple(torch.stack(stack) for stack in parts)


def _task(logits: Tensor, share: Tensor, valid: Tensor) -> Tensor:
    rows = logits.movedim(1, -1).reshape(-1, 2)
    target = torch.stack([1 - share, share], dim=-1).reshape(-1, 2)
    return soft_cross_entropy(rows, target, valid.flatten())


@torch.no_grad()
def _loss(net: FloodNet, scenes: Sequence[Scene]) -> float:
    every = [_task(net(s.image[None])[0], s.share[None], s.valid[None]) for s in scenes]
    return float(torch.stack(every).mean())
