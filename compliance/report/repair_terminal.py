"""A repair for people at a terminal: what to change, why, at what cost, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base import visible
from compliance.report.words import NO_ADVICE

if TYPE_CHECKING:
    from compliance.repair.result import Demand, Repair, Step

_QUOTE_CHARACTERS = 220
_SHOWN = 3


def print_repair(answer: Repair, *, written: Sequence[Path] = ()) -> None:
    """Print a repair."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=False)

    def say(text: str = "", style: str = "", *, indent: int = 0) -> None:
        shown: Any = Text(visible(text), style=style)
        console.print(Padding(shown, (0, 0, 0, indent), expand=False) if indent else shown)

    say(answer.design.name, "bold")
    if answer.cost is None:
        _nothing(answer, say)
    elif not answer.steps:
        say("Lawful as it is: nothing to change.", "green")
    else:
        _changes(answer, say)
    for note in answer.notes:
        say(f"Note: {note}", "dim")
    for path in written:
        say(f"Written: {path}")
    say(NO_ADVICE, "dim")


def _changes(answer: Repair, say: Any) -> None:
    count = len(answer.steps)
    say(
        f"{count} change{'s' if count != 1 else ''} for {_money(answer.cost, answer.unit)} "
        f"make{'s' if count == 1 else ''} it lawful; {_proof(answer)}.",
        "green",
    )
    say()
    _steps(answer.steps, answer.unit, say)
    verdict = {"lawful": "no violation", "undetermined": "no violation, with open questions"}
    say(f"Audited again after these changes: {verdict[answer.audit.verdict]}.", "bold")
    if answer.alternatives:
        say()
        say("Otherwise", "bold")
    for item in answer.alternatives:
        say(f"{_money(item.cost, answer.unit)}: {_difference(item.steps, item.different)}")
        gone = [name for name in item.different if name not in {s.attribute for s in item.steps}]
        if gone:
            say(f"and not: {', '.join(gone)}", "dim", indent=4)
    if answer.alternatives:
        say()
    say("Prices: " + "; ".join(dict.fromkeys(step.cost_source for step in answer.steps)), "dim")


def _difference(steps: Iterable[Step], different: Iterable[str]) -> str:
    wanted = set(different)
    return "; ".join(_change(step) for step in steps if step.attribute in wanted) or "fewer changes"


def _steps(steps: Sequence[Step], unit: str, say: Any) -> None:
    for step in steps:
        say(f"→ {_change(step)}  [{_money(step.cost, unit)}]", "cyan")
        for key, before, after in step.settings:
            if len(step.settings) > 1:
                say(f"{key}: {_word(before)} → {_word(after)}", indent=4)
        if not step.demands:
            say(step.reason, indent=4)
        for demand in step.demands[:_SHOWN]:
            _demand(demand, say)
        if len(step.demands) > _SHOWN:
            say(f"and {len(step.demands) - _SHOWN} more provisions (with --json)", indent=4)


def _demand(demand: Demand, say: Any) -> None:
    say(f"{demand.place['citation']}: {demand.title}", indent=4)
    say(f"“{_shortened(demand.place['quote'])}”", "italic", indent=8)
    say(f"as designed: {demand.reason}" if demand.reason else "", "dim", indent=8)


def _change(step: Step) -> str:
    return f"{step.attribute}: {step.before or 'as designed'} → {step.after}"


def _nothing(answer: Repair, say: Any) -> None:
    say("Nothing lawful is on offer.", "red")
    for clash in answer.clashes:
        alone = len(clash.demands) + len(clash.others) == 1
        say("This cannot be met:" if alone else "These cannot all be met together:", "bold")
        for demand in clash.demands:
            say(f"✗ {_named(demand)}", "red")
            say(f"“{_shortened(demand.place['quote'])}”", "italic", indent=4)
            say(demand.reason, "dim", indent=4)
        for other in clash.others:
            say(f"✗ {other}", "red")
    if answer.release is None:
        return
    say()
    say("The least to be released from, by priority (a voluntary standard may be left):", "bold")
    for demand in answer.release.demands:
        say(f"◇ {_named(demand)}", "yellow")
    if answer.release.steps:
        cost = _money(answer.release.cost, answer.unit)
        say(f"With these released, the rest is lawful after changes for {cost}:")
        _steps(answer.release.steps, answer.unit, say)
    else:
        say("With these released, the rest is lawful as designed.")


def _named(demand: Demand) -> str:
    kind = "voluntary" if demand.effect == "voluntary" else demand.priority
    return f"{demand.place['citation']}: {demand.title} [{kind}]"


def _proof(answer: Repair) -> str:
    if answer.optimal:
        return "proved cheapest in the catalogue"
    if answer.bound is None:
        return "not proved cheapest"
    return f"not proved cheapest: at least {_money(answer.bound, answer.unit)} is needed"


def _money(amount: int | None, unit: str) -> str:
    return f"{amount or 0:,} {unit}".replace(",", " ")


def _word(value: Any) -> str:
    from compliance.verdicts import in_words

    return in_words(value)


def _shortened(quote: str) -> str:
    words = " ".join(quote.split())
    if len(words) <= _QUOTE_CHARACTERS:
        return words
    return words[:_QUOTE_CHARACTERS].rsplit(" ", 1)[0] + " …"
