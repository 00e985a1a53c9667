"""Numbers come from the law text: edit a copy of it, and the verdict changes with no line of code.

A copy of a text goes into a folder of its own, one number in it is changed or taken out, and the
same design is audited against both. To stay fast each copy is compiled around one article.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from compliance import audit
from compliance.finding import AuditResult, Finding
from corpus.digests import load_digests
from corpus.digests import read as read_digest
from corpus.library import load_folder
from corpus.model import LawText
from habitat.design import Design
from jurisdictions.binding import BindingFile
from jurisdictions.compiler import compile_rulebook, law_numbers, load_bindings

STATION = {
    "name": "Ridge station",
    "purpose": "energy",
    "site": {"latitude": 37.84, "longitude": -31.52},
    "safety_zone": {"radius": "450 m"},
}
EXPLORER = {
    "name": "Nodule watch",
    "purpose": "mineral_exploration",
    "sponsoring_state": "NRU",
    "site": {"latitude": 10.4, "longitude": -117.2},
    "contract": {"resource": "nodules"},
    "reporting": {"annual_report_within": "80 day"},
}


@dataclass(frozen=True)
class Edit:
    """A number of the law, where it stands, and a design that it decides."""

    instrument: str
    article: str
    rule: str
    number: str
    lowered: str
    removed: str
    margin: float
    design: dict[str, Any]

    @property
    def provision(self) -> str:
        return next(
            rule.provision
            for rule in load_bindings()[self.instrument].rules
            if rule.id == self.rule
        )


WIDTH = Edit(
    instrument="unclos",
    article="unclos:60",
    rule="unclos-60-5-width",
    number="500 metres",
    lowered="400 metres",
    removed="a fitting width",
    margin=-50.0,
    design=STATION,
)
REPORT = Edit(
    instrument="isa-nodules",
    article="isa-nodules:annex-iv.10",
    rule="isa-nodules-clause-annual-report",
    number="90 days",
    lowered="60 days",
    removed="a fitting time",
    margin=-20.0,
    design=EXPLORER,
)
OFFICIAL = {
    "unclos": "unclos/unclos_1982_full_en.md",
    "isa-nodules": "isa/isba_19_c_17_nodules_exploration_2013.txt",
}
EDITS = pytest.mark.parametrize("edit", [WIDTH, REPORT], ids=["width", "report"])

Reader = Callable[[Path], LawText]


@cache
def digest(instrument: str) -> str:
    return files("corpus").joinpath(f"digest/{instrument}.md").read_bytes().decode("utf-8")


def from_digest(path: Path) -> LawText:
    return read_digest(path.read_bytes().decode("utf-8"), file=path.name)


def from_folder(path: Path) -> LawText:
    (text,) = load_folder(path.parent).values()
    return text


def edited(source: str, text: LawText, edit: Edit, words: str) -> str:
    """Replace the number inside the rule's provision, and nowhere else."""
    provision = text.by_id[edit.provision]
    assert provision.text.count(edit.number) == 1
    at = provision.start + provision.text.index(edit.number)
    assert source[at : at + len(edit.number)] == edit.number
    return source[:at] + words + source[at + len(edit.number) :]


def narrowed(text: LawText, article: str) -> LawText:
    """Keep one article with all that contains it, so that a test compiles a page and not a book."""
    around = {article, *(item.id for item in text.ancestors(article))}
    kept = tuple(
        item
        for item in text.provisions
        if item.id in around or article in {above.id for above in text.ancestors(item.id)}
    )
    return replace(text, provisions=kept)


def judged(text: LawText, edit: Edit) -> AuditResult:
    page = narrowed(text, edit.article)
    bindings = load_bindings()[edit.instrument]
    rules = tuple(
        rule
        for rule in bindings.rules
        if rule.provision in page.by_id
        and all(
            (pointer.provision or rule.provision) in page.by_id
            for part in (rule.when, rule.require, rule.unless)
            for pointer in law_numbers(part)
        )
    )
    book = compile_rulebook(
        {edit.instrument: page},
        {edit.instrument: BindingFile(instrument=edit.instrument, rules=rules)},
    )
    return audit(Design.model_validate(edit.design), book, as_of=date(2026, 1, 1))


def finding(result: AuditResult, rule: str) -> Finding:
    return next(item for item in result.findings if item.rule == rule)


def check_change(source: str, folder: Path, name: str, reader: Reader, edit: Edit) -> None:
    """Audit the text as it is, then with the lower number: satisfied, then violated."""
    path = folder / name
    path.write_bytes(source.encode("utf-8"))
    before = reader(path)
    first = finding(judged(before, edit), edit.rule)
    assert (first.verdict, first.bound and first.bound.text) == ("satisfied", edit.number)

    path.write_bytes(edited(source, before, edit, edit.lowered).encode("utf-8"))
    after = reader(path)
    result = judged(after, edit)
    second = finding(result, edit.rule)
    assert second.verdict == "violated"
    assert second.margin == pytest.approx(edit.margin)
    assert second.bound is not None
    assert second.bound.text == edit.lowered
    assert after.source[second.bound.span.start : second.bound.span.end] == edit.lowered
    assert edit.lowered in second.quote and edit.number not in second.quote
    assert after.source[second.span.start : second.span.end] == second.quote
    (entry,) = result.inputs["texts"]
    assert entry["verified"] is False
    assert entry["sha256"] != before.instrument.sha256


def check_removal(source: str, folder: Path, name: str, reader: Reader, edit: Edit) -> None:
    """Take the number out: the rule has no bound, and its verdict is neither pass nor fail."""
    path = folder / name
    path.write_bytes(source.encode("utf-8"))
    path.write_bytes(edited(source, reader(path), edit, edit.removed).encode("utf-8"))
    found = finding(judged(reader(path), edit), edit.rule)
    assert found.verdict == "undetermined"
    assert (found.margin, found.bound, found.missing) == (None, None, ())
    assert "no number" in found.reason


@EDITS
def test_a_digest_edited_changes_the_verdict(edit: Edit, tmp_path: Path) -> None:
    name = f"{edit.instrument}.md"
    check_change(digest(edit.instrument), tmp_path, name, from_digest, edit)


@EDITS
def test_a_digest_without_the_number_settles_nothing(edit: Edit, tmp_path: Path) -> None:
    name = f"{edit.instrument}.md"
    check_removal(digest(edit.instrument), tmp_path, name, from_digest, edit)


def official(corpora: Path, edit: Edit) -> tuple[str, str]:
    path = corpora / OFFICIAL[edit.instrument]
    return path.read_bytes().decode("utf-8"), path.name


@pytest.mark.official
@EDITS
def test_an_official_text_edited_changes_the_verdict(
    edit: Edit, corpora: Path, tmp_path: Path
) -> None:
    source, name = official(corpora, edit)
    check_change(source, tmp_path, name, from_folder, edit)


@pytest.mark.official
@EDITS
def test_an_official_text_without_the_number_settles_nothing(
    edit: Edit, corpora: Path, tmp_path: Path
) -> None:
    source, name = official(corpora, edit)
    check_removal(source, tmp_path, name, from_folder, edit)


@pytest.mark.official
@EDITS
def test_an_untouched_official_text_is_a_known_edition(
    edit: Edit, corpora: Path, tmp_path: Path
) -> None:
    source, name = official(corpora, edit)
    path = tmp_path / name
    path.write_bytes(source.encode("utf-8"))
    assert from_folder(path).instrument.verified


def test_only_the_embedded_digest_is_verified() -> None:
    copy = read_digest(digest("unclos"), file="unclos.md")
    assert not copy.instrument.verified
    assert all(text.instrument.verified for text in load_digests().values())
