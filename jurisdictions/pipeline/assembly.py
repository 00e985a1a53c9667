"""The component that puts norms together: cue, modality, bearer, action and clause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jurisdictions.norm import Norm
from jurisdictions.pipeline.clauses import clause_bounds
from jurisdictions.pipeline.state import Cue, put, rows

if TYPE_CHECKING:
    from spacy.tokens import Doc


class NormAssembler:
    """Build ``doc._.norms`` from ``doc._.cues``.

    Args:
        longest_action: characters of an action that are kept.
    """

    def __init__(self, *, longest_action: int = 400) -> None:
        self.longest_action = longest_action

    def __call__(self, doc: Doc) -> Doc:
        """Needs ``doc._.cues`` with modalities and bearers."""
        cues = rows(doc, "cues", Cue)
        bounds = clause_bounds(doc, cues)
        put(
            doc,
            "norms",
            [self._norm(doc, cue, *bound) for cue, bound in zip(cues, bounds, strict=True)],
        )
        return doc

    def _norm(self, doc: Doc, cue: Cue, first: int, last: int) -> Norm:
        while first < cue.start and (doc[first].is_space or doc[first].is_punct):
            first += 1
        while last > cue.end and (doc[last - 1].is_space or doc[last - 1].is_punct):
            last -= 1
        start, end = doc[cue.start].idx, doc[cue.end - 1].idx + len(doc[cue.end - 1])
        clause_end = doc[last - 1].idx + len(doc[last - 1])
        action = doc[cue.end : last].text.strip()
        return Norm(
            modality=cue.modality,  # type: ignore[arg-type]  # set by the status component
            cue=doc[cue.start : cue.end].text,
            start=start,
            end=end,
            bearer=cue.bearer or None,
            action=action[: self.longest_action],
            clause_start=doc[first].idx,
            clause_end=clause_end,
        )
