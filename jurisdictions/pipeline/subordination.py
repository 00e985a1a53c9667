"""Telling main clauses from those that describe, condition or qualify, and state no norm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jurisdictions.pipeline.lexicon import DETERMINERS, MODALS, SUBORDINATORS
from jurisdictions.pipeline.syntax import adjacent_pronoun, is_finite, previous_word, subject_of

if TYPE_CHECKING:
    from spacy.tokens import Token

_RELATIVES = frozenset(("which", "who", "whom", "whose"))
_CONDITIONS = frozenset(("if", "where", "when", "whenever", "wherever", "unless"))
_FINITE_DEPS = frozenset(("ROOT", "conj", "ccomp", "parataxis", "advcl", "dep", "nsubj"))
_PHRASE_PARTS = frozenset(("NOUN", "PROPN", "ADJ", "DET", "PRON", "NUM", "ADV", "PART"))


def surface_opener(modal: Token) -> Token | None:
    """Return the subordinator right before the noun phrase that precedes a modal, if any.

    "as the Council may require" is read off the words, whatever the parser made of it.
    """
    at = modal.i - 1
    while at >= modal.sent.start and modal.i - at <= 9:
        token = modal.doc[at]
        if counts(token):
            return None
        if token.lower_ in SUBORDINATORS or token.lower_ == "that":
            return token if token.i < modal.i - 1 else None
        if token.pos_ not in _PHRASE_PARTS and token.text != "-" and token.tag_ != "VBN":
            return None
        at -= 1
    return None


def counts(token: Token) -> bool:
    """Tell the "than" of "no more than ten days", which opens no clause."""
    return token.lower_ == "than" and token.i + 1 < len(token.doc) and token.nbor().like_num


def is_embedded(modal: Token, verb: Token, subject: Token | None) -> bool:
    """Tell whether a modal stands in a clause that describes, conditions or qualifies.

    "as the Council may decide", "if it may be shown", "measures which may be taken" state no norm
    of their own; "which shall be audited" and "except that it shall not" do.
    """
    strong = modal.lower_ in ("shall", "must", "should")
    before = previous_word(modal)
    if before is not None and before.lower_ in ("as", "than", "if", "when", "where"):
        return True
    if before is not None and (before.tag_ in ("WDT", "WP") or before.lower_ in ("which", "who")):
        return not strong or _in_definition(before)
    surface = None if _opens_clause(modal) else surface_opener(modal)
    if surface is not None and not (strong and _is_preposition(surface)):
        if surface.lower_ == "that":
            return _that_clause(surface, strong)
        return not (strong and surface.lower_ in _RELATIVES) or _in_definition(surface)
    if _under_condition(modal):
        return True
    if subject is not None and subject.i < modal.i:
        if subject.tag_ in ("WDT", "WP") or subject.lower_ in ("which", "who"):
            return not strong or _in_definition(subject)
        opener = _opener(subject)
        if opener is not None and not counts(opener) and not (strong and _is_preposition(opener)):
            if strong and opener.lower_ in _RELATIVES:
                return _in_definition(opener)
            if opener.lower_ in SUBORDINATORS:
                return not _parenthetical(opener, subject, modal)
            if opener.lower_ == "that":
                return _that_clause(opener, strong)
    return verb.dep_ == "relcl" and not strong


def _under_condition(modal: Token) -> bool:
    """Tell "if at any time the members named by it shall be few" by its words.

    The condition opens its sentence, and neither a comma nor a finite verb stands before the modal.
    """
    words = [token for token in modal.doc[modal.sent.start : modal.i] if not token.is_space]
    if not words or words[0].lower_ not in ("if", "when", "whenever", "unless"):
        return False
    return not any(token.text == "," or is_finite(token) for token in words[1:])


def _parenthetical(opener: Token, subject: Token, modal: Token) -> bool:
    """Tell "the owner, if it has not done so, shall" from "if the owner shall".

    Before a comma and a modal, a subject that already has a finite verb is not the modal's.
    """
    if modal.i == 0 or modal.nbor(-1).text != ",":
        return False
    if opener.i > opener.sent.start and opener.nbor(-1).text == ",":
        return True
    between = modal.doc[subject.i + 1 : modal.i]
    return any(token.tag_ in ("VBZ", "VBP", "VBD") for token in between)


def _in_definition(relative: Token) -> bool:
    """Tell "zones means areas in which nobody shall dig", where the relative only defines.

    Neither is a question such as "as to which owner shall pay" a rule.
    """
    if relative.i > 1 and [t.lower_ for t in relative.doc[relative.i - 2 : relative.i]] == [
        "as",
        "to",
    ]:
        return True
    return any(
        token.lower_ in ("means", "mean")
        for token in relative.doc[relative.sent.start : relative.i]
        if token.tag_ in ("VBZ", "VBP", "VB", "NNS")
    )


def _opens_clause(modal: Token) -> bool:
    """Tell "on a matter before the Board he shall": a pronoun after a noun opens a clause."""
    pronoun = adjacent_pronoun(modal)
    return (
        pronoun is not None
        and pronoun.i > pronoun.sent.start
        and pronoun.nbor(-1).pos_ in ("NOUN", "PROPN", "PUNCT")
    )


def _is_preposition(opener: Token) -> bool:
    """Tell "matters before the Board shall", "not less than three shall" from a clause's opener.

    The modal is the only finite verb of its sentence, which no main clause would lack.
    """
    if opener.lower_ not in ("before", "after", "than", "as", "since", "until"):
        return False
    if opener.dep_ == "prep" and opener.lower_ in ("before", "after"):
        return True
    words = [token for token in opener.sent if not token.is_space]
    if opener.lower_ == "as" and any(token.lower_ == "such" for token in words):
        return False
    before = [token for token in words if token.i < opener.i]
    finite = [token for token in words if is_finite(token)]
    return len(finite) == 1 and any(token.pos_ in ("NOUN", "PROPN", "ADJ") for token in before)


def _opener(subject: Token) -> Token | None:
    """Return the word right before the subject's phrase."""
    left = min((token.i for token in subject.subtree if token.i <= subject.i), default=subject.i)
    edge = subject.doc[max(left, _chunk_floor(subject))]
    if edge.lower_ in SUBORDINATORS or edge.lower_ == "that":
        return edge if edge.i != subject.i else None
    return previous_word(edge)


def _chunk_floor(subject: Token) -> int:
    """Return the leftmost token that can belong to the subject's own phrase."""
    at = subject.i
    while at > subject.sent.start and subject.doc[at - 1].pos_ in (
        "DET", "ADJ", "NOUN", "PROPN", "NUM", "PART", "CCONJ", "ADP", "SCONJ"
    ) and subject.doc[at - 1].lower_ not in SUBORDINATORS | {"that"}:  # fmt: skip
        at -= 1
    return int(at)


def _demonstrative(that: Token) -> bool:
    """Tell "if a State has a map, that State shall" from "the map, that the State shall draw"."""
    first = that.sent[0]
    while first.is_space and first.i < that.i:
        first = first.nbor()
    if that.i > that.sent.start and that.nbor(-1).pos_ == "ADP" and that.nbor(-1).lower_ != "in":
        # "a statement to that effect"
        return True
    if that.nbor().pos_ in ("DET", "PRON") or that.nbor().lower_ in DETERMINERS:
        return False
    after_comma = that.i > 0 and that.nbor(-1).text == ","
    return after_comma and first.lower_ in ("if", "where", "when", "whenever", "unless")


def _that_clause(that: Token, strong: bool) -> bool:
    if _demonstrative(that):
        return False
    before = previous_word(that)
    opening = before.lower_ if before is not None else ""
    if opening in ("except", "provided", "however", "save"):
        return False
    later = sum(token.tag_ == "MD" for token in that.doc[that.i : that.sent.end])
    conditional = that.sent[0].lower_ in _CONDITIONS and later > 1
    if not strong or conditional or opening in ("so", "order", "ensure", "ensuring"):
        return True
    return any(
        token.lower_ in MODALS for token in that.doc[that.sent.start : that.i] if token.tag_ == "MD"
    )


def finite_main(verb: Token) -> bool:
    """Tell a main clause from a relative, conditional or reduced one."""
    token = verb
    while token.dep_ in ("auxpass", "aux", "cop") and token.head.i != token.i:
        token = token.head
    for _ in range(4):
        if token.dep_ in ("relcl", "acl", "pcomp", "xcomp", "appos", "pobj", "dobj"):
            return False
        if token.dep_ in ("advcl", "ccomp"):
            marks = [child.lower_ for child in token.children if child.dep_ in ("mark", "advmod")]
            if any(mark in SUBORDINATORS or mark == "that" for mark in marks):
                return False
        if token.dep_ != "conj" or token.head.pos_ not in ("VERB", "AUX"):
            break
        token = token.head
    if token.dep_ not in _FINITE_DEPS:
        return False
    subject = subject_of(verb, verb.i)
    return not (subject is not None and subject.tag_ in ("WDT", "WP")) and not is_embedded(
        verb, token, subject
    )
