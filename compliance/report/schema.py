"""The JSON Schema of the audit's JSON report, made from the model that writes it.

The model says what it holds; the mappings that it leaves open (design, site, inputs, engineering
figures) are told here.
"""

from __future__ import annotations

import json
from typing import Any

from compliance.finding import AuditResult

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_NUMBER = {"type": "number"}
_HASH = {"type": "string", "pattern": "^([0-9a-f]{64})?$"}
_STATE = {"anyOf": [{"type": "string", "pattern": "^[A-Z]{3}$"}, {"type": "null"}]}
_POINT = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
_FACT = {"type": ["string", "boolean", "number", "array", "null"]}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _object(required: dict[str, Any], also: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **(also or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


_DESIGN = _object(
    {"name": _TEXT, "purpose": _TEXT, "facts": {"type": "object", "additionalProperties": _FACT}}
)
_SITE = _object(
    {
        "latitude": {"type": "number", "minimum": -90, "maximum": 90},
        "longitude": {"type": "number", "minimum": -180, "maximum": 180},
        "zones": _list(_TEXT),
        "water_column": _TEXT,
        "seabed": _TEXT,
        "extended_shelf_possible": _FLAG,
        "coastal_state": _STATE,
        "territory": _STATE,
        "distance_nmi": {"type": "number", "minimum": 0},
        "margin_nmi": {"type": "number", "minimum": 0},
        "nearest_threshold": _TEXT,
        "second_state": _STATE,
        "second_distance_nmi": _or_null(_NUMBER),
        "certain": _FLAG,
        "disputed": _FLAG,
        "notes": _list(_TEXT),
        "eu_member": _FLAG,
        "eu_marine_waters": _FLAG,
        "us_state_waters": _FLAG,
        "us_ocs": _FLAG,
        "isa_contract_area": _or_null(_TEXT),
        "eez_proclaimed": _FLAG,
        "nearest_coast": _POINT,
        "second_coast": _or_null(_POINT),
        "asserted": _list(_TEXT),
    }
)
_INPUTS = _object(
    {
        "bathylex": _TEXT,
        "python": _TEXT,
        "design_sha256": _HASH,
        "rulebook": _TEXT,
        "rules_sha256": _HASH,
        "readings": _list(_TEXT),
        "waivers_sha256": _HASH,
        "texts": _list(
            _object(
                {
                    "id": _TEXT,
                    "file": _TEXT,
                    "sha256": _TEXT,
                    "edition": _TEXT,
                    "text_source": {"enum": ["official", "restated", "engineering"]},
                    "verified": _FLAG,
                    "status": _TEXT,
                }
            )
        ),
    },
    {"surveys": {"type": "object"}},
)
_DERIVED = {
    "type": "object",
    "additionalProperties": _object({"value": _FACT, "basis": _TEXT}),
}


def audit_schema() -> dict[str, Any]:
    """Return the schema of ``bathylex audit --json``; keys that it does not name are errors.

    ``estimates`` is there only where a student was asked, ``baseline`` only where an earlier audit
    was; ``zone`` repeats ``site``.
    """
    schema = AuditResult.model_json_schema(mode="serialization")
    properties = schema["properties"]
    told = {"design": _DESIGN, "site": _SITE, "inputs": _INPUTS, "derived": _DERIVED}
    properties.update(told)
    properties["zone"] = {**_SITE, "description": "The same as site."}
    for part in (schema, *schema["$defs"].values()):
        part.pop("description", None)
        if "properties" in part:
            part["additionalProperties"] = False
            part["required"] = list(part["properties"])
    for asked in ("estimates", "baseline"):
        schema["required"].remove(asked)
    return {
        "$schema": DIALECT,
        "$id": "urn:bathylex:schema:audit",
        **schema,
        "title": "Audit",
        "description": "What bathylex audit writes as JSON.",
    }


def schema_text() -> str:
    """Return the schema as JSON text with a final line end."""
    return json.dumps(audit_schema(), ensure_ascii=False, indent=2) + "\n"
