"""Every report of an audit, written again from what the register keeps."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections import OrderedDict
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Any

from compliance.finding import LEFT_OUT, AuditResult
from compliance.report.formats import FORMATS, Background, background_of, render
from compliance.waiver import Waiver
from workbench.serve.bench import Bench, found

if TYPE_CHECKING:
    from compliance.audit import Assessment

#: Formats that show proofs, for which the design is judged once more.
PROVING = ("html", "pdf", "docx")
#: Reports that are kept to be given again, in bytes of all together.
MOST_KEPT_BYTES = 48 * 1024 * 1024
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


class Reports:
    """Writes reports, one at a time, and keeps the last: an audit never changes."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._kept: OrderedDict[tuple[int, str], bytes] = OrderedDict()
        self._keeping = Lock()
        # Each takes a processor: beside them the pages have to be served.
        self._one_at_a_time = Lock()

    def write(self, audit: int, kind: str) -> bytes:
        """Return a report of an audit.

        Args:
            kind: a key of :data:`compliance.report.formats.FORMATS`.

        Raises:
            NotFound: there is no such audit.
            UsageError: what the format needs is not installed.
        """
        with self._keeping:
            kept = self._kept.get((audit, kind))
        if kept is not None:
            return kept
        with self._one_at_a_time:
            record = found(self._bench.register.audit, audit)
            result = self._bench.register.result(audit)
            known = self._background(record.version, result) if kind in PROVING else None
            made = render(kind, result, background=known, issued=record.recorded)
        self._keep((audit, kind), made)
        return made

    def _keep(self, key: tuple[int, str], made: bytes) -> None:
        with self._keeping:
            self._kept[key] = made
            while sum(map(len, self._kept.values())) > MOST_KEPT_BYTES:
                self._kept.popitem(last=False)

    def _background(self, version: int, result: AuditResult) -> Background | None:
        """Judge once more for the proofs; none where the answer would be another one by now."""
        again = self._judged_again(version, result)
        same = again.result.model_dump(mode="json") == result.model_dump(mode="json")
        return background_of(again) if same else None

    def _judged_again(self, version: int, result: AuditResult) -> Assessment:
        from compliance.audit import assess

        record = self._bench.register.version(version)
        return assess(
            self._bench.design_of(record),
            self._bench.law.book,
            as_of=date.fromisoformat(result.as_of),
            design_hash=record.sha256,
            jurisdictions=judged_in(result),
            custom=bool(result.options.get("custom", True)),
            waivers=waivers_in(result),
        )


def judged_in(result: AuditResult) -> frozenset[str] | None:
    """Return the jurisdictions that an audit was asked to judge; ``None`` for all."""
    judged = frozenset(item.id for item in result.jurisdictions if item.reason != LEFT_OUT)
    return None if len(judged) == len(result.jurisdictions) else judged


def waivers_in(result: AuditResult) -> tuple[Waiver, ...]:
    """Return the waivers that an audit was given."""
    entries: list[dict[str, Any]] = []
    for use in result.waivers:
        entry: dict[str, Any] = {
            key: getattr(use, key) for key in ("provision", "who", "reason", "until", "reference")
        }
        if use.start is not None:
            entry["from"] = use.start
        entries.append(entry)
    return tuple(Waiver.model_validate(entry) for entry in entries)


def media_of(kind: str) -> str:
    """Return the media type of a format."""
    return FORMATS[kind][1]


def policy_of(page: str) -> str:
    """Return the content security policy of a self-contained page: its own styles, nothing else.

    Its style sheets are named by their hash, so that no other style gets in.
    """
    hashes = {
        f"'sha256-{b64encode(hashlib.sha256(found.encode()).digest()).decode()}'"
        for found in _STYLE.findall(page)
    }
    styles = " ".join(sorted(hashes)) or "'none'"
    return (
        f"default-src 'none'; style-src {styles}; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'; sandbox"
    )


def framed(page: str) -> dict[str, str]:
    """Return the headers of a page that our own pages show in a frame."""
    return {"Content-Security-Policy": policy_of(page), "X-Frame-Options": "SAMEORIGIN"}
