"""Lead-ins: what a list item inherits from the words that introduce its list."""

from __future__ import annotations

import re
from dataclasses import replace

from jurisdictions.norm import LEAD_IN, Extraction, Modality, Norm
from jurisdictions.pipeline.bearers import is_agent
from jurisdictions.pipeline.lexicon import FORM_VERBS, PRESENT_STATUS, UNDERTAKINGS
from jurisdictions.pipeline.text import label_end

_SENTENCE_END = re.compile(r"[.?!]\s+[\"'(]?[A-Z]")
_BY_AGENT = re.compile(r"(?:^|,\s)by (?:its|the|an?|their) ((?:[a-z-]+ ){0,3}[a-z-]+)\b")
_HOLDS = re.compile(r"\b(?P<bearer>[\w-]+) (?P<verb>has|have|enjoys?)\W*$")
_TRAILING_MODAL = re.compile(
    r"(?P<bearer>[\w-]+) (?P<modal>shall|will|must|should|may)(?P<negation> not)?\W*$"
)
_QUALIFIER = re.compile(
    r"[,;:] (?:except that|provided,?(?: however,?)? that|but no"
    r"|on (?:the basis|condition) that)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"\b(?:who|which|whom|whose)\b[^,;.]{0,40}$")
_REFRAINS = re.compile(r"(?:refrain|abstain|desist)\b")
_POWERS = re.compile(r"\bincluding (?:the )?(?:powers?|rights?|authority)(?: to)?\W*$")
_FREEDOM = re.compile(r"(freedom) (?:of|to)\b", re.IGNORECASE)
#: A list item with a letter: "(c)", "c)", "c.".
_LETTERED = re.compile(r"\s*(?:\([A-Za-z]{1,4}\)|[A-Za-z]\)|[a-z]\.\s)")


def item_norms(text: str, read: Extraction, lead_in: str, lead: Extraction) -> tuple[Norm, ...]:
    """Return the norms of a text once its lead-in has been taken into account.

    Args:
        text: the provision's words.
        read: what was read out of them alone.
        lead_in: the words that the provision hangs on, or ``""``.
        lead: what was read out of the lead-in.
    """
    governing = _governing(lead_in, lead)
    if governing is not None:
        own = [norm for norm in read.norms if not _yields(norm, text)]
        qualifies = _only_qualifies(text, own)
        if _in_first_sentence(text, own) and not qualifies:
            return read.norms
        if qualifies:
            return (_inherited(text, governing), *own)
        inherited = _freedom(text, lead_in, governing) or _inherited(text, governing)
        return (inherited, *_after_first_sentence(text, read.norms))
    if _LETTERED.match(text):
        # a verb that opens a list item without its lead-in is a fragment, not an instruction
        return tuple(norm for norm in read.norms if not (_orders(norm) and norm.cue[:1].isupper()))
    return read.norms


def _governing(lead_in: str, lead: Extraction) -> Norm | None:
    """Return the norm of the lead-in's last sentence, which its items share."""
    last = lead.norms[-1] if lead.norms else None
    if last is not None and not _SENTENCE_END.search(lead_in[last.end :]):
        # "shall exercise its powers, including powers:" lists what the body may do
        return replace(last, modality="permission") if _POWERS.search(lead_in) else last
    return _trailing_modal(lead_in)


def _trailing_modal(lead_in: str) -> Norm | None:
    """Read a lead-in that breaks off at its modal: "an undertaking that the owner will:"."""
    holds = _HOLDS.search(lead_in)
    if holds is not None and is_agent(holds["bearer"]):
        # "the coastal State has:" opens a list of rights
        return Norm(
            "permission", holds["verb"], *holds.span("verb"), holds["bearer"], "", *holds.span()
        )
    found = _TRAILING_MODAL.search(lead_in)
    if found is None:
        return None
    barred = found["negation"] is not None
    modality: Modality = "prohibition" if barred else "obligation"
    if found["modal"] == "may" and not barred:
        modality = "permission"
    bearer = found["bearer"] if is_agent(found["bearer"]) else None
    return Norm(modality, found["modal"], *found.span("modal"), bearer, "", *found.span())


def _orders(norm: Norm) -> bool:
    return norm.modality == "obligation" and norm.cue.lower() in FORM_VERBS


def _yields(norm: Norm, text: str) -> bool:
    """Tell norms that are only part of what a lead-in requires: "Submit ...", "X is consistent"."""
    weak = norm.modality == "constitutive" and norm.cue in PRESENT_STATUS | {"is", "are"}
    if weak:
        return True
    bare = norm.start == label_end(text) and norm.cue in UNDERTAKINGS
    return bare or (_orders(norm) and norm.cue[:1].isupper())


def _freedom(text: str, lead_in: str, governing: Norm) -> Norm | None:
    """Read "freedom of navigation" in a list of freedoms as the permission that it is."""
    start = label_end(text)
    found = _FREEDOM.match(text, start)
    if found is None or governing.modality != "constitutive":
        return None
    holders = [word for word in re.findall(r"[\w-]+", lead_in) if is_agent(word)]
    stop = len(text.rstrip(" ;.,\n"))
    return Norm(
        "permission",
        found.group(1),
        start,
        found.end(1),
        holders[-1] if holders else None,
        text[start:stop],
        start,
        stop,
    )


def _only_qualifies(text: str, own: list[Norm]) -> bool:
    """Tell an item whose own norm only limits it: "any map, except that no map shall be sold"."""
    if not own:
        return False
    relative = _RELATIVE.search(text, label_end(text), own[0].start)
    if relative is not None and len(text[label_end(text) : relative.start()].split()) >= 3:
        return True
    opener = _QUALIFIER.search(text, label_end(text), own[0].start + len("no "))
    return opener is not None and len(text[label_end(text) : opener.start()].split()) >= 3


def _first_sentence_end(text: str) -> int:
    end = _SENTENCE_END.search(text, label_end(text))
    return end.start() if end else len(text)


def _in_first_sentence(text: str, norms: list[Norm]) -> bool:
    limit = _first_sentence_end(text)
    return any(norm.start < limit for norm in norms)


def _after_first_sentence(text: str, norms: tuple[Norm, ...]) -> list[Norm]:
    limit = _first_sentence_end(text)
    return [norm for norm in norms if norm.start >= limit]


def _agent_phrase(words: str) -> str | None:
    """Return the words up to the first one that can bear a duty."""
    taken = words.split()
    ends = [at for at, word in enumerate(taken, start=1) if is_agent(word)]
    return " ".join(taken[: ends[0]]) if ends else None


def _inherited(text: str, governing: Norm) -> Norm:
    start = label_end(text)
    stop = len(text[: _first_sentence_end(text)].rstrip(" ;.,\n"))
    own = _BY_AGENT.search(text[start:stop]) if governing.bearer is None else None
    bearer = _agent_phrase(own.group(1)) if own else governing.bearer
    modality = governing.modality
    if modality == "obligation" and _REFRAINS.match(text, start):
        modality = "prohibition"
    return Norm(modality, LEAD_IN, 0, 0, bearer, text[start : max(start, stop)], start, stop)
