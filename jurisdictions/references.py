"""Cross-references between provisions: which other provision a text names, and in what manner."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Literal

ReferenceKind = Literal["refers_to", "applies_mutatis_mutandis", "subject_to", "prevails_over"]

_NUMBER = r"\d+[a-z]?(?:\s?\(\w{1,5}\))*"
_LIST = rf"{_NUMBER}(?:\s*(?:,|and|or|to)\s*{_NUMBER})*"
_UNIT = re.compile(
    rf"\b(?P<unit>[Aa]rticles?|[Rr]egulations?|[Ss]ections?|[Pp]aragraphs?)\s+(?P<list>{_LIST})"
    r"(?=(?P<tail>[^.;]{0,60}))"
)
_ANNEX = re.compile(r"\b[Aa]nnex\s+(?P<number>[IVX]+|\d+)\b(?!\s*,?\s*article)")
_ITEM = re.compile(rf"(?P<to>\bto\s+)?(?P<number>{_NUMBER})")
_OF_CONVENTION = re.compile(r"^[^,;]{0,20}of\s+(?:the\s+Convention|UNCLOS)")
_ELSEWHERE = re.compile(
    r"^[^,;]{0,25}of\s+(?:the\s+(?:Agreement|Statute|Charter|Treaty|Vienna)|Directive|Regulation"
    r"|Decision|Council|title\s+\d|annex|Annex)"
)
_CLAUSE = re.compile(r"[^.;:]*$")


@dataclass(frozen=True, slots=True)
class Reference:
    """A mention of another provision.

    Attributes:
        source: id of the provision whose text mentions it.
        target: id of the provision that is meant.
        kind: how: a plain reference, application with the necessary changes, submission
            ("subject to"), or precedence ("notwithstanding").
        start, end: offsets of the mention in the source's own words.
    """

    source: str
    target: str
    kind: ReferenceKind
    start: int
    end: int


def references(provision_id: str, text: str, known: Container[str]) -> Iterator[Reference]:
    """Yield the references of a provision's own words that lead to a provision of the rule book.

    Args:
        provision_id: id of the provision.
        text: its own words.
        known: ids that exist; mentions that lead nowhere are left out.
    """
    instrument, _, path = provision_id.partition(":")
    seen: set[str] = set()
    for mention in _UNIT.finditer(text):
        home = _home(instrument, mention["tail"])
        if home is None:
            continue
        unit = mention["unit"].lower().rstrip("s")
        for start, end, number in _items(mention):
            target = _target(home, path, unit, number)
            if target in known and target != provision_id and target not in seen:
                seen.add(target)
                kind = _kind(text, mention.start(), mention.end())
                yield Reference(provision_id, target, kind, start, end)
    for mention in _ANNEX.finditer(text):
        target = f"{instrument}:annex-{mention['number'].lower()}"
        if target in known and target not in seen and not path.startswith(target.split(":")[1]):
            seen.add(target)
            kind = _kind(text, mention.start(), mention.end())
            yield Reference(provision_id, target, kind, mention.start(), mention.end())


def _home(instrument: str, tail: str) -> str | None:
    """The instrument a mention leads into, ``None`` where it is none of ours."""
    if _OF_CONVENTION.match(tail):
        return "unclos"
    return None if _ELSEWHERE.match(tail) else instrument


def _items(mention: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """The single numbers of "articles 60, 80 and 208 to 210", ranges spelled out."""
    previous: int | None = None
    for item in _ITEM.finditer(mention["list"]):
        number = re.sub(r"\s", "", item["number"])
        start = mention.start("list") + item.start("number")
        end = mention.start("list") + item.end("number")
        if item["to"] and previous is not None and number.isdigit():
            for between in range(previous + 1, min(int(number), previous + 60)):
                yield start, end, str(between)
        yield start, end, number
        previous = int(number) if number.isdigit() else None


def _target(instrument: str, path: str, unit: str, number: str) -> str:
    head, *points = re.findall(r"\d+[a-z]?|\(\w+\)", number)
    steps = [head, *(point.strip("()") for point in points)]
    if unit == "paragraph":
        parts = path.split(".")
        article = parts[:2] if parts[0].startswith("annex") else parts[:1]
        return f"{instrument}:{'.'.join([*article, *steps])}"
    if path.startswith("annex") and unit == "article" and instrument == "unclos":
        return f"{instrument}:{'.'.join([path.split('.')[0], *steps])}"
    return f"{instrument}:{'.'.join(steps)}"


def _kind(text: str, start: int, end: int) -> ReferenceKind:
    clause = _CLAUSE.search(text[:start])
    before = clause.group().lower() if clause else ""
    after = re.split(r"[.;]", text[end : end + 120], maxsplit=1)[0].lower()
    if "mutatis mutandis" in before or "mutatis mutandis" in after:
        return "applies_mutatis_mutandis"
    lead = before[-60:]
    if "subject to" in lead:
        return "subject_to"
    if "notwithstanding" in lead:
        return "prevails_over"
    return "refers_to"
