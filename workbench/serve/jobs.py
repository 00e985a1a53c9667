"""What a worker does for each kind of job, and how a job's answer is kept."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from base import BathylexError, UsageError
from compliance.shared import Shared
from habitat.design import Design
from habitat.load import read_design
from jurisdictions.regimes import JURISDICTIONS, OTHER
from workbench.register import JobRecord, Register
from workbench.serve.law import Law

KINDS = ("audit", "compare", "repair")
#: Variants of one comparison: more are compared by the command line.
MOST_VARIANTS = 100
#: Audits after which what they share is made anew, so that it does not grow for ever.
SHARED_FOR = 40

#: Told how far a job is, from 0 to 1, and what it does.
Tell = Callable[[float, str], None]


class Stopped(Exception):
    """The job is no longer this worker's."""


@dataclass
class Desk:
    """What one worker keeps from job to job: nothing of any design.

    Attributes:
        register, law: what it works on.
    """

    register: Register
    law: Law
    _shared: Shared | None = field(default=None, repr=False)
    _audits: int = 0

    def do(self, job: JobRecord, owner: str, tell: Tell) -> None:
        """Do a claimed job and record its end.

        Raises:
            BathylexError: what the user asked for cannot be done.
            Stopped: the job was given to another.
        """
        if job.kind == "audit":
            self._audit(job, owner, tell)
            return
        work = {"compare": self._compare, "repair": self._repair}.get(job.kind)
        if work is None:
            raise UsageError(f"no worker does jobs of kind '{job.kind}'")
        answer = pack(work(job.payload, tell))
        if not self.register.jobs.finish(job.id, owner, answer):
            raise Stopped

    def _audit(self, job: JobRecord, owner: str, tell: Tell) -> None:
        from compliance.audit import audit

        asked = job.payload
        tell(0.1, "Reading the law")
        shared = self._shared_now()
        design, sha256 = self._design(asked["version"])
        tell(0.3, "Judging every provision")
        result = audit(
            design,
            shared.book,
            as_of=date.fromisoformat(asked["as_of"]),
            design_hash=sha256,
            jurisdictions=wanted(asked["jurisdictions"]),
            custom=asked["custom"],
            waivers=self.register.waivers_for_audit(asked["design"]),
            shared=shared,
        )
        tell(0.7, "Recording the findings")
        self.register.record_audit(
            result, version=asked["version"], by=asked["by"], job=(job.id, owner)
        )

    def _compare(self, asked: dict[str, Any], tell: Tell) -> dict[str, Any]:
        from compliance.report.whatif_html import to_html
        from compliance.whatif import expand, whatif
        from compliance.whatif.comparison import to_json_parts
        from workbench.serve.variants import options_of

        tell(0.05, "Reading the law")
        book = self.law.book
        design, sha256 = self._design(asked["version"])
        variants = expand(options_of(asked), most=MOST_VARIANTS)
        steps, done = 2 * (len(variants) + 1), 0

        def advance() -> None:
            nonlocal done
            done += 1
            doing = "Judging variants" if done <= len(variants) else "Tracing what brings changes"
            tell(0.1 + 0.85 * min(1.0, done / steps), doing)

        comparison = whatif(
            design,
            book,
            variants,
            as_of=date.fromisoformat(asked["as_of"]),
            design_hash=sha256,
            waivers=self.register.waivers_for_audit(asked["design"]),
            progress=advance,
        )
        tell(0.96, "Drawing the map")
        page = to_html(comparison, readings=comparison.readings)
        data = json.loads("".join(to_json_parts(comparison, brief=True)))
        return {"html": page, "data": data}

    def _repair(self, asked: dict[str, Any], tell: Tell) -> dict[str, Any]:
        from workbench.serve.repairs import repaired

        tell(0.05, "Reading the law")
        design, sha256 = self._design(asked["version"])
        waivers = self.register.waivers_for_audit(asked["design"])
        return repaired(design, self.law.book, asked, sha256=sha256, waivers=waivers, tell=tell)

    def _design(self, version: int) -> tuple[Design, str]:
        record = self.register.version(version)
        text = self.register.content(version).decode("utf-8")
        as_json = record.format == "json"
        return read_design(text, where=record.name, as_json=as_json), record.sha256

    def _shared_now(self) -> Shared:
        if self._shared is None or self._audits >= SHARED_FOR:
            self._shared, self._audits = Shared(self.law.book), 0
        self._audits += 1
        return self._shared


def wanted(names: list[str]) -> frozenset[str] | None:
    """Return the jurisdictions to judge; ``None`` for all.

    Raises:
        UsageError: one that is not modelled.
    """
    unknown = next((name for name in names if name not in (*JURISDICTIONS, OTHER)), None)
    if unknown is not None:
        raise UsageError(f"'{unknown}' is not modelled", hint=f"use {', '.join(JURISDICTIONS)}")
    return frozenset(names) or None


def pack(answer: dict[str, Any]) -> str:
    """Return what a job answers as text to keep."""
    told = json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
    return base64.b85encode(zlib.compress(told, 6)).decode()


def unpack(kept: str) -> dict[str, Any]:
    """Return what :func:`pack` kept.

    Raises:
        BathylexError: it is not that.
    """
    try:
        answer = json.loads(zlib.decompress(base64.b85decode(kept)))
    except (ValueError, zlib.error) as problem:
        raise BathylexError("the answer of the job cannot be read") from problem
    if not isinstance(answer, dict):
        raise BathylexError("the answer of the job cannot be read")
    return answer
