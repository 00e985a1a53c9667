"""The JSON Schema of the audit's JSON report, made from the model that writes it."""

from __future__ import annotations

import json
from typing import Any

from compliance.finding import AuditResult

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def audit_schema() -> dict[str, Any]:
    """Return the schema of ``bathylex audit --json``; keys that it does not name are errors.

    ``estimates`` is there only where a student was asked; ``zone`` repeats ``site``.
    """
    schema = AuditResult.model_json_schema(mode="serialization")
    schema.pop("description", None)
    properties = schema["properties"]
    properties["zone"] = {
        **properties["site"],
        "title": "Zone",
        "description": "The same as ``site``.",
    }
    schema["required"] = [name for name in properties if name != "estimates"]
    for part in (schema, *schema.get("$defs", {}).values()):
        if part.get("type") == "object" and "properties" in part:
            part["additionalProperties"] = False
            if part is not schema:
                part["required"] = list(part["properties"])
    return {
        "$schema": DIALECT,
        "$id": "urn:bathylex:schema:audit",
        "description": "What bathylex audit writes as JSON.",
        **schema,
        "title": "Audit",
    }


def schema_text() -> str:
    """Return the schema as JSON text with a final line end."""
    return json.dumps(audit_schema(), ensure_ascii=False, indent=2) + "\n"
