"""Scoring: what is stated is judged by rules, what is not is estimated, and the two never mix."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from base import CorpusError, DistillError
from compliance.audit import audit
from compliance.scoring.concepts import EMERGENCIES, PARAMETERS
from compliance.scoring.dataset import SCORED
from compliance.scoring.estimate import (
    Inputs,
    RuleChance,
    estimates_of,
    is_thin,
    likely_violations,
    rule_chances,
    score,
    site_facts,
)
from compliance.scoring.law_file import read_law
from compliance.scoring.predicted import predict
from compliance.scoring.score_report import score_report
from compliance.scoring.shipped import Shipped, load_student, save_student
from distill.batch import subsets
from habitat.design import Design
from habitat.survey.readers import PartialDesign, Structure
from jurisdictions.binding import BindingFile
from jurisdictions.compiler import compile_rulebook, law_numbers, load_bindings
from jurisdictions.rulebook import RuleBook
from tests.small_student import (
    AZORES,
    as_structure,
    book,
    complete_design,
    judges,
    load,
    vocabulary,
    write_student,
)
from tests.test_corpus_readers_pdf import make_pdf
from tests.test_law_text_edit import WIDTH, digest, edited, narrowed

AS_OF = date(2026, 1, 1)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_student(tmp_path_factory.mktemp("student") / "student.safetensors")


@pytest.fixture(scope="module")
def shipped(file: Path) -> Shipped:
    return load(file)


def structure(**keys: Any) -> Structure:
    return Structure(PartialDesign.model_validate(keys))


def given(design: Design, **changes: Any) -> Inputs:
    """Return a design as stated facts at its known position."""
    tree = as_structure(design, **changes)
    at = design.site
    return Inputs(structure=structure(**tree), site=site_facts(at.latitude, at.longitude, AS_OF))


def everything() -> dict[str, Any]:
    rng = np.random.default_rng(3)
    series = np.full((48, 10), np.nan, dtype=np.float32)
    series[:, 7] = 20.9
    return {
        "acoustic": rng.normal(-30, 4, (64, 64)).astype(np.float32),
        "law": ("The safety zone shall not exceed 500 metres.",),
        "sensor": series,
        "structure": structure(safety_zone={"radius": "450 m"}),
    }


KEYS = {"acoustic": "acoustic", "legal": "law", "sensor": "sensor", "structure": "structure"}


@pytest.mark.parametrize("names", list(subsets(KEYS)), ids="+".join)
def test_any_set_of_modalities_is_scored(names: tuple[str, ...], shipped: Shipped) -> None:
    inputs = Inputs(**{KEYS[name]: everything()[KEYS[name]] for name in names})
    assert inputs.modalities() == names
    report = score_report(inputs, shipped, book(), as_of=AS_OF)
    assert [one["id"] for one in report["compliance"]] == list(SCORED)
    for one in report["compliance"]:
        assert 0 <= one["binds"] <= 1 and 0 <= one["probability"] <= 1
        assert set(one["conformal_set"]) <= {"compliant", "violated"}
    assert set(report["emergencies"]) == set(EMERGENCIES)
    for fact in PARAMETERS:
        figures = report["parameters"][fact]
        assert figures["low"] <= figures["estimate"] <= figures["high"]


def test_answers_are_calibrated_for_what_was_there(shipped: Shipped) -> None:
    all_of_it = everything()
    alone, both = (
        Inputs(acoustic=all_of_it["acoustic"]),
        Inputs(acoustic=all_of_it["acoustic"], sensor=all_of_it["sensor"]),
    )
    for inputs, name in ((alone, "acoustic"), (both, "acoustic+sensor")):
        scores = score(inputs, shipped)
        (unclos, *_) = score_report(inputs, shipped, book(), as_of=AS_OF)["compliance"]
        expected = shipped.judges[name].verdicts[0].probability(float(scores.compliance[0, 0]))
        assert unclos["probability"] == pytest.approx(expected, abs=1e-4)


def test_a_position_alone_is_no_specification(shipped: Shipped) -> None:
    image = everything()["acoustic"]
    alone = Inputs(acoustic=image)
    placed = Inputs(acoustic=image, site=site_facts(*AZORES, AS_OF))
    assert placed.modalities() == ("acoustic",)
    assert score(placed, shipped).compliance.equal(score(alone, shipped).compliance)


def test_a_position_settles_what_binds(shipped: Shipped) -> None:
    placed = Inputs(acoustic=everything()["acoustic"], site=site_facts(*AZORES, AS_OF))
    report = score_report(placed, shipped, book(), as_of=AS_OF, position=AZORES)
    binds = {one["id"]: (one["binds"], one["answer"], one["by"]) for one in report["compliance"]}
    assert binds["US_OCSLA"] == (0.0, "not_binding", "rules")
    assert binds["UNCLOS"][0] == 1.0
    # A defence project is outside the Directive, and the purpose is unknown.
    assert 0 < binds["EU_MSFD"][0] < 1


@pytest.mark.parametrize(
    ("region", "seed"),
    [("Azores", 1), ("Azores", 3), ("Gulf of Mexico", 3), ("Clarion-Clipperton Zone", 2)],
)
def test_on_complete_facts_the_rules_answer(region: str, seed: int, shipped: Shipped) -> None:
    design = complete_design(region, seed=seed)
    at = (design.site.latitude, design.site.longitude)
    report = score_report(given(design), shipped, book(), as_of=AS_OF, position=at)
    result = audit(design, book(), as_of=AS_OF)
    broken = {one.jurisdiction for one in result.by_verdict("violated")}
    for status in result.jurisdictions:
        one = next(item for item in report["compliance"] if item["id"] == status.id)
        expected = "not_binding" if not status.binding else "compliant"
        assert one["answer"] == ("violated" if status.id in broken else expected)
        assert one["by"] == "rules"
    rules = {one.rule for one in result.by_verdict("violated")}
    certain = {one["rule"] for one in report["violations"] if one["based_on"] == "stated"}
    assert certain == rules


def eager(shipped: Shipped) -> Shipped:
    """Return a student that calls everything compliant."""
    judges = {
        name: replace(
            judge,
            verdicts=tuple(
                replace(one, compliant_from=-1.0, violated_to=-1.0) for one in judge.verdicts
            ),
        )
        for name, judge in shipped.judges.items()
    }
    return replace(shipped, judges=judges)


def test_the_student_never_overturns_a_rule(shipped: Shipped) -> None:
    """However sure it is of compliance, a stated violation stands."""
    design = complete_design("Azores", seed=1)
    sure = eager(shipped)
    at = (design.site.latitude, design.site.longitude)
    wide = given(design, safety_zone__radius="600 m", consents__coastal_state=None)
    (unclos, *_) = score_report(wide, sure, book(), as_of=AS_OF, position=at)["compliance"]
    assert (unclos["answer"], unclos["by"], unclos["probability"]) == ("violated", "rules", 0.0)
    gap = given(design, consents__coastal_state=None)
    (unclos, *_) = score_report(gap, sure, book(), as_of=AS_OF, position=at)["compliance"]
    assert (unclos["answer"], unclos["by"]) == ("compliant", "student")


def test_without_a_position_nothing_is_certain(shipped: Shipped) -> None:
    design = complete_design("Azores", seed=3)
    bare = Inputs(structure=structure(**as_structure(design, site=None)))
    report = score_report(bare, shipped, book(), as_of=AS_OF)
    assert {one["based_on"] for one in report["violations"]} <= {"estimated"}
    assert all(one["probability"] >= 0.5 for one in report["violations"])
    by = {one["id"]: one["by"] for one in report["compliance"]}
    assert set(by.values()) == {"student"}
    assert {one["id"]: one["binds"] for one in report["compliance"]}["ISO_14001"] == 1.0


def test_violations_say_what_is_stated_and_what_is_estimated(shipped: Shipped) -> None:
    inputs = Inputs(
        structure=structure(purpose="energy", safety_zone={"radius": "600 m"}),
        site=site_facts(*AZORES, AS_OF),
    )
    report = score_report(inputs, shipped, book(), as_of=AS_OF, position=AZORES)
    first = report["violations"][0]
    assert (first["rule"], first["based_on"]) == ("unclos-60-5-width", "stated")
    assert {one["source"] for one in first["facts"]} == {"stated"}
    assert "500 m" in first["remedy"] and "500 metres" in first["quote"]
    for one in report["violations"]:
        if one["based_on"] == "estimated":
            told = [fact for fact in one["facts"] if fact["source"] == "estimated"]
            assert told
            assert all({"probability", "low", "basis"} & set(fact) for fact in told)
    order = [one["based_on"] for one in report["violations"]]
    assert order == sorted(order, reverse=True)
    named = [one["rule"] for one in report["recommendations"]]
    assert named == [one["rule"] for one in report["violations"]]
    assert len(named) == len(set(named))


def test_remedies_of_estimated_violations_have_their_figures(shipped: Shipped) -> None:
    inputs = Inputs(structure=structure(safety_zone={"radius": "900 m"}))
    report = score_report(inputs, shipped, book(), as_of=AS_OF)
    assert not [one for one in report["violations"] if "{" in one["remedy"]]


def test_a_thin_specification_gets_no_answer_from_the_student(shipped: Shipped) -> None:
    few = Inputs(structure=structure(safety_zone={"radius": "450 m"}))
    assert is_thin(few, vocabulary())
    report = score_report(few, shipped, book(), as_of=AS_OF)
    answered = {one["answer"] for one in report["compliance"]}
    assert answered <= {"abstain", "not_binding"}
    assert {one["id"] for one in report["abstained"]} == {
        one["id"] for one in report["compliance"] if one["answer"] == "abstain"
    }
    assert not is_thin(given(complete_design("Azores", seed=1)), vocabulary())
    assert not is_thin(Inputs(acoustic=everything()["acoustic"]), vocabulary())


# Edits of the law


def with_width(words: str) -> RuleBook:
    """Return the law as the digest says it with other words in the place of "500 metres"."""
    source = digest("unclos")
    text = from_text(edited(source, from_text(source), WIDTH, words))
    page = narrowed(text, WIDTH.article)
    rules = tuple(
        rule
        for rule in load_bindings()["unclos"].rules
        if rule.provision in page.by_id
        and all(
            (pointer.provision or rule.provision) in page.by_id
            for part in (rule.when, rule.require, rule.unless)
            for pointer in law_numbers(part)
        )
    )
    found = compile_rulebook(
        {"unclos": page}, {"unclos": BindingFile(instrument="unclos", rules=rules)}
    )
    (changed,) = (rule for rule in found.rules if rule.id == WIDTH.rule)
    kept = [changed if rule.id == WIDTH.rule else rule for rule in book().rules]
    return book().model_copy(update={"rules": tuple(kept)})


def from_text(source: str) -> Any:
    from corpus.digests import read

    return read(source, file="unclos.md")


def test_an_edited_bound_moves_the_score_and_is_told(file: Path, shipped: Shipped) -> None:
    narrow = load_student(with_width("400 metres"), file)
    assert shipped.stale == () and narrow.stale == (WIDTH.rule,)
    design = complete_design("Azores", seed=1)
    inputs = given(design, safety_zone__radius="450 m")
    wide_scores, narrow_scores = score(inputs, shipped), score(inputs, narrow)
    assert narrow_scores.compliance[0, 0] < wide_scores.compliance[0, 0] - 0.05
    assert narrow_scores.compliance[0, 1:].equal(wide_scores.compliance[0, 1:])
    before = rule_chances(wide_scores, inputs, shipped)[WIDTH.rule]
    after = rule_chances(narrow_scores, inputs, narrow)[WIDTH.rule]
    assert before.applies == after.applies
    assert after.violated > before.violated + 0.2

    at = (design.site.latitude, design.site.longitude)
    for student, law, answer in (
        (shipped, book(), "compliant"),
        (narrow, with_width("400 metres"), "violated"),
    ):
        report = score_report(inputs, student, law, as_of=AS_OF, position=at)
        assert (report["compliance"][0]["answer"], report["compliance"][0]["by"]) == (
            answer,
            "rules",
        )
        assert report["stale"]["rules"] == list(student.stale)
    assert "other than when the student was trained" in report["stale"]["meaning"]


def test_nothing_is_compliant_without_a_rule_that_is_not_carried(file: Path) -> None:
    law = with_width("a fitting width")
    student = load_student(law, file)
    assert WIDTH.rule in student.reader.compliance.circuit.left_out
    design = complete_design("Azores", seed=1)
    at = (design.site.latitude, design.site.longitude)
    report = score_report(given(design), eager(student), law, as_of=AS_OF, position=at)
    assert (report["compliance"][0]["answer"], report["compliance"][0]["by"]) == (
        "abstain",
        "student",
    )
    assert [one["id"] for one in report["abstained"]] == ["UNCLOS"]
    assert "not carried" in report["abstained"][0]["why"]


# Chances, estimates, predictions


def test_a_rule_that_does_not_apply_is_met() -> None:
    assert RuleChance(0.0, 0.0).met == 1.0
    assert RuleChance(0.5, 0.25).met == 0.5
    assert RuleChance(0.5, 0.5000001).met == 0.0


def test_likely_violations_are_ordered_by_what_is_shown() -> None:
    chances = {
        "b": RuleChance(1, 0.7), "a": RuleChance(1, 0.70001),
        "c": RuleChance(1, 0.9), "d": RuleChance(1, 0.49),
    }  # fmt: skip
    assert likely_violations(chances) == ["c", "a", "b"]


def test_claims_are_never_estimated_and_stated_keys_never_replaced(shipped: Shipped) -> None:
    inputs = Inputs(structure=structure(purpose="energy", safety_zone={"radius": "450 m"}))
    estimates = estimates_of(score(inputs, shipped), inputs, shipped)
    sure = replace(estimates, flags=dict.fromkeys(estimates.flags, 1.0))
    predicted = predict(sure, position=AZORES)
    assert not [
        key for key in predicted.guesses if key.startswith(("claims.", "zone.", "derived."))
    ]
    assert predicted.filled is not None and predicted.stated is not None
    assert predicted.filled.safety_zone.radius == predicted.stated.safety_zone.radius
    assert predicted.filled.consents.coastal_state is True
    assert predicted.stated.consents.coastal_state is None


def test_an_amount_that_was_never_calibrated_is_no_estimate(shipped: Shipped) -> None:
    inputs = Inputs(structure=structure(purpose="energy"))
    reach = [math.inf if fact == "safety_zone.radius" else 1.7 for fact in vocabulary().amounts]
    judged = {name: replace(judge, reach=tuple(reach)) for name, judge in shipped.judges.items()}
    student = replace(shipped, judges=judged)
    estimates = estimates_of(score(inputs, student), inputs, student)
    assert estimates.amounts["safety_zone.radius"][2] == math.inf
    assert "safety_zone.radius" not in predict(estimates, position=AZORES).guesses
    assert "hull.thickness" in predict(estimates, position=AZORES).guesses


def test_amounts_below_zero_do_not_exist_on_a_scale_of_logarithms(shipped: Shipped) -> None:
    inputs = Inputs(structure=structure(purpose="energy"))
    scores = score(inputs, shipped)
    low = replace(scores, mean=scores.mean - 50)
    estimates = estimates_of(low, inputs, shipped)
    for fact, axis in vocabulary().amounts.items():
        if axis.log:
            assert min(estimates.amounts[fact][:3]) >= 0


# The student's file


@pytest.mark.parametrize("left_out", ["acoustic", "acoustic+legal+sensor+structure"])
def test_a_student_without_all_calibrations_is_refused(
    left_out: str, tmp_path: Path, shipped: Shipped
) -> None:
    some = {name: one for name, one in judges(vocabulary()).items() if name != left_out}
    path = tmp_path / "part.safetensors"
    save_student(path, shipped.reader, vocabulary(), some, book=book(), card={})
    with pytest.raises(DistillError, match="no student of this program"):
        load_student(book(), path)


def test_a_missing_student_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DistillError, match="no such file"):
        load_student(book(), tmp_path / "none.safetensors")
    monkeypatch.setattr("compliance.scoring.shipped._shipped", lambda: tmp_path / "none")
    with pytest.raises(DistillError, match="no student is installed"):
        load_student(book())


# Law texts


def test_a_known_text_gives_its_provisions(tmp_path: Path) -> None:
    path = tmp_path / "unclos.md"
    path.write_text(digest("unclos"), encoding="utf-8")
    pieces, _ = read_law(path)
    whole = " ".join(pieces)
    assert "shall not exceed 500 metres" in whole and "Art. 60" not in pieces


PAGE = "<html><head><title>A</title><script>let x = 1 2 3 4 5</script></head><body>{}</body></html>"
FIRST, SECOND = (
    "The operator shall light every lamp.",
    "No keeper shall ring the <b>bell</b> twice.",
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", f"{FIRST}\n\nShort\n\n{SECOND}"),
        ("a.html", PAGE.format(f"<p>{FIRST}</p><p>Short<p>{SECOND}")),
        ("a.xml", f"<law><p>{FIRST}</p><p>Short</p>{SECOND}</law>"),
        ("a.unknown", f"{FIRST}\n\n{SECOND}"),
    ],
)
def test_any_text_gives_its_paragraphs(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    pieces, _ = read_law(tmp_path / name)
    assert len(pieces) == 2 and pieces[0] == FIRST
    assert "Short" not in pieces and "let x" not in " ".join(pieces)
    if name == "a.html":
        assert pieces[1] == "No keeper shall ring the bell twice."


def test_an_unknown_pdf_gives_its_paragraphs(tmp_path: Path) -> None:
    path = tmp_path / "permit.pdf"
    path.write_bytes(
        make_pdf([(50, 700, FIRST), (50, 600, "2. No keeper shall ring the bell twice.")])
    )
    pieces, digest_of_it = read_law(path)
    assert any("light every lamp" in one for one in pieces)
    assert any("ring the bell" in one for one in pieces)
    assert len(digest_of_it) == 64


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "empty file"),
        ("a.txt", b"One. Two.", "holds no text"),
        ("a.txt", b"words and words \0 and words", "zero byte"),
        ("a.docx", b"PK\x03\x04\xff\xfe", "not UTF-8"),
        ("a.pdf", b"%PDF-1.7\nnothing more", "corrupt PDF"),
        ("a.pdf", b"no pdf at all, just words", "corrupt PDF"),
        ("a.xml", b"<law><p>open", "not well-formed"),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b; and five more words</a>', "entities"),
    ],
)
def test_what_is_no_law_text_is_refused(
    name: str, content: bytes, reason: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CorpusError, match=reason):
        read_law(tmp_path / name)


def test_the_gauge_tells_a_depth_that_nobody_states(shipped: Shipped) -> None:
    series = np.full((48, 10), np.nan, dtype=np.float32)
    series[5:30, 0] = 1010.0  # 1010 dbar are 1000 m deep, within a metre, at 45 degrees.
    unstated = structure(safety_zone={"radius": "450 m"})
    measured = Inputs(sensor=series, structure=unstated)
    assert "site.depth" not in measured.stated()
    depth = measured.told()["site.depth"].value
    assert depth.to("m").magnitude == pytest.approx(1000, abs=3)
    estimates = estimates_of(score(measured, shipped), measured, shipped)
    assert estimates.amounts["site.depth"][0] == pytest.approx(1000, abs=3)
    assert "site.depth" not in estimates.stated
    said = Inputs(sensor=series, structure=structure(site={"depth": "700 m"}))
    assert said.told()["site.depth"].value.to("m").magnitude == 700
    series[:, 0] = np.nan
    assert "site.depth" not in Inputs(sensor=series, structure=unstated).told()
