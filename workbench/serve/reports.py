"""Every report of an audit, written again from what the register keeps."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from compliance.finding import AuditResult


@dataclass(frozen=True, slots=True)
class Kind:
    """A format of reports.

    Attributes:
        media: its media type.
        ending: of a file's name.
        write: makes it.
    """

    media: str
    ending: str
    write: Callable[[AuditResult], bytes]


def _json(result: AuditResult) -> bytes:
    from compliance.report.as_json import to_json

    return to_json(result).encode()


def _html(result: AuditResult) -> bytes:
    from compliance.report.html import to_html

    return to_html(result).encode()


KINDS: dict[str, Kind] = {
    "html": Kind("text/html; charset=utf-8", "html", _html),
    "json": Kind("application/json", "json", _json),
}
#: One slow report at a time: they take a processor each.
_ONE_AT_A_TIME = Lock()
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


def write(kind: str, result: AuditResult) -> bytes:
    """Return a report.

    Args:
        kind: a key of :data:`KINDS`.
        result: of the audit.
    """
    with _ONE_AT_A_TIME:
        return KINDS[kind].write(result)


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
