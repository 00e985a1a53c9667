"""One waiver, and reading a file of them: strict, with one clear line for what is wrong."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from base import WaiverError, read_text
from habitat.fields import describe
from habitat.markup import read_markup

MAX_WAIVER_BYTES = 1024 * 1024
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Waiver(BaseModel):
    """A release from a provision.

    Attributes:
        provision: id of a provision, which covers all below it, or of a rule.
        reason: why it was granted.
        who: the authority that granted it.
        until: its last day, or the word ``none`` for a waiver without an end.
        start: its first day (key ``from``); it holds from ever when ``None``.
        reference: the document that grants it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    provision: StrictStr
    reason: StrictStr
    who: StrictStr
    until: date | Literal["none"]
    start: date | None = Field(default=None, alias="from")
    reference: StrictStr | None = None

    @field_validator("provision", "reason", "who", "reference")
    @classmethod
    def _says_something(cls, text: str | None) -> str | None:
        if text is not None and not text.strip():
            raise PydanticCustomError("blank", "expected some text, found none")
        return text if text is None else text.strip()

    @field_validator("until", "start", mode="before")
    @classmethod
    def _day(cls, given: Any, info: Any) -> Any:
        endless = info.field_name == "until"
        if isinstance(given, date) or (endless and given == "none"):
            return given
        expected = "a date (YYYY-MM-DD)" + (" or the word none" if endless else "")
        problem = PydanticCustomError(
            "day",
            "expected {expected}, found {found}",
            {"expected": expected, "found": describe(given)},
        )
        if not isinstance(given, str) or _DAY.fullmatch(given) is None:
            raise problem
        try:
            return date.fromisoformat(given)
        except ValueError:
            raise problem from None

    @model_validator(mode="after")
    def _in_order(self) -> Waiver:
        if self.start is not None and self.until != "none" and self.until < self.start:
            raise PydanticCustomError(
                "order",
                "ends on {until}, before it begins on {start}",
                {"until": str(self.until), "start": str(self.start)},
            )
        return self

    def standing(self, day: date) -> Literal["in force", "expired", "not yet valid"]:
        """Say how the waiver stands on a day; it is in force on its first and its last."""
        if self.start is not None and day < self.start:
            return "not yet valid"
        if self.until != "none" and day > self.until:
            return "expired"
        return "in force"

    def overlaps(self, other: Waiver) -> bool:
        """Say whether both are in force on some day."""
        return _begins_by(self, other) and _begins_by(other, self)


def _begins_by(first: Waiver, second: Waiver) -> bool:
    """Say whether the first begins no later than the second ends."""
    return first.start is None or second.until == "none" or first.start <= second.until


def load_waivers(path: Path | str) -> tuple[Waiver, ...]:
    """Read a YAML or JSON file with a list under the key ``waivers``.

    Raises:
        WaiverError: one line that names the file, the entry and the key.
        DesignError: the file is no YAML or JSON that a design file could be written in.
    """
    file = Path(path)
    text = read_text(file, limit=MAX_WAIVER_BYTES, error=WaiverError)
    data, _ = read_markup(
        text,
        where=str(file),
        as_json=file.suffix.lower() == ".json",
        hint="give a YAML or JSON file with a list under 'waivers'",
    )
    return read_waivers(data, where=str(file))


def read_waivers(data: dict[str, Any], *, where: str) -> tuple[Waiver, ...]:
    """Check the plain data of a waivers file.

    Raises:
        WaiverError: as :func:`load_waivers`.
    """
    unknown = next((key for key in data if key != "waivers"), None)
    if unknown is not None or "waivers" not in data:
        raise WaiverError(
            "required key 'waivers' is missing" if unknown is None else f"unknown key '{unknown}'",
            where=where,
            hint="the file holds one list, under 'waivers'",
        )
    entries = data["waivers"]
    if not isinstance(entries, list):
        raise WaiverError(
            f"expected a list of waivers, found {describe(entries)}",
            where=f"{where}, waivers",
            hint="start each entry with '- provision: ...'",
        )
    return tuple(_entries(entries, where))


def _entries(entries: list[Any], where: str) -> Iterator[Waiver]:
    for number, entry in enumerate(entries, start=1):
        place = f"{where}, entry {number}"
        if not isinstance(entry, dict):
            raise WaiverError(
                f"expected a section of keys, found {describe(entry)}",
                where=place,
                hint="start it with '- provision: ...'",
            )
        yield _entry(entry, place)


def _entry(entry: dict[str, Any], place: str) -> Waiver:
    try:
        return Waiver.model_validate(entry)
    except ValidationError as problem:
        errors = problem.errors(include_url=False)
    # An unknown key usually explains the missing one beside it, so it comes first.
    error = min(errors, key=lambda item: item["type"] != "extra_forbidden")
    key = str(error["loc"][0]) if error["loc"] else "until"
    what, hint = _explain(error, key)
    raise WaiverError(what, where=f"{place}, {key}", hint=hint)


_KEYS = ("provision", "reason", "who", "until", "from", "reference")


def _explain(error: ErrorDetails, key: str) -> tuple[str, str | None]:
    match error["type"]:
        case "missing":
            hint = "give a date, or the word none" if key == "until" else None
            return "required key is missing", hint
        case "extra_forbidden":
            close = difflib.get_close_matches(key.lower(), _KEYS, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"known keys: {', '.join(_KEYS)}"
            return "unknown key", hint
        case "string_type":
            return f"expected text, found {describe(error['input'])}", None
    return error["msg"], None
