"""Repairs of whole designs: why, at what price, what else, and when nothing is lawful."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from base import BathylexError, UsageError
from compliance.audit import audit
from compliance.repair import Repair, Solving, Terms, Wanted, load_catalogue, repair
from compliance.shared import Shared
from compliance.waivers import Waiver
from corpus.digests import read
from habitat.design import Design
from habitat.load import apply_settings
from jurisdictions.binding import BindingFile
from jurisdictions.compiler import compile_rulebook, load_bindings
from jurisdictions.rulebook import RuleBook
from tests.small_repairs import AS_OF, TERMS, book, example, shared
from tests.test_law_text_edit import STATION, WIDTH, digest, edited, narrowed

HUB = "us_shelf_energy"


def asked(
    design: Design,
    *,
    wanted: Wanted = Wanted(alternatives=0),  # noqa: B008 - frozen
    prices: Path | None = None,
    terms: Terms = TERMS,
    seed: int = 0,
) -> Repair:
    return repair(
        design,
        book(),
        load_catalogue(prices),
        terms,
        wanted=wanted,
        solving=Solving(seed=seed),
        shared=shared(),
    )


def changed(answer: Repair) -> dict[str, str]:
    return {step.attribute: step.after for step in answer.steps}


def clashing(answer: Repair) -> list[list[str]]:
    return [[demand.rule for demand in clash.demands] for clash in answer.clashes]


def page(words: str) -> RuleBook:
    """The article on safety zones with another width, compiled with its rules."""
    source = digest("unclos")
    text = read(source, file="unclos.md")
    altered = read(edited(source, text, WIDTH, words), file="unclos.md")
    kept = narrowed(altered, WIDTH.article)
    rules = tuple(r for r in load_bindings()["unclos"].rules if r.provision in kept.by_id)
    return compile_rulebook(
        {"unclos": kept}, {"unclos": BindingFile(instrument="unclos", rules=rules)}
    )


@pytest.mark.parametrize(("words", "after"), [("500 metres", "500 m"), ("400 metres", "400 m")])
def test_a_bound_edited_in_the_law_text_changes_the_repair(words: str, after: str) -> None:
    law = page(words)
    design = Design.model_validate({**STATION, "safety_zone": {"radius": "650 m"}})
    design = apply_settings(
        design,
        {
            "consents.coastal_state": True,
            "safety_zone.notice_given": True,
            "safety_zone.markings_and_warnings": True,
        },
    )
    answer = repair(design, law, load_catalogue(), TERMS)
    assert changed(answer) == {"safety_zone.radius": after}
    (step,) = answer.steps
    (demand,) = step.demands
    assert demand.rule == "unclos-60-5-width"
    assert words in demand.place["quote"]
    assert answer.audit.verdict != "violated"


def test_each_change_names_the_provision_that_demands_it() -> None:
    answer = asked(example(HUB))
    by_name = {step.attribute: step for step in answer.steps}
    radius = by_name["safety_zone.radius"]
    assert (radius.before, radius.after) == ("600 m", "500 m")
    assert [demand.rule for demand in radius.demands] == ["unclos-60-5-width"]
    lease = by_name["consents.ocs_lease"].to_json()
    (first,) = lease["provisions"]
    law = (Path(__file__).parent.parent / first["span"]["file"]).read_bytes().decode("utf-8")
    assert law[first["span"]["start"] : first["span"]["end"]] == first["quote"]
    assert first["citation"].startswith("43 U.S.C.")
    assert all(step.cost_source for step in answer.steps)
    assert sum(step.cost for step in answer.steps) == answer.cost == answer.bound


def test_nothing_is_changed_that_no_rule_asks() -> None:
    answer = asked(example(HUB))
    for step in answer.steps:
        others = {
            key: after
            for other in answer.steps
            if other is not step
            for key, _, after in other.settings
        }

        without = apply_settings(example(HUB), others)
        result = audit(without, book(), as_of=AS_OF, shared=shared())
        opened = {f.rule for f in result.findings if f.verdict in ("violated", "undetermined")}
        assert {demand.rule for demand in step.demands} <= opened, step.attribute


def test_prices_of_the_user_change_the_choice(tmp_path: Path) -> None:
    design = apply_settings(
        example("ccz_nodule_habitat"), {"environment.monitoring_programme": True}
    )
    assert "contract.relinquished_second" in changed(asked(design))
    prices = tmp_path / "prices.yaml"
    prices.write_text("amounts:\n  contract.area: {flat: 100, down: 0}\n", encoding="utf-8")
    answer = asked(design, prices=prices)
    assert changed(answer)["contract.area"] == "75000 km2"
    assert "contract.relinquished_second" not in changed(answer)


def test_a_heavier_wall_is_paid_for_in_lift() -> None:
    """A wall that takes more lift than there is to spare comes with lift, as the code asks."""
    tight = apply_settings(example("ccz_nodule_habitat"), {"buoyancy.emergency": "21 kN"})
    answer = asked(tight, wanted=Wanted(keep=("hull.material",), alternatives=0))
    by_name = changed(answer)
    assert by_name["hull"].startswith("Ti-6Al-4V ELI")
    assert "lift" in by_name or "compartments" in by_name
    assert all(
        finding.rule != "engineering-2-2-flooding"
        for finding in answer.audit.by_verdict("violated")
    )
    roomy = apply_settings(tight, {"buoyancy.emergency": "200 kN"})
    assert (
        not {"lift", "compartments"}
        & changed(asked(roomy, wanted=Wanted(keep=("hull.material",), alternatives=0))).keys()
    )


def test_a_hull_of_a_material_that_is_refused_becomes_one_of_metal() -> None:
    answer = asked(
        apply_settings(example(HUB), {"hull.material": "carbon-fibre composite"}),
        wanted=Wanted(alternatives=0),
    )
    settings = {key: after for step in answer.steps for key, _, after in step.settings}
    assert settings["hull.material"] in load_catalogue().hull.prices
    assert answer.audit.verdict != "violated"


def test_what_is_kept_is_never_changed() -> None:
    free = asked(example("ccz_nodule_habitat"))
    assert "contract.relinquished_second" in changed(free)
    kept = asked(
        example("ccz_nodule_habitat"),
        wanted=Wanted(keep=("contract.relinquished_second",), alternatives=0),
    )
    assert "contract.relinquished_second" not in changed(kept)
    assert kept.cost is not None and free.cost is not None and kept.cost > free.cost
    nothing = asked(
        example("ccz_nodule_habitat"), wanted=Wanted(keep=("contract",), alternatives=0)
    )
    assert nothing.cost is None


def test_a_sea_lane_is_left_by_moving_only_where_that_is_asked_for() -> None:
    design = apply_settings(example(HUB), {"site.recognized_sea_lane": True})
    stays = asked(design)
    assert stays.cost is None
    assert [[d.rule for d in clash.demands] for clash in stays.clashes] == [
        ["unclos-60-7-sea-lanes"]
    ]
    assert stays.release is not None
    assert [demand.rule for demand in stays.release.demands] == ["unclos-60-7-sea-lanes"]
    assert stays.release.verdict != "violated"
    assert any("--move" in note for note in stays.notes)
    moves = asked(design, wanted=Wanted(move=True, alternatives=0))
    assert "place" in changed(moves)
    assert moves.audit.verdict == "undetermined"
    assert moves.design.site.recognized_sea_lane is None
    assert any("surveyed" in note for note in moves.notes)


def test_life_support_is_never_waived() -> None:
    design = apply_settings(example(HUB), {"life_support.oxygen_reserve": "10 hour"})
    answer = asked(design, wanted=Wanted(keep=("life_support",), alternatives=0))
    assert answer.cost is None and answer.release is None
    assert [[d.rule for d in clash.demands] for clash in answer.clashes] == [
        ["engineering-3-1-reserve"]
    ]
    assert answer.audit.verdict == "violated"
    assert answer.design == design


def test_a_waiver_that_is_held_needs_no_change() -> None:
    waiver = Waiver(provision="unclos:60.5", reason="agreed", who="IMO", until="none")
    assert "safety_zone.radius" in changed(asked(example(HUB)))
    answer = asked(example(HUB), terms=replace(TERMS, waivers=(waiver,)))
    assert "safety_zone.radius" not in changed(answer)
    assert answer.audit.verdict != "violated"


def test_open_questions_stay_open_unless_all_is_to_be_settled() -> None:
    design = apply_settings(example(HUB), {"consents.coastal_state": None})
    plain = asked(design)
    assert "consents.coastal_state" not in changed(plain)
    assert plain.audit.verdict == "undetermined"
    assert any("consents.coastal_state" in note for note in plain.notes)
    whole = asked(design, wanted=Wanted(complete=True, alternatives=0))
    assert changed(whole)["consents.coastal_state"] == "yes"
    assert whole.audit.verdict == "lawful"


def test_alternatives_are_lawful_different_and_no_cheaper() -> None:
    answer = asked(example("ccz_nodule_habitat"), wanted=Wanted(alternatives=5))
    assert len(answer.alternatives) >= 3
    costs = [item.cost for item in answer.alternatives]
    assert answer.cost is not None and answer.cost <= costs[0] and costs == sorted(costs)
    every = [
        changed(answer),
        *({s.attribute: s.after for s in a.steps} for a in answer.alternatives),
    ]
    for place, one in enumerate(every):
        assert all(not two.items() <= one.items() for two in every[:place])
    assert all(item.different and item.verdict != "violated" for item in answer.alternatives)


def test_the_same_question_has_the_same_answer() -> None:
    wanted = Wanted(alternatives=2)
    first = asked(example("ccz_nodule_habitat"), wanted=wanted, seed=3).to_json()
    law = Shared(book())
    again = repair(
        example("ccz_nodule_habitat"),
        book(),
        load_catalogue(),
        TERMS,
        wanted=wanted,
        solving=Solving(seed=3),
        shared=law,
    ).to_json()
    assert json.dumps(first) == json.dumps(again)


def test_without_a_certificate_nothing_is_claimed_to_be_proved() -> None:
    answer = repair(
        example(HUB),
        book(),
        load_catalogue(),
        TERMS,
        wanted=Wanted(alternatives=0),
        solving=Solving(certificate=False),
        shared=shared(),
    )
    assert answer.audit.verdict != "violated"
    proved = asked(example(HUB))
    assert answer.cost is not None and proved.cost is not None and answer.cost >= proved.cost
    assert answer.bound is None or answer.bound <= proved.cost


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("amounts: {safety_zone.radus: {flat: 1}}", "did you mean 'safety_zone.radius'?"),
        ("amounts: {safety_zone.radius: {flat: -1}}", "expected a price from 0"),
        ("amounts: {safety_zone.radius: {flat: much}}", "expected a price from 0"),
        ("amounts: {safety_zone.radius: {flt: 1}}", "did you mean 'flat'?"),
        ("amounts: {noise.received_level: {step: 3}}", "expected a number and a unit"),
        ("value: {}", "did you mean 'values'?"),
        ("move: {distances: [0 nmi]}", "more than zero"),
        ("values: {consents.research: {prices: {true: .inf}}}", "expected a price"),
        ("- 1", "mapping"),
    ],
)
def test_a_bad_price_file_is_told_in_one_line(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BathylexError) as problem:
        load_catalogue(path)
    line = str(problem.value)
    assert told in line and "prices.yaml" in line and "\n" not in line


def test_a_missing_price_file_is_told() -> None:
    with pytest.raises(UsageError, match="no such file"):
        load_catalogue(Path("nowhere/prices.yaml"))
