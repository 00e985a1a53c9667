"""What commands print: JSON alone on stdout, everything else readable, progress on stderr."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON on stdout and nothing else there."
)


def echo_json(data: Any) -> None:
    """Print ``data`` as JSON with sorted keys left as they are; NaN is refused."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False))


def echo_json_list(items: Iterable[Any]) -> None:
    """Print ``items`` as :func:`echo_json` prints a list, each one as it comes."""
    empty = True
    for item in items:
        shown = json.dumps(item, ensure_ascii=False, indent=2, allow_nan=False)
        click.echo(("[\n  " if empty else ",\n  ") + shown.replace("\n", "\n  "), nl=False)
        empty = False
    click.echo("[]" if empty else "\n]")


def progress(line: str) -> None:
    """Print a line of progress on stderr."""
    click.echo(line, err=True)
