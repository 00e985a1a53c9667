"""Changes put together for reading: what happens alike in many variants is told once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from compliance.finding import WORST_FIRST, Verdict
from compliance.whatif.compare import Change

_SEVERITY = {"critical": 0, "major": 1, "minor": 2, "observation": 3}


@dataclass(frozen=True, slots=True)
class Group:
    """One change of verdict with one cause, and the variants (by index) in which it happens."""

    change: Change
    variants: tuple[int, ...]

    @property
    def ranges(self) -> str:
        """The variants written short: ``1-3, 7``."""
        return shortened(self.variants)


def grouped(changes: Iterable[Change]) -> tuple[Group, ...]:
    """Group changes that are alike in provision, rule, verdicts and cause.

    New violations come first, then violations that end, then the others; law before
    voluntary standards, the graver before the milder, rules before provisions without one.
    """
    table: dict[tuple[str, str | None, Verdict | None, Verdict | None, str], list[Change]] = {}
    for change in changes:
        key = (change.provision, change.rule, change.before, change.after, str(change.cause))
        table.setdefault(key, []).append(change)
    groups = [Group(found[0], tuple(item.variant for item in found)) for found in table.values()]
    return tuple(sorted(groups, key=_gravity))


def bundled(groups: Iterable[Group]) -> tuple[tuple[Group, ...], ...]:
    """Put together groups that differ in their provision alone, in the order of the first.

    A new violation stays by itself: each of them wants to be read.
    """
    table: dict[tuple[object, ...], list[Group]] = {}
    for group in groups:
        change = group.change
        alone = change.rule if change.after == "violated" else None
        key = (alone, group.variants, change.before, change.after, str(change.cause))
        table.setdefault(key, []).append(group)
    return tuple(map(tuple, table.values()))


def _gravity(group: Group) -> tuple[int, ...]:
    change = group.change
    order = [
        WORST_FIRST.index(verdict) if verdict is not None else len(WORST_FIRST)
        for verdict in (change.after, change.before)
    ]
    if change.after == "violated":
        kind = 0
    elif change.before == "violated":
        kind = 1
    else:
        kind = 2
    return (
        kind,
        int(change.effect == "voluntary"),
        _SEVERITY[change.severity],
        int(change.rule is None),
        *order,
    )


def shortened(numbers: Iterable[int]) -> str:
    """Write ascending numbers with runs drawn together.

    >>> shortened([1, 2, 3, 7])
    '1-3, 7'
    """
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs
    )
