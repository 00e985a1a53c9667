"""A small coast for tests: two assets, three actions, experts that nothing was fitted for."""

from __future__ import annotations

import numpy as np

from coastal.plan.belief import GROUPS, Fusion
from coastal.plan.experts import climate_expert, decay_expert
from coastal.plan.learn import Senses
from coastal.plan.simulate import Storm
from coastal.plan.site import Action, Asset, Effect, Site
from coastal.plan.streams import CLIMATE, Packets, packets

NAMES = ("gauge", "neighbour", "reports")
DEPTH, SHARE = (0.0, 0.5, 1.0), (0.0, 0.5, 1.0)


def site(*, wall_cost: float = 5.0) -> Site:
    """Return a quay behind a wall that can be raised, and homes that can be left."""
    return Site(
        "a harbour",
        "datum",
        (
            Asset("quay", 44.65, -63.57, 2.0, 100.0, 0.0, DEPTH, SHARE, "wall"),
            Asset("homes", 44.66, -63.56, 2.3, 200.0, 300.0, DEPTH, SHARE, "leave"),
        ),
        (
            Action("wall", wall_cost, 0.0, 1.0, {"quay": Effect(raises_m=0.5)}),
            Action("leave", 20.0, 1.0, 3.0, {"homes": Effect(shelters=0.9)}),
            Action("pumps", 3.0, 0.0, 2.0, {"quay": Effect(saves=0.5)}, excludes=("wall",)),
            Action("monitor", 0.0, 0.1, look_hours=1),
        ),
    )


def senses(names: tuple[str, ...] = NAMES) -> Senses:
    """Return experts of red noise, as independent of each other."""
    climate = np.random.default_rng(0).normal(0, 0.3, 1000)
    experts = {
        name: decay_expert(name, noise_m=0.05, climate_sd_m=0.3, memory_hours=12.0)
        for name in names
    }
    experts[CLIMATE] = climate_expert(climate)
    order = (*names, CLIMATE)
    return Senses(experts, Fusion(order, np.tile(np.eye(len(order)), (len(GROUPS), 1, 1))))


def storm(peak_m: float = 1.2, *, hours: int = 61, streams: tuple[str, ...] = NAMES) -> Storm:
    """Return a storm that peaks in the middle over a flat tide of 1 m; streams tell the truth."""
    clock = np.arange(hours, dtype=np.float64)
    surge = peak_m * np.exp(-0.5 * ((clock - hours // 2) / 5) ** 2)
    told: dict[str, Packets] = {name: packets(clock, surge) for name in streams}
    return Storm(clock, np.ones(hours), surge, told)
