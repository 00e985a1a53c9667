"""A smallest set that still holds: nothing in it can be left out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence


def shrink(
    names: Sequence[str], holds: Callable[[Collection[str]], bool], *, again: bool
) -> tuple[str, ...]:
    """Leave out names, the last first, as long as what is kept still ``holds``.

    Args:
        names: a sequence that holds, those to be kept rather than others first.
        holds: whether a set of names will do.
        again: go over what is kept until nothing more can be left out. Needed where a larger set
            may fail that a smaller one passes (tests for presence); else one pass is enough.

    Returns:
        The names that are kept, in the order given. Without any one of them it does not hold.

    >>> shrink(["a", "b", "c"], lambda kept: "a" in kept or {"b", "c"} <= set(kept), again=False)
    ('a',)
    """
    kept = list(names)
    while True:
        before = len(kept)
        for name in reversed(list(kept)):
            fewer = [other for other in kept if other != name]
            if holds(fewer):
                kept = fewer
        if not again or len(kept) == before:
            return tuple(kept)
