"""The public conformance pack: every file of ``tests/conformance`` is one test.

The format is told in ``tests/conformance/README.md``. A case goes the way of a user's file: it is
written to disk, loaded, and audited whole against the embedded law, and against the invented laws
that it brings: their words go through the same reader, pipeline and compiler as those of real law.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

import corpus.digests
from base import BathylexError
from compliance import audit
from compliance.finding import AuditResult, Conflict, Finding, Verdict, worst
from corpus.digests import load_digests
from corpus.sources import load_sources, parse_sources
from examples import examples
from habitat.design import Design
from habitat.load import apply_settings, load_design
from jurisdictions import order
from jurisdictions.binding import BindingFile, RuleBinding
from jurisdictions.compiler import compile_rulebook, rulebook_for
from jurisdictions.places import place
from jurisdictions.relations import load_relations, read_relations
from jurisdictions.rulebook import RuleBook

PACK = Path(__file__).parent / "conformance"
KINDS = ("pass", "fail", "unknown", "invalid", "conflict")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Expected(_Part):
    """What one rule, or one provision by the worst of its findings, must come to."""

    rule: str | None = None
    provision: str | None = None
    verdict: Verdict
    margin: float | None = None
    unit: str | None = None
    bound: str | None = None
    missing: tuple[str, ...] | None = None
    effect: str | None = None
    basis: str | None = None
    because: str | None = None

    @model_validator(mode="after")
    def _names_one_thing(self) -> Expected:
        if (self.rule is None) == (self.provision is None):
            raise ValueError("give exactly one of 'rule' and 'provision'")
        return self


class Place(_Part):
    """What the site must come to."""

    zones: tuple[str, ...] | None = None
    coastal_state: str | None = None


class Law(_Part):
    """An invented law: words in the format of our digests, and the rules on them."""

    text: str
    rules: tuple[RuleBinding, ...] = ()


class ExpectedConflict(_Part):
    """What one conflict of the audit must come to; ``rules`` tells which one."""

    rules: frozenset[str] = Field(min_length=2)
    kind: Literal["bounds", "joint", "deontic"]
    resolution: Literal["legal", "policy", "open"]
    winners: frozenset[str] = frozenset()
    overridden: frozenset[str] = frozenset()
    still_owed: frozenset[str] = frozenset()
    claims: frozenset[str] = frozenset()
    permission: str | None = None
    applies: bool = True
    facts: frozenset[str] | None = None
    quotes: dict[str, str] = Field(default_factory=dict)
    because: str = ""


class RawFile(_Part):
    """A design file byte for byte: as text, or as hexadecimal digits."""

    name: str = "design.yaml"
    text: str | None = None
    hexadecimal: str | None = Field(default=None, alias="hex")

    def content(self) -> bytes:
        return (
            bytes.fromhex(self.hexadecimal)
            if self.hexadecimal is not None
            else (self.text or "").encode()
        )


class Case(_Part):
    """One file of the pack."""

    about: str = Field(min_length=30)
    design: dict[str, Any] | None = None
    example: str | None = None
    settings: dict[str, Any] = Field(default_factory=dict, alias="set")
    file: RawFile | None = None
    as_of: date = date(2026, 1, 1)
    verdict: Literal["lawful", "violated", "undetermined"] | None = None
    jurisdictions: dict[str, bool | None] = Field(default_factory=dict)
    site: Place | None = None
    laws: tuple[Law, ...] = ()
    relations: str = ""
    expect: tuple[Expected, ...] = ()
    conflicts: tuple[ExpectedConflict, ...] | None = None
    error: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_one_subject(self) -> Case:
        given = [item for item in (self.design, self.example, self.file) if item is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of 'design', 'example' and 'file'")
        return self


def paths() -> list[Path]:
    return sorted(PACK.glob("*.yaml"))


def read(path: Path) -> Case:
    return Case.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@cache
def book() -> RuleBook:
    return rulebook_for(load_digests())


@contextmanager
def invented(case: Case) -> Iterator[RuleBook]:
    """Give the law of a case; what it invents is known inside the block only."""
    if not case.laws:
        assert not case.relations, "relations join invented laws"
        yield book()
        return
    with pytest.MonkeyPatch.context() as patch:
        toml = (PACK / "laws.toml").read_text(encoding="utf-8")
        for name, origin in parse_sources(toml, where="laws.toml").items():
            patch.setitem(load_sources(), name, origin)
        place.cache_clear()
        relations = (*load_relations(), *read_relations(case.relations, where="relations"))
        patch.setattr(order, "load_relations", lambda: relations)
        read = [corpus.digests.read(law.text, file="a law of the case") for law in case.laws]
        texts = {text.instrument.id: text for text in read}
        assert len(texts) == len(case.laws), "one text for each invented law"
        bindings = {
            name: BindingFile(instrument=name, rules=law.rules)
            for name, law in zip(texts, case.laws, strict=True)
        }
        new = compile_rulebook(texts, bindings)
        law = book()
        yield RuleBook(
            key="",
            instruments=(*law.instruments, *new.instruments),
            provisions=(*law.provisions, *new.provisions),
            rules=(*law.rules, *new.rules),
            reviewed=law.reviewed,
            disputes=law.disputes,
        )
    place.cache_clear()


def load(case: Case, folder: Path) -> Design:
    if case.example is not None:
        found = {path.stem: path for path in examples()}
        return apply_settings(load_design(found[case.example]), case.settings)
    if case.file is not None:
        path = folder / case.file.name
        path.write_bytes(case.file.content())
    else:
        path = folder / "design.yaml"
        text = yaml.safe_dump(case.design, allow_unicode=True, sort_keys=False)
        path.write_text(text, encoding="utf-8")
    return apply_settings(load_design(path), case.settings)


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_case(path: Path, tmp_path: Path) -> None:
    case = read(path)
    if path.stem.startswith("invalid-"):
        refused(case, tmp_path)
        return
    check_kind(path.stem.partition("-")[0], case)
    with invented(case) as law:
        result = audit(load(case, tmp_path), law, as_of=case.as_of)
    check_accounting(result)
    check_place(case, result)
    for expected in case.expect:
        check_expected(expected, result)
    check_conflicts(case, result)


def refused(case: Case, folder: Path) -> None:
    with pytest.raises(BathylexError) as caught:
        audit(load(case, folder), book(), as_of=case.as_of)
    line = str(caught.value)
    assert case.error, "an invalid case says which words the error holds"
    assert "\n" not in line and len(line) < 400, line
    assert [words for words in case.error if words not in line] == [], line


def check_kind(kind: str, case: Case) -> None:
    """The name of a file tells what its expectations hold."""
    verdicts = {item.verdict for item in case.expect}
    assert verdicts, "a case without an expectation teaches nothing"
    assert bool(case.conflicts) == (kind == "conflict")
    if kind == "conflict":
        return
    assert ("violated" in verdicts) == (kind == "fail")
    if kind != "fail":
        assert ("undetermined" in verdicts) == (kind == "unknown")


def check_accounting(result: AuditResult) -> None:
    """Every provision counts exactly once, under the worst of its findings."""
    found: dict[str, set[Verdict]] = {}
    for finding in result.findings:
        found.setdefault(finding.provision, set()).add(finding.verdict)
    counted = Counter(worst(verdicts) for verdicts in found.values())
    assert {key: value for key, value in result.totals.items() if value} == dict(counted)
    for verdict, total in result.totals.items():
        parts = result.totals_by_jurisdiction.values()
        assert sum(part[verdict] for part in parts) == total


def check_place(case: Case, result: AuditResult) -> None:
    binding = {status.id: status.binding for status in result.jurisdictions}
    assert {name: binding[name] for name in case.jurisdictions} == case.jurisdictions
    if case.verdict is not None:
        assert result.verdict == case.verdict
    if case.site is not None:
        if case.site.zones is not None:
            assert result.site["zones"] == sorted(case.site.zones)
        if "coastal_state" in case.site.model_fields_set:
            assert result.site["coastal_state"] == case.site.coastal_state


def check_expected(expected: Expected, result: AuditResult) -> None:
    finding = the_finding(expected, result)
    assert finding.verdict == expected.verdict, finding.reason
    if expected.margin is not None:
        assert finding.margin == pytest.approx(expected.margin, rel=1e-3, abs=1e-9)
    if expected.unit is not None:
        assert finding.margin_unit == expected.unit
    if expected.bound is not None:
        assert finding.bound is not None and finding.bound.text == expected.bound
    if expected.missing is not None:
        assert finding.missing == expected.missing
    if expected.effect is not None:
        assert finding.effect == expected.effect
    if expected.basis is not None:
        assert finding.basis == expected.basis
    if expected.because is not None:
        assert expected.because in finding.reason


def check_conflicts(case: Case, result: AuditResult) -> None:
    """The conflicts are those of the case, no more and no less; without a word of it, none."""
    found = {frozenset(item.rules): item for item in result.conflicts}
    expected = {item.rules: item for item in case.conflicts or ()}
    assert set(found) == set(expected)
    for rules, item in expected.items():
        check_conflict(item, found[rules])


def check_conflict(expected: ExpectedConflict, found: Conflict) -> None:
    told = (
        expected.kind, expected.resolution, expected.winners, expected.overridden,
        expected.still_owed, expected.claims, expected.permission, expected.applies,
    )  # fmt: skip
    assert told == (
        found.kind, found.resolution, frozenset(found.winners), frozenset(found.overridden),
        frozenset(found.still_owed), frozenset(found.claims), found.permission, found.applies,
    )  # fmt: skip
    if expected.facts is not None:
        assert frozenset(found.facts) == expected.facts
    quotes = dict(zip(found.rules, found.quotes, strict=True))
    assert all(quotes.values()), "every member is quoted"
    for rule, words in expected.quotes.items():
        assert words in quotes[rule]
    assert expected.because in found.reason


def the_finding(expected: Expected, result: AuditResult) -> Finding:
    if expected.rule is not None:
        found = [item for item in result.findings if item.rule == expected.rule]
    else:
        found = [item for item in result.findings if item.provision == expected.provision]
    assert found, f"nothing was found on {expected.rule or expected.provision}"
    verdict = worst({item.verdict for item in found})
    return next(item for item in found if item.verdict == verdict)


def test_the_pack_is_large_and_spread() -> None:
    cases = {path.stem: read(path) for path in paths()}
    assert len(cases) >= 250
    assert {stem.partition("-")[0] for stem in cases} == set(KINDS)
    rules = {rule.id: rule.instrument for rule in book().rules}
    named = Counter(
        book().instrument_by_id[rules[item.rule]].instrument.jurisdiction
        for case in cases.values()
        for item in case.expect
        if item.rule in rules
    )
    assert set(named) == {
        "UNCLOS",
        "ISA",
        "US_OCSLA",
        "EU_MSFD",
        "ISO_14001",
        "ENGINEERING",
    }
    assert min(named.values()) >= 5


def test_every_case_teaches_something_of_its_own() -> None:
    told = Counter(read(path).about for path in paths())
    assert [about for about, count in told.items() if count > 1] == []
