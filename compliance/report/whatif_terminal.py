"""The terminal view of a comparison: variants, changes with their causes, best and worst."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base import visible
from compliance.report.terminal import STYLE
from compliance.report.words import NO_ADVICE, VERDICTS, zone_words
from compliance.whatif.comparison import Comparison
from compliance.whatif.groups import Group, bundled, grouped, shortened
from compliance.whatif.rank import Score

if TYPE_CHECKING:
    from rich.table import Table

#: Rows shown before "and so many more": a terminal shows some fifty lines.
_VARIANTS, _CHANGES, _CITATIONS = 30, 20, 4
_VERDICT_STYLE = {"lawful": "bold green", "violated": "bold red", "undetermined": "bold yellow"}
_NONE = ("no such rule", "·")


def print_comparison(comparison: Comparison, *, written: Sequence[Path] = ()) -> None:
    """Print the table of variants, the changes with their causes, and the best and worst."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=False)

    def say(text: str = "", style: str = "") -> None:
        console.print(Text(visible(text), style=style))

    count = len(comparison.variants) - 1
    say(comparison.results[0].design["name"], "bold")
    say(f"{count} variant{'s' if count != 1 else ''} beside the design as it is (0)")
    say()
    console.print(_variants(comparison))
    _more(count + 1 - _VARIANTS, "variants", say)
    carried = sorted(
        {key for item in comparison.variants for key in item.carried(comparison.design)}
    )
    if carried:
        say(f"Taken to hold at every site as given for the first: {', '.join(carried)}", "dim")
    say()
    _changes(comparison, console, say)
    say()
    for word, indices in (("Best", comparison.ranking.best), ("Worst", comparison.ranking.worst)):
        say(f"{word}: {_named(comparison, indices)}", "bold")
    elsewhere = [
        f"{limit.name} (in {shortened(indices)})"
        for limit, indices in comparison.limits
        if len(indices) < len(comparison.variants)
    ]
    if elsewhere:
        say(f"Not modelled, and not alike in all: {'; '.join(elsewhere)}", "dim")
    for path in written:
        say(f"Written: {path}")
    say(NO_ADVICE, "dim")


def _variants(comparison: Comparison) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Variant", overflow="fold")
    table.add_column("Zone")
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Law violated")
    for heading in ("undet.", "judge", "volunt."):
        table.add_column(heading, justify="right", no_wrap=True)
    rows = zip(comparison.variants, comparison.results, comparison.ranking.scores, strict=True)
    for index, (variant, result, score) in enumerate(rows):
        if index == _VARIANTS:
            break
        state = result.site.get("coastal_state")
        zone = zone_words(result.site["zones"]) + (f" ({state})" if state else "")
        table.add_row(
            str(index),
            Text(visible(variant.label)),
            Text(zone),
            Text(result.verdict, style=_VERDICT_STYLE[result.verdict]),
            _violated(score),
            *(str(n or "–") for n in (score.undetermined, score.open_norms, score.voluntary_gaps)),
        )
    return table


def _violated(score: Score) -> str:
    counts = score.to_json()
    kinds = ("critical", "major", "minor", "observation")
    return ", ".join(f"{counts[kind]} {kind}" for kind in kinds if counts[kind]) or "–"


def _changes(comparison: Comparison, console: Any, say: Any) -> None:
    from rich.table import Table

    if not comparison.changes:
        say("No verdict changes.")
        return
    rows = bundled(grouped(comparison.changes))
    count = len(comparison.changes)
    say(f"{count} verdict{'s change' if count != 1 else ' changes'}:", "bold")
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("In", "Provision", "Before → after", "Because"):
        table.add_column(heading, overflow="fold")
    for row in rows[:_CHANGES]:
        table.add_row(*_row(row))
    console.print(table)
    hidden = sum(len(group.variants) for row in rows[_CHANGES:] for group in row)
    _more(hidden, "changes", say)


def _row(groups: Sequence[Group]) -> tuple[Any, ...]:
    from rich.text import Text

    change = groups[0].change
    before, after = (
        VERDICTS[verdict][:2] if verdict is not None else _NONE
        for verdict in (change.before, change.after)
    )
    verdicts = Text(f"{before[1]} {before[0]} → ")
    verdicts.append(f"{after[1]} {after[0]}", style=STYLE[change.after] if change.after else "")
    brought = f" [{change.cause.provision}]" if change.cause.provision != change.provision else ""
    return (
        Text(groups[0].ranges),
        Text(_provisions(groups)),
        verdicts,
        Text(visible(f"{change.cause}{brought}")),
    )


def _provisions(groups: Sequence[Group]) -> str:
    if len(groups) == 1:
        change = groups[0].change
        return f"{change.citation}: {visible(change.title)}" if change.title else change.citation
    citations = list(dict.fromkeys(group.change.citation for group in groups))
    shown = ", ".join(citations[:_CITATIONS])
    more = len(citations) - _CITATIONS
    return f"{shown} and {more} more" if more > 0 else shown


def _named(comparison: Comparison, indices: Sequence[int]) -> str:
    if len(indices) == len(comparison.variants):
        return "all alike"
    if len(indices) > 3:
        return f"variants {shortened(indices)}, alike"
    return "; ".join(f"{index} ({comparison.variants[index].label})" for index in indices)


def _more(hidden: int, what: str, say: Any) -> None:
    if hidden > 0:
        say(f"  and {hidden} more {what} in the HTML and JSON reports", "dim")
