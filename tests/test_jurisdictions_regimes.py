"""What binds where: zones, purpose, parties, time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from corpus.digests import load_digests
from corpus.model import Instrument, Superseded
from jurisdictions.parties import unclos_party
from jurisdictions.regimes import (
    Circumstances,
    Scope,
    instrument_scope,
    jurisdiction_scope,
    provision_scope,
    without_custom,
)

AZORES = Circumstances(
    as_of=date(2026, 1, 1),
    zones=frozenset({"eez", "continental_shelf"}),
    purpose="scientific_research",
    coastal_state="PRT",
    operator_state="FRA",
    sponsoring_state=None,
    eu_marine_waters=True,
    us_ocs=False,
    us_state_waters=False,
    resource=None,
)
DEEP = replace(
    AZORES,
    zones=frozenset({"high_seas", "area"}),
    coastal_state=None,
    eu_marine_waters=False,
    purpose="mineral_exploration",
    sponsoring_state="NRU",
    resource="nodules",
)


def instrument(name: str, jurisdiction: str, **changes: object) -> Instrument:
    return replace(
        Instrument(id=name, jurisdiction=jurisdiction, title=name, short=name), **changes
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "jurisdiction", "binding"),
    [
        (AZORES, "UNCLOS", True),
        (AZORES, "ISA", False),
        (AZORES, "US_OCSLA", False),
        (AZORES, "EU_MSFD", True),
        (replace(AZORES, purpose="military"), "EU_MSFD", False),
        (replace(AZORES, as_of=date(2021, 6, 1), coastal_state="GBR"), "EU_MSFD", False),
        (replace(AZORES, eu_marine_waters=None), "EU_MSFD", None),
        (DEEP, "ISA", True),
        (replace(DEEP, purpose="scientific_research"), "ISA", False),
        (replace(DEEP, zones=None), "ISA", None),
        (replace(AZORES, us_ocs=True), "US_OCSLA", True),
        (replace(AZORES, us_state_waters=True), "US_OCSLA", True),
        (replace(AZORES, zones=frozenset({"land"})), "UNCLOS", False),
    ],
)
def test_jurisdictions(at: Circumstances, jurisdiction: str, binding: bool | None) -> None:
    scope = jurisdiction_scope(jurisdiction, at)
    assert scope.binding is binding
    assert scope.reason


@pytest.mark.parametrize(
    ("name", "resource", "binding"),
    [
        ("isa-nodules", "nodules", True),
        ("isa-sulphides", "nodules", False),
        ("isa-crusts", None, None),
    ],
)
def test_each_set_of_regulations_has_its_mineral(
    name: str, resource: str | None, binding: bool | None
) -> None:
    at = replace(DEEP, resource=resource)
    assert instrument_scope(instrument(name, "ISA"), at).binding is binding


def test_exploration_regulations_do_not_govern_exploitation() -> None:
    at = replace(DEEP, purpose="mineral_exploitation")
    assert instrument_scope(instrument("isa-nodules", "ISA"), at).binding is False


@pytest.mark.parametrize(
    ("as_of", "binding"),
    [(date(2008, 7, 14), False), (date(2008, 7, 15), True), (date(2031, 1, 1), False)],
)
def test_law_in_time(as_of: date, binding: bool) -> None:
    directive = instrument(
        "msfd",
        "EU_MSFD",
        in_force_from=date(2008, 7, 15),
        in_force_until=date(2030, 12, 31),
    )
    assert instrument_scope(directive, replace(AZORES, as_of=as_of)).binding is binding


def test_a_draft_never_binds() -> None:
    draft = instrument("isa-exploitation-draft", "ISA", status="draft")
    assert instrument_scope(draft, DEEP).binding is False


@pytest.mark.parametrize(
    ("provision", "binding", "basis"),
    [
        ("unclos:60.5", True, "custom"),
        ("unclos:145", False, "law"),
        ("unclos:annex-iii.4", False, "law"),
        ("unclos:192", True, "custom"),
    ],
)
def test_a_non_party_is_bound_by_custom_only(provision: str, binding: bool, basis: str) -> None:
    at = replace(AZORES, coastal_state="USA")
    convention = instrument("unclos", "UNCLOS")
    narrowed = provision_scope(provision, convention, at, instrument_scope(convention, at))
    assert (narrowed.binding, narrowed.basis) == (binding, basis)


@pytest.mark.parametrize(
    ("provision", "as_of", "binding"),
    [
        ("msfd:annex-iii.1.2", date(2017, 6, 7), False),
        ("msfd:annex-iii.1.2", date(2017, 6, 6), True),
        ("msfd:annex-iii", date(2020, 1, 1), False),
        ("msfd:annex-i.1", date(2020, 1, 1), True),
    ],
)
def test_a_superseded_part_stops_binding(provision: str, as_of: date, binding: bool) -> None:
    part = Superseded("annex-iii", date(2017, 6, 7), "a later directive")
    directive = instrument("msfd", "EU_MSFD", superseded=(part,))
    at = replace(AZORES, as_of=as_of)
    scope = provision_scope(provision, directive, at, instrument_scope(directive, at))
    assert scope.binding is binding


@pytest.mark.parametrize(
    ("provision", "as_of", "binding"),
    [
        ("msfd:annex-iii~2008.2.3.1", date(2017, 6, 6), True),
        ("msfd:annex-iii~2008.2.3.1", date(2017, 6, 7), False),
        ("msfd:annex-iii.2b", date(2017, 6, 6), False),
        ("msfd:annex-iii.2b", date(2017, 6, 7), True),
        ("msfd:annex-iv.1", date(2010, 1, 1), True),
    ],
)
def test_each_day_has_its_edition_of_a_part(provision: str, as_of: date, binding: bool) -> None:
    directive = load_digests()["msfd"].instrument
    at = replace(AZORES, as_of=as_of)
    scope = provision_scope(provision, directive, at, instrument_scope(directive, at))
    assert scope.binding is binding


def test_the_agreement_of_1994_binds_its_own_parties() -> None:
    agreement = instrument("part-xi-agreement", "UNCLOS")
    for state, binding in (("FRA", True), ("EGY", False), ("USA", False)):
        at = replace(DEEP, sponsoring_state=None, operator_state=state)
        assert instrument_scope(agreement, at).binding is binding


def test_custom_can_be_left_out_but_not_while_the_state_is_unknown() -> None:
    shelf = replace(AZORES, coastal_state="USA")
    left_out = without_custom(jurisdiction_scope("UNCLOS", shelf))
    assert left_out.binding is False
    assert "only as custom" in left_out.reason
    nobody = replace(DEEP, sponsoring_state=None, operator_state=None)
    unknown = without_custom(jurisdiction_scope("UNCLOS", nobody))
    assert (unknown.binding, unknown.missing) == (None, ("operator_state",))
    party = jurisdiction_scope("UNCLOS", AZORES)
    assert without_custom(party) == party


def test_a_late_party_is_bound_from_the_thirtieth_day_after_its_deposit() -> None:
    shelf = replace(AZORES, coastal_state="CAN")
    before = jurisdiction_scope("UNCLOS", replace(shelf, as_of=date(2003, 12, 6)))
    after = jurisdiction_scope("UNCLOS", replace(shelf, as_of=date(2003, 12, 7)))
    assert (before.basis, after.basis) == ("custom", "law")
    assert "from 2003-12-07" in before.reason


@pytest.mark.parametrize(
    ("state", "party"),
    [("USA", False), ("KGZ", False), ("SMR", True), ("RWA", True), ("TWN", False), ("PRT", True)],
)
def test_parties_to_the_convention_today(state: str, party: bool) -> None:
    assert unclos_party(state, date(2026, 1, 1)).party is party


@pytest.mark.parametrize(
    ("provision", "binding"),
    [
        ("unclos:137.1", True),
        ("unclos:141", True),
        ("unclos:137.3", False),
        ("unclos:153.3", False),
        ("unclos:annex-iii.3.3", False),
        ("unclos:287.1", False),
        ("unclos:303.1", True),
    ],
)
def test_of_the_deep_seabed_only_what_all_accept_meets_a_non_party(
    provision: str, binding: bool
) -> None:
    at = replace(DEEP, operator_state="USA", sponsoring_state=None)
    unclos = instrument("unclos", "UNCLOS")
    assert provision_scope(provision, unclos, at, instrument_scope(unclos, at)).binding is binding


def test_a_reservation_takes_a_provision_out_for_its_state() -> None:
    protocol = instrument("london-protocol", "OTHER")
    bound = Scope(True, "a treaty in force")
    china = replace(DEEP, sponsoring_state=None, operator_state="CHN")
    japan = replace(china, operator_state="JPN")
    for provision, at, binding in (
        ("london-protocol:16.2", china, False),
        ("london-protocol:16.2", japan, True),
        ("london-protocol:4.1", china, True),
    ):
        assert provision_scope(provision, protocol, at, bound).binding is binding
