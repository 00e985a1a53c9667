"""The terminal summary of a scored design."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from base import visible
from compliance.report.words import ANSWERS, NO_ADVICE, PARAMETER_NAMES

_SHOWN = 8
_STYLE = {"violated": "bold red", "compliant": "green", "abstain": "yellow", "not_binding": "dim"}


def print_score(report: Mapping[str, Any], *, written: Path | None) -> None:
    """Print parameters, answers, emergencies, what is violated, and what to do about it."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=False)

    def say(text: str = "", style: str = "", *, indent: int = 0) -> None:
        # Text, not markup: a name such as "[red]" must show as itself.
        shown = Text(visible(text), style=style)
        console.print(Padding(shown, (0, 0, 0, indent), expand=False) if indent else shown)

    inputs = report["inputs"]
    say(f"Read: {', '.join(inputs['modalities'])}; law as of {inputs['as_of']}", "bold")
    for fact, name in PARAMETER_NAMES.items():
        if fact in report["parameters"]:
            say(f"{name}: {_figures(report['parameters'][fact])}")
    say()
    console.print(_answers(report["compliance"]))
    for one in report["abstained"]:
        say(f"{one['id']} without an answer: {one['why']}", "yellow")
    alarms = [name for name, one in report["emergencies"].items() if one["alarm"]]
    for name in alarms:
        say(f"Emergency likely: {name.partition('.')[2].replace('_', ' ')}", "bold red")
    _violations(report["violations"], say)
    if report["undetermined"]:
        say(f"{report['undetermined']} facts are missing that would settle more.")
    if report["stale"]["rules"]:
        say(report["stale"]["meaning"], "yellow")
    if written is not None:
        say(f"Written: {written}")
    say(NO_ADVICE, "dim")


def _figures(figures: Mapping[str, Any]) -> str:
    unit = f" {figures['unit']}" if figures["unit"] else ""
    if figures["source"] == "stated":
        return f"{figures['estimate']:g}{unit} (stated)"
    low, high = ("unbounded" if figures[end] is None else f"{figures[end]:g}" for end in _ENDS)
    middle = "unknown" if figures["estimate"] is None else f"{figures['estimate']:g}{unit}"
    return f"{middle} ({figures['level']:.0%} interval {low} to {high})"


_ENDS = ("low", "high")


def _answers(compliance: list[dict[str, Any]]) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("Jurisdiction", "Binds", "Compliant", "Answer", "By"):
        table.add_column(heading)
    for one in compliance:
        chance = one["probability"]
        table.add_row(
            one["id"],
            f"{one['binds']:.2f}",
            "–" if chance is None else f"{chance:.2f}",
            Text(ANSWERS[one["answer"]], style=_STYLE[one["answer"]]),
            one["by"],
        )
    return table


def _violations(violations: list[dict[str, Any]], say: Any) -> None:
    if not violations:
        return
    say()
    say("Violations", "bold")
    for one in violations[:_SHOWN]:
        basis = (
            "on stated facts"
            if one["based_on"] == "stated"
            else f"on estimates, probability {one['probability']:.2f}"
        )
        say(f"✗ {one['citation']}: {one['title']} [{one['severity']}; {basis}]", "red")
        say(one["reason"], indent=4)
        say(f"Remedy: {one['remedy']}", indent=4)
    if len(violations) > _SHOWN:
        say(f"  and {len(violations) - _SHOWN} more in the JSON report")
    say()
