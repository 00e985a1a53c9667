"""The student that ships with the program: weights, concepts, calibration and card in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base import DistillError
from compliance.scoring.concepts import Vocabulary
from compliance.scoring.judging import Judge
from compliance.scoring.rule_features import rule_hashes, rules_hash
from jurisdictions.rulebook import RuleBook

if TYPE_CHECKING:
    from compliance.scoring.reader import DesignReader

#: The file inside the package ``compliance.scoring``.
WEIGHTS = "student.safetensors"
#: SHA-256 of students made before the file held the hash of its tensors.
UNHASHED = frozenset({"1519b601d239438fb3b420b07f1ba4f1f15e34b1688d2e80ac491c1f955f46a4"})
#: Widths beyond which a file describes no student but a way to fill the memory.
MOST_UNITS = 4096


@dataclass(frozen=True)
class Shipped:
    """A trained student with all that is needed to answer.

    Attributes:
        reader: the network, over the rules of the rule book at hand.
        vocabulary: its concepts.
        judges: calibration by set of modalities, names joined by ``+``.
        card: data, seeds, metrics and limits.
        stale: rules that say other than when the student was trained, or are new; their bounds are
            applied as they stand now, but nothing was calibrated on them.
        weights: SHA-256 of the file.
    """

    reader: DesignReader
    vocabulary: Vocabulary
    judges: Mapping[str, Judge]
    card: Mapping[str, Any]
    stale: tuple[str, ...]
    weights: str


def save_student(
    path: Path,
    reader: DesignReader,
    vocabulary: Vocabulary,
    judges: Mapping[str, Judge],
    *,
    book: RuleBook,
    card: Mapping[str, Any],
) -> None:
    """Write a student in half precision, completely or not at all."""
    from distill.weights import save_tensors

    tensors = {
        name: value.half() if value.is_floating_point() else value
        for name, value in reader.state_dict().items()
    }
    note = {
        "vocabulary": vocabulary.to_json(),
        "sizes": json.dumps(asdict(reader.sizes)),
        "judges": json.dumps({name: judge.to_data() for name, judge in judges.items()}),
        "rules": json.dumps(rule_hashes(book)),
        "rules_sha256": rules_hash(book),
        "card": json.dumps(card),
    }
    save_tensors(tensors, path, note=note)


def load_student(book: RuleBook, path: Path | None = None) -> Shipped:
    """Read a student, the shipped one when no path is given, over a rule book.

    Raises:
        DistillError: the file is missing, broken, tampered with, or no student.
    """
    import torch

    from base import read_bytes, sha256_bytes
    from compliance.scoring.reader import Sizes, build_student
    from distill.weights import LARGEST, is_hashed, load_note, load_tensors, require_numbers

    if path is None and not has_student():
        raise DistillError(
            "no student is installed",
            where="scoring",
            hint="give --student FILE, or train one with bathylex distill train",
        )
    file = path or _shipped()
    weights = sha256_bytes(read_bytes(file, limit=LARGEST, error=DistillError))
    note = load_note(file)
    if not is_hashed(file) and weights not in UNHASHED:
        raise DistillError(
            "a student without the hash of its tensors",
            where=str(file),
            hint="give a file that 'bathylex distill train' wrote",
        )
    stored = load_tensors(file)
    require_numbers(stored, file)
    try:
        vocabulary = Vocabulary.from_json(note["vocabulary"])
        sizes = Sizes(**json.loads(note["sizes"]))
        judges = {n: Judge.from_data(one) for n, one in json.loads(note["judges"]).items()}
        known, card = _mapping(note["rules"]), _mapping(note["card"])
        require_whole(judges, vocabulary)
        if not all(0 <= value <= MOST_UNITS for value in astuple(sizes)):
            raise ValueError("sizes of no student")
        reader = build_student(book, vocabulary, sizes)
    except (
        AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError, RuntimeError,
        AssertionError, ArithmeticError,
    ) as problem:  # fmt: skip
        raise DistillError(
            "no student of this program",
            where=str(file),
            hint="give a file that 'bathylex distill train' wrote",
        ) from problem
    tensors = {
        name: value.float() if value.is_floating_point() else value
        for name, value in stored.items()
    }
    own = {name: value.shape for name, value in reader.state_dict().items()}
    if {name: value.shape for name, value in tensors.items()} != own:
        raise DistillError(
            "weights of another network", where=str(file), hint="train again, or give its own file"
        )
    with torch.no_grad():
        reader.load_state_dict(tensors)
    now = rule_hashes(book)
    stale = sorted(name for name in {*now, *known} if now.get(name) != known.get(name))
    return Shipped(
        reader.eval().requires_grad_(False), vocabulary, judges, card, tuple(stale),
        weights,
    )  # fmt: skip


def require_whole(judges: Mapping[str, Judge], vocabulary: Vocabulary) -> None:
    """Refuse calibrations that leave out a set of modalities, a jurisdiction or an amount.

    Raises:
        ValueError: what is missing.
    """
    from compliance.scoring.dataset import MODALITIES, SCORED
    from distill.batch import subsets

    missing = {"+".join(names) for names in subsets(MODALITIES)} - set(judges)
    if missing:
        raise ValueError(f"no calibration for {', '.join(sorted(missing))}")
    sizes = {(len(one.verdicts), len(one.reach), len(one.reach_stated)) for one in judges.values()}
    if sizes != {(len(SCORED), len(vocabulary.amounts), len(vocabulary.amounts))}:
        raise ValueError("calibrations of other jurisdictions or amounts")


def _mapping(text: str) -> dict[str, Any]:
    data = json.loads(text)
    if not isinstance(data, dict):
        raise TypeError("expected an object")
    return data


def has_student() -> bool:
    """Say whether a student ships with this installation."""
    return _shipped().is_file()


def _shipped() -> Path:
    return Path(str(resources.files("compliance.scoring").joinpath(WEIGHTS)))
