"""``bathylex register``: what was audited, what was found, and who stood for it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from base import RegisterError, visible
from workbench.options import (
    as_of_option,
    corpus_option,
    day,
    design_argument,
    judging_options,
    jurisdictions_of,
    waivers_of,
)
from workbench.output import echo_json, json_option

if TYPE_CHECKING:
    from workbench.register import AuditRecord, Register

by_option = click.option("--by", metavar="WHO", help="Who records it (else the user logged in).")


@click.group(no_args_is_help=False)
def command() -> None:
    """Keep designs, audits, waivers and sign-offs; show the life of findings.

    The register is a file of SQLite, or what BATHYLEX_DATABASE_URL names (docs/register.md).
    """


@command.command("add")
@design_argument()
@as_of_option()
@corpus_option()
@judging_options
@by_option
@json_option
def add(
    design: Path,
    as_of: str | None,
    corpus: Path | None,
    jurisdictions: tuple[str, ...],
    without_custom: bool,
    readings: tuple[str, ...],
    waivers: Path | None,
    by: str | None,
    as_json: bool,
) -> int:
    """Audit DESIGN with the waivers of the register, record both, and show what changed.

    Waivers of a file are recorded too.
    """
    from base import read_bytes, sha256_bytes
    from base.errors import DesignError
    from compliance.audit import audit
    from compliance.baseline import compared
    from compliance.waivers import check_waivers
    from habitat.load import MAX_DESIGN_BYTES, load_design
    from jurisdictions.readings import with_readings
    from workbench.law import rulebook
    from workbench.register import open_register
    from workbench.register.baseline import last_of

    as_of_day, judged = day(as_of), jurisdictions_of(jurisdictions)
    loaded = load_design(design)
    content = read_bytes(design, limit=MAX_DESIGN_BYTES, error=DesignError)
    book = with_readings(rulebook(corpus), readings)
    given = waivers_of(waivers, book)
    with open_register() as register:
        known = register.design_named(loaded.name)
        held = () if known is None else register.waivers_for_audit(known.id)
        fresh = tuple(item for item in given if item not in held)
        check_waivers((*held, *fresh), book, where="the register and --waivers")
        result = audit(
            loaded,
            book,
            as_of=as_of_day,
            design_hash=sha256_bytes(content),
            jurisdictions=judged,
            custom=not without_custom,
            waivers=(*held, *fresh),
        )
        earlier = last_of(register, known.name) if known is not None and known.audits else None
        who = _who(by)
        with register.together():
            version = register.save_design(
                content,
                name=loaded.name,
                format="json" if design.suffix.lower() == ".json" else "yaml",
                by=who,
            )
            if register.waivers_for_audit(version.design) != held:
                raise RegisterError(
                    "its waivers were changed while it was audited",
                    where=loaded.name,
                    hint="add it again",
                )
            for waiver in fresh:
                register.add_waiver(version.design, waiver, by=who)
            recorded = register.record_audit(result, version=version.id, by=who)
    if earlier is not None:
        result = compared(result, earlier)
    if as_json:
        baseline = None if result.baseline is None else result.baseline.model_dump(mode="json")
        echo_json({"version": _plain(version), "audit": _plain(recorded), "baseline": baseline})
        return 0
    _say(
        f"{loaded.name}: version {version.number}, audit {recorded.id} ({recorded.verdict})",
        f"Hash {recorded.hash}",
    )
    if result.baseline is not None:
        from compliance.report.baseline_terminal import print_baseline

        print_baseline(result.baseline, _styled)
    return 0


@command.command("list")
@json_option
def list_designs(as_json: bool) -> int:
    """Designs in the register, each with its last audit."""
    from workbench.register import open_register

    with open_register() as register:
        found = [(item, register.audits(item.id, limit=1)) for item in register.designs()]
        where = register.where
    if as_json:
        designs = [
            {**_plain(item), "last_audit": _plain(last[0]) if last else None}
            for item, last in found
        ]
        echo_json({"register": where, "designs": designs})
        return 0
    _say(f"Register: {where}")
    for item, last in found:
        _say(
            f"{item.id:>5}  {item.name}  (versions {item.versions}, audits {item.audits})",
            *(f"       {_audit_line(audit)}" for audit in last),
        )
    if not found:
        _say("No designs yet: bathylex register add DESIGN")
    return 0


@command.command("show")
@click.argument("audit")
@click.option("--report", is_flag=True, help="Print the JSON report of the audit, as it was made.")
@json_option
def show(audit: str, report: bool, as_json: bool) -> int:
    """AUDIT by its number or hash, or the last of a design by name: findings and sign-offs."""
    from workbench.register import open_register

    with open_register() as register:
        found = _audit(register, audit)
        if report:
            echo_json(register.result_data(found.id))
            return 0
        design = register.design(found.design)
        findings = register.findings(found.id)
        signed = register.sign_offs(found.id)
    if as_json:
        echo_json(
            {
                "design": _plain(design),
                "audit": _plain(found),
                "findings": [_plain(item) for item in findings],
                "sign_offs": [_plain(item) for item in signed],
            }
        )
        return 0
    _say(design.name, _audit_line(found), f"Hash {found.hash}", f"By {found.by or 'nobody named'}")
    for item in findings:
        if item.state is not None:
            word = item.verdict or "not judged"
            _say(f"  {item.state:<10} {word:<13} {item.citation}: {item.title}")
    for sign in signed:
        _say(f"Signed off by {sign.who}, {_time(sign.recorded)}: {sign.statement}")
    return 0


@command.command("history")
@click.argument("design")
@json_option
def history(design: str, as_json: bool) -> int:
    """Versions and audits of DESIGN (name or number), and the life of each finding."""
    from workbench.register import open_register

    with open_register() as register:
        found = register.design(design)
        versions = register.versions(found.id)
        audits = register.audits(found.id)
        waivers = register.waivers(found.id, withdrawn=True)
        lives = register.history(found.id)
    if as_json:
        echo_json(
            {
                "design": _plain(found),
                "versions": [_plain(item) for item in versions],
                "audits": [_plain(item) for item in audits],
                "waivers": [_plain(item) for item in waivers],
                "findings": [{**_plain(item), "state": item.state} for item in lives],
            }
        )
        return 0
    _say(found.name)
    for version in reversed(versions):
        _say(f"Version {version.number} {_time(version.recorded)} sha256 {version.sha256[:12]}")
    for audit in reversed(audits):
        _say(_audit_line(audit))
    for waiver in waivers:
        until = "without an end" if waiver.until is None else f"until {waiver.until}"
        end = "" if waiver.ended is None else f", withdrawn: {waiver.end_reason}"
        _say(f"Waiver {waiver.id} of {waiver.provision} by {waiver.who} {until}{end}")
    for life in lives:
        steps = " → ".join(f"{step.state} ({step.audit})" for step in life.steps)
        _say(f"{life.steps[-1].citation}: {life.steps[-1].title}", f"    {steps}")
    return 0


@command.command("sign-off")
@click.argument("audit")
@click.option("--who", required=True, help="Who signs off.")
@click.option("--statement", required=True, help="What they declare.")
@json_option
def sign_off(audit: str, who: str, statement: str, as_json: bool) -> int:
    """Record who stands for AUDIT (number, hash, or a design's last) and what they declare."""
    from workbench.register import open_register

    with open_register() as register:
        found = _audit(register, audit)
        signed = register.sign_off(found.id, who=who, statement=statement)
    if as_json:
        echo_json(_plain(signed))
    else:
        _say(f"Entry {signed.id}: {signed.who} signed off audit {signed.audit}", signed.audit_hash)
    return 0


@command.command("withdraw")
@click.argument("waiver", type=int)
@click.option("--reason", required=True, help="Why it holds no longer.")
@by_option
@json_option
def withdraw(waiver: int, reason: str, by: str | None, as_json: bool) -> int:
    """Withdraw WAIVER (its number in the history), which stays in the register."""
    from workbench.register import open_register

    with open_register() as register:
        ended = register.withdraw_waiver(waiver, reason=reason, by=_who(by))
    if as_json:
        echo_json(_plain(ended))
    else:
        _say(f"Waiver {ended.id} of {ended.provision} is withdrawn")
    return 0


@command.command("verify")
@click.option("--known", metavar="HASH", help="A hash kept elsewhere that must be in the chain.")
@json_option
def verify(known: str | None, as_json: bool) -> int:
    """Check the hash chain; the first broken entry is named, with exit status 2."""
    from workbench.register import open_register

    with open_register() as register:
        found = register.verify(known=known)
        where = register.where
    if as_json:
        echo_json({"register": where, "sound": found.sound, **_plain(found)})
    if not found.sound:
        place = where if found.broken is None else f"{where}, entry {found.broken}"
        raise RegisterError(found.problem, where=place, hint="compare it with a backup")
    if not as_json:
        _say(f"{found.entries} entries, all sound", f"Head {found.head}")
    return 0


def _audit(register: Register, given: str) -> AuditRecord:
    """Return an audit by number or hash, or the last one of a design."""
    try:
        return register.audit(given)
    except RegisterError:
        last = register.audits(register.design(given).id, limit=1)
    if not last:
        raise RegisterError(f"no audit of design '{given}'", where=register.where)
    return last[0]


def _audit_line(audit: AuditRecord) -> str:
    states = ", ".join(f"{count} {state}" for state, count in audit.states.items() if count)
    return (
        f"Audit {audit.id} {_time(audit.recorded)} law as of {audit.as_of}: {audit.verdict}"
        f"{f' ({states})' if states else ''}"
    )


def _who(given: str | None) -> str:
    if given is not None:
        return given
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _plain(record: Any) -> dict[str, Any]:
    """Return a record as plain JSON values."""
    return {name: _value(value) for name, value in asdict(record).items()}


def _value(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _value(item) for name, item in value.items()}
    return [_value(item) for item in value] if isinstance(value, list | tuple) else value


def _say(*lines: str) -> None:
    for line in lines:
        click.echo(visible(line))


def _styled(text: str = "", style: str = "", *, indent: int = 0) -> None:
    del style
    _say(f"{' ' * indent}{text}")
