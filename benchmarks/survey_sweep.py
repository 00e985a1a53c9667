"""Raw surveys swept in batches, beside the same surveys scored one by one: seconds and memory.

Run as ``python -m benchmarks.survey_sweep [--surveys N N] [--alone N]``. The example survey is
repeated in folders of its own, with eight specifications at four sites; each file is read anew.
The first sweep's processor seconds are held against those of scoring ``--alone`` of its surveys one
by one in a process that is warm, as ``bathylex design`` does, and its answers against theirs. Peak
resident memory is that of the command, for each number of surveys.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.sweep import measured, processor_of_children

_DAY = date(2026, 1, 1)
_SITES = ((37.84, -31.52), (13.5, -116.5), (29.0, -88.2), (57.5, 3.0))
_RADII = ("500 m", "620 m")
#: How far a probability may be from that of the survey alone.
_NEAR = 2e-4


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--surveys", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--alone", type=int, default=64)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    wrong, far = 0, 0.0
    for at, count in enumerate(options.surveys):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_surveys(folder / "surveys", count)
            before = processor_of_children()
            seconds, memory = measured(
                ["--surveys", str(folder / "surveys"), "--device", "cpu"],
                folder / "out",
                options.workers,
            )
            busy = processor_of_children() - before
            print(f"surveys                {count:>10,}")
            print(f"seconds                {seconds:>10.1f}")
            print(f"processor seconds      {busy:>10.1f}")
            print(f"surveys/processor s    {count / busy:>10.1f}   start-up included")
            print(f"peak resident MiB      {memory:>10.0f}")
            if at == 0:
                each, wrong, far = alone(folder, min(options.alone, count))
                print(f"one by one, surveys/s  {1 / each:>10.1f}   {each * 1e3:.0f} ms each, warm")
                print(f"sweep, times as fast   {each * count / busy:>10.1f}   of processor time")
                print(f"answers that differ    {wrong:>10}   farthest probability {far:.1e}")
    return int(wrong > 0 or far > _NEAR)


def write_surveys(folder: Path, count: int) -> None:
    """Write folders of surveys; sonar and sensors are links to one file, structures eight files."""
    example = Path(__file__).resolve().parent.parent / "examples" / "azores_survey"
    kept = folder.parent / "kept"
    kept.mkdir()
    for name in ("sonar.npy", "sensors.csv"):
        (kept / name).write_bytes((example / name).read_bytes())
    base = json.loads((example / "structure.json").read_text(encoding="utf-8"))
    for number in range(8):
        latitude, longitude = _SITES[number // 2]
        base["site"] |= {"latitude": latitude, "longitude": longitude}
        base["safety_zone"]["radius"] = _RADII[number % 2]
        (kept / f"{number}.json").write_text(json.dumps(base), encoding="utf-8")
    for number in range(count):
        inside = folder / f"survey-{number:06}"
        inside.mkdir(parents=True)
        for name in ("sonar.npy", "sensors.csv"):
            os.link(kept / name, inside / name)
        os.link(kept / f"{number % 8}.json", inside / "structure.json")


def alone(folder: Path, count: int) -> tuple[float, int, float]:
    """Return processor seconds for each survey alone, and how its answers differ from the sweep's.

    Returns:
        Seconds, the number of other answers, and the farthest probability.
    """
    import pyarrow.parquet as pq

    from compliance.scoring.score_report import score_report
    from compliance.scoring.survey_files import placed, position_of, read_surveys
    from workbench.law import rulebook
    from workbench.surveys import student

    table = pq.read_table(folder / "out" / "parts" / "part-00000.parquet").to_pylist()
    book = rulebook(None)
    shipped = student(book, None)

    def scored(row: dict[str, Any]) -> list[dict[str, Any]]:
        inside = folder / "surveys" / row["name"]
        read = read_surveys(
            acoustic=inside / "sonar.npy",
            sensor=inside / "sensors.csv",
            structure=inside / "structure.json",
        )
        at = position_of(read.structure, None)
        inputs = placed(read, at, _DAY)
        report = score_report(inputs, shipped, book, as_of=_DAY, position=at)
        found: list[dict[str, Any]] = report["compliance"]
        return found

    scored(table[0])
    start = time.process_time()
    answers = [scored(row) for row in table[:count]]
    each = (time.process_time() - start) / count
    wrong, far = 0, 0.0
    for row, said in zip(table, answers, strict=False):
        for one in said:
            name = one["id"]
            wrong += (row[f"{name} answer"], row[f"{name} by"]) != (one["answer"], one["by"])
            wrong += row[f"{name} conformal set"] != "+".join(one["conformal_set"])
            if one["probability"] is not None:
                far = max(far, abs(row[f"{name} probability"] - one["probability"]))
    return each, wrong, far


if __name__ == "__main__":
    sys.exit(main())
