"""A small student of several modalities: one encoder each, fused through bottleneck tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from base import DistillError
from distill.batch import ModalityBatch, require_modality


@dataclass(frozen=True, slots=True)
class Fused:
    """What the student made of a batch.

    Attributes:
        tokens: the bottleneck tokens, shape (samples, bottlenecks, width).
        pooled: their mean, shape (samples, width).
        features: by modality, the mean of its valid tokens, shape (samples, width); zero where the
            modality was not used.
        used: by modality, whether the sample's was used, boolean, shape (samples,): the masks of
            the batch, less what modality dropout took.
    """

    tokens: Tensor
    pooled: Tensor
    features: Mapping[str, Tensor]
    used: Mapping[str, Tensor]


class CrossModalStudent(nn.Module):
    """Encodes each modality by itself and lets them meet in bottleneck tokens only.

    Bottleneck fusion (Nagrani et al. 2021, arXiv:2107.00135) in its simple form: the bottleneck
    tokens attend to the tokens of all modalities and to themselves, those tokens stay as they are.
    A sample's absent modality never reaches its encoder, whatever stands in its place, and no
    attention sees it; every non-empty subset of the modalities is a valid input.

    Args:
        encoders: by modality, from values (samples, ...) to tokens (samples, tokens, width), or to
            the pair of tokens and a boolean mask (samples, tokens) of the valid ones.
        width: of tokens; a multiple of ``heads``.
        bottlenecks: tokens that carry what the modalities say together.
        layers: of fusion.
        heads: of attention.
        dropout: of attention and of the layers' outputs, while training.
        modality_dropout: chance of each modality of a sample to be left out while training; one
            always stays. The draw is of torch's own generator.

    Raises:
        DistillError: no encoder, or a width that the heads cannot share.
    """

    def __init__(
        self,
        encoders: Mapping[str, nn.Module],
        *,
        width: int,
        bottlenecks: int = 4,
        layers: int = 2,
        heads: int = 4,
        dropout: float = 0.1,
        modality_dropout: float = 0.3,
    ) -> None:
        super().__init__()
        require_modality(encoders)
        if width % heads:
            raise DistillError(
                f"a width of {width} for {heads} heads", where="student", hint="give a multiple"
            )
        names = sorted(encoders)
        self.modality_dropout = modality_dropout
        self.encoders = nn.ModuleDict({name: encoders[name] for name in names})
        self.norms = nn.ModuleDict({name: _marked_norm(width) for name in names})
        self.bottlenecks = nn.Parameter(torch.randn(bottlenecks, width) * 0.02)
        self.layers = nn.ModuleList(FusionLayer(width, heads, dropout) for _ in range(layers))
        self.last = nn.LayerNorm(width)

    def forward(self, batch: ModalityBatch) -> Fused:
        """Return the fused tokens of a batch.

        Raises:
            DistillError: the batch has a modality without an encoder.
        """
        unknown = sorted(set(batch.modalities) - set(self.encoders))
        if unknown:
            raise DistillError(
                f"no encoder for {', '.join(unknown)}", where="student", hint="use batch.only"
            )
        used = dict(batch.present)
        if self.training and self.modality_dropout > 0:
            used = drop_modalities(used, self.modality_dropout)
        tokens, valid, features = [], [], {}
        for name in batch.modalities:
            found, mask = self._encode(name, batch.values[name], used[name])
            features[name] = _mean(found, mask)
            if found.shape[1]:
                tokens.append(found)
                valid.append(mask)
        fused = self.bottlenecks.expand(len(batch), -1, -1)
        joined = torch.cat([fused[:, :0], *tokens], dim=1)
        mask = _joined(tokens, valid, len(self.bottlenecks))
        for layer in self.layers:
            fused = layer(fused, joined, mask)
        fused = self.last(fused)
        return Fused(fused, fused.mean(dim=1), features, used)

    def _encode(self, name: str, value: Tensor, used: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return normed tokens of all samples, zero where unused, and which of them are valid."""
        complete = bool(used.all())
        if not complete and not used.any():
            width = self.bottlenecks.shape[1]
            return self.bottlenecks.new_zeros(len(used), 0, width), None
        found = self.encoders[name](value if complete else value[used])
        tokens, mask = found if isinstance(found, tuple) else (found, None)
        tokens = self.norms[name](tokens)
        if mask is not None:
            # What an encoder leaves in invalid places may be anything, NaN too.
            tokens = tokens.masked_fill(~mask[..., None], 0)
        if complete:
            return tokens, mask
        whole = tokens.new_zeros(len(used), *tokens.shape[1:])
        whole[used] = tokens
        valid = torch.zeros(whole.shape[:2], dtype=torch.bool, device=whole.device)
        valid[used] = True if mask is None else mask
        return whole, valid


class FusionLayer(nn.Module):
    """Bottleneck tokens attend to themselves and to all other tokens, then pass a small network.

    Norms stand in front. Attention to oneself and to others is one softmax, as in the resampler
    of Alayrac et al. 2022 (arXiv:2204.14198): fewer steps, and never without a key.
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.inner = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(dropout),
            nn.Linear(2 * width, width),
        )  # fmt: skip

    def forward(self, fused: Tensor, tokens: Tensor, mask: Tensor | None) -> Tensor:
        """Return the new bottleneck tokens.

        Args:
            fused: shape (samples, bottlenecks, width).
            tokens: shape (samples, tokens, width).
            mask: which of both may be seen, boolean, shape (samples, 1, 1, bottlenecks + tokens);
                ``None`` means all.
        """
        own = self.norm(fused)
        samples, count, width = own.shape
        keys_values = self.key_value(torch.cat([own, tokens], dim=1))
        key, value = keys_values.view(samples, -1, 2, self.heads, width // self.heads).unbind(2)
        query = self.query(own).view(samples, count, self.heads, -1)
        dropout = self.dropout if self.training else 0.0
        seen = functional.scaled_dot_product_attention(
            query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2),
            attn_mask=mask, dropout_p=dropout,
        )  # fmt: skip
        told = self.out(seen.transpose(1, 2).reshape(samples, count, width))
        fused = fused + functional.dropout(told, self.dropout, self.training)
        return fused + functional.dropout(self.inner(fused), self.dropout, self.training)


def drop_modalities(present: Mapping[str, Tensor], chance: float) -> dict[str, Tensor]:
    """Leave out each present modality with a chance; a sample's last one always stays.

    Args:
        present: masks by modality, boolean, shape (samples,); each sample has one at least.
        chance: between 0 and 1; at 1 one modality of each sample stays, any as likely.
    """
    names = sorted(present)
    there = torch.stack([present[name] for name in names])
    draw = torch.rand(there.shape, device=there.device).masked_fill(~there, -1)
    kept = there & (draw >= chance)
    # The highest draw is among the kept wherever anything is.
    kept = kept.scatter(0, draw.argmax(dim=0, keepdim=True), True)
    return dict(zip(names, kept, strict=True))


def _marked_norm(width: int) -> nn.LayerNorm:
    """Return a norm whose shift tells the tokens of one modality from those of another."""
    norm = nn.LayerNorm(width)
    nn.init.normal_(norm.bias, std=0.02)
    return norm


def _mean(tokens: Tensor, mask: Tensor | None) -> Tensor:
    if mask is None:
        return tokens.mean(dim=1) if tokens.shape[1] else tokens.sum(dim=1)
    # Tokens that do not count are zero already.
    return tokens.sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp_min(1)


def _joined(tokens: list[Tensor], valid: list[Tensor | None], bottlenecks: int) -> Tensor | None:
    """Return one mask over bottlenecks and tokens, or ``None`` where all may be seen."""
    if all(mask is None for mask in valid):
        return None
    parts = [tokens[0].new_ones(len(tokens[0]), bottlenecks, dtype=torch.bool)]
    for found, mask in zip(tokens, valid, strict=True):
        parts.append(found.new_ones(found.shape[:2], dtype=torch.bool) if mask is None else mask)
    return torch.cat(parts, dim=1)[:, None, None]
