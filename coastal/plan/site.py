"""What is at stake and what can be done: assets, actions and their effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from base import UsageError
from coastal.plan.streams import Floats

#: Most actions that change loss: every combination is looked at.
MOST_ACTIONS = 7
#: Depth in metres at which people are in full danger: adults lose their footing from about 0.5 m
#: in moving water (Jonkman and Penning-Rowsell 2008).
DANGER_M = 0.5


@dataclass(frozen=True)
class Asset:
    """Something that water reaches.

    Attributes:
        name: in words.
        latitude, longitude: degrees.
        threshold_m: level above the datum at which water enters.
        value: what is lost where all is damaged, in cost units.
        harm: cost given to harm to people who are there, in cost units.
        depth_m, damage: curve from depth over the threshold to the share of the value.
        response: the action without which a flood here counts as missed.
    """

    name: str
    latitude: float
    longitude: float
    threshold_m: float
    value: float
    harm: float
    depth_m: tuple[float, ...]
    damage: tuple[float, ...]
    response: str

    def loss(self, depth: ArrayLike) -> Floats:
        """Return the loss of value for depths over the threshold."""
        return np.asarray(
            self.value * np.interp(np.asarray(depth, dtype=np.float64), self.depth_m, self.damage)
        )

    def danger(self, depth: ArrayLike) -> Floats:
        """Return the cost of harm for depths over the threshold."""
        return np.asarray(self.harm * np.clip(np.asarray(depth) / DANGER_M, 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action does for an asset once it is in effect.

    Attributes:
        raises_m: by how much water must rise more to enter.
        saves: share of the damage that is avoided.
        shelters: share of the harm that is avoided.
    """

    raises_m: float = 0.0
    saves: float = 0.0
    shelters: float = 0.0


@dataclass(frozen=True)
class Action:
    """Something that can be done.

    Attributes:
        name: such as ``evacuate``.
        cost, hourly: to start it, and to keep it up, in cost units.
        lead_hours: from the start until it is in effect.
        effects: by asset.
        excludes: actions that cannot be on at the same time.
        asks: a stream that it makes deliver one observation, after the lead.
        asked_sd_m: standard deviation of that observation.
        look_hours: hours until the next look while it is on (for monitoring).
    """

    name: str
    cost: float
    hourly: float = 0.0
    lead_hours: float = 0.0
    effects: Mapping[str, Effect] = field(default_factory=dict)
    excludes: tuple[str, ...] = ()
    asks: str | None = None
    asked_sd_m: float = 0.1
    look_hours: float | None = None


@dataclass(frozen=True)
class Site:
    """A place with its assets and actions.

    Attributes:
        name: in words.
        datum: what levels are counted from.
        assets, actions: in order.
        look_hours: hours to the next look where nothing is monitored.
        watch_hours: how far beyond the lead of a response the guard looks.
        hold_hours: how long a response stays on after the guard last demanded it.
    """

    name: str
    datum: str
    assets: tuple[Asset, ...]
    actions: tuple[Action, ...]
    look_hours: int = 3
    watch_hours: int = 2
    hold_hours: int = 12

    @property
    def protective(self) -> tuple[Action, ...]:
        """Actions that change loss."""
        return tuple(action for action in self.actions if action.effects)

    @property
    def monitor(self) -> Action | None:
        """The action that shortens the time to the next look."""
        return next((action for action in self.actions if action.look_hours), None)

    @property
    def asking(self) -> Action | None:
        """The action that asks for data."""
        return next((action for action in self.actions if action.asks), None)

    def action(self, name: str) -> Action:
        """Return an action by name."""
        return next(action for action in self.actions if action.name == name)


def check_site(site: Site, *, horizon: int, where: str) -> None:
    """Refuse what no plan can be made for.

    Raises:
        UsageError: too many actions, a response that is missing, too slow or excluded by another.
    """
    names = [action.name for action in site.actions]
    for kind, listed in (("action", names), ("asset", [asset.name for asset in site.assets])):
        twice = sorted({name for name in listed if listed.count(name) > 1})
        if twice:
            raise UsageError(f"{kind} {twice[0]!r} is there twice", where=where, hint="rename one")
    if not site.assets:
        raise UsageError("no assets", where=where, hint="list at least one")
    if len(site.protective) > MOST_ACTIONS:
        raise UsageError(
            f"{len(site.protective)} actions change loss",
            where=where,
            hint=f"at most {MOST_ACTIONS}: every combination is looked at",
        )
    for action in site.actions:
        for name in (*action.effects, *action.excludes):
            known = names if name in action.excludes else [asset.name for asset in site.assets]
            if name not in known:
                raise UsageError(
                    f"{name!r} is not there", where=f"{where}: action {action.name}",
                    hint=f"known: {', '.join(known)}",
                )  # fmt: skip
    responses = {asset.response for asset in site.assets}
    for asset in site.assets:
        spot = f"{where}: asset {asset.name}"
        if asset.response not in names:
            raise UsageError(
                f"response {asset.response!r} is no action",
                where=spot,
                hint=f"known: {', '.join(names)}",
            )
        action = site.action(asset.response)
        if asset.name not in action.effects:
            raise UsageError(
                f"response {action.name} has no effect here", where=spot, hint="give it one"
            )
        if action.lead_hours + site.watch_hours > horizon:
            raise UsageError(
                f"response {action.name} takes {action.lead_hours:g} h",
                where=spot,
                hint=f"at most {horizon - site.watch_hours} h: the belief reaches {horizon} h",
            )
        both = responses & set(action.excludes)
        if both:
            raise UsageError(
                f"responses {action.name} and {min(both)} exclude each other",
                where=spot,
                hint="a flood at both places could not be answered",
            )
