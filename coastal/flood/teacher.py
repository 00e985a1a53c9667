"""The teacher: a small vision transformer on SAR patches with a head that draws every pixel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from transformers import ViTConfig, ViTModel

from coastal.flood.chips import TILE, Chip
from coastal.flood.scores import best_threshold
from distill.training import fit

#: Side of a patch in pixels of 10 m: one token each.
PATCH = 8
#: Mean and spread in dB by which VV and VH are standardised, whatever the chip.
MEAN_DB, SPREAD_DB = (-12.0, -19.5), (5.0, 6.0)
#: Of all tiles, those with this remainder of their number by 8 validate.
VALIDATION = 3


@dataclass(frozen=True, slots=True)
class TeacherPlan:
    """Size and training of the teacher; chosen on validation tiles."""

    width: int = 128
    depth: int = 4
    heads: int = 4
    epochs: int = 12
    batch: int = 16
    rate: float = 1e-3


class FloodTeacher(nn.Module):
    """A ViT encoder on tiles of VV and VH, and a head that draws water at 10 m.

    The head adds what the tokens say to what three convolutions see at full resolution, because a
    token alone cannot draw the banks of a river within its patch.
    """

    def __init__(self, plan: TeacherPlan | None = None) -> None:
        super().__init__()
        self.plan = plan or TeacherPlan()
        settings = ViTConfig(
            hidden_size=self.plan.width, num_hidden_layers=self.plan.depth,
            num_attention_heads=self.plan.heads, intermediate_size=2 * self.plan.width,
            image_size=TILE, patch_size=PATCH, num_channels=2,
            hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.0,
        )  # fmt: skip
        self.encoder = ViTModel(settings, add_pooling_layer=False)
        self.spread = nn.Linear(self.plan.width, 16 * (PATCH // 2) ** 2)
        self.detail = nn.Sequential(nn.Conv2d(2, 16, 5, padding=2), nn.GELU())
        self.draw = nn.Sequential(
            nn.Conv2d(32, 16, 3, padding=1), nn.GELU(), nn.Conv2d(16, 1, 3, padding=1)
        )

    def forward(self, tiles: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits of water, (tiles, 64, 64), and tokens, (tiles, 8, 8, width).

        Args:
            tiles: standardised backscatter, shape (tiles, 2, 64, 64).
        """
        tokens = self.encoder(pixel_values=tiles).last_hidden_state[:, 1:]
        side = TILE // PATCH
        coarse = self.spread(tokens).transpose(1, 2).reshape(len(tiles), -1, side, side)
        coarse = functional.pixel_shuffle(coarse, PATCH // 2)
        coarse = functional.interpolate(coarse, scale_factor=2.0, mode="bilinear")
        both = torch.cat([coarse, self.detail(tiles)], dim=1)
        return self.draw(both)[:, 0], tokens.reshape(len(tiles), side, side, -1)


@dataclass(frozen=True, slots=True)
class TaughtChip:
    """What the teacher says of one chip.

    Attributes:
        probability: of water at 10 m, shape (height, width).
        tokens: features, shape (height / 8, width / 8, width of the teacher).
    """

    probability: NDArray[np.float32]
    tokens: Tensor


def parameter_count(network: nn.Module) -> int:
    """Return the number of parameters of a network."""
    return sum(one.numel() for one in network.parameters())


def standardised(sar: NDArray[np.float32]) -> Tensor:
    """Return backscatter in dB, shape (2, ...), as the teacher wants it."""
    shape = (2,) + (1,) * (sar.ndim - 1)
    mean, spread = (np.array(one, np.float32).reshape(shape) for one in (MEAN_DB, SPREAD_DB))
    return torch.from_numpy(np.clip((sar - mean) / spread, -4, 4).astype(np.float32))


def is_validation(chips: int, rows: int, columns: int) -> NDArray[np.bool_]:
    """Return which tiles of some chips validate, shape (chips, rows, columns): one in eight."""
    number = np.arange(rows * columns).reshape(rows, columns)
    slanted = number + np.arange(rows)[:, None] * 3
    return np.stack([(slanted + chip) % 8 == VALIDATION for chip in range(chips)])


def train_teacher(
    chips: Sequence[Chip], *, seed: int, plan: TeacherPlan | None = None,
    progress: str | None = None,
) -> tuple[FloodTeacher, float]:  # fmt: skip
    """Return a teacher of all labels of some chips, and its threshold of greatest IoU.

    Epoch and threshold are chosen on one tile in eight, which trains nothing.

    Args:
        chips: to learn from; a chip that is held out must not be among them.
        seed: of weights, order and augmentation.
        plan: size and training.
        progress: title of a bar on standard error.
    """
    plan = plan or TeacherPlan()
    torch.manual_seed(seed)
    tiles, labels, held = _tiles(chips)
    network = FloodTeacher(plan)
    optimiser = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=0.05)
    steps = plan.epochs * (len(tiles[~held]) // plan.batch)
    slope = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.rate, total_steps=steps + 1)

    def step(batch: tuple[Tensor, Tensor]) -> Tensor:
        return masked_loss(network(batch[0])[0], batch[1])

    def batches(epoch: int) -> Iterator[tuple[Tensor, Tensor]]:
        draw = np.random.default_rng((seed, epoch))
        order = draw.permutation(np.flatnonzero(~held))
        for at in range(0, len(order) - plan.batch + 1, plan.batch):
            rows = order[at : at + plan.batch]
            yield _augmented(tiles[rows], labels[rows], draw)

    def validate() -> float:
        return float(masked_loss(_logits(network, tiles[held]), labels[held]))

    fit(
        network, step=step, batches=batches, validate=validate, optimiser=optimiser,
        epochs=plan.epochs, patience=plan.epochs, device="cpu", progress=progress,
        tick=slope.step,
    )  # fmt: skip
    with torch.no_grad():
        said = torch.sigmoid(_logits(network, tiles[held])).numpy()
    network.requires_grad_(False)
    return network, best_threshold(said, labels[held].numpy())


def masked_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the binary cross-entropy over pixels whose label is not -1; 0 if there is none."""
    valid = labels >= 0
    if not bool(valid.any()):
        return logits.sum() * 0
    return functional.binary_cross_entropy_with_logits(logits[valid], labels[valid].float())


@torch.no_grad()
def taught(network: FloodTeacher, chip: Chip) -> TaughtChip:
    """Return what a frozen teacher says of a whole chip.

    Tiles overlap by half; what is drawn near a tile's border counts less.
    """
    network.eval()
    rows, columns = chip.tiles
    image = standardised(chip.sar)
    height, width = rows * TILE, columns * TILE
    total, weight = torch.zeros(height, width), torch.zeros(height, width)
    ramp = 1 - (torch.arange(TILE) - (TILE - 1) / 2).abs() / (TILE / 2) + 0.05
    window = ramp[:, None] * ramp
    tokens = torch.zeros(rows * 8, columns * 8, network.plan.width)
    for top in range(0, height - TILE + 1, TILE // 2):
        lefts = list(range(0, width - TILE + 1, TILE // 2))
        strip = torch.stack([image[:, top : top + TILE, at : at + TILE] for at in lefts])
        logits, features = network(strip)
        for at, said, feature in zip(lefts, torch.sigmoid(logits), features, strict=True):
            total[top : top + TILE, at : at + TILE] += window * said
            weight[top : top + TILE, at : at + TILE] += window
            if top % TILE == 0 and at % TILE == 0:
                tokens[top // 8 : top // 8 + 8, at // 8 : at // 8 + 8] = feature
    return TaughtChip((total / weight).numpy(), tokens)


def _tiles(chips: Sequence[Chip]) -> tuple[Tensor, Tensor, NDArray[np.bool_]]:
    tiles, labels, held = [], [], []
    for number, chip in enumerate(chips):
        rows, columns = chip.tiles
        image, label = standardised(chip.sar), torch.from_numpy(chip.label.astype(np.int64))
        marks = is_validation(len(chips), rows, columns)[number]
        for row in range(rows):
            for column in range(columns):
                down = slice(row * TILE, (row + 1) * TILE)
                across = slice(column * TILE, (column + 1) * TILE)
                if not bool((label[down, across] >= 0).any()):
                    continue
                tiles.append(image[:, down, across])
                labels.append(label[down, across])
                held.append(bool(marks[row, column]))
    return torch.stack(tiles), torch.stack(labels), np.array(held)


def _augmented(tiles: Tensor, labels: Tensor, draw: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Turn and mirror a batch, and shift its brightness: by 0.2 of the spread, about 1 dB."""
    turns = int(draw.integers(4))
    tiles, labels = (torch.rot90(one, turns, (-2, -1)) for one in (tiles, labels))
    if draw.integers(2):
        tiles, labels = tiles.flip(-1), labels.flip(-1)
    shift = torch.from_numpy(draw.normal(0, 0.2, (len(tiles), 2, 1, 1)).astype(np.float32))
    return tiles + shift, labels


def _logits(network: Any, tiles: Tensor) -> Tensor:
    return torch.cat([network(part)[0] for part in torch.split(tiles, 32)])
