"""``bathylex extract``: norms, quantities, exceptions and zones of legal text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from base import UsageError
from workbench.output import echo_json, json_option, progress

if TYPE_CHECKING:
    from corpus.model import LawText


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--segments", type=click.Path(path_type=Path), help="JSON lines, one segment of text each."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="JSON lines to write.")
@json_option
def command(file: Path | None, segments: Path | None, output: Path | None, as_json: bool) -> int:
    """Extract norms from a law text FILE, or from --segments IN.jsonl into -o OUT.jsonl."""
    if (file is None) == (segments is None):
        raise UsageError("give either FILE or --segments IN.jsonl")
    if segments is not None:
        from jurisdictions.extract import segments_jsonl

        if output is None:
            raise UsageError("--segments needs -o OUT.jsonl")
        count = segments_jsonl(segments, output)
        progress(f"{count} segments read, {output} written")
        return 0
    records = _provisions(file) if file is not None else []
    if output is not None:
        from base import write_whole

        write_whole(output, _lines(records))
        progress(f"{len(records)} provisions read, {output} written")
    if as_json:
        echo_json(records)
    elif output is None:
        click.echo(_lines(records), nl=False)
    return 0


def _lines(records: list[dict[str, object]]) -> str:
    import json

    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _provisions(file: Path) -> list[dict[str, object]]:
    from jurisdictions.extract import extract_texts, to_gold

    text = _law_text(file)
    worded = [provision for provision in text.provisions if provision.text.strip()]
    items = ((item.text, text.lead_in(item.id), text.instrument.id) for item in worded)
    return [
        {
            **to_gold(extraction, provision.id),
            "citation": provision.citation,
            "text": provision.text,
            "start": provision.start,
            "end": provision.end,
            "page": provision.page,
        }
        for provision, extraction in zip(worded, extract_texts(items), strict=True)
    ]


def _law_text(file: Path) -> LawText:
    """Read a known instrument by its provisions, and any other plain text by its paragraphs."""
    from base import CorpusError, read_text
    from corpus.library import recognise, text_for
    from corpus.model import Instrument
    from corpus.readers import paragraphs

    if file.suffix.lower() not in (".txt", ".md") or recognise(file):
        return text_for(file)
    named = Instrument(id="text", jurisdiction="OTHER", title=file.name, short=file.stem)
    return paragraphs.read(read_text(file, error=CorpusError), instrument=named, file=file.name)
