"""The JSON report: byte-identical for the same inputs, versions and date."""

from __future__ import annotations

import json
from typing import Any

from compliance.finding import AuditResult


def to_json(result: AuditResult) -> str:
    """Return the result as JSON text with a final line end; no NaN, keys in a fixed order."""
    return json.dumps(to_data(result), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def to_data(result: AuditResult) -> dict[str, Any]:
    """Return the result as plain values in the order of the JSON report.

    The site stands under ``zone`` as well as ``site``, the name that other tools rely on.
    ``estimates`` is there only where a student was asked, ``baseline`` only where an earlier audit
    was given.
    """
    unasked = {name for name in ("estimates", "baseline") if getattr(result, name) is None}
    data = result.model_dump(mode="json", exclude=unasked)
    data["zone"] = data["site"]
    return data
