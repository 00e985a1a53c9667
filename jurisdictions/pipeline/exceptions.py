"""The component that finds exceptions: connectives that defeat, condition or rank a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jurisdictions.norm import TextSpan
from jurisdictions.pipeline.lexicon import word_set
from jurisdictions.pipeline.state import put

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span
    from spacy.vocab import Vocab

_OPTIONAL_COMMA = {"LOWER": ",", "OP": "?"}
#: Some words of one clause.
_CLAUSE: list[dict[str, Any]] = [{"IS_PUNCT": False}, *[{"IS_PUNCT": False, "OP": "?"}] * 13]


def _words(*words: str) -> list[dict[str, Any]]:
    return [{"LOWER": {"IN": word.split("|")}} for word in words]


#: Connectives as token patterns; the longest match at a place wins.
PATTERNS: list[list[dict[str, Any]]] = [
    _words("except"),
    _words("except", "as|for|that|to|where|when|in|with"),
    _words("unless"),
    _words("without", "prejudice", "to"),
    _words("subject", "to|only"),
    _words("notwithstanding"),
    _words("provided", "that"),
    [
        *_words("provided"),
        _OPTIONAL_COMMA,
        *_words("however|further|always|also"),
        _OPTIONAL_COMMA,
        *_words("that"),
    ],
    _words("with", "the", "exception", "of|that"),
    _words("but", "excluding"),
    _words("excluding"),
    _words("with", "the", "exclusion", "of"),
    _words("provided", "such|these|they|it|any"),
    _words("other", "than"),
    _words("other", "than", "those|as"),
    _words("save", "as|where|that|for|in|when|only"),
    [*_words("in", "so", "far", "as"), *_CLAUSE, *_words("not")],
    [*_words("insofar", "as"), *_CLAUSE, *_words("not")],
    _words("to", "the", "extent", "not"),
]

_PREDICATES = word_set("be is are was were been being made remain remains become")
_ADVERBS = word_set("also only further not hereby thereby always and or")


class ExceptionFinder:
    """Find exception connectives with the words that follow; store ``doc._.exceptions``.

    Args:
        words: how many words after the connective belong to the span.
        vocab: the pipeline's vocabulary.
    """

    def __init__(self, vocab: Vocab, *, words: int = 2) -> None:
        from spacy.matcher import Matcher

        self.words = words
        self.matcher = Matcher(vocab)
        self.matcher.add("exception", PATTERNS, greedy="LONGEST")

    def __call__(self, doc: Doc) -> Doc:
        """Needs tokens and sentence bounds."""
        found = [
            self._extend(doc, span)
            for span in sorted(self.matcher(doc, as_spans=True), key=lambda span: span.start)
            if _adverbial(span)
        ]
        put(doc, "exceptions", found)
        return doc

    def _extend(self, doc: Doc, span: Span) -> TextSpan:
        end, taken = span.end, 0
        for token in doc[span.end : min(span.end + 2 * self.words, len(doc))]:
            if token.text in (";", ":", ".") or taken == self.words:
                break
            if token.is_alpha or token.like_num:
                taken += 1
                end = token.i + 1
        start, stop = doc[span.start].idx, doc[end - 1].idx + len(doc[end - 1])
        return TextSpan(doc[span.start : end].text, start, stop)


def _adverbial(span: Span) -> bool:
    """Tell "subject to article 5, States may" from the predicate "shall be subject to review"."""
    first = span[0].lower_
    if first == "except" and span.end < len(span.doc) and span.doc[span.end].text in (".", ";"):
        return False
    if first == "excluding":
        return span.start > 0 and span.doc[span.start - 1].text in (",", "(", "but")
    if first == "other":
        # "an entity other than a State" only describes one; "ships other than tugs", and an aside,
        # except some of many
        before = span.doc[span.start - 1] if span.start else None
        some = before is not None and (before.text in (",", "(", "-") or before.tag_ == "NNS")
        clause = span.end < len(span.doc) and span.doc[span.end].pos_ in ("AUX", "VERB")
        return (some and not clause) or span[-1].lower_ in ("those", "as")
    if first == "provided":
        bare = span[-1].lower_ not in ("that", "it", "they")
        after_comma = span.start > 0 and span.doc[span.start - 1].text == ","
        return not _is_participle(span) and (after_comma or not bare)
    if first not in ("subject", "without"):
        return True
    at = span.start - 1
    while at >= 0 and (span.doc[at].lower_ in _ADVERBS or span.doc[at].pos_ == "ADV"):
        at -= 1
    if first == "without":
        return True
    return at < 0 or (span.doc[at].lower_ not in _PREDICATES and not _modifies_noun(span))


def _modifies_noun(span: Span) -> bool:
    """Tell "the areas subject to this permit" (describes) from an adverbial set off by a comma."""
    if span.start == span.sent.start:
        return False
    before = span.doc[span.start - 1]
    return before.pos_ in ("NOUN", "PROPN", "PRON") and before.lower_ in (
        "vessel", "vessels", "ship", "ships", "area", "areas", "lands", "person", "persons",
        "activities", "activity", "lease", "leases", "minerals", "resources", "information",
        "waters", "those", "species", "party", "parties", "states", "spaces", "space", "matters",
    )  # fmt: skip


def _is_participle(span: Span) -> bool:
    """Tell "the State provided that information" (rare) from the connective."""
    if span.start == 0:
        return False
    before = span.doc[span.start - 1]
    return before.lower_ in _PREDICATES or before.lower_ in ("has", "have", "had")
