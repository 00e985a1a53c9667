"""How many explicit references of the official texts resolve to a provision.

    python benchmarks/references.py CORPUS_FOLDER [--list]

The denominator is counted by a simple pattern of its own: every mention of an article, regulation,
section, annex, paragraph, subsection, point, clause or Part that is followed by a number or label.
A mention counts as resolved when a resolved reference touches it, as outside when the resolver
says that it belongs to an instrument that is not held, else as unresolved. Exit status 1 below 95 %
of the mentions that are not outside.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from pathlib import Path

from corpus.library import load_folder
from jurisdictions.references import Atlas, Reference, Unresolved, references

INSTRUMENTS = ("unclos", "isa-nodules", "isa-sulphides", "isa-crusts", "sla", "ocsla", "msfd")
BAR = 0.95
_MENTION = re.compile(
    r"\b(?:articles?|regulations?|sections?|annex(?:es)?|paragraphs?|subsections?|subparagraphs?"
    r"|points?|clauses?|parts?)\s+(?:\d+|\([a-zA-Z0-9]{1,4}\)|[IVX]+\b)",
    re.IGNORECASE,
)


def touches(start: int, end: int, other: Reference | Unresolved) -> bool:
    """Say whether two stretches of a text overlap."""
    return start < other.end and other.start < end


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", action="store_true", help="print those that do not resolve")
    given = parser.parse_args()
    if not given.folder.is_dir():
        parser.error(f"{given.folder}: no such folder")
    texts = load_folder(given.folder)
    atlas = Atlas(provision for text in texts.values() for provision in text.provisions)
    started = time.perf_counter()
    total: Counter[str] = Counter()
    listed: list[str] = []
    exact = 0
    for name in INSTRUMENTS:
        counted: Counter[str] = Counter()
        for provision in texts[name].provisions:
            found = list(references(provision.id, provision.text, atlas))
            for mention in _MENTION.finditer(provision.text):
                near = [item for item in found if touches(mention.start(), mention.end(), item)]
                if any(isinstance(item, Reference) for item in near):
                    counted["resolved"] += 1
                    exact += any(isinstance(item, Reference) and item.exact for item in near)
                    continue
                reasons = [item.reason for item in near if isinstance(item, Unresolved)]
                reason = reasons[0] if reasons else "not read"
                counted[reason] += 1
                if reason != "outside":
                    around = provision.text[max(0, mention.start() - 40) : mention.end() + 50]
                    listed.append(f"{provision.id}: {reason}: {' '.join(around.split())}")
        total += counted
        print(_row(name, counted))
    print(_row("all", total))
    share = 100 * exact / total["resolved"]
    print(f"{share:.1f} % of the resolved lead to the very piece, the rest to what contains it")
    print(f"{time.perf_counter() - started:.1f} s")
    if given.list:
        print("\n".join(listed))
    raise SystemExit(0 if _rate(total) >= BAR else 1)


def _rate(counted: Counter[str]) -> float:
    held = counted.total() - counted["outside"]
    return counted["resolved"] / held if held else 1.0


def _row(name: str, counted: Counter[str]) -> str:
    rest = ", ".join(
        f"{count} {reason}" for reason, count in counted.most_common() if reason != "resolved"
    )
    return (
        f"{name:<14} {counted.total():>5} mentions, {counted['resolved']:>5} resolved, "
        f"{100 * _rate(counted):6.2f} % of those held; {rest}"
    )


if __name__ == "__main__":
    main()
