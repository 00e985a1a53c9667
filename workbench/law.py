"""The rule book that a command asks for: the embedded digests, or official texts of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.output import progress

if TYPE_CHECKING:
    from jurisdictions.rulebook import RuleBook


def rulebook(corpus: Path | None) -> RuleBook:
    """Return the compiled law: digests, with official texts in their place where a folder has them.

    Args:
        corpus: folder of official law texts, or ``None`` for the embedded digests.

    Raises:
        CorpusError: the folder is missing, or holds no text that is recognised.
    """
    from corpus.digests import load_digests
    from jurisdictions.compiler import rulebook_for

    texts = load_digests()
    if corpus is not None:
        from corpus.library import load_folder

        texts = {**texts, **load_folder(corpus)}
    return rulebook_for(texts, progress=progress)
