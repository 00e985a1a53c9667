"""A decision in plain words: what is believed, on whose word, what is done, what else could be."""

from __future__ import annotations

from collections.abc import Iterable

from coastal.plan.agent import Decision, StreamState
from coastal.plan.site import Site
from coastal.plan.streams import STREAMS

#: Weight from which a stream is worth naming.
_NAMED = 0.1


def explain(decision: Decision, site: Site) -> tuple[str, ...]:
    """Return sentences; every stale stream that has a say is named with its age and inflation."""
    return (
        _belief(decision, site),
        _streams(decision),
        *_warnings(decision),
        *_guard(decision, site),
        _choice(decision, site),
        *_tipping(decision),
    )


def _belief(decision: Decision, site: Site) -> str:
    now, later = decision.level[0], decision.level[6]
    wettest = max(decision.chance, key=lambda name: decision.chance[name])
    chance = decision.chance[wettest]
    told = (
        f"No asset is expected to be reached within {len(decision.path[0]) - 1} h."
        if chance < 0.005
        else f"Most threatened is {wettest}: {chance:.0%} chance of water within "
        f"{len(decision.path[0]) - 1} h."
    )
    return (
        f"The still-water level is believed to be {now[0]:.2f} m ({now[1]:.2f} to {now[2]:.2f} m "
        f"at 90 %) above {site.datum} now and {later[0]:.2f} m ({later[1]:.2f} to {later[2]:.2f} "
        f"m) in 6 h. {told}"
    )


def _streams(decision: Decision) -> str:
    main = sorted((one for one in decision.streams if one.used), key=lambda one: -one.weight)
    named = [one for one in main if one.weight >= _NAMED] or main[:1]
    if not named:
        return "No stream has a say: the belief is the climate alone."
    listed = ", ".join(f"{_words(one.name)} ({one.weight:.0%})" for one in named)
    return f"It rests mainly on {listed}."


def _warnings(decision: Decision) -> list[str]:
    told = []
    for one in decision.streams:
        if one.status == "stale" and one.age_hours is not None:
            has = "still has a say" if one.used else "has no say"
            told.append(
                f"Stale: {_words(one.name)} last spoke of {one.age_hours:.1f} h ago and {has}; "
                f"its variance is inflated {one.inflation:.1f} times."
            )
    missing = [_words(one.name) for one in decision.streams if one.status == "missing"]
    if missing:
        told.append(f"Missing: {', '.join(missing)}.")
    for one in decision.streams:
        if one.clash and one.level_m is not None:
            told.append(
                f"Contradiction: {_words(one.name)} says {one.level_m:.2f} m, against the others "
                f"(normalised innovation {_root(one):.1f}); it is trusted less and the belief is "
                "wider."
            )
    return told


def _root(one: StreamState) -> float:
    return float(one.strange**0.5)


def _guard(decision: Decision, site: Site) -> list[str]:
    told = [
        f"The guard on missed floods demands {_action(name)} for {_join(assets)}: the level plus "
        f"a margin ({decision.margin[3]:.2f} m at 3 h, {decision.margin[6]:.2f} m at 6 h) reaches "
        f"the threshold within "
        f"{site.action(name).lead_hours + site.watch_hours:g} h, and it takes "
        f"{site.action(name).lead_hours:g} h."
        for name, assets in decision.demanded.items()
    ]
    if decision.held:
        told.append(f"Held since the guard demanded it: {_join(map(_action, decision.held))}.")
    return told


def _choice(decision: Decision, site: Site) -> str:
    choice = decision.choice
    parts = []
    if decision.started:
        parts.append(f"start {_join(map(_action, decision.started))}")
    kept = [name for name in decision.on if name not in decision.started]
    if kept:
        parts.append(f"keep up {_join(map(_action, kept))}")
    if decision.stopped:
        parts.append(f"stop {_join(map(_action, decision.stopped))}")
    if not parts:
        parts.append("defer: start nothing now")
    if choice.watch:
        parts.append("monitor")
    if choice.ask and site.asking is not None:
        parts.append(f"ask for data ({STREAMS[str(site.asking.asks)]})")
    told = f"Choice: {'; '.join(parts)}; look again in {choice.look_hours} h."
    told += f" Expected cost {choice.cost:.0f}"
    if decision.started:
        told += f", against {choice.idle_cost:.0f} for starting nothing before the next look"
    if choice.others:
        on, worth = choice.others[0]
        named = _join(map(_action, on)) if on else "nothing on"
        told += f"; the next best plan has {named} ({worth:.0f})"
    return told + "."


def _tipping(decision: Decision) -> list[str]:
    told = []
    for shift, on in decision.tipping:
        way = "higher" if shift > 0 else "lower"
        plan = _join(map(_action, on)) if on else "nothing on"
        told.append(
            f"With a level {abs(shift):.2f} m {way} than believed, the plan would have {plan}."
        )
    return told


def _words(stream: str) -> str:
    return STREAMS.get(stream, stream)


def _action(name: str) -> str:
    return name.replace("_", " ")


def _join(names: Iterable[str]) -> str:
    listed = list(names)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
