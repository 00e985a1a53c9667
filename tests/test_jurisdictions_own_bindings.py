"""The user's own bindings: accepting, refusing, taking back, and what an audit makes of them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from base import BindingError
from compliance import AuditResult, audit
from corpus.home import bindings_folder
from corpus.library import text_for
from corpus.model import LawText
from examples import examples
from habitat.load import load_design
from jurisdictions.binding import BindingFile
from jurisdictions.binding_checks import check_own
from jurisdictions.binding_files import load_bindings, load_own_bindings, read_binding_file
from jurisdictions.compiler import cache_key, compile_rulebook
from jurisdictions.own_bindings import accept, own_file, reject, remove, save
from jurisdictions.predicate import ByLaw, Compare
from jurisdictions.proposals.desk import Desk
from jurisdictions.proposals.model import Proposal
from tests.test_jurisdictions_proposals import LAW, NAME
from workbench.cli import run

DAY = date(2026, 3, 1)
EMPTY = BindingFile(instrument="london-protocol")
STATION = next(path for path in examples() if path.stem == "azores_vent_station")
OIL = "london-protocol-2-3-oil-in-water"
WARNING = "london-protocol-2-1-markings-and-warnings"


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> LawText:
    path = tmp_path_factory.mktemp("law") / NAME
    path.write_text(LAW, encoding="utf-8")
    return text_for(path)


@pytest.fixture(scope="module")
def proposals(law: LawText) -> dict[str, Proposal]:
    return {item.id: item for item in Desk(law, EMPTY).open()}


def taken(proposals: dict[str, Proposal], *names: str) -> BindingFile:
    return accept(EMPTY, [proposals[name] for name in names], by="A. Reader", on=DAY)


def judged(law: LawText, own: BindingFile) -> AuditResult:
    book = compile_rulebook({"london-protocol": law}, {}, own={own.instrument: own})
    return audit(load_design(STATION), book, as_of=DAY)


def test_an_accepted_rule_survives_its_file(proposals: dict[str, Proposal], tmp_path: Path) -> None:
    own = taken(proposals, OIL, WARNING)
    path = save(tmp_path, own)
    assert path == bindings_folder(tmp_path) / "london-protocol.yaml"
    again = own_file(tmp_path, "london-protocol")
    assert again == own
    accepted = again.rules[0].accepted
    assert accepted is not None
    assert (accepted.by, accepted.on) == ("A. Reader", DAY)
    assert accepted.proposed_with == proposals[OIL].confidence
    assert isinstance(again.rules[0].require, ByLaw | Compare)
    written = path.read_text(encoding="utf-8")
    assert "12" not in written.partition("require:")[2].partition("remedy:")[0], "no number of law"


def test_a_reviewer_is_named(proposals: dict[str, Proposal]) -> None:
    with pytest.raises(BindingError, match="--reviewer"):
        accept(EMPTY, [proposals[OIL]], by="  ", on=DAY)


def test_a_rule_is_accepted_once_and_takes_no_embedded_id(proposals: dict[str, Proposal]) -> None:
    own = taken(proposals, OIL)
    with pytest.raises(BindingError, match="already in your bindings"):
        accept(own, [proposals[OIL]], by="A. Reader", on=DAY)
    with pytest.raises(BindingError, match="already in the embedded"):
        accept(EMPTY, [proposals[OIL]], by="A", on=DAY, taken={OIL: "the embedded bindings"})
    clash = BindingFile(
        instrument="x",
        rules=(own.rules[0].model_copy(update={"id": load_bindings()["sla"].rules[0].id}),),
    )
    with pytest.raises(BindingError, match="has this id"):
        check_own(load_bindings(), {"x": clash}, None)


def test_a_refusal_is_kept_and_can_be_taken_back(
    proposals: dict[str, Proposal], law: LawText, tmp_path: Path
) -> None:
    own = reject(EMPTY, [proposals[OIL]], by="A. Reader", on=DAY)
    save(tmp_path, own)
    again = own_file(tmp_path, "london-protocol")
    assert OIL not in {item.id for item in Desk(law, again).open()}
    back = remove(again, OIL)
    path = save(tmp_path, back)
    assert back == EMPTY
    assert not path.exists(), "an empty file goes away"
    with pytest.raises(BindingError, match="no rule"):
        remove(EMPTY, OIL)


def test_accepting_ends_a_refusal(proposals: dict[str, Proposal]) -> None:
    own = reject(EMPTY, [proposals[OIL]], by="A. Reader", on=DAY)
    own = accept(own, [proposals[OIL]], by="B. Reader", on=DAY)
    assert own.rejected == ()


def test_proposals_count_nowhere(law: LawText) -> None:
    result = judged(law, EMPTY)
    assert result.proposals
    assert all(item.reviewed is False for item in result.proposals)
    assert result.findings == ()
    assert sum(result.totals.values()) == 0
    assert result.exit_status == 0
    assert "OTHER" not in {item.id for item in result.jurisdictions}


@pytest.mark.parametrize(("given", "verdict"), [("5 mg/L", "satisfied"), ("20 mg/L", "violated")])
def test_a_proposal_says_what_it_would_judge_and_the_rule_judges_the_same(
    law: LawText, proposals: dict[str, Proposal], given: str, verdict: str
) -> None:
    design = load_design(STATION)
    changed = design.model_copy(
        update={
            "discharges": type(design.discharges).model_validate({"oil_in_water": given}),
        }
    )
    book = compile_rulebook({"london-protocol": law}, {})
    shown = {p.id: p for p in audit(changed, book, as_of=DAY).proposals}
    own = taken(proposals, OIL)
    bound = compile_rulebook({"london-protocol": law}, {}, own={own.instrument: own})
    result = audit(changed, bound, as_of=DAY)
    (finding,) = result.findings
    assert finding.verdict == verdict
    assert shown[OIL].verdict == verdict
    assert finding.accepted is not None
    assert finding.bound is not None
    assert finding.bound.value == 12.0
    assert finding.jurisdiction == "OTHER"
    assert sum(result.totals.values()) == 1, "only the bound provision is accounted for"
    assert "OTHER" in {item.id for item in result.jurisdictions}
    assert OIL not in {item.id for item in result.proposals}


def test_a_missing_fact_stays_unknown(law: LawText) -> None:
    design = load_design(STATION)
    bare = design.model_copy(update={"discharges": type(design.discharges)()})
    book = compile_rulebook({"london-protocol": law}, {})
    shown = {p.id: p for p in audit(bare, book, as_of=DAY).proposals}
    assert shown[OIL].verdict == "undetermined"
    assert shown[OIL].missing == ("discharges.oil_in_water",)


def test_proposals_know_the_date(law: LawText) -> None:
    book = compile_rulebook({"london-protocol": law}, {})
    before = audit(load_design(STATION), book, as_of=date(1999, 1, 1)).proposals
    assert {item.verdict for item in before} == {"inapplicable"}


def test_a_rule_whose_law_is_not_read_is_named(
    law: LawText, proposals: dict[str, Proposal]
) -> None:
    own = taken(proposals, OIL)
    book = compile_rulebook({}, {}, own={own.instrument: own})
    assert book.left_out == {OIL: "no text of london-protocol was read"}
    lost = own.model_copy(
        update={"rules": (own.rules[0].model_copy(update={"provision": "london-protocol:77"}),)}
    )
    result = judged(law, lost)
    assert "has no london-protocol:77" in result.left_out[OIL]


def test_the_cache_knows_the_users_bindings(
    law: LawText, proposals: dict[str, Proposal], tmp_path: Path
) -> None:
    folder = bindings_folder(tmp_path)
    bare = cache_key([law], own=folder)
    assert bare == cache_key([law])
    save(tmp_path, taken(proposals, OIL))
    accepted = cache_key([law], own=folder)
    save(tmp_path, taken(proposals, WARNING))
    assert len({bare, accepted, cache_key([law], own=folder)}) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "not YAML"),
        ("instrument: 3\nrules: nothing\n", "instrument"),
        ("instrument: sla\nrules:\n  - {id: a}\n", "rules.0"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BindingError, match=message) as caught:
        load_own_bindings(tmp_path)
    assert "mine.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("require", "message"),
    [
        ({"fact": "safety_zone.radius", "law": {"unit": "ppm"}}, "is a length"),
        ({"fact": "safety_zone.radius", "law": {"unit": "furlong"}}, "unknown unit 'furlong'"),
        ({"fact": "safety_zone.raduis", "is": True}, "did you mean 'safety_zone.radius'"),
        ({"fact": "safety_zone.radius", "<=": "5 lamps"}, "unknown unit 'lamps'"),
        ({"fact": "hull.form", "<=": "5 m"}, "is a word"),
        ({"not": {"fact": "crew.persons", ">=": "5 m"}}, "is a count"),
        ({"fact": "consents.research", "law": {"unit": "other"}}, "is a flag"),
    ],
)
def test_a_rule_edited_by_hand_is_checked(require: dict[str, object], message: str) -> None:
    rule = {
        "id": "x-1", "provision": "sla:1", "title": "edited by hand", "class": "safety",
        "severity": "minor", "addressee": "operator", "effect": "direct", "remedy": "mend it",
        "require": require,
    }  # fmt: skip
    own = BindingFile.model_validate({"instrument": "sla", "rules": [rule]})
    with pytest.raises(BindingError, match=message):
        check_own(load_bindings(), {"sla": own}, None)


@pytest.mark.parametrize(
    ("permit", "message"),
    [
        ({"fact": "safety_zone.raduis", "is": True}, "did you mean 'safety_zone.radius'"),
        ({"fact": "safety_zone.radius", "<=": "5 kg"}, "is a length"),
    ],
)
def test_what_a_permission_asks_is_checked_too(permit: dict[str, object], message: str) -> None:
    rule = {
        "id": "x-1", "provision": "sla:1", "title": "edited by hand", "class": "safety",
        "severity": "minor", "addressee": "operator", "effect": "direct", "permit": permit,
    }  # fmt: skip
    own = BindingFile.model_validate({"instrument": "sla", "rules": [rule]})
    with pytest.raises(BindingError, match=message):
        check_own(load_bindings(), {"sla": own}, None)


def test_embedded_rules_pass_the_checks_of_own_rules() -> None:
    embedded = load_bindings()
    own = {
        name: found.model_copy(
            update={
                "rules": tuple(
                    rule.model_copy(update={"id": f"own-{rule.id}"}) for rule in found.rules
                )
            }
        )
        for name, found in embedded.items()
    }
    check_own(embedded, own, None)


def test_two_files_on_one_instrument_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("instrument: sla\n", encoding="utf-8")
    with pytest.raises(BindingError, match="another file binds sla too"):
        load_own_bindings(tmp_path)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BATHYLEX_HOME", str(tmp_path / "home"))
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / NAME).write_text(LAW, encoding="utf-8")
    return tmp_path


def test_the_command_lists_accepts_and_audits_read_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    law = str(home / "law" / NAME)
    assert run(["bind", law, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {item["reviewed"] for item in listed["proposals"]} == {False}
    assert OIL in {item["id"] for item in listed["proposals"]}
    command = ["bind", law, "--accept", WARNING, "--reviewer", "A. Reader", "--on", "2026-03-01"]
    assert run([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accepted"] == [WARNING]
    options = ["--corpus", str(home / "law"), "--as-of", "2026-03-01"]
    run(["audit", str(STATION), *options, "-o", str(home / "out"), "--json"])
    result = json.loads(capsys.readouterr().out)
    (finding,) = (item for item in result["findings"] if item["rule"] == WARNING)
    assert finding["accepted"]["by"] == "A. Reader"
    assert finding["verdict"] == "satisfied"
    assert OIL in {item["id"] for item in result["proposals"]}
    page = (home / "out" / f"{STATION.stem}.html").read_text(encoding="utf-8")
    assert "Proposals: unreviewed, counted nowhere" in page
    assert "accepted by A. Reader on 2026-03-01" in page
    run(["audit", str(STATION), *options])
    assert "Proposals:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--accept", WARNING], "--reviewer"),
        (["--accept", WARNING, "--reviewer", " "], "--reviewer"),
        (["--accept", "nothing", "--reviewer", "A"], "no rule 'nothing' is proposed"),
        (["--accept", f"{WARNING}s", "--reviewer", "A"], f"did you mean '{WARNING}'"),
        (["--accept-all", "--reviewer", "A"], "--min-confidence"),
        (["--accept-all", "--min-confidence", "1", "--reviewer", "A"], "at least 1"),
        (["--accept-all", "--min-confidence", "2", "--reviewer", "A"], "--min-confidence"),
        (["--attribute", "safety_zone.radius"], "exactly one --accept"),
        (["--accept", WARNING, "--attribute", "lamp.on", "--reviewer", "A"], "no design has a"),
        (["--accept", "x:1", "--attribute", "site.depth", "--reviewer", "A"], "no provision 'x:1'"),
        (["--remove", WARNING], "your bindings have no rule"),
        (["--accept", WARNING, "--reviewer", "A", "--on", "tomorrow"], "is not a date"),
        (["--reject", "nothing", "--reviewer", "A"], "no rule 'nothing' is proposed"),
        (["--top", "0"], "--top"),
        (["--min-confidence", "nan"], "--min-confidence"),
        (["--accept", WARNING, "--reviewer", "a\x1b[31mb"], "one line of plain text"),
    ],
)
def test_a_wrong_command_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert run(["bind", str(home / "law" / NAME), *arguments]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    assert not (home / "home").exists(), "nothing is written"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("nothing.md", "no such file"),
        ("marpoll", "did you mean 'marpol'"),
        ("marpol", "no text of marpol is here"),
    ],
)
def test_a_target_that_is_not_there_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], target: str, message: str
) -> None:
    assert run(["bind", target]) == 2
    printed = capsys.readouterr().err
    assert message in printed
    assert printed.count("\n") == 1


def test_a_day_that_is_written_without_quotes_is_read() -> None:
    text = (
        "instrument: unclos\nrejected:\n- rule: some-rule\n  provision: unclos:60.5\n"
        "  by: A. Reader\n  on: 2026-11-01\n"
    )
    (rejected,) = read_binding_file(text, where="mine.yaml").rejected
    assert rejected.on == date(2026, 11, 1)
