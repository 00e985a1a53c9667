"""One part of a sweep of surveys: its rows as Parquet, and what is counted of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from compliance.scoring.concepts import CONTEXT, EMERGENCIES, PARAMETERS
from compliance.scoring.dataset import SCORED
from compliance.scoring.estimate import alarms_of, parameters_of
from compliance.scoring.survey_files import Position
from compliance.sweep.manifest import FILES

if TYPE_CHECKING:
    from compliance.engine.law import TableVerdicts
    from compliance.scoring.answers import Answer
    from compliance.scoring.many import Scored

#: What is said of a survey as a whole, by the worst of its answers; the first two are ranked.
VERDICTS = ("compliant", "abstain", "violated", "not_binding", "error")
#: A chance from which an emergency counts as one: more likely than not.
_ALARM = 0.5
#: Surveys that cannot be read and are listed in a summary.
LISTED_ERRORS = 20


@dataclass
class Row:
    """One survey of a sweep.

    Attributes:
        place, name: in the list.
        position, modalities, sources: where it was measured, what there is, and SHA-256 of it.
        scored: what is said of it; ``None`` where it cannot be read.
        error: why it cannot, in one line.
    """

    place: int
    name: str
    position: Position | None = None
    modalities: tuple[str, ...] = ()
    sources: dict[str, str] = field(default_factory=dict)
    scored: Scored | None = None
    error: str | None = None

    @property
    def verdict(self) -> str:
        """The worst answer of all jurisdictions that bind."""
        if self.scored is None:
            return "error"
        said = {one.answer for one in self.scored.answers}
        worst = (name for name in ("violated", "abstain", "compliant") if name in said)
        return next(worst, "not_binding")

    @property
    def least(self) -> float | None:
        """The lowest probability of compliance with a jurisdiction that binds, as told."""
        return min(
            (
                one.to_data()["probability"]
                for one in (() if self.scored is None else self.scored.answers)
                if one.answer != "not_binding" and one.probability is not None
            ),
            default=None,
        )


def encode(rows: Sequence[Row]) -> bytes:
    """Return rows as a Parquet file; figures are rounded as reports of single designs are."""
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {
        "place": pa.array([row.place for row in rows], pa.int64()),
        "name": _texts([row.name for row in rows]),
        "error": _texts([row.error for row in rows]),
        "modalities": _texts(["+".join(row.modalities) or None for row in rows]),
        "latitude": _numbers([None if row.position is None else row.position[0] for row in rows]),
        "longitude": _numbers([None if row.position is None else row.position[1] for row in rows]),
        "verdict": _texts([row.verdict for row in rows]),
        "least probability": _numbers([row.least for row in rows]),
    }
    for at, jurisdiction in enumerate(SCORED):
        said = [None if row.scored is None else row.scored.answers[at] for row in rows]
        told = [{} if one is None else one.to_data() for one in said]
        for key in ("answer", "by"):
            columns[f"{jurisdiction} {key}"] = _texts([one.get(key) for one in told])
        for key in ("binds", "probability"):
            columns[f"{jurisdiction} {key}"] = _numbers([one.get(key) for one in told])
        sets = [None if one is None else "+".join(one.conformal_set) for one in said]
        columns[f"{jurisdiction} conformal set"] = _texts(sets)
        columns[f"{jurisdiction} why"] = _texts([one.why or None if one else None for one in said])
    amounts = [{} if one.scored is None else parameters_of(one.scored.estimates) for one in rows]
    for fact, unit in (PARAMETERS | CONTEXT).items():
        found = [one.get(fact, {}) for one in amounts]
        for key in ("estimate", "low", "high"):
            name = f"{fact} {key} [{unit}]" if unit else f"{fact} {key}"
            columns[name] = _numbers([one.get(key) for one in found])
        columns[f"{fact} source"] = _texts([one.get("source") for one in found])
    alarms = [{} if row.scored is None else alarms_of(row.scored.estimates) for row in rows]
    for name in EMERGENCIES:
        columns[name] = _numbers([one.get(name) for one in alarms])
    for modality in FILES:
        columns[f"{modality} sha256"] = _texts([row.sources.get(modality) for row in rows])
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream, compression="zstd")
    return stream.getvalue()


def _texts(values: list[str | None]) -> Any:
    import pyarrow as pa

    return pa.array(values, pa.string())


def _numbers(values: list[float | None]) -> Any:
    import pyarrow as pa

    return pa.array(values, pa.float64())


def summary_of(
    rows: Sequence[Row], tables: Sequence[tuple[TableVerdicts, int]], *, top: int
) -> dict[str, Any]:
    """Return what is counted of a part, and its first and last surveys."""
    from compliance.sweep.parts import count_provisions

    provisions: dict[str, list[int]] = {}
    for verdicts, size in tables:
        count_provisions(provisions, verdicts, size)
    scored = [row.scored for row in rows if row.scored is not None]
    ranked = [_listed(row) for row in rows if row.least is not None]
    return {
        "surveys": len(rows),
        "verdicts": dict(Counter(row.verdict for row in rows)),
        "jurisdictions": {
            name: _counted([one.answers[at] for one in scored]) for at, name in enumerate(SCORED)
        },
        "emergencies": {name: _alarms(rows, name) for name in EMERGENCIES},
        "stated": sum(size for _, size in tables),
        "provisions": {name: provisions[name] for name in sorted(provisions)},
        "best": best(ranked, top),
        "worst": worst(ranked, top),
        "problems": [
            {"place": row.place, "name": row.name, "error": row.error}
            for row in rows
            if row.error is not None
        ][:LISTED_ERRORS],
    }


def best(ranked: list[dict[str, Any]], top: int) -> list[dict[str, Any]]:
    """Return those likeliest to comply: answered so, then without an answer, then violating."""
    order = {name: at for at, name in enumerate(VERDICTS)}
    return sorted(ranked, key=lambda one: (order[one["verdict"]], -one["least"], one["place"]))[
        :top
    ]


def worst(ranked: list[dict[str, Any]], top: int) -> list[dict[str, Any]]:
    """Return those likeliest to violate: answered so, then without an answer, then compliant."""
    order = {name: -at for at, name in enumerate(VERDICTS)}
    return sorted(ranked, key=lambda one: (order[one["verdict"]], one["least"], one["place"]))[:top]


def _listed(row: Row) -> dict[str, Any]:
    assert row.scored is not None
    return {
        "place": row.place,
        "name": row.name,
        "verdict": row.verdict,
        "least": row.least,
        "answers": {
            one.id: {
                "answer": one.answer,
                "by": one.by,
                "probability": one.to_data()["probability"],
            }
            for one in row.scored.answers
            if one.answer != "not_binding"
        },
    }


def _counted(answers: Sequence[Answer]) -> dict[str, Any]:
    """Return how often each answer was given, by whom, and how sure the student was."""
    said = Counter(f"{one.by} {one.answer}" for one in answers)
    students = [one for one in answers if one.by == "student" and one.answer != "not_binding"]
    return {
        "answers": dict(sorted(said.items())),
        "abstained": dict(sorted(Counter(one.why for one in answers if one.why).items())),
        "sets": dict(sorted(Counter("+".join(one.conformal_set) for one in students).items())),
        # Probabilities as told have four decimals: a sum of whole numbers has no order.
        "chance": sum(round(1e4 * (one.probability or 0.0)) for one in students),
        "students": len(students),
    }


def _alarms(rows: Sequence[Row], name: str) -> dict[str, int]:
    measured = [row.scored for row in rows if row.scored and "sensor" in row.modalities]
    alarms = sum(alarms_of(one.estimates)[name] >= _ALARM for one in measured)
    return {"measured": len(measured), "alarms": alarms}
