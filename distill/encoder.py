"""A sentence encoder with heads: a small transformer, mean-pooled, fine-tuned as a teacher."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


def packaged_model(package: str) -> Path:
    """Return the folder of a model that was installed as a Python package.

    Args:
        package: import name; its ``model`` folder holds ``config.json``.

    Raises:
        FileNotFoundError: the package or its model is not installed.
    """
    spec = importlib.util.find_spec(package)
    for place in spec.submodule_search_locations or () if spec is not None else ():
        folder = Path(place) / "model"
        if (folder / "config.json").is_file():
            return folder
    raise FileNotFoundError(f"no model in package {package!r}; install the dependencies again")


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """What of the encoder is trained and how much it reads.

    Attributes:
        frozen_layers: lowest layers, with the embeddings, that keep their weights.
        longest: tokens read of a text.
        dropout: in front of the heads.
        half: whether matrices are multiplied in bfloat16.
    """

    frozen_layers: int = 4
    longest: int = 128
    dropout: float = 0.1
    half: bool = True


class HeadedEncoder(nn.Module):
    """Mean-pooled transformer states with one linear head per task.

    Args:
        folder: of the model, read offline.
        heads: labels per task.
        settings: see :class:`EncoderSettings`.
    """

    def __init__(
        self, folder: Path, heads: Mapping[str, int], settings: EncoderSettings | None = None
    ) -> None:
        super().__init__()
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self.settings = settings or EncoderSettings()
        self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self.encoder = AutoModel.from_pretrained(folder, local_files_only=True)
        self.encoder.embeddings.requires_grad_(False)
        for layer in self.encoder.encoder.layer[: self.settings.frozen_layers]:
            layer.requires_grad_(False)
        self.dropout = nn.Dropout(self.settings.dropout)
        width = self.encoder.config.hidden_size
        self.heads = nn.ModuleDict({name: nn.Linear(width, n) for name, n in heads.items()})

    def forward(self, task: str, texts: Sequence[str]) -> Tensor:
        """Return the logits of one task, shape (texts, labels)."""
        logits: Tensor = self.heads[task](self.states(texts))
        return logits

    def states(self, texts: Sequence[str]) -> Tensor:
        """Return the mean-pooled states of texts, shape (texts, width), dropout applied."""
        read = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=self.settings.longest,
            return_tensors="pt",
        )  # fmt: skip
        with torch.autocast("cpu", torch.bfloat16, enabled=self.settings.half):
            states = self.encoder(**read).last_hidden_state
        mask = read["attention_mask"].unsqueeze(-1).to(torch.float32)
        pooled: Tensor = self.dropout((states.float() * mask).sum(dim=1) / mask.sum(dim=1))
        return pooled

    def trainable(self) -> list[nn.Parameter]:
        """Return the parameters that may change."""
        return [parameter for parameter in self.parameters() if parameter.requires_grad]

    def answer(self, task: str, texts: Sequence[str], *, batch: int = 64) -> NDArray[np.float32]:
        """Return the logits of many texts without gradients, in their order."""
        return self._each(texts, batch, lambda part: self(task, part))

    def embed(self, texts: Sequence[str], *, batch: int = 64) -> NDArray[np.float32]:
        """Return the pooled states of many texts without gradients, in their order."""
        return self._each(texts, batch, self.states)

    def _each(
        self, texts: Sequence[str], batch: int, said: Callable[[Sequence[str]], Tensor]
    ) -> NDArray[np.float32]:
        self.eval()
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        found: list[NDArray[np.float32]] = []
        with torch.no_grad():
            for part in _parts(order, batch):
                found.append(said([texts[at] for at in part]).numpy())
        joined = np.concatenate(found)
        back = np.empty_like(joined)
        back[order] = joined
        return back


def _parts(order: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for at in range(0, len(order), size):
        yield order[at : at + size]
