"""Facts that follow from a site, and claims that a design's own facts refute."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from compliance import audit
from compliance.limits import limits_of
from compliance.situation import situate
from corpus.digests import load_digests
from habitat.design import Design
from jurisdictions.compiler import rulebook_for
from jurisdictions.regimes import jurisdiction_scope

AS_OF = date(2026, 6, 1)
MENEZ_GWEN = {"latitude": 37.84, "longitude": -31.52}
MARS = {"latitude": 28.17, "longitude": -89.2}
CALIFORNIA = {"latitude": 34.3, "longitude": -120.6}
CLARION = {"latitude": 10.4, "longitude": -117.2}


def design(site: dict[str, Any], **keys: Any) -> Design:
    return Design.model_validate({"name": "A", "purpose": "other", "site": site} | keys)


@pytest.mark.parametrize(("operator", "holds"), [("PRT", True), (None, True), ("FRA", False)])
def test_only_the_coastal_state_can_claim_research_of_its_own(
    operator: str | None, holds: bool
) -> None:
    claims = {"research_by_coastal_state": True}
    situation = situate(design(MENEZ_GWEN, operator_state=operator, claims=claims), as_of=AS_OF)
    assert situation.facts["claims.research_by_coastal_state"].value is holds


@pytest.mark.parametrize(("site", "holds"), [(MARS, True), (CALIFORNIA, False)])
def test_a_lease_in_the_gulf_lies_in_the_gulf(site: dict[str, Any], holds: bool) -> None:
    situation = situate(design(site, claims={"gulf_of_mexico_lease": True}), as_of=AS_OF)
    assert situation.facts["claims.gulf_of_mexico_lease"].value is holds


def test_asserting_what_the_resolver_found_changes_nothing() -> None:
    conch_reef = {"latitude": 24.95, "longitude": -80.45}
    found = situate(design(conch_reef), as_of=AS_OF)
    asserted = situate(
        design({**conch_reef, "zone": "territorial_sea", "coastal_state": "USA"}), as_of=AS_OF
    )
    for fact in ("zone.us_ocs", "zone.us_state_waters"):
        assert asserted.facts[fact].value == found.facts[fact].value
    assert found.facts["zone.us_ocs"].value is True


def names(operator: str, as_of: date) -> str:
    mine = design(CLARION, operator_state=operator).model_copy(
        update={"purpose": "mineral_exploitation"}
    )
    at = situate(mine, as_of=as_of).circumstances
    return "; ".join(limit.name for limit in limits_of(at, **CLARION))


def test_a_miner_of_a_non_party_is_told_that_part_xi_is_disputed() -> None:
    assert "Part XI and a non-party (USA); Deep Seabed Hard Mineral" in names("USA", AS_OF)
    assert "Part XI" not in names("FRA", AS_OF)


def test_a_regime_is_named_only_once_it_is_in_force() -> None:
    assert "BBNJ" in names("FRA", date(2026, 1, 17))
    assert "BBNJ" not in names("FRA", date(2026, 1, 16))


AXIAL = {"latitude": 45.95, "longitude": -130.0}


@pytest.mark.parametrize(
    ("site", "binding"),
    [(AXIAL, None), ({**AXIAL, "zone": "area"}, True), ({**AXIAL, "zone": "eez"}, False)],
)
def test_where_a_shelf_may_reach_the_seabed_is_open(
    site: dict[str, Any], binding: bool | None
) -> None:
    miner = design(site, purpose="mineral_exploration", sponsoring_state="NRU")
    scope = jurisdiction_scope("ISA", situate(miner, as_of=AS_OF).circumstances)
    assert scope.binding is binding
    assert (scope.missing == ("site.zone",)) == (binding is None)


def test_rules_of_shelf_and_area_wait_for_the_seabed_and_high_seas_rules_do_not() -> None:
    result = audit(design(AXIAL), rulebook_for(load_digests()), as_of=AS_OF)
    found = {finding.rule: finding for finding in result.findings}
    assert found["unclos-87-1-shelf"].verdict == "undetermined"
    assert "site.zone" in found["unclos-87-1-shelf"].missing
    assert found["unclos-60-5-width"].verdict == "inapplicable"


def test_membership_in_the_site_block_is_that_of_the_date() -> None:
    brent = {"latitude": 61.05, "longitude": 1.7}
    book = rulebook_for(load_digests())
    before, after = (
        audit(design(brent), book, as_of=day).site for day in (date(2019, 1, 1), date(2022, 1, 1))
    )
    assert (before["eu_member"], before["eu_marine_waters"]) == (True, True)
    assert (after["eu_member"], after["eu_marine_waters"]) == (False, False)
