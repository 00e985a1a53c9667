"""What changed in the norms of a provision: who, must or may, how much, and except when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, TypeVar

from compliance.alignment import Pair
from corpus.model import LawText, Provision
from jurisdictions.norm import LEAD_IN, Extraction, Norm, Quantity, TextSpan

ChangeKind = Literal["modality", "bearer", "quantity", "exception", "norm"]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class SourceSpan:
    """Some characters of an edition: the words and their offsets in its source."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class NormChange:
    """One difference between what two editions of a provision ask.

    Attributes:
        provision: id in the new edition, or in the old one where it was removed.
        kind: what differs; ``norm`` where a whole norm came or went.
        old, new: the value in words (``obligation``, ``<= 500 m``); empty where there is none.
        old_span, new_span: the characters that say so; ``None`` where there is none.
    """

    provision: str
    kind: ChangeKind
    old: str
    new: str
    old_span: SourceSpan | None
    new_span: SourceSpan | None


def norm_changes(pairs: Iterable[Pair], old: LawText, new: LawText) -> tuple[NormChange, ...]:
    """Compare the norms of the pairs whose words, or the words they hang on, differ.

    Args:
        pairs: from :func:`compliance.alignment.align`.
        old, new: the editions.
    """
    changed = [pair for pair in pairs if _differs(pair, old, new)]
    before = _extract(old, [pair.old for pair in changed])
    after = _extract(new, [pair.new for pair in changed])
    found: list[NormChange] = []
    for pair in changed:
        one = before[pair.old.id] if pair.old is not None else Extraction()
        other = after[pair.new.id] if pair.new is not None else Extraction()
        found.extend(_Comparison(pair).changes(one, other))
    return tuple(found)


def _differs(pair: Pair, old: LawText, new: LawText) -> bool:
    if pair.old is None or pair.new is None or pair.likeness < 1.0:
        return True
    return old.lead_in(pair.old.id) != new.lead_in(pair.new.id)


def _extract(text: LawText, provisions: Iterable[Provision | None]) -> dict[str, Extraction]:
    from jurisdictions.extract import extract_texts

    worded = [item for item in provisions if item is not None]
    items = ((item.text, text.lead_in(item.id), text.instrument.id) for item in worded)
    return {
        item.id: extraction for item, extraction in zip(worded, extract_texts(items), strict=True)
    }


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The two sides of one pair."""

    pair: Pair

    def changes(self, old: Extraction, new: Extraction) -> Iterator[NormChange]:
        for one, other in _matched(old.norms, new.norms, lambda norm: norm.action):
            yield from self._norm(one, other)
        for first, second in _matched(old.quantities, new.quantities, _measured):
            if _amount(first) != _amount(second):
                yield self._change("quantity", first, second, _amount(first), _amount(second))
        for gone, come in _matched(old.exceptions, new.exceptions, lambda item: item.span):
            before, after = _clause(gone), _clause(come)
            if before != after:
                yield self._change("exception", gone, come, before, after)

    def _norm(self, one: Norm | None, other: Norm | None) -> Iterator[NormChange]:
        if one is None or other is None:
            yield self._change("norm", one, other, _said(one), _said(other))
            return
        if one.modality != other.modality:
            yield self._change("modality", one, other, one.modality, other.modality)
        if one.bearer != other.bearer:
            yield self._change("bearer", one, other, one.bearer or "", other.bearer or "")

    def _change(
        self,
        kind: ChangeKind,
        one: Norm | Quantity | TextSpan | None,
        other: Norm | Quantity | TextSpan | None,
        old: str,
        new: str,
    ) -> NormChange:
        return NormChange(
            self.pair.id, kind, old, new, _span(one, self.pair.old), _span(other, self.pair.new)
        )


def _matched(
    old: Sequence[Item], new: Sequence[Item], key: Callable[[Item], str]
) -> Iterator[tuple[Item | None, Item | None]]:
    """Pair two lists in order: what has the same key meets, what stands between is paired off."""
    matcher = SequenceMatcher(None, [key(i) for i in old], [key(i) for i in new], autojunk=False)
    for _, low, high, bottom, top in matcher.get_opcodes():
        for step in range(max(high - low, top - bottom)):
            yield (
                old[low + step] if low + step < high else None,
                new[bottom + step] if bottom + step < top else None,
            )


def _span(
    item: Norm | Quantity | TextSpan | None, provision: Provision | None
) -> SourceSpan | None:
    if item is None or provision is None:
        return None
    words = item.cue if isinstance(item, Norm) else item.span
    if words == LEAD_IN:
        return SourceSpan(provision.text, provision.start, provision.end)
    return SourceSpan(words, provision.start + item.start, provision.start + item.end)


def _said(norm: Norm | None) -> str:
    if norm is None:
        return ""
    who = f"{norm.bearer}: " if norm.bearer else ""
    return f"{who}{norm.modality}, {norm.action}".rstrip(", ")


def _measured(quantity: Quantity) -> str:
    return f"{quantity.measures} {quantity.value:g} {quantity.unit}"


def _amount(quantity: Quantity | None) -> str:
    if quantity is None:
        return ""
    top = "" if quantity.value_max is None else f" to {quantity.value_max:g}"
    sign = "" if quantity.comparator == "range" else f"{quantity.comparator} "
    return f"{sign}{quantity.value:g}{top} {quantity.unit}"


def _clause(item: TextSpan | None) -> str:
    return "" if item is None else " ".join(item.span.split())
