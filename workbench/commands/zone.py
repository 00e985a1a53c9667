"""``bathylex zone``: zones, State, distances and margins at a position."""

from __future__ import annotations

import click

from workbench.output import echo_json, json_option


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("latitude")
@click.argument("longitude")
@json_option
def command(latitude: str, longitude: str, as_json: bool) -> int:
    """Say which maritime zones hold at LATITUDE LONGITUDE (degrees; south and west negative)."""
    from base import UsageError
    from jurisdictions.zones import resolve

    degrees: list[float] = []
    for name, text in (("latitude", latitude), ("longitude", longitude)):
        try:
            degrees.append(float(text))
        except ValueError as problem:
            raise UsageError(
                f"{text!r} is not a number of degrees", where=name, hint="write it as 37.84"
            ) from problem
    answer = resolve(*degrees).to_json()
    if as_json:
        echo_json(answer)
        return 0
    width = max(len(key) for key in answer)
    for key, value in answer.items():
        click.echo(f"{key.replace('_', ' '):<{width}}  {_shown(value)}")
    return 0


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) or "-"
    return str(value)
