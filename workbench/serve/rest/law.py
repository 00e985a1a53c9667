"""Law texts with what was read out of them, and the zones at a position."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from workbench.serve.lawtext import is_unit, unit_of
from workbench.serve.pages.law import bounds_in, provision_of, text_of
from workbench.serve.rest.common import TheBench
from workbench.serve.rest.models import Anything, InstrumentShown, MarkShown, ProvisionShown

router = APIRouter(tags=["law"])

Name = Annotated[str, Path(max_length=40)]
Place = Annotated[str, Path(max_length=160)]


@router.get("/law")
def instruments(bench: TheBench) -> list[InstrumentShown]:
    """List the law texts."""
    return [
        InstrumentShown(
            id=name,
            title=text.instrument.title,
            jurisdiction=text.instrument.jurisdiction,
            edition=text.instrument.edition,
            status=text.instrument.status,
            text_source=text.instrument.text_source,
            provisions=len(text.provisions),
            sha256=text.instrument.sha256,
        )
        for name, text in bench.law.texts.items()
    ]


@router.get("/law/{instrument}")
def contents(bench: TheBench, instrument: Name) -> list[str]:
    """List the ids of all provisions of an instrument, in document order."""
    return [piece.id for piece in text_of(bench, instrument).provisions]


@router.get("/law/{instrument}/{path}")
def provision(bench: TheBench, instrument: Name, path: Place) -> list[ProvisionShown]:
    """Return a provision and all below it, with marks by exact offsets; `path` as in its id."""
    text = text_of(bench, instrument)
    wanted = provision_of(text, path)
    unit = unit_of(text, wanted.id)
    if not is_unit(text, unit):
        unit = wanted
    rules = bench.law.book.rules_by_provision
    shown = []
    for item in bench.reader.read(text, unit, bounds_in(bench, text, unit)):
        piece = item.provision
        inside = piece.id == wanted.id or any(
            above.id == wanted.id for above in text.ancestors(piece.id)
        )
        if not inside:
            continue
        shown.append(
            ProvisionShown(
                id=piece.id,
                citation=piece.citation,
                heading=piece.heading,
                text=piece.text,
                start=piece.start,
                end=piece.end,
                page=piece.page,
                parent=piece.parent,
                marks=[
                    MarkShown(
                        start=piece.start + mark.start,
                        end=piece.start + mark.end,
                        kind=mark.kind,
                        note=mark.note,
                    )
                    for mark in item.marks
                ],
                rules=[rule.id for rule in rules.get(piece.id, ())],
            )
        )
    return shown


@router.get("/zone")
def zone(
    latitude: Annotated[float, Query(ge=-90, le=90)],
    longitude: Annotated[float, Query(ge=-180, le=180)],
) -> Anything:
    """Say which maritime zones hold at a position, as `bathylex zone --json`."""
    from jurisdictions.zones import resolve

    return resolve(latitude, longitude).to_json()
