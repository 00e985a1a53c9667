"""Reading the dependency parse of legal sentences, with the mistakes it makes kept in mind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jurisdictions.pipeline.lexicon import DETERMINERS, MODALS, SUBORDINATORS

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_SUBJECTS = frozenset(("nsubj", "nsubjpass", "csubj", "expl"))
_VERBAL = frozenset(("VERB", "AUX"))
_NOUNS = frozenset(("NOUN", "PROPN"))
_CITED = frozenset(("article", "section", "paragraph", "annex", "regulation", "part", "clause"))
_CONDITIONS = frozenset(("if", "where", "when", "whenever", "wherever", "unless"))
_MAX_CLIMB = 6


def governed_verb(modal: Token) -> Token:
    """Return the verb that a modal governs: its head, or else the next verb on its right."""
    head = modal.head
    if head.i != modal.i and head.pos_ in _VERBAL and head.i > modal.i:
        return head
    sent = modal.sent
    for token in modal.doc[_past_aside(modal) : sent.end]:
        if token.tag_ == "VBN" and token.dep_ == "acl" and token.nbor(-1).pos_ in _NOUNS:
            # "may in the cases listed in rule 2 be removed"
            continue
        if token.pos_ in _VERBAL and token.lower_ not in MODALS:
            if token.pos_ == "AUX" and token.head.i > token.i and token.dep_ in ("aux", "auxpass"):
                return token.head
            return token
    return modal


def _past_aside(modal: Token) -> int:
    """Return where to look for a modal's verb: past ", where no deal has been reached,"."""
    words = modal.doc[modal.i + 1 : modal.sent.end]
    if len(words) > 2 and words[0].text == "," and words[1].lower_ in SUBORDINATORS:
        commas = [token.i for token in words[2:] if token.text == ","]
        if commas:
            return int(commas[0]) + 1
    return int(modal.i) + 1


def subject_of(verb: Token, before: int) -> Token | None:
    """Return the head of a verb's subject, through coordination and raising.

    Args:
        verb: the governed verb.
        before: token index of the cue; a subject that follows it counts for inversions only.
    """
    token = verb
    for _ in range(_MAX_CLIMB):
        subjects = [child for child in token.children if child.dep_ in _SUBJECTS]
        ahead = [child for child in subjects if child.i < before]
        ahead = [child for child in ahead if not (_is_cited(child) or _hangs(child))] or ahead
        if ahead:
            return _inner_subject(ahead[-1])
        if subjects and token is verb and subjects[0].i < verb.i:
            return subjects[0]
        if token.dep_ not in ("conj", "xcomp", "ccomp", "advcl", "aux", "auxpass", "parataxis"):
            break
        if token.head.pos_ not in _VERBAL and token.dep_ != "aux":
            break
        token = token.head
    return _nearest_subject(verb, before)


def _hangs(noun: Token) -> bool:
    """Tell the "entry" of "a State which joins after the entry into force shall": no subject."""
    at = noun.i
    while at > noun.sent.start and noun.nbor(at - noun.i - 1).pos_ in ("DET", "ADJ", "NOUN", "NUM"):
        at -= 1
    return at > noun.sent.start and noun.doc[at - 1].pos_ == "ADP"


def _is_cited(noun: Token) -> bool:
    """Tell the "section 3" of ", in accordance with Part II, section 3, shall": no subject."""
    before = noun.nbor(-1) if noun.i > noun.sent.start else None
    numbered = noun.i + 1 < len(noun.doc) and noun.nbor().like_num
    return noun.lower_ in _CITED and numbered and before is not None and before.text == ","


def main_subject(verb: Token, modal: Token) -> Token | None:
    """Return the subject of a modal's verb, never one inside a condition that opens its sentence.

    In "Where a plan exists, States concerned shall follow it" the parser may offer "plan".
    """
    subject = subject_of(verb, modal.i)
    if subject is None or subject.i >= main_start(modal):
        return subject
    if subject.pos_ == "VERB":
        # "Where reference is made to this rule, rules 5 and 7 shall apply"
        return _nearest_subject(verb, modal.i)
    of_another = subject.head.i < modal.i and subject.head.i != verb.i and is_finite(subject.head)
    return _nearest_subject(verb, modal.i) if of_another else subject


def _inner_subject(subject: Token) -> Token:
    """Return the noun of a subject taken for a clause ("States acting", "States concerned")."""
    if subject.tag_ in ("VBG", "VBD", "VBN"):
        nouns = [child for child in subject.children if child.dep_ in ("nsubj", "nsubjpass")]
        if nouns:
            return nouns[0]
    return subject


def _nearest_subject(verb: Token, before: int) -> Token | None:
    """Return the first noun phrase head before the cue that no preposition governs."""
    start = main_start(verb.doc[before])
    for token in reversed(list(verb.doc[start:before])):
        if token.lower_ in SUBORDINATORS and token.pos_ in ("SCONJ", "PRON", "DET"):
            return None
        if token.dep_ in _SUBJECTS or (token.dep_ == "ROOT" and token.pos_ in ("NOUN", "PROPN")):
            return token
    return None


def main_start(modal: Token) -> int:
    """Return where the clause of a modal begins, past a condition that opens its sentence.

    In "If the owner sells a ship, logs kept on board shall pass" it is "logs": the first comma
    after the last finite verb ends the condition. Without a condition it is the sentence's start.
    """
    sent, doc = modal.sent, modal.doc
    words = [token for token in doc[sent.start : modal.i] if not token.is_space]
    if not words or words[0].lower_ not in _CONDITIONS:
        return int(sent.start)
    finite = [token.i for token in words if is_finite(token)]
    commas = [token.i for token in words if token.text == "," and finite and token.i > finite[-1]]
    return commas[0] + 1 if commas else int(sent.start)


def is_finite(verb: Token) -> bool:
    """Tell a finite verb from a participle that the tagger took for a past tense."""
    if verb.tag_ not in ("VBZ", "VBP", "VBD", "MD"):
        return False
    following = verb.nbor() if verb.i + 1 < len(verb.doc) else None
    passive = following is not None and (following.lower_ in ("by", "to") or following.tag_ == "MD")
    return verb.tag_ != "VBD" or (verb.dep_ != "acl" and not passive)


def adjacent_pronoun(modal: Token) -> Token | None:
    """Return the pronoun right before a modal ("they shall"), its subject whatever the parse."""
    before = modal.doc[modal.i - 1] if modal.i > modal.sent.start else None
    return before if before is not None and before.lower_ in ("it", "they", "he", "she") else None


def phrase(head: Token) -> Span:
    """Return the core noun phrase of a head: determiners left out, close coordination kept."""
    doc = head.doc
    start = head.left_edge.i
    while start < head.i and (
        doc[start].lower_ in DETERMINERS or doc[start].is_punct or doc[start].is_space
        or doc[start].lower_ in ("in", "for", "at", "on")
    ):  # fmt: skip
        start += 1
    for token in reversed(list(doc[start : head.i])):
        if (token.is_punct and token.text not in ("-", "'", '"', "/")) or token.pos_ == "VERB":
            start = token.i + 1
            break
    end = head.i + 1
    for child in head.children:
        near = child.i - head.i <= 6
        if child.dep_ == "conj" and near and child.pos_ in ("NOUN", "PROPN"):
            if not any(token.text == "," for token in doc[head.i : child.i]):
                end = child.i + 1
            break
    return doc[start:end]


def part_start(token: Token) -> int:
    """Return where the sentence part that holds a token begins (after ';' or ':')."""
    sent = token.sent
    for other in reversed(list(token.doc[sent.start : token.i])):
        if other.text in (";", ":"):
            return int(other.i) + 1
    return int(sent.start)


def previous_word(token: Token) -> Token | None:
    """Return the token before, skipping spaces, commas, quotes and adverbs."""
    at = token.i - 1
    while at >= token.sent.start:
        other = token.doc[at]
        if not (other.is_space or other.text in (",", '"', "'", "(") or other.pos_ == "ADV"):
            return other
        at -= 1
    return None


def joins(modal: Token) -> bool:
    """Tell a modal joined to the one before it: "shall report and shall keep"."""
    before = previous_word(modal)
    return before is not None and before.lower_ in ("and", "or", "but", "either", "nor")


def adjacent_subject(modal: Token) -> Token | None:
    """Return the head of a noun phrase right before a modal that opens a clause of its own.

    In "the head shall notify the Secretary and the Secretary may reply" it is the Secretary.
    """
    at = modal.i - 1
    while at > modal.sent.start and modal.doc[at].pos_ == "ADV":
        at -= 1
    head = modal.doc[at]
    if head.pos_ not in ("NOUN", "PROPN"):
        return None
    while at > modal.sent.start and modal.doc[at - 1].pos_ in (
        "ADJ",
        "NOUN",
        "PROPN",
        "NUM",
        "DET",
    ):
        at -= 1
    opener = modal.doc[at - 1] if at > modal.sent.start else None
    opens = opener is None or opener.lower_ in ("and", "or", "but", ",", "that", "then", "however")
    return head if opens else None


def in_relative(verb: Token) -> bool:
    """Tell "blocks which, taken together, form one area" from a main clause, by its words."""
    for token in reversed(list(verb.doc[verb.sent.start : verb.i])):
        if token.tag_ in ("WDT", "WP") or token.lower_ == "which":
            return True
        if token.pos_ not in ("ADV", "PUNCT", "SPACE", "CCONJ") and token.tag_ != "VBN":
            return False
    return False
