"""An amended copy of a law: which norms, rules and verdicts change, and because of what."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from base import CorpusError
from compliance.edition_rules import following
from compliance.impact import Impact, VerdictChange, impact
from compliance.report.impact import impact_data, print_impact, to_html, to_json
from corpus.digests import load_digests, read
from corpus.editions import edition_at
from corpus.model import LawText
from habitat.design import Design
from jurisdictions.binding import BindingFile
from jurisdictions.predicate import law_numbers
from jurisdictions.rulebook import RuleBook
from workbench.cli import run

AS_OF = date(2026, 1, 1)
NOTHING = RuleBook(key="", instruments=(), provisions=(), rules=())
STATION = Design.model_validate(
    {
        "name": "Ridge station",
        "purpose": "energy",
        "operator_state": "PRT",
        "site": {"latitude": 37.84, "longitude": -31.52},
        "safety_zone": {"radius": "450 m", "notice_given": True, "markings_and_warnings": False},
    }
)


@cache
def article_60() -> str:
    """The embedded restatement of UNCLOS cut down to one article, which compiles fast."""
    text = files("corpus.digest").joinpath("unclos.md").read_text(encoding="utf-8")
    head = text[: text.index("\n## ")]
    found = re.search(r"\n## 60 .*?(?=\n## )", text, re.DOTALL)
    assert found is not None
    return f"{head}\n{found[0]}\n"


def edition(text: str) -> LawText:
    return read(text, file="unclos.md")


def paragraph(number: str) -> str:
    found = re.search(rf"^60\.{re.escape(number)} .*$", article_60(), re.MULTILINE)
    assert found is not None
    return found[0]


def amended(change: Callable[[str], str]) -> Impact:
    changed = change(article_60())
    assert changed != article_60(), "the amendment must touch the text"
    return impact(
        edition(article_60()), edition(changed), NOTHING, {"station": STATION}, as_of=AS_OF
    )


def verdicts(result: Impact) -> dict[str, VerdictChange]:
    (design,) = result.designs
    return {change.rule or change.provision: change for change in design.changes}


def test_nothing_changes_between_a_text_and_itself() -> None:
    text = edition(article_60())
    result = impact(text, text, NOTHING, {"station": STATION}, as_of=AS_OF)
    assert {pair.status for pair in result.pairs} == {"unchanged"}
    assert (result.norms, result.rules) == ((), ())
    assert result.designs[0].changes == ()


def test_a_lower_number_tips_a_design_over_and_is_named_as_the_cause() -> None:
    result = amended(lambda text: text.replace("500 metres", "400 metres"))
    quantity = next(change for change in result.norms if change.kind == "quantity")
    assert (quantity.provision, quantity.old, quantity.new) == (
        "unclos:60.5", "<= 500 m", "<= 400 m",
    )  # fmt: skip
    for span, text, number in (
        (quantity.old_span, result.old.source, "500"),
        (quantity.new_span, result.new.source, "400"),
    ):
        assert span is not None
        assert text[span.start : span.end] == span.text
        assert number in span.text
    rule = next(change for change in result.rules if change.rule == "unclos-60-5-width")
    assert rule.kind == "number"
    assert rule.old is not None and rule.new is not None
    assert (rule.old.value, rule.new.value) == (500, 400)
    change = verdicts(result)["unclos-60-5-width"]
    assert (change.old_verdict, change.new_verdict) == ("satisfied", "violated")
    assert change.caused_by == ("unclos:60.5",)
    assert set(verdicts(result)) == {"unclos-60-5-width"}


def test_shall_that_becomes_may_is_another_modality() -> None:
    line = paragraph("5")
    result = amended(
        lambda text: text.replace(line, line.replace("shall determine", "may determine"))
    )
    change = next(change for change in result.norms if change.kind == "modality")
    assert (change.old, change.new) == ("obligation", "permission")
    assert change.old_span is not None and change.new_span is not None
    assert (change.old_span.text, change.new_span.text) == ("shall", "may")
    assert [(pair.id, pair.status) for pair in result.pairs if pair.status != "unchanged"] == [
        ("unclos:60.5", "reworded")
    ]


def test_a_removed_paragraph_takes_its_rules_along() -> None:
    line = paragraph("5")
    result = amended(lambda text: text.replace(f"{line}\n", ""))
    assert [pair.id for pair in result.pairs if pair.status == "removed"] == ["unclos:60.5"]
    lost = {change.rule for change in result.rules if change.kind == "lost"}
    assert "unclos-60-5-width" in lost
    assert {change.kind for change in result.norms} <= {"norm", "quantity", "exception"}
    assert all(change.new == "" for change in result.norms)
    change = verdicts(result)["unclos-60-5-width"]
    assert (change.old_verdict, change.new_verdict) == ("satisfied", None)
    assert change.caused_by == ("unclos:60.5",)


def test_a_renumbered_paragraph_keeps_its_rules_and_verdicts() -> None:
    line = paragraph("5")
    renumbered = line.replace("60.5 ", "60.9 ", 1)

    def change(text: str) -> str:
        return text.replace(f"{line}\n", "").rstrip() + f"\n{renumbered}\n"

    result = amended(change)
    assert [(pair.status, pair.renamed) for pair in result.pairs if pair.status != "unchanged"] == [
        ("renumbered", ("unclos:60.5", "unclos:60.9"))
    ]
    moved = {change.rule: change for change in result.rules}
    assert moved["unclos-60-5-width"].new_provision == "unclos:60.9"
    assert {change.kind for change in moved.values()} == {"moved"}
    assert verdicts(result) == {}
    assert result.norms == ()


def test_what_moves_up_into_a_removed_number_does_not_inherit_its_rules() -> None:
    gone = paragraph("5")

    def change(text: str) -> str:
        text = text.replace(f"{gone}\n", "")
        for number in ("6", "7", "8"):
            text = re.sub(rf"^60\.{number} ", f"60.{int(number) - 1} ", text, flags=re.MULTILINE)
        return text

    result = amended(change)
    changes = {change.rule: change for change in result.rules}
    assert changes["unclos-60-5-width"].kind == "lost"
    moved = {(c.old_provision, c.new_provision) for c in changes.values() if c.kind == "moved"}
    assert ("unclos:60.7", "unclos:60.6") in moved
    lost = {change.rule for change in changes.values() if change.kind == "lost"}
    assert set(verdicts(result)) <= lost
    assert verdicts(result)["unclos-60-5-width"].caused_by == ("unclos:60.5",)


def test_rules_follow_a_number_back_to_the_embedded_text() -> None:
    """The bindings know the embedded ids, whichever side the embedded text is on."""
    embedded = load_digests()["sla"]
    text = files("corpus.digest").joinpath("sla.md").read_text(encoding="utf-8")
    line = next(row for row in text.splitlines() if row.startswith("1314.b "))
    other = read(text.replace(line, line.replace("1314.b ", "1314.z ", 1)), file="sla.md")
    forth = impact(embedded, other, NOTHING, {}, as_of=AS_OF)
    back = impact(other, embedded, NOTHING, {}, as_of=AS_OF)
    assert {pair.renamed for pair in forth.pairs} - {None} == {("sla:1314.b", "sla:1314.z")}
    assert {(c.rule, c.old_provision, c.new_provision) for c in forth.rules} == {
        (c.rule, c.new_provision, c.old_provision) for c in back.rules
    }


def test_an_exception_added_is_told_with_its_words() -> None:
    line = paragraph("5")
    result = amended(
        lambda text: text.replace(line, f"{line} This shall not apply except during repairs.")
    )
    change = next(
        change for change in result.norms if change.kind == "exception" and not change.old
    )
    assert "repairs" in change.new
    assert change.old_span is None


def test_the_directive_of_2008_and_that_of_2017_differ_in_annex_iii_only() -> None:
    text = load_digests()["msfd"]
    before, after = (edition_at(text, date(year, 1, 1)) for year in (2016, 2018))
    result = impact(before, after, NOTHING, {"station": STATION}, as_of=AS_OF)
    changed = [pair for pair in result.pairs if pair.status != "unchanged"]
    assert changed
    assert all(pair.id.startswith("msfd:annex-iii.") for pair in changed)
    assert {pair.status for pair in changed} == {"added", "removed"}
    assert result.rules == ()
    assert result.designs[0].changes == ()


def test_two_instruments_cannot_be_compared() -> None:
    digests = load_digests()
    with pytest.raises(CorpusError, match="different instruments"):
        impact(digests["sla"], digests["ocsla"], NOTHING, {}, as_of=AS_OF)


def test_reports_hold_what_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    result = amended(lambda text: text.replace("500 metres", "400 metres"))
    data = json.loads(to_json(result))
    assert data == json.loads(json.dumps(impact_data(result)))
    assert sum(data["provisions"].values()) == len(result.pairs)
    assert [item["provision"] for item in data["changes"]] == ["unclos:60.5"]
    assert data["new"]["verified"] is False
    print_impact(result)
    shown = " ".join(capsys.readouterr().out.split())
    for words in ("<= 500 m -> <= 400 m", "satisfied -> violated", "because of unclos:60.5"):
        assert words in shown


def test_the_page_shows_the_change_and_reaches_for_nothing_outside() -> None:
    line = paragraph("5")
    result = amended(
        lambda text: text.replace("500 metres", "400 metres").replace(
            line[:20], f"{line[:20]}<script>alert(1)</script> "
        )
    )
    page = to_html(result)
    for words in ("&lt;= 400 m", "unclos-60-5-width", "&lt;script&gt;", "lawful"):
        assert words in page
    for reach in ("<script", "http://", "https://", "src=", "@import", "url("):
        assert reach not in page


def _ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run(["impact", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out, parse_constant=pytest.fail)


def test_the_command_compares_files_and_dates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], project: Path
) -> None:
    source = project / "corpus" / "digest" / "sla.md"
    copy = tmp_path / "amended.md"
    text = source.read_text(encoding="utf-8")
    copy.write_text(text.replace("shall not affect", "may affect", 1), encoding="utf-8")
    design = str(project / "examples" / "florida_reef.yaml")
    by_file = _ask(capsys, str(source), str(copy), design, "-o", str(tmp_path / "out"))
    by_name = _ask(capsys, "sla@2020-01-01", str(copy), design)
    assert by_file["changes"] == by_name["changes"] != []
    assert by_file["old"]["verified"] is True
    assert by_file["designs"][0]["design"] == design
    written = json.loads((tmp_path / "out" / "impact.json").read_text(encoding="utf-8"))
    assert written == by_file


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("nolaw@2020-01-01", "msfd", "neither a file nor an instrument"),
        ("msfd@soon", "msfd", "is not a date"),
        ("msfd@2001-01-01", "msfd", "not in force on 2001-01-01"),
        ("msfd", "sla", "different instruments"),
    ],
)
def test_bad_editions_are_refused_in_one_line(
    old: str, new: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["impact", old, new]) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert complaint in answer.err
    assert len(answer.err.strip().splitlines()) == 1


def test_a_number_that_a_permission_reads_elsewhere_follows_its_provision() -> None:
    rule = {
        "id": "x-1", "provision": "unclos:60.4", "title": "a safety zone", "class": "safety",
        "severity": "minor", "addressee": "operator", "effect": "direct",
        "permit": {"fact": "safety_zone.radius", "law": {"unit": "m", "provision": "unclos:60.5"}},
    }  # fmt: skip
    binding = BindingFile.model_validate({"instrument": "unclos", "rules": [rule]})
    (moved,) = following(binding, {"unclos:60.5": "unclos:60.6"}).rules
    (predicate,) = moved.predicates
    assert [pointer.provision for pointer in law_numbers(predicate)] == ["unclos:60.6"]
