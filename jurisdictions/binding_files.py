"""Binding files as they are read: the embedded ones, and a folder of the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from base import BindingError, is_folder, read_text
from jurisdictions.binding import BindingFile

#: A binding file is written by people: one larger than this is a slip.
MAX_BYTES = 4 * 1024 * 1024
#: Bounds on nesting and on the number of values of a file.
MAX_DEPTH, MAX_VALUES = 32, 200_000


def load_bindings(folder: Path | None = None) -> dict[str, BindingFile]:
    """Read the binding files by instrument id.

    Args:
        folder: a folder of ``*.yaml`` binding files; the embedded ones when ``None``.

    Raises:
        BindingError: a file that breaks the schema, two rules with one id, or two files on one
            instrument.
    """
    bindings: dict[str, BindingFile] = {}
    seen: dict[str, str] = {}
    for name, text in _texts(folder):
        binding_file = read_binding_file(text, where=name)
        for kind, identifier in _names(binding_file):
            if identifier in seen:
                raise BindingError(
                    f"{kind} {identifier} also stands in {seen[identifier]}", where=name
                )
            seen[identifier] = name
        if binding_file.instrument in bindings:
            raise BindingError(
                f"another file binds {binding_file.instrument} too",
                where=name,
                hint="put their rules into one file",
            )
        bindings[binding_file.instrument] = binding_file
    return bindings


def _names(file: BindingFile) -> Iterator[tuple[str, str]]:
    """Yield the ids of a file that must be unique: its rules and readings."""
    for rule in file.rules:
        yield "rule", rule.id
    for reading in (reading for dispute in file.disputes for reading in dispute.readings):
        yield "reading", reading.id
        for rule in reading.add:
            yield "rule", rule.id


def _texts(folder: Path | None) -> list[tuple[str, str]]:
    if folder is None:
        root = files("jurisdictions.bindings")
        entries = sorted(root.iterdir(), key=lambda item: item.name)
        return [
            (item.name, item.read_text(encoding="utf-8"))
            for item in entries
            if item.name.endswith(".yaml")
        ]
    paths = sorted(folder.glob("*.yaml"), key=lambda path: path.name)
    # The whole path tells the user's own file from an embedded one of the same name.
    return [(str(path), read_text(path, limit=MAX_BYTES, error=BindingError)) for path in paths]


def load_own_bindings(folder: Path | None) -> dict[str, BindingFile]:
    """Read the user's own binding files; none where there is no such folder.

    Raises:
        BindingError: as :func:`load_bindings`.
    """
    return load_bindings(folder) if folder is not None and is_folder(folder) else {}


def read_binding_file(text: str, *, where: str) -> BindingFile:
    """Read one binding file.

    Raises:
        BindingError: what breaks the schema, naming the file and the key.
    """
    import yaml
    from pydantic import ValidationError

    from habitat.markup import BoundedLoader, Trouble

    class Loader(BoundedLoader):
        max_depth, max_nodes, aliases = MAX_DEPTH, MAX_VALUES, True

    try:
        return BindingFile.model_validate(yaml.load(text, Loader))
    except Trouble as problem:
        place = f"{where}, line {problem.line}" if problem.line else where
        raise BindingError(problem.what, where=place, hint=problem.hint) from None
    except yaml.YAMLError as problem:
        raise BindingError(f"not YAML ({problem})", where=where) from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BindingError(f"{key}: {first['msg']}", where=where) from problem
    except (ValueError, TypeError, AttributeError) as problem:
        # A date that is on no calendar, a number of too many digits, a key that is a list.
        raise BindingError(f"a value that cannot be read ({problem})", where=where) from problem
