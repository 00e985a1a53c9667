"""The moment that a report says it was issued: given from outside, never read from the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from base import UsageError, sha256_text
from compliance.finding import AuditResult

#: The name space of identifiers made from content.
_SPACE = uuid5(NAMESPACE_URL, "urn:bathylex:report")


def issued_at(text: str | None, result: AuditResult, *, where: str = "issued") -> datetime:
    """Return a moment in UTC to the second; midnight of the law's date where none is given.

    Raises:
        UsageError: not an ISO 8601 date, or date and time.
    """
    if text is None:
        return default_issue(result)
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as problem:
        raise UsageError(
            f"{text!r} is no date and time",
            where=where,
            hint="write it as 2026-01-31 or 2026-01-31T14:30:00Z",
        ) from problem


def default_issue(result: AuditResult) -> datetime:
    """Return midnight, UTC, of the day whose law was applied."""
    return datetime.fromisoformat(result.as_of).replace(tzinfo=UTC)


def zulu(moment: datetime) -> str:
    """Write a moment in UTC as ``2026-01-31T00:00:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def audit_id(result: AuditResult) -> UUID:
    """Return the identifier of an audit: the same for the same inputs, versions and findings."""
    return content_id(sha256_text(result.model_dump_json()))


def content_id(*parts: str) -> UUID:
    """Return a version 5 UUID of some texts."""
    return uuid5(_SPACE, "\x1f".join(parts))
