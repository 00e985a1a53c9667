"""What every page and every call of the API works on: the register, the law, jobs and sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Literal, TypeVar

from base import BathylexError, RegisterError, UsageError, WaiverError
from compliance.waiver import Waiver
from habitat.design import Design
from habitat.load import read_design
from workbench.register import JobRecord, Register, SignOffRecord, VersionRecord, WaiverRecord
from workbench.serve.guard.sessions import Sessions
from workbench.serve.law import Law
from workbench.serve.lawtext import Reader
from workbench.serve.settings import Settings

Made = TypeVar("Made")


class NotFound(BathylexError):
    """There is nothing of this id."""


class Stale(BathylexError):
    """Somebody saved another version meanwhile."""


class Bench:
    """The workbench behind its pages.

    Attributes:
        settings: how it was asked to run.
        register: where everything lasting is.
        law: the law it judges by.
        sessions: who is in.
        reader: marks what law texts say.
        wake: called after a job is queued, so that an idle worker looks.
    """

    def __init__(
        self,
        settings: Settings,
        register: Register,
        law: Law,
        *,
        sessions: Sessions | None = None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings = settings
        self.register = register
        self.law = law
        self.sessions = Sessions(settings.token) if sessions is None else sessions
        self.reader = Reader()
        self.wake = wake

    def last_version(self, design: int) -> VersionRecord:
        """Return the newest version of a design.

        Raises:
            NotFound: there is no such design.
        """
        return found(self.register.versions, design)[0]

    def design_of(self, version: VersionRecord) -> Design:
        """Return the design that a version holds, checked."""
        return parsed(self.text_of(version), version.format)

    def text_of(self, version: VersionRecord) -> str:
        """Return the file of a version as text."""
        return self.register.content(version.id).decode("utf-8", "replace")

    def save(
        self,
        text: str,
        *,
        format: Literal["yaml", "json"] = "yaml",
        by: str,
        design: int | None = None,
        after: int | None = None,
    ) -> VersionRecord:
        """Check a design file and keep it.

        Args:
            text: the file.
            format: how it is written.
            by: who saves it.
            design: id of the design of which it is a new version; by its name when ``None``.
            after: id of the version that was edited.

        Raises:
            DesignError: the file is no design.
            NotFound: there is no such design.
            Stale: another version was saved after that one.
        """
        name = parsed(text, format).name
        if design is not None:
            last = self.last_version(design)
            if after is not None and last.id != after:
                raise Stale(
                    f"version {last.number} was saved meanwhile",
                    hint="look at it, then make your change again",
                )
        return self.register.save_design(text, name=name, format=format, by=by, design=design)

    def grant(self, design: int, waiver: Waiver, *, by: str) -> WaiverRecord:
        """Record a waiver after checking it against the law and those that are there.

        Raises:
            WaiverError: it names nothing in the law, or what must not be waived.
            NotFound: there is no such design.
        """
        from compliance.waivers import check_waivers

        there = found(self.register.waivers_for_audit, design)
        try:
            check_waivers((*there, waiver), self.law.book)
        except WaiverError as problem:
            # Its place counts entries of a file: here there is the one that was given.
            raise WaiverError(problem.what, where="provision") from None
        return self.register.add_waiver(design, waiver, by=by)

    def withdraw(self, design: int, waiver: int, *, reason: str, by: str) -> WaiverRecord:
        """Record that a waiver of a design holds no longer.

        Raises:
            NotFound: the design has no such waiver, or not any more.
            UsageError: the reason says nothing.
        """
        if all(item.id != waiver for item in found(self.register.waivers, design)):
            raise NotFound(f"no waiver {waiver} in force or to come of design {design}")
        _says(reason, "reason")
        return self.register.withdraw_waiver(waiver, reason=reason, by=by)

    def sign(self, audit: int, *, who: str, statement: str) -> SignOffRecord:
        """Record what a person declares of an audit.

        Raises:
            NotFound: there is no such audit.
            UsageError: nobody signs, or nothing is declared.
        """
        found(self.register.audit, audit)
        _says(who, "who")
        _says(statement, "statement")
        return self.register.sign_off(audit, who=who, statement=statement)

    def enqueue(self, kind: str, payload: dict[str, Any]) -> JobRecord:
        """Queue a job and wake a worker."""
        job = self.register.jobs.enqueue(kind, payload)
        self.wake()
        return job

    def queue_audit(
        self,
        design: int,
        *,
        by: str,
        as_of: date | None = None,
        jurisdictions: tuple[str, ...] = (),
        custom: bool = True,
        version: int | None = None,
    ) -> JobRecord:
        """Queue an audit of a version of a design, the newest when ``None``.

        Raises:
            NotFound: there is no such design, or no such version of it.
        """
        chosen = self.version_of(design, version)
        return self.enqueue(
            "audit",
            {
                "design": design,
                "version": chosen.id,
                "as_of": (as_of or date.today()).isoformat(),
                "jurisdictions": sorted(jurisdictions),
                "custom": custom,
                "by": by,
            },
        )

    def version_of(self, design: int, version: int | None = None) -> VersionRecord:
        """Return a version of a design, the newest when ``None``.

        Raises:
            NotFound: there is none.
        """
        last = self.last_version(design)
        if version is None or version == last.id:
            return last
        chosen = found(self.register.version, version)
        if chosen.design != design:
            raise NotFound(f"no version {version} of design {design}")
        return chosen


def parsed(text: str, format: str) -> Design:
    """Return a design from the text of its file.

    Raises:
        DesignError: as :func:`habitat.load.read_design`.
    """
    return read_design(text, where="design", as_json=format == "json")


def _says(text: str, what: str) -> None:
    if not text.strip():
        raise UsageError("says nothing", where=what, hint="give some text")


def found(call: Callable[[int], Made], number: int) -> Made:
    """Ask a register for something by its id.

    Raises:
        NotFound: there is nothing of this id.
    """
    try:
        return call(number)
    except RegisterError as problem:
        if problem.what.startswith("no "):
            raise NotFound(problem.what) from None
        raise
