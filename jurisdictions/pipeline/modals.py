"""Modals: "shall", "must", "may", "should", with their negation and their subject."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jurisdictions.pipeline import lexicon as lex
from jurisdictions.pipeline.state import Cue
from jurisdictions.pipeline.subordination import is_embedded
from jurisdictions.pipeline.syntax import (
    adjacent_pronoun,
    adjacent_subject,
    governed_verb,
    joins,
    main_subject,
    subject_of,
)

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_NEGATIONS = frozenset(("not", "never", "neither"))


def modal_cues(sent: Span) -> list[Cue]:
    """Read the modals of a sentence in order; "and shall" shares the status of the one before."""
    cues: list[Cue] = []
    before: Cue | None = None
    seen = False
    for token in sent:
        cue: Cue | None
        if token.lower_ == "need" and token.i + 1 < sent.end and token.nbor().lower_ == "not":
            cue = _need_not(token)
        elif not _is_modal(token):
            continue
        elif seen and joins(token):
            cue = None if before is None else _modal_cue(token, before.subject)
        else:
            cue = _own_subject(_modal_cue(token, None), before, token)
        before, seen = cue, True
        if cue is not None:
            cues.append(cue)
    return cues


def _own_subject(cue: Cue | None, before: Cue | None, modal: Token) -> Cue | None:
    """Give a later clause its own subject where the parser reached back past the modal before."""
    if cue is None or before is None or cue.subject > before.start:
        return cue
    adjacent = adjacent_subject(modal)
    return cue if adjacent is None else replace(cue, subject=adjacent.i)


def _is_modal(token: Token) -> bool:
    if token.lower_ == lex.ORGAN_MODAL:
        return bool(token.tag_ == "MD")
    # the tagger takes a late "may" for the month, which has a capital
    return token.lower_ in lex.MODALS and (
        token.tag_ == "MD" or token.pos_ == "AUX" or token.text == "may"
    )


def _modal_cue(modal: Token, shared: int | None) -> Cue | None:
    """Return the cue of a modal; ``shared`` is the subject of the modal that it is joined to."""
    word = modal.lower_
    verb = governed_verb(modal)
    if shared is not None:
        subject = modal.doc[shared] if shared >= 0 else None
    else:
        subject = adjacent_pronoun(modal) or main_subject(verb, modal)
        if is_embedded(modal, verb, subject):
            return None
    if word == lex.ORGAN_MODAL and not _commands(modal, verb, subject):
        return None
    start, end = modal.i, modal.i + 1
    negated = False
    stop = verb.i if verb.i > modal.i else modal.i + 2
    for token in modal.doc[modal.i + 1 : min(stop + 1, modal.sent.end)]:
        if token.lower_ in _NEGATIONS and not _only_compares(token):
            negated, end = True, token.i + 1
            break
    before = modal.doc[modal.i - 1] if modal.i > modal.sent.start else None
    if before is not None and before.lower_ == "nor":
        start, negated = before.i, True
    opener = _negative_opener(modal, subject)
    if opener is not None:
        negated = True
        if modal.i - opener <= 5:
            start = opener
    elif _in_no_case(modal, verb) or _neither(modal) or _capped(modal, subject):
        negated = True
    kind = "may" if word == "may" else "shall"
    return Cue(start, end, kind, verb.i, negated, -1 if subject is None else subject.i)


def _commands(modal: Token, verb: Token, subject: Token | None) -> bool:
    """Tell "the Board will publish" and "licences will be granted" from what just happens."""
    if subject is None:
        return False
    granted = verb.tag_ == "VBN" and "be" in {
        token.lower_ for token in modal.doc[modal.i + 1 : verb.i]
    }
    return granted or lex.singular(subject.lower_) in lex.AGENTS


def _only_compares(negation: Token) -> bool:
    """Tell "shall, but not later than 90 days after, report" from "shall not"."""
    if negation.i + 1 >= len(negation.doc):
        return False
    return negation.nbor().lower_ in ("later", "more", "less", "fewer", "exceeding", "only")


def _need_not(need: Token) -> Cue | None:
    verb = governed_verb(need)
    subject = subject_of(verb, need.i)
    described = subject is not None and subject.tag_ in ("WDT", "WP")
    if is_embedded(need, verb, subject) and not described:
        return None
    return Cue(need.i, need.i + 2, "may", verb.i, False, -1 if subject is None else subject.i)


def _negative_opener(modal: Token, subject: Token | None) -> int | None:
    """Return the token of "No", "Nothing", "None", "Neither" that governs the modal's subject."""
    if subject is None:
        return None
    if subject.lower_ in ("nothing", "none", "nobody", "neither") and subject.i < modal.i:
        return int(subject.i)
    for child in subject.children:
        ahead = child.i < min(subject.i, modal.i)
        if child.lower_ in ("no", "neither") and ahead and child.dep_ != "advmod":
            following = child.nbor().lower_ if child.i + 1 < len(child.doc) else ""
            if following not in ("later", "more", "less", "fewer", "earlier", "longer"):
                return int(child.i)
    return None


def _capped(modal: Token, subject: Token | None) -> bool:
    """Tell "no more than two divers may enter", which bars a third, from "no fewer than two"."""
    if subject is None or modal.lower_ != "may" or subject.i > modal.i:
        return False
    low = max(modal.sent.start, subject.i - 4)
    words = [token.lower_ for token in modal.doc[low : subject.i]]
    return any(
        word in ("no", "not") and words[at + 1 : at + 3] == ["more", "than"]
        for at, word in enumerate(words)
    )


def _neither(modal: Token) -> bool:
    """Tell "Neither the lease nor anything in this rule shall modify", however it is parsed."""
    words = [token.lower_ for token in modal.doc[modal.sent.start : modal.i]]
    return words[:1] == ["neither"] and "nor" in words


def _in_no_case(modal: Token, verb: Token) -> bool:
    """Tell "in no case", "in no way", "under no circumstances" beside the modal."""
    low = max(modal.sent.start, modal.i - 6)
    high = min(modal.sent.end, max(verb.i, modal.i) + 4)
    words = [token.lower_ for token in modal.doc[low:high]]
    return any(
        words[at] == "no" and words[at + 1] in ("case", "way", "circumstances", "event", "wise")
        for at in range(len(words) - 1)
    )
