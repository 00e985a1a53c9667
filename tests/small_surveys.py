"""A dozen simulated designs with their surveys, and readers small enough to train in a test."""

from __future__ import annotations

from functools import cache

import numpy as np

from compliance.scoring.batches import Loader, Rows
from compliance.scoring.concepts import Vocabulary
from compliance.scoring.dataset import AS_OF, Surveys, draw_vocabulary, simulate
from compliance.scoring.designs import draw_design
from compliance.scoring.reader import DesignReader, Sizes, build_student
from compliance.scoring.sites import draw_sites
from compliance.shared import Shared
from compliance.situation import Situation, situate
from tests.small_student import book, vocabulary, world

TINY = Sizes(width=16, bottlenecks=2, layers=1, conv=4, bag=8, text=16, facts=16)


@cache
def shared() -> Shared:
    return Shared(book())


@cache
def wide_vocabulary() -> Vocabulary:
    """Concepts of enough sites that rules of one scope group bind together anywhere."""
    return draw_vocabulary(world(), seed=0, sites=40)


@cache
def situations(count: int = 60) -> tuple[Situation, ...]:
    """Random designs at sites of their own."""
    rng = np.random.default_rng(17)
    return tuple(
        situate(
            draw_design(rng, site, world().duties, name=site.name), as_of=AS_OF, shared=shared()
        )
        for site in draw_sites(rng, count, name="test")
    )


@cache
def surveys() -> Surveys:
    """Twelve designs at four sites."""
    return simulate(world(), vocabulary(), sites=4, per_site=3, seed=3, name="train", workers=1)


@cache
def loader() -> Loader:
    return Loader(surveys(), Rows.hashed(surveys(), world().pieces))


def tiny_reader(seed: int = 0) -> DesignReader:
    """An untrained student of few weights."""
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return build_student(book(), vocabulary(), TINY)
