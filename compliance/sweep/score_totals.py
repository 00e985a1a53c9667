"""What the parts of a sweep of surveys add up to, with what its figures promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from compliance.report.words import stale_words
from compliance.scoring.dataset import SCORED
from compliance.scoring.estimate import LEVEL
from compliance.scoring.judging import FALSE_COMPLIANT
from compliance.sweep.designs import provisions_of
from compliance.sweep.score_rows import LISTED_ERRORS, VERDICTS, best, worst

if TYPE_CHECKING:
    from jurisdictions.rulebook import RuleBook

ANSWERS = ("compliant", "violated", "abstain", "not_binding")


def added(
    parts: Iterable[dict[str, Any]], book: RuleBook, stale: Sequence[str], top: int
) -> dict[str, Any]:
    """Return the summary of a sweep.

    Args:
        parts: what was counted in each, in order.
        book: compiled law.
        stale: rules that changed since the student was trained.
        top: how many surveys are listed.
    """
    verdicts: Counter[str] = Counter()
    jurisdictions: dict[str, dict[str, Any]] = {}
    emergencies: dict[str, Counter[str]] = {}
    provisions: dict[str, list[int]] = {}
    surveys = stated = 0
    first: list[dict[str, Any]] = []
    last: list[dict[str, Any]] = []
    problems: list[dict[str, Any]] = []
    hashes = []
    for part in parts:
        surveys += part["surveys"]
        stated += part["stated"]
        verdicts.update(part["verdicts"])
        for name, counts in part["jurisdictions"].items():
            _join(jurisdictions.setdefault(name, {}), counts)
        for name, counts in part["emergencies"].items():
            emergencies.setdefault(name, Counter()).update(counts)
        for name, counts in part["provisions"].items():
            before = provisions.get(name, [0] * len(counts))
            provisions[name] = [one + two for one, two in zip(before, counts, strict=True)]
        first, last = best([*first, *part["best"]], top), worst([*last, *part["worst"]], top)
        problems = [*problems, *part["problems"]][:LISTED_ERRORS]
        hashes.append(part["sha256"])
    return {
        "surveys": surveys,
        "verdicts": {name: verdicts[name] for name in VERDICTS},
        "jurisdictions": [_told(name, jurisdictions[name]) for name in SCORED],
        "emergencies": {
            name: {what: counts[what] for what in ("measured", "alarms")}
            for name, counts in emergencies.items()
        },
        "promised": {"conformal_level": LEVEL, "false_compliant": FALSE_COMPLIANT},
        "stale": {"rules": list(stale), "meaning": stale_words(len(stale))},
        "stated": {"surveys": stated, "provisions": provisions_of(book, provisions)},
        "likeliest_compliant": first,
        "likeliest_violated": last,
        "problems": problems,
        "parts": hashes,
    }


def _join(into: dict[str, Any], counts: dict[str, Any]) -> None:
    for key, value in counts.items():
        if isinstance(value, dict):
            into[key] = Counter(into.get(key, {})) + Counter(value)
        else:
            into[key] = into.get(key, 0) + value


def _told(name: str, counts: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of one jurisdiction: answers by whom, sets, and the mean chance."""
    said, students = counts["answers"], counts["students"]
    return {
        "id": name,
        "answers": {
            answer: {by: said[f"{by} {answer}"] for by in ("rules", "student")}
            for answer in ANSWERS
        },
        "abstained": dict(sorted(counts["abstained"].items())),
        "conformal_sets": {
            what or "none": number for what, number in sorted(counts["sets"].items())
        },
        "student_answers_where_it_may_bind": students,
        "mean_probability": round(counts["chance"] / students / 1e4, 4) if students else None,
    }
