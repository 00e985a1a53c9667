"""The tables of a register, as SQLAlchemy models; ``migrations/`` makes them in a database.

Every lasting record is one entry of one chain: its id is its place in ``ledger``, whose rows hold a
digest of the record and the hash of the row before. Only ``head`` and ``jobs`` are ever changed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

#: Tables whose rows are written once: triggers refuse to change or delete them.
WRITTEN_ONCE = (
    "ledger",
    "designs",
    "versions",
    "audits",
    "findings",
    "waivers",
    "waiver_ends",
    "sign_offs",
)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC to the microsecond; SQLite keeps no time zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Root of the models."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def _entry() -> Mapped[int]:
    return mapped_column(ForeignKey("ledger.sequence"), primary_key=True, autoincrement=False)


class LedgerRow(Base):
    """One link of the chain: what was recorded, and the hash that ties it to the link before."""

    __tablename__ = "ledger"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    recorded: Mapped[datetime] = mapped_column(Moment)


class HeadRow(Base):
    """The end of the chain: one row, locked by whoever writes."""

    __tablename__ = "head"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class DesignRow(Base):
    """A design: a name under which versions are kept. Its id is that of its first version."""

    __tablename__ = "designs"

    id: Mapped[int] = _entry()
    name: Mapped[str] = mapped_column(Text)
    name_sha256: Mapped[str] = mapped_column(String(64), unique=True)


class Recorded(Base):
    """A record that is one entry of the chain."""

    __abstract__ = True

    id: Mapped[int] = _entry()
    recorded: Mapped[datetime] = mapped_column(Moment)

    def told(self) -> dict[str, Any]:
        """Return what the digest covers; the entry itself holds the time."""
        raise NotImplementedError


class VersionRow(Recorded):
    """What a design file held when it was saved."""

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("design_id", "number"),)

    design_id: Mapped[int] = mapped_column(ForeignKey("designs.id"), index=True)
    number: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(Text)

    def told(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "design": self.design_id,
            "number": self.number,
            "name": self.name,
            "format": self.format,
            "sha256": self.sha256,
            "by": self.by,
        }


class AuditRow(Recorded):
    """An audit of a version: its result, compressed, and what lists show of it."""

    __tablename__ = "audits"

    design_id: Mapped[int] = mapped_column(ForeignKey("designs.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"), index=True)
    as_of: Mapped[date] = mapped_column(Date)
    verdict: Mapped[str] = mapped_column(String(16))
    totals: Mapped[dict[str, int]] = mapped_column(JSON)
    states: Mapped[dict[str, int]] = mapped_column(JSON)
    result: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    result_sha256: Mapped[str] = mapped_column(String(64))
    findings_sha256: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(Text)

    def told(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "design": self.design_id,
            "version": self.version_id,
            "as_of": self.as_of.isoformat(),
            "verdict": self.verdict,
            "totals": self.totals,
            "states": self.states,
            "result_sha256": self.result_sha256,
            "findings_sha256": self.findings_sha256,
            "by": self.by,
        }


class FindingRow(Base):
    """A finding of an audit that applies or has a life; ``verdict`` is null if not judged."""

    __tablename__ = "findings"
    __table_args__ = (Index(None, "provision", "rule"),)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    provision: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    jurisdiction: Mapped[str] = mapped_column(Text)
    citation: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(String(16))
    verdict: Mapped[str | None] = mapped_column(String(16))
    state: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)

    def told(self) -> list[Any]:
        """Return what the digest of the audit's findings covers."""
        return [
            self.number,
            self.provision,
            self.rule,
            self.jurisdiction,
            self.citation,
            self.title,
            self.severity,
            self.verdict,
            self.state,
            self.reason,
        ]


class WaiverRow(Recorded):
    """A release from a provision, granted for a design."""

    __tablename__ = "waivers"

    design_id: Mapped[int] = mapped_column(ForeignKey("designs.id"), index=True)
    provision: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    start: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    reference: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)

    def told(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "design": self.design_id,
            "provision": self.provision,
            "who": self.who,
            "reason": self.reason,
            "start": None if self.start is None else self.start.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
            "reference": self.reference,
            "by": self.by,
        }


class WaiverEndRow(Recorded):
    """The withdrawal of a waiver, which stays in the register."""

    __tablename__ = "waiver_ends"

    waiver_id: Mapped[int] = mapped_column(ForeignKey("waivers.id"), unique=True)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)

    def told(self) -> dict[str, Any]:
        return {"id": self.id, "waiver": self.waiver_id, "reason": self.reason, "by": self.by}


class SignOffRow(Recorded):
    """What a person declared of an audit, known by its hash."""

    __tablename__ = "sign_offs"

    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id"), index=True)
    audit_hash: Mapped[str] = mapped_column(String(64))
    who: Mapped[str] = mapped_column(Text)
    statement: Mapped[str] = mapped_column(Text)

    def told(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "audit": self.audit_id,
            "audit_hash": self.audit_hash,
            "who": self.who,
            "statement": self.statement,
        }


class JobRow(Base):
    """Work to be done, which outlives the process that took it."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("progress >= 0 AND progress <= 1", name="progress"),
        Index(None, "state", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    payload: Mapped[Any] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(8))
    progress: Mapped[float] = mapped_column(Double)
    message: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    owner: Mapped[str | None] = mapped_column(Text)
    result: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(Moment)
    started: Mapped[datetime | None] = mapped_column(Moment)
    heartbeat: Mapped[datetime | None] = mapped_column(Moment)
    finished: Mapped[datetime | None] = mapped_column(Moment)


#: The kind of an entry, and where its record is.
KINDS: dict[str, type[Recorded]] = {
    "version": VersionRow,
    "audit": AuditRow,
    "waiver": WaiverRow,
    "waiver_end": WaiverEndRow,
    "sign_off": SignOffRow,
}
