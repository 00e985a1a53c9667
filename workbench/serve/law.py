"""The law of a server: read once, kept while it runs, shared by its threads."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from threading import Lock

from corpus.model import LawText
from jurisdictions.rulebook import RuleBook


class Law:
    """The law texts and the rules compiled from them, loaded when first asked for.

    Args:
        corpus: folder of official texts; the user's own when ``None``.
    """

    def __init__(self, corpus: Path | None = None) -> None:
        self._corpus = corpus
        self._lock = Lock()

    @property
    def book(self) -> RuleBook:
        """The compiled law."""
        with self._lock:
            return self._book

    @property
    def texts(self) -> dict[str, LawText]:
        """The law texts by instrument."""
        with self._lock:
            return self._texts

    @cached_property
    def _book(self) -> RuleBook:
        from workbench.law import rulebook

        return rulebook(self._corpus)

    @cached_property
    def _texts(self) -> dict[str, LawText]:
        from workbench.law import law_texts

        return law_texts(self._corpus)
