"""The JSON report: byte-identical for the same inputs, versions and date."""

from __future__ import annotations

import json

from compliance.finding import AuditResult


def to_json(result: AuditResult) -> str:
    """Return the result as JSON text with a final line end; no NaN, keys in a fixed order.

    The site stands under ``zone`` as well as ``site``, the name that other tools rely on.
    """
    data = result.model_dump(mode="json")
    data["zone"] = data["site"]
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
