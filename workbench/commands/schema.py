"""``bathylex schema``: the JSON Schema of the audit's JSON report."""

from __future__ import annotations

from pathlib import Path

import click

from base import write_whole
from workbench.options import output_option


@click.command()
@output_option("File to write to.")
def command(output: Path | None) -> int:
    """Print the JSON Schema that every audit's JSON report keeps to."""
    from compliance.report.schema import schema_text

    if output is None:
        click.echo(schema_text(), nl=False)
    else:
        write_whole(output, schema_text())
    return 0
