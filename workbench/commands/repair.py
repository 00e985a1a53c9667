"""``bathylex repair``: the cheapest change that makes a design lawful, with proof."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from base import UsageError, write_whole
from workbench.options import (
    as_of_option,
    corpus_option,
    day,
    design_argument,
    judging_options,
    jurisdictions_of,
    waivers_of,
)
from workbench.output import echo_json, json_option, progress

if TYPE_CHECKING:
    from compliance.repair import Repair


@click.command()
@design_argument()
@corpus_option("to judge by instead of the embedded digests")
@as_of_option()
@click.option(
    "--prices",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Your own prices in the place of the catalogue's (YAML or JSON).",
)
@click.option(
    "--keep",
    multiple=True,
    metavar="KEY",
    help="Never change this key or section of the design (repeatable).",
)
@click.option("--move", is_flag=True, help="Let the habitat move to a few places around its site.")
@click.option(
    "--complete", is_flag=True, help="Settle open questions too, where a change can settle them."
)
@click.option(
    "--alternatives",
    type=click.IntRange(0, 20),
    default=5,
    show_default=True,
    help="Other repairs to look for.",
)
@judging_options
@click.option(
    "--sampler", default="simulated-annealing", show_default=True, help="What looks for repairs."
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@click.option("--no-certificate", is_flag=True, help="Do not prove that the repair is cheapest.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the answer (JSON).",
)
@click.option(
    "--repaired",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the repaired design (YAML).",
)
@json_option
def command(
    design: Path,
    corpus: Path | None,
    as_of: str | None,
    prices: Path | None,
    keep: tuple[str, ...],
    move: bool,
    complete: bool,
    alternatives: int,
    jurisdictions: tuple[str, ...],
    without_custom: bool,
    readings: tuple[str, ...],
    waivers: Path | None,
    sampler: str,
    seed: int,
    no_certificate: bool,
    output: Path | None,
    repaired: Path | None,
    as_json: bool,
) -> int:
    """Find the cheapest change that makes DESIGN (YAML or JSON) lawful.

    Lawful means that its audit finds no violation. Consents are named where they have to be
    obtained; nothing is taken for granted. Prices are assumptions unless you give your own.
    """
    from base import read_bytes, sha256_bytes
    from base.errors import DesignError
    from compliance.repair import Solving, Terms, Wanted, load_catalogue, repair
    from habitat.load import MAX_DESIGN_BYTES, load_design
    from jurisdictions.readings import with_readings
    from workbench.law import rulebook

    as_of_day = day(as_of)
    judged = jurisdictions_of(jurisdictions)
    loaded = load_design(design)
    kept = tuple(_key(name) for name in keep)
    catalogue = load_catalogue(prices)
    book = with_readings(rulebook(corpus), readings)
    answer = repair(
        loaded,
        book,
        catalogue,
        Terms(
            as_of_day,
            jurisdictions=judged,
            custom=not without_custom,
            waivers=waivers_of(waivers, book),
        ),
        wanted=Wanted(keep=kept, move=move, complete=complete, alternatives=alternatives),
        solving=Solving(sampler=sampler, seed=seed, certificate=not no_certificate),
        design_hash=sha256_bytes(read_bytes(design, limit=MAX_DESIGN_BYTES, error=DesignError)),
        progress=None if as_json else progress,
    )
    data = answer.to_json()
    if output is not None:
        write_whole(output, json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
    written = [output] if output is not None else []
    if repaired is not None and answer.cost is not None:
        write_whole(repaired, _yaml(answer))
        written.append(repaired)
    if as_json:
        echo_json(data)
    else:
        from compliance.report.repair_terminal import print_repair

        print_repair(answer, written=written)
    return 0


def _key(name: str) -> str:
    """Return a key or section of the design file.

    Raises:
        UsageError: there is none of this name.
    """
    import difflib

    from habitat.design import Design
    from habitat.kinds import kind_of
    from habitat.load import known_keys

    if kind_of(name) is not None or name in known_keys(Design):
        return name
    every = [f"{part}.{key}" for part in known_keys(Design) for key in known_keys(Design, part)]
    close = difflib.get_close_matches(name, every, n=1)
    raise UsageError(
        f"--keep: no key {name!r} in a design file",
        hint=f"did you mean {close[0]!r}?" if close else "use a key such as safety_zone.radius",
    )


def _yaml(answer: Repair) -> str:
    import yaml

    data = answer.design.model_dump(mode="json", exclude_none=True)
    kept = {key: value for key, value in data.items() if value != {}}
    text: str = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=100)
    return text
