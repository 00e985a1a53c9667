"""Reading a structure: a design file in part, with the text of its impact assessment.

A partial design has the keys, units and checks of a design file, but none is required. Its schema
is derived from :class:`habitat.design.Design`, so that a key added there is known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from base import DesignError, SurveyError, read_text
from habitat.design import Design, Purpose, Site
from habitat.fields import Latitude, Longitude, Text
from habitat.load import validate
from habitat.markup import read_markup

MAX_STRUCTURE_BYTES = 4 * 1024 * 1024
MAX_REPORT_CHARACTERS = 2_000_000
REPORT = "report"


class PartialSite(Site):
    """A site whose position may be unknown."""

    latitude: Latitude | None = None  # type: ignore[assignment]
    longitude: Longitude | None = None  # type: ignore[assignment]


_PartialSite = Annotated[PartialSite, BeforeValidator(lambda value: {} if value is None else value)]


class PartialDesign(Design):
    """A design of which every key may be unknown, name, purpose and position included."""

    name: Text | None = None  # type: ignore[assignment]
    purpose: Purpose | None = None  # type: ignore[assignment]
    site: _PartialSite = PartialSite()


@dataclass(frozen=True, slots=True)
class Structure:
    """What a structure file says.

    Attributes:
        design: the keys that it gives; all others are unknown.
        report: texts of the impact assessment, as written; may be empty.
    """

    design: PartialDesign
    report: tuple[str, ...] = ()


def read_structure(path: Path | str) -> Structure:
    """Read a JSON file with any keys of a design file and, optionally, ``report``.

    ``report`` is a text or a list of texts.

    Raises:
        SurveyError: one line that names file, key, what was found and what is expected.
    """
    file = Path(path)
    where = str(file)
    text = read_text(file, limit=MAX_STRUCTURE_BYTES, error=SurveyError)
    try:
        data, lines = read_markup(
            text,
            where=where,
            as_json=True,
            hint="give a JSON object of design keys",
            start='{"hull": {"form": "sphere"}}',
        )
        report = _report(data.pop(REPORT, None), where)
        return Structure(validate(PartialDesign, data, where=where, lines=lines), report)
    except DesignError as problem:
        raise SurveyError(problem.what, where=problem.where, hint=problem.hint) from problem


def _report(value: object, where: str) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise SurveyError("expected a text or a list of texts", where=f"{where}, {REPORT}")
    if sum(map(len, texts)) > MAX_REPORT_CHARACTERS:
        raise SurveyError(
            f"more than {MAX_REPORT_CHARACTERS} characters of text", where=f"{where}, {REPORT}"
        )
    return tuple(text for text in texts if text.strip())
