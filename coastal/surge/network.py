"""The two networks: a student of one gauge, and a teacher that sees weather and a neighbour too."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coastal.surge.windows import COARSE, HISTORY, LEADS, WEATHER_HISTORY
from distill.batch import ModalityBatch
from distill.temporal import TimeAttention

#: Hours before the issue at which the student reads its gauge; some stand half a tide apart.
READ_AT = (0, -1, -2, -3, -4, -6, -8, -10, -12, -13, -18, -24, -25, -36, -48)
#: The longest period of an embedding of time: twice what is seen, so that no two hours look alike.
LONGEST = 96.0
#: Bounds of log-variances in units of surge: deviations from 1 mm to 1.5 m.
LEAST_LOG, MOST_LOG = -9.0, 5.5


class GaugeReader(nn.Module):
    """Reads a series with gaps at fixed hours, with its newest value and how old that is."""

    reference: Tensor
    time: Tensor

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.attention = TimeAttention(pairs=5, heads=heads, longest=LONGEST)
        self.register_buffer("reference", torch.tensor(READ_AT, dtype=torch.float32))
        self.register_buffer("time", torch.arange(-HISTORY, 1, dtype=torch.float32))
        self.width = len(READ_AT) * heads + 3

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Return features (samples, width) and the newest value (samples,), 0 where none is known.

        Args:
            values: shape (samples, 49), NaN in gaps.
        """
        known = values.isfinite()
        read, _ = self.attention(values[..., None], known, self.time, self.reference)
        place = torch.arange(values.shape[1], device=values.device)
        last = torch.where(known, place, -1).amax(dim=1)
        newest = values.nan_to_num().gather(1, last.clamp_min(0)[:, None])[:, 0]
        newest = newest * (last >= 0)
        age = (HISTORY - last.to(values)) / LEADS
        extra = torch.stack([newest, age, known.to(values).mean(dim=1)], dim=1)
        return torch.cat([read.flatten(1), extra], dim=1), newest


class SurgeNetwork(nn.Module):
    """Hourly Gaussians of the surge ahead from one gauge and its tide.

    A linear map of what was read, which starts as persistence that fades, plus a small network.

    Args:
        hidden: width of the small network.
        dropout: in it, for training and for Monte Carlo draws.
    """

    def __init__(self, *, hidden: int = 40, dropout: float = 0.1) -> None:
        super().__init__()
        self.reader = GaugeReader(heads=2)
        width = self.reader.width + LEADS + 1
        self.straight = nn.Linear(width, LEADS)
        first, last = nn.Linear(width, hidden), nn.Linear(hidden, 3 * LEADS)
        self.bent = nn.Sequential(first, nn.GELU(), nn.Dropout(dropout), last)
        self.alike = nn.Parameter(torch.tensor(2.0))
        with torch.no_grad():
            self.straight.weight.mul_(0.05)
            self.straight.weight[:, self.reader.width - 3] += 0.93 ** torch.arange(1, LEADS + 1)
            self.straight.bias.zero_()
            last.weight.mul_(0.1)
            last.bias.zero_()

    def forward(self, batch: ModalityBatch) -> Tensor:
        """Return means, log-variances and log epistemic variances, shape (samples, 36)."""
        read, _ = self.reader(batch.values["gauge"])
        seen = torch.cat([read, batch.values["tide"]], dim=1)
        bent, sure, unsure = self.bent(seen.clamp(-30, 30)).chunk(3, dim=1)
        mean = self.straight(seen) + bent
        bounds = (LEAST_LOG, MOST_LOG)
        return torch.cat([mean, sure.clamp(*bounds), (unsure - 3).clamp(*bounds)], dim=1)

    @property
    def correlation(self) -> Tensor:
        """How alike the errors of neighbouring hours are, learned, shape ()."""
        return torch.sigmoid(self.alike)


class SurgeTeacher(nn.Module):
    """Three-hourly Gaussians of the surge from a gauge, its neighbour, the tide and the weather.

    Args:
        hidden: width of the two layers.
        dropout: between them.
    """

    reference: Tensor
    time: Tensor

    def __init__(self, *, hidden: int = 160, dropout: float = 0.1) -> None:
        super().__init__()
        self.gauge, self.neighbour = GaugeReader(heads=3), GaugeReader(heads=2)
        self.weather = TimeAttention(pairs=5, heads=3, longest=LONGEST)
        read_at = torch.arange(-WEATHER_HISTORY, LEADS + 1, 2, dtype=torch.float32)
        self.register_buffer("reference", read_at)
        self.register_buffer("time", torch.arange(-WEATHER_HISTORY, LEADS + 1.0))
        width = self.gauge.width + self.neighbour.width + 9 * len(read_at) + LEADS + 1
        outputs = 2 * (LEADS // COARSE)
        self.straight = nn.Linear(width, LEADS // COARSE)
        self.bent = nn.Sequential(
            nn.Linear(width, hidden), nn.GELU(), nn.Dropout(dropout),
            nn.Linear(hidden, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, outputs),
        )  # fmt: skip
        with torch.no_grad():
            self.straight.weight.mul_(0.05)

    def forward(self, batch: ModalityBatch) -> Tensor:
        """Return means and then log-variances of the three-hour means, shape (samples, 8)."""
        gauge, newest = self.gauge(batch.values["gauge"])
        neighbour, _ = self.neighbour(batch.values["neighbour"])
        weather = batch.values["weather"]
        known = weather.isfinite().all(dim=-1)
        read, _ = self.weather(weather, known, self.time, self.reference)
        seen = torch.cat([gauge, neighbour, read.flatten(1), batch.values["tide"]], dim=1)
        mean, spread = self.bent(seen.clamp(-30, 30)).chunk(2, dim=1)
        mean = mean + self.straight(seen) + 0.6 * newest[:, None]
        return torch.cat([mean, spread.clamp(LEAST_LOG, MOST_LOG)], dim=1)


def size(network: nn.Module) -> int:
    """Return the number of a network's parameters."""
    return sum(one.numel() for one in network.parameters())
