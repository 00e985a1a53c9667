"""Read a copy of an instrument with the reader that ``sources.toml`` names for it."""

from __future__ import annotations

from collections.abc import Sequence

from base import CorpusError, sha256_bytes
from corpus.model import Instrument, LawText
from corpus.sources import UNITS, Copy, ReaderName, Scheme, Source

TEXT, XML, PDF = 0, 1, 2
#: Formats of the readers, in the order in which copies are preferred; plain text is not listed.
FORMATS: dict[ReaderName, int] = {
    "uslm": XML,
    "xhtml": XML,
    "formex": XML,
    "criteria": XML,
    "pdf": PDF,
}
#: Readers that put several files together into one instrument.
TOGETHER: frozenset[ReaderName] = frozenset({"uslm", "criteria"})

#: A file: its bytes and the name under which it is shown.
Part = tuple[bytes, str]


def read_copy(
    source: Source, copy: Copy, parts: Sequence[Part], *, file: str, whole: bool = True
) -> LawText:
    """Read the files that make up one copy; only some readers take more than one.

    Args:
        source: the instrument.
        copy: the shape in which it was recognised.
        parts: bytes and shown name of each file, at least one.
        file: the file, or the folder of the files, as reports show it.
        whole: refuse files that hold only a part of the instrument.

    Raises:
        CorpusError: where the reader does not find the instrument in the files, or not all of it.
    """
    text = _read(source, copy, parts, file)
    if whole and source.units is not None:
        found = main_units(text, source.scheme)
        if found < source.units:
            raise CorpusError(
                f"holds {found} of {source.units} {source.scheme} of {source.id}",
                where=file,
                hint="an audit needs the whole text",
            )
    return text


def main_units(text: LawText, scheme: Scheme) -> int:
    """Return how many articles, regulations or sections stand outside the annexes."""
    kind = UNITS[scheme]
    stem = f"{text.instrument.id}:"
    return sum(
        provision.kind == kind
        and "~" not in provision.id
        and "." not in provision.id.removeprefix(stem)
        for provision in text.provisions
    )


def _read(source: Source, copy: Copy, parts: Sequence[Part], file: str) -> LawText:
    hashes = [sha256_bytes(data) for data, _ in parts]
    instrument = source.instrument(
        sha256=hashes[0] if len(hashes) == 1 else sha256_bytes("\n".join(hashes).encode("ascii")),
        verified=all(found in copy.sha256 for found in hashes),
    )
    if copy.reader == "uslm":
        from corpus.readers import uslm

        return uslm.read_many(parts, instrument=instrument, file=file, sections=source.sections)
    if copy.reader == "criteria":
        from corpus.readers import criteria

        return criteria.read_many(parts, instrument=instrument, file=file)
    data = parts[0][0]
    if FORMATS.get(copy.reader, TEXT) == TEXT:
        return _read_text(source, copy, decode(data, file), instrument, file)
    return _read_data(source, copy, data, instrument, file)


def decode(data: bytes, file: str) -> str:
    """Return the characters of a text file, every one where it stands.

    Raises:
        CorpusError: where the bytes are not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise CorpusError(
            f"not UTF-8 text (byte {problem.start})", where=file, hint="save the file as UTF-8"
        ) from problem


def _read_data(
    source: Source, copy: Copy, data: bytes, instrument: Instrument, file: str
) -> LawText:
    if copy.reader == "pdf":
        from corpus.readers import pdf

        return pdf.read(data, instrument=instrument, file=file, scheme=source.scheme)
    if copy.reader == "xhtml":
        from corpus.readers import xhtml

        return xhtml.read(data, instrument=instrument, file=file)
    from corpus.readers import formex

    return formex.read(data, instrument=instrument, file=file)


def _read_text(source: Source, copy: Copy, text: str, instrument: Instrument, file: str) -> LawText:
    if copy.reader == "uscode_text":
        from corpus.readers import uscode_text

        return uscode_text.read(text, instrument=instrument, file=file, sections=source.sections)
    from corpus.readers import isa, numbered, official_journal, treaty

    readers = {
        "treaty": treaty.read,
        "isa": isa.read,
        "official_journal": official_journal.read,
        "numbered": numbered.read,
    }
    return readers[copy.reader](text, instrument=instrument, file=file)
