"""The proposer: learns from the provisions that are bound, and reads a law text that is not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from corpus.model import LawText
from jurisdictions.bearers_of_law import OPERATOR_HEADS
from jurisdictions.binding import BindingFile
from jurisdictions.norm import Extraction
from jurisdictions.pipeline.installation import may_bear_on_installations
from jurisdictions.proposals.drafting import propose
from jurisdictions.proposals.facing import reach_pattern
from jurisdictions.proposals.lexicon import load_lexicon
from jurisdictions.proposals.likeness import Example
from jurisdictions.proposals.model import Proposal
from jurisdictions.proposals.propose import Ranker
from jurisdictions.proposals.subject import Subject, subjects


def example_text(subject: Subject) -> str:
    """Return the words of a bound provision that likeness is measured on."""
    return f"{subject.headings}\n{subject.lead_in}\n{subject.text}"


def examples(
    texts: Mapping[str, LawText], bindings: Mapping[str, BindingFile]
) -> Iterator[Example]:
    """Yield every bound provision with the facts that its rules require.

    Args:
        texts: law texts by instrument id; bindings of others are left out.
        bindings: binding files by instrument id.
    """
    from jurisdictions.graph import attributes_of

    for name, binding_file in bindings.items():
        if name not in texts:
            continue
        bound: dict[str, dict[str, None]] = {}
        for rule in binding_file.rules:
            facts = dict.fromkeys(attributes_of(rule.require))
            bound.setdefault(rule.provision, {}).update(facts)
        for subject in subjects(texts[name], {}, only=bound):
            provision = subject.provision
            if bound[provision.id]:
                yield Example(
                    provision.id,
                    provision.citation,
                    name,
                    example_text(subject),
                    tuple(bound[provision.id]),
                )


class Proposer:
    """Makes proposals for law texts.

    Args:
        texts: law texts by instrument id, those with bindings among them.
        bindings: binding files by instrument id.
    """

    def __init__(self, texts: Mapping[str, LawText], bindings: Mapping[str, BindingFile]) -> None:
        self._ranker = Ranker(examples(texts, bindings))

    def proposals(
        self,
        text: LawText,
        extractions: Mapping[str, Extraction],
        *,
        settled: Collection[str] = (),
    ) -> Iterator[Proposal]:
        """Yield proposals for a law text, in document order.

        Args:
            text: the law text.
            extractions: what was read out of its provisions; those absent are passed over.
            settled: ids of provisions that people have bound or reviewed; they and all below them
                are passed over.
        """
        settled_ids = frozenset(settled)
        for subject in subjects(text, extractions):
            place = subject.provision.id
            lineage = {place, *(above.id for above in text.ancestors(place))}
            if not lineage & settled_ids:
                yield from propose(subject, self._ranker)


_DUTY = re.compile(
    r"\b(?:shall|must|may not|required|prohibited|prohibits?|no person|should|undertakes?)\b", re.I
)
_OPERATOR = re.compile(rf"\b(?:{'|'.join(sorted(OPERATOR_HEADS))})s?\b", re.I)


def worth_reading(text: LawText) -> frozenset[str]:
    """Return the provisions that may state a duty facing an operator over a fact of a design.

    Reading a whole library with the language model takes minutes; a quick look at the words for a
    duty, for someone or something at sea, and for a phrase of the lexicon leaves a tenth of it.
    """
    phrases = [
        phrase
        for attribute in load_lexicon().values()
        for phrase, weight in attribute.phrases
        if weight > 1.0
    ]
    reach = reach_pattern(text)
    found = set()
    for provision in text.provisions:
        words = f"{text.lead_in(provision.id)}\n{provision.text}"
        if not provision.text.strip() or not _DUTY.search(words):
            continue
        reached = reach is not None and reach.search(words)
        if reached or _OPERATOR.search(words) or may_bear_on_installations(words):
            low = words.lower()
            if any(phrase.find(words, low) for phrase in phrases):
                found.add(provision.id)
    return frozenset(found)
