"""The component that finds cues: modals with their negation, rights, duties, definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jurisdictions.pipeline.grants import phrase_cue
from jurisdictions.pipeline.modals import modal_cues
from jurisdictions.pipeline.state import Cue, put
from jurisdictions.pipeline.statements import form_cues, present_cues

if TYPE_CHECKING:
    from spacy.tokens import Doc


class CueFinder:
    """Find candidate norms and store them as ``doc._.cues``.

    Args:
        present: whether status and definitions in the present tense count ("X applies to").
        forms: whether instructions in forms count ("Attach ...").
    """

    def __init__(self, *, present: bool = True, forms: bool = True) -> None:
        self.present = present
        self.forms = forms

    def __call__(self, doc: Doc) -> Doc:
        """Needs tags, the dependency parse and sentence bounds."""
        cues: list[Cue] = []
        for sent in doc.sents:
            found = modal_cues(sent)
            taken = {at for cue in found for at in range(cue.start, cue.end)}
            found.extend(
                cue
                for token in sent
                if token.i not in taken and (cue := phrase_cue(token)) is not None
            )
            if self.forms:
                found.extend(cue for cue in form_cues(sent) if _leads(cue, found))
            if self.present:
                found.extend(present_cues(sent, found))
            cues.extend(sorted(found, key=lambda cue: cue.start))
        put(doc, "cues", cues)
        return doc


def _leads(cue: Cue, found: list[Cue]) -> bool:
    """An instruction counts before any modal; one after a modal is part of its action."""
    return all(cue.start < other.start for other in found)
