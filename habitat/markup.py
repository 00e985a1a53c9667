"""Safe reading of small YAML and JSON files: bounded, without aliases, tags or duplicate keys."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator, Mapping
from functools import cached_property
from typing import Any

import yaml

from base import DesignError, visible

MAX_DEPTH = 16
MAX_NODES = 20_000
#: What both formats can write as an escape and no design means: controls and lone surrogates.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

#: Line of each key, counted from 1, by dotted path.
Lines = Mapping[str, int]


class _JsonLines(Lines):
    """The lines of the keys of a JSON text, found when one is asked for: only errors ask."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _found(self) -> dict[str, int]:
        lines: dict[str, int] = {}
        try:
            _construct(_compose(self._text), "", lines)
        except Trouble:
            return {}
        return lines

    def __getitem__(self, key: str) -> int:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


class Trouble(Exception):
    """A refusal inside the YAML reader, with the line it concerns."""

    def __init__(self, what: str, line: int | None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what, self.line, self.hint = what, line, hint


class BoundedLoader(yaml.SafeLoader):
    """PyYAML's safe loader with bounds on size and depth, and without tags.

    Attributes:
        max_depth, max_nodes: the bounds; where aliases are allowed they hold for the document
            with all aliases written out.
        aliases: whether anchors and aliases are allowed.
    """

    max_depth, max_nodes = MAX_DEPTH, MAX_NODES
    aliases = False

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = self._nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        self._nodes += 1
        anchored = isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None)
        if anchored and not self.aliases:
            raise Trouble("anchors and aliases are not allowed", line, "write the value out")
        if getattr(event, "tag", None):
            raise Trouble(f"tag '{event.tag}' is not allowed", line, "give the plain value")
        if self._depth >= self.max_depth:
            raise Trouble(f"nested more than {self.max_depth} levels deep", line)
        if self._nodes > self.max_nodes:
            raise Trouble(f"more than {self.max_nodes} values", line)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        if self._depth == 0 and self.aliases and node is not None:
            _written_out(node, {}, self.max_depth, self.max_nodes)
        return node


def _written_out(node: yaml.Node, sizes: dict[int, int], depth: int, most: int) -> int:
    """Return how many values a node holds with its aliases written out, each node counted once."""
    known = sizes.get(id(node))
    if known is not None and known > 0:
        return known
    if known == 0 or depth < 0:
        raise Trouble("aliases nested too deep, or in a circle", node.start_mark.line + 1)
    sizes[id(node)] = 0
    inner: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        inner = [item for pair in node.value for item in pair]
    elif isinstance(node, yaml.SequenceNode):
        inner = node.value
    size = 1 + sum(_written_out(item, sizes, depth - 1, most) for item in inner)
    if size > most:
        raise Trouble(f"more than {most} values with its aliases", node.start_mark.line + 1)
    sizes[id(node)] = size
    return size


class _Loader(BoundedLoader):
    """The bounded loader with the plain scalars of YAML 1.2.

    YAML 1.1 reads ``1:30`` as the number 90 and ``2026-01-31`` as a date: both are text here.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


_PLAIN_SCALARS = (
    ("null", ["~", "n", "N", ""], r"~|null|Null|NULL|"),
    (
        "bool",
        list("tTfFyYnNoO"),
        r"true|True|TRUE|false|False|FALSE|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF",
    ),
    ("int", list("-+0123456789"), r"[-+]?[0-9]{1,300}"),
    (
        "float",
        list("-+.0123456789"),
        r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
    ),
)
for _tag, _first, _pattern in _PLAIN_SCALARS:
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _first
    )


def _decimal_int(loader: _Loader, node: yaml.ScalarNode) -> int:
    """YAML 1.1 reads 010 as eight; here it is ten."""
    return int(node.value)


_Loader.add_constructor("tag:yaml.org,2002:int", _decimal_int)


def read_markup(
    text: str,
    *,
    where: str,
    as_json: bool = False,
    hint: str = "give a YAML or JSON design",
    start: str = "name: ...",
) -> tuple[Any, Lines]:
    """Parse a YAML or JSON document that holds one mapping.

    Args:
        text: the whole document.
        where: its file, for messages.
        as_json: whether to hold it to the stricter grammar of JSON.
        hint, start: what is expected, and how it begins, for messages.

    Returns:
        The plain data, and the line of each key.

    Raises:
        DesignError: for what cannot be parsed, is empty, not a mapping, nested too deep or too
            large, repeats a key, or uses anchors, aliases, tags, several documents or control
            characters.
    """
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise DesignError("not a text file", where=where, hint=hint)
    if not text.strip():
        raise DesignError("the file is empty", where=where, hint=hint)
    if as_json:
        return _mapping(_read_json(text, where), where, start), _JsonLines(text)
    try:
        lines: dict[str, int] = {}
        data = _construct(_compose(text), "", lines)
    except Trouble as problem:
        line = f", line {problem.line}" if problem.line else ""
        raise DesignError(problem.what, where=f"{where}{line}", hint=problem.hint) from None
    return _mapping(data, where, start), lines


def parse_scalar(text: str, *, where: str) -> Any:
    """Read a value as the same characters read in a YAML file when they are a plain scalar.

    Text that YAML would take for a collection or would not take at all stays text.

    Raises:
        DesignError: when the text holds characters that no YAML file can hold.
    """
    if not text.isprintable():
        raise DesignError("expected one line of printable text", where=where)
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    if tag == "tag:yaml.org,2002:str":
        return text
    return _RESOLVER.construct_object(yaml.ScalarNode(tag, text))


_RESOLVER = _Loader("")


def _mapping(data: Any, where: str, start: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise DesignError(
            "expected a mapping of keys to values", where=where, hint=f"start with '{start}'"
        )
    for text in _texts(data):
        if _CONTROL.search(text):
            raise DesignError(
                f"control character in '{visible(text[:40])}'", where=where, hint="remove it"
            )
    return data


def _texts(data: Any) -> Iterator[str]:
    """Yield every key and every text of plain data."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for item in data:
            yield from _texts(item)
    elif isinstance(data, dict):
        for key, item in data.items():
            yield key
            yield from _texts(item)


def _compose(text: str) -> yaml.Node:
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        if "single document" in str(problem.context):
            raise Trouble("more than one document", mark.line + 1 if mark else None) from None
        what = f"not valid YAML ({problem.problem})"
        raise Trouble(what, mark.line + 1 if mark else None) from None
    except yaml.YAMLError as problem:
        raise Trouble(f"not valid YAML ({str(problem).splitlines()[0]})", None) from None
    if node is None:
        raise Trouble("the file holds no values", None, "give a YAML or JSON design")
    return node


def _construct(node: yaml.Node, path: str, lines: dict[str, int]) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, path, lines) for item in node.value]
    if not isinstance(node, yaml.MappingNode):
        return _RESOLVER.construct_object(node)
    result: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise Trouble("a key must be a word", line)
        key = key_node.value
        inner = f"{path}.{key}" if path else key
        if key in result:
            raise Trouble(f"key '{inner}' is given twice (first on line {lines[inner]})", line)
        lines[inner] = line
        result[key] = _construct(value_node, inner, lines)
    return result


def _read_json(text: str, where: str) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(items)
        if len(result) < len(items):
            names = [name for name, _ in items]
            twice = next(name for name in names if names.count(name) > 1)
            raise DesignError(f"key '{twice}' is given twice", where=where)
        return result

    def constant(name: str) -> Any:
        raise DesignError(f"expected a finite number, found {name}", where=where)

    try:
        data = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as problem:
        raise DesignError(
            f"not valid JSON ({problem.msg})", where=f"{where}, line {problem.lineno}"
        ) from None
    except (RecursionError, ValueError):
        raise DesignError("nested too deep, or a number too long", where=where) from None
    if _deeper(data, MAX_DEPTH):
        raise DesignError(f"nested more than {MAX_DEPTH} levels deep", where=where)
    return data


def _deeper(data: Any, levels: int) -> bool:
    if not isinstance(data, dict | list):
        return False
    inner = data.values() if isinstance(data, dict) else data
    return levels == 0 or any(_deeper(item, levels - 1) for item in inner)
