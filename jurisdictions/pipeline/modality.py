"""The component that finds cues: modals with their negation, rights, duties, definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jurisdictions.pipeline import lexicon as lex
from jurisdictions.pipeline.state import Cue, put
from jurisdictions.pipeline.syntax import governed_verb, is_embedded, joins, subject_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_BE = frozenset(("is", "are"))
_NEGATIONS = frozenset(("not", "never", "neither"))
_FINITE_DEPS = frozenset(("ROOT", "conj", "ccomp", "parataxis", "advcl", "dep", "nsubj"))
#: A cue phrase such as "shall have the exclusive right" is cut after this many words.
_PHRASE_WORDS = 8
#: Participles of acts that bring something about by being stated ("is hereby established").
_FOUNDING = frozenset(("established", "created", "defined", "vested", "recognized", "confirmed"))


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
            found = _modal_cues(sent)
            taken = {at for cue in found for at in range(cue.start, cue.end)}
            found.extend(
                cue
                for token in sent
                if token.i not in taken and (cue := _phrase_cue(token)) is not None
            )
            if self.forms:
                found.extend(cue for cue in _form_cues(sent) if _leads(cue, found))
            if self.present:
                found.extend(_present_cues(sent, found))
            cues.extend(sorted(found, key=lambda cue: cue.start))
        put(doc, "cues", cues)
        return doc


def _leads(cue: Cue, found: list[Cue]) -> bool:
    """An instruction counts before any modal; one after a modal is part of its action."""
    return all(cue.start < other.start for other in found)


def _modal_cues(sent: Span) -> list[Cue]:
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
            cue = _modal_cue(token, None)
        before, seen = cue, True
        if cue is not None:
            cues.append(cue)
    return cues


def _is_modal(token: Token) -> bool:
    if token.lower_ == lex.ORGAN_MODAL:
        return bool(token.tag_ == "MD")
    return token.lower_ in lex.MODALS and (token.tag_ == "MD" or token.pos_ == "AUX")


def _modal_cue(modal: Token, shared: int | None) -> Cue | None:
    """Return the cue of a modal; ``shared`` is the subject of the modal that it is joined to."""
    word = modal.lower_
    verb = governed_verb(modal)
    if shared is not None:
        subject = modal.doc[shared] if shared >= 0 else None
    else:
        subject = subject_of(verb, modal.i)
        if is_embedded(modal, verb, subject):
            return None
    if word == lex.ORGAN_MODAL and (subject is None or singular(subject.lower_) not in lex.AGENTS):
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
    elif _in_no_case(modal, verb):
        negated = True
    kind = "may" if word == "may" else "shall"
    return Cue(start, end, kind, verb.i, negated, -1 if subject is None else subject.i)


def _only_compares(negation: Token) -> bool:
    """Tell "shall, but not later than 90 days after, report" from "shall not"."""
    if negation.i + 1 >= len(negation.doc):
        return False
    return negation.nbor().lower_ in ("later", "more", "less", "fewer", "exceeding", "only")


def _need_not(need: Token) -> Cue | None:
    verb = governed_verb(need)
    subject = subject_of(verb, need.i)
    if is_embedded(need, verb, subject):
        return None
    return Cue(need.i, need.i + 2, "may", verb.i, False, -1 if subject is None else subject.i)


def _negative_opener(modal: Token, subject: Token | None) -> int | None:
    """Return the token of "No", "Nothing", "None", "Neither" that governs the modal's subject."""
    if subject is None:
        return None
    if subject.lower_ in ("nothing", "none", "nobody"):
        return int(subject.i)
    for child in subject.children:
        if child.lower_ in ("no", "neither") and child.i < subject.i and child.dep_ != "advmod":
            following = child.nbor().lower_ if child.i + 1 < len(child.doc) else ""
            if following not in ("later", "more", "less", "fewer", "earlier", "longer"):
                return int(child.i)
    return None


def _in_no_case(modal: Token, verb: Token) -> bool:
    """Tell "in no case", "in no way", "under no circumstances" beside the modal."""
    low = max(modal.sent.start, modal.i - 6)
    high = min(modal.sent.end, max(verb.i, modal.i) + 4)
    words = [token.lower_ for token in modal.doc[low:high]]
    return any(
        words[at] == "no" and words[at + 1] in ("case", "way", "circumstances", "event", "wise")
        for at in range(len(words) - 1)
    )


def _phrase_cue(token: Token) -> Cue | None:
    """Rights, duties and bans without a modal: "has the right", "are required to"."""
    word = token.lower_
    doc = token.doc
    if word in ("has", "have", "enjoy", "enjoys"):
        return _have_cue(token)
    if word in _BE:
        if _is_to_be(token) and _finite_main(token):
            return _cue(token.i, token.i + 2, "duty", token, False, token.i)
        after = _next_predicate(token)
        if after is None or not _finite_main(token):
            return None
        negated = any(other.lower_ in ("not", "no") for other in doc[token.i : after.i])
        for words, kind in (
            (lex.GRANTED, "right"), (lex.REQUIRED, "duty"), (lex.FORBIDDEN, "ban"),
            (frozenset(("responsible", "liable")), "duty"),
        ):  # fmt: skip
            if after.lower_ in words and (kind != "duty" or _followed(after, ("to", "for"))):
                start = after.i if kind == "ban" else token.i
                return _cue(start, after.i + 1, kind, after, negated, token.i)
    if word in lex.UNDERTAKINGS and _followed(token, ("to", "that")) and _finite_main(token):
        return _cue(token.i, token.i + 1, "duty", token, False, token.i)
    return None


def _is_to_be(be: Token) -> bool:
    """ "the valve is to be closed": a duty in the older technical style."""
    following = [token.lower_ for token in be.doc[be.i + 1 : be.i + 3]]
    return following == ["to", "be"] and not any(
        token.lower_ in lex.SUBORDINATORS for token in be.doc[be.sent.start : be.i]
    )


def _have_cue(verb: Token) -> Cue | None:
    if any(child.tag_ == "MD" for child in verb.children) or not _finite_main(verb):
        return None
    doc = verb.doc
    for token in doc[verb.i + 1 : min(verb.i + _PHRASE_WORDS, verb.sent.end)]:
        word = token.lower_
        if word in lex.RIGHTS or word in lex.DUTIES:
            negated = any(other.lower_ in ("no", "not") for other in doc[verb.i : token.i])
            kind = "right" if word in lex.RIGHTS else "duty"
            return _cue(verb.i, token.i + 1, kind, verb, negated, verb.i)
        if token.pos_ in ("NOUN", "VERB", "PROPN", "SCONJ") and word not in ("and", "or"):
            break
        if token.text in (";", ":", "."):
            break
    return None


def _present_cues(sent: Span, found: list[Cue]) -> list[Cue]:
    """Definitions and status in the present tense, in the main clause only."""
    cues: list[Cue] = []
    for token in sent:
        if any(cue.start <= token.i < cue.end for cue in found):
            continue
        cue = _definition(token) or _status(token)
        if cue is not None and not _modal_before(token):
            cues.append(cue)
    if cues or found:
        return cues
    root = sent.root
    copula = _copula(root)
    return [copula] if copula is not None else _organ_cues(root)


def _definition(token: Token) -> Cue | None:
    word = token.lower_
    if word not in lex.DEFINING and word not in ("includes", "include"):
        return None
    subject = subject_of(token, token.i)
    quoted = _quoted_before(token)
    if word in lex.DEFINING and (quoted or _is_term(subject) or _finite_main(token)):
        if word == "mean" and token.tag_ not in ("VBP", "VB"):
            return None
        return _cue(token.i, token.i + 1, "define", token, False, token.i)
    if word not in lex.DEFINING and (quoted or _is_term(subject)):
        return _cue(token.i, token.i + 1, "define", token, False, token.i)
    return None


def _status(token: Token) -> Cue | None:
    word = token.lower_
    doc = token.doc
    if word in ("consist", "consists") and token.i and token.i + 1 < len(doc):
        before = token.nbor(-1)
        free = before.tag_ not in ("MD", "TO", "WDT", "WP") and before.lower_ != "not"
        if free and token.nbor().lower_ == "of":
            return _cue(token.i, token.i + 2, "present", token, False, token.i)
    if word in lex.FOUNDING_VERBS and token.tag_ == "VBZ" and _finite_main(token):
        subject = subject_of(token, token.i)
        if subject is not None and singular(subject.lower_) in lex.DOCUMENTS:
            return _cue(token.i, token.i + 1, "present", token, False, token.i)
    if word in lex.PRESENT_STATUS and token.pos_ in ("VERB", "AUX"):
        if not _finite_main(token) or token.tag_ not in ("VBZ", "VBP"):
            return None
        end = token.i + 1
        if (
            end < len(doc)
            and word.startswith(("consist", "refer"))
            and doc[end].lower_ in ("of", "to")
        ):
            end += 1
        return _cue(token.i, end, "present", token, False, token.i)
    if word in ("does", "do") and token.i + 2 < len(doc) and token.nbor().lower_ == "not":
        verb = token.nbor(2)
        plural = {f"{base}s" for base in (verb.lower_,)} | {verb.lower_}
        if plural & lex.PRESENT_STATUS and _finite_main(verb):
            return _cue(token.i, verb.i + 1, "present", verb, True, token.i)
    if word in _BE and token.i + 2 < len(doc) and _finite_main(token):
        following = " ".join(other.lower_ for other in doc[token.i + 1 : token.i + 4])
        if following.startswith("without prejudice to"):
            return _cue(token.i, token.i + 4, "present", token, False, token.i)
    return None


def _copula(root: Token) -> Cue | None:
    """A whole sentence that says what something is: "The high seas are open to all States"."""
    verb = root
    if root.lower_ not in _BE:
        passive = [child for child in root.children if child.lower_ in _BE and child.i < root.i]
        if root.lower_ not in _FOUNDING or not passive:
            return None
        verb = passive[0]
    if any(token.lower_ in lex.SUBORDINATORS for token in root.doc[root.sent.start : verb.i]):
        return None
    subject = subject_of(root, verb.i)
    if subject is None or subject.tag_ in ("WDT", "WP", "EX") or subject.lower_ in ("it", "there"):
        return None
    return Cue(verb.i, verb.i + 1, "present", root.i, False, subject.i)


def _organ_cues(root: Token) -> list[Cue]:
    """European drafting: "the Commission informs ...", a duty in the present tense."""
    if root.lower_ not in lex.ORGAN_VERBS or root.tag_ not in ("VBZ", "VBP"):
        return []
    subject = subject_of(root, root.i)
    if (
        subject is None
        or not subject.text[:1].isupper()
        or singular(subject.lower_) not in lex.AGENTS
    ):
        return []
    return [Cue(root.i, root.i + 1, "duty", root.i, False, subject.i)]


def _form_cues(sent: Span) -> list[Cue]:
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


def _cue(start: int, end: int, kind: str, verb: Token, negated: bool, before: int) -> Cue:
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


def _finite_main(verb: Token) -> bool:
    """Tell a main clause from a relative, conditional or reduced one."""
    token = verb
    while token.dep_ in ("auxpass", "aux", "cop") and token.head.i != token.i:
        token = token.head
    for _ in range(4):
        if token.dep_ in ("relcl", "acl", "pcomp", "xcomp", "appos", "pobj", "dobj"):
            return False
        if token.dep_ in ("advcl", "ccomp"):
            marks = [child.lower_ for child in token.children if child.dep_ in ("mark", "advmod")]
            if any(mark in lex.SUBORDINATORS or mark == "that" for mark in marks):
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


def singular(word: str) -> str:
    """Return the singular of a regular plural, enough for the agents' list."""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word
