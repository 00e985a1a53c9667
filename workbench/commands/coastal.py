"""``bathylex coastal``: train coastal students, assess a site, plan through a storm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from base import UsageError, is_folder, is_there, write_whole
from workbench.options import check_seed, seed_option
from workbench.output import echo_json, json_option, progress

if TYPE_CHECKING:
    from coastal.plan.planner import Plan

_FOLDER = click.Path(path_type=Path)
_data = click.option(
    "--data", type=_FOLDER,
    help="Folder of measured data (tide-gauge/, flood-sar/, sea-level-extremes/ ...).",
)  # fmt: skip


@click.group(no_args_is_help=False)
def command() -> None:
    """Flood-risk planning where data are scarce.

    Advice for people who decide; it replaces no official warning.
    """


@command.command()
@click.argument("site", type=click.Path(path_type=Path))
@_data
@click.option(
    "--students", type=_FOLDER,
    help="Folder of own students, as train writes them, instead of those of the package.",
)  # fmt: skip
@json_option
@click.option("-o", "--output", type=_FOLDER, help="Folder for assessment.json and .html.")
def assess(
    site: Path, data: Path | None, students: Path | None, as_json: bool, output: Path | None
) -> int:
    """Say how likely the assets of SITE (YAML or JSON) are to flood, and what it would cost."""
    _check(0, data, output)
    from coastal.assess import assess_site, load_site

    told = assess_site(load_site(site), data=data, students=students)
    if output is not None:
        from coastal.report import assessment_brief

        text = json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        write_whole(output / "assessment.json", text)
        write_whole(output / "assessment.html", assessment_brief(told))
    if as_json:
        echo_json(told)
    else:
        _print_assessment(told, output)
    return 0


@command.command()
@click.argument(
    "what", default="all", type=click.Choice(["flood", "surge", "extremes", "risk", "all"])
)
@click.option(
    "--data", type=_FOLDER, required=True,
    help="Folder with flood-sar/, tide-gauge/, storm-tracks/, flood-events/.",
)  # fmt: skip
@seed_option
@json_option
@click.option("-o", "--output", type=_FOLDER, required=True, help="Folder for the students.")
def train(what: str, data: Path, seed: int, as_json: bool, output: Path) -> int:
    """Train students of flood maps, surge, extremes and risk, or all of them."""
    _check(seed, data, output)
    from coastal.training import STUDENTS, train_students

    names = STUDENTS if what == "all" else (what,)
    told = train_students(names, data, output, seed=seed, progress=progress)
    if as_json:
        echo_json(told)
        return 0
    for one in told["students"]:
        click.echo(f"{one['student']}: {one['file']} ({one['seconds']:.0f} s)")
    return 0


@command.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@_data
@click.option(
    "--cut", "cuts", multiple=True, metavar="STREAM[:FROM-TO]",
    help="Silence a stream, from one hour to another or throughout (repeatable).",
)  # fmt: skip
@seed_option
@json_option
@click.option("-o", "--output", type=_FOLDER, help="Folder for plan.json, plan.html, log.jsonl.")
def plan(
    scenario: Path,
    data: Path | None,
    cuts: tuple[str, ...],
    seed: int,
    as_json: bool,
    output: Path | None,
) -> int:
    """Plan through the storm of SCENARIO (YAML or JSON), from whatever streams arrive.

    Exit status: 0 when it answered, also where a flood was missed.
    """
    _check(seed, data, output)
    from coastal.plan.planner import make_plan, plan_data
    from coastal.plan.scenario import load_scenario
    from coastal.plan.streams import read_cut

    asked = load_scenario(scenario)
    made = make_plan(
        asked,
        cuts=[read_cut(text, known=asked.streams) for text in cuts],
        seed=seed,
        data=data,
        progress=progress,
    )
    told = plan_data(made)
    if output is not None:
        _write_plan(made, told, output)
    if as_json:
        echo_json(told)
    else:
        _print_plan(told, output)
    return 0


def _check(seed: int, data: Path | None, output: Path | None) -> None:
    check_seed(seed)
    if data is not None and not is_folder(data):
        raise UsageError("no such folder", where=f"--data {data}", hint="check the path")
    if output is not None and is_there(output) and not is_folder(output):
        raise UsageError("not a folder", where=f"-o {output}", hint="give a folder to write to")


def _print_assessment(told: dict[str, Any], output: Path | None) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    console.print(
        f"[bold]{escape(told['site'])}[/bold], {told['year']}, {escape(told['scenario'])}; "
        f"metres above {escape(told['datum'])}"
    )
    if told["about"]:
        console.print(escape(told["about"]), style="yellow")
    for one in told["return_levels"]:
        console.print(
            f"{one['years']:g}-year level {one['level_m']:.2f} m "
            f"({one['low_m']:.2f} to {one['high_m']:.2f} m), by {one['method']}"
        )
    table = Table(box=None, pad_edge=False)
    for title in ("asset", "flood in the year", "90 % interval", "damage a year"):
        table.add_column(title)
    for one in told["assets"]:
        chance = one["flood_probability"]
        table.add_row(
            escape(one["asset"]),
            f"{chance['value']:.1%}",
            f"{chance['low']:.1%} to {chance['high']:.1%}",
            f"{one['expected_damage']:,.0f}",
        )
    console.print(table)
    if output is not None:
        console.print(f"wrote assessment.json and assessment.html to {escape(str(output))}")


def _write_plan(made: Plan, told: dict[str, Any], output: Path) -> None:
    from coastal.plan.record import append_lines
    from coastal.report import plan_brief

    text = json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    write_whole(output / "plan.json", text)
    write_whole(output / "plan.html", plan_brief(made, told))
    about = {
        "scenario": told["scenario"],
        **{key: told[key] for key in ("observed",) if key in told},
        "inputs": told["inputs"],
        "cuts": told["cuts"],
        "notes": told["notes"],
    }
    append_lines(
        output / "log.jsonl",
        ({"run": about}, *told["decisions"], {"outcome": told["outcome"]}),
    )


def _print_plan(told: dict[str, Any], output: Path | None) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    console.print(f"[bold]{escape(told['scenario'])}[/bold]")
    for note in told["notes"]:
        console.print(escape(note), style="yellow")
    last = told["decisions"][-1] if "observed" in told else None
    for look in told["decisions"]:
        if look["started"] or look["stopped"] or look["ask_for_data"] or look is last:
            console.print(f"[bold]hour {look['hour']:g}[/bold]")
            for sentence in look["explanation"]:
                console.print(f"  {escape(sentence)}")
    outcome = told["outcome"]
    peak = "no level measured"
    if outcome["peak_level_m"] is not None:
        peak = f"peak {outcome['peak_level_m']:.2f} m at hour {outcome['peak_hour']}"
    console.print(
        f"{'measured so far: ' if 'observed' in told else ''}{peak}; flooded: "
        f"{escape(', '.join(outcome['flooded']) or 'nothing')}; missed: "
        f"{escape(', '.join(outcome['missed']) or 'none')}"
    )
    console.print(
        f"cost {'so far ' if 'observed' in told else ''}{outcome['cost']:.0f} (actions "
        f"{outcome['action_cost']:.0f}, losses {outcome['loss']:.0f}); "
        f"{outcome['loss_had_nothing_been_done']:.0f} had nothing been done"
    )
    if output is not None:
        console.print(f"wrote plan.json, plan.html and log.jsonl to {escape(str(output))}")
