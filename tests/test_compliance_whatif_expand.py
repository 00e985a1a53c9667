"""From options to variants: what is an alternative, what multiplies, and how many are too many."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import UsageError
from compliance.whatif.expand import Options, expand
from compliance.whatif.settings import Choice, Place, Setting, Variant

A, B = Place(1.0, 2.0), Place(3.0, 4.0)
D1, D2 = date(2000, 1, 1), date(2020, 1, 1)
RADIUS = (("safety_zone.radius", "400 m"),)
WIDER = (("safety_zone.radius", "600 m"),)
DEPTH = (("site.depth", "90 m"),)


def labels(options: Options) -> list[str]:
    return [variant.label for variant in expand(options)]


def test_an_option_again_is_an_alternative_and_options_multiply() -> None:
    assert labels(Options(sites=(A, B), dates=(D1, D2))) == [
        "site 1, 2; as of 2000-01-01",
        "site 1, 2; as of 2020-01-01",
        "site 3, 4; as of 2000-01-01",
        "site 3, 4; as of 2020-01-01",
    ]


def test_each_key_of_the_design_is_an_option_of_its_own() -> None:
    assert labels(Options(sets=(RADIUS, WIDER, DEPTH))) == [
        "safety_zone.radius = 400 m; site.depth = 90 m",
        "safety_zone.radius = 600 m; site.depth = 90 m",
    ]


def test_keys_that_change_together_are_one_option() -> None:
    together = RADIUS + DEPTH, (*WIDER, ("site.depth", "80 m"))
    assert labels(Options(sets=together)) == [
        "safety_zone.radius = 400 m; site.depth = 90 m",
        "safety_zone.radius = 600 m; site.depth = 80 m",
    ]


def test_one_at_a_time() -> None:
    options = Options(sites=(A,), dates=(D1,), sets=(DEPTH,), each=True)
    assert labels(options) == ["site 1, 2", "as of 2000-01-01", "site.depth = 90 m"]


def test_nothing_asked_is_nothing_to_vary() -> None:
    assert expand(Options()) == ()


def test_the_same_variant_stands_once() -> None:
    assert len(expand(Options(sites=(A, A), dates=(D1,)))) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(sites=(A, B), dates=(D1, D2)), "4 variants asked for, at most 3"),
        (Options(sites=(A, B), dates=(D1, D2), each=True), "4 variants"),
        (Options(sets=(RADIUS, RADIUS + DEPTH)), "safety_zone.radius changes alone"),
        (Options(sites=(A,), sets=((("site.latitude", "3"),),)), "given by a site too"),
    ],
)
def test_what_cannot_be_combined(options: Options, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        expand(options, most=3)


OPTIONS = st.builds(
    Options,
    sites=st.lists(st.sampled_from((A, B)), max_size=2).map(tuple),
    dates=st.lists(st.sampled_from((D1, D2)), max_size=2).map(tuple),
    jurisdictions=st.lists(st.just(Choice(dropped=("ISA",))), max_size=1).map(tuple),
    sets=st.lists(st.sampled_from((RADIUS, WIDER, DEPTH)), max_size=3).map(tuple),
    readings=st.lists(st.sampled_from((("x",), ("x", "y"))), max_size=2).map(tuple),
)


@given(OPTIONS)
def test_taking_back_every_setting_gives_the_base(options: Options) -> None:
    for variant in expand(options):
        assert variant.without(variant.settings) == Variant()
        assert variant.without(()) == variant
        for setting in variant.settings:
            rest = variant.without([setting]).settings
            assert set(rest) == set(variant.settings) - {setting}


@given(OPTIONS)
def test_the_order_within_an_option_changes_no_variant(options: Options) -> None:
    turned = Options(
        sites=options.sites[::-1],
        dates=options.dates[::-1],
        jurisdictions=options.jurisdictions,
        sets=options.sets[::-1],
        readings=tuple(names[::-1] for names in options.readings[::-1]),
    )
    assert set(expand(options)) == set(expand(turned))


def test_settings_in_words() -> None:
    choice = Choice(only=("UNCLOS",), added=("ISA",))
    variant = Variant(site=Place(1.0, -2.5, "reef"), jurisdictions=choice, readings=("r",))
    assert variant.label == "site reef (1, -2.5); only UNCLOS; ISA assumed to bind; reading r"
    assert Setting("set", "a.b", "1") in Variant(changes=(("a.b", "1"),)).settings
