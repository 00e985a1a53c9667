"""Quantities beside quantulum3 0.10: segments per second, and F1 on annotated segments.

    python benchmarks/quantities.py GOLD_FOLDER [--rounds 5]

GOLD_FOLDER holds ``NAME_segments.jsonl`` and ``NAME_gold.jsonl`` pairs whose name has "quantity" in
it. Gold and predictions are compared as multisets of (value, unit) in each segment, and of (value,
unit, comparator). Both tools read the same texts in turns in one run; loading is left out. Ours is
timed with the whole pipeline and with the components that quantities need.

quantulum3 is part of the ``bench`` extra; where it is absent, our rows stand alone. It is given its
best:

- Units go by its own unit names (``UNITS``); it knows no nautical mile and reads "per cent" as an
  unknown unit, so that both are taught to it by its ``add_custom_unit`` (named in the output). A
  unit that it recognises and that is not in the table counts as ``other``.
- Numbers without a unit never count against it: one counts only where the gold has that number as a
  ``count``, the year of a ``date``, or a ``percent`` that it gives as a fraction.
- Of the two ends of a range the first counts, and the second is not held against it.
- An ordinal such as "eighth year", which it reads as an eighth, counts as eight.
- It gives no comparators; in the second figure each of its quantities counts as ``=``.

Its classifier of ambiguous units is used where the installed scikit-learn loads it (the model that
it ships is of 1.8), else it is off.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import statistics
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jurisdictions.extract import extract_texts, load_pipeline, to_gold

#: The components that quantities need beside the tokenizer.
NEEDED = ("law_ordinals", "law_quantities")
#: Unit names of quantulum3 → units of the annotation guidelines.
UNITS = {
    "nautical mile": "nmi", "mile": "mile", "metre": "m", "kilometre": "km", "millimetre": "mm",
    "centimetre": "cm", "foot": "feet", "square kilometre": "km2", "square metre": "m2",
    "cubic metre": "m3", "acre": "acre", "second": "second", "minute": "minute", "hour": "hour",
    "day": "day", "month": "month", "year": "year", "percentage": "percent", "per cent": "percent",
    "united states dollar": "USD", "dollar": "USD", "euro": "currency",
    "pound sterling": "currency", "knot": "kn", "kilogram": "kg", "tonne": "t", "ton": "t",
    "long ton": "t", "short ton": "t", "gross ton": "GT", "parts-per-million": "ppm",
    "degree angle": "degree",
    "degree Celsius": "degC", "kilowatt": "kW", "bar": "bar", "hertz": "Hz", "decibel": "dB",
}  # fmt: skip
_ORDINAL = re.compile(r"\w+(?:st|nd|rd|th|third|second|first)\b", re.IGNORECASE)
TAUGHT = {
    "nautical mile": ["nautical mile", "nautical miles"],
    "per cent": ["per cent", "per centum"],
}

Row = dict[str, Any]


@dataclass
class Score:
    """Counts of true positives, gold and predicted items."""

    hits: int = 0
    gold: int = 0
    predicted: int = 0

    def add(self, gold: Counter[Any], predicted: Counter[Any]) -> None:
        self.hits += sum((gold & predicted).values())
        self.gold += sum(gold.values())
        self.predicted += sum(predicted.values())

    @property
    def f1(self) -> float:
        return 2 * self.hits / (self.gold + self.predicted)


def load(folder: Path) -> Iterator[tuple[str, Row, Row]]:
    """Yield (sample, segment, annotation) of the quantity samples of a folder."""
    for path in sorted(folder.glob("*quantity*_segments.jsonl")):
        name = path.name.removesuffix("_segments.jsonl")
        gold = {row["id"]: row for row in _rows(path.with_name(f"{name}_gold.jsonl"))}
        for segment in _rows(path):
            yield name, segment, gold[segment["id"]]


def _rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


class Ours:
    """Our pipeline, whole or with the components that quantities need."""

    def __init__(self, *, whole: bool) -> None:
        self.nlp = load_pipeline()
        self.whole = whole

    def __call__(self, segments: list[Row]) -> list[list[Row]]:
        items = [
            (row["text"], row.get("lead_in") or "", row.get("instrument") or "") for row in segments
        ]
        enabled = self.nlp.pipe_names if self.whole else list(NEEDED)
        with self.nlp.select_pipes(enable=enabled):
            read = list(extract_texts(items, nlp=self.nlp))
        return [to_gold(extraction, "")["quantities"] for extraction in read]


class Quantulum:
    """quantulum3 with two more units, its classifier where it loads."""

    def __init__(self) -> None:
        from quantulum3 import classifier, load, parser

        for name, surfaces in TAUGHT.items():
            entity = "length" if "mile" in name else "dimensionless"
            load.add_custom_unit(name=name, surfaces=surfaces, entity=entity, URI=name, symbols=[])
        classifier.USE_CLF = classifier.USE_CLF and self._model_fits()
        self.classifies = classifier.USE_CLF
        self.parse = parser.parse

    @staticmethod
    def _model_fits() -> bool:
        from importlib.metadata import version

        return version("scikit-learn").startswith("1.8.")

    def __call__(self, segments: list[Row]) -> list[list[Any]]:
        return [self.parse(row["text"]) for row in segments]


def kindly(found: list[Any], text: str, gold: Row) -> list[Row]:
    """Return what quantulum3 found in the units and habits of the guidelines.

    Args:
        found: its quantities.
        text: the segment.
        gold: its annotation, which settles the doubts named above in its favour.
    """
    ranges = [
        (start, start + len(item["span"]))
        for item in gold["quantities"]
        if item["comparator"] == "range" and (start := text.find(item["span"])) >= 0
    ]
    free = Counter((float(item["value"]), item["unit"]) for item in gold["quantities"])
    rows: list[Row] = []
    begun: set[tuple[int, int]] = set()
    for quantity in found:
        inside = [place for place in ranges if place[0] <= quantity.span[0] < place[1]]
        if inside and inside[0] in begun:
            continue
        begun.update(inside)
        row = _row(quantity, free)
        if row is not None:
            free[row["value"], row["unit"]] -= 1
            rows.append(row)
    return rows


def _row(quantity: Any, free: Counter[tuple[float, str]]) -> Row | None:
    value = float(quantity.value)
    if quantity.uncertainty is not None:
        value -= float(quantity.uncertainty)
    if 0 < value < 1 and _ORDINAL.search(quantity.surface):
        value = round(1 / value, 6)
    if quantity.unit.name != "dimensionless":
        unit = UNITS.get(quantity.unit.name, "other")
        return {"value": value, "unit": unit, "comparator": "="}
    for unit, meant in (("count", value), ("date", value), ("percent", round(100 * value, 2))):
        if free[meant, unit] > 0:
            return {"value": meant, "unit": unit, "comparator": "="}
    return None


def score(gold: list[Row], predicted: list[list[Row]]) -> tuple[float, float]:
    """Return F1 of (value, unit), and of (value, unit, comparator)."""
    plain, compared = Score(), Score()
    for annotation, rows in zip(gold, predicted, strict=True):
        for total, keys in ((plain, ("unit",)), (compared, ("unit", "comparator"))):
            wanted, given = (
                Counter((float(row["value"]), *(row[key] for key in keys)) for row in side)
                for side in (annotation["quantities"], rows)
            )
            total.add(wanted, given)
    return plain.f1, compared.f1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    loaded = list(load(given.gold))
    segments, gold = [row for _, row, _ in loaded], [row for _, _, row in loaded]
    if not segments:
        raise SystemExit(f"no *quantity*_segments.jsonl in {given.gold}")
    names = ", ".join(dict.fromkeys(name for name, _, _ in loaded))
    print(f"{len(segments)} segments, {sum(len(row['quantities']) for row in gold)} quantities")
    print(f"from {names}")
    tools: dict[str, Callable[[list[Row]], list[list[Any]]]] = {
        "ours, whole pipeline": Ours(whole=True),
        "ours, quantities only": Ours(whole=False),
    }
    other: Quantulum | None = None
    if importlib.util.find_spec("quantulum3") is None:
        print("quantulum3 is not installed (pip install 'bathylex[bench]'): no comparison")
    else:
        other = Quantulum()
        tools["quantulum3"] = other
        print(f"quantulum3 is taught {' and '.join(TAUGHT)}; classifier: {other.classifies}")
    answers = {name: tool(segments) for name, tool in tools.items()}
    times: dict[str, list[float]] = {name: [] for name in tools}
    for _ in range(given.rounds):
        for name, tool in tools.items():
            started = time.perf_counter()
            tool(segments)
            times[name].append(time.perf_counter() - started)
    print(f"{'':<24} {'segments/s':>10} {'range':>15} {'F1':>6} {'with comparator':>16}")
    for name, taken in times.items():
        rows = answers[name]
        if name == "quantulum3":
            triples = zip(rows, segments, gold, strict=True)
            rows = [kindly(found, row["text"], wanted) for found, row, wanted in triples]
        plain, compared = score(gold, rows)
        rates = sorted(len(segments) / seconds for seconds in taken)
        spread = f"{rates[0]:.0f} to {rates[-1]:.0f}"
        print(
            f"{name:<24} {statistics.median(rates):>10.0f} {spread:>15} {plain:>6.3f}"
            f" {compared:>16.3f}"
        )


if __name__ == "__main__":
    main()
