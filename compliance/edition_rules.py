"""The rules of an edition: bindings compiled against it, following provisions to new numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from corpus.digests import load_digests
from corpus.model import LawText
from jurisdictions.binding import BindingFile, RuleBinding
from jurisdictions.compiler import compile_rulebook, law_numbers
from jurisdictions.rulebook import LawValue, Rule, RuleBook

#: Marks an id whose provision the other edition does not have, lest a rule find another one there.
GONE = "~gone"

RuleChangeKind = Literal["number", "lost", "gained", "moved"]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that reads another number, follows its provision, or has lost it.

    Attributes:
        rule: id of the rule.
        kind: ``number``, ``moved`` (renumbered), ``lost`` or ``gained``.
        old_provision, new_provision: where it stands; empty where the provision is absent.
        old, new: the numbers; ``None`` where none is read or they are the same.
    """

    rule: str
    kind: RuleChangeKind
    old_provision: str
    new_provision: str
    old: LawValue | None = None
    new: LawValue | None = None


def compiled(text: LawText, binding: BindingFile) -> RuleBook:
    """Compile one edition with those of its rules that find their provision."""
    present = {provision.id for provision in text.provisions}
    kept = BindingFile(
        instrument=binding.instrument,
        rules=tuple(rule for rule in binding.rules if rule.provision in present),
        reviewed=binding.reviewed,
    )
    return compile_rulebook({text.instrument.id: text}, {binding.instrument: kept})


def bound_to(one: LawText, other: LawText) -> bool:
    """Say whether the bindings' ids are those of ``one``: the embedded text, and not ``other``."""
    embedded = load_digests().get(one.instrument.id)
    known = "" if embedded is None else embedded.instrument.sha256
    return one.instrument.sha256 == known != other.instrument.sha256


def following(binding: BindingFile, moves: Mapping[str, str]) -> BindingFile:
    """Let rules and reviews follow provisions that stand under another number."""
    return BindingFile(
        instrument=binding.instrument,
        rules=tuple(_moved(rule, moves) for rule in binding.rules),
        reviewed=tuple(
            item.model_copy(
                update={"provisions": tuple(moves.get(name, name) for name in item.provisions)}
            )
            for item in binding.reviewed
        ),
    )


def _moved(rule: RuleBinding, moves: Mapping[str, str]) -> RuleBinding:
    used = {rule.provision} | {
        pointer.provision
        for predicate in rule.predicates
        for pointer in law_numbers(predicate)
        if pointer.provision is not None
    }
    if not used & moves.keys():
        return rule
    return RuleBinding.model_validate(
        _rewritten(rule.model_dump(mode="json", by_alias=True, exclude_none=True), moves)
    )


def _rewritten(data: Any, moves: Mapping[str, str]) -> Any:
    """Replace provision ids wherever a binding names them."""
    if isinstance(data, dict):
        return {
            key: moves.get(value, value)
            if key == "provision" and isinstance(value, str)
            else _rewritten(value, moves)
            for key, value in data.items()
        }
    return [_rewritten(item, moves) for item in data] if isinstance(data, list) else data


def within_book(book: RuleBook, edition: RuleBook) -> RuleBook:
    """Put an edition in the place of its instrument."""
    (entry,) = edition.instruments
    name = entry.instrument.id
    if name not in book.instrument_by_id:
        return RuleBook(
            key=book.key,
            instruments=(*book.instruments, entry),
            provisions=(*book.provisions, *edition.provisions),
            rules=(*book.rules, *edition.rules),
            reviewed={**book.reviewed, **edition.reviewed},
        )
    return RuleBook(
        key=book.key,
        instruments=tuple(
            entry if item.instrument.id == name else item for item in book.instruments
        ),
        provisions=(
            *(item for item in book.provisions if item.instrument != name),
            *edition.provisions,
        ),
        rules=(*(item for item in book.rules if item.instrument != name), *edition.rules),
        reviewed={**book.reviewed, **edition.reviewed},
    )


def rule_changes(binding: BindingFile, before: RuleBook, after: RuleBook) -> Iterator[RuleChange]:
    old = {rule.id: rule for rule in before.rules}
    new = {rule.id: rule for rule in after.rules}
    for name in (rule.id for rule in binding.rules):
        one, other = old.get(name), new.get(name)
        if one is not None and other is not None:
            yield from _compared(one, other)
        elif one is not None:
            yield RuleChange(name, "lost", one.binding.provision, "")
        elif other is not None:
            yield RuleChange(name, "gained", "", other.binding.provision)


def _compared(one: Rule, other: Rule) -> Iterator[RuleChange]:
    places = one.binding.provision, other.binding.provision
    if places[0] != places[1]:
        yield RuleChange(one.id, "moved", *places)
    for first, second in zip(one.numbers, other.numbers, strict=True):
        if _bound(first.value) != _bound(second.value):
            yield RuleChange(one.id, "number", *places, first.value, second.value)


def _bound(value: LawValue | None) -> tuple[object, ...] | None:
    if value is None:
        return None
    return value.value, value.value_max, value.unit, value.comparator
