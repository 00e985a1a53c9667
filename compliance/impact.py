"""What a change of the law does: norms that changed, rules that follow, designs that tip over.

Both editions of one instrument are compiled once, with the same bindings. A rule follows its
provision to its new number; where the provision is gone the rule is lost, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from base import CorpusError
from compliance.alignment import Pair, align
from compliance.audit import audit
from compliance.edition_rules import (
    GONE,
    RuleChange,
    bound_to,
    compiled,
    following,
    rule_changes,
    within_book,
)
from compliance.finding import AuditResult, Finding, Verdict
from compliance.norm_changes import NormChange, norm_changes
from corpus.model import LawText
from jurisdictions.binding import BindingFile
from jurisdictions.compiler import load_bindings
from jurisdictions.rulebook import Rule, RuleBook

if TYPE_CHECKING:
    from habitat.design import Design


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
    if bound_to(new, old):
        before, after = (
            compiled(old, following(binding, _moves_back(pairs))),
            compiled(new, binding),
        )
    else:
        before, after = compiled(old, binding), compiled(new, following(binding, _moves(pairs)))
    within = within_book(book, before), within_book(book, after)
    causes = _Causes.of(pairs)
    return Impact(
        instrument=name,
        old=old,
        new=new,
        pairs=pairs,
        norms=norm_changes(pairs, old, new),
        rules=tuple(rule_changes(binding, before, after)),
        designs=tuple(
            _design_impact(shown, design, *within, as_of, causes)
            for shown, design in designs.items()
        ),
    )


def _moves(pairs: Iterable[Pair]) -> dict[str, str]:
    """What old ids mean in the new edition: a removed one nothing, though another may hold it."""
    moves = {}
    for pair in pairs:
        if pair.old is not None and pair.new is None:
            moves[pair.old.id] = f"{pair.old.id}{GONE}"
        elif pair.renamed is not None:
            moves[pair.renamed[0]] = pair.renamed[1]
    return moves


def _moves_back(pairs: Iterable[Pair]) -> dict[str, str]:
    """What new ids mean in the old edition."""
    moves = {}
    for pair in pairs:
        if pair.new is not None and pair.old is None:
            moves[pair.new.id] = f"{pair.new.id}{GONE}"
        elif pair.renamed is not None:
            moves[pair.renamed[1]] = pair.renamed[0]
    return moves


@dataclass(frozen=True, slots=True)
class _Causes:
    """Changed provisions by their ids in the new edition, and what old ids mean there."""

    changed: frozenset[str]
    moves: Mapping[str, str]

    @classmethod
    def of(cls, pairs: tuple[Pair, ...]) -> _Causes:
        moves = _moves(pairs)
        changed = (pair for pair in pairs if pair.status != "unchanged")
        ids = (pair.id if pair.new is not None else moves[pair.id] for pair in changed)
        return cls(frozenset(ids), moves)

    def behind(self, names: Iterable[str], *, old: bool) -> tuple[str, ...]:
        """The changed provisions among these, what contains them, and what they contain.

        Args:
            names: ids of the old edition where ``old``, else of the new one.
        """
        found: dict[str, None] = {}
        for name in dict.fromkeys(self.moves.get(item, item) if old else item for item in names):
            found.update(
                (item.removesuffix(GONE), None)
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
    """Findings that differ.

    What only one edition has counts where it is a rule that applies to the design.
    """
    first = {_key(finding, causes.moves): finding for finding in old.findings}
    second = {_key(finding, {}): finding for finding in new.findings}
    rules = [{rule.id: rule for rule in book.rules} for book in (before, after)]
    for key in [*second, *(key for key in first if key not in second)]:
        one, other = first.get(key), second.get(key)
        finding = other or one
        if finding is None or (one and other and one.verdict == other.verdict):
            continue
        alone = one is None or other is None
        if alone and (finding.rule is None or finding.verdict == "inapplicable"):
            continue
        yield VerdictChange(
            provision=finding.provision,
            rule=finding.rule,
            citation=finding.citation,
            old_verdict=one.verdict if one else None,
            new_verdict=other.verdict if other else None,
            old_reason=one.reason if one else "",
            new_reason=other.reason if other else "",
            caused_by=causes.behind(_read_by(finding, rules[other is not None]), old=other is None),
        )


def _key(finding: Finding, moves: Mapping[str, str]) -> tuple[str, str]:
    if finding.rule is not None:
        return "rule", finding.rule
    return "provision", moves.get(finding.provision, finding.provision)


def _read_by(finding: Finding, rules: Mapping[str, Rule]) -> Iterator[str]:
    """The provisions that a finding rests on: its own, and those whose numbers its rule reads."""
    yield finding.provision
    rule = rules.get(finding.rule or "")
    for number in rule.numbers if rule is not None else ():
        if number.pointer.provision is not None:
            yield number.pointer.provision
        if number.value is not None:
            yield number.value.provision
