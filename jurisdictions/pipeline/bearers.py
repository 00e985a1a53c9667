"""The component that names who is bound or empowered, or what is defined."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from jurisdictions.pipeline import lexicon as lex
from jurisdictions.pipeline.lexicon import word_set
from jurisdictions.pipeline.modality import singular
from jurisdictions.pipeline.state import Cue, put, rows
from jurisdictions.pipeline.syntax import phrase

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_PRONOUNS = word_set("it they he she them him")
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
    return singular(word.lower()) in lex.AGENTS


def _bearer(doc: Doc, cue: Cue, before: str) -> str:
    if cue.kind == "order":
        return ""
    subject = doc[cue.subject] if cue.subject >= 0 else None
    if cue.modality == "constitutive":
        return _defined(doc, cue, subject, before)
    agent = _by_agent(doc[cue.verb])
    if subject is None:
        return agent
    if subject.lower_ in _PRONOUNS:
        return before or agent
    if subject.tag_ in ("WDT", "WP"):
        return agent or _relative_bearer(subject)
    if agent and _is_passive(doc[cue.verb]):
        return agent
    if not is_agent(subject.text):
        return agent
    if _is_passive(doc[cue.verb]) and not _addressed(doc, cue):
        return ""
    return phrase(subject).text


def _relative_bearer(relative: Token) -> str:
    """Return the antecedent of "which" or "who" where it can bear a duty."""
    verb = relative.head
    antecedent = verb.head if verb.dep_ == "relcl" else None
    if antecedent is not None and is_agent(antecedent.text):
        return phrase(antecedent).text
    return ""


def _is_passive(verb: Token) -> bool:
    return any(child.dep_ in ("auxpass", "nsubjpass") for child in verb.children)


def _addressed(doc: Doc, cue: Cue) -> bool:
    """Tell passives that still bind their subject: "shall be entitled", "shall be guided by"."""
    words = lex.GRANTED | lex.REQUIRED | lex.FORBIDDEN | {"guided", "bound", "encouraged"}
    return doc[cue.verb].lower_ in words or cue.kind in ("right", "duty")


def _by_agent(verb: Token) -> str:
    for child in verb.children:
        if child.dep_ == "agent" or (child.lower_ == "by" and child.dep_ == "prep"):
            for noun in child.children:
                if noun.dep_ == "pobj" and is_agent(noun.text):
                    return phrase(noun).text
    return ""


def _defined(doc: Doc, cue: Cue, subject: Token | None, before: str) -> str:
    """Return what a constitutive norm is about: the quoted term, or the subject's words."""
    if cue.kind == "define":
        sent = doc[cue.start].sent
        quoted = _QUOTED.findall(doc[sent.start : cue.start].text)
        if quoted:
            return str(quoted[-1])
    if subject is None:
        return before
    if subject.lower_ in _PRONOUNS:
        return before or subject.text
    if subject.lower_ in ("nothing", "none"):
        inner = [token for token in subject.subtree if token.dep_ == "pobj"]
        return phrase(inner[0]).text if inner else subject.text
    if subject.lower_ == "there":
        attr = [child for child in doc[cue.verb].children if child.dep_ == "attr"]
        return phrase(attr[0]).text if attr else ""
    return phrase(subject).text
