"""Read law texts printed as PDF: reading text, provisions, and the page on which each begins."""

from __future__ import annotations

import io
import logging
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, Protocol

from base import CorpusError
from corpus.model import Instrument, LawText
from corpus.readers import isa, numbered, treaty
from corpus.readers.pdf_content import text_only
from corpus.readers.reflow import PAGE_BREAK, body_lines, paragraphs
from corpus.sources import Scheme

if TYPE_CHECKING:
    from pypdf import PageObject

#: Pages beyond which a file is no single instrument.
MAX_PAGES = 5000
#: Characters of a page beyond which its content is not print.
MAX_PAGE_CHARACTERS = 200_000
#: Letters that fonts draw as one glyph.
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "\u00ad": ""})

#: Height of a line in points, and share of the page that its foot takes.
_LINE = 15.0
_FOOT = 0.08

#: Half of a pair, which a font's broken table of characters may give.
_SURROGATE = re.compile(r"[\ud800-\udfff]")

_GUTTER = re.compile(r" {3,}")


def read(data: bytes, *, instrument: Instrument, file: str, scheme: Scheme) -> LawText:
    """Read a PDF whose main units are what ``scheme`` says.

    Args:
        data: the bytes of the file.
        instrument: the instrument that it holds.
        file: the file as the user named it.
        scheme: ``articles``, ``regulations``, ``sections`` or ``paragraphs``.

    Returns:
        Provisions with spans in the reading text (:func:`reading_text`) and pages from 1.

    Raises:
        CorpusError: when the file is corrupt, encrypted, without text, or not such a text.
    """
    source = reading_text(data, file=file)
    text = _STRUCTURES[scheme](source, instrument=instrument, file=file)
    breaks = [found.start() for found in re.finditer(PAGE_BREAK, source)]
    provisions = tuple(
        replace(provision, page=1 + bisect_right(breaks, provision.extent_start))
        for provision in text.provisions
    )
    return LawText(text.instrument, text.file, text.source, provisions)


def reading_text(data: bytes, *, file: str) -> str:
    """Return the text of all pages in reading order, pages parted by a form feed.

    Running headers and footers and tables of contents are left out, the lines of a paragraph are
    joined, and pages of two columns are read column by column.

    Raises:
        CorpusError: when the file is corrupt, encrypted, or has no text.
    """
    pages = page_texts(data, file=file)
    source = paragraphs(body_lines(pages))
    if not source.strip():
        raise CorpusError(
            "PDF without text, perhaps a scan", where=file, hint="give a PDF made from text"
        )
    return source


def page_texts(data: bytes, *, file: str, limit: int | None = None) -> list[str]:
    """Return the printed lines of each page (of the first ``limit`` pages).

    Raises:
        CorpusError: when the file is empty, corrupt or encrypted.
    """
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError

    if not data.strip():
        raise CorpusError("empty file", where=file, hint="give the PDF of the law")
    with _quiet():
        try:
            reader = PdfReader(io.BytesIO(data))
            if reader.is_encrypted and not reader.decrypt(""):
                raise CorpusError(
                    "encrypted PDF", where=file, hint="save a copy without a password"
                )
            count = len(reader.pages)
            if count > MAX_PAGES:
                raise CorpusError(f"PDF with more than {MAX_PAGES} pages", where=file)
            wanted = range(count if limit is None else min(limit, count))
            return [_page_text(reader.pages[index]) for index in wanted]
        except CorpusError:
            raise
        except FileNotDecryptedError as problem:
            raise CorpusError(
                "encrypted PDF", where=file, hint="save a copy without a password"
            ) from problem
        except Exception as problem:
            # A malformed object trips pypdf over anything from KeyError to RecursionError.
            raise CorpusError(
                f"corrupt PDF ({type(problem).__name__})", where=file, hint="download it again"
            ) from problem


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's remarks on slightly malformed files off the user's terminal."""
    logger = logging.getLogger("pypdf")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _page_text(page: PageObject) -> str:
    """Return the lines of a page in reading order.

    The library gives text in the order in which it was drawn, mostly that of reading. Where the
    drawing goes up the page again, or hops between two columns, the lines are put in order by
    their place on the page.
    """
    places: list[tuple[float, float]] = []

    def note(text: str, cm: Any, tm: Any, font: Any, size: Any) -> None:
        if len(text.strip()) > 1:
            places.append((tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]))

    with text_only(page):
        text = page.extract_text(visitor_text=note)
    box = page.mediabox
    order = drawing_order(places, bottom=float(box.bottom), size=(box.width, box.height))
    if order != "reading":
        layout = page.extract_text(extraction_mode="layout")
        text = split_columns(layout) if order == "hopping" else layout
    return _SURROGATE.sub("\ufffd", text[:MAX_PAGE_CHARACTERS].translate(_LIGATURES))


def drawing_order(
    places: Sequence[tuple[float, float]], *, bottom: float, size: tuple[float, float]
) -> Literal["reading", "scattered", "hopping"]:
    """Tell from the places where pieces of text begin how the page was drawn.

    Args:
        places: horizontal and vertical place of each piece in points, in order of drawing.
        bottom: vertical place of the lower edge of the page, in points.
        size: width and height of the page, in points.

    Returns:
        ``hopping`` where two columns were drawn line by line, ``scattered`` where text goes up
        again outside the foot of the page and within a column, else ``reading``.
    """
    width, height = float(size[0]), float(size[1])
    hops = climbs = 0
    for (x, y), (next_x, next_y) in pairwise(places):
        across = (next_x - x) / max(width, 1)
        hops += across < -0.25 and -_LINE * 2 < next_y - y < -1
        climbs += next_y - y > _LINE and abs(across) < 0.25 and y - bottom > height * _FOOT
    right = [x for x, _ in places if width * 0.45 < x < width * 0.65]
    if hops >= 3 and len(right) >= 0.3 * len(places):
        return "hopping"
    return "scattered" if climbs else "reading"


def split_columns(layout: str) -> str:
    """Return the left column and then the right one of a page printed with its gaps kept.

    Lines across the whole page, such as titles, stand before the columns when they come first and
    after them otherwise. A page down which no gutter runs is returned as it is.
    """
    lines = layout.split("\n")
    width = max((len(line) for line in lines), default=0)
    places: dict[int, int] = {}
    for line in lines:
        for gap in _GUTTER.finditer(line.rstrip()):
            if gap.start() and width * 0.35 <= gap.end() <= width * 0.7:
                places[gap.end()] = places.get(gap.end(), 0) + 1
    if not places:
        return layout
    gutter = max(places, key=lambda place: (places[place], -place))
    before: list[str] = []
    left: list[str] = []
    right: list[str] = []
    after: list[str] = []
    for line in lines:
        first, second = line[:gutter], line[gutter:]
        crosses = bool(second.strip()) and not first.endswith("  ") and bool(first.strip())
        if crosses:
            (after if left or right else before).append(line.strip())
        else:
            left.append(first.strip())
            right.append(second.strip())
    if sum(map(bool, right)) < 3 or sum(map(bool, left)) < 3:
        return layout
    return "\n".join(line for part in (before, left, right, after) for line in part)


class _Structure(Protocol):
    def __call__(self, source: str, *, instrument: Instrument, file: str) -> LawText: ...


_STRUCTURES: dict[Scheme, _Structure] = {
    "articles": treaty.read,
    "regulations": isa.read,
    "clauses": numbered.read,
    "sections": numbered.read,
    "paragraphs": numbered.read,
}
