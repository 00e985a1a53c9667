"""The ``bathylex`` command: each subcommand loads only what it needs, when it runs.

Exit status: ``audit`` and ``whatif`` give 0 lawful, 1 any provision violated, else 3 any
undetermined; every other command 0 when it answered; 2 for bad input or usage, with one line on
stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from base import BathylexError, one_line

#: Subcommand, its module, and the line that ``--help`` shows without importing that module.
_COMMANDS = {
    "audit": ("workbench.commands.audit", "Judge a design against the law at its site."),
    "design": ("workbench.commands.design", "Score a design from raw surveys with a student."),
    "impact": ("workbench.commands.impact", "Compare two editions of a law and their effect."),
    "whatif": ("workbench.commands.whatif", "Compare variants by site, date, law and reading."),
    "repair": ("workbench.commands.repair", "Find the cheapest change that makes it lawful."),
    "conflicts": ("workbench.commands.conflicts", "List rules that no design can meet together."),
    "explain": ("workbench.commands.explain", "Prove verdicts, down to the words of the law."),
    "zone": ("workbench.commands.zone", "Say which maritime zones hold at a position."),
    "hull": ("workbench.commands.hull", "Required wall and margins of a pressure hull."),
    "optimize": (
        "workbench.commands.optimize",
        "Find the cheapest choice of options, and prove it.",
    ),
    "sweep": ("workbench.commands.sweep", "Judge, filter and rank millions of designs."),
    "extract": ("workbench.commands.extract", "Extract norms and numbers from legal text."),
    "graph": ("workbench.commands.graph", "Export the graph of jurisdictions, law and rules."),
    "bind": ("workbench.commands.bind", "Propose rules on a law text; accept or reject them."),
    "distill": ("workbench.commands.distill", "Train, evaluate and update the survey student."),
    "coastal": ("workbench.commands.coastal", "Plan for coastal floods where data are scarce."),
    "serve": ("workbench.commands.serve", "Serve the workbench in the browser and its API."),
    "register": ("workbench.commands.register", "Keep audits, waivers and sign-offs; verify them."),
    "schema": ("workbench.commands.schema", "Print the JSON Schema of the audit report."),
    "corpus": ("workbench.commands.corpus", "List, add, fetch and verify law texts."),
}


class _LazyGroup(click.Group):
    """A group that imports a subcommand's module only when that subcommand runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(_COMMANDS[cmd_name][0]).command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])


@click.group(
    cls=_LazyGroup, no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="bathylex", prog_name="bathylex")
def cli() -> None:
    """Audit seabed habitats against the law of the sea.

    No legal advice: lawful means that no violation was found in the law that is modelled.
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; never lets a user error escape."""
    try:
        status: Any = cli.main(
            args=None if arguments is None else list(arguments),
            prog_name="bathylex",
            standalone_mode=False,
        )
    except click.UsageError as problem:
        return _complain(_usage_line(problem))
    except click.ClickException as problem:
        return _complain(problem.format_message())
    except BathylexError as problem:
        return _complain(str(problem))
    except (KeyboardInterrupt, click.Abort):
        return _complain("interrupted", status=130)
    except SystemExit:
        # Click ends so when the reader of our output went away (for example `| head`): nothing is
        # left to say, and its status 1 would read as a violation.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status if isinstance(status, int) else 0


def _usage_line(problem: click.UsageError) -> str:
    command = problem.ctx.command_path if problem.ctx is not None else "bathylex"
    return f"{problem.format_message()} (see {command} --help)"


def _complain(line: str, *, status: int = 2) -> int:
    click.echo(f"bathylex: {one_line(line)}", err=True)
    return status


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run())


if __name__ == "__main__":
    main()
