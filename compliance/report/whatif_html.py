"""The HTML page of a comparison: map, variants, changes with causes, matrix, readings, inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compliance.finding import Verdict
from compliance.report.graphics.variants import variants_chart
from compliance.report.html import environment
from compliance.report.words import JURISDICTION_NAMES, NO_ADVICE, VERDICTS, zone_words
from compliance.whatif.groups import grouped, shortened

if TYPE_CHECKING:
    from compliance.whatif.compare import Change
    from compliance.whatif.comparison import Comparison
    from jurisdictions.rulebook import DisputeEntry, ReadingEntry

#: More columns than this are read better in the list of changes.
_COLUMNS = 40
#: Ways of change listed; the JSON report holds them all.
_WAYS = 400


@dataclass(frozen=True, slots=True)
class Row:
    """One rule or provision whose verdict changes somewhere, with its verdict in each variant."""

    citation: str
    title: str
    jurisdiction: str
    cells: tuple[tuple[Verdict | None, str], ...]


def to_html(
    comparison: Comparison,
    *,
    readings: Sequence[tuple[DisputeEntry, ReadingEntry]] = (),
    site_map: str | None = None,
) -> str:
    """Return the comparison as one HTML document without any outside reference.

    Args:
        comparison: what to show.
        readings: the readings that some variant chooses, with their disputes, to explain them.
        site_map: an SVG of the sites; drawn where variants stand on more than one when ``None``.
    """
    groups = grouped(comparison.changes)
    places = {(item.site["latitude"], item.site["longitude"]) for item in comparison.results}
    if site_map is None and len(places) > 1:
        from compliance.report.sites_map import sites_map

        site_map = sites_map(comparison)
    matrix = _matrix(comparison) if len(comparison.variants) <= _COLUMNS else []
    return (
        environment()
        .get_template("whatif.html")
        .render(
            comparison=comparison,
            rows=list(
                zip(comparison.variants, comparison.results, comparison.ranking.scores, strict=True)
            ),
            site_map=site_map or "",
            places=len(places),
            groups=groups[:_WAYS],
            hidden=max(0, len(groups) - _WAYS),
            matrix=matrix,
            chart=variants_chart(
                [(row.citation, row.title, row.cells) for row in matrix],
                [variant.label for variant in comparison.variants],
            ),
            too_wide=len(comparison.variants) > _COLUMNS,
            best=_named(comparison, comparison.ranking.best),
            worst=_named(comparison, comparison.ranking.worst),
            readings=readings,
            limits=[(limit, shortened(indices)) for limit, indices in comparison.limits],
            verdict_words=VERDICTS,
            jurisdiction_names=JURISDICTION_NAMES,
            no_advice=NO_ADVICE,
            zone_words=zone_words,
        )
    )


def _matrix(comparison: Comparison) -> list[Row]:
    """Every changed rule once, with what each variant makes of it and why."""
    rows: dict[tuple[str, str | None], dict[int, Change]] = {}
    for group in grouped(comparison.changes):
        for index in group.variants:
            place = (group.change.provision, group.change.rule)
            rows.setdefault(place, {})[index] = group.change
    found = []
    for changes in rows.values():
        first = next(iter(changes.values()))
        cells: list[tuple[Verdict | None, str]] = [(first.before, "")]
        for index in range(1, len(comparison.variants)):
            change = changes.get(index)
            cells.append(
                (first.before, "") if change is None else (change.after, str(change.cause))
            )
        found.append(Row(first.citation, first.title, first.jurisdiction, tuple(cells)))
    return found


def _named(comparison: Comparison, indices: Sequence[int]) -> str:
    if len(indices) == len(comparison.variants):
        return "all variants alike"
    if len(indices) > 5:
        return f"variants {shortened(indices)}, alike"
    return "; ".join(f"{index} ({comparison.variants[index].label})" for index in indices)
