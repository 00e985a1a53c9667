"""``bathylex extract``: norms, quantities, exceptions and zones of legal text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from base import UsageError
from workbench.options import output_option
from workbench.output import echo_json_list, json_option, progress

if TYPE_CHECKING:
    from jurisdictions.norm import Extraction


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--segments", type=click.Path(path_type=Path), help="JSON lines, one segment of text each."
)
@output_option("JSON lines to write.")
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
    if file is not None:
        _write(_records(file), output, as_json)
    return 0


def _write(records: Iterator[dict[str, object]], output: Path | None, as_json: bool) -> None:
    """Write records one by one as they are read, so that memory does not grow with the law."""
    import json

    if output is not None:
        from base import write_whole

        write_whole(output, (_line(record) for record in records))
        with output.open(encoding="utf-8") as lines:
            count = sum(1 for _ in lines)
        progress(f"{count} provisions read, {output} written")
        if as_json:
            with output.open(encoding="utf-8") as lines:
                echo_json_list(json.loads(line) for line in lines)
    elif as_json:
        echo_json_list(records)
    else:
        for record in records:
            click.echo(_line(record), nl=False)


def _line(record: dict[str, object]) -> str:
    import json

    return json.dumps(record, ensure_ascii=False) + "\n"


def _records(file: Path) -> Iterator[dict[str, object]]:
    from corpus.library import any_texts
    from jurisdictions.extract import extract_texts, to_gold

    worded = [
        (text, provision)
        for text in any_texts(file)
        for provision in text.provisions
        if provision.text.strip()
    ]
    items = ((item.text, text.lead_in(item.id), text.instrument.id) for text, item in worded)
    for (_, provision), extraction in zip(worded, extract_texts(items), strict=True):
        yield {
            **to_gold(extraction, provision.id),
            "spans": _spans(extraction, provision.start),
            "citation": provision.citation,
            "text": provision.text,
            "start": provision.start,
            "end": provision.end,
            "page": provision.page,
        }


def _spans(extraction: Extraction, offset: int) -> dict[str, list[list[int] | None]]:
    """Return where the words of cues, quantities and exceptions stand in the whole text.

    ``None`` stands for a cue that is in the lead-in.
    """
    from jurisdictions.norm import LEAD_IN

    return {
        "norms": [
            None if norm.cue == LEAD_IN else [offset + norm.start, offset + norm.end]
            for norm in extraction.norms
        ],
        "quantities": [[offset + item.start, offset + item.end] for item in extraction.quantities],
        "exceptions": [[offset + item.start, offset + item.end] for item in extraction.exceptions],
    }
