"""Hypothesis strategies that mutate the seeds of a reader."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.fuzz.mutate import KINDS, Change, mutated
from tests.fuzz.targets import Target

_CHANGE = st.builds(
    Change,
    st.integers(0, KINDS - 1),
    st.floats(0.0, 1.0, exclude_max=True, allow_subnormal=False),
    st.integers(0, 20_000),
)


def inputs(target: Target) -> SearchStrategy[bytes]:
    """Return mutated seeds of a reader; now and then arbitrary bytes or text."""
    seeds = st.sampled_from(target.seeds)
    changed = st.builds(
        lambda seed, changes, other: mutated(seed, changes, other=other),
        seeds,
        st.lists(_CHANGE, min_size=1, max_size=8),
        seeds,
    )
    return (
        changed
        | changed
        | changed
        | st.binary(max_size=200)
        | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    )
