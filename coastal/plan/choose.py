"""The choice of actions at least expected cost, deferral among them.

A two-stage programme with recourse: act now, or look again after some hours with a sharper belief
and act then. The belief on the surge ahead is split into what will be known at the next look
(five Gauss-Hermite nodes) and what will not (fixed draws of red noise). Every combination of
actions is looked at, for now and for then, so the answer is exact for these draws.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from coastal.plan.belief import HORIZON
from coastal.plan.site import Action, Asset, Site
from coastal.plan.streams import Floats

_NODES, _DRAWS = 5, 24
#: Memory of errors of the belief along the hours ahead.
_MEMORY_HOURS = 6.0
#: States of an action: off, on from now, on from the next look.
_OFF, _NOW, _LATER = 0, 1, 2


@dataclass(frozen=True)
class Choice:
    """What to do until the next look.

    Attributes:
        on: protective actions that are on from now.
        watch: whether to monitor.
        ask: whether to ask for data.
        look_hours: until the next look.
        cost: expected cost over the horizon.
        idle_cost: of starting and stopping nothing now, whatever the guard says, and choosing
            well at the next look.
        others: expected cost of the best plans with other actions on, cheapest first.
        chance: of water over each asset's threshold within the horizon.
    """

    on: frozenset[str]
    watch: bool
    ask: bool
    look_hours: int
    cost: float
    idle_cost: float
    others: tuple[tuple[tuple[str, ...], float], ...] = ()
    chance: Mapping[str, float] = field(default_factory=dict)


def choose(
    site: Site,
    mean_m: Floats,
    sd_m: Floats,
    *,
    since: Mapping[str, float],
    demanded: Collection[str] = (),
    held: Collection[str] = (),
    asked_sd_m: Floats | None = None,
    runners: int = 0,
) -> Choice:
    """Choose for the hours until the next look.

    Args:
        site: assets and actions.
        mean_m, sd_m: belief over the level at 0 to :data:`HORIZON` hours ahead, shape (h,).
        since: hours that each action that is on has been on.
        demanded: responses that the guard wants on.
        held: actions that must stay on.
        asked_sd_m: what the deviation would be at the next look with the data that can be asked
            for, shape (h,); ``None`` where nothing can be asked.
        runners: how many other plans to tell of.
    """
    must = frozenset(demanded) | frozenset(held)
    nodes, weights = _nodes()
    calm = _peak(mean_m, sd_m) < min(asset.threshold_m for asset in site.assets)
    if calm and not must and not since:
        return Choice(frozenset(), False, False, site.look_hours, 0.0, 0.0, (), _dry(site))
    plans: list[tuple[float, bool, bool, int, Floats]] = []
    monitor, asking = site.monitor, site.asking
    looks = [(site.look_hours, False, 0.0)]
    if monitor is not None and monitor.look_hours is not None:
        hours = int(monitor.look_hours)
        looks.append((hours, True, monitor.cost + monitor.hourly * hours))
    for hours, watch, extra in looks:
        value = _value(site, mean_m, sd_m, _later(sd_m, hours), hours, since, nodes, weights)
        plans.append((extra, watch, False, hours, value))
    if asking is not None and asked_sd_m is not None:
        hours, watch, extra = looks[-1]
        after = np.minimum(_later(sd_m, hours), asked_sd_m)
        value = _value(site, mean_m, sd_m, after, hours, since, nodes, weights)
        plans.append((extra + asking.cost, watch, True, hours, value))
    allowed = _allowed(site, must)
    best = min(plans, key=lambda plan: plan[0] + float((plan[4] + allowed).min()))
    extra, watch, ask, hours, value = best
    table = value + allowed
    at = np.unravel_index(int(np.argmin(table)), table.shape)
    on = _names(site, at)
    stay = tuple(int(action.name in since) for action in site.protective)
    idle = float(plans[0][4][stay])
    others: tuple[tuple[tuple[str, ...], float], ...] = ()
    if runners:
        order = np.argsort(table, axis=None, kind="stable")[1 : 1 + runners]
        listed = [(np.unravel_index(int(i), table.shape), float(table.flat[i])) for i in order]
        others = tuple(
            (tuple(sorted(_names(site, where))), worth + extra)
            for where, worth in listed
            if np.isfinite(worth)
        )
    return Choice(
        on, watch, ask, hours, float(table[at]) + extra, idle, others, _chances(site, mean_m, sd_m)
    )


def _peak(mean: Floats, sd: Floats) -> float:
    return float((mean + 4.0 * sd).max())


def _dry(site: Site) -> dict[str, float]:
    return {asset.name: 0.0 for asset in site.assets}


@lru_cache(maxsize=1)
def _nodes() -> tuple[Floats, Floats]:
    places, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    return places, weights / weights.sum()


@lru_cache(maxsize=1)
def _draws() -> Floats:
    """Red noise of unit variance over the horizon, antithetic pairs, shape (draws, h)."""
    rng = np.random.default_rng(20030929)
    keep = float(np.exp(-1 / _MEMORY_HOURS))
    steps = rng.normal(size=(_DRAWS // 2, HORIZON + 1))
    drawn = np.empty_like(steps)
    drawn[:, 0] = steps[:, 0]
    for hour in range(1, HORIZON + 1):
        drawn[:, hour] = keep * drawn[:, hour - 1] + np.sqrt(1 - keep**2) * steps[:, hour]
    return np.concatenate([drawn, -drawn])


def _later(sd: Floats, hours: int) -> Floats:
    """Deviation at the next look for the same hours: the lead is shorter by then."""
    return np.concatenate([np.full(hours, 0.5 * sd[0]), sd[: HORIZON + 1 - hours]])


def _paths(mean: Floats, sd: Floats, after: Floats, nodes: Floats) -> Floats:
    """Levels, shape (nodes, draws, h): the node is known at the next look, the draw is not."""
    unknown = np.minimum(after, sd)
    known = np.sqrt(np.maximum(sd**2 - unknown**2, 0.0))
    return np.asarray(
        mean + nodes[:, None, None] * known + _draws()[None] * unknown, dtype=np.float64
    )


def _chances(site: Site, mean: Floats, sd: Floats) -> dict[str, float]:
    nodes, weights = _nodes()
    peak = _paths(mean, sd, _later(sd, site.look_hours), nodes).max(axis=2)
    return {
        asset.name: float(weights @ (peak > asset.threshold_m).mean(axis=1))
        for asset in site.assets
    }


def _value(
    site: Site,
    mean: Floats,
    sd: Floats,
    after: Floats,
    look: int,
    since: Mapping[str, float],
    nodes: Floats,
    weights: Floats,
) -> Floats:
    """Return the expected cost of each combination that is on now, shape (2,) * actions."""
    actions = site.protective
    paths = _paths(mean, sd, after, nodes)
    total = _bills(actions, since, look)[..., None] + np.zeros(_NODES)
    top = float(paths.max())
    for asset in site.assets:
        if top > asset.threshold_m:
            total = total + _losses(asset, actions, since, look, paths)
    # For each node the best for what is still off: stay off, or start at the next look.
    for axis in range(len(actions)):
        off, now, later = (np.take(total, state, axis=axis) for state in (_OFF, _NOW, _LATER))
        total = np.stack([np.minimum(off, later), now], axis=axis)
    return np.asarray(total @ weights, dtype=np.float64)


def _bills(actions: tuple[Action, ...], since: Mapping[str, float], look: int) -> Floats:
    """Cost of actions by their states; infinite where two exclude each other."""
    total = np.zeros((3,) * len(actions))
    for axis, action in enumerate(actions):
        started = 0.0 if action.name in since else action.cost
        bill = np.array(
            [
                0.0,
                started + action.hourly * HORIZON,
                action.cost + action.hourly * (HORIZON - look),
            ]
        )
        total = total + _along(bill, axis, len(actions))
    for one, action in enumerate(actions):
        for other in range(len(actions)):
            if actions[other].name in action.excludes:
                both = np.ix_(
                    *([1, 2] if i in (one, other) else [0, 1, 2] for i in range(len(actions)))
                )
                total[both] = np.inf
    return total


def _along(values: Floats, axis: int, axes: int) -> Floats:
    return values.reshape([len(values) if i == axis else 1 for i in range(axes)])


def _losses(
    asset: Asset,
    actions: tuple[Action, ...],
    since: Mapping[str, float],
    look: int,
    paths: Floats,
) -> Floats:
    """Mean loss by the states of actions that matter here, shape (3 or 1, ..., nodes)."""
    shape = tuple(3 if asset.name in action.effects else 1 for action in actions)
    raised = np.zeros((*shape, HORIZON + 1))
    saved, sheltered = np.ones_like(raised), np.ones_like(raised)
    hour = np.arange(HORIZON + 1)
    for axis, action in enumerate(actions):
        effect = action.effects.get(asset.name)
        if effect is None:
            continue
        from_now = action.lead_hours - since.get(action.name, 0.0)
        active = np.stack([np.zeros(len(hour)), hour >= from_now, hour >= look + action.lead_hours])
        spread = active.reshape([3 if i == axis else 1 for i in range(len(actions))] + [-1])
        raised = raised + effect.raises_m * spread
        saved = saved * (1 - effect.saves * spread)
        sheltered = sheltered * (1 - effect.shelters * spread)
    depth = paths.reshape(-1, HORIZON + 1) - asset.threshold_m
    wet = depth.max(axis=1) > 0
    depth = depth[wet]
    over = depth - raised[..., None, :]
    loss = (asset.loss(over) * saved[..., None, :]).max(axis=-1)
    if asset.harm:
        # Barriers keep people dry as they keep goods dry.
        loss = loss + (asset.danger(over) * sheltered[..., None, :]).max(axis=-1)
    whole = np.zeros((*shape, len(wet)))
    whole[..., wet] = loss
    return np.asarray(whole.reshape(*shape, _NODES, -1).mean(axis=-1))


def _allowed(site: Site, must: frozenset[str]) -> Floats:
    actions = site.protective
    table = np.zeros((2,) * len(actions))
    for axis, action in enumerate(actions):
        if action.name in must:
            table = table + _along(np.array([np.inf, 0.0]), axis, len(actions))
    return table


def _names(site: Site, state: tuple[np.intp, ...]) -> frozenset[str]:
    return frozenset(action.name for action, on in zip(site.protective, state, strict=True) if on)
