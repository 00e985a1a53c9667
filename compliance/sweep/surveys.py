"""Sweeps of raw surveys: the student reads them in batches, each survey becomes a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache, partial
from importlib import metadata
from typing import TYPE_CHECKING, Any

from base import BathylexError, SurveyError
from compliance.scoring.many import Case, Scorer
from compliance.scoring.survey_files import (
    SurveyFiles,
    placed,
    position_of,
    read_survey,
)
from compliance.sweep.manifest import FILES, Entry, Manifest
from compliance.sweep.run import Done, Engine, Extent, Keeps, Progress, work
from compliance.sweep.score_rows import Row, encode, summary_of
from compliance.sweep.score_totals import added

if TYPE_CHECKING:
    from compliance.scoring.shipped import Shipped
    from jurisdictions.rulebook import RuleBook

#: Surveys in one part: its file, and the step of an interrupted run.
PART = 512
#: Files that stay in memory, for surveys that share them.
_KEPT = {"acoustic": 4, "legal": 4, "sensor": 4, "structure": 64}
#: Positions whose zones stay in memory.
_MOST_PLACES = 20_000


@dataclass(frozen=True)
class Surveys:
    """Surveys to be scored by a student: a :class:`compliance.sweep.run.Job`.

    Attributes:
        manifest: what surveys there are.
        shipped: the student, loaded over ``book``.
        book, as_of: the law that applies.
        device: where the student reads: ``cpu`` or ``cuda``.
        top: how many of the likeliest to comply, and to violate, are listed.
    """

    manifest: Manifest
    shipped: Shipped
    book: RuleBook
    as_of: date
    device: str
    top: int

    @property
    def size(self) -> int:
        """Surveys in all, counted once for each structure and site."""
        return self.manifest.size

    @property
    def graphics(self) -> bool:
        """Whether the student reads on a graphics processor."""
        return self.device != "cpu"

    @cached_property
    def _digest(self) -> str:
        return self.manifest.digest()

    def identity(self, part: int = PART) -> dict[str, Any]:
        """Return what the sweep is: also the contents of all files, and what kind of processor."""
        from compliance.scoring.rule_features import rules_hash

        return {
            "surveys": self._digest,
            "student": self.shipped.weights,
            "rulebook": self.book.key,
            "rules": rules_hash(self.book),
            "as_of": self.as_of.isoformat(),
            "device": self.device,
            "top": self.top,
            "size": self.size,
            "part": part,
            "bathylex": metadata.version("bathylex"),
            "torch": metadata.version("torch"),
            "pyarrow": metadata.version("pyarrow"),
        }

    def worker(self) -> Callable[[Extent], Done]:
        """Return what scores parts."""
        return _Worker(self)


class _Worker:
    def __init__(self, job: Surveys) -> None:
        self._job = job
        self._scorer = Scorer(job.shipped, job.book, job.as_of, device=job.device)
        self._read = {
            name: lru_cache(kept)(partial(read_survey, name)) for name, kept in _KEPT.items()
        }

    def __call__(self, item: Extent) -> Done:
        number, start, stop = item
        places = self._scorer.law.places.sites
        if len(places) > _MOST_PLACES:
            places.clear()
        rows = [self._row(place) for place in range(start, stop)]
        ready = [(row, case) for row, case in rows if case is not None]
        scored, rules = self._scorer.score([case for _, case in ready])
        for (row, _), one in zip(ready, scored, strict=True):
            row.scored = one
        summary = summary_of([row for row, _ in rows], rules.tables, top=self._job.top)
        summary["number"] = number
        return number, summary, encode([row for row, _ in rows])

    def _row(self, place: int) -> tuple[Row, Case | None]:
        """Read one survey; what cannot be read is told in its row."""
        manifest = self._job.manifest
        row = Row(place, manifest.name(place))
        try:
            entry = manifest.entry(place)
            row.name = entry.name
            read = self._files(entry)
            row.sources = {name: one["sha256"] for name, one in read.sources.items()}
            position = position_of(read.structure, entry.site, where=entry.name)
            row.position = position or manifest.site
            inputs = placed(read, row.position, self._job.as_of, shared=self._scorer.law.places)
            row.modalities = inputs.modalities()
            return row, self._scorer.case(inputs, row.position)
        except BathylexError as problem:
            # Paths of this machine would make the same surveys other bytes elsewhere.
            row.error = str(problem).replace(f"{manifest.folder}/", "")
            return row, None

    def _files(self, entry: Entry) -> SurveyFiles:
        folder = self._job.manifest.folder
        held: dict[str, Any] = dict.fromkeys(FILES)
        sources = {}
        for name, path in sorted(entry.files.items()):
            held[name], digest = self._read[name](folder / path)
            sources[name] = {"file": path, "sha256": digest}
        if not sources:
            raise SurveyError("names no file", where=entry.name)
        return SurveyFiles(
            held["acoustic"], held["legal"], held["sensor"], held["structure"], sources
        )


def sweep_surveys(
    job: Surveys,
    store: Keeps,
    *,
    engine: Engine,
    part: int = PART,
    progress: Callable[[Progress], None] = lambda _: None,
) -> dict[str, Any]:
    """Score every survey that the store does not hold yet, and add all up.

    Args:
        job: the surveys.
        store, engine, part, progress: as for :func:`compliance.sweep.run.work`.

    Returns:
        The summary as plain data: the same for the same sweep, whatever ran it.
    """
    parts = work(job, store, engine=engine, part=part, progress=progress)
    return {"sweep": job.identity(part), **added(parts, job.book, job.shipped.stale, job.top)}
