"""Audits in a register: packed, recorded with the life of their findings, and read back."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from base import RegisterError
from compliance.finding import AuditResult, State, Verdict
from compliance.life import STATES, Key, Lived, lives
from compliance.report.as_json import to_data
from workbench.register.chain import Chain, digest
from workbench.register.records import AuditRecord, FindingHistory, FindingRecord
from workbench.register.storable import storable
from workbench.register.tables import AuditRow, FindingRow, LedgerRow, VersionRow

#: The largest result that is unpacked, in bytes of JSON.
MAX_RESULT_BYTES = 256 * 1024 * 1024
NOT_JUDGED = "not judged in this audit"


def pack(data: dict[str, Any]) -> bytes:
    """Return a result, in the order of its JSON report, as compressed JSON."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return zlib.compress(text.encode("ascii"), 6)


def unpack(packed: bytes) -> dict[str, Any]:
    """Return what :func:`pack` packed.

    Raises:
        ValueError: it is not that.
    """
    try:
        inflate = zlib.decompressobj()
        text = inflate.decompress(packed, MAX_RESULT_BYTES)
        if not inflate.eof:
            raise ValueError("cut short or too large")
        data = json.loads(text)
    except (zlib.error, RecursionError) as problem:
        raise ValueError(str(problem)) from problem
    if not isinstance(data, dict):
        raise ValueError("no result of an audit")
    return data


@dataclass(frozen=True, slots=True)
class Packed:
    """A result made ready before the chain is held, since that takes longest."""

    result: AuditResult
    packed: bytes
    sha256: str


def prepared(result: AuditResult) -> Packed:
    """Return a result ready to be recorded."""
    data = to_data(result)
    return Packed(result, pack(data), digest(data))


def record(chain: Chain, session: Session, version: VersionRow, ready: Packed, by: str) -> int:
    """Write an audit and its findings as the next link, and return its id."""
    result = ready.result
    lived = lives(states_of(session, version.design_id), result)
    findings = _rows(chain.next, lived, _names(session, version.design_id, lived))
    states = Counter(item.state for item in lived.values() if item.state is not None)
    row = AuditRow(
        id=chain.next,
        design_id=version.design_id,
        version_id=version.id,
        as_of=date.fromisoformat(result.as_of),
        verdict=result.verdict,
        totals=dict(result.totals),
        states={state: states.get(state, 0) for state in STATES},
        result=ready.packed,
        result_sha256=ready.sha256,
        findings_sha256=digest([item.told() for item in findings]),
        by=storable(by),
        recorded=chain.now,
    )
    chain.append("audit", row, after=tuple(findings))
    return row.id


def last_audit(session: Session, design: int) -> int | None:
    """Return the id of the last audit of a design."""
    wanted = select(AuditRow.id).where(AuditRow.design_id == design)
    return session.scalars(wanted.order_by(AuditRow.id.desc()).limit(1)).first()


def states_of(session: Session, design: int) -> dict[Key, State]:
    """Return the state of every finding of a design that has one, after its last audit."""
    last = last_audit(session, design)
    wanted = select(FindingRow.provision, FindingRow.rule, FindingRow.state).where(
        FindingRow.audit_id == last, FindingRow.state.is_not(None)
    )
    return {
        (provision, rule): cast(State, state) for provision, rule, state in session.execute(wanted)
    }


def _names(session: Session, design: int, lived: dict[Key, Lived]) -> dict[Key, FindingRow]:
    """Return the last rows of findings that the audit now does not judge, for their titles."""
    if all(item.finding is not None or item.state is None for item in lived.values()):
        return {}
    wanted = select(FindingRow).where(FindingRow.audit_id == last_audit(session, design))
    return {(row.provision, row.rule): row for row in session.scalars(wanted)}


def _rows(audit: int, lived: dict[Key, Lived], before: dict[Key, FindingRow]) -> list[FindingRow]:
    rows: list[FindingRow] = []
    for (provision, rule), item in lived.items():
        told = item.finding if item.finding is not None else before.get((provision, rule))
        idle = item.finding is None or item.finding.verdict == "inapplicable"
        if told is None or (idle and item.state is None):
            continue
        rows.append(
            FindingRow(
                audit_id=audit,
                number=len(rows),
                provision=storable(provision),
                rule=storable(rule),
                jurisdiction=storable(told.jurisdiction),
                citation=storable(told.citation),
                title=storable(told.title),
                severity=told.severity,
                verdict=None if item.finding is None else item.finding.verdict,
                state=item.state,
                reason=NOT_JUDGED if item.finding is None else storable(item.finding.reason),
            )
        )
    return rows


def audit_records(
    session: Session,
    *,
    design: int | None = None,
    audit: int | None = None,
    limit: int | None = None,
) -> list[AuditRecord]:
    """Return audits, the newest first."""
    wanted = select(AuditRow, LedgerRow).join(LedgerRow, LedgerRow.sequence == AuditRow.id)
    if design is not None:
        wanted = wanted.where(AuditRow.design_id == design)
    if audit is not None:
        wanted = wanted.where(AuditRow.id == audit)
    wanted = wanted.order_by(AuditRow.id.desc()).limit(limit)
    return [_audit_record(row, link) for row, link in session.execute(wanted)]


def _audit_record(row: AuditRow, link: LedgerRow) -> AuditRecord:
    return AuditRecord(
        id=row.id,
        hash=link.hash,
        previous=link.previous,
        design=row.design_id,
        version=row.version_id,
        as_of=row.as_of,
        verdict=cast(Literal["lawful", "violated", "undetermined"], row.verdict),
        totals=row.totals,
        states=row.states,
        result_sha256=row.result_sha256,
        by=row.by,
        recorded=row.recorded,
    )


def finding_records(
    session: Session,
    audit: int,
    *,
    states: Sequence[State] | None = None,
    verdicts: Sequence[Verdict] | None = None,
) -> list[FindingRecord]:
    """Return the findings of an audit in the order of its report."""
    wanted = select(FindingRow).where(FindingRow.audit_id == audit).order_by(FindingRow.number)
    if states is not None:
        wanted = wanted.where(FindingRow.state.in_(states))
    if verdicts is not None:
        wanted = wanted.where(FindingRow.verdict.in_(verdicts))
    return [_finding_record(row) for row in session.scalars(wanted)]


def finding_histories(session: Session, design: int) -> list[FindingHistory]:
    """Return the life of every finding of a design, in the order in which they began."""
    wanted = (
        select(FindingRow)
        .join(AuditRow, AuditRow.id == FindingRow.audit_id)
        .where(AuditRow.design_id == design, FindingRow.state.is_not(None))
        .order_by(FindingRow.audit_id, FindingRow.number)
    )
    found: dict[Key, list[FindingRecord]] = {}
    for row in session.scalars(wanted):
        found.setdefault((row.provision, row.rule), []).append(_finding_record(row))
    return [
        FindingHistory(provision, rule or None, tuple(steps))
        for (provision, rule), steps in found.items()
    ]


def _finding_record(row: FindingRow) -> FindingRecord:
    return FindingRecord(
        audit=row.audit_id,
        provision=row.provision,
        rule=row.rule or None,
        jurisdiction=row.jurisdiction,
        citation=row.citation,
        title=row.title,
        severity=row.severity,
        verdict=cast("Verdict | None", row.verdict),
        state=cast("State | None", row.state),
        reason=row.reason,
    )


def result_data(session: Session, audit: int) -> dict[str, Any]:
    """Return the result of an audit as its JSON report has it.

    Raises:
        RegisterError: what is stored cannot be read.
    """
    packed = session.scalars(select(AuditRow.result).where(AuditRow.id == audit)).one()
    try:
        return unpack(packed)
    except ValueError as problem:
        raise RegisterError(
            f"the result is damaged ({problem})",
            where=f"audit {audit}",
            hint="run bathylex register verify",
        ) from None
