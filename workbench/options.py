"""Options that several commands share: dates and positions, read from what the user typed."""

from __future__ import annotations

from datetime import date

from base import UsageError


def day(text: str | None, *, option: str) -> date:
    """Return a date, today where none is given.

    Raises:
        UsageError: not a date.
    """
    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise UsageError(
            f"{option}: {text!r} is not a date", hint="write it as YYYY-MM-DD, such as 2024-06-30"
        ) from problem


def position(text: str, *, option: str) -> tuple[float, float]:
    """Return latitude and longitude in degrees from ``LAT,LON``; south and west are negative.

    Raises:
        UsageError: not two numbers.
    """
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError as problem:
        raise UsageError(
            f"{option}: {text!r} is not a position", hint="write it as 37.84,-31.52"
        ) from problem
    return latitude, longitude
