"""Clashes between bounds are decided by the relations that hold at the site, on the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from compliance.conflicts import InForce, find_conflicts
from compliance.conflicts.order import relations_at
from jurisdictions.regimes import Circumstances
from tests.small_rules import RADIUS, SITUATION, make

GULF = Circumstances(
    as_of=date(2026, 6, 1),
    zones=frozenset({"eez", "continental_shelf"}),
    purpose="energy",
    coastal_state="USA",
    operator_state="USA",
    sponsoring_state=None,
    eu_marine_waters=False,
    us_ocs=True,
    us_state_waters=False,
    resource=None,
)
STATE_WATERS = replace(GULF, us_ocs=False, us_state_waters=True)
UNKNOWN = replace(GULF, us_ocs=None, us_state_waters=None)


def bound(provision: str, order: str, metres: float, jurisdiction: str = "US_OCSLA") -> InForce:
    return make(
        provision.replace(":", "-").replace(".", "-"),
        provision=provision,
        instrument=provision.partition(":")[0],
        jurisdiction=jurisdiction,
        require={"fact": RADIUS, order: f"{metres} m"},
    )


@pytest.mark.parametrize(
    ("at", "winners", "resolution"),
    [
        (GULF, ("ocsla-1333",), "legal"),
        (STATE_WATERS, ("sla-1311",), "legal"),
        (UNKNOWN, (), "open"),
    ],
)
def test_the_side_of_the_line_decides(
    at: Circumstances, winners: tuple[str, ...], resolution: str
) -> None:
    rules = [bound("ocsla:1333", "<=", 500), bound("sla:1311", ">=", 600)]
    (clash,) = find_conflicts(rules, SITUATION, relations=relations_at(at)).clashes
    assert (clash.winners, clash.resolution) == (winners, resolution)


def test_a_relation_reaches_no_further_than_its_articles() -> None:
    area = replace(
        GULF,
        zones=frozenset({"area", "high_seas"}),
        coastal_state=None,
        operator_state="FRA",
        us_ocs=False,
    )
    agreement = bound("part-xi-agreement:annex.section-1.9", "<=", 1, "UNCLOS")
    for other, resolution in (("unclos:151.3", "legal"), ("unclos:60.5", "open")):
        rules = [agreement, bound(other, ">=", 2, "UNCLOS")]
        (clash,) = find_conflicts(rules, SITUATION, relations=relations_at(area)).clashes
        assert clash.resolution == resolution
