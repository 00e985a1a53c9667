"""A storm played through: the agent looks, acts and asks; then what it cost is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from coastal.plan.agent import Agent, Decision, horizon_of
from coastal.plan.belief import HORIZON
from coastal.plan.experts import MOST_LEAD
from coastal.plan.guard import Guard, need
from coastal.plan.learn import Senses
from coastal.plan.simulate import Storm
from coastal.plan.site import Site
from coastal.plan.streams import Cut, Floats, Packets, packets, with_cuts


@dataclass(frozen=True)
class Outcome:
    """What a storm cost under a plan.

    Attributes:
        decisions: one for each look.
        action_cost: of actions, monitoring and asking, in cost units.
        loss: of value and harm, in cost units.
        flooded: assets whose threshold the water stood over.
        missed: those of them whose response was not in effect while it did.
        on: hours at which each action was on, by name, shape (t,).
    """

    decisions: tuple[Decision, ...]
    action_cost: float
    loss: float
    flooded: tuple[str, ...]
    missed: tuple[str, ...]
    on: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]

    @property
    def cost(self) -> float:
        """All of it."""
        return self.action_cost + self.loss


def play(
    site: Site,
    senses: Senses,
    guard: Guard | None,
    storm: Storm,
    *,
    cuts: Sequence[Cut] = (),
    expected: Sequence[str] | None = None,
    runners: int = 0,
    asks: np.random.Generator | None = None,
    look_last: bool = False,
) -> Outcome:
    """Play a storm hour by hour; nothing is read before it arrived.

    Args:
        site, senses, guard: what is at stake, what is known of streams, how cautious to be;
            cost alone counts where there is no guard.
        storm: its truth is read only to count the cost, and where data are asked for.
        cuts: of streams, beside the storm's own failures.
        expected: streams that should be there; those that the senses know where ``None``.
        runners: how many other plans each decision tells of.
        asks: noise of data asked for; asking is off where ``None``.
        look_last: whether to look at the last hour in any case: where that hour is now.
    """
    streams = with_cuts(storm.streams, cuts)
    known = tuple(name for name in senses.fusion.names if name != "climate")
    agent = Agent(site)
    wanted = tuple(expected) if expected is not None else known
    read = dict(senses.read(with_streams(storm, streams)))
    base = senses.fuse(storm.hours, read)
    told, first, asked = base, 0, False
    tides = np.stack([horizon_of(storm.tide, row) for row in range(len(storm.hours))])
    margins = np.zeros_like(base.sd) if guard is None else guard.margins(base, wanted)
    needs = (
        {}
        if guard is None
        else {asset.name: need(asset, site, base, tides, margins) for asset in site.assets}
    )
    decisions: list[Decision] = []
    on = {action.name: np.zeros(len(storm.hours), dtype=bool) for action in site.actions}
    bill = 0.0
    watch_until = -1.0
    for row, hour in enumerate(storm.hours):
        if asked:
            told, first, asked = senses.fuse(storm.hours[row:], read), row, False
        demanded = agent.demands({name: found[row] for name, found in needs.items()})
        if agent.due(float(hour), demanded) or (look_last and row == len(storm.hours) - 1):
            asking = site.asking if asks is not None else None
            decision = agent.look(
                float(hour),
                told,
                row - first,
                tides[row],
                demanded,
                margin=margins[row],
                expected=wanted,
                asked_sd_m=None if asking is None else _asked(senses, site, told.sd[row - first]),
                runners=runners,
            )
            decisions.append(decision)
            bill += sum(site.action(name).cost for name in decision.started)
            watch_until = hour + decision.choice.look_hours if decision.choice.watch else -1.0
            if decision.choice.watch and site.monitor is not None:
                bill += site.monitor.cost
            if decision.choice.ask and asking is not None and asks is not None:
                bill += asking.cost
                on[asking.name][row] = True
                name = str(asking.asks)
                value = float(storm.surge[row] + asking.asked_sd_m * asks.normal())
                table = read.get(name, packets([], np.empty((0, 1))))
                read[name] = table.with_one(hour, hour + asking.lead_hours, value, 0.0)
                asked = True
        else:
            agent.keep(float(hour), demanded)
        for name in agent.since:
            on[name][row] = True
            bill += site.action(name).hourly
        if site.monitor is not None and hour < watch_until:
            on[site.monitor.name][row] = True
            bill += site.monitor.hourly
    loss, flooded, missed = count(site, storm.level, on)
    return Outcome(tuple(decisions), bill, loss, flooded, missed, on)


def with_streams(storm: Storm, streams: Mapping[str, Packets]) -> Storm:
    return replace(storm, streams=dict(streams))


def _asked(senses: Senses, site: Site, sd: Floats) -> Floats | None:
    """Deviation with one more observation at the next look: precisions add."""
    asking = site.asking
    if asking is None or asking.asks not in senses.experts:
        return None
    lead = np.clip(np.arange(HORIZON + 1), 0, MOST_LEAD)
    own = senses.experts[str(asking.asks)].floor_m2[lead] + asking.asked_sd_m**2
    return np.asarray(1 / np.sqrt(1 / sd**2 + 1 / own))


def count(
    site: Site, level: Floats, on: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]
) -> tuple[float, tuple[str, ...], tuple[str, ...]]:
    """Return the loss of a storm, the assets flooded, and those missed.

    Args:
        site: assets and actions.
        level: true level by hour, shape (t,).
        on: hours at which each action was on, shape (t,).
    """
    active = {
        action.name: _in_effect(on[action.name], action.lead_hours) for action in site.protective
    }
    total, flooded, missed = 0.0, [], []
    for asset in site.assets:
        raised, saved, sheltered = np.zeros(len(level)), np.ones(len(level)), np.ones(len(level))
        for action in site.protective:
            effect = action.effects.get(asset.name)
            if effect is not None:
                raised += effect.raises_m * active[action.name]
                saved *= 1 - effect.saves * active[action.name]
                sheltered *= 1 - effect.shelters * active[action.name]
        over = level - asset.threshold_m - raised
        total += float((asset.loss(over) * saved).max())
        if asset.harm:
            total += float((asset.danger(over) * sheltered).max())
        wet = level > asset.threshold_m
        # A flood that stands before a response could be in effect is nobody's miss.
        wet[: int(np.ceil(site.action(asset.response).lead_hours))] = False
        if wet.any():
            flooded.append(asset.name)
            if not active[asset.response][wet].all():
                missed.append(asset.name)
    return total, tuple(flooded), tuple(missed)


def _in_effect(
    on: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], lead_hours: float
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Hours at which an action has been on for its lead without a break."""
    run = np.zeros(len(on))
    for hour in range(len(on)):
        run[hour] = (run[hour - 1] + 1 if hour else 1) if on[hour] else 0
    return np.asarray(on & (run - 1 >= lead_hours))
