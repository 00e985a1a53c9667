"""What Word and Excel files share: text that XML takes, and packages without a clock in them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from base import visible
from compliance.report.stamp import zulu

_CORE = "docProps/core.xml"
_STAMPS = re.compile(r"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
#: Earliest moment that a zip archive can tell.
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)


def legal(text: str, limit: int = 30_000) -> str:
    """Return text that any XML takes and that nothing acts on, cut to ``limit`` characters.

    >>> legal("a" + chr(0) + chr(0x202E) + chr(0xFFFF))
    'a[U+0000][U+202E][U+FFFF]'
    """
    shown = visible(text)
    return shown if len(shown) <= limit else shown[: limit - 2] + " …"


def repacked(
    package: bytes,
    issued: datetime,
    edits: Mapping[str, Callable[[str], str]] | None = None,
) -> bytes:
    """Return an Office package with all its times set to one moment.

    Args:
        package: the file as its library wrote it.
        issued: put in place of the times of the zip entries and of the core properties.
        edits: changes to the XML of parts, by name.
    """
    moment = max(issued.astimezone(UTC), _EPOCH)
    changes = dict(edits or {})
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == _CORE:
                data = _STAMPS.sub(rf"\g<1>{zulu(issued)}\g<3>", data.decode()).encode()
            if entry.filename in changes:
                data = changes[entry.filename](data.decode("utf-8")).encode("utf-8")
            fresh = zipfile.ZipInfo(entry.filename, date_time=moment.timetuple()[:6])
            fresh.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fresh, data)
    return out.getvalue()
