"""``bathylex optimize``: the cheapest choice under rules and capacities, with its proof."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from base import UsageError, write_whole
from workbench.options import check_seed, output_option, seed_option
from workbench.output import json_option

if TYPE_CHECKING:
    from optimize.solution import Solution


@click.command()
@click.argument("instance", type=click.Path(path_type=Path))
@click.option(
    "--sampler",
    default="simulated-annealing",
    show_default=True,
    metavar="NAME",
    help="simulated-annealing, tabu, steepest-descent, tree-decomposition, path-integral, "
    "mock-qpu or qpu.",
)
@click.option("--no-certificate", is_flag=True, help="Do not let an exact solver prove the answer.")
@seed_option
@click.option("--time-limit", metavar="S", help="Seconds for the exact solver.")
@click.option("--timings", is_flag=True, help="Add the seconds of each stage to the JSON.")
@json_option
@output_option("Write the JSON to a file.")
def command(
    instance: Path,
    sampler: str,
    no_certificate: bool,
    seed: int,
    time_limit: str | None,
    timings: bool,
    as_json: bool,
    output: Path | None,
) -> int:
    """Choose one option for each attribute of INSTANCE (JSON) at least cost.

    The annealer answers first; an exact solver then proves the choice optimal, betters it or
    bounds it. Where no choice is feasible, a minimal set of rules in conflict is named.

    Exit status: 0 when it answered, also where nothing is feasible.
    """
    check_seed(seed)
    limit = _seconds(time_limit)

    from optimize.instance import load_instance
    from optimize.solve import solve

    problem = load_instance(instance)
    solution = solve(
        problem, sampler=sampler, seed=seed, certificate=not no_certificate, time_limit=limit
    )
    import json

    data = as_data(solution)
    if timings:
        data["seconds"] = {name: round(spent, 4) for name, spent in solution.seconds.items()}
    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    if output is not None:
        write_whole(output, text)
    if as_json:
        click.echo(text, nl=False)
    else:
        _print(problem.name, solution)
    return 0


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        limit = float(text)
    except ValueError:
        limit = 0.0
    if not 0 < limit < float("inf"):
        raise UsageError(
            f"no time limit: {text!r}", where="--time-limit", hint="give seconds, as 10"
        )
    return limit


def as_data(solution: Solution) -> dict[str, Any]:
    """Return a solution as plain data, the same for the same seed."""
    annealed = solution.annealed
    return {
        "choice": None if solution.choice is None else dict(solution.choice),
        "cost": solution.cost,
        "violated": dict(solution.violated),
        "sampler": solution.sampler,
        "annealed": None
        if annealed is None
        else {
            "cost": annealed.cost,
            "violated": dict(annealed.violated),
            "reads": annealed.reads,
            "feasible_reads": annealed.feasible_reads,
        },
        "heuristic_cost": solution.heuristic_cost,
        "optimal": solution.optimal,
        "bound": solution.bound,
        "gap": solution.gap,
        "conflict": list(solution.conflict),
        "notes": list(solution.notes),
    }


def _print(name: str, solution: Solution) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    if solution.choice is None:
        console.print(f"[bold]{escape(name)}[/bold]: no choice")
    else:
        console.print(f"[bold]{escape(name)}[/bold]: cost {solution.cost}, {_proved(solution)}")
        if any(solution.violated.values()):
            broken = ", ".join(f"{tier} {n}" for tier, n in solution.violated.items() if n)
            console.print(f"violated weight: {escape(broken)}")
        table = Table("attribute", "option", box=None, pad_edge=False)
        for attribute, option in solution.choice.items():
            table.add_row(escape(attribute), escape(option))
        console.print(table)
    if solution.conflict:
        console.print("cannot hold together:")
        for label in solution.conflict:
            console.print(f"  {escape(label)}")
    if solution.annealed is not None:
        one = solution.annealed
        reached = "no feasible choice" if one.cost is None else f"cost {one.cost}"
        console.print(
            f"{escape(solution.sampler)} alone: {reached}, "
            f"{one.feasible_reads} of {one.reads} reads feasible"
        )
    for note in solution.notes:
        console.print(f"note: {escape(note)}")
    console.print(
        ", ".join(f"{stage} {spent:.2f} s" for stage, spent in solution.seconds.items()),
        style="dim",
    )


def _proved(solution: Solution) -> str:
    if solution.optimal:
        return "proved optimal"
    if solution.bound is None:
        return "not proved"
    return f"at least {solution.bound} (gap {100 * (solution.gap or 0):.2f} %)"
