"""The component that names who is bound or empowered, or what is defined."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from jurisdictions.pipeline import lexicon as lex
from jurisdictions.pipeline.lexicon import word_set
from jurisdictions.pipeline.state import Cue, put, rows
from jurisdictions.pipeline.syntax import main_start, part_start, phrase

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_PRONOUNS = word_set("it they he she them him")
_NOBODY = frozenset(("nothing", "none", "neither"))
_INTRODUCTIONS = frozenset(("pending", "notwithstanding", "subject", "without", "with", "except"))
#: Words before a pronoun among which the one it stands for is looked for.
_REACH = 400
_QUOTED = re.compile(r"[\"']([^\"']{2,80}(?:'s? [^\"']{1,60})?)[\"']")


class BearerFinder:
    """Fill in ``Cue.bearer`` for the rows of ``doc._.cues``; empty where the text names nobody.

    Args:
        antecedents: whether "it" and "they" take the bearer of the norm before.
    """

    def __init__(self, *, antecedents: bool = True) -> None:
        self.antecedents = antecedents

    def __call__(self, doc: Doc) -> Doc:
        """Needs ``doc._.cues`` with modalities, and the parse."""
        named: list[Cue] = []
        for cue in rows(doc, "cues", Cue):
            before = named[-1].bearer if named and self.antecedents else ""
            named.append(replace(cue, bearer=_bearer(doc, cue, before)))
        put(doc, "cues", named)
        return doc


def is_agent(word: str) -> bool:
    """Tell whether a head noun can owe a duty."""
    return lex.singular(word.lower()) in lex.AGENTS


def _bearer(doc: Doc, cue: Cue, before: str) -> str:
    if cue.kind == "order":
        return ""
    subject = doc[cue.subject] if cue.subject >= 0 else None
    if cue.modality == "constitutive":
        return _defined(doc, cue, subject, before)
    passive = _is_passive(doc, cue)
    agent = _by_agent(doc[cue.verb]) if passive else ""
    if agent:
        return agent
    undergoes = passive and not _addressed(doc, cue)
    if subject is not None and subject.lower_ in _PRONOUNS:
        return "" if undergoes else _referent(subject, before)
    if subject is not None and subject.tag_ in ("WDT", "WP"):
        return _relative_bearer(subject)
    if subject is not None and subject.lower_ in _NOBODY:
        return _of_whom(subject)
    whom = _partitive(doc, cue)
    if whom is not None:
        return whom
    if undergoes and not (cue.negated and _is_nobody(doc, cue, subject)):
        return ""
    if subject is not None and not is_agent(subject.text):
        required = _required(doc[cue.verb])
        if required is not None:
            return phrase(required).text
    if subject is None or not is_agent(subject.text):
        trusted = subject is not None and _plain_thing(subject, cue)
        subject = None if trusted else surface_agent(doc, cue)
    return phrase(subject).text if subject is not None else ""


def _plain_thing(subject: Token, cue: Cue) -> bool:
    """Tell a subject that the parser surely got right: next to its modal, or first in its part."""
    first = _phrase_start(subject, part_start(subject))
    if first > 1 and subject.doc[first - 1].tag_ == "VBG" and is_agent(subject.doc[first - 2].text):
        # "States bordering the strait shall"
        return False
    if 0 < cue.start - subject.i <= 2 and (
        first == 0 or subject.doc[first - 1].pos_ not in ("ADP", "CCONJ")
    ):
        return True
    left = subject.left_edge.i
    if subject.doc[part_start(subject)].lower_ in _INTRODUCTIONS or subject.doc[left].tag_ == "VBG":
        return False
    return left <= part_start(subject) + 1 and not subject.text[:1].isupper()


def surface_agent(doc: Doc, cue: Cue) -> Token | None:
    """Return the first noun phrase before the cue that can bear a duty and hangs on no preposition.

    Long subjects ("States having borders on the region should, where ...") defeat the parser.
    """
    start = part_start(doc[cue.start])
    conditional = False
    for token in doc[start : cue.start]:
        if token.tag_ == "MD":
            return None
        if token.text == ",":
            conditional = False
        elif token.lower_ in lex.SUBORDINATORS:
            conditional = True
        if conditional:
            continue
        if not is_agent(token.text) or token.pos_ not in ("NOUN", "PROPN"):
            continue
        if token.i + 1 < cue.start and token.nbor().text in ("'s", "'", "-"):
            continue
        if token.dep_ == "compound" and token.head.i == token.i + 1:
            continue
        first = _phrase_start(token, start)
        if first == start or doc[first - 1].pos_ not in ("ADP", "CCONJ", "VERB", "PART"):
            return token
    return None


def _phrase_start(head: Token, floor: int) -> int:
    at = head.i
    while at > floor and head.doc[at - 1].pos_ in ("DET", "ADJ", "NOUN", "PROPN", "NUM"):
        at -= 1
    return int(at)


def _referent(pronoun: Token, before: str) -> str:
    """Return who a pronoun stands for: the bearer before it; a person is never "it"."""
    personal = bool(before) and lex.singular(before.split()[-1].lower()) in lex.PERSONS
    known = bool(before) and any(is_agent(word) for word in before.split())
    if known and not (pronoun.lower_ == "it" and personal):
        return before
    return _antecedent(pronoun)


def _is_nobody(doc: Doc, cue: Cue, subject: Token | None) -> bool:
    """Tell "No person shall be elected twice", which bars persons, from "no permit shall"."""
    return (
        subject is not None
        and doc[cue.start].lower_ == "no"
        and cue.start < subject.i < cue.end
        and is_agent(subject.text)
    )


def _of_whom(nobody: Token) -> str:
    """Read the owners in "none of the owners may dive"."""
    inner = [token for token in nobody.subtree if token.dep_ == "pobj"]
    return phrase(inner[0]).text if inner and is_agent(inner[0].text) else ""


def _required(verb: Token) -> Token | None:
    """Read the contractor in "each contract shall require the contractor to keep logs"."""
    if verb.lower_ not in ("require", "oblige"):
        return None
    for token in verb.doc[verb.i + 1 : min(verb.i + 7, verb.sent.end - 1)]:
        if token.pos_ in ("NOUN", "PROPN") and is_agent(token.text) and token.nbor().lower_ == "to":
            return token
    return None


def _partitive(doc: Doc, cue: Cue) -> str | None:
    """Read the experts in "names five experts, each of whom shall be independent"."""
    if doc[cue.start - 1].lower_ not in ("whom", "which") or doc[cue.start - 2].lower_ != "of":
        return None
    for token in reversed(list(doc[doc[cue.start].sent.start : max(0, cue.start - 3)])):
        if token.pos_ in ("NOUN", "PROPN"):
            return phrase(token).text if is_agent(token.text) else ""
    return ""


def _antecedent(pronoun: Token) -> str:
    """Return the last agent named before a pronoun, subjects first, or nothing."""
    plural = pronoun.lower_ in ("they", "them")
    agents = [
        token
        for token in reversed(list(pronoun.doc[max(0, pronoun.i - _REACH) : pronoun.i]))
        if token.pos_ in ("NOUN", "PROPN")
        and is_agent(token.text)
        and token.dep_ != "compound"
        and _may_mean(pronoun, token)
        and _is_plural(token) == plural
    ]
    subjects = [token for token in agents if token.dep_ in ("nsubj", "nsubjpass")]
    named = subjects or agents
    return phrase(named[0]).text if named else ""


def _may_mean(pronoun: Token, noun: Token) -> bool:
    """Tell whom "it" (no person) and "he" (a person, or a State's officer) can stand for."""
    person = lex.singular(noun.lower_) in lex.PERSONS
    return person != (pronoun.lower_ == "it") or pronoun.lower_ in ("they", "them")


def _is_plural(noun: Token) -> bool:
    """Tell a plural; the tagger takes the capital of "Member States" for a singular name."""
    name = noun.tag_ == "NNP" and lex.singular(noun.lower_) in lex.AGENTS
    return noun.tag_ in ("NNS", "NNPS") or (name and lex.singular(noun.lower_) != noun.lower_)


def _relative_bearer(relative: Token) -> str:
    """Return the antecedent of "which" or "who" where it can bear a duty."""
    verb = relative.head
    antecedent = verb.head if verb.dep_ == "relcl" else None
    if antecedent is not None and is_agent(antecedent.text):
        return phrase(antecedent).text
    for token in reversed(list(relative.doc[relative.sent.start : relative.i])):
        if token.pos_ in ("NOUN", "PROPN"):
            return phrase(token).text if is_agent(token.text) and relative.lower_ == "who" else ""
    return ""


def _is_passive(doc: Doc, cue: Cue) -> bool:
    verb = doc[cue.verb]
    if any(child.dep_ in ("auxpass", "nsubjpass") for child in verb.children):
        return True
    before = {token.lower_ for token in doc[cue.start : cue.verb]}
    return verb.tag_ == "VBN" and bool(before & {"be", "is", "are", "been"})


def _addressed(doc: Doc, cue: Cue) -> bool:
    """Tell passives that still bind their subject: "shall be entitled", "shall be guided by"."""
    words = lex.GRANTED | lex.REQUIRED | lex.FORBIDDEN | {"guided", "bound", "encouraged"}
    return doc[cue.verb].lower_ in words or cue.kind in ("right", "duty")


def _by_agent(verb: Token) -> str:
    joined = [child for child in verb.children if child.dep_ == "conj" and child.tag_ == "VBN"]
    for child in (child for one in (verb, *joined) for child in one.children):
        if child.dep_ == "agent" or (child.lower_ == "by" and child.dep_ == "prep"):
            for noun in child.children:
                if noun.dep_ == "pobj" and is_agent(noun.text):
                    return phrase(noun).text
    window = verb.doc[verb.i + 1 : min(verb.i + 9, verb.sent.end)]
    for token in window:
        if token.text in (",", ";", ":") or token.tag_ == "MD" or token.pos_ == "VERB":
            break
        if token.lower_ == "by":
            for noun in verb.doc[token.i + 1 : min(token.i + 7, verb.sent.end)]:
                if noun.pos_ not in ("DET", "ADJ", "NOUN", "PROPN"):
                    break
                if is_agent(noun.text) and noun.dep_ != "compound":
                    return phrase(noun).text
    return ""


def _defined(doc: Doc, cue: Cue, subject: Token | None, before: str) -> str:
    """Return what a constitutive norm is about: the quoted term, or the subject's words."""
    if cue.kind == "define":
        sent = doc[cue.start].sent
        quoted = _QUOTED.findall(doc[sent.start : cue.start].text)
        if quoted:
            return str(quoted[-1])
    if subject is not None and subject.tag_ in ("WDT", "WP"):
        subject = subject.head.head if subject.head.dep_ == "relcl" else subject
    if subject is None:
        subject = _first_noun(doc, cue)
    if subject is None:
        return before
    if subject.lower_ in _PRONOUNS:
        return before or subject.text
    if subject.lower_ in _NOBODY:
        inner = [token for token in subject.subtree if token.dep_ == "pobj"]
        return _named(inner[0]) if inner else subject.text
    if subject.lower_ == "there":
        attr = [child for child in doc[cue.verb].children if child.dep_ in ("attr", "dobj")]
        return phrase(attr[0]).text if attr else ""
    return _named(subject)


def _named(head: Token) -> str:
    """Return the phrase of a head; a numeral ("subchapter I") stands for the noun before it."""
    named = head
    while named.i > named.sent.start and (
        not named.lower_.strip("ivxlc") or named.like_num or named.pos_ in ("CCONJ", "PUNCT")
    ):
        named = named.nbor(-1)
    return phrase(named).text


def _first_noun(doc: Doc, cue: Cue) -> Token | None:
    """Return the head of the first noun phrase before the cue that hangs on no preposition."""
    start = max(part_start(doc[cue.start]), main_start(doc[cue.start]))
    for chunk in doc[start : cue.start].noun_chunks:
        if chunk.start == start or doc[chunk.start - 1].pos_ not in ("ADP", "VERB", "CCONJ"):
            head: Token = chunk.root
            return head
    return None
