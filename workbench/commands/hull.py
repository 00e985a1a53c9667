"""``bathylex hull``: required wall thickness and the margin of every failure mode."""

from __future__ import annotations

from typing import Any

import click

from workbench.output import echo_json, json_option


@click.command()
@click.option("--form", required=True, metavar="sphere|cylinder", help="Shape of the hull.")
@click.option("--material", required=True, help='Name in the material table, as "Ti-6Al-4V ELI".')
@click.option("--inner-diameter", required=True, help='Bore, as "2 m".')
@click.option("--depth", required=True, help='Depth of the site, as "6500 m".')
@click.option("--thickness", help='Wall as designed, as "95 mm", to have its margins.')
@click.option("--length", help="Cylinder: unsupported length between heads.")
@click.option("--frame-spacing", help="Cylinder: distance between ring frames.")
@click.option("--frame-second-moment", help='Cylinder: of one frame, as "1.2e8 mm^4".')
@click.option("--bulkhead-spacing", help="Cylinder: distance between bulkheads or heavy frames.")
@click.option("--internal-pressure", default="1 atm", show_default=True, help="Pressure inside.")
@click.option("--latitude", default="30", show_default=True, help="Degrees, for the sea pressure.")
@click.option("--yield-strength", help='Certified yield strength, as "880 MPa".')
@json_option
def command(as_json: bool, **options: Any) -> int:
    """Say how thick a pressure hull must be, and what its margins are."""
    from habitat.hull import assess_cli

    answer = assess_cli(**options)
    if as_json:
        echo_json(answer)
        return 0
    _print(answer)
    return 0


def _print(answer: dict[str, Any]) -> None:
    for key, value in answer.items():
        title = key.replace("_", " ")
        if isinstance(value, dict):
            click.echo(f"{title}:")
            for name, item in value.items():
                click.echo(f"  {name.replace('_', ' ')}: {_shown(item)}")
        elif isinstance(value, list | tuple):
            if value:
                click.echo(f"{title}:")
            for item in value:
                click.echo(f"  - {_shown(item)}")
        else:
            click.echo(f"{title}: {_shown(value)}")


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_shown(item)}" for key, item in value.items())
    return str(value)
