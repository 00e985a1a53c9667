"""The hash chain: every record is a link that names the one before, and all can be checked.

The hash of a link covers its place, kind, time, the digest of its record and the hash before, as
canonical JSON (sorted keys, no spaces, ASCII), so that nothing can be changed, taken out, put in or
moved without every later hash giving it away. Somebody who rewrites the whole chain is found out by
a hash that was kept elsewhere, such as the one in a sign-off.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from base import RegisterError, sha256_text
from workbench.register.tables import KINDS, HeadRow, LedgerRow, Recorded

#: The hash before the first link.
START = "0" * 64

Clock = Callable[[], datetime]


def canonical(data: Any) -> str:
    """Return JSON text that is the same for the same data."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(data: Any) -> str:
    """Return the SHA-256 of the canonical JSON of ``data``."""
    return sha256_text(canonical(data))


def link_hash(*, sequence: int, kind: str, recorded: datetime, digest: str, previous: str) -> str:
    """Return the hash of a link.

    Args:
        sequence: its place, from 1 without gaps.
        kind: what it records.
        recorded: when, to the microsecond.
        digest: of the record.
        previous: the hash of the link before, :data:`START` for the first.
    """
    moment = recorded.astimezone(UTC).isoformat(timespec="microseconds")
    return sha256_text(canonical([sequence, kind, moment, digest, previous]))


class Chain:
    """The end of the chain, held by one writer until its transaction ends.

    Args:
        session: inside a transaction that writes.
        clock: the time now.

    Raises:
        RegisterError: the register has no head.
    """

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        # Waits here for other writers; SQLite has them wait when the transaction begins.
        head = session.scalars(select(HeadRow).with_for_update()).one_or_none()
        if head is None:
            raise RegisterError(
                "the register has lost its head", hint="run bathylex register verify"
            )
        self._head = head
        self.now = clock()

    @property
    def next(self) -> int:
        """The place of the next link, which is the id of its record."""
        return self._head.sequence + 1

    def append(
        self,
        kind: str,
        record: Recorded,
        *,
        before: tuple[Any, ...] = (),
        after: tuple[Any, ...] = (),
    ) -> LedgerRow:
        """Write a record and its link.

        Args:
            kind: a key of ``KINDS``.
            record: complete, with :attr:`next` as id.
            before: rows that go with it and that it refers to.
            after: rows that go with it and refer to it.
        """
        assert type(record) is KINDS[kind] and record.id == self.next
        told = digest(record.told())
        link = LedgerRow(
            sequence=self.next,
            kind=kind,
            digest=told,
            previous=self._head.hash,
            recorded=self.now,
            hash=link_hash(
                sequence=self.next,
                kind=kind,
                recorded=self.now,
                digest=told,
                previous=self._head.hash,
            ),
        )
        self._head.sequence, self._head.hash = link.sequence, link.hash
        for rows in ((link,), before, (record,), after):
            self._session.add_all(rows)
            self._session.flush()
        return link
