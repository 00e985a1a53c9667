"""Words per second of the whole extraction pipeline, beside plain en_core_web_sm in the same run.

    python benchmarks/extraction.py CORPUS_FOLDER [--words N] [--learned MODALITY BINDS]

Reads the provisions of UNCLOS, the three ISA sets, 43 U.S.C. chapter 29 and the Directive (the
first N words of each, 8 000 unless told) three times: with plain en_core_web_sm and all its
components, without those that extraction leaves out, and with the pipeline of
:mod:`jurisdictions.extract`. The ratio is what counts; loading is left out. ``--learned`` takes the
files of two students (``benchmarks/learning.py`` makes them) and adds a run with both.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import spacy

from corpus.library import load_folder
from corpus.model import LawText
from jurisdictions.extract import MODELS, UNUSED, extract_texts, load_pipeline
from jurisdictions.pipeline.learned import learned

INSTRUMENTS = ("unclos", "isa-nodules", "isa-sulphides", "isa-crusts", "sla", "ocsla", "msfd")


def provisions(text: LawText, words: int) -> Iterator[tuple[str, str, str]]:
    """Yield (text, lead-in, instrument) of the first provisions that make up so many words."""
    taken = 0
    for provision in text.provisions:
        if provision.text.strip() and taken < words:
            taken += len(provision.text.split())
            yield provision.text, text.lead_in(provision.id), text.instrument.id


def seconds(work: Callable[[], None]) -> float:
    """Return the wall time of ``work``."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--words", type=int, default=8000)
    parser.add_argument("--learned", type=Path, nargs=2)
    given = parser.parse_args()
    texts = load_folder(given.corpus)
    items = [item for name in INSTRUMENTS for item in provisions(texts[name], given.words)]
    count = sum(len(text.split()) for text, _, _ in items)
    model = next(name for name in MODELS if importlib.util.find_spec(name) is not None)
    with warnings.catch_warnings():
        # The model names the spaCy release that it was trained with; a later one reads it.
        warnings.filterwarnings("ignore", message=r"\[W095\]")
        plain, ours = spacy.load(model), load_pipeline()
    unused = [name for name in plain.pipe_names if name in UNUSED]

    def run_plain() -> None:
        for _ in plain.pipe((text for text, _, _ in items), batch_size=64):
            pass

    def run_needed() -> None:
        with plain.select_pipes(disable=unused):
            run_plain()

    def run_ours() -> None:
        for _ in extract_texts(items, nlp=ours):
            pass

    rows = [
        ("en_core_web_sm, all components", seconds(run_plain)),
        (f"en_core_web_sm without {', '.join(unused)}", seconds(run_needed)),
        ("whole extraction pipeline", seconds(run_ours)),
    ]
    if given.learned:
        with learned(ours, *given.learned, confidence=0.5, yes=0.5, no=0.5):
            rows.append(("with learned judges", seconds(run_ours)))
    print(f"{len(items)} provisions, {count} words")
    for name, taken in rows:
        print(f"{name:<60} {count / taken:>8.0f} words/s {taken / rows[0][1]:>6.2f} x")


if __name__ == "__main__":
    main()
