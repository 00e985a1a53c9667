"""The planning agent: at each look a belief, what the guard demands, and the cheapest plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from coastal.plan.belief import HORIZON, USED, Beliefs
from coastal.plan.choose import Choice, choose
from coastal.plan.learn import Z90
from coastal.plan.site import Site
from coastal.plan.streams import CLIMATE, Floats

#: Hours ahead at which a decision states its belief.
STATED = (0, 3, 6, 12)
#: Shifts of the level tried for what would change a choice, in metres.
_SHIFTS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class StreamState:
    """One stream at a decision.

    Attributes:
        name: of the stream.
        status: ``fresh``, ``stale`` or ``missing``.
        clash: whether it contradicts the others.
        age_hours: of its newest observation; ``None`` where missing.
        weight: in the belief, 0 to 1.
        inflation: factor on its variance for its age; 1 where fresh.
        strange: squared normalised innovation.
        level_m, sd_m: what it says of the level now; ``None`` where missing.
    """

    name: str
    status: str
    clash: bool
    age_hours: float | None
    weight: float
    inflation: float
    strange: float
    level_m: float | None
    sd_m: float | None

    @property
    def used(self) -> bool:
        """Whether the belief rests on it at all."""
        return self.weight > USED


@dataclass(frozen=True)
class Decision:
    """One look: belief, choice and why.

    Attributes:
        hour: on the clock of the scenario.
        level: by hour ahead (:data:`STATED`): mean, low and high end of the 90 % interval, in m.
        path: mean and deviation of the level at every hour ahead, shape (2, h).
        chance: of water over each asset's threshold within the horizon.
        streams: state of each; the climate is not among them.
        climate_weight: of the prior in the belief.
        margin: by hour ahead (:data:`STATED`): metres that the guard adds to the mean.
        demanded: responses that the guard demands, with the assets they are for.
        held: responses still held after a demand.
        on: actions on after the decision, in order of the site.
        started, stopped: what changed.
        choice: the plan with its expected costs.
        tipping: shifts of the believed level in metres at which other actions would be on, the
            nearest up and down, where looked for.
    """

    hour: float
    level: Mapping[int, tuple[float, float, float]]
    path: Floats
    chance: Mapping[str, float]
    streams: tuple[StreamState, ...]
    climate_weight: float
    margin: Mapping[int, float]
    demanded: Mapping[str, tuple[str, ...]]
    held: tuple[str, ...]
    on: tuple[str, ...]
    started: tuple[str, ...]
    stopped: tuple[str, ...]
    choice: Choice
    tipping: tuple[tuple[float, tuple[str, ...]], ...] = ()

    @property
    def stale_used(self) -> tuple[StreamState, ...]:
        """Streams that are stale and yet have a say."""
        return tuple(one for one in self.streams if one.status == "stale" and one.used)


@dataclass
class Agent:
    """Keeps what is on and since when; each :meth:`look` decides until the next.

    Attributes:
        site: assets and actions.
        since: when each action that is on was started.
    """

    site: Site
    since: dict[str, float] = field(default_factory=dict)
    _held_until: dict[str, float] = field(default_factory=dict)
    _next_look: float = -np.inf

    def demands(self, needs: Mapping[str, float]) -> dict[str, tuple[str, ...]]:
        """Return the responses that the guard demands, with the assets they are for.

        Args:
            needs: by asset, as :func:`coastal.plan.guard.need` gives for this hour with the
                guard's margins.
        """
        found: dict[str, list[str]] = {}
        for asset in self.site.assets:
            if needs.get(asset.name, np.inf) <= 1:
                found.setdefault(asset.response, []).append(asset.name)
        return {action: tuple(assets) for action, assets in found.items()}

    def due(self, hour: float, demanded: Mapping[str, tuple[str, ...]]) -> bool:
        """Say whether to look now: the time has come, or the guard demands what is not on."""
        return hour >= self._next_look or any(name not in self.since for name in demanded)

    def keep(self, hour: float, demanded: Mapping[str, tuple[str, ...]]) -> None:
        """Hold responses that the guard demands again."""
        for name in demanded:
            self._held_until[name] = hour + self.site.hold_hours

    def look(
        self,
        hour: float,
        beliefs: Beliefs,
        row: int,
        tide: Floats,
        demanded: Mapping[str, tuple[str, ...]],
        *,
        margin: Floats,
        expected: tuple[str, ...],
        asked_sd_m: Floats | None = None,
        runners: int = 0,
    ) -> Decision:
        """Decide what is on until the next look.

        Args:
            hour: now.
            beliefs, row: with all that is known.
            tide: predicted level at 0 to :data:`HORIZON` hours ahead, shape (h,).
            demanded: by the guard.
            margin: of the guard at 0 to :data:`HORIZON` hours ahead, for the record.
            expected: streams that should be there.
            asked_sd_m: as for :func:`coastal.plan.choose.choose`.
            runners: how many other plans to tell of.
        """
        self.keep(hour, demanded)
        held = tuple(name for name in self.since if self._held_until.get(name, -1.0) > hour)
        mean, sd = tide + beliefs.mean[row], beliefs.sd[row]
        on_for = {name: hour - start for name, start in self.since.items()}
        choice = choose(
            self.site,
            mean,
            sd,
            since=on_for,
            demanded=demanded,
            held=held,
            asked_sd_m=asked_sd_m,
            runners=runners,
        )
        tipping: list[tuple[float, tuple[str, ...]]] = []
        for sign in (1.0, -1.0) if runners else ():
            for step in _SHIFTS:
                other = choose(
                    self.site, mean + sign * step, sd, since=on_for, demanded=demanded, held=held
                )
                if other.on != choice.on:
                    tipping.append((sign * step, tuple(sorted(other.on))))
                    break
        order = [action.name for action in self.site.protective]
        started = tuple(name for name in order if name in choice.on and name not in self.since)
        stopped = tuple(name for name in order if name in self.since and name not in choice.on)
        for name in started:
            self.since[name] = hour
        for name in stopped:
            del self.since[name]
        self._next_look = hour + choice.look_hours
        states, climate = stream_states(beliefs, row, float(tide[0]), expected)
        return Decision(
            hour=hour,
            level={
                h: (
                    float(mean[h]),
                    float(mean[h] - Z90 * sd[h]),
                    float(mean[h] + Z90 * sd[h]),
                )
                for h in STATED
            },
            path=np.stack([mean, sd]),
            chance=choice.chance,
            streams=states,
            climate_weight=climate,
            margin={h: float(margin[h]) for h in STATED},
            demanded=dict(demanded),
            held=tuple(name for name in held if name not in demanded),
            on=tuple(name for name in order if name in self.since),
            started=started,
            stopped=stopped,
            choice=choice,
            tipping=tuple(tipping),
        )


def stream_states(
    beliefs: Beliefs, row: int, tide_m: float, expected: tuple[str, ...]
) -> tuple[tuple[StreamState, ...], float]:
    """Return the state of each expected stream at one look, and the weight of the climate."""
    found = []
    for name in expected:
        k = beliefs.names.index(name) if name in beliefs.names else None
        if k is None or np.isnan(beliefs.age[row, k]):
            found.append(StreamState(name, "missing", False, None, 0.0, 1.0, 0.0, None, None))
            continue
        found.append(
            StreamState(
                name=name,
                status="stale" if beliefs.stale[row, k] else "fresh",
                clash=bool(beliefs.clash[row, k]),
                age_hours=float(beliefs.age[row, k]),
                weight=float(beliefs.weight[row, k]),
                inflation=float(beliefs.inflation[row, k]),
                strange=float(beliefs.strange[row, k]),
                level_m=float(tide_m + beliefs.said[row, k, 0]),
                sd_m=float(beliefs.said_sd[row, k, 0]),
            )
        )
    return tuple(found), float(beliefs.weight[row, beliefs.names.index(CLIMATE)])


def horizon_of(series: Floats, hour: int) -> Floats:
    """Return a series at 0 to :data:`HORIZON` hours after ``hour``; the last value repeats."""
    last = len(series) - 1
    return np.asarray(series[np.minimum(np.arange(hour, hour + HORIZON + 1), last)])
