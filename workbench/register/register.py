"""The register: designs with their versions, audits, waivers and sign-offs, and a queue of jobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from base import RegisterError, sha256_bytes, sha256_text
from compliance.finding import AuditResult, State, Verdict
from compliance.waiver import Waiver
from habitat.load import MAX_DESIGN_BYTES
from workbench.register import audits, granted
from workbench.register.chain import Chain, Clock
from workbench.register.database import Database
from workbench.register.designs import (
    design_of_name,
    design_records,
    last_version,
    version_record,
)
from workbench.register.jobs import Jobs, finish_in
from workbench.register.location import locate
from workbench.register.records import (
    AuditRecord,
    DesignRecord,
    FindingHistory,
    FindingRecord,
    SignOffRecord,
    Verification,
    VersionRecord,
    WaiverRecord,
)
from workbench.register.schema import prepare
from workbench.register.storable import storable
from workbench.register.tables import AuditRow, DesignRow, LedgerRow, VersionRow
from workbench.register.verify import verify

#: Ids are 32-bit integers in both databases.
_LARGEST_ID = 2**31 - 1


def _now() -> datetime:
    return datetime.now(UTC)


def open_register(url: str | None = None, *, clock: Clock = _now) -> Register:
    """Open a register, made where there is none, and brought up to date.

    Args:
        url: ``sqlite:///FILE`` or ``postgresql://USER:PASSWORD@HOST/DATABASE``; else the setting
            ``BATHYLEX_DATABASE_URL``; else ``register.db`` in the folder of the user's data.
        clock: the time now, with its zone.

    Raises:
        RegisterError: it cannot be opened, is no register, or a newer program made it.
    """
    database = Database(locate(url))
    try:
        prepare(database)
    except BaseException:
        database.close()
        raise
    return Register(database, clock=clock)


class Register:
    """An open register; safe to share between threads, not across a fork.

    Every method is one transaction: all of it lasts, or nothing. Whatever is written is an entry of
    one hash chain and is never changed or deleted. All raise :class:`base.RegisterError` where
    something asked for is not there, or the database cannot be used.

    Attributes:
        jobs: the queue.
    """

    def __init__(self, database: Database, *, clock: Clock = _now) -> None:
        self._database = database
        self._clock = clock
        self.jobs = Jobs(database, clock)

    def __enter__(self) -> Register:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Register({self.where!r})"

    @property
    def where(self) -> str:
        """Where it is, without any password."""
        return self._database.location.shown

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one transaction of all that this thread does inside: it lasts whole, or not at all.

        Other writers wait until it ends, so nothing slow belongs inside.
        """
        with self._database.together():
            yield

    # Designs

    def save_design(
        self,
        content: bytes | str,
        *,
        name: str,
        format: Literal["yaml", "json"] = "yaml",
        by: str = "",
        design: int | None = None,
    ) -> VersionRecord:
        """Keep what a design file holds, as a new version unless it is that of the last one.

        Args:
            content: the file as it is, at most 1 MiB; it is not checked here.
            name: of the design. It is that design's version which has this name already.
            format: how the content is written.
            by: who saves it.
            design: id of the design, so that its version may bear another name.
        """
        data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        if len(data) > MAX_DESIGN_BYTES:
            raise RegisterError(f"the design is larger than {MAX_DESIGN_BYTES} bytes")
        title, sha256 = storable(name), sha256_bytes(data)
        with self._database.writing() as session:
            chain = Chain(session, self._clock)
            known = (
                design_of_name(session, title) if design is None else self._design(session, design)
            )
            last = None if known is None else last_version(session, known.id)
            if last is not None and (last.sha256, last.format, last.name) == (
                sha256,
                format,
                title,
            ):
                return version_record(session, last)
            version = VersionRow(
                id=chain.next,
                design_id=chain.next if known is None else known.id,
                number=1 if last is None else last.number + 1,
                name=title,
                format=format,
                sha256=sha256,
                content=data,
                by=storable(by),
                recorded=chain.now,
            )
            made = DesignRow(id=chain.next, name=title, name_sha256=sha256_text(title))
            chain.append("version", version, before=(made,) if known is None else ())
            return version_record(session, version)

    def designs(self, *, limit: int | None = None, offset: int = 0) -> list[DesignRecord]:
        """Return the designs, those saved last first."""
        with self._database.reading() as session:
            return design_records(session, limit=limit, offset=offset)

    def design(self, design: int | str) -> DesignRecord:
        """Return a design by its id, or by its name, which goes before an id written as text."""
        with self._database.reading() as session:
            row = self._design(session, design)
            return design_records(session, design=row.id)[0]

    def design_named(self, name: str) -> DesignRecord | None:
        """Return the design of exactly this name, if there is one."""
        with self._database.reading() as session:
            row = design_of_name(session, storable(name))
            return None if row is None else design_records(session, design=row.id)[0]

    def versions(self, design: int) -> list[VersionRecord]:
        """Return the versions of a design, the newest first."""
        with self._database.reading() as session:
            self._design(session, design)
            wanted = select(VersionRow).where(VersionRow.design_id == design)
            rows = session.scalars(wanted.order_by(VersionRow.number.desc())).all()
            return [version_record(session, row) for row in rows]

    def version(self, version: int) -> VersionRecord:
        """Return a version by its id."""
        with self._database.reading() as session:
            return version_record(session, self._version(session, version))

    def content(self, version: int) -> bytes:
        """Return what the design file of a version holds."""
        with self._database.reading() as session:
            return self._version(session, version).content

    # Audits

    def record_audit(
        self,
        result: AuditResult,
        *,
        version: int,
        by: str = "",
        job: tuple[int, str] | None = None,
    ) -> AuditRecord:
        """Record an audit, with the life of its findings, as the next entry of the chain.

        Args:
            result: of an audit with ``design_hash`` the version's SHA-256.
            version: id of what was audited.
            by: who asked for it.
            job: id and owner of a job that ends with this record (its result ``audit:ID``), so that
                no crash leaves one without the other.

        Raises:
            RegisterError: no such version, the result is of another content, or the job is no
                longer its owner's; then nothing is recorded.
        """
        ready = audits.prepared(result)
        with self._database.writing() as session:
            chain = Chain(session, self._clock)
            row = self._version(session, version)
            given = result.inputs.get("design_sha256")
            if given != row.sha256:
                raise RegisterError(
                    "the audit is not of this version (the hashes of the design differ)",
                    where=f"version {version}",
                    hint="save the design that was audited, and record the audit on it",
                )
            made = audits.record(chain, session, row, ready, by)
            if job is not None and not finish_in(
                session, job[0], job[1], f"audit:{made}", self._clock
            ):
                raise RegisterError("the job is no longer its owner's", where=f"job {job[0]}")
            return audits.audit_records(session, audit=made)[0]

    def audits(self, design: int | None = None, *, limit: int | None = None) -> list[AuditRecord]:
        """Return the audits of a design, or of all, the newest first."""
        with self._database.reading() as session:
            if design is not None:
                self._design(session, design)
            return audits.audit_records(session, design=design, limit=limit)

    def audit(self, audit: int | str) -> AuditRecord:
        """Return an audit by its id, or by the first eight or more digits of its hash."""
        with self._database.reading() as session:
            return audits.audit_records(session, audit=self._audit(session, audit))[0]

    def result(self, audit: int | str) -> AuditResult:
        """Return the whole result of an audit, of which every report is a view."""
        return AuditResult.model_validate(self.result_data(audit))

    def result_data(self, audit: int | str) -> dict[str, Any]:
        """Return the result of an audit as its JSON report has it."""
        with self._database.reading() as session:
            return audits.result_data(session, self._audit(session, audit))

    def findings(
        self,
        audit: int | str,
        *,
        states: Sequence[State] | None = None,
        verdicts: Sequence[Verdict] | None = None,
    ) -> list[FindingRecord]:
        """Return the findings of an audit that apply or have a life, in the report's order."""
        with self._database.reading() as session:
            return audits.finding_records(
                session, self._audit(session, audit), states=states, verdicts=verdicts
            )

    def history(self, design: int) -> list[FindingHistory]:
        """Return the life of every finding of a design over its audits."""
        with self._database.reading() as session:
            self._design(session, design)
            return audits.finding_histories(session, design)

    # Waivers and sign-offs

    def add_waiver(self, design: int, waiver: Waiver, *, by: str = "") -> WaiverRecord:
        """Record a waiver for a design; check it with ``compliance.check_waivers`` before."""
        with self._database.writing() as session:
            chain = Chain(session, self._clock)
            self._design(session, design)
            return granted.add_waiver(chain, session, design, waiver, by)

    def withdraw_waiver(self, waiver: int, *, reason: str, by: str = "") -> WaiverRecord:
        """Record that a waiver holds no longer; it stays in the register."""
        with self._database.writing() as session:
            return granted.withdraw_waiver(
                Chain(session, self._clock), session, self._id(waiver, "waiver"), reason, by
            )

    def waivers(self, design: int, *, withdrawn: bool = False) -> list[WaiverRecord]:
        """Return the waivers of a design in the order in which they came.

        Args:
            withdrawn: also those that were withdrawn.
        """
        with self._database.reading() as session:
            self._design(session, design)
            return granted.waiver_records(session, design, withdrawn=withdrawn)

    def waivers_for_audit(self, design: int) -> tuple[Waiver, ...]:
        """Return the waivers of a design that were not withdrawn, as ``compliance.audit`` takes."""
        return tuple(granted.as_waiver(item) for item in self.waivers(design))

    def sign_off(self, audit: int | str, *, who: str, statement: str) -> SignOffRecord:
        """Record what a person declares of an audit, bound to its hash.

        Raises:
            RegisterError: no such audit, or ``who`` or ``statement`` says nothing.
        """
        with self._database.writing() as session:
            chain = Chain(session, self._clock)
            return granted.sign_off(chain, session, self._audit(session, audit), who, statement)

    def sign_offs(self, audit: int | str) -> list[SignOffRecord]:
        """Return the sign-offs of an audit in the order in which they came."""
        with self._database.reading() as session:
            return granted.sign_off_records(session, self._audit(session, audit))

    # The chain

    def verify(self, *, known: str | None = None) -> Verification:
        """Check the whole chain, and name the first link that is broken.

        Args:
            known: a hash that was kept elsewhere: it must be in the chain. Without one, somebody
                who rewrote the whole register is not found out.
        """
        with self._database.reading() as session:
            return verify(session, known=known)

    # Looking things up

    def _id(self, given: int, kind: str) -> int:
        if not 0 < given <= _LARGEST_ID:
            raise RegisterError(f"no {kind} {given}", where=self.where)
        return given

    def _design(self, session: Session, design: int | str) -> DesignRow:
        row = design_of_name(session, storable(design)) if isinstance(design, str) else None
        if row is None and (isinstance(design, int) or design.isdecimal()):
            number = int(str(design)[:12])
            row = session.get(DesignRow, number) if 0 < number <= _LARGEST_ID else None
        if row is None:
            raise RegisterError(
                f"no design '{str(design)[:80]}'",
                where=self.where,
                hint="see bathylex register list",
            )
        return row

    def _version(self, session: Session, version: int) -> VersionRow:
        row = session.get(VersionRow, self._id(version, "version"))
        if row is None:
            raise RegisterError(f"no version {version}", where=self.where)
        return row

    def _audit(self, session: Session, audit: int | str) -> int:
        wanted = select(AuditRow.id)
        if isinstance(audit, int) or (audit.isdecimal() and len(audit) < 8):
            number = self._id(int(audit), "audit")
            found = list(session.scalars(wanted.where(AuditRow.id == number)))
        else:
            digits = storable(audit).lower()
            plain = len(digits) >= 8 and set(digits) <= set("0123456789abcdef")
            joined = wanted.join(LedgerRow, LedgerRow.sequence == AuditRow.id)
            matching = joined.where(LedgerRow.hash.startswith(digits)).limit(2)
            found = list(session.scalars(matching)) if plain else []
        if len(found) != 1:
            what = "more than one audit" if found else "no audit"
            raise RegisterError(
                f"{what} '{str(audit)[:80]}'",
                where=self.where,
                hint="give its id, or eight or more digits of its hash",
            )
        return found[0]
