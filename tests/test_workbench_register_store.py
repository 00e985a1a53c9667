"""What a register keeps and gives back, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workbench.register
from base import RegisterError, sha256_bytes
from compliance.finding import LEFT_OUT
from compliance.report.as_json import to_data
from compliance.waiver import Waiver
from tests.small_results import DESIGN, finding, result
from workbench.register import AuditRecord, Register, VersionRecord, open_register
from workbench.register.baseline import last_of

NASTY = [
    "plain",
    "Naïve ☃ 深海 🌊",
    "nul \0 inside",
    "lone \ud800 surrogate",
    "'; DROP TABLE designs; --",
    "%s %(name)s :name {} \\",
    "\u202eevil\u202c",
    "x" * 100_000,
    "",
]


@pytest.fixture
def register(database_url: str) -> Iterator[Register]:
    with open_register(database_url) as opened:
        yield opened


def _audited(
    register: Register, version: VersionRecord, *findings: Any, **more: Any
) -> AuditRecord:
    now = result(*findings, design_sha256=version.sha256, **more)
    return register.record_audit(now, version=version.id, by="A")


def test_the_public_names() -> None:
    assert workbench.register.__all__ == [
        "AuditRecord",
        "DesignRecord",
        "FindingHistory",
        "FindingRecord",
        "JobRecord",
        "Jobs",
        "Register",
        "SignOffRecord",
        "Verification",
        "VersionRecord",
        "WaiverRecord",
        "open_register",
    ]


def test_a_design_gets_a_version_for_each_new_content(register: Register) -> None:
    first = register.save_design(DESIGN, name="Hut", by="A")
    assert (first.design, first.number, first.sha256) == (first.id, 1, sha256_bytes(DESIGN))
    assert register.save_design(DESIGN.decode(), name="Hut", by="B") == first
    second = register.save_design(DESIGN + b"#", name="Hut")
    third = register.save_design(DESIGN, name="Hut")
    assert [item.number for item in register.versions(first.design)] == [3, 2, 1]
    assert third.sha256 == first.sha256 and third.id != first.id
    assert register.content(second.id) == DESIGN + b"#"
    other = register.save_design(DESIGN, name="hut")
    assert other.design != first.design
    renamed = register.save_design(DESIGN, name="Palace", design=first.design)
    assert (renamed.design, renamed.number, renamed.name) == (first.design, 4, "Palace")
    assert [item.name for item in register.designs()] == ["Hut", "hut"]
    assert [item.name for item in register.designs(limit=1, offset=1)] == ["hut"]
    assert register.design("Hut").versions == 4
    assert register.design(str(first.design)) == register.design(first.design)
    assert register.version(renamed.id) == renamed


def test_a_name_goes_before_a_number(register: Register) -> None:
    first = register.save_design("a", name="A")
    numbered = register.save_design("b", name=str(first.id))
    assert register.design(str(first.id)).id == numbered.design
    assert register.design(first.id).name == "A"
    assert register.design_named("1") is not None
    assert register.design_named(str(numbered.id)) is None


def test_an_audit_comes_back_whole(register: Register) -> None:
    version = register.save_design(DESIGN, name="Hut")
    now = result(
        finding("a:1", "violated", margin=-1.25e-7, facts={"depth": 1e300, "ü": [True, None]}),
        finding("a:2", "inapplicable"),
        finding("a:3", "open_norm", rule=None),
        design_sha256=version.sha256,
    )
    audit = register.record_audit(now, version=version.id, by="Æ")
    assert register.result(audit.id) == now
    assert list(register.result_data(audit.hash)) == list(to_data(now)), "the report's own order"
    assert register.audit(audit.id) == register.audit(audit.hash[:8]) == audit
    assert (audit.verdict, audit.as_of, audit.by) == ("violated", date(2026, 1, 1), "Æ")
    assert audit.previous == version.hash
    assert [(item.provision, item.rule, item.state) for item in register.findings(audit.id)] == [
        ("a:1", "a:1#rule", "new"),
        ("a:3", None, None),
    ]
    assert register.findings(audit.id, states=["open"]) == []
    assert len(register.findings(audit.id, verdicts=["violated"])) == 1


def test_an_audit_of_another_content_is_refused(register: Register) -> None:
    version = register.save_design(DESIGN, name="Hut")
    for sha256 in ("", "0" * 64):
        now = result(design_sha256=sha256)
        with pytest.raises(RegisterError, match="not of this version"):
            register.record_audit(now, version=version.id)
    assert register.verify().entries == 1


def test_a_finding_has_a_life_over_the_audits_of_its_design(register: Register) -> None:
    version = register.save_design(DESIGN, name="Hut")
    other = register.save_design(DESIGN, name="Other")
    _audited(register, version, finding("a:1", "violated"), finding("a:2", "satisfied"))
    _audited(register, other, finding("a:1", "satisfied"))
    _audited(register, version, finding("a:1", "inapplicable", reason=LEFT_OUT))
    _audited(register, version, finding("a:1", "satisfied"), finding("a:2", "undetermined"))
    last = _audited(register, version, finding("a:1", "violated"), finding("a:2", "waived"))
    lives = {life.provision: life for life in register.history(version.design)}
    assert [step.state for step in lives["a:1"].steps] == ["new", "open", "fixed", "regressed"]
    assert [step.verdict for step in lives["a:1"].steps] == [
        "violated", None, "satisfied", "violated",
    ]  # fmt: skip
    assert [step.state for step in lives["a:2"].steps] == ["new", "waived"]
    assert lives["a:1"].state == "regressed"
    assert lives["a:1"].steps[1].title == "what a:1 asks"
    assert last.states == {"new": 0, "open": 0, "waived": 1, "fixed": 0, "regressed": 1}
    assert register.history(other.design) == []


def test_the_last_audit_as_a_baseline_knows_what_was_fixed(register: Register) -> None:
    from compliance.baseline import compare

    version = register.save_design(DESIGN, name="Hut")
    _audited(register, version, finding("a:1", "violated"))
    audit = _audited(register, version, finding("a:1", "satisfied"))
    now = result(finding("a:1", "violated"), design_sha256="")
    found = compare(last_of(register, "Hut"), now)
    assert [(item.state, item.before) for item in found.findings] == [("regressed", "satisfied")]
    assert (found.source["entry"], found.source["hash"]) == (audit.id, audit.hash)
    for name in ("Nobody", str(version.design)):
        with pytest.raises(RegisterError, match="no audit of design"):
            last_of(register, name)


def test_waivers_are_kept_though_withdrawn(register: Register) -> None:
    version = register.save_design(DESIGN, name="Hut")
    given = Waiver.model_validate(
        {
            "provision": "a:1", "reason": "tests", "who": "The State", "until": "2030-01-31",
            "from": "2020-01-01", "reference": "No. 7",
        }
    )  # fmt: skip
    endless = Waiver(provision="a:2", reason="r", who="w", until="none")
    first = register.add_waiver(version.design, given, by="A")
    register.add_waiver(version.design, endless)
    assert register.waivers_for_audit(version.design) == (given, endless)
    ended = register.withdraw_waiver(first.id, reason="void", by="B")
    assert (ended.end_reason, ended.ended_by) == ("void", "B")
    assert register.waivers_for_audit(version.design) == (endless,)
    assert register.waivers(version.design, withdrawn=True)[0].id == first.id
    with pytest.raises(RegisterError, match="withdrawn before"):
        register.withdraw_waiver(first.id, reason="again")
    with pytest.raises(RegisterError, match="no waiver"):
        register.withdraw_waiver(version.id, reason="none of them")
    with pytest.raises(RegisterError, match="says nothing"):
        register.withdraw_waiver(ended.id + 1, reason=" ")


def test_sign_offs_are_appended(register: Register) -> None:
    version = register.save_design(DESIGN, name="Hut")
    audit = _audited(register, version)
    first = register.sign_off(audit.id, who="A", statement=" Fine. ")
    register.sign_off(audit.hash, who="B", statement="Not fine.")
    assert (first.audit_hash, first.statement) == (audit.hash, "Fine.")
    assert [item.who for item in register.sign_offs(audit.id)] == ["A", "B"]
    for who, statement in (("", "x"), ("A", " \n")):
        with pytest.raises(RegisterError, match="says nothing"):
            register.sign_off(audit.id, who=who, statement=statement)


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_any_text_is_kept(register: Register, text: str) -> None:
    version = register.save_design(text, name=text, by=text)
    assert register.save_design(text, name=text, by=text) == version
    audit = _audited(
        register, version, finding("a:1", "violated", title=text, reason=text), name=text
    )
    assert register.result(audit.id).design["name"] == text
    waiver = Waiver(provision="a:1", reason="r" + text, who="w", until="none", reference="x")
    register.add_waiver(version.design, waiver, by=text)
    register.sign_off(audit.id, who="w" + text, statement="s" + text)
    kept = text.replace("\0", "␀").replace("\ud800", "\ufffd")
    assert register.design(text).name == kept
    assert register.findings(audit.id)[0].reason == kept
    assert register.sign_offs(audit.id)[0].statement == "s" + kept
    assert register.verify().sound


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text(st.characters(codec=None)), by=st.text(), content=st.binary(max_size=50))
def test_any_name_finds_its_design(register: Register, name: str, by: str, content: bytes) -> None:
    version = register.save_design(content, name=name, by=by)
    found = register.design_named(name)
    assert found is not None and found.id == version.design
    assert register.content(version.id) == content
    assert register.verify().sound


@pytest.mark.parametrize("number", [0, -1, 99, 2**31, 2**63, 10**30])
def test_what_is_not_there_is_one_line(register: Register, number: int) -> None:
    for ask in (
        lambda: register.design(number),
        lambda: register.design(str(number)),
        lambda: register.versions(number),
        lambda: register.content(number),
        lambda: register.audit(number),
        lambda: register.audit(str(number)),
        lambda: register.history(number),
        lambda: register.withdraw_waiver(number, reason="x"),
        lambda: register.jobs.get(number),
    ):
        with pytest.raises(RegisterError, match=r"\A[^\n]+\Z"):
            ask()


@pytest.mark.parametrize("given", ["", "%", "_" * 8, "zzzzzzzz", "0" * 64, "\0" * 9, "abcdef1%"])
def test_a_hash_is_digits(register: Register, given: str) -> None:
    _audited(register, register.save_design(DESIGN, name="Hut"))
    with pytest.raises(RegisterError, match="no audit"):
        register.audit(given)


def test_a_design_too_large_is_refused(register: Register) -> None:
    with pytest.raises(RegisterError, match="larger than 1048576 bytes"):
        register.save_design(b"x" * (2**20 + 1), name="Hut")


def test_threads_share_a_register(register: Register) -> None:
    problems: list[Exception] = []

    def work(name: str) -> None:
        try:
            for turn in range(5):
                version = register.save_design(f"{name} {turn}", name=name)
                _audited(register, version, finding("a:1", "violated", reason=name))
                assert register.designs()
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(f"Hut {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert register.verify().entries == 60
    assert sorted(item.audits for item in register.designs()) == [5] * 6


def test_moments_are_in_utc_to_the_microsecond(database_url: str) -> None:
    moment = datetime.fromisoformat("2026-03-29T01:30:00.123456+02:00")
    with open_register(database_url, clock=lambda: moment) as register:
        register.save_design(DESIGN, name="Hut")
    with open_register(database_url) as register:
        (version,) = register.versions(1)
        assert version.recorded == moment
        assert version.recorded.tzinfo == UTC
        assert register.verify().sound
