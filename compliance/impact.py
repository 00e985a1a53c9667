"""What a change of the law does: norms that changed, rules that follow, designs that tip over.

Both editions of one instrument are compiled once, with the same bindings. A rule follows its
provision to its new number; where the provision is gone the rule is lost, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from base import CorpusError
from compliance.alignment import Pair, align
from compliance.audit import audit
from compliance.finding import AuditResult, Finding, Verdict
from compliance.norm_changes import NormChange, norm_changes
from corpus.digests import load_digests
from corpus.model import LawText
from jurisdictions.binding import BindingFile, RuleBinding
from jurisdictions.compiler import compile_rulebook, law_numbers, load_bindings
from jurisdictions.rulebook import LawValue, Rule, RuleBook

if TYPE_CHECKING:
    from habitat.design import Design

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


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A finding that differs between the editions, and the provision that causes it.

    ``new_verdict`` is ``None`` for a rule that the new edition has no provision for, and the other
    way round. ``caused_by`` holds ids of the new edition (of the old one for removed provisions).
    """

    provision: str
    rule: str | None
    citation: str
    old_verdict: Verdict | None
    new_verdict: Verdict | None
    old_reason: str
    new_reason: str
    caused_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DesignImpact:
    """What the change does to one design."""

    design: str
    old_verdict: str
    new_verdict: str
    changes: tuple[VerdictChange, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything that differs between two editions of an instrument.

    Attributes:
        instrument: its id.
        pairs: provisions side by side, unchanged ones too.
        norms: differences in modality, bearer, quantity, exception, and whole norms.
        rules: rules whose number or provision changed.
        designs: verdicts before and after, for each design.
    """

    instrument: str
    old: LawText
    new: LawText
    pairs: tuple[Pair, ...]
    norms: tuple[NormChange, ...]
    rules: tuple[RuleChange, ...]
    designs: tuple[DesignImpact, ...]


def impact(
    old: LawText,
    new: LawText,
    book: RuleBook,
    designs: Mapping[str, Design],
    *,
    as_of: date,
    bindings: Mapping[str, BindingFile] | None = None,
) -> Impact:
    """Compare two editions of an instrument and judge designs under each.

    Args:
        old, new: the editions.
        book: compiled law, in which each edition takes the place of the instrument in turn.
        designs: designs by the name that the result shows.
        as_of: the date whose law applies otherwise; both audits use it, so that only the text
            differs.
        bindings: binding files by instrument; the embedded ones when ``None``.

    Raises:
        CorpusError: the texts are of different instruments.
        DesignError: a design asserts something impossible about its site.
    """
    name = old.instrument.id
    if new.instrument.id != name:
        raise CorpusError(
            f"editions of different instruments ({name} and {new.instrument.id})",
            where=new.file,
            hint="give two editions of one",
        )
    pairs = align(old, new)
    binding = (load_bindings() if bindings is None else bindings).get(
        name, BindingFile(instrument=name)
    )
    renamed = dict(filter(None, (pair.renamed for pair in pairs)))
    if _bound_to(new, old):
        back = {target: source for source, target in renamed.items()}
        before, after = _compiled(old, _following(binding, back)), _compiled(new, binding)
    else:
        before, after = _compiled(old, binding), _compiled(new, _following(binding, renamed))
    within = _within(book, before), _within(book, after)
    causes = _Causes.of(pairs, renamed)
    return Impact(
        instrument=name,
        old=old,
        new=new,
        pairs=pairs,
        norms=norm_changes(pairs, old, new),
        rules=tuple(_rule_changes(binding, before, after)),
        designs=tuple(
            _design_impact(shown, design, *within, as_of, causes)
            for shown, design in designs.items()
        ),
    )


def _compiled(text: LawText, binding: BindingFile) -> RuleBook:
    """Compile one edition with those of its rules that find their provision."""
    present = {provision.id for provision in text.provisions}
    kept = BindingFile(
        instrument=binding.instrument,
        rules=tuple(rule for rule in binding.rules if rule.provision in present),
        reviewed=binding.reviewed,
    )
    return compile_rulebook({text.instrument.id: text}, {binding.instrument: kept})


def _bound_to(one: LawText, other: LawText) -> bool:
    """Say whether the bindings' ids are those of ``one``: the embedded text, and not ``other``."""
    embedded = load_digests().get(one.instrument.id)
    known = "" if embedded is None else embedded.instrument.sha256
    return one.instrument.sha256 == known != other.instrument.sha256


def _following(binding: BindingFile, moves: Mapping[str, str]) -> BindingFile:
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
        for predicate in (rule.when, rule.require, rule.unless)
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


def _within(book: RuleBook, edition: RuleBook) -> RuleBook:
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


def _rule_changes(binding: BindingFile, before: RuleBook, after: RuleBook) -> Iterator[RuleChange]:
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


@dataclass(frozen=True, slots=True)
class _Causes:
    """Changed provisions, and how an old id reads in the new edition."""

    changed: frozenset[str]
    renamed: Mapping[str, str]

    @classmethod
    def of(cls, pairs: Iterable[Pair], renamed: Mapping[str, str]) -> _Causes:
        return cls(frozenset(pair.id for pair in pairs if pair.status != "unchanged"), renamed)

    def behind(self, names: Iterable[str]) -> tuple[str, ...]:
        """The changed provisions among these, what contains them, and what they contain."""
        found: dict[str, None] = {}
        for name in dict.fromkeys(self.renamed.get(item, item) for item in names):
            found.update(
                (item, None)
                for item in sorted(self.changed)
                if item == name or item.startswith(f"{name}.") or name.startswith(f"{item}.")
            )
        return tuple(found)


def _design_impact(
    shown: str, design: Design, before: RuleBook, after: RuleBook, as_of: date, causes: _Causes
) -> DesignImpact:
    old, new = (audit(design, book, as_of=as_of) for book in (before, after))
    return DesignImpact(
        shown, old.verdict, new.verdict, tuple(_verdict_changes(old, new, before, after, causes))
    )


def _verdict_changes(
    old: AuditResult, new: AuditResult, before: RuleBook, after: RuleBook, causes: _Causes
) -> Iterator[VerdictChange]:
    """Findings that differ; a provision without a rule counts where both editions have it."""
    first = {_key(finding, causes.renamed): finding for finding in old.findings}
    second = {_key(finding, {}): finding for finding in new.findings}
    rules = {rule.id: rule for book in (before, after) for rule in book.rules}
    for key in [*second, *(key for key in first if key not in second)]:
        one, other = first.get(key), second.get(key)
        finding = other or one
        if finding is None or (one and other and one.verdict == other.verdict):
            continue
        if finding.rule is None and (one is None or other is None):
            continue
        yield VerdictChange(
            provision=finding.provision,
            rule=finding.rule,
            citation=finding.citation,
            old_verdict=one.verdict if one else None,
            new_verdict=other.verdict if other else None,
            old_reason=one.reason if one else "",
            new_reason=other.reason if other else "",
            caused_by=causes.behind(_read_by(finding, rules)),
        )


def _key(finding: Finding, renamed: Mapping[str, str]) -> tuple[str, str]:
    if finding.rule is not None:
        return "rule", finding.rule
    return "provision", renamed.get(finding.provision, finding.provision)


def _read_by(finding: Finding, rules: Mapping[str, Rule]) -> Iterator[str]:
    """The provisions that a finding rests on: its own, and those whose numbers its rule reads."""
    yield finding.provision
    rule = rules.get(finding.rule or "")
    for number in rule.numbers if rule is not None else ():
        if number.pointer.provision is not None:
            yield number.pointer.provision
        if number.value is not None:
            yield number.value.provision
