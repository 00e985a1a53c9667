"""From features to concepts, and from concepts to compliance: the parts that all readers share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from compliance.scoring.circuit import RuleCircuit
from compliance.scoring.concepts import Vocabulary
from compliance.scoring.dataset import SCORED
from compliance.scoring.rule_features import rule_features
from jurisdictions.rulebook import RuleBook

#: Log-variances of amounts stay between these.
QUIETEST, LOUDEST = -10.0, 3.0
#: Probabilities of violation are kept this far from 0 and 1 before logarithms.
_EDGE = 1e-5


@dataclass(frozen=True, slots=True)
class Scores:
    """What a reader says of a batch.

    Attributes:
        logits: of flags and words, shape (samples, logits); words of one fact share a softmax.
        mean, log_variance: of amounts on their axes, shape (samples, amounts).
        compliance: logits of "no rule of the jurisdiction is violated", where it binds, shape
            (samples, jurisdictions).
        heard: by modality, the logits of flags and words that it alone would give.
        features: by modality, for alignment, shape (samples, width).
        used: by modality, which samples' inputs were read.
    """

    logits: Tensor
    mean: Tensor
    log_variance: Tensor
    compliance: Tensor
    heard: dict[str, Tensor]
    features: dict[str, Tensor]
    used: dict[str, Tensor]


class ConceptChances(nn.Module):
    """Turns logits into probabilities: a sigmoid per flag, a softmax per word."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.flags = len(vocabulary.flags)
        groups = list(vocabulary.word_slices().values())
        member = torch.zeros(len(groups), vocabulary.logits - self.flags)
        for at, where in enumerate(groups):
            member[at, where.start - self.flags : where.stop - self.flags] = 1
        self.member: Tensor
        self.register_buffer("member", member, persistent=False)

    def forward(self, logits: Tensor) -> Tensor:
        """Return probabilities of the same shape."""
        words = logits[:, self.flags :]
        # Subtracting the largest of all words is safe enough: logits are bounded.
        raised = (words - words.amax(dim=1, keepdim=True)).clamp_min(-60).exp()
        share = raised / ((raised @ self.member.T) @ self.member).clamp_min(1e-30)
        return torch.cat([torch.sigmoid(logits[:, : self.flags]), share], dim=1)


class ComplianceHead(nn.Module):
    """Reads the rules of the jurisdiction graph: how likely does any of them break?

    The circuit of the rules gives the chance of each to be violated. How those chances combine is
    learned, since facts of one operator are no independent draws: the worst rule and the sum of all
    count, corrected by a small network that sees the fused features and the vectors of the rules in
    doubt.

    Args:
        book, vocabulary: the law and its concepts.
        width: of the fused features.
    """

    def __init__(self, book: RuleBook, vocabulary: Vocabulary, width: int) -> None:
        super().__init__()
        self.chances = ConceptChances(vocabulary)
        self.circuit = RuleCircuit(book, vocabulary)
        features = rule_features(book, self.circuit.rules, self.circuit.bounds.tolist())
        by_id = {rule.id: rule for rule in book.rules}
        owner = [
            book.instrument_by_id[by_id[name].instrument].instrument.jurisdiction
            for name in self.circuit.rules
        ]
        groups = np.array([[one == name for one in owner] for name in SCORED])
        self.features: Tensor
        self.groups: Tensor
        self.register_buffer("features", torch.tensor(features), persistent=False)
        self.register_buffer("groups", torch.tensor(groups), persistent=False)
        self.embed = nn.Linear(features.shape[1], 24)
        self.weights = nn.Parameter(torch.tensor([[0.5, 0.5, 0.0]] * len(SCORED)))
        last = nn.Linear(48, len(SCORED))
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.correct = nn.Sequential(nn.Linear(width + 24 + 3, 48), nn.GELU(), last)

    def forward(self, logits: Tensor, mean: Tensor, log_variance: Tensor, fused: Tensor) -> Tensor:
        """Return the compliance logits, shape (samples, jurisdictions)."""
        spread = (0.5 * log_variance).exp()
        _, violated = self.circuit(self.chances(logits), mean, spread)
        chance = violated.clamp(_EDGE, 1 - _EDGE)
        doubt = -torch.log1p(-chance)
        total = doubt @ self.groups.T.to(doubt.dtype)
        worst = (chance[:, None] * self.groups).amax(dim=-1).clamp_min(_EDGE)
        by_worst = torch.log1p(-worst) - worst.log()
        by_total = -torch.log(torch.expm1(total.clamp(_EDGE, 30)))
        seen = torch.stack([by_worst, by_total.clamp(-12, 12), torch.ones_like(worst)], dim=-1)
        base = (seen * self.weights).sum(dim=-1)
        share = chance[:, None] * self.groups
        context = (share @ self.embed(self.features)) / (share.sum(dim=-1, keepdim=True) + 0.1)
        joined = torch.cat([fused[:, None].expand(-1, len(SCORED), -1), context, seen], dim=-1)
        # Each jurisdiction has an output of its own for what is seen of it.
        corrected = self.correct(joined).diagonal(dim1=1, dim2=2)
        compliance: Tensor = base + corrected
        return compliance
