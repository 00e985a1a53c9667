"""Forms as they come in: their token checked first, their size and number of fields bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser

from base import DesignError, UsageError
from habitat.load import MAX_DESIGN_BYTES
from workbench.serve.render import bench_of, session_of
from workbench.serve.settings import MOST_BODY_BYTES

#: Fields of a form: the design has fewer than two hundred keys.
MOST_FIELDS = 400
TOKEN_FIELD = "form_token"
# An upload stays in memory: it is bounded, and no part of it is written anywhere.
MultiPartParser.spool_max_size = MOST_BODY_BYTES
#: Ends of the names of files that are taken, and how they are read.
FORMATS = {"yaml": "yaml", "yml": "yaml", "json": "json"}


@dataclass(frozen=True, slots=True)
class Form:
    """A form whose token was right.

    Attributes:
        values: the first text of each field.
        every: all texts of each field.
        files: name and content of each file that was chosen.
    """

    values: Mapping[str, str]
    every: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)

    def text(self, name: str, *, most: int = 500) -> str:
        """Return a field without the spaces around it.

        Raises:
            UsageError: it is too long.
        """
        found = self.values.get(name, "").strip()
        if len(found) > most:
            raise UsageError(f"longer than {most} characters", where=name)
        return found

    def lines(self, name: str, *, most: int = 200) -> list[str]:
        """Return the lines of a field that say something.

        Raises:
            UsageError: too many.
        """
        text = self.values.get(name, "")
        found = [line.strip() for line in text.splitlines() if line.strip()]
        if len(found) > most:
            raise UsageError(f"more than {most} lines", where=name)
        return found

    def choices(self, name: str) -> tuple[str, ...]:
        """Return everything that was chosen under a name."""
        return tuple(text for text in self.every.get(name, ()) if text)

    def on(self, name: str) -> bool:
        """Say whether a box was ticked."""
        return bool(self.values.get(name))


async def checked_form(request: Request) -> Form:
    """Read the form of a request after the token of its session is found right.

    Raises:
        HTTPException: 403 without the right token.
    """
    bench, session = bench_of(request), session_of(request)
    reading = request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=MAX_DESIGN_BYTES + 1)
    async with reading as given:
        token = given.get(TOKEN_FIELD)
        if session is None or not bench.sessions.form_token_right(session.id, token):
            raise HTTPException(403, "the form is too old or not from here; load its page again")
        return await _taken(given)


async def _taken(given: FormData) -> Form:
    values: dict[str, str] = {}
    every: dict[str, list[str]] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for name, value in given.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files[name] = (value.filename, await value.read())
        else:
            values.setdefault(name, value)
            every.setdefault(name, []).append(value)
    return Form(values, {name: tuple(texts) for name, texts in every.items()}, files)


Received = Annotated[Form, Depends(checked_form)]


def design_file(name: str, data: bytes) -> tuple[str, str]:
    """Return the text of an uploaded design and its format; of its name only the end counts.

    Raises:
        DesignError: no YAML or JSON by its name, too large, or not UTF-8 text.
    """
    ending = name.rpartition(".")[2].lower()
    if ending not in FORMATS:
        raise DesignError(
            "the file is neither YAML nor JSON", where="upload", hint="give .yaml, .yml or .json"
        )
    if len(data) > MAX_DESIGN_BYTES:
        raise DesignError(f"larger than {MAX_DESIGN_BYTES} bytes", where="upload")
    try:
        return data.decode("utf-8"), FORMATS[ending]
    except UnicodeDecodeError as problem:
        raise DesignError(
            f"not UTF-8 text (byte {problem.start})", where="upload", hint="save it as UTF-8"
        ) from problem
