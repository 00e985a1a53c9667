"""Where the rules are unsure: they answered by default, not because a word decided.

Only there may a learned judge be heard. The test is made of what the rules saw and is fitted to no
data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jurisdictions.norm import Norm
from jurisdictions.pipeline import lexicon as lex
from jurisdictions.pipeline.installation import installation_evidence
from jurisdictions.pipeline.state import Cue, rows

if TYPE_CHECKING:
    from spacy.tokens import Doc


def unsure_modality(doc: Doc, cue: Cue) -> bool:
    """Tell a modality that no word decided: obligation or status of a thing, not of an agent.

    "The Council shall meet" has an agent and "shall be deemed" a phrase of status, which decide.
    "The plan shall indicate the depth" has neither: the rules call it an obligation because nothing
    says otherwise. So it is with a plain "is" in the present tense.

    Args:
        doc: with tags and parse.
        cue: with its modality.
    """
    if cue.kind == "present":
        return doc[cue.start].lower_ in ("is", "are") and cue.end == cue.start + 1
    by_default = cue.kind == "shall" and cue.modality == "obligation"
    return by_default and not _decided(doc, cue)


def _decided(doc: Doc, cue: Cue) -> bool:
    verb = doc[cue.verb].lower_
    if verb in lex.REQUIRED or verb in lex.LIABLE:
        return True
    subject = doc[cue.subject] if cue.subject >= 0 else None
    return subject is not None and lex.singular(subject.lower_) in lex.AGENTS


def unsure_installation(doc: Doc) -> bool:
    """Tell a text that names no installation, yet directs someone or is a piece of a list.

    Sure are an explicit thing or research project (yes), a thing named in passing (no), and texts
    whose norms all define or fix a status (no).

    Args:
        doc: with ``doc._.norms``.
    """
    norms = rows(doc, "norms", Norm)
    found = installation_evidence(doc.text, norms)
    if found in ("thing", "research", "passing"):
        return False
    defines = bool(norms) and all(norm.modality == "constitutive" for norm in norms)
    return found != "none" or not defines
