"""What people grant and declare: waivers, their withdrawal, and sign-offs."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from base import RegisterError
from compliance.waiver import Waiver
from workbench.register.chain import Chain
from workbench.register.records import SignOffRecord, WaiverRecord
from workbench.register.storable import storable
from workbench.register.tables import LedgerRow, SignOffRow, WaiverEndRow, WaiverRow


def add_waiver(
    chain: Chain, session: Session, design: int, waiver: Waiver, by: str
) -> WaiverRecord:
    """Write a waiver as the next link."""
    row = WaiverRow(
        id=chain.next,
        design_id=design,
        provision=storable(waiver.provision),
        who=storable(waiver.who),
        reason=storable(waiver.reason),
        start=waiver.start,
        until=waiver.until if isinstance(waiver.until, date) else None,
        reference=None if waiver.reference is None else storable(waiver.reference),
        by=storable(by),
        recorded=chain.now,
    )
    chain.append("waiver", row)
    return _waivers(session, waiver=row.id)[0]


def withdraw_waiver(
    chain: Chain, session: Session, waiver: int, reason: str, by: str
) -> WaiverRecord:
    """Write the withdrawal of a waiver as the next link.

    Raises:
        RegisterError: no such waiver, or it was withdrawn before.
    """
    found = _waivers(session, waiver=waiver)
    if not found:
        raise RegisterError(f"no waiver {waiver}")
    if found[0].ended is not None:
        raise RegisterError("was withdrawn before", where=f"waiver {waiver}")
    row = WaiverEndRow(
        id=chain.next,
        waiver_id=waiver,
        reason=_said(reason, "reason"),
        by=storable(by),
        recorded=chain.now,
    )
    chain.append("waiver_end", row)
    return _waivers(session, waiver=waiver)[0]


def waiver_records(session: Session, design: int, *, withdrawn: bool) -> list[WaiverRecord]:
    """Return the waivers of a design in the order in which they came."""
    found = _waivers(session, design=design)
    return [item for item in found if withdrawn or item.ended is None]


def as_waiver(record: WaiverRecord) -> Waiver:
    """Return a waiver as an audit takes it."""
    begins = {} if record.start is None else {"from": record.start}
    return Waiver.model_validate(
        {
            "provision": record.provision,
            "reason": record.reason,
            "who": record.who,
            "until": record.until or "none",
            "reference": record.reference,
            **begins,
        }
    )


def _waivers(
    session: Session, *, design: int | None = None, waiver: int | None = None
) -> list[WaiverRecord]:
    wanted = (
        select(WaiverRow, LedgerRow.hash, WaiverEndRow)
        .join(LedgerRow, LedgerRow.sequence == WaiverRow.id)
        .outerjoin(WaiverEndRow, WaiverEndRow.waiver_id == WaiverRow.id)
        .order_by(WaiverRow.id)
    )
    if design is not None:
        wanted = wanted.where(WaiverRow.design_id == design)
    if waiver is not None:
        wanted = wanted.where(WaiverRow.id == waiver)
    return [
        WaiverRecord(
            id=row.id,
            hash=link,
            design=row.design_id,
            provision=row.provision,
            who=row.who,
            reason=row.reason,
            start=row.start,
            until=row.until,
            reference=row.reference,
            by=row.by,
            recorded=row.recorded,
            ended=None if end is None else end.recorded,
            ended_by=None if end is None else end.by,
            end_reason=None if end is None else end.reason,
        )
        for row, link, end in session.execute(wanted)
    ]


def sign_off(chain: Chain, session: Session, audit: int, who: str, statement: str) -> SignOffRecord:
    """Write a sign-off as the next link."""
    row = SignOffRow(
        id=chain.next,
        audit_id=audit,
        audit_hash=session.get_one(LedgerRow, audit).hash,
        who=_said(who, "who"),
        statement=_said(statement, "statement"),
        recorded=chain.now,
    )
    link = chain.append("sign_off", row)
    return _sign_off_record(row, link.hash)


def sign_off_records(session: Session, audit: int) -> list[SignOffRecord]:
    """Return the sign-offs of an audit in the order in which they came."""
    wanted = select(SignOffRow, LedgerRow.hash).join(LedgerRow, LedgerRow.sequence == SignOffRow.id)
    wanted = wanted.where(SignOffRow.audit_id == audit).order_by(SignOffRow.id)
    return [_sign_off_record(row, link) for row, link in session.execute(wanted)]


def _sign_off_record(row: SignOffRow, link: str) -> SignOffRecord:
    return SignOffRecord(
        id=row.id,
        hash=link,
        audit=row.audit_id,
        audit_hash=row.audit_hash,
        who=row.who,
        statement=row.statement,
        recorded=row.recorded,
    )


def _said(text: str, what: str) -> str:
    if not text.strip():
        raise RegisterError("says nothing", where=what, hint="give some text")
    return storable(text.strip())
