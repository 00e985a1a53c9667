"""The result of comparing two editions: JSON, one HTML page, and lines for the terminal."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from base import visible
from compliance.alignment import Pair
from compliance.edition_rules import RuleChange
from compliance.impact import DesignImpact, Impact, VerdictChange
from compliance.report.words import NO_ADVICE, VERDICTS
from corpus.model import LawText, Provision
from jurisdictions.rulebook import LawValue

#: Rows of one table on the terminal; the JSON holds all.
SHOWN = 30


def impact_data(result: Impact) -> dict[str, Any]:
    """Return the result as plain values.

    Keys: ``instrument``, ``old`` and ``new`` (editions), ``provisions`` (counts by status),
    ``changes`` (provisions added, removed, reworded, renumbered), ``norms``, ``rules``,
    ``designs``.
    """
    return {
        "instrument": result.instrument,
        "old": _edition(result.old),
        "new": _edition(result.new),
        "provisions": _counts(result),
        "changes": [_pair(pair) for pair in result.pairs if pair.status != "unchanged"],
        "norms": [asdict(change) for change in result.norms],
        "rules": [_rule(change) for change in result.rules],
        "designs": [asdict(item) for item in result.designs],
    }


def to_json(result: Impact) -> str:
    """Return the result as JSON text."""
    return json.dumps(impact_data(result), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def to_html(result: Impact) -> str:
    """Return the result as one HTML page without any outside reference."""
    import jinja2

    folder = files("compliance.report")
    pages = {
        name: (folder / name).read_text(encoding="utf-8") for name in ("impact.html", "report.css")
    }
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(pages),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["visible"] = lambda text, length: visible(_short(text, length))
    return environment.get_template("impact.html").render(
        title=result.new.instrument.title,
        data=impact_data(result),
        verdict_words=VERDICTS,
        no_advice=NO_ADVICE,
    )


def _edition(text: LawText) -> dict[str, Any]:
    return {
        "file": text.file,
        "edition": text.instrument.edition,
        "text_source": text.instrument.text_source,
        "sha256": text.instrument.sha256,
        "verified": text.instrument.verified,
    }


def _counts(result: Impact) -> dict[str, int]:
    counted = Counter(pair.status for pair in result.pairs)
    return {
        status: counted.get(status, 0)
        for status in ("unchanged", "reworded", "renumbered", "added", "removed")
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "provision": pair.id,
        "status": pair.status,
        "likeness": round(pair.likeness, 3),
        "old": _provision(pair.old),
        "new": _provision(pair.new),
    }


def _provision(item: Provision | None) -> dict[str, Any] | None:
    if item is None:
        return None
    return {
        "provision": item.id,
        "citation": item.citation,
        "text": item.text,
        "start": item.start,
        "end": item.end,
    }


def _rule(change: RuleChange) -> dict[str, Any]:
    return {
        "rule": change.rule,
        "kind": change.kind,
        "old_provision": change.old_provision,
        "new_provision": change.new_provision,
        "old": None if change.old is None else change.old.model_dump(),
        "new": None if change.new is None else change.new.model_dump(),
    }


def print_impact(result: Impact) -> None:
    """Print what changed, for people."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=False)

    def say(line: str = "", style: str = "") -> None:
        console.print(visible(line), style=style or None, markup=False)

    counts = ", ".join(f"{count} {status}" for status, count in _counts(result).items())
    say(f"{result.new.instrument.title}", "bold")
    say(f"Old: {_named(result.old)}")
    say(f"New: {_named(result.new)}")
    say(f"Provisions: {counts}")
    _section(
        say,
        "Provisions that changed",
        [_line(pair) for pair in result.pairs if pair.status != "unchanged"],
    )
    _section(
        say,
        "Norms that changed",
        [
            f"{change.provision}: {change.kind} {_short(change.old)} -> {_short(change.new)}"
            for change in result.norms
        ],
    )
    _section(say, "Rules that changed", [_rule_line(change) for change in result.rules])
    for item in result.designs:
        _design(item, say)


def _named(text: LawText) -> str:
    checked = "" if text.instrument.verified else ", an unverified edition"
    edition = text.instrument.edition
    return f"{text.file}, {edition} ({text.instrument.text_source}{checked})"


def _short(words: str, length: int = 70) -> str:
    return f"{words[:length]}…" if len(words) > length else words or "-"


def _line(pair: Pair) -> str:
    if pair.status == "renumbered" and pair.old is not None and pair.new is not None:
        reworded = "" if pair.likeness == 1.0 else " and reworded"
        return f"renumbered{reworded}: {pair.old.id} -> {pair.new.id}"
    shown = pair.new or pair.old
    words = "" if shown is None else " ".join(shown.text.split())
    return f"{pair.status}: {pair.id} “{_short(words)}”"


def _rule_line(change: RuleChange) -> str:
    if change.kind == "number":
        return f"{change.rule}: {_bound(change.old)} -> {_bound(change.new)}"
    places = f"{change.old_provision or '-'} -> {change.new_provision or '-'}"
    return f"{change.rule}: {change.kind}, {places}"


def _bound(value: LawValue | None) -> str:
    if value is None:
        return "no number"
    top = "" if value.value_max is None else f" to {value.value_max:g}"
    return f"{value.comparator} {value.value:g}{top} {value.unit}"


def _design(item: DesignImpact, say: Any) -> None:
    verdicts = (
        item.old_verdict
        if item.old_verdict == item.new_verdict
        else f"{item.old_verdict} -> {item.new_verdict}"
    )
    say()
    say(f"{item.design}: {verdicts}", "bold")
    if not item.changes:
        say("  no verdict changes")
    for change in item.changes[:SHOWN]:
        say(f"  {_verdict_line(change)}")
    _rest(say, len(item.changes))


def _verdict_line(change: VerdictChange) -> str:
    cause = f" because of {', '.join(change.caused_by)}" if change.caused_by else ""
    return (
        f"{change.citation}{f' ({change.rule})' if change.rule else ''}: "
        f"{change.old_verdict or 'no rule'} -> {change.new_verdict or 'no rule'}{cause}"
    )


def _section(say: Any, title: str, lines: list[str]) -> None:
    if not lines:
        return
    say()
    say(title, "bold")
    for line in lines[:SHOWN]:
        say(f"  {line}")
    _rest(say, len(lines))


def _rest(say: Any, count: int) -> None:
    if count > SHOWN:
        say(f"  and {count - SHOWN} more (all in the JSON)")
