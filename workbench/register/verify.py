"""Checking a register: every link of its chain, every record against its link, and the head."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base import sha256_bytes, sha256_text
from workbench.register.audits import unpack
from workbench.register.chain import START, digest, link_hash
from workbench.register.records import Verification
from workbench.register.tables import (
    KINDS,
    AuditRow,
    DesignRow,
    FindingRow,
    HeadRow,
    LedgerRow,
    Recorded,
    SignOffRow,
    VersionRow,
)


def verify(session: Session, *, known: str | None = None) -> Verification:
    """Check the chain from its first link and stop at the first that is broken.

    Args:
        session: one that sees one state of the database throughout.
        known: a hash that was kept elsewhere and must be in the chain.
    """
    previous, count, seen = START, 0, known in (None, START)
    links = session.execute(
        select(
            LedgerRow.sequence,
            LedgerRow.kind,
            LedgerRow.digest,
            LedgerRow.previous,
            LedgerRow.hash,
            LedgerRow.recorded,
        ).order_by(LedgerRow.sequence)
    ).all()
    for link in links:
        problem = next(_problems(session, link, count + 1, previous), None)
        if problem is not None:
            place = min(link.sequence, count + 1)
            return Verification(count, previous, place, problem)
        previous, count, seen = link.hash, count + 1, seen or link.hash == known
        session.expunge_all()
    problem = next(_problems_of_the_end(session, count, previous), None)
    if problem is not None:
        return Verification(count, previous, count + 1, problem)
    if not seen:
        return Verification(count, previous, None, f"the hash {known} is not in the chain")
    return Verification(count, previous)


def _problems(session: Session, link: Any, expected: int, previous: str) -> Iterator[str]:
    if link.sequence != expected:
        yield f"entry {expected} is missing (the next is {link.sequence})"
    if link.previous != previous:
        yield "does not follow the entry before it"
    made = link_hash(
        sequence=link.sequence,
        kind=link.kind,
        recorded=link.recorded,
        digest=link.digest,
        previous=link.previous,
    )
    if link.hash != made:
        yield "the entry was changed: its hash is not that of what it says"
    if link.kind not in KINDS:
        yield f"of a kind that is not known ('{link.kind}')"
        return
    record = session.get(KINDS[link.kind], link.sequence)
    if record is None:
        yield f"its {link.kind} is missing"
        return
    if digest(record.told()) != link.digest or record.recorded != link.recorded:
        yield f"its {link.kind} was changed"
    yield from _problems_inside(session, record)


def _problems_inside(session: Session, record: Recorded) -> Iterator[str]:
    """Check what a record itself only holds the hash of."""
    if isinstance(record, VersionRow):
        if sha256_bytes(record.content) != record.sha256:
            yield "the content of its version was changed"
        design = session.get(DesignRow, record.design_id)
        if design is None or design.name_sha256 != sha256_text(design.name):
            yield "the name of its design was changed"
        elif (design.id == record.id) != (record.number == 1):
            yield "does not belong to its design"
        elif record.number == 1 and design.name != record.name:
            yield "the name of its design was changed"
    elif isinstance(record, AuditRow):
        yield from _problems_of_an_audit(session, record)
    elif isinstance(record, SignOffRow):
        signed = session.get(LedgerRow, record.audit_id)
        if signed is None or signed.hash != record.audit_hash:
            yield "signs another audit than the one of that hash"


def _problems_of_an_audit(session: Session, record: AuditRow) -> Iterator[str]:
    session.refresh(record, ["result"])
    try:
        data = unpack(record.result)
    except ValueError:
        yield "the result of its audit cannot be read"
        return
    if digest(data) != record.result_sha256:
        yield "the result of its audit was changed"
    rows = session.scalars(
        select(FindingRow).where(FindingRow.audit_id == record.id).order_by(FindingRow.number)
    )
    if digest([row.told() for row in rows]) != record.findings_sha256:
        yield "the findings of its audit were changed"


def _problems_of_the_end(session: Session, count: int, last: str) -> Iterator[str]:
    head = session.scalars(select(HeadRow)).one_or_none()
    if head is None:
        yield "the head is missing"
    elif head.sequence != count:
        yield f"the head counts {head.sequence} entries, {count} are there"
    elif head.hash != last:
        yield "the head is not the hash of the last entry"
    for kind, table in KINDS.items():
        links = session.scalar(
            select(func.count()).select_from(LedgerRow).where(LedgerRow.kind == kind)
        )
        rows = session.scalar(select(func.count()).select_from(table))
        if rows != links:
            yield f"{rows} records of kind '{kind}', {links} entries"
