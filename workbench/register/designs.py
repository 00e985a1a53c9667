"""Designs and their versions, looked up in a register."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base import sha256_text
from workbench.register.records import DesignRecord, VersionRecord
from workbench.register.tables import AuditRow, DesignRow, LedgerRow, VersionRow


def design_of_name(session: Session, name: str) -> DesignRow | None:
    """Return the design of exactly this name, if there is one."""
    wanted = select(DesignRow).where(DesignRow.name_sha256 == sha256_text(name))
    return session.scalars(wanted).one_or_none()


def last_version(session: Session, design: int) -> VersionRow | None:
    """Return the newest version of a design, if it has any."""
    wanted = select(VersionRow).where(VersionRow.design_id == design)
    return session.scalars(wanted.order_by(VersionRow.number.desc()).limit(1)).first()


def version_record(session: Session, row: VersionRow) -> VersionRecord:
    """Return a version as the register gives it."""
    link = session.get_one(LedgerRow, row.id)
    return VersionRecord(
        id=row.id,
        hash=link.hash,
        design=row.design_id,
        number=row.number,
        name=row.name,
        format="json" if row.format == "json" else "yaml",
        sha256=row.sha256,
        by=row.by,
        recorded=row.recorded,
    )


def design_records(
    session: Session, *, design: int | None = None, limit: int | None = None, offset: int = 0
) -> list[DesignRecord]:
    """Return designs as the register gives them, those saved last first."""
    versions = (
        select(
            VersionRow.design_id,
            func.count().label("versions"),
            func.max(VersionRow.id).label("last"),
        )
        .group_by(VersionRow.design_id)
        .subquery()
    )
    made = (
        select(AuditRow.design_id, func.count().label("audits"))
        .group_by(AuditRow.design_id)
        .subquery()
    )
    wanted = (
        select(
            DesignRow.id,
            DesignRow.name,
            versions.c.versions,
            func.coalesce(made.c.audits, 0),
            LedgerRow.recorded,
        )
        .join(versions, versions.c.design_id == DesignRow.id)
        .join(LedgerRow, LedgerRow.sequence == versions.c.last)
        .outerjoin(made, made.c.design_id == DesignRow.id)
        .order_by(versions.c.last.desc())
    )
    if design is not None:
        wanted = wanted.where(DesignRow.id == design)
    return [DesignRecord(*row) for row in session.execute(wanted.limit(limit).offset(offset))]
