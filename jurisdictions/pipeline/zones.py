"""The component that finds the maritime zones a text names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span
    from spacy.vocab import Vocab


def _words(*words: str) -> list[dict[str, Any]]:
    return [{"LOWER": {"IN": word.split("|")}} for word in words]


#: Zone → token patterns. "the Area" is the seabed beyond national jurisdiction only where written
#: with a capital; "marine waters" are a zone only in European texts (see ``_european``).
PATTERNS: dict[str, list[list[dict[str, Any]]]] = {
    "internal_waters": [_words("internal", "waters")],
    "territorial_sea": [_words("territorial", "sea|seas|waters")],
    "contiguous_zone": [_words("contiguous", "zone|zones")],
    "eez": [_words("exclusive", "economic", "zone|zones"), [{"ORTH": "EEZ"}]],
    "continental_shelf": [_words("continental", "shelf|shelves"), _words("continental", "margin")],
    "high_seas": [_words("high", "seas|sea")],
    "area": [[{"LOWER": "the"}, {"ORTH": "Area"}], _words("international", "seabed", "area")],
    "archipelagic_waters": [_words("archipelagic", "waters")],
    "strait": [_words("strait|straits")],
    "eu_marine_waters": [_words("marine", "waters"), _words("european", "marine", "waters")],
    "us_ocs": [_words("outer", "continental", "shelf")],
}
_EUROPEAN = frozenset(("member", "community", "directive", "commission", "union", "european"))


class ZoneFinder:
    """Find zones and store their names, in the order of :data:`PATTERNS`, as ``doc._.zones``.

    Args:
        vocab: the pipeline's vocabulary.
        exclude: zone names never to report.
    """

    def __init__(self, vocab: Vocab, *, exclude: list[str]) -> None:
        from spacy.matcher import Matcher

        self.matcher = Matcher(vocab)
        for zone, patterns in PATTERNS.items():
            if zone not in exclude:
                self.matcher.add(zone, patterns)

    def __call__(self, doc: Doc) -> Doc:
        """Needs tokens only."""
        spans = self.matcher(doc, as_spans=True)
        outer = {span.end for span in spans if span.label_ == "us_ocs"}
        named = {span.label_ for span in spans if _names_zone(span, outer)}
        doc._.zones = [zone for zone in PATTERNS if zone in named]
        return doc


def _names_zone(span: Span, outer: set[int]) -> bool:
    doc = span.doc
    if span.label_ == "continental_shelf":
        return span.end not in outer and span.text.lower() != "continental margin"
    if span.label_ == "area":
        following = doc[span.end] if span.end < len(doc) else None
        # "the Area of Application", "the Area Governor": the name of something else
        return following is None or not (following.is_title or following.lower_ == "of")
    if span.label_ == "strait":
        # "Strait of Dover": a place
        return span.end >= len(doc) or not (span[0].is_title and doc[span.end].lower_ == "of")
    return True


def european(text: str) -> bool:
    """Tell whether a text reads like European law, where "marine waters" has its own meaning."""
    return bool(_EUROPEAN & set(text.lower().replace("’", " ").split()))
