"""Words per second of the whole extraction pipeline, beside plain en_core_web_sm in the same run.

    python benchmarks/extraction.py CORPUS_FOLDER [--words N] [--rounds 3] [--learned FILE FILE]

Reads the provisions of UNCLOS, the three ISA sets, 43 U.S.C. chapter 29 and the Directive (all of
them, or the first N words of each) in three ways: with plain en_core_web_sm and all its components,
without those that extraction leaves out, and with the pipeline of :mod:`jurisdictions.extract`. The
three take turns, and each round gives one ratio to the plain model; the median of the ratios and
their range are what counts. Loading is left out. ``--learned`` takes the files of two students
(``benchmarks/learning.py`` makes them) and adds the pipeline with both. (``quantities.py`` compares
quantities alone.)
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
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


def provisions(text: LawText, words: int | None) -> Iterator[tuple[str, str, str]]:
    """Yield (text, lead-in, instrument) of the first provisions that make up so many words."""
    taken = 0
    for provision in text.provisions:
        if provision.text.strip() and (words is None or taken < words):
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
    parser.add_argument("--words", type=int, help="of each instrument; all when not given")
    parser.add_argument("--rounds", type=int, default=3)
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

    def run_learned() -> None:
        with learned(ours, *given.learned, confidence=0.5, yes=0.5, no=0.5):
            run_ours()

    ways = {
        "en_core_web_sm, all components": run_plain,
        f"en_core_web_sm without {', '.join(unused)}": run_needed,
        "whole extraction pipeline": run_ours,
        **({"with learned judges": run_learned} if given.learned else {}),
    }
    rounds = [{name: seconds(work) for name, work in ways.items()} for _ in range(given.rounds)]
    print(f"{len(items)} provisions, {count} words, {len(rounds)} rounds")
    print(f"{'':<48} {'words/s':>8} {'time beside the first':>22} {'range':>14}")
    first = next(iter(ways))
    for name in ways:
        ratios = sorted(taken[name] / taken[first] for taken in rounds)
        rate = statistics.median(count / taken[name] for taken in rounds)
        spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
        print(f"{name:<48} {rate:>8.0f} {statistics.median(ratios):>22.2f} {spread:>14}")


if __name__ == "__main__":
    main()
