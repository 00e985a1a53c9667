"""The component that decides the modality of each cue: conduct, permission, or status.

"Shall" commands in "the contractor shall report" and fixes a status in "the Council shall consist
of 36 members": the predicate and the subject tell which.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jurisdictions.norm import Modality
from jurisdictions.pipeline import lexicon as lex
from jurisdictions.pipeline.lexicon import word_set
from jurisdictions.pipeline.state import Cue, put, rows

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_NOTHING = frozenset(("nothing", "provision", "provisions"))
_WINDOW = 14
_ADVERBS = word_set(
    "also not never only be hereby thereby however thereafter therefore further then "
    "otherwise forthwith in and"
)


#: "shall be considered by the Board", "shall be considered and recognized": conduct, not status.
_NOT_STATUS = frozenset(("by", "in", "at", "on", "for", "when", "and", "or", "together", "."))
_BARS = frozenset(("if", "when", "where", "after", "upon", "with", "until", "to", "by", "for"))


class StatusJudge:
    """Fill in ``Cue.modality`` for the rows of ``doc._.cues``.

    Args:
        bars: whether "may ... only" and "shall ... only if" are prohibitions.
    """

    def __init__(self, *, bars: bool = True) -> None:
        self.bars = bars

    def __call__(self, doc: Doc) -> Doc:
        """Needs ``doc._.cues``, tags and the parse."""
        judged = [self._judge(doc, cue) for cue in rows(doc, "cues", Cue)]
        put(doc, "cues", judged)
        return doc

    def _judge(self, doc: Doc, cue: Cue) -> Cue:
        if cue.kind == "shall":
            return _shall(doc, cue, bars=self.bars)
        modality: Modality
        if cue.kind == "may":
            modality = _may(doc, cue, bars=self.bars)
        elif cue.kind in ("right", "duty", "ban"):
            modality = _phrase_modality(cue.kind, negated=cue.negated)
        elif cue.kind == "order":
            modality = "obligation"
        else:
            modality = "constitutive"
        return replace(cue, modality=modality)


def _phrase_modality(kind: str, *, negated: bool) -> Modality:
    if kind == "right":
        return "prohibition" if negated else "permission"
    if kind == "duty":
        return "permission" if negated else "obligation"
    return "permission" if negated else "prohibition"


def _words_after(doc: Doc, cue: Cue, count: int = _WINDOW) -> list[Token]:
    """Return the words that follow the cue within its sentence part."""
    words: list[Token] = []
    for token in doc[cue.end : doc[cue.start].sent.end]:
        if token.text in (";", ":"):
            break
        if not token.is_space:
            words.append(token)
        if len(words) == count:
            break
    return words


def _may(doc: Doc, cue: Cue, *, bars: bool) -> Modality:
    subject = _subject_word(doc, cue)
    untouched = subject == "nothing" and not _undergone(doc, cue)
    if untouched or (cue.negated and _of_space(doc, cue, doc[cue.verb])):
        return "constitutive"
    words = [token.lower_ for token in _words_after(doc, cue, 40)]
    if cue.negated:
        if words[:2] == ["be", "required"] or words[:2] == ["be", "obliged"]:
            return "permission"
        return "permission" if words[:1] == ["only"] and "but" in words else "prohibition"
    near = doc[cue.verb].tag_ == "VBN" or "only" in words[:8]
    if (
        bars
        and near
        and "only" in words
        and "not" not in words[max(0, words.index("only") - 2) :][:2]
    ):
        at = words.index("only")
        if _is_bar(doc, cue, words, at):
            return "prohibition"
    return "permission"


def _is_bar(doc: Doc, cue: Cue, words: list[str], at: int) -> bool:
    """Tell "may be granted only if" from "may ... , only the latter" and "the only means"."""
    before = words[at - 1] if at else ""
    other_modal = any(word in lex.MODALS for word in words[:at])
    return before not in ("the", "an", "not", "its") and not other_modal


def _subject_word(doc: Doc, cue: Cue) -> str:
    return str(doc[cue.subject].lower_) if cue.subject >= 0 else ""


def _shall(doc: Doc, cue: Cue, *, bars: bool) -> Cue:
    after = _words_after(doc, cue)
    words = [token.lower_ for token in after]
    subject = _subject_word(doc, cue)
    if subject in _NOTHING and cue.negated and not _undergone(doc, cue):
        return replace(cue, modality="constitutive")
    verb = doc[cue.verb]
    if cue.negated and subject in lex.DOCUMENTS and verb.tag_ == "VB" and verb.lower_ != "be":
        # "this article shall not prevent": what a text leaves untouched
        return replace(cue, modality="constitutive")
    for judge in (_granting, _having, _status):
        found = judge(doc, cue, verb, words)
        if found is not None:
            return found
    if verb.lower_ in ("refrain", "abstain", "desist"):
        followed = cue.verb + 1 < len(doc) and doc[cue.verb + 1].lower_ == "from"
        plain = cue.verb == cue.end
        end = cue.verb + (2 if followed else 1)
        return replace(cue, modality="prohibition", end=end if plain else cue.end)
    if cue.negated or (bars and _only_if(words)):
        return replace(cue, modality="prohibition")
    return replace(cue, modality="obligation")


def _undergone(doc: Doc, cue: Cue) -> bool:
    """Tell "nothing shall be thrown overboard", a bar, from "nothing in this rule shall"."""
    return doc[cue.subject + 1].tag_ == "MD" and doc[cue.verb].tag_ == "VBN"


def _only_if(words: list[str]) -> bool:
    """Tell "shall be issued only if" and "shall only be issued when" from "only the lights"."""
    if words[:2] == ["only", "be"]:
        return any(word in _BARS for word in words)
    return any(word == "only" and words[at + 1] in _BARS for at, word in enumerate(words[:-1]))


def _granting(doc: Doc, cue: Cue, verb: Token, words: list[str]) -> Cue | None:
    """ "shall be entitled", "shall be required", "shall be prohibited", "shall be liable"."""
    be = next((word for word in words[:4] if word in ("be", "remain")), None)
    if be is None and verb.i > cue.start and verb.nbor(-1).lower_ == "be":
        # "shall, under the provisions of this article, be entitled"
        be, words = "be", ["be", verb.lower_]
    if be is None:
        return None
    for word in words[words.index(be) + 1 : words.index(be) + 5]:
        if word == "allowed" and _subject_word(doc, cue) in lex.SPANS_OF_TIME:
            return replace(cue, modality="prohibition" if cue.negated else "obligation")
        if word in lex.GRANTED:
            return replace(cue, modality="prohibition" if cue.negated else "permission")
        if word in lex.REQUIRED:
            return replace(cue, modality="permission" if cue.negated else "obligation")
        if word in lex.FORBIDDEN:
            return replace(cue, modality="permission" if cue.negated else "prohibition")
        if word in lex.LIABLE:
            return replace(cue, modality="constitutive" if cue.negated else "obligation")
        if word not in _ADVERBS and word != ",":
            return None
    return None


def _having(doc: Doc, cue: Cue, verb: Token, words: list[str]) -> Cue | None:
    """ "shall have the right", "shall enjoy freedom", "shall have its seat"."""
    if verb.lower_ not in ("have", "enjoy", "possess", "hold", "retain"):
        return None
    at = cue.verb + 1
    stop = min(at + 9, verb.sent.end)
    for token in doc[at:stop]:
        word = token.lower_
        if token.text in (";", ":") or _other_object(token):
            break
        if word in lex.RIGHTS and not token.is_title:
            if "such" in words[:3] and "as" in words:
                return replace(cue, modality="constitutive")
            barred = cue.negated or any(other.lower_ == "no" for other in doc[at : token.i])
            near = token.i - cue.start <= 6
            return replace(
                cue,
                modality="prohibition" if barred else "permission",
                end=token.i + 1 if near and cue.verb <= cue.end + 1 else cue.end,
            )
        if word in lex.DUTIES or word in lex.REGARDS:
            return replace(cue, modality="constitutive" if cue.negated else "obligation")
        if token.tag_ == "VBN" and token.i == at:
            return None
    held = {token.lower_ for token in verb.children if token.dep_ in ("dobj", "attr")}
    window = {token.lower_ for token in doc[at:stop]}
    if held & lex.HELD_STATUS or (not held and window & lex.HELD_STATUS):
        return replace(cue, modality="constitutive")
    if lex.singular(_subject_word(doc, cue)) in lex.BODIES | lex.DOCUMENTS:
        return replace(cue, modality="constitutive")
    if "no" not in words[:3]:
        return None
    lacks = cue.subject >= 0 and lex.singular(_subject_word(doc, cue)) not in lex.AGENTS
    return replace(cue, modality="constitutive" if lacks else "prohibition")


def _acts(doc: Doc, cue: Cue, verb: Token) -> bool:
    """Tell "the Commission shall apply these rules" (conduct) from "these rules shall apply"."""
    if verb.lower_ in ("constitute", "consist", "comprise", "become", "mean"):
        return False
    subject = _subject_word(doc, cue)
    if subject in ("it", "they", "he"):
        return any(child.dep_ == "dobj" for child in verb.children)
    agent = lex.singular(subject) in lex.AGENTS
    return agent and any(child.dep_ in ("dobj", "prep", "xcomp") for child in verb.children)


def _other_object(token: Token) -> bool:
    """Tell "its principal office" from "the right": the verb has another object."""
    return token.dep_ in ("dobj", "attr") and token.lower_ not in (
        lex.RIGHTS | lex.DUTIES | lex.REGARDS
    )


def _status(doc: Doc, cue: Cue, verb: Token, words: list[str]) -> Cue | None:
    aside = {"not", ",", "only"} | {
        token.lower_ for token in _words_after(doc, cue) if token.pos_ == "ADV" and token.i < verb.i
    }
    if doc[cue.start].lower_ == "should":
        return None
    plain = [word for word in words if word not in aside | {"also", "then", "thereby"}]
    text = " ".join(plain[:6])
    subject = _subject_word(doc, cue)
    status = (
        (verb.lower_ in lex.STATUS_VERBS and not _acts(doc, cue, verb))
        or (verb.lower_ in lex.ENDING_VERBS and not _acts(doc, cue, verb))
        or any(f"{text} ".startswith(f"{phrase} ") for phrase in lex.STATUS_PHRASES)
        or _status_predicate(doc, cue, verb, plain)
        or _of_space(doc, cue, verb)
        or (subject in lex.RATES and verb.lower_ in ("calculated", "computed", "fixed", "set"))
        or _defines(doc, cue, verb)
    )
    return replace(cue, modality="constitutive") if status else None


def _status_predicate(doc: Doc, cue: Cue, verb: Token, words: list[str]) -> bool:
    """ "shall be deemed", "shall be binding", "shall be the organ", "there shall be"."""
    if not words or words[0] != "be":
        return False
    subject = _subject_word(doc, cue)
    following = next(
        (word for word in words[1:4] if word not in _ADVERBS and not word.endswith("ly")), ""
    )
    if following in lex.STATUS_PARTICIPLES or following in lex.STATUS_ADJECTIVES:
        return True
    if following == "considered":
        place = words.index("considered") + 1
        return len(words) > place and words[place] not in _NOT_STATUS
    if following == "established" or subject == "there":
        return subject == "there" or subject in lex.BODIES
    if verb.lower_ != "be":
        return False
    if cue.negated and (lex.singular(subject) in lex.AGENTS or subject == "who"):
        # "nationals shall not be members"
        return False
    if any(
        child.i > cue.start and (child.dep_ == "attr" or child.tag_ == "JJR")
        for child in verb.children
    ):
        return True
    return subject in lex.FIXED_THINGS


def _of_space(doc: Doc, cue: Cue, verb: Token) -> bool:
    """ "the outer limit shall not exceed 350 nautical miles": an extent, not a command."""
    if verb.lower_ not in ("exceed", "extend", "be", "include", "measured", "coincide"):
        return False
    subject = _subject_word(doc, cue)
    if subject not in lex.SPACES:
        return False
    named = {token.lower_ for token in doc[cue.subject].subtree}
    return not named & {"safety", "separation", "mining", "reserved", "exploration"}


def _defines(doc: Doc, cue: Cue, verb: Token) -> bool:
    return verb.lower_ in ("include", "exclude") and (_subject_word(doc, cue) in lex.DEFINED_THINGS)
