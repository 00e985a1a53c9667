"""Rights, duties and bans that stand without a modal: "has the right", "is required to"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jurisdictions.pipeline import lexicon as lex
from jurisdictions.pipeline.state import Cue
from jurisdictions.pipeline.subordination import finite_main, surface_opener
from jurisdictions.pipeline.syntax import subject_of

if TYPE_CHECKING:
    from spacy.tokens import Token

BE = frozenset(("is", "are"))
#: "has ... the right": the noun is looked for among this many words.
_PHRASE_WORDS = 8
#: What may stand between "reserves" and "right".
_FOR_ITSELF = frozenset(
    ("to", "for", "itself", "themselves", "the", "its", "their", "all", "any", "sole", "exclusive",
     "full", ",")
)  # fmt: skip


def phrase_cue(token: Token) -> Cue | None:
    """Rights, duties and bans without a modal: "has the right", "are required to"."""
    word = token.lower_
    doc = token.doc
    if word in ("has", "have", "enjoy", "enjoys"):
        return _have_cue(token)
    if word in BE:
        if _is_to_be(token) and finite_main(token):
            return cue_at(token.i, token.i + 2, "duty", token, False, token.i)
        after = _next_predicate(token)
        if after is None or not finite_main(token):
            return None
        negated = any(other.lower_ in ("not", "no") for other in doc[token.i : after.i])
        for words, kind in (
            (lex.GRANTED, "right"), (lex.REQUIRED, "duty"), (lex.FORBIDDEN, "ban"),
            (frozenset(("responsible", "liable")), "duty"),
        ):  # fmt: skip
            if after.lower_ in words and (kind != "duty" or _burdens(after)):
                start = after.i if kind == "ban" else token.i
                return cue_at(start, after.i + 1, kind, after, negated, token.i)
    if word in ("reserve", "reserves"):
        return _reserve_cue(token)
    if word in ("need", "needs") and _followed(token, ("to",)) and token.tag_ in ("VBZ", "VBP"):
        return _need_cue(token)
    if (
        word in lex.UNDERTAKINGS
        and not _under_modal(token)
        and _followed(token, ("to", "that", ":"))
        and finite_main(token)
    ):
        return cue_at(token.i, token.i + 1, "duty", token, False, token.i)
    return None


def _reserve_cue(reserve: Token) -> Cue | None:
    """ "The Board reserves (to itself) the right"; the tagger may take the verb for a noun."""
    doc = reserve.doc
    following = doc[reserve.i + 1 : min(reserve.i + _PHRASE_WORDS, reserve.sent.end)]
    inner = next((token for token in following if token.lower_ not in _FOR_ITSELF), None)
    if inner is None or inner.lower_ not in lex.RIGHTS:
        return None
    if reserve.tag_ in ("VBZ", "VBP"):
        free = finite_main(reserve)
        return cue_at(reserve.i, inner.i + 1, "right", reserve, False, reserve.i) if free else None
    owner = reserve.nbor(-1) if reserve.i > reserve.sent.start else None
    if owner is None or owner.pos_ not in ("NOUN", "PROPN") or reserve.lower_ != "reserves":
        return None
    if surface_opener(reserve) is not None:
        return None
    return Cue(reserve.i, inner.i + 1, "right", reserve.i, False, owner.i)


def _under_modal(verb: Token) -> bool:
    """Tell "the owner may leave it or agree to sell it", where one modal governs both verbs."""
    joined = verb.dep_ == "conj" and any(child.tag_ == "MD" for child in verb.head.children)
    return joined and not any(child.dep_ == "nsubj" for child in verb.children)


def _burdens(predicate: Token) -> bool:
    """Tell "is required to report" and "a map is required" from "is required by the owner"."""
    if _followed(predicate, ("to", "for")):
        return True
    thing = any(child.dep_ == "nsubjpass" for child in predicate.children)
    return predicate.lower_ == "required" and thing and not _followed(predicate, ("by",))


def _need_cue(need: Token) -> Cue | None:
    """ "The Board needs to act", "it is clear that the Board needs to act"."""
    subject = subject_of(need, need.i)
    if subject is None or subject.i > need.i or subject.tag_ in ("WDT", "WP"):
        return None
    if not finite_main(need) and need.dep_ not in ("ccomp", "conj"):
        return None
    verbs = [child for child in need.children if child.dep_ == "xcomp"]
    return Cue(need.i, need.i + 2, "duty", (verbs or [need])[0].i, False, subject.i)


def _is_to_be(be: Token) -> bool:
    """ "the valve is to be closed": a duty in the older technical style."""
    following = [token.lower_ for token in be.doc[be.i + 1 : be.i + 3]]
    return following == ["to", "be"] and not any(
        token.lower_ in lex.SUBORDINATORS for token in be.doc[be.sent.start : be.i]
    )


def _have_cue(verb: Token) -> Cue | None:
    if any(child.tag_ == "MD" for child in verb.children) or not finite_main(verb):
        return None
    doc = verb.doc
    for token in doc[verb.i + 1 : min(verb.i + _PHRASE_WORDS, verb.sent.end)]:
        word = token.lower_
        if word in lex.RIGHTS or word in lex.DUTIES:
            negated = any(other.lower_ in ("no", "not") for other in doc[verb.i : token.i])
            kind = "right" if word in lex.RIGHTS else "duty"
            return cue_at(verb.i, token.i + 1, kind, verb, negated, verb.i)
        if token.pos_ in ("NOUN", "VERB", "PROPN", "SCONJ") and word not in ("and", "or"):
            break
        if token.text in (";", ":", "."):
            break
    return None


def cue_at(start: int, end: int, kind: str, verb: Token, negated: bool, before: int) -> Cue:
    subject = subject_of(verb, before)
    return Cue(start, end, kind, verb.i, negated, -1 if subject is None else subject.i)


def _next_predicate(be: Token) -> Token | None:
    for token in be.doc[be.i + 1 : min(be.i + 4, be.sent.end)]:
        if token.pos_ in ("VERB", "ADJ"):
            return token
        if token.pos_ not in ("ADV", "PART", "AUX"):
            return None
    return None


def _followed(token: Token, words: tuple[str, ...]) -> bool:
    return any(
        other.lower_ in words for other in token.doc[token.i + 1 : min(token.i + 4, token.sent.end)]
    )
