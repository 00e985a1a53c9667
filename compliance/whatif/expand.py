"""From options to variants: an option given again is an alternative, different options multiply.

Two sites and three dates make six variants. Each key of the design is an option of its own, so that
two values of one key are alternatives and values of two keys hold together; keys that change
together in one alternative (``hull.thickness=80 mm; hull.material=...``) form one option.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from math import prod

from base import UsageError
from compliance.whatif.settings import Choice, Place, Variant

#: More variants than this are a mistake in most command lines, and a page that nobody reads.
MOST_VARIANTS = 1000

#: Values of one or more keys that change together.
Changes = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Options:
    """What a user asked to vary; every tuple holds alternatives.

    Attributes:
        sites, dates, jurisdictions: alternatives to the base's own.
        sets: alternatives of design changes, each of one or more keys.
        readings: alternatives, each of one or more readings that hold together.
        forget_place: whether a moved design forgets what it says of its own place.
        each: vary one option at a time in place of all combinations.
    """

    sites: tuple[Place, ...] = ()
    dates: tuple[date, ...] = ()
    jurisdictions: tuple[Choice, ...] = ()
    sets: tuple[Changes, ...] = ()
    readings: tuple[tuple[str, ...], ...] = ()
    forget_place: bool = False
    each: bool = False


def expand(options: Options, *, most: int = MOST_VARIANTS) -> tuple[Variant, ...]:
    """Return the variants that the options mean, without the base, each once.

    Args:
        options: alternatives by option.
        most: how many variants are allowed.

    Raises:
        UsageError: too many variants, or one key in two different groups of changes.
    """
    axes = [axis for axis in _axes(options) if axis]
    asked = sum(map(len, axes)) if options.each else prod(map(len, axes)) if axes else 0
    if asked > most:
        how = "" if options.each else ", or --each to vary one option at a time"
        raise UsageError(
            f"{asked} variants asked for, at most {most} are compared in one run",
            where="whatif",
            hint=f"give fewer alternatives{how}",
        )
    combined: Iterable[tuple[Variant, ...]]
    combined = ((item,) for axis in axes for item in axis) if options.each else product(*axes)
    return tuple(dict.fromkeys(_merged(parts) for parts in combined if parts))


def _axes(options: Options) -> Iterator[list[Variant]]:
    """Yield the alternatives of each option as variants that differ in it alone."""
    yield [Variant(site=place, forget_place=options.forget_place) for place in options.sites]
    yield [Variant(as_of=day) for day in options.dates]
    yield [Variant(jurisdictions=choice) for choice in options.jurisdictions]
    yield from _groups(options)
    yield [Variant(readings=tuple(sorted(set(names)))) for names in options.readings]


def _groups(options: Options) -> Iterator[list[Variant]]:
    groups: dict[tuple[str, ...], list[Variant]] = {}
    owner: dict[str, tuple[str, ...]] = {}
    for changes in options.sets:
        keys = tuple(sorted(key for key, _ in changes))
        for key in keys:
            if owner.setdefault(key, keys) != keys:
                raise UsageError(
                    f"{key} changes alone in one --set and together with others in another",
                    where="--set",
                    hint="give each --set of it the same keys",
                )
            if options.sites and key in ("site.latitude", "site.longitude"):
                raise UsageError(f"{key} is given by a site too", where="--set", hint="give one")
        groups.setdefault(keys, []).append(Variant(changes=tuple(sorted(changes))))
    for keys in sorted(groups):
        yield groups[keys]


def _merged(parts: Iterable[Variant]) -> Variant:
    merged = Variant()
    for part in parts:
        merged = replace(
            merged,
            site=part.site or merged.site,
            forget_place=part.forget_place or merged.forget_place,
            as_of=part.as_of or merged.as_of,
            jurisdictions=part.jurisdictions or merged.jurisdictions,
            changes=tuple(sorted((*merged.changes, *part.changes))),
            readings=part.readings or merged.readings,
        )
    return merged
