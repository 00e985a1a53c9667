"""Rules as vectors read off the jurisdiction graph, and the hash that tells two graphs apart."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import TYPE_CHECKING

import numpy as np

from jurisdictions.graph import build_graph
from jurisdictions.rulebook import Rule, RuleBook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compliance.scoring.concepts import Floats

#: Places that the neighbours of a rule are hashed to.
_PLACES = 48
_CLASSES = ("environmental", "safety", "commercial", "procedural")
_SEVERITIES = ("critical", "major", "minor", "observation")
_EFFECTS = ("direct", "through_state", "voluntary")


def rule_features(book: RuleBook, rules: Sequence[str], bounds: Sequence[float]) -> Floats:
    """Return one row per rule: its class, severity and effect, its bound, and its neighbourhood.

    The neighbourhood is what the graph ties the rule to (attributes, zones, the provision's
    instrument and jurisdiction), hashed, followed by the mean of the rules that share an attribute:
    one step of propagation over the graph (Wu et al. 2019, arXiv:1902.07153).

    Args:
        book: compiled law.
        rules: ids, in the order of the rows.
        bounds: on the axes of the amounts, 0 without one.
    """
    graph = build_graph(book)
    by_id = {rule.id: rule for rule in book.rules}
    own = np.zeros((len(rules), _PLACES), dtype=np.float32)
    shared: dict[str, list[int]] = {}
    for at, name in enumerate(rules):
        for _, other, kind in graph.out_edges(f"rule:{name}", data="kind"):
            own[at, zlib.crc32(f"{kind} {other}".encode()) % _PLACES] += 1
            if kind == "bound_to":
                shared.setdefault(other, []).append(at)
        own[at, zlib.crc32(by_id[name].instrument.encode()) % _PLACES] += 1
    spread, count = np.zeros_like(own), np.zeros((len(rules), 1), dtype=np.float32)
    for rows in shared.values():
        spread[rows] += own[rows].mean(axis=0)
        count[rows] += 1
    spread /= np.maximum(count, 1)
    told = np.array(
        [
            [
                *(by_id[name].binding.priority == one for one in _CLASSES),
                *(by_id[name].binding.severity == one for one in _SEVERITIES),
                *(by_id[name].binding.effect == one for one in _EFFECTS),
                bound,
            ]
            for name, bound in zip(rules, bounds, strict=True)
        ],
        dtype=np.float32,
    )
    return np.concatenate([told, own, spread], axis=1)


def rules_hash(book: RuleBook) -> str:
    """Return the SHA-256 of all that the rules of a book say: what they ask, where, which numbers.

    Where the words stand does not matter: an official copy that states the same numbers as our
    restatement gives the same hash.
    """
    return hashlib.sha256("\n".join(map(_said, book.rules)).encode()).hexdigest()


def rule_hashes(book: RuleBook) -> dict[str, str]:
    """Return the first 12 digits of the SHA-256 of what each executable rule says, by id."""
    return {
        rule.id: hashlib.sha256(_said(rule).encode()).hexdigest()[:12]
        for rule in book.rules
        if rule.binding.require is not None
    }


def _said(rule: Rule) -> str:
    numbers = [
        None if (value := one.value) is None
        else [value.value, value.value_max, value.unit, value.comparator]
        for one in rule.numbers
    ]  # fmt: skip
    told = rule.binding.model_dump(
        mode="json", include={"id", "provision", "zones", "when", "require", "unless"}
    )
    return json.dumps([told, numbers], sort_keys=True)
