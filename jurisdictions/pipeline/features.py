"""What the students read: hashed words, what the rules saw, and vectors that spaCy made anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distill.hashed import Features, Keys, pairs, salted
from jurisdictions.norm import Norm
from jurisdictions.pipeline import lexicon as lex
from jurisdictions.pipeline.installation import installation_evidence
from jurisdictions.pipeline.state import Cue, rows

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: The order of the modalities in every vector of probabilities.
MODALITIES = ("obligation", "prohibition", "permission", "constitutive")
_KINDS = ("shall", "may", "right", "duty", "ban", "define", "present", "order")
_EVIDENCE = ("thing", "research", "activity", "operator", "passing", "affairs", "none")
_OPERATORS = frozenset(
    ("contractor", "operator", "lessee", "permittee", "licensee", "holder", "owner", "applicant")
)
_STATES = frozenset(("state", "party", "country", "government", "member", "nation"))
_BEFORE, _AFTER = 10, 12
#: Salts: one word in two roles is two features.
_WORDS, _PAIRS, _LEFT, _RIGHT, _CUE, _SUBJECT, _VERB = range(2, 9)


def segment_features(doc: Doc) -> Features:
    """Return what tells whether a text bears on an installation.

    Args:
        doc: with ``doc._.norms`` and ``doc.tensor``.
    """
    keys = _words(doc, 0, len(doc))
    norms = rows(doc, "norms", Norm)
    found = installation_evidence(doc.text, norms)
    seen = [float(found == name) for name in _EVIDENCE]
    seen += [float(any(norm.modality == name for norm in norms)) for name in MODALITIES]
    kinds = {_bearer_kind(norm.bearer) for norm in norms}
    seen += [float(name in kinds) for name in ("operator", "state", "other", "unnamed")]
    mean = doc.tensor.mean(axis=0) if len(doc) else np.zeros(doc.tensor.shape[1])
    return Features(
        np.concatenate([salted(keys, _WORDS), salted(pairs(keys), _PAIRS)]),
        np.concatenate([np.asarray(seen), mean]).astype(np.float32),
    )


def cue_features(doc: Doc, cue: Cue) -> Features:
    """Return what tells the modality of a cue: the words around it, its subject and its verb.

    Args:
        doc: with tags, parse and ``doc.tensor``.
        cue: with its modality by the rules.
    """
    sent = doc[cue.start].sent
    left = _words(doc, max(sent.start, cue.start - _BEFORE), cue.start)
    right = _words(doc, cue.end, min(sent.end, cue.end + _AFTER))
    subject = cue.subject if cue.subject >= 0 else None
    keys = [
        salted(left, _LEFT),
        salted(right, _RIGHT),
        salted(pairs(right), _RIGHT),
        salted(_words(doc, cue.start, cue.end), _CUE),
        salted(_words(doc, cue.verb, cue.verb + 1), _VERB),
    ]
    agent = False
    if subject is not None:
        keys.append(salted(_words(doc, subject, subject + 1), _SUBJECT))
        agent = lex.singular(doc[subject].lower_) in lex.AGENTS
    seen = [float(cue.kind == name) for name in _KINDS]
    seen += [float(cue.modality == name) for name in MODALITIES]
    seen += [float(cue.negated), float(agent), float(subject is None)]
    nothing = np.zeros(doc.tensor.shape[1], dtype=np.float32)
    return Features(
        np.concatenate(keys),
        np.concatenate(
            [
                np.asarray(seen),
                doc.tensor[subject] if subject is not None else nothing,
                doc.tensor[cue.verb],
            ]
        ).astype(np.float32),
    )


def _words(doc: Doc, start: int, end: int) -> Keys:
    """Return the hashes of lower-case words; numbers and marks are left out."""
    return np.array([token.lower for token in doc[start:end] if token.is_alpha], dtype=np.uint64)


def _bearer_kind(bearer: str | None) -> str:
    words = (bearer or "").split()
    if not words:
        return "unnamed"
    head = lex.singular(words[-1].lower())
    if head in _OPERATORS:
        return "operator"
    return "state" if head in _STATES else "other"
