"""Local search on many choices at once: tabu with oscillating weights, then exchanges of two."""

from __future__ import annotations

import numpy as np

from optimize.arrays import Floats, Ints
from optimize.landscape import Landscape

#: Options up to which exchanges of two are searched exhaustively.
MOST_EXCHANGED = 1500
#: Factor by which a limit's weight rises while it is exceeded, and falls while it is kept.
RISE, FALL = 1.25, 0.94
#: Least and most moves for which an option that was left may not come back.
TENURE = (4, 12)


def starts(landscape: Landscape, likely: Floats, count: int, rng: np.random.Generator) -> Ints:
    """Draw choices, each attribute by itself.

    Args:
        likely: weight of each option, such as its value in the relaxation; shape (options,).

    Returns:
        Shape (count, attributes); the first takes the likeliest of each attribute.
    """
    arrays = landscape.arrays
    weight = np.maximum(likely, 0.0) + 1e-9
    # The largest of log(weight) + Gumbel noise is a draw in proportion to the weights.
    noise = rng.gumbel(size=(count, len(weight)))
    noise[0] = 0.0
    score = np.log(weight)[None, :] + noise
    best = np.maximum.reduceat(score, arrays.start[:-1], axis=1)
    hit = score == best[:, arrays.attribute]
    order = np.where(hit, np.arange(len(weight))[None, :], len(weight))
    found: Ints = np.minimum.reduceat(order, arrays.start[:-1], axis=1).astype(np.int64)
    return found


def tabu(
    landscape: Landscape,
    choices: Ints,
    *,
    weights: Floats,
    moves: int,
    rng: np.random.Generator,
    target: float = -np.inf,
) -> tuple[Ints | None, float]:
    """Move every choice along its best change of one attribute, again and again.

    Each choice has its own weights of what exceeds a limit; they rise while it does and fall while
    it does not, so that the walk crosses the border of the feasible region to and fro.

    Args:
        choices: where to start, shape (batch, attributes).
        weights: of one unit above each limit at the start, shape (quantities - 1,).
        moves: for each choice.
        target: stop where the first quantity is no larger.

    Returns:
        The best feasible choice, shape (attributes,), and its first quantity; ``None`` and infinity
        where none was met.
    """
    owner = landscape.arrays.attribute
    batch, options = len(choices), landscape.options
    rows = np.arange(batch)
    now = choices.copy()
    taken = landscape.chosen(now)
    pair = np.repeat(landscape.linear[:, None, :], batch, axis=1)
    for quantity, table in landscape.pairs.items():
        pair[quantity] += taken @ table
    totals = landscape.totals(now)
    limit = landscape.limit[1:, None]
    weight = np.repeat(weights[:, None], batch, axis=1).astype(float)
    floor = np.maximum(weights[:, None] * 0.05, 1e-9)
    barred = np.zeros((batch, options), dtype=np.int64)
    best, best_value = None, np.inf
    own_best = np.full(batch, np.inf)
    tenures = rng.integers(*TENURE, size=(moves, batch))
    for move in range(moves):
        value = landscape.with_threes(pair.copy(), taken) if landscape.threes else pair
        mine = np.take_along_axis(value, now[None, :, :], axis=2)
        change = value - mine[:, :, owner]
        over = change[1:] + (totals[1:] - limit)[:, :, None]
        np.maximum(over, 0.0, out=over)
        score = change[0] + np.einsum("qbo,qb->bo", over, weight)
        closed = barred > move
        if np.isfinite(own_best).any():
            better = change[0] + totals[0][:, None] < own_best[:, None]
            closed &= ~(better & (over.sum(axis=0) == 0.0))
        score[closed] = np.inf
        score[rows[:, None], now] = np.inf
        into = score.argmin(axis=1)
        where = owner[into]
        left = now[rows, where]
        totals += change[:, rows, into]
        barred[rows, left] = move + tenures[move]
        now[rows, where] = into
        taken[rows, left] = 0.0
        taken[rows, into] = 1.0
        for quantity, table in landscape.pairs.items():
            pair[quantity] += table[into] - table[left]
        exceeded = totals[1:] > limit
        weight *= np.where(exceeded, RISE, FALL)
        np.maximum(weight, floor, out=weight)
        ok = ~exceeded.any(axis=0)
        if ok.any():
            value_now = np.where(ok, totals[0], np.inf)
            np.minimum(own_best, value_now, out=own_best)
            first = int(value_now.argmin())
            if value_now[first] < best_value:
                best, best_value = now[first].copy(), float(value_now[first])
                if best_value <= target:
                    break
    return best, best_value


def exchange(landscape: Landscape, choice: Ints, *, rounds: int = 20) -> Ints:
    """Improve a feasible choice by changes of one or two attributes until none helps."""
    if landscape.options > MOST_EXCHANGED:
        return choice
    now = choice.copy()
    owner = landscape.arrays.attribute
    same = owner[:, None] == owner[None, :]
    for _ in range(rounds):
        value = landscape.values(now[None, :])[:, 0, :]
        change = value - value[:, now][:, owner]
        room = landscape.limit - landscape.totals(now[None, :])[:, 0]
        mine = now[owner]
        ok = ~same
        gain = change[0][:, None] + change[0][None, :]
        for quantity in range(len(landscape.limit)):
            table = landscape.pairs.get(quantity)
            both = change[quantity][:, None] + change[quantity][None, :]
            if table is not None:
                half = table[:, mine]
                both += table - half - half.T + table[mine][:, mine]
            if quantity == 0:
                gain = both
            else:
                ok &= both <= room[quantity]
        candidates = np.argwhere(ok & (gain < 0))
        if not len(candidates):
            return now
        order = np.argsort(gain[candidates[:, 0], candidates[:, 1]], kind="stable")
        before = landscape.totals(now[None, :])[0, 0]
        for one, other in candidates[order[:50]]:
            tried = now.copy()
            tried[owner[one]], tried[owner[other]] = one, other
            totals = landscape.totals(tried[None, :])
            if landscape.feasible(totals)[0] and totals[0, 0] < before:
                now = tried
                break
        else:
            return now
    return now
