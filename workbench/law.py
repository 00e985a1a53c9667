"""The rule book that a command asks for: embedded digests, or official texts in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from base import BathylexError, CorpusError, is_folder, is_there

if TYPE_CHECKING:
    from rich.progress import Progress

    from corpus.model import LawText
    from jurisdictions.rulebook import RuleBook


def rulebook(corpus: Path | None) -> RuleBook:
    """Return the compiled law.

    Args:
        corpus: folder of official law texts; the user's own corpus folder when ``None``. The
            embedded digests stand in for every instrument that the folder does not hold. Known
            instruments beyond the modelled jurisdictions are read for proposals, and judged by the
            rules that the user accepted from them.

    Raises:
        CorpusError: the folder is missing, or holds no text that is recognised.
    """
    from corpus.home import bindings_folder, home_folder
    from jurisdictions.compiler import rulebook_for

    texts = law_texts(corpus)
    own = bindings_folder(home_folder())
    total = sum(len(text.provisions) for text in texts.values())
    with _reading(total) as progress:
        return rulebook_for(texts, own=own, progress=progress)


def slim_rulebook(corpus: Path | None) -> RuleBook:
    """Return what :func:`rulebook` does, without the language model in this process.

    Where law must be compiled, a process of its own does it and fills the cache, so that workers
    which are forked from this one stay small.

    Raises:
        CorpusError: as :func:`rulebook`.
    """
    import multiprocessing

    from corpus.home import bindings_folder, home_folder
    from jurisdictions.compiler import is_compiled

    if "fork" in multiprocessing.get_all_start_methods() and not is_compiled(
        law_texts(corpus), own=bindings_folder(home_folder())
    ):
        compiling = multiprocessing.get_context("fork").Process(target=_compile, args=(corpus,))
        compiling.start()
        compiling.join()
    return rulebook(corpus)


def _compile(corpus: Path | None) -> None:
    # What is wrong with the law is said by the process that waits for this one.
    with suppress(BathylexError):
        rulebook(corpus)


def law_text(target: str, corpus: Path | None) -> LawText:
    """Return the law text that a user means.

    Args:
        target: a file, or the id of an instrument.
        corpus: folder where the instrument's official text is looked for first; the user's own
            corpus folder when ``None``. The embedded digest stands in for it.

    Raises:
        CorpusError: no such file, no such instrument, or no text of it.
    """
    from corpus.library import text_for
    from corpus.sources import load_sources, source

    path = Path(target)
    if path.suffix or is_there(path):
        return text_for(path)
    identifier = source(target).id if target in load_sources() else source(target.lower()).id
    texts = law_texts(corpus)
    if identifier not in texts:
        raise CorpusError(
            f"no text of {identifier} is here",
            where="bind",
            hint="give its file, or --corpus FOLDER, or add it with bathylex corpus add FILE",
        )
    return texts[identifier]


def law_texts(corpus: Path | None) -> dict[str, LawText]:
    """Return the law texts by instrument: embedded digests, official texts in their place.

    Raises:
        CorpusError: as :func:`rulebook`.
    """
    from corpus.digests import load_digests

    return {**load_digests(), **_official(corpus)}


def _official(corpus: Path | None) -> dict[str, LawText]:
    if corpus is None:
        from corpus.home import corpus_folder, home_folder

        own = corpus_folder(home_folder())
        if not is_folder(own):
            return {}
    from corpus.library import load_folder

    texts = load_folder(own if corpus is None else corpus, others=True)
    if not texts and corpus is not None:
        raise CorpusError(
            "holds no law text that is recognised",
            where=str(corpus),
            hint="see bathylex corpus list for the texts that are known",
        )
    return texts


@contextmanager
def _reading(total: int) -> Iterator[Callable[[int], None]]:
    """Show how far a compilation is: a bar on stderr, made when something is read at all."""
    bars: list[Progress] = []

    def advance(provisions: int) -> None:
        if not bars:
            bars.append(_bar(total))
        bars[0].advance(bars[0].task_ids[0], provisions)

    try:
        yield advance
    finally:
        for bar in bars:
            bar.stop()


def _bar(total: int) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    bar = Progress(
        TextColumn("Reading the law (kept for the next audit)"),
        BarColumn(),
        TaskProgressColumn(),
        console=Console(stderr=True),
    )
    bar.add_task("", total=total)
    bar.start()
    return bar
