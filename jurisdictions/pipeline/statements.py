"""Definitions, status and instructions in the present tense: "X means", "this Part applies"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jurisdictions.pipeline import lexicon as lex
from jurisdictions.pipeline.grants import BE, cue_at
from jurisdictions.pipeline.lexicon import word_set
from jurisdictions.pipeline.state import Cue
from jurisdictions.pipeline.subordination import finite_main
from jurisdictions.pipeline.syntax import in_relative, previous_word, subject_of

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

#: Participles of acts that bring something about by being stated ("is hereby established").
_FOUNDING = word_set(
    "established created defined vested recognized confirmed presumed preempted designated deemed "
    "declared governed superseded repealed revoked incorporated regarded considered excluded "
    "excepted extended assimilated"
)
#: How recitals weigh a reason: "Recognition of these issues is crucial".
_WEIGHTS = word_set("crucial essential important appropriate necessary evident indispensable vital")
#: Words that open a clause which only describes its noun.
_RELATIVES = frozenset(("which", "who", "whose", "whom"))


def present_cues(sent: Span, found: list[Cue]) -> list[Cue]:
    """Definitions and status in the present tense, in the main clause only."""
    cues: list[Cue] = []
    for token in sent:
        if any(cue.start <= token.i < cue.end for cue in found):
            continue
        cue = _definition(token) or _status(token)
        if cue is not None and not _modal_before(token):
            cues.append(cue)
    root = sent.root
    if cues or any(cue.start < root.i or cue.verb == root.i for cue in found):
        return cues
    copula = _copula(root)
    if copula is not None:
        return [copula]
    return [] if found else _organ_cues(root)


def _definition(token: Token) -> Cue | None:
    word = token.lower_
    if word not in lex.DEFINING and word not in ("includes", "include"):
        return None
    subject = subject_of(token, token.i)
    quoted = _quoted_before(token)
    if word in lex.DEFINING and (quoted or _is_term(subject) or finite_main(token)):
        if (not (quoted or _is_term(subject)) and not _is_verb(token)) or _is_noun(token):
            return None
        return cue_at(token.i, token.i + 1, "define", token, False, token.i)
    plain = subject is not None and token.tag_ in ("VBZ", "VBP") and not _is_doer(subject)
    if word not in lex.DEFINING and (
        quoted or _is_term(subject) or (plain and finite_main(token) and not in_relative(token))
    ):
        return cue_at(token.i, token.i + 1, "define", token, False, token.i)
    return None


def _is_doer(subject: Token) -> bool:
    """Tell "the owner includes a map" from "the sea includes its bed"."""
    return lex.singular(subject.lower_) in lex.AGENTS or subject.tag_ in ("WDT", "WP", "PRP")


def _is_verb(means: Token) -> bool:
    """Tell "X means Y" from "by any other means"."""
    before = previous_word(means)
    noun = before is None or before.pos_ in ("DET", "ADJ", "ADP", "VERB", "PRON", "CCONJ")
    return means.tag_ in ("VBZ", "VBP", "VB") and not noun


def _is_noun(means: Token) -> bool:
    """Tell the noun of "any means" inside a definition from its verb."""
    return means.i > 0 and means.nbor(-1).pos_ in ("DET", "ADJ", "ADP")


def _status(token: Token) -> Cue | None:
    word = token.lower_
    doc = token.doc
    if word in ("consist", "consists") and token.i and token.i + 1 < len(doc):
        before = token.nbor(-1)
        free = before.tag_ not in ("MD", "TO", "WDT", "WP") and before.lower_ != "not"
        if free and token.nbor().lower_ == "of":
            return cue_at(token.i, token.i + 2, "present", token, False, token.i)
    if (
        word in ("form", "forms")
        and token.i + 1 < len(doc)
        and token.nbor().lower_ == "part"
        and not in_relative(token)
    ):
        return cue_at(token.i, token.i + 2, "present", token, False, token.i)
    if word in lex.FOUNDING_VERBS and token.tag_ == "VBZ" and finite_main(token):
        subject = subject_of(token, token.i)
        if subject is not None and lex.singular(subject.lower_) in lex.DOCUMENTS:
            return cue_at(token.i, token.i + 1, "present", token, False, token.i)
    if word in lex.PRESENT_STATUS and token.pos_ in ("VERB", "AUX"):
        bare = token.tag_ == "VB" and token.dep_ == "ROOT" and _plain_verb(token)
        finite = token.tag_ in ("VBZ", "VBP") or bare
        if not finite or not finite_main(token) or in_relative(token):
            return None
        end = token.i + 1
        if (
            end < len(doc)
            and word.startswith(("consist", "refer"))
            and doc[end].lower_ in ("of", "to")
        ):
            end += 1
        return cue_at(token.i, end, "present", token, False, token.i)
    if word in ("has", "have") and _means_the_same(token):
        return cue_at(token.i, token.i + 3, "define", token, False, token.i)
    negated = word in ("does", "do") and token.i + 2 < len(doc) and token.nbor().lower_ == "not"
    if negated and not _of_relative(token):
        verb = token.nbor(2)
        plural = {f"{base}s" for base in (verb.lower_,)} | {verb.lower_}
        if plural & lex.PRESENT_STATUS and finite_main(verb):
            return cue_at(token.i, verb.i + 1, "present", verb, True, token.i)
    if (
        token.tag_ in ("VBZ", "NNS")
        and token.dep_ == "ROOT"
        and token.sent[0].lower_ == "nothing"
        and (token.nbor().pos_ == "DET" or token.nbor().text == ",")
    ):
        start = token.sent.start if token.i - token.sent.start <= 5 else token.i
        return cue_at(start, token.i + 1, "present", token, True, token.i)
    if word in BE and token.i + 2 < len(doc) and finite_main(token):
        following = " ".join(other.lower_ for other in doc[token.i + 1 : token.i + 4])
        if following.startswith("without prejudice to"):
            return cue_at(token.i, token.i + 4, "present", token, False, token.i)
    return None


def _of_relative(verb: Token) -> bool:
    """Tell "land to which rule 4 does not apply", which only describes the land."""
    return any(
        token.tag_ in ("WDT", "WP") and token.i > token.sent.start and token.nbor(-1).pos_ == "ADP"
        for token in verb.doc[verb.sent.start : verb.i]
    )


def _means_the_same(have: Token) -> bool:
    """ "has the meaning given in rule 4", "have the same meaning"."""
    words = [token.lower_ for token in have.doc[have.i + 1 : have.i + 4]]
    return words[:1] == ["the"] and "meaning" in words and finite_main(have)


def _plain_verb(verb: Token) -> bool:
    """Tell "five blocks form a field", which the tagger takes for an infinitive, by its subject."""
    return any(
        child.dep_ == "nsubj" and child.i < verb.i and child.tag_ in ("NNS", "NNPS")
        for child in verb.children
    ) and not any(child.dep_ == "aux" for child in verb.children)


def _copula(root: Token) -> Cue | None:
    """A whole sentence that says what something is: "The high seas are open to all States"."""
    verb = root
    if root.lower_ not in BE:
        passive = [child for child in root.children if child.lower_ in BE and child.i < root.i]
        if not (root.lower_ in _FOUNDING or _placed(root)) or not passive:
            return None
        verb = passive[0]
    before = root.doc[root.sent.start : verb.i]
    founding = verb is not root
    if any(
        token.lower_ in lex.SUBORDINATORS and not (founding and token.lower_ in _RELATIVES)
        for token in before
    ):
        return None
    following = [token.lower_ for token in root.doc[verb.i + 1 : verb.i + 3]]
    if following in (["at", "levels"], ["at", "a"], ["in", "line"]):
        # a state of nature that is described or aimed at
        return None
    if set(following) & _WEIGHTS:
        # a recital's reason, no rule
        return None
    subject = subject_of(root, verb.i)
    if subject is not None and subject.tag_ == "EX" and founding:
        # "There is hereby established a Commission"
        return Cue(verb.i, root.i + 1, "present", root.i, False, subject.i)
    if subject is None or subject.tag_ in ("WDT", "WP", "EX") or subject.lower_ in ("it", "there"):
        return None
    return Cue(verb.i, verb.i + 1, "present", root.i, False, subject.i)


def _placed(root: Token) -> bool:
    """Tell "the limits are set out in Annex I": a text that says where another stands."""
    words = [token.lower_ for token in root.doc[root.i : root.i + 3]]
    return words in (["set", "forth", "in"], ["set", "out", "in"], ["laid", "down", "in"])


def _organ_cues(root: Token) -> list[Cue]:
    """European drafting: "the Commission informs ...", a duty in the present tense."""
    if root.lower_ not in lex.ORGAN_VERBS or root.tag_ not in ("VBZ", "VBP"):
        return []
    subject = subject_of(root, root.i)
    if (
        subject is None
        or not subject.text[:1].isupper()
        or lex.singular(subject.lower_) not in lex.AGENTS
    ):
        return []
    return [Cue(root.i, root.i + 1, "duty", root.i, False, subject.i)]


def form_cues(sent: Span) -> list[Cue]:
    """An instruction in a form: "Attach ...", or "If ..., attach ..."."""
    words = [token for token in sent if not token.is_space and not token.is_punct]
    if not words:
        return []
    first = words[0]
    if (
        first.lower_ in lex.FORM_VERBS
        and first.text[:1].isupper()
        and first.tag_ in ("VB", "NN", "NNP", "VBP", "JJ")
        and len(words) > 1
        and words[1].pos_ in ("DET", "ADJ", "NOUN", "PRON", "NUM", "ADV")
    ):
        return [Cue(first.i, first.i + 1, "order", first.i, False)]
    if first.lower_ == "if":
        for token in sent:
            if (
                token.lower_ in lex.FORM_VERBS
                and token.i
                and token.nbor(-1).text == ","
                and token.tag_ in ("VB", "VBP")
            ):
                return [Cue(token.i, token.i + 1, "order", token.i, False)]
    return []


def _modal_before(verb: Token) -> bool:
    return any(child.tag_ == "MD" for child in verb.children) or (
        verb.i > 0 and verb.nbor(-1).tag_ in ("MD", "TO")
    )


def _quoted_before(token: Token) -> bool:
    for other in reversed(list(token.doc[max(token.sent.start, token.i - 14) : token.i])):
        if other.text in ('"', "'") or other.text.endswith(('"', "'")):
            return True
        if other.text in (";", ".", ":"):
            return False
    return False


def _is_term(subject: Token | None) -> bool:
    return subject is not None and (
        subject.lower_ == "term" or any(child.lower_ == "term" for child in subject.children)
    )
