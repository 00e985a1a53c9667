"""The whole comparison: variants with their audits, what changes and why, best and worst."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from compliance.finding import AuditResult, Limit
from compliance.report.as_json import to_data
from compliance.whatif.compare import Change, compare
from compliance.whatif.rank import Ranking, rank
from compliance.whatif.run import Auditor, audit_all, exit_status
from compliance.whatif.settings import Variant
from jurisdictions.readings import readings_of

if TYPE_CHECKING:
    from compliance.waivers import Waiver
    from habitat.design import Design
    from jurisdictions.rulebook import DisputeEntry, ReadingEntry, RuleBook


@dataclass(frozen=True, slots=True)
class Comparison:
    """Variants of one design, judged.

    Attributes:
        design: the design of the base.
        as_of: the date of the base.
        variants: the base first.
        results: their audits, in the same order.
        changes: verdicts that differ from the base, variant by variant.
        ranking: scores, best and worst.
        readings: the readings that some variant chooses, with the disputes they belong to.
    """

    design: Design
    as_of: date
    variants: tuple[Variant, ...]
    results: tuple[AuditResult, ...]
    changes: tuple[Change, ...]
    ranking: Ranking
    readings: tuple[tuple[DisputeEntry, ReadingEntry], ...] = ()

    @property
    def exit_status(self) -> int:
        """1 if any variant violates a provision, else 3 if any is undetermined, else 0."""
        return exit_status(self.results)

    @property
    def carried(self) -> tuple[str, ...]:
        """Facts given for the base's place that some variant takes to hold elsewhere."""
        found = {key for item in self.variants for key in item.carried(self.design)}
        return tuple(sorted(found))

    @property
    def limits(self) -> tuple[tuple[Limit, tuple[int, ...]], ...]:
        """Regimes that are not modelled, with the variants (by index) that they bear on."""
        found: dict[str, tuple[Limit, list[int]]] = {}
        for index, result in enumerate(self.results):
            for limit in result.limits:
                found.setdefault(limit.name, (limit, []))[1].append(index)
        return tuple((limit, tuple(indices)) for limit, indices in found.values())

    def changes_of(self, index: int) -> tuple[Change, ...]:
        """Return the changes of one variant."""
        return tuple(change for change in self.changes if change.variant == index)


def whatif(
    design: Design,
    book: RuleBook,
    variants: Sequence[Variant],
    *,
    as_of: date,
    design_hash: str = "",
    custom: bool = True,
    waivers: Sequence[Waiver] = (),
    progress: Callable[[], None] | None = None,
) -> Comparison:
    """Audit a design and its variants and compare them.

    Args:
        design: the design, validated; itself the first variant.
        book: compiled law; it is not compiled again, whatever the variants.
        variants: what to vary, without the base.
        as_of: the date of the base.
        design_hash: SHA-256 of the design file.
        custom, waivers: as in :func:`compliance.audit.audit`; they hold for every variant.
        progress: called after each audit, and after the changes of each variant are traced.

    Raises:
        DesignError: a variant whose values a design does not take.
        UsageError: a reading that is not known.
    """
    auditor = Auditor(
        design, book, as_of=as_of, design_hash=design_hash, custom=custom, waivers=waivers
    )
    every = (Variant(), *(variant for variant in variants if variant != Variant()))
    results = audit_all(auditor, every, progress=progress)
    return Comparison(
        design=design,
        as_of=as_of,
        variants=every,
        results=results,
        changes=compare(auditor, every, results, progress=progress),
        ranking=rank(results),
        readings=tuple(
            found
            for name, found in readings_of(book).items()
            if any(name in variant.readings for variant in every)
        ),
    )


def to_json_parts(comparison: Comparison, *, brief: bool = False) -> Iterator[str]:
    """Yield the JSON of a comparison in pieces: one variant, then one change, to a line.

    Args:
        comparison: what to write.
        brief: leave findings out of the audits that are inapplicable, some nine in ten.
    """
    yield '{\n"base": 0,\n"variants": [\n'
    for index in range(len(comparison.variants)):
        yield (",\n" if index else "") + _line(_variant(comparison, index, brief=brief))
    yield '\n],\n"changes": [\n'
    for index, change in enumerate(comparison.changes):
        yield (",\n" if index else "") + _line(change.to_json())
    ranking = comparison.ranking
    yield f'\n],\n"best": {_line(list(ranking.best))},\n"worst": {_line(list(ranking.worst))}\n}}\n'


def _variant(comparison: Comparison, index: int, *, brief: bool) -> dict[str, Any]:
    variant, result = comparison.variants[index], comparison.results[index]
    if brief:
        kept = tuple(item for item in result.findings if item.verdict != "inapplicable")
        result = result.model_copy(update={"findings": kept})
    return {
        "index": index,
        "label": variant.label,
        "settings": variant.to_json(comparison.as_of),
        "carried_facts": list(variant.carried(comparison.design)),
        "verdict": result.verdict,
        "totals": result.totals,
        "score": comparison.ranking.scores[index].to_json(),
        "audit": to_data(result),
    }


def _line(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False)
