"""Exceptions, conditions, zones and the link to installations."""

from __future__ import annotations

import pytest

from jurisdictions.extract import extract_text


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Except as the Board allows, work stops.", ["Except as the Board"]),
        ("Work stops unless the Board agrees.", ["unless the Board"]),
        ("Subject to rule 4, owners may dive.", ["Subject to rule 4"]),
        ("Owners may dive, subject to the permit.", ["subject to the permit"]),
        ("Notwithstanding rule 4, work stops.", ["Notwithstanding rule 4"]),
        (
            "Work may go on; provided, however, that divers stay out.",
            ["provided, however, that divers stay"],
        ),
        ("Without prejudice to rule 3, work stops.", ["Without prejudice to rule 3"]),
        ("Rafts other than tenders carry a lamp.", ["other than tenders carry"]),
        ("A body other than a State may dive.", []),
        ("Wider powers other than are named here lapse.", []),
        ("The rafts, other than old ones, float.", ["other than old ones"]),
        ("Owners may dive provided they carry lamps.", ["provided they carry lamps"]),
        ("Decks (excluding the moon pool) stay dry.", ["excluding the moon"]),
        (
            "Reefs count, in so far as the older rules for this coast do not name them.",
            ["in so far as the older rules for this coast do not name them"],
        ),
        ("Work goes on in so far as the Board wants it.", []),
        ("The permit is subject to review.", []),
        ("All work shall be subject to inspection.", []),
        ("Work stops if the Board objects.", []),
        ("The buoys provided by the owner stay.", []),
    ],
)
def test_exceptions_open_with_a_connective(text: str, spans: list[str]) -> None:
    assert [item.span for item in extract_text(text).exceptions] == spans


def test_conditions_are_kept_apart_from_exceptions() -> None:
    extraction = extract_text("If the hull leaks, the owner shall stop unless the crew agrees.")
    assert [item.span for item in extraction.conditions] == ["If the hull leaks"]
    assert [item.span for item in extraction.exceptions] == ["unless the crew"]


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        ("in the territorial sea and the contiguous zone", ("territorial_sea", "contiguous_zone")),
        ("in its exclusive economic zone", ("eez",)),
        ("on the outer Continental Shelf", ("us_ocs",)),
        ("on the continental shelf of a State", ("continental_shelf",)),
        ("activities in the Area", ("area",)),
        ("an area of seabed", ()),
        ("on the high seas and in archipelagic waters", ("high_seas", "archipelagic_waters")),
        ("vessels in a strait", ("strait",)),
        ("the Strait of Dover", ()),
        ("the marine waters of a Member State", ("eu_marine_waters",)),
        ("marine waters near the reef", ()),
    ],
)
def test_zones_named(text: str, zones: tuple[str, ...]) -> None:
    assert set(extract_text(text).zones) == set(zones)


def test_zones_come_from_the_lead_in_too() -> None:
    lead_in = "In its exclusive economic zone, the State may:"
    assert extract_text("(a) license rafts;", lead_in).zones == ("eez",)


def test_an_item_under_a_duty_of_the_holder_binds() -> None:
    lead_in = "The Board shall require the holder of a permit to:"
    assert extract_text("(b) restore the site;", lead_in).binds_installation


def test_the_instrument_decides_on_marine_waters() -> None:
    text = "the marine waters near the reef"
    assert extract_text(text, instrument_id="msfd").zones == ("eu_marine_waters",)
    assert extract_text(text, instrument_id="unclos").zones == ()


@pytest.mark.parametrize(
    ("text", "binds"),
    [
        ("Notice of each artificial island shall be given.", True),
        ("The contractor shall report each year.", True),
        ("The lessee shall not flare gas.", True),
        ("The research project needs the consent of the State.", True),
        ("The Assembly shall elect a President.", False),
        ("The contractor may withdraw.", False),
        ("The contractor shall keep the logs confidential.", False),
        ("The contractor shall have relinquished half of the field.", False),
        ("The Board may take steps to contain serious harm to the reef.", True),
        ("An exploration plan filed here shall include a list of wells.", True),
        ("The contractor shall not be idle but for force majeure.", False),
        ("Drilling shall not interfere with or endanger other work.", True),
        ("The Board shall name inspectors who watch activities in the Area.", True),
        ('"Harm" means pollution from activities in the Area.', False),
        ("The State may improve its port installations.", False),
        ("A diver may sue over the failure of an operator to comply with the permit.", True),
        ("No licence covers any activity in an exploration plan before review.", True),
        ("Studies shall predict the effects of drilling muds.", True),
        ("Nothing in this rule limits the authority of the Board over pipelines.", False),
    ],
)
def test_what_binds_an_installation(text: str, binds: bool) -> None:
    assert extract_text(text).binds_installation is binds
