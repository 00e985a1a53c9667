"""``bathylex conflicts``: minimal sets of rules that no design can meet together at a site."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from base import UsageError
from workbench.options import as_of_option, corpus_option, day, design_argument, known_state
from workbench.options import position as position_of
from workbench.output import echo_json, json_option

if TYPE_CHECKING:
    from compliance.site_conflicts import SiteConflicts
    from habitat.design import Design


@click.command()
@design_argument(required=False)
@click.option("--at", "position", metavar="LAT,LON", help="A site, in place of a design.")
@click.option("--purpose", metavar="WORD", help="With --at: only designs of this purpose.")
@click.option("--state", metavar="CODE", help="With --at: the operator's State (ISO alpha-3).")
@click.option(
    "--size", type=click.IntRange(1, 12), default=4, show_default=True, help="Most rules in a set."
)
@as_of_option()
@corpus_option("to use instead of the embedded digests")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1),
    help="Stop a group of rules after so long; what is missing then depends on the machine.",
)
@json_option
def command(
    design: Path | None,
    position: str | None,
    purpose: str | None,
    state: str | None,
    size: int,
    as_of: str | None,
    corpus: Path | None,
    seconds: float | None,
    as_json: bool,
) -> int:
    """List rules that no design can meet together, at the site of DESIGN or --at a position.

    Every minimal set among the rules that bind there, with the words of the law and what gives way
    to what.
    """
    from compliance.conflicts import Limits
    from compliance.site_conflicts import conflicts_at
    from workbench.law import rulebook

    if seconds is not None and not isfinite(seconds):
        raise UsageError(f"--seconds: {seconds:g} is not a time", hint="give seconds, such as 30")
    designs = _designs(design, position, purpose, state)
    found = conflicts_at(
        designs,
        rulebook(corpus),
        as_of=day(as_of, option="--as-of"),
        size=size,
        limits=Limits(seconds=seconds),
        given=design is not None,
    )
    if as_json:
        echo_json(found.to_json())
    else:
        _print(found, size)
    return 0


def _designs(
    design: Path | None, position: str | None, purpose: str | None, state: str | None
) -> dict[str, Design]:
    from habitat.load import load_design

    if (design is None) == (position is None):
        raise UsageError("give either DESIGN or --at LAT,LON")
    if design is not None:
        if purpose is not None or state is not None:
            raise UsageError("--purpose and --state go with --at; a design states its own")
        loaded = load_design(design)
        return {loaded.purpose: loaded}
    return _bare_designs(position or "", purpose, state)


def _bare_designs(position: str, purpose: str | None, state: str | None) -> dict[str, Design]:
    """One design for each purpose, of which nothing else is known than where it stands."""
    from compliance.site_conflicts import purposes_of_designs
    from habitat.design import Design
    from habitat.load import validate

    known = purposes_of_designs()
    if purpose is not None and purpose not in known:
        raise UsageError(f"--purpose: {purpose!r} is no purpose", hint=f"use {', '.join(known)}")
    latitude, longitude = position_of(position, option="--at")
    return {
        name: validate(
            Design,
            {
                "name": "any design",
                "operator_state": None if state is None else known_state(state),
                "site": {"latitude": latitude, "longitude": longitude},
                **settings,
            },
            where="--at",
        )
        for word in ((purpose,) if purpose is not None else known)
        for name, settings in _variants(word)
    }


def _variants(purpose: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A mineral purpose comes with each resource, since the resource decides which rules bind."""
    from habitat.kinds import kind_of
    from jurisdictions.regimes import MINERAL_PURPOSES

    if purpose not in MINERAL_PURPOSES:
        yield purpose, {"purpose": purpose}
        return
    kind = kind_of("contract.resource")
    for resource in (kind.words if kind is not None else None) or ():
        yield f"{purpose} of {resource}", {"purpose": purpose, "contract": {"resource": resource}}


def _print(found: SiteConflicts, size: int) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from base import visible
    from compliance.report.terminal import print_conflict

    console = Console(highlight=False, soft_wrap=False)

    def say(text: str = "", style: str = "", *, indent: int = 0) -> None:
        shown: Any = Text(visible(text), style=style)
        console.print(Padding(shown, (0, 0, 0, indent), expand=False) if indent else shown)

    count = len(found.conflicts)
    rules = max(found.bound.values())
    sets = f"{count or 'No'} minimal conflicting set{'s' if count != 1 else ''}"
    say(f"{sets} of at most {size} rules among up to {rules} that bind.", "bold")
    for conflict, purposes in found.conflicts:
        say()
        print_conflict(conflict, say)
        if len(found.bound) > 1:
            say(f"Purposes: {', '.join(purposes).replace('_', ' ')}", "dim", indent=4)
    if found.larger:
        say(f"{found.larger} larger sets came up while resolving these.")
    if not found.complete:
        say("Not complete: the limit of effort was reached.", "yellow")
    if not found.exact:
        say("Too many conflicts hang together to resolve all of them: those stay open.", "yellow")
    if found.barred:
        say(f"No design meets, at this place: {', '.join(found.barred)} (no conflict of rules).")
    for name, reason in found.left_out.items():
        say(f"Not compared: {name}: {reason}", "dim")
    if found.undetermined:
        say(f"Open whether they bind: {len(found.undetermined)} rules, not compared.", "dim")
