"""``bathylex impact``: compare two editions of an instrument and what they do to designs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from base import UsageError, is_there, write_whole
from workbench.options import as_of_option, corpus_option, output_option
from workbench.output import json_option, progress

if TYPE_CHECKING:
    from corpus.model import LawText

_DATED = re.compile(r"([a-z0-9-]+)(?:@(\S+))?")


@click.command()
@click.argument("old")
@click.argument("new")
@click.argument("designs", nargs=-1, type=click.Path(path_type=Path))
@corpus_option("")
@as_of_option("Judge the designs as of this date (YYYY-MM-DD).")
@output_option("Folder for impact.json and .html.")
@json_option
def command(
    old: str,
    new: str,
    designs: tuple[Path, ...],
    corpus: Path | None,
    as_of: str | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """Say what changed from edition OLD to NEW, and which DESIGNS change verdict.

    OLD and NEW are files of one instrument, or an instrument on a date, such as msfd@2016-01-01.
    Without DESIGNS the examples are judged.
    """
    from compliance.impact import impact
    from compliance.report.impact import print_impact, to_html, to_json
    from examples import examples
    from habitat.load import load_design
    from workbench.law import rulebook
    from workbench.options import day

    on = day(as_of, option="--as-of")
    editions = _edition(old, corpus), _edition(new, corpus)
    judged = {
        str(path) if designs else path.name: load_design(path) for path in designs or examples()
    }
    result = impact(*editions, rulebook(corpus), judged, as_of=on)
    if output is not None:
        for name, content in (("impact.json", to_json(result)), ("impact.html", to_html(result))):
            write_whole(output / name, content)
            progress(f"{output / name} written")
    if as_json:
        click.echo(to_json(result), nl=False)
    else:
        print_impact(result)
    return 0


def _edition(name: str, corpus: Path | None) -> LawText:
    """Read a file, or take an instrument's edition of a day."""
    from corpus.editions import edition_at
    from workbench.law import law_texts
    from workbench.options import day

    path = Path(name)
    if is_there(path):
        return _file(path)
    found = _DATED.fullmatch(name)
    texts = law_texts(corpus)
    if found is None or found[1] not in texts:
        raise UsageError(
            f"{name!r} is neither a file nor an instrument",
            hint=f"write it as msfd@2016-01-01, of {', '.join(sorted(texts))}",
        )
    return edition_at(texts[found[1]], day(found[2], option=name))


def _file(path: Path) -> LawText:
    """Read a copy of an embedded restatement, or an official text."""
    from base import CorpusError, read_text, sha256_text
    from corpus.digests import load_digests, read
    from corpus.library import text_for

    if path.suffix == ".md":
        text = read_text(path, error=CorpusError)
        if text.startswith("---\n"):
            known = {item.instrument.sha256 for item in load_digests().values()}
            return read(text, file=str(path), verified=sha256_text(text) in known)
    return text_for(path, whole=True)
