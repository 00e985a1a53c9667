"""Turn the printed lines of pages back into headings and paragraphs, page breaks kept in place.

A PDF knows lines on pages, not sentences. Here running headers, footers and tables of contents are
left out, a heading is put on one line with its title, and the lines of a paragraph are joined: by
a space, or by a form feed where the page ends within it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PAGE_BREAK = "\f"

#: Lines looked at from the top and the bottom of a page for running headers and footers.
_EDGE = 4
#: Share of all pages on which such a line must stand to be one.
_RUNNING_SHARE = 0.25

#: Characters at the beginning or the end of a long running line that all its copies share.
_SHARED = 30

_LEADERS = re.compile(r"\.{5,}\s*\d{0,4}$")
_LABEL = re.compile(r"\[{0,2}(?:\([0-9A-Za-z]{1,6}\)|\d{1,3}\.(?:\d{1,2}\.?)?|[•–—-])(?=\s|\w|$)")
_HEADING = re.compile(
    r"\[{0,2}(?:(?:Regulation|Article|Part|Section|Annex|Schedule|Appendix|Chapter|PART|SECTION"
    r"|ANNEX|CHAPTER|ARTICLE)\s+(?:\d{1,3}|[IVXL]{1,6})\s?(?:bis|ter|quat(?:er)?|quin|Alt)?\.?\s*\d?"
    r"|Subpart\s+[A-Z]\b.*|§\s?\d+\.\d+[a-z]?\s.*)"
)
_NUMBER = re.compile(r"\d{1,3}\.\s+[A-Z“‘\"\[]")
_SECTION = re.compile(r"§\s?\d+\.\d+[a-z]?\s+[A-Z].{0,24}")
#: Headings in capitals, which no sentence holds, whether or not their title follows on the line.
_CAPITALS = re.compile(
    r"(?:PART|SECTION|SUBSECTION|ANNEX|CHAPTER|ARTICLE|APPENDIX)\s+(?:\d{1,3}|[IVXL]{1,6}|[A-Z])"
    r"(?:\.|[.:]?\s+(?P<title>[A-Z][A-Z ,’'()-]+))?"
)
_PAGE_NUMBER = re.compile(r"[–—-]?\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\s*[–—-]?")
_GLUED_LATIN = re.compile(r"(\d)(bis|ter|quat|quin|Alt)\b")
_ENDS = re.compile(r"(?:[.;:!?)\]”\"]|\b(?:and|or))$")
_HYPHENED = re.compile(r"([A-Za-z]+)-$")

#: A paragraph's last line is shorter than this share of the usual line.
_SHORT = 0.8


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line, its page counted from 1, and whether white space parts it from the last."""

    text: str
    page: int
    apart: bool = False


def body_lines(pages: Sequence[str]) -> list[Line]:
    """Return the lines of all pages without running headers, footers and tables of contents."""
    split = [[line.strip() for line in page.split("\n")] for page in pages]
    edges: Counter[str] = Counter()
    for lines in split:
        filled = [line for line in lines if line]
        edges.update(
            {shape for line in (*filled[:_EDGE], *filled[-_EDGE:]) for shape in _shapes(line)}
        )
    least = max(3, round(len(pages) * _RUNNING_SHARE))
    running = {shape for shape, count in edges.items() if count >= least}
    everywhere = {shape for shape, count in edges.items() if 2 * count >= max(6, len(pages))}
    kept: list[Line] = []
    for page, lines in enumerate(split, start=1):
        filled = [line for line in lines if line]
        position, apart = -1, False
        for line in lines:
            if not line:
                apart = True
                continue
            position += 1
            at_edge = position < _EDGE or position >= len(filled) - _EDGE
            is_running = not (running if at_edge else everywhere).isdisjoint(_shapes(line))
            if position in (0, len(filled) - 1) and _PAGE_NUMBER.fullmatch(line):
                is_running = True
            if not is_running and not _LEADERS.search(line):
                kept.append(Line(" ".join(line.split()), page, apart))
            apart = False
    return _without_contents(kept)


def _without_contents(lines: list[Line]) -> list[Line]:
    """Leave out a table of contents of sections: a run of headings that all come again later."""
    first: dict[str, int] = {}
    for position, line in enumerate(lines):
        found = _SECTION.match(line.text)
        if found is None:
            continue
        begin = first.setdefault(found[0], position)
        if begin < position:
            titled = [at for at in first.values() if begin <= at < position]
            return lines[:begin] + lines[max(titled) + 1 :]
    return lines


def _shapes(line: str) -> set[str]:
    """Return what copies of a running line have in common; nothing where it is a heading.

    Numbers and list labels are made alike; of a long line the beginning or the end is enough,
    for the rest may name what stands on the page.
    """
    printed = " ".join(line.split())
    if _HEADING.fullmatch(printed) or _CAPITALS.fullmatch(printed):
        return set()
    shape = re.sub(r"\d+", "N", re.sub(r"\(\w{1,5}\)", "", printed))
    if len(shape) < _SHARED:
        return {shape}
    return {shape, shape[:_SHARED] + "…", "…" + shape[-_SHARED:]}


def paragraphs(lines: Sequence[Line]) -> str:
    """Return the reading text: a line for each heading and paragraph, a form feed between pages."""
    usual = _usual_length(lines)
    vocabulary = {word.lower() for line in lines for word in re.findall(r"[A-Za-z]+", line.text)}
    parts: list[str] = []
    page = 1
    for starts, line in _starts(lines, usual):
        text = _GLUED_LATIN.sub(r"\1 \2", line.text) if starts == "heading" else line.text
        breaks = PAGE_BREAK * (line.page - page)
        page = line.page
        if starts == "joins" and parts:
            hyphened = None if breaks else _HYPHENED.search(parts[-1])
            if hyphened and text[:1].islower():
                rest = re.match(r"[a-z]*", text)
                whole = hyphened[1] + (rest[0] if rest else "")
                if whole.lower() in vocabulary:
                    parts[-1] = parts[-1][:-1]
                parts.append(text)
            else:
                parts += (breaks or " ", text)
        else:
            parts += ("\n" if parts else "", breaks, text)
    return "".join(parts) + "\n" if parts else ""


def _usual_length(lines: Sequence[Line]) -> int:
    """Return how long a full line is: nine lines out of ten are no longer."""
    lengths = sorted(len(line.text) for line in lines)
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _starts(lines: Sequence[Line], usual: int) -> Iterator[tuple[str, Line]]:
    """Tell of each line whether it is a ``heading``, ``opens`` a paragraph, or ``joins`` one."""
    before = ""
    state = "opens"
    title = 0
    for line in lines:
        text = line.text
        ended = not before or state == "title" or line.apart or bool(_ENDS.search(before))
        capitals = _CAPITALS.fullmatch(text)
        if capitals or (_HEADING.fullmatch(text) and (ended or state == "heading")):
            titled = capitals is not None and capitals["title"] is not None
            state, title = ("title", 1) if titled else ("heading", 0)
            yield "heading", line
        elif state == "heading" and not _LABEL.match(text):
            state, title = "title", 1
            # "Alt. 1 ..." names alternative titles; joined, it would read as a number's suffix.
            yield ("opens" if "§" in before or text.startswith("Alt.") else "joins"), line
        elif state == "title" and title < 3 and _title_goes_on(before, text):
            title += 1
            yield "joins", line
        elif (
            state in ("heading", "title")
            or (line.apart and not text[:1].islower())
            or (_LABEL.match(text) and (ended or _new_number(before, text, usual)))
            or (ended and before[-1:] in ".;:]" and len(before) < usual * _SHORT)
        ):
            state = "opens"
            yield "opens", line
        else:
            state = "joins"
            yield "joins", line
        before = text


def _new_number(before: str, text: str, usual: int) -> bool:
    """Return whether a number opens a paragraph below a short line, such as a title."""
    return bool(_NUMBER.match(text)) and len(before) < usual * _SHORT


def _title_goes_on(before: str, text: str) -> bool:
    """Return whether a line goes on with the title above it: a title has no full stop."""
    if _LABEL.match(text) or before.endswith((".", ":", ";")) or text.endswith("."):
        return False
    return text[:1].islower() or (len(before) > 45 and len(text) < 60)
