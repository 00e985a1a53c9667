"""HTML briefs of plans and assessments: self-contained pages that open offline and print well."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from base import visible
from coastal.asset_map import Spot, asset_map
from coastal.charts import hydrograph, timeline
from coastal.plan.planner import Plan, plan_data


def plan_brief(plan: Plan, data: dict[str, Any] | None = None) -> str:
    """Return the brief of a plan as one HTML document without any outside reference.

    Args:
        plan: what was played.
        data: of :func:`coastal.plan.planner.plan_data`, made anew where ``None``.
    """
    told = plan_data(plan) if data is None else data
    turning = [
        look
        for look in told["decisions"]
        if look["started"]
        or look["stopped"]
        or look["ask_for_data"]
        or ("observed" in told and look is told["decisions"][-1])
    ]
    return _page(
        "brief.html",
        data=told,
        outcome=told["outcome"],
        turning=turning,
        map=asset_map(_spots(plan)),
        hydrograph=hydrograph(plan),
        timeline=timeline(plan),
    )


def assessment_brief(data: dict[str, Any]) -> str:
    """Return the brief of an assessment, from the data of :func:`coastal.assess.assess_site`."""
    spots = [
        Spot(
            one["latitude"],
            one["longitude"],
            f"{one['asset']}: {one['flood_probability']['value']:.1%} a year",
            "threatened" if one["flood_probability"]["value"] > 0.05 else "dry",
        )
        for one in data["assets"]
    ]
    words = {"threatened": "more than 5 % chance of flood in the year", "dry": "at most 5 %"}
    return _page("assess.html", data=data, map=asset_map(spots, words=words))


def _spots(plan: Plan) -> list[Spot]:
    outcome = plan.outcome

    def state(name: str) -> str:
        if name in outcome.missed:
            return "missed"
        if name in outcome.flooded:
            return "flooded"
        worst = max((one.chance.get(name, 0.0) for one in outcome.decisions), default=0.0)
        return "threatened" if worst > 0.05 else "dry"

    return [
        Spot(
            asset.latitude,
            asset.longitude,
            f"{asset.name}: water from {asset.threshold_m:.2f} m",
            state(asset.name),
        )
        for asset in plan.scenario.site.assets
    ]


def _page(name: str, **told: Any) -> str:
    """Return a page of this package; all of them extend ``head.html``."""
    import jinja2

    css = (files("compliance.report") / "report.css").read_text(encoding="utf-8")
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda one: (files("coastal") / one).read_text("utf-8")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    made.filters["visible"] = lambda value: visible(str(value))
    return made.get_template(name).render(css=css, **told)
