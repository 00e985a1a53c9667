"""Relations between laws: gates, the order they make, and its algebra."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from base import BindingError
from corpus.library import load_folder
from jurisdictions.order import PartialOrder, order_at
from jurisdictions.places import place
from jurisdictions.regimes import Circumstances
from jurisdictions.relations import Relation, load_relations, prevails, read_relations

AZORES = Circumstances(
    as_of=date(2026, 6, 1),
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
GULF = replace(
    AZORES, coastal_state="USA", operator_state="USA", eu_marine_waters=False, us_ocs=True
)
SCOTLAND = replace(AZORES, coastal_state="GBR", eu_marine_waters=False)
CLIPPERTON = replace(
    AZORES,
    zones=frozenset({"high_seas", "area"}),
    purpose="mineral_exploration",
    coastal_state=None,
    operator_state="FRA",
    eu_marine_waters=False,
)


@pytest.mark.parametrize(
    ("at", "first", "second", "provision"),
    [
        (AZORES, "unclos", "continental-shelf-1958", "unclos:311.1"),
        (AZORES, "unclos:77.2", "continental-shelf-1958:2", "unclos:311.1"),
        (AZORES, "continental-shelf-1958", "unclos", None),
        (GULF, "unclos", "continental-shelf-1958", None),
        (replace(AZORES, operator_state="USA"), "unclos", "continental-shelf-1958", None),
        (replace(AZORES, operator_state=None), "unclos", "continental-shelf-1958", None),
        (replace(AZORES, as_of=date(1997, 12, 2)), "unclos", "territorial-sea-1958", None),
        (CLIPPERTON, "part-xi-agreement:annex", "unclos:151.3", "part-xi-agreement:2.1"),
        (CLIPPERTON, "part-xi-agreement", "unclos:60.5", None),
        (replace(CLIPPERTON, operator_state="EGY"), "part-xi-agreement", "unclos:151", None),
        (CLIPPERTON, "unclos:153", "isa-nodules:31", "isa-nodules:1.5"),
        (CLIPPERTON, "unclos:153", "unclos:87.1", "unclos:134.2"),
        (replace(CLIPPERTON, purpose="scientific_research"), "unclos:153", "unclos:87", None),
        (AZORES, "unclos:60.5", "unclos:92", "unclos:58.2"),
        (AZORES, "unclos:60.5", "unclos:87", None),
        (GULF, "ocsla:1333", "sla:1311", "sla:1302"),
        (GULF, "sla", "ocsla", None),
        (replace(GULF, us_ocs=False, us_state_waters=True), "sla", "ocsla", "ocsla:1331.a.1"),
        (GULF, "ocsla", "us-state-law", "ocsla:1333.a.2.A"),
        (
            replace(AZORES, coastal_state="GBR"),
            "london-protocol",
            "london-convention",
            "london-protocol:23",
        ),
        (AZORES, "london-protocol", "london-convention", None),
        (AZORES, "msfd:13", "iso14001:6", "iso14001:6.1.3"),
        (AZORES, "iso14001:6", "msfd:13", None),
        (AZORES, "msfd", "unclos", None),
    ],
)
def test_what_prevails_depends_on_place_states_and_day(
    at: Circumstances, first: str, second: str, provision: str | None
) -> None:
    found = order_at(at).prevails(first, second)
    assert (found.provision if found else None) == provision


def test_a_chain_joins_what_no_single_relation_does() -> None:
    order = order_at(CLIPPERTON)
    chain = order.chain("part-xi-agreement:annex", "unclos:87")
    assert [item.provision for item in chain] == ["part-xi-agreement:2.1", "unclos:134.2"]
    assert order.prevails("part-xi-agreement:annex", "unclos:87") is chain[0]


def test_a_missing_fact_ranks_nothing_and_is_told() -> None:
    order = order_at(replace(AZORES, operator_state=None))
    assert "unclos:311.1" in {item.provision for item in order.undecided()}
    assert not set(order.active()) & set(order.undecided())


def test_a_reservation_shuts_a_relation_for_its_state() -> None:
    on_delimitation = Relation(
        "unclos:83", "continental-shelf-1958:6", "prevails_over", "unclos:311.1", "later text"
    )
    for state, holds in (("PRT", True), ("FRA", False)):
        at = replace(AZORES, coastal_state=state, operator_state=state)
        assert on_delimitation.holds(at) is holds
    disputes = replace(on_delimitation, source="unclos:298.1.a")
    chinese = replace(AZORES, coastal_state="CHN", operator_state="CHN")
    for day, holds in ((date(2006, 8, 24), True), (date(2006, 8, 25), False)):
        assert disputes.holds(replace(chinese, as_of=day)) is holds


def test_where_the_seabed_may_be_shelf_rules_of_the_area_rank_nothing() -> None:
    order = order_at(replace(CLIPPERTON, seabed_open=True))
    assert order.prevails("unclos:153", "isa-nodules:31") is None
    assert "isa-nodules:1.5" in {item.provision for item in order.undecided()}


def test_the_agreement_of_2023_yields_from_its_first_day() -> None:
    at = replace(CLIPPERTON, operator_state="CHL")
    for day, count in ((date(2026, 1, 16), 0), (date(2026, 1, 17), 4)):
        active = order_at(replace(at, as_of=day)).active()
        assert sum(item.source == "bbnj" for item in active) == count


def test_without_circumstances_a_part_that_prevails_is_enough() -> None:
    found = prevails("part-xi-agreement", "unclos")
    assert found is not None and found.provision == "part-xi-agreement:2.1"
    assert prevails("unclos", "part-xi-agreement") is None
    assert prevails("sla", "ocsla") is None


@pytest.mark.official
def test_every_relation_cites_a_provision_of_the_official_text(corpora) -> None:  # type: ignore[no-untyped-def]
    from corpus.digests import load_digests

    texts = {**load_digests(), **load_folder(corpora, others=True)}
    for relation in load_relations():
        cited = relation.provision
        assert cited in texts[cited.partition(":")[0]].by_id, cited


CIRCUMSTANCES = st.builds(
    Circumstances,
    as_of=st.dates(date(1960, 1, 1), date(2030, 1, 1)),
    zones=st.none()
    | st.frozensets(st.sampled_from(["eez", "area", "high_seas", "continental_shelf"])),
    purpose=st.sampled_from(["energy", "mineral_exploration"]),
    coastal_state=st.sampled_from([None, "USA", "PRT", "EGY"]),
    operator_state=st.sampled_from([None, "USA", "FRA", "EGY", "GBR"]),
    sponsoring_state=st.sampled_from([None, "NRU"]),
    eu_marine_waters=st.sampled_from([None, True, False]),
    us_ocs=st.sampled_from([None, True, False]),
    us_state_waters=st.just(False),
    resource=st.none(),
)
ENDS_USED = sorted({name for item in load_relations() for name in (item.source, item.target)})
INNER = ["unclos:60.5", "unclos:87.1", "unclos:153", "isa-nodules:31", "ocsla:1333", "msfd:13.4"]
PLACES = st.sampled_from([*ENDS_USED, *INNER])


@given(CIRCUMSTANCES, PLACES, PLACES, PLACES)
def test_the_embedded_relations_are_an_order_everywhere(
    at: Circumstances, one: str, two: str, three: str
) -> None:
    order = order_at(at)
    assert order.prevails(one, one) is None
    if order.prevails(one, two):
        assert order.prevails(two, one) is None
        if order.prevails(two, three):
            assert order.prevails(one, three) is not None


LEAVES = ["a:1", "a:2", "a:3", "b:1", "b:2", "c:1"]
ENDS = [*LEAVES, "a", "b", "c", "a:1-2", "a:2-3"]


def _edges(pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """What ranks directly above what, leaf by leaf: the obvious model."""
    return {
        (upper, lower)
        for source, target in pairs
        for upper in LEAVES
        for lower in LEAVES
        if place(source).covers(place(upper)) and place(target).covers(place(lower))
    }


def _closure(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    closed = set(edges)
    while True:
        more = {(a, d) for a, b in closed for c, d in closed if b == c} - closed
        if not more:
            return closed
        closed |= more


PAIRS = st.lists(st.tuples(st.sampled_from(ENDS), st.sampled_from(ENDS)), max_size=5)


@given(PAIRS)
def test_the_order_is_the_transitive_closure_over_provisions(pairs: list[tuple[str, str]]) -> None:
    assume(all(not place(source).overlaps(place(target)) for source, target in pairs))
    relations = tuple(
        Relation(source, target, "prevails_over", "", f"{number}")
        for number, (source, target) in enumerate(pairs)
    )
    closed = _closure(_edges(pairs))
    if any(one == two for one, two in closed):
        with pytest.raises(BindingError, match="circle"):
            PartialOrder(relations, AZORES)
        return
    order = PartialOrder(relations, AZORES)
    assert {(one, two) for one in LEAVES for two in LEAVES if order.prevails(one, two)} == closed


@given(CIRCUMSTANCES, st.sampled_from(load_relations()), st.integers(1, 9000))
def test_a_gate_more_never_opens_a_relation(
    at: Circumstances, relation: Relation, days: int
) -> None:
    narrower = [
        replace(relation, zones=relation.zones or frozenset({"eez"})),
        replace(relation, parties_of=(*relation.parties_of, "unclos")),
        replace(relation, since=max(relation.since or date.min, at.as_of + timedelta(days=days))),
        replace(relation, purposes=relation.purposes or frozenset({"energy"})),
    ]
    rank = {False: 0, None: 1, True: 2}
    for item in narrower:
        assert rank[item.holds(at)] <= rank[relation.holds(at)]


@given(CIRCUMSTANCES, st.sampled_from(load_relations()))
def test_what_hangs_on_a_missing_fact_can_still_go_either_way_only(
    at: Circumstances, relation: Relation
) -> None:
    """A relation that holds with facts missing holds whatever they turn out to be."""
    known = relation.holds(at)
    if known is None:
        return
    for zones in (at.zones,) if at.zones is not None else (frozenset({"eez"}), frozenset({"area"})):
        for state in (at.operator_state,) if at.operator_state else ("USA", "FRA"):
            flags = {
                name: value if value is not None else True
                for name, value in (
                    ("us_ocs", at.us_ocs),
                    ("eu_marine_waters", at.eu_marine_waters),
                )
            }
            filled = replace(at, zones=zones, operator_state=state, **flags)
            assert relation.holds(filled) is known


GOOD = {
    "source": '"unclos"', "target": '"bbnj"', "kind": '"cumulative"', "provision": '""',
    "reason": '"because"',
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"kind": '"beats"'}, "kind 'beats'"),
        ({"target": '"nolaw"'}, "'nolaw' is no place"),
        ({"target": '"unclos:60"'}, "overlap"),
        ({"where": '"moon"'}, "flag 'moon'"),
        ({"parties_of": '["nolaw"]'}, "parties of 'nolaw'"),
        ({"colour": '"red"'}, "unknown"),
    ],
)
def test_a_relation_that_cannot_be_right_is_refused(change: dict[str, str], complaint: str) -> None:
    text = "[[relation]]\n" + "\n".join(
        f"{key} = {value}" for key, value in (GOOD | change).items()
    )
    with pytest.raises(BindingError, match="relation 1") as problem:
        read_relations(text, where="demo.toml")
    assert complaint in str(problem.value)
