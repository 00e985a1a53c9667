"""The terminal summary of an audit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from base import visible
from compliance.finding import WORST_FIRST, AuditResult, Conflict, Finding
from compliance.report.baseline_terminal import print_baseline
from compliance.report.words import (
    ESTIMATES_TITLE,
    NO_ADVICE,
    SOURCES,
    VERDICTS,
    conflict_headline,
    conflict_lines,
    estimate_words,
    estimates_notes,
    headline,
    met_words,
    zone_words,
)

STYLE = {
    "violated": "bold red",
    "undetermined": "yellow",
    "open_norm": "magenta",
    "overridden": "cyan",
    "waived": "cyan",
    "satisfied": "green",
    "inapplicable": "dim",
}
_SHOWN = 12
_QUOTE_CHARACTERS = 320


def print_summary(result: AuditResult, *, written: Sequence[Path] = ()) -> None:
    """Print the verdict, the site, what binds, the totals and the findings that need action."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=False)

    def say(text: str = "", style: str = "", *, indent: int = 0) -> None:
        # Text, not markup: a design name such as "[red]" must show as itself.
        shown = Text(visible(text), style=style)
        console.print(Padding(shown, (0, 0, 0, indent), expand=False) if indent else shown)

    say(f"{result.design['name']}", "bold")
    style = {"lawful": "bold green", "violated": "bold red"}.get(result.verdict, "bold yellow")
    say(headline(result), style)
    say()
    _site(result, say)
    console.print(_jurisdictions(result))
    console.print(_totals(result))
    for verdict, title in (
        ("violated", "Violations"),
        ("undetermined", "Undetermined: facts that would settle it"),
    ):
        _list(title, [f for f in result.findings if f.verdict == verdict], say)
    _estimates(result, say)
    open_norms = [f for f in result.findings if f.verdict == "open_norm"]
    if open_norms:
        say(f"For human judgement: {len(open_norms)} (listed in the HTML and JSON reports)")
    if result.conflicts:
        say()
        say("Conflicts of rules", "bold")
    for conflict in result.conflicts[:_SHOWN]:
        print_conflict(conflict, say)
    if len(result.conflicts) > _SHOWN:
        say(f"  and {len(result.conflicts) - _SHOWN} more in the HTML and JSON reports")
    for use in result.waivers:
        until = "without an end" if use.until == "none" else f"until {use.until}"
        say(f"Waiver of {use.provision} by {use.who} {until}: {use.explanation}", "cyan")
    if result.baseline is not None:
        print_baseline(result.baseline, say)
    _apart(result, say)
    say("Not modelled here: " + "; ".join(limit.name for limit in result.limits) + ".", "dim")
    for path in written:
        say(f"Written: {path}")
    say(NO_ADVICE, "dim")


def _estimates(result: AuditResult, say: Any) -> None:
    """Print what a student believes of the facts that are missing, apart from all verdicts."""
    if result.estimates is None:
        return
    say()
    say(ESTIMATES_TITLE, "bold")
    for line in estimates_notes(result):
        say(line, "dim")
    for item in result.estimates[:_SHOWN]:
        say(f"~ {item.citation}: {item.title} [{item.severity}]", "blue")
        say(met_words(item), indent=4)
        for fact in item.facts:
            say(estimate_words(fact), indent=4)
    if len(result.estimates) > _SHOWN:
        say(f"  and {len(result.estimates) - _SHOWN} more in the HTML and JSON reports")
    say()


def _apart(result: AuditResult, say: Any) -> None:
    """Say in one line each what counts nowhere: proposals, and rules whose law was not read."""
    first = [item for item in result.proposals if item.rank == 1]
    if first:
        names = list(dict.fromkeys(item.instrument for item in first))
        say(
            f"Proposals: {len(first)} unreviewed on {len(names)} instrument"
            f"{'s' if len(names) > 1 else ''} without bindings, not counted above "
            f"(in the HTML and JSON reports; all with: bathylex bind {names[0]})",
            "cyan",
        )
    if result.left_out:
        some = next(iter(result.left_out.items()))
        say(
            f"Left out: {len(result.left_out)} of your own rules, whose law was not read "
            f"({some[0]}: {some[1]})",
            "yellow",
        )


def print_conflict(conflict: Conflict, say: Any) -> None:
    """Print one conflict: its members with their words, and what gives way."""
    say(conflict_headline(conflict), "cyan")
    for citation, title, quote in zip(
        conflict.citations, conflict.titles, conflict.quotes, strict=True
    ):
        say(f"{citation}: {title}", indent=4)
        say(f"“{_shortened(quote)}”", "italic", indent=8)
    for line in conflict_lines(conflict):
        say(line, indent=4)


def _shortened(quote: str) -> str:
    words = " ".join(quote.split())
    if len(words) <= _QUOTE_CHARACTERS:
        return words
    return words[:_QUOTE_CHARACTERS].rsplit(" ", 1)[0] + " …"


def _site(result: AuditResult, say: Any) -> None:
    site = result.site
    state = site.get("coastal_state") or "no coastal State"
    say(f"Site {site['latitude']:g}, {site['longitude']:g}: {zone_words(site['zones'])} ({state})")
    distance, margin = site.get("distance_nmi"), site.get("margin_nmi")
    if distance is not None and margin is not None:
        certainty = "" if site.get("certain") else ", NOT certain"
        say(f"{distance:.1f} nmi from the coast; next boundary {margin:.1f} nmi away{certainty}")
    say(f"Law as of {result.as_of}")
    if result.inputs.get("readings"):
        say(f"Read otherwise than by default: {', '.join(result.inputs['readings'])}")


def _jurisdictions(result: AuditResult) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("Jurisdiction", "Binds", "Why"):
        table.add_column(heading)
    for item in result.jurisdictions:
        binds = {True: "yes", False: "no", None: "open"}[item.binding]
        table.add_row(Text(item.id), Text(binds), Text(visible(item.reason)))
    return table


def _totals(result: AuditResult) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("Provisions", no_wrap=True)
    for name in result.totals_by_jurisdiction:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("all", justify="right", style="bold", no_wrap=True)
    for verdict in WORST_FIRST:
        if not result.totals[verdict]:
            continue
        word, sign, _ = VERDICTS[verdict]
        table.add_row(
            Text(f"{sign} {word}", style=STYLE[verdict]),
            *(str(row[verdict]) for row in result.totals_by_jurisdiction.values()),
            str(result.totals[verdict]),
        )
    return table


def _list(title: str, findings: list[Finding], say: Any) -> None:
    if not findings:
        return
    say()
    say(title, "bold")
    for finding in findings[:_SHOWN]:
        _, sign, _ = VERDICTS[finding.verdict]
        say(
            f"{sign} {finding.citation}: {finding.title} [{finding.severity}, {finding.priority}]",
            STYLE[finding.verdict],
        )
        say(finding.reason, indent=4)
        if finding.accepted is not None:
            say(f"rule accepted by {finding.accepted.by} on {finding.accepted.on}", "dim", indent=4)
        if finding.verdict == "violated":
            say(f"“{_shortened(finding.quote)}”", "italic", indent=4)
            span = finding.span
            page = f", page {span.page}" if span.page else ""
            place = f"{span.file}{page}, characters {span.start}-{span.end}"
            say(f"{SOURCES[finding.text_source]}: {place}", "dim", indent=4)
            say(finding.wording, "dim", indent=4)
            say(f"Remedy: {finding.remedy}", indent=4)
        elif finding.evidence:
            say(f"Evidence: {finding.evidence}", indent=4)
    if len(findings) > _SHOWN:
        say(f"  and {len(findings) - _SHOWN} more in the HTML and JSON reports")
