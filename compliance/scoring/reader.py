"""A reader of surveys: fronts for each modality, fusion, concepts, and the rules on top.

The student is a reader with four small fronts; each teacher is a reader with one heavy front.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from compliance.scoring.concepts import Vocabulary
from compliance.scoring.heads import LOUDEST, QUIETEST, ComplianceHead, Scores
from compliance.scoring.words import BUCKETS, SENTENCE_FEATURES
from distill.batch import ModalityBatch
from distill.student import CrossModalStudent
from habitat.survey.ocean import CHANNELS
from jurisdictions.rulebook import RuleBook

#: Typical value and spread of each sensor channel, in its unit: they only set the scale. Pressure
#: is read by its logarithm, as depths are.
_TYPICAL = (7, 8, 35, 200, 2, 110, 12, 20.5, 0.4, -1500)
_SPREAD = (1.5, 8, 1, 80, 3, 15, 10, 1.5, 0.3, 1500)
_PRESSURE = CHANNELS.index("pressure_dbar")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a student is."""

    width: int = 96
    bottlenecks: int = 4
    layers: int = 2
    conv: int = 16
    bag: int = 40
    text: int = 192
    facts: int = 192
    dropout: float = 0.1
    modality_dropout: float = 0.3


class Front(nn.Module):
    """One modality's encoder: values to one feature vector of ``self.size``.

    Attributes:
        size: of the vector.
        measured: whether features are measurements, whose evidence is read without dropout: that
            would blur a depth that the gauge tells to a percent.
    """

    size: int
    measured = False


class AcousticFront(Front):
    """A small convolutional network on a side-scan image in dB, (samples, 64, 64)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        c = channels
        self.layers = nn.Sequential(
            nn.Conv2d(1, c, 5, stride=2, padding=2), nn.GroupNorm(4, c), nn.ReLU(),
            nn.Conv2d(c, 2 * c, 3, stride=2, padding=1), nn.GroupNorm(4, 2 * c), nn.ReLU(),
            nn.Conv2d(2 * c, 3 * c, 3, stride=2, padding=1), nn.GroupNorm(4, 3 * c), nn.ReLU(),
            nn.Conv2d(3 * c, 4 * c, 3, stride=2, padding=1), nn.GroupNorm(4, 4 * c), nn.ReLU(),
        )  # fmt: skip
        self.size = 8 * c + 2

    def forward(self, image: Tensor) -> Tensor:
        level, spread, scaled = scaled_image(image)
        found = self.layers(scaled[:, None]).flatten(2)
        return torch.cat([found.mean(-1), found.amax(-1), level, spread], dim=1)


def scaled_image(image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return mean level and spread of images in dB, (samples, 1), and the images without both."""
    flat = image.flatten(1)
    spread, level = torch.std_mean(flat, dim=1, keepdim=True)
    scaled = (image - level[..., None]) / (spread[..., None] + 1e-3)
    return level / 30, spread / 10, scaled


class SensorFront(Front):
    """Statistics and a small convolution over an hourly series with gaps, (samples, 48, 10)."""

    measured = True

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = SensorScale()
        inputs = len(CHANNELS)
        self.layers = nn.Sequential(
            nn.Conv1d(2 * inputs, channels, 5, stride=2, padding=2), nn.ReLU(),
            nn.Conv1d(channels, channels, 5, stride=2, padding=2), nn.ReLU(),
        )  # fmt: skip
        self.size = 2 * channels + 6 * inputs

    def forward(self, series: Tensor) -> Tensor:
        values, there = self.scale(series)
        found = self.layers(torch.cat([values, there], dim=2).transpose(1, 2))
        return torch.cat([found.mean(-1), found.amax(-1), statistics(values, there)], dim=1)


class SensorScale(nn.Module):
    """Brings channels to a common scale; returns values, zero in gaps, and which are there."""

    def __init__(self) -> None:
        super().__init__()
        self.typical: Tensor
        self.spread: Tensor
        self.register_buffer("typical", torch.tensor(_TYPICAL, dtype=torch.float32), False)
        self.register_buffer("spread", torch.tensor(_SPREAD, dtype=torch.float32), False)

    def forward(self, series: Tensor) -> tuple[Tensor, Tensor]:
        pressure = series[..., _PRESSURE : _PRESSURE + 1].clamp_min(0).log1p()
        level = torch.cat([pressure, series[..., _PRESSURE + 1 :]], dim=-1)
        scaled = (level - self.typical) / self.spread
        return scaled.nan_to_num(0.0).clamp(-20, 20), (~series.isnan()).to(series.dtype)


def statistics(values: Tensor, there: Tensor) -> Tensor:
    """Return share, mean, spread, slope, first and last quarter of each channel, gaps left out."""
    hours = torch.linspace(-1, 1, values.shape[1], device=values.device)[None, :, None]
    count = there.sum(1).clamp_min(1)
    mean = values.sum(1) / count
    offset = (values - mean[:, None]) * there
    slope = (offset * hours).sum(1) / (there * hours.square()).sum(1).clamp_min(0.1)
    quarter = values.shape[1] // 4
    ends = [
        values[:, part].sum(1) / there[:, part].sum(1).clamp_min(1)
        for part in (slice(0, quarter), slice(-quarter, None))
    ]
    spread = (offset.square().sum(1) / count).sqrt()
    return torch.cat([there.mean(1), mean, spread, slope, *ends], dim=1)


class TextBag(nn.Module):
    """Hashed words of pieces of text, (samples, pieces, features), to a vector of twice ``out``."""

    def __init__(self, bag: int, out: int) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(BUCKETS, bag, mode="mean", padding_idx=0)
        self.layers = nn.Sequential(nn.Linear(bag, out), nn.ReLU())
        nn.init.normal_(self.table.weight, std=0.3)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the sum over pieces, scaled, and the largest of each unit."""
        there = (ids[..., 0] != 0).to(torch.float32)
        found = self.layers(self.table(ids.flatten(0, 1))).view(*ids.shape[:2], -1)
        found = found * there[..., None]
        return torch.cat([found.sum(1) / 8, found.amax(1)], dim=1)


class LegalFront(Front):
    """Hashed pieces of law, (samples, pieces, features)."""

    def __init__(self, bag: int, out: int) -> None:
        super().__init__()
        self.text = TextBag(bag, out)
        self.size = 2 * out

    def forward(self, ids: Tensor) -> Tensor:
        found: Tensor = self.text(ids.long())
        return found


class StructureFront(Front):
    """What a specification states, and the report beside it.

    Values hold the stated concepts (NaN unknown), then the hashed sentences of the report, in one
    row: (samples, concepts + sentences x features).
    """

    def __init__(self, concepts: int, facts: int, bag: int, out: int) -> None:
        super().__init__()
        self.concepts = concepts
        self.stated = nn.Sequential(
            nn.Linear(2 * concepts, facts), nn.ReLU(), nn.Linear(facts, facts), nn.ReLU()
        )
        self.text = TextBag(bag, out)
        self.size = facts + 2 * out

    def forward(self, values: Tensor) -> Tensor:
        ids = values[:, self.concepts :].reshape(len(values), -1, SENTENCE_FEATURES).long()
        return torch.cat(
            [self.stated(stated_inputs(values[:, : self.concepts])), self.text(ids)], dim=1
        )


def stated_inputs(stated: Tensor) -> Tensor:
    """Return stated concepts with zero for unknown, and which are known, side by side."""
    return torch.cat([stated.nan_to_num(0.0), (~stated.isnan()).to(stated.dtype)], dim=1)


class _Tokens(nn.Module):
    """One modality's features as tokens for fusion."""

    def __init__(self, size: int, width: int, tokens: int = 2) -> None:
        super().__init__()
        self.project = nn.Linear(size, tokens * width)
        self.width = width

    def forward(self, features: Tensor) -> Tensor:
        tokens: Tensor = self.project(features).view(len(features), -1, self.width)
        return tokens


class DesignReader(nn.Module):
    """Reads surveys and says what it believes of the design and of its compliance.

    Each modality gives evidence of its own on every concept; fused tokens add what only all of them
    tell; what a specification states counts by itself. Evidence adds on the scale of logits, as
    for independent witnesses.

    Args:
        fronts: by modality.
        book, vocabulary: the law and its concepts.
        sizes: of fusion.
    """

    def __init__(
        self, fronts: Mapping[str, Front], book: RuleBook, vocabulary: Vocabulary, sizes: Sizes
    ) -> None:
        super().__init__()
        self.sizes = sizes
        self.logits, self.amounts = vocabulary.logits, len(vocabulary.amounts)
        outputs = self.logits + 2 * self.amounts
        self.fronts = nn.ModuleDict({name: fronts[name] for name in sorted(fronts)})
        self.core = CrossModalStudent(
            {name: _Tokens(front.size, sizes.width) for name, front in fronts.items()},
            width=sizes.width,
            bottlenecks=sizes.bottlenecks,
            layers=sizes.layers,
            dropout=sizes.dropout,
            modality_dropout=sizes.modality_dropout,
        )
        self.evidence = nn.ModuleDict(
            {name: nn.Linear(front.size, outputs) for name, front in fronts.items()}
        )
        self.fused = nn.Linear(sizes.width, outputs)
        if "sensor" in fronts and "site.depth" in vocabulary.amounts:
            self._start_at_the_gauge(fronts["sensor"].size, vocabulary)
        self.dropout = nn.Dropout(sizes.dropout)
        self.trust = nn.Parameter(torch.full((self.logits,), 4.0))
        self.trust_spread = nn.Parameter(torch.full((self.amounts,), -6.0))
        self.compliance = ComplianceHead(book, vocabulary, sizes.width)
        self.projectors = nn.ModuleDict(
            {
                name: nn.Sequential(nn.LayerNorm(sizes.width), nn.Linear(sizes.width, 64))
                for name in fronts
            }
        )

    def _start_at_the_gauge(self, size: int, vocabulary: Vocabulary) -> None:
        """Let depth start as what the pressure gauge says, a metre for each 1.01 dbar (TEOS-10).

        Few steps of training would hardly find what is plain physics; they correct it.
        """
        axis = vocabulary.amounts["site.depth"]
        row = self.logits + list(vocabulary.amounts).index("site.depth")
        # Statistics are the last features: shares first, then means.
        mean = size - 5 * len(CHANNELS) + _PRESSURE
        evidence: nn.Linear = self.evidence["sensor"]  # type: ignore[assignment]
        with torch.no_grad():
            evidence.weight[row] = 0.0
            evidence.weight[row, mean] = _SPREAD[_PRESSURE] / axis.spread
            evidence.bias[row] = (_TYPICAL[_PRESSURE] - math.log(1.01) - axis.centre) / axis.spread
            self.fused.weight[row] = 0.0
            self.fused.bias[row] = 0.0

    def forward(self, batch: ModalityBatch) -> Scores:
        """Return the scores of a batch; absent modalities have no influence."""
        names = [name for name in self.fronts if name in batch.values]
        features = {}
        for name in names:
            there = batch.present[name]
            if bool(there.all()):
                features[name] = self.fronts[name](batch.values[name])
            elif bool(there.any()):
                found = self.fronts[name](batch.values[name][there])
                features[name] = found.new_zeros(len(there), found.shape[1])
                features[name][there] = found
        core = self.core(ModalityBatch(features, {name: batch.present[name] for name in features}))
        said = self.fused(self.dropout(core.pooled))
        alone = {}
        for name, found in features.items():
            kept = found if self.fronts[name].measured else self.dropout(found)
            evidence = self.evidence[name](kept) * core.used[name][:, None]
            alone[name] = self.fused.bias[: self.logits] + evidence[:, : self.logits]
            said = said + evidence
        logits = said[:, : self.logits]
        mean = said[:, self.logits : self.logits + self.amounts]
        log_variance = said[:, self.logits + self.amounts :]
        if "structure" in features:
            logits, mean, log_variance = self._stated(
                batch.values["structure"], core.used["structure"], logits, mean, log_variance
            )
        logits = logits.clamp(-30, 30)
        log_variance = log_variance.clamp(QUIETEST, LOUDEST)
        compliance = self.compliance(logits, mean, log_variance, core.pooled)
        return Scores(
            logits, mean, log_variance, compliance, alone, dict(core.features), dict(core.used)
        )

    def _stated(
        self, values: Tensor, used: Tensor, logits: Tensor, mean: Tensor, log_variance: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        stated = values[:, : self.logits + self.amounts]
        known = ~stated.isnan() & used[:, None]
        told = torch.where(known, stated, 0.0)
        flags, places = told[:, : self.logits], told[:, self.logits :]
        logits = logits + self.trust * (2 * flags - 1) * known[:, : self.logits]
        exact = known[:, self.logits :]
        return (
            logits,
            torch.where(exact, places, mean),
            torch.where(exact, self.trust_spread, log_variance),
        )


def build_student(
    book: RuleBook, vocabulary: Vocabulary, sizes: Sizes | None = None
) -> DesignReader:
    """Return an untrained student of all four modalities."""
    s = sizes or Sizes()
    concepts = vocabulary.logits + len(vocabulary.amounts)
    fronts: dict[str, Front] = {
        "acoustic": AcousticFront(s.conv),
        "legal": LegalFront(s.bag, s.text // 2),
        "sensor": SensorFront(2 * s.conv),
        "structure": StructureFront(concepts, s.facts, s.bag, s.text),
    }
    return DesignReader(fronts, book, vocabulary, s)
