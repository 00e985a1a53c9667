"""Reading a design file: YAML or JSON in, a checked :class:`Design` or one clear line out."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from base import DesignError, read_text
from habitat.design import Design
from habitat.fields import describe
from habitat.markup import Lines, parse_scalar, read_markup

MAX_DESIGN_BYTES = 1024 * 1024

Model = TypeVar("Model", bound=BaseModel)


def load_design(path: Path | str) -> Design:
    """Read a design from a YAML or JSON file.

    Raises:
        DesignError: one line that names the file, the line where it can be told, the key, what was
            found and what is expected; it counts further problems.
    """
    file = Path(path)
    text = read_text(file, limit=MAX_DESIGN_BYTES, error=DesignError)
    return read_design(text, where=str(file), as_json=file.suffix.lower() == ".json")


def read_design(text: str, *, where: str, as_json: bool = False) -> Design:
    """Read a design from the text of a YAML or JSON file.

    Args:
        text: the whole file.
        where: its name, for messages.
        as_json: whether to hold it to the grammar of JSON.

    Raises:
        DesignError: as :func:`load_design`.
    """
    data, lines = read_markup(text, where=where, as_json=as_json)
    return validate(Design, data, where=where, lines=lines)


def apply_settings(design: Design, settings: Mapping[str, object]) -> Design:
    """Return a copy of ``design`` with some keys changed, checked like a file.

    Args:
        design: the design to vary.
        settings: values by dotted key, such as ``{"site.depth": "900 m"}``. Text is read like a
            plain value of a YAML file, so ``"true"`` is a flag and ``"null"`` makes a key unknown.

    Raises:
        DesignError: for an unknown key or a value that the key does not take.
    """
    data: dict[str, Any] = design.model_dump(mode="json", exclude_none=True)
    for key, value in settings.items():
        names = key.split(".")
        branch = data
        for depth, name in enumerate(names[:-1]):
            if not isinstance(branch.setdefault(name, {}), dict):
                parent = ".".join(names[: depth + 1])
                raise DesignError(
                    "unknown key", where=key, hint=f"'{parent}' is a value, not a section"
                )
            branch = branch[name]
        if isinstance(branch.get(names[-1]), dict) and value is not None:
            raise DesignError(
                f"expected a key inside the section, found {describe(value)}",
                where=key,
                hint=f"such as '{key}.{next(iter(known_keys(Design, key)), 'name')}'",
            )
        branch[names[-1]] = parse_scalar(value, where=key) if isinstance(value, str) else value
    return validate(Design, data, where="")


def validate(model: type[Model], data: object, *, where: str, lines: Lines | None = None) -> Model:
    """Check plain data against a model of this package.

    Args:
        model: the model, such as :class:`Design`.
        data: mappings, lists and scalars as parsed.
        where: the file, for messages; may be empty.
        lines: line number by dotted key, where known.

    Raises:
        DesignError: the first problem in file order, with the number of the others.
    """
    try:
        return model.model_validate(data)
    except ValidationError as problem:
        errors = _errors(problem)
    table = lines or {}
    # An unknown key usually explains the missing one beside it, so it comes first.
    errors.sort(
        key=lambda error: (
            error["type"] == "missing",
            table.get(_path(error), 0) if error["type"] != "missing" else 0,
        )
    )
    what, hint = _explain(model, errors[0])
    key = _path(errors[0])
    line = _line(key, table)
    place = ", ".join(filter(None, (where, f"line {line}" if line else "", key)))
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    raise DesignError(f"{what}{f'; {hint}' if hint else ''}{more}", where=place or None)


def problems(model: type[BaseModel], data: object) -> dict[str, str]:
    """Return everything that is wrong with plain data: one line by dotted key, ``""`` for all.

    >>> problems(Design, {"name": "A", "purpose": "other", "site": {"latitude": 1}})
    {'site.longitude': 'required key is missing'}
    """
    try:
        model.model_validate(data)
    except ValidationError as problem:
        errors = _errors(problem)
    else:
        return {}
    found: dict[str, str] = {}
    for error in errors:
        what, hint = _explain(model, error)
        found.setdefault(_path(error), f"{what}{f'; {hint}' if hint else ''}")
    return found


def _errors(problem: ValidationError) -> list[ErrorDetails]:
    return problem.errors(include_url=False, include_context=True)


def known_keys(model: type[BaseModel], prefix: str = "") -> tuple[str, ...]:
    """Return the keys of the section at dotted path ``prefix``; the top level when empty."""
    section = _section(model, prefix.split(".") if prefix else [])
    return tuple(section.model_fields) if section else ()


def _path(error: ErrorDetails) -> str:
    return ".".join(str(part) for part in error["loc"])


def _line(key: str, lines: Lines) -> int | None:
    """The line of a key, or of the nearest section that contains it."""
    while key and key not in lines:
        key = key.rpartition(".")[0]
    return lines.get(key)


def _explain(model: type[BaseModel], error: ErrorDetails) -> tuple[str, str | None]:
    kind, found = error["type"], describe(error["input"])
    if kind == "missing":
        return "required key is missing", None
    if kind == "extra_forbidden":
        return "unknown key", _nearest(model, [str(part) for part in error["loc"]])
    if kind == "literal_error":
        expected = error.get("ctx", {}).get("expected", "").replace("'", "").replace(" or ", ", ")
        close = difflib.get_close_matches(str(error["input"]), expected.split(", "), n=1)
        hint = f"did you mean '{close[0]}'?" if close else None
        return f"expected one of {expected}, found {found}", hint
    if kind in ("model_type", "model_attributes_type"):
        return f"expected a section of keys, found {found}", None
    return error["msg"], None


def _nearest(model: type[BaseModel], names: list[str]) -> str | None:
    """Suggest the nearest key: in the same section, else anywhere in the design."""
    section = _section(model, names[:-1])
    siblings = list(section.model_fields) if section else []
    close = difflib.get_close_matches(names[-1].lower(), siblings, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{'.'.join([*names[:-1], close[0]])}'?"
    leaves = {path.rpartition(".")[2]: path for path in reversed(list(_paths(model)))}
    far = difflib.get_close_matches(names[-1].lower(), leaves, n=1, cutoff=0.75)
    if far:
        return f"did you mean '{leaves[far[0]]}'?"
    return f"known keys: {', '.join(siblings)}" if siblings else None


def _submodel(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in (typing.Union, types.UnionType, typing.Annotated):
        return next(filter(None, map(_submodel, typing.get_args(annotation))), None)
    return None


def _section(model: type[BaseModel], names: list[str]) -> type[BaseModel] | None:
    current: type[BaseModel] | None = model
    for name in names:
        if current is None or name not in current.model_fields:
            return None
        current = _submodel(current.model_fields[name].annotation)
    return current


def _paths(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for key, field in model.model_fields.items():
        inner = _submodel(field.annotation)
        yield f"{prefix}{key}"
        if inner is not None:
            yield from _paths(inner, f"{prefix}{key}.")
