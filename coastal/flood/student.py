"""The student: a light convolutional network on coarse, cloudy optics."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

#: Channels that :func:`student_input` makes.
INPUTS = 6
#: Channels of the network.
WIDTH = 16
#: Dilations of its blocks: a pixel sees 16 coarse pixels each way, past most clouds' edges.
DILATIONS = (1, 2, 4, 8)
DROPOUT = 0.1
#: Spread by which log-reflectances are divided.
SCALE = 0.7


class FloodNet(nn.Module):
    """Dilated residual convolutions; says dry or water for each coarse pixel.

    There is no norm: its statistics would differ between crops in training and scenes in use.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(INPUTS, WIDTH, 3, padding=1)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.GELU(),
                nn.Conv2d(WIDTH, WIDTH, 3, padding=one, dilation=one),
                nn.Dropout(DROPOUT),
            )
            for one in DILATIONS
        )
        self.head = nn.Conv2d(WIDTH, 2, 1)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (dry, water) and features, (images, 2 or WIDTH, height, width).

        Args:
            image: of :func:`student_input`, shape (images, INPUTS, height, width).
        """
        features = self.stem(image)
        for block in self.blocks:
            features = features + block(features)
        return self.head(features), features


def jittered(image: Tensor, shift: Tensor) -> Tensor:
    """Return inputs as if the scene's bands had other gains.

    Args:
        image: of :func:`student_input`, shape (images, INPUTS, height, width).
        shift: change of log-reflectance, shape (images, 3).
    """
    clear = image[:, 5:]
    logged = image[:, :3] + shift[:, :, None, None] / SCALE
    # (a - b) / (a + b) is the hyperbolic tangent of half the difference of logarithms.
    gap = (logged[:, :1] - logged[:, 1:3]) * SCALE / 2
    return torch.cat([logged * clear, 2 * torch.tanh(gap) * clear, clear], dim=1)


def student_input(reflectance: ArrayLike, cloud: ArrayLike) -> Tensor:
    """Return what the network reads: three log-reflectances, two indices, a mask of clear pixels.

    All is 0 under cloud. The indices compare green with near infrared (McFeeters 1996) and with
    short-wave infrared (Xu 2006).

    Args:
        reflectance: green, near and short-wave infrared, 0 to about 1, shape (3, height, width).
        cloud: where the surface is hidden, shape (height, width).
    """
    bands = np.asarray(reflectance, dtype=np.float64)
    hidden = np.asarray(cloud, dtype=bool) | ~np.isfinite(bands).all(axis=0)
    green, near, short = np.clip(np.where(hidden, 0.1, bands), 1e-3, 1.5)
    parts = [np.log(one) / SCALE + 2.6 for one in (green, near, short)]
    parts += [2 * (green - one) / (green + one) for one in (near, short)]
    whole = np.where(hidden, 0.0, np.stack(parts))
    return torch.from_numpy(np.concatenate([whole, ~hidden[None]]).astype(np.float32))
