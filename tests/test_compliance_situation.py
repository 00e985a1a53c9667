"""Facts that follow from a site, and claims that a design's own facts refute."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from compliance.limits import limits_of
from compliance.situation import situate
from habitat.design import Design

AS_OF = date(2026, 6, 1)
MENEZ_GWEN = {"latitude": 37.84, "longitude": -31.52}
MARS = {"latitude": 28.17, "longitude": -89.2}
CALIFORNIA = {"latitude": 34.3, "longitude": -120.6}
CLARION = {"latitude": 10.4, "longitude": -117.2}


def design(site: dict[str, Any], **keys: Any) -> Design:
    return Design.model_validate({"name": "A", "purpose": "other", "site": site, **keys})


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
