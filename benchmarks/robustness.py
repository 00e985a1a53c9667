"""Does every law text of a folder extract, with spans that verify, in memory that does not grow?

    python benchmarks/robustness.py CORPUS_FOLDER [--copies 50]

Each text is read by ``bathylex extract FILE --json`` in a process of its own; the table gives its
provisions and norms, seconds and peak memory of that process, and the spans that fail: those of
provisions, cues, quantities and exceptions are looked up in the source. Then a law of our own is
read that repeats one page N, 4N and 16N times, with other made-up words each time, and the peaks
are compared. Exit status 1 when a text fails, a span fails, or memory grows by more than
``BYTES_PER_CHARACTER``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base import CorpusError
from corpus.library import any_texts

SUFFIXES = {".txt", ".md", ".csv", ".xml", ".xhtml", ".html", ".htm", ".pdf"}
#: A character takes one to four bytes in the file's text, and as many in its provision; the rest
#: is what a provision of some ten words needs beside them.
BYTES_PER_CHARACTER = 20

PAGE = """The operator of station {0}a shall keep a zone of 300 metres free of moored craft, except
where the harbour master of {0}b agrees in writing.

No person may anchor within 2 nautical miles of the well head {0}c between 1 May and 30 September.

The owner may, within 45 days, ask the board of {0}d for a second survey, provided that at least 20
per cent of the field {0}e has been given back by the end of the fourth year.

"Raft {0}f" means any floating structure without an engine.
"""


@dataclass(frozen=True)
class Run:
    """What one process did: exit status, complaint, output, seconds and peak memory in MiB."""

    status: int
    complaint: str
    records: list[dict[str, Any]]
    seconds: float
    peak: float


def extract(path: Path) -> Run:
    """Run ``bathylex extract PATH --json`` in a process of its own."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        command = [sys.executable, "-m", "workbench.cli", "extract", str(path), "--json"]
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err)
        _, waited, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(waited)
        out.seek(0)
        err.seek(0)
        records = json.load(out) if process.returncode == 0 else []
        return Run(process.returncode, err.read().strip(), records, taken, usage.ru_maxrss / 1024)


def failures(source: str, records: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each span that is not where the record says."""
    for record in records:
        if source[record["start"] : record["end"]] != record["text"]:
            yield record["id"]
        words = {
            "norms": [norm["cue"] for norm in record["norms"]],
            "quantities": [quantity["span"] for quantity in record["quantities"]],
            "exceptions": record["exceptions"],
        }
        for kind, expected in words.items():
            for word, place in zip(expected, record["spans"][kind], strict=True):
                if place is None and word == "<lead_in>":
                    continue
                if place is None or source[slice(*place)] != word:
                    yield f"{record['id']}: {kind} {word!r}"


def read_folder(folder: Path) -> bool:
    """Extract every text below a folder; return whether all went well."""
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES]
    good, provisions, norms, seconds = True, 0, 0, 0.0
    print(
        f"{'provisions':>10} {'norms':>6} {'seconds':>8} {'MiB':>5} {'spans that fail':>15}  file"
    )
    for path in paths:
        done = extract(path)
        failed: list[str] = []
        if done.status == 0:
            failed = list(failures(any_texts(path)[0].source, done.records))
        count = sum(len(record["norms"]) for record in done.records)
        name = path.relative_to(folder)
        print(
            f"{len(done.records):>10} {count:>6} {done.seconds:>8.1f} {done.peak:>5.0f}"
            f" {len(failed):>15}  {name}",
            flush=True,
        )
        for line in [done.complaint] * (done.status != 0) + failed[:3]:
            print(f"    {line}")
        good = good and done.status == 0 and not failed
        provisions, norms = provisions + len(done.records), norms + count
        seconds += done.seconds
    print(f"{len(paths)} texts, {provisions} provisions, {norms} norms, {seconds:.0f} s")
    return good


def grow(copies: int) -> bool:
    """Read a law of growing length; return whether memory follows the text alone."""
    peaks: list[tuple[int, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for times in (copies, 4 * copies, 16 * copies):
            path = Path(folder, "law.txt")
            text = "\n".join(PAGE.format(f"q{number}") for number in range(times))
            path.write_text(text, encoding="utf-8")
            done = extract(path)
            peaks.append((len(text), done.peak))
            print(
                f"{times:>6} pages {len(text):>9} characters {done.seconds:>7.1f} s"
                f" {done.peak:>7.1f} MiB peak"
            )
    (short, low), (long, high) = peaks[0], peaks[-1]
    growth = (high - low) * 1024 * 1024 / (long - short)
    print(f"{growth:.1f} bytes more for each further character")
    return growth <= BYTES_PER_CHARACTER


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--copies", type=int, default=50, help="N, pages of the shortest law")
    given = parser.parse_args()
    if not given.corpus.is_dir():
        raise CorpusError("no such folder", where=str(given.corpus))
    grows_well = grow(given.copies)
    return 0 if read_folder(given.corpus) and grows_well else 1


if __name__ == "__main__":
    sys.exit(main())
