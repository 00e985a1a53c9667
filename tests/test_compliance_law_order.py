"""Clashes between bounds are decided by the relations that hold at the site, on the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from compliance.conflicts import Bound, find_clashes
from jurisdictions.order import order_at
from jurisdictions.regimes import Circumstances

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


def bound(provision: str, low: float, high: float, jurisdiction: str = "US_OCSLA") -> Bound:
    rule: Any = SimpleNamespace(
        id=provision,
        instrument=provision.partition(":")[0],
        binding=SimpleNamespace(provision=provision, priority="safety"),
    )
    return Bound(rule, jurisdiction, "safety_zone.radius", low, high, False, False)


@pytest.mark.parametrize(
    ("at", "winner", "kind"),
    [
        (GULF, "ocsla:1333", "legal"),
        (STATE_WATERS, "sla:1311", "legal"),
        (UNKNOWN, None, "open"),
    ],
)
def test_the_side_of_the_line_decides(at: Circumstances, winner: str | None, kind: str) -> None:
    bounds = [bound("ocsla:1333", 0, 500), bound("sla:1311", 600, 900)]
    (clash,) = find_clashes(bounds, order_at(at))
    assert clash.kind == kind
    assert (clash.winner.rule.id if clash.winner else None) == winner


def test_a_relation_reaches_no_further_than_its_articles() -> None:
    area = replace(
        GULF,
        zones=frozenset({"area", "high_seas"}),
        coastal_state=None,
        operator_state="FRA",
        us_ocs=False,
    )
    agreement = bound("part-xi-agreement:annex.section-1.9", 0, 1, "UNCLOS")
    for other, kind in (("unclos:151.3", "legal"), ("unclos:60.5", "open")):
        (clash,) = find_clashes([agreement, bound(other, 2, 3, "UNCLOS")], order_at(area))
        assert clash.kind == kind
