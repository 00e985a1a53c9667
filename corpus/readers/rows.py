"""Any table of comma-separated values, by rows: lists of terms that come with a law."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from base import CorpusError
from corpus.model import Instrument, LawText
from corpus.readers.paragraphs import numbered


def read(source: str, *, instrument: Instrument, file: str) -> LawText:
    """Return one provision per row; quotes and commas stay, for spans count them.

    Args:
        source: the file's own characters.
        instrument: what to call the table; its id is the prefix of the rows' ids.
        file: name for spans.

    Raises:
        CorpusError: a table without a word in it, or one that is no table.
    """
    return numbered(source, list(_rows(source, file)), instrument=instrument, file=file)


def _rows(source: str, file: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each row, which goes on over line ends within quotes."""
    lines = list(io.StringIO(source, newline=""))
    reader = csv.reader(lines)
    start = end = read = 0
    try:
        for _ in reader:
            end += sum(len(line) for line in lines[read : reader.line_num])
            read = reader.line_num
            yield start, end
            start = end
    except csv.Error as problem:
        raise CorpusError(
            f"not CSV (line {reader.line_num}: {problem})", where=file, hint="save it as CSV"
        ) from problem
