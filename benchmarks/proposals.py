"""How often the fact that people bound to a provision is among those proposed for it.

    python benchmarks/proposals.py [CORPUS_FOLDER] [--fit] [--misses]

Each instrument is hidden in turn (its bindings unseen), then each whole jurisdiction, since the
three sets of regulations of the Authority are nearly alike. Reads the embedded digests, or official
copies in CORPUS_FOLDER in their place.

What the figures flatter: the author of the lexicon had seen all bindings, hidden ones included.
Only the likeness and the choice of weights are truly blind to the hidden instrument; the words are
not. The baselines see no lexicon: the nearest bound provision by bags of words, and the facts that
are bound most often elsewhere.

The second table judges proposals as an audit makes them, for every duty that faces an operator, the
ones that reviewers left unbound included: there a proposal is wrong whatever it says. Confidence
comes from a model fitted to the other jurisdictions only. ``--fit`` fits it to all and writes
``jurisdictions/proposals/confidence.toml``.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from base import write_whole
from corpus.digests import load_digests
from corpus.library import load_folder
from corpus.model import LawText
from jurisdictions.compiler import extract_provisions, load_bindings
from jurisdictions.graph import attributes_of
from jurisdictions.norm import Extraction
from jurisdictions.proposals.confidence import FEATURES, confidence, features
from jurisdictions.proposals.likeness import Example, terms
from jurisdictions.proposals.propose import Ranker, Weights
from jurisdictions.proposals.proposer import example_text
from jurisdictions.proposals.subject import Subject, subjects

GRID = tuple(Weights(likeness=share) for share in (0.0, 0.4, 0.8, 1.5))
SHOWN_ABOVE = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8)


@dataclass(frozen=True)
class Case:
    """A bound provision with the facts that people bound to it."""

    instrument: str
    jurisdiction: str
    subject: Subject
    gold: frozenset[str]

    @property
    def example(self) -> Example:
        """The case as something to learn from."""
        provision = self.subject.provision
        return Example(
            provision.id,
            provision.citation,
            self.instrument,
            example_text(self.subject),
            tuple(sorted(self.gold)),
        )


@dataclass(frozen=True)
class Made:
    """A proposal for a duty of a hidden jurisdiction: place, features, and whether it is right."""

    jurisdiction: str
    place: int
    values: tuple[float, ...]
    right: bool


Rank = Callable[[Case], Sequence[str]]
Learn = Callable[[list[Case]], Rank]


def ours(weights: Weights) -> Learn:
    """The proposer with fixed weights."""

    def learn(seen: list[Case]) -> Rank:
        ranker = Ranker((case.example for case in seen), weights=weights)
        return lambda case: [
            item.attribute.fact for item in ranker.rank(case.subject, case.subject.text)
        ]

    return learn


def tuned(seen: list[Case]) -> Rank:
    """The proposer with the weights that do best on the visible jurisdictions."""
    best = max(GRID, key=lambda weights: sum(hits(seen, ours(weights), by_jurisdiction)[0]))
    return ours(best)(seen)


def bag_of_words(seen: list[Case]) -> Rank:
    """The facts of the provisions with the most alike bags of words."""
    bags = [(Counter(terms(case.example.text)), case) for case in seen]

    def rank(case: Case) -> list[str]:
        bag = Counter(terms(case.example.text))
        near = sorted(bags, key=lambda item: -_cosine(bag, item[0]))[:12]
        return list(dict.fromkeys(fact for _, other in near for fact in sorted(other.gold)))[:3]

    return rank


def majority(seen: list[Case]) -> Rank:
    """The three facts that are bound most often."""
    counted = Counter(fact for case in seen for fact in sorted(case.gold))
    common = [fact for fact, _ in counted.most_common(3)]
    return lambda case: common


def _cosine(first: Counter[str], second: Counter[str]) -> float:
    shared = sum(first[word] * second[word] for word in first.keys() & second.keys())
    lengths = math.sqrt(sum(n * n for n in first.values()) * sum(n * n for n in second.values()))
    return shared / lengths if lengths else 0.0


def by_instrument(case: Case) -> str:
    """Hide one instrument at a time."""
    return case.instrument


def by_jurisdiction(case: Case) -> str:
    """Hide one jurisdiction at a time."""
    return case.jurisdiction


def hits(
    cases: list[Case], learn: Learn, fold: Callable[[Case], str], *, misses: bool = False
) -> tuple[list[bool], list[bool]]:
    """Return for each case whether the first, and whether any of three, is right."""
    first, any_of_three = [], []
    for hidden in dict.fromkeys(fold(case) for case in cases):
        rank = learn([case for case in cases if fold(case) != hidden])
        for case in cases:
            if fold(case) == hidden:
                found = list(rank(case))
                first.append(bool(found) and found[0] in case.gold)
                any_of_three.append(any(fact in case.gold for fact in found))
                if misses and not first[-1]:
                    print(f"  {case.subject.provision.id}: {sorted(case.gold)}, proposed {found}")
    return first, any_of_three


def wilson(right: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share by Wilson's score (J. Am. Stat. Assoc. 22, 1927)."""
    z = 1.959964
    share = right / total
    middle = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return (middle - spread) / scale, (middle + spread) / scale


def shown(right: int, total: int) -> str:
    """Write a share with its interval."""
    low, high = wilson(right, total)
    return f"{right}/{total} {100 * right / total:5.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def made_for(
    text: LawText, extractions: dict[str, Extraction], cases: list[Case]
) -> Iterable[Made]:
    """Yield what is proposed for the duties of an instrument whose jurisdiction is hidden."""
    jurisdiction = text.instrument.jurisdiction
    seen = [case for case in cases if case.jurisdiction != jurisdiction]
    ranker = Ranker(case.example for case in seen)
    gold = {case.subject.provision.id: case.gold for case in cases}
    for subject in subjects(text, extractions):
        lineage = [subject.provision.id, *(p.id for p in text.ancestors(subject.provision.id))]
        bound = {fact for name in lineage for fact in gold.get(name, ())}
        for duty in subject.duties:
            ranked = ranker.rank(subject, duty.text, count=4)
            for place, evidence in enumerate(ranked[:3]):
                values = features(duty, ranked, place)
                yield Made(jurisdiction, place, values, evidence.attribute.fact in bound)


def fit(made: Sequence[Made]) -> dict[str, float]:
    """Fit a logistic model with a ridge of 1 on everything but the intercept."""
    inputs = np.array([item.values for item in made])
    right = np.array([item.right for item in made], dtype=float)

    def loss(weights: np.ndarray) -> float:
        logits = inputs @ weights
        errors = np.logaddexp(0.0, logits) - right * logits
        return float(errors.sum() + 0.5 * (weights[1:] ** 2).sum())

    found = minimize(loss, np.zeros(inputs.shape[1]), method="BFGS")
    return {name: float(value) for name, value in zip(FEATURES, found.x, strict=True)}


def calibration(made: list[Made]) -> list[tuple[float, bool]]:
    """Return first proposals with a confidence fitted without their jurisdiction."""
    judged = []
    for hidden in dict.fromkeys(item.jurisdiction for item in made):
        model = fit([item for item in made if item.jurisdiction != hidden])
        judged += [
            (confidence(item.values, model), item.right)
            for item in made
            if item.jurisdiction == hidden and item.place == 0
        ]
    return judged


def expected_error(judged: list[tuple[float, bool]], bins: int = 10) -> float:
    """Return the expected calibration error over equal bins of confidence."""
    total = 0.0
    for step in range(bins):
        inside = [
            (sure, right) for sure, right in judged if step / bins <= sure < (step + 1) / bins
        ]
        if inside:
            gap = sum(sure for sure, _ in inside) - sum(right for _, right in inside)
            total += abs(gap)
    return total / len(judged)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--misses", action="store_true")
    given = parser.parse_args()
    if given.folder is not None and not given.folder.is_dir():
        parser.error(f"{given.folder}: no such folder")
    texts = load_digests()
    if given.folder is not None:
        official = load_folder(given.folder)
        texts = {name: official.get(name, text) for name, text in texts.items()}
    read = {name: extract_provisions(text) for name, text in texts.items()}
    gold: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name, binding_file in load_bindings().items():
        for rule in binding_file.rules:
            gold[name][rule.provision] |= set(attributes_of(rule.require))
    cases = [
        Case(name, text.instrument.jurisdiction, subject, frozenset(facts))
        for name, text in texts.items()
        for subject in subjects(text, read[name], only=gold[name])
        if (facts := gold[name][subject.provision.id])
    ]
    facing = sum(bool(case.subject.duties) for case in cases)
    print(f"{len(cases)} bound provisions, {facing} of them with duties that get proposals")
    for fold in (by_instrument, by_jurisdiction):
        print(f"\nHidden {fold.__name__.replace('_', ' ')}: {'first':>24} {'one of three':>34}")
        for name, learn in (
            ("proposer, weights from visible folds", tuned),
            ("lexicon and numbers alone", ours(Weights(likeness=0.0))),
            ("likeness alone", ours(Weights(words=0.0))),
            ("bag of words, nearest provisions", bag_of_words),
            ("facts bound most often", majority),
        ):
            misses = given.misses and learn is tuned
            first, three = hits(cases, learn, fold, misses=misses)
            print(f"  {name:<37} {shown(sum(first), len(first))}  {shown(sum(three), len(three))}")
    made = [item for name, text in texts.items() for item in made_for(text, read[name], cases)]
    judged = calibration(made)
    brier = sum((sure - right) ** 2 for sure, right in judged) / len(judged)
    rate = sum(right for _, right in judged) / len(judged)
    print(f"\nDuties facing an operator, jurisdiction hidden: {len(judged)}")
    print(
        f"  Brier score {brier:.3f} (always the base rate: {rate * (1 - rate):.3f}), "
        f"expected calibration error {expected_error(judged):.3f}"
    )
    for bound in SHOWN_ABOVE:
        kept = [right for sure, right in judged if sure >= bound]
        if kept:
            print(f"  confidence at least {bound:.2f}: first right {shown(sum(kept), len(kept))}")
    if given.fit:
        _write(fit(made), len(made))


def _write(model: dict[str, float], count: int) -> None:
    lines = [
        "# Fitted by benchmarks/proposals.py --fit: the weight of each feature in the log odds",
        f"# that a proposal is right ({count} on hidden jurisdictions). Do not edit by hand.",
        "[coefficients]",
        *(f"{name} = {value:.4f}" for name, value in model.items()),
    ]
    folder = Path(__file__).resolve().parent.parent / "jurisdictions" / "proposals"
    write_whole(folder / "confidence.toml", "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
