"""Weak labels: what the rules say, and what people said when they bound provisions to designs.

A binding file is evidence that the extraction rules had no part in: a provision with a rule asks
something of a seabed installation; a ``reviewed`` one asks nothing that an audit could check, which
is less than saying that it does not bear on one. The probabilities below state how far each pair of
witnesses is believed; they are set by hand, not fitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from jurisdictions.binding import BindingFile

#: What people's binding says of a provision; "unknown" where no file speaks of it.
People = Literal["operator", "state", "organ", "reviewed", "unknown"]


@dataclass(frozen=True, slots=True)
class WeakLabel:
    """A soft label.

    Attributes:
        probability: of "yes".
        weight: how far it is trusted beside a person's annotation (1).
        people: what the binding files say.
    """

    probability: float
    weight: float
    people: People


class Bindings:
    """What the binding files say of a provision.

    Args:
        files: by instrument, from :func:`jurisdictions.compiler.load_bindings`.
    """

    def __init__(self, files: Mapping[str, BindingFile]) -> None:
        self._rules: dict[str, People] = {}
        self._reviewed: set[str] = set()
        rank: tuple[People, ...] = ("operator", "state", "organ")
        for file in files.values():
            for rule in file.rules:
                before = self._rules.get(rule.provision, "organ")
                self._rules[rule.provision] = min(before, rule.addressee, key=rank.index)
            self._reviewed |= {name for entry in file.reviewed for name in entry.provisions}

    def people(self, provision: str) -> People:
        """Return the addressee of its rules, or "reviewed" where an entry covers it.

        Args:
            provision: an id such as ``unclos:60.5``; an entry covers everything below it.
        """
        if provision in self._rules:
            return self._rules[provision]
        instrument, _, path = provision.partition(":")
        parts = path.split(".")
        above = (f"{instrument}:{'.'.join(parts[:n])}" for n in range(len(parts), 0, -1))
        return "reviewed" if any(name in self._reviewed for name in above) else "unknown"


#: Probability where the rules saw an installation or a research project named in the text.
_NAMED = 0.95
#: Probability by what people say and what the rules say otherwise: (rules yes, rules no).
_TABLE: dict[People, tuple[float, float]] = {
    "operator": (0.95, 0.85),
    "state": (0.9, 0.65),
    "organ": (0.8, 0.5),
    "reviewed": (0.6, 0.05),
    "unknown": (0.8, 0.1),
}
#: Trust in a label in which no person had a part.
_RULES_ALONE = 0.3


def installation_label(people: People, *, rules: bool, named: bool) -> WeakLabel:
    """Return the soft label of "bears on an installation".

    Args:
        people: what the binding files say.
        rules: the rules' verdict.
        named: whether the text names an installation or a research project.
    """
    probability = _NAMED if named else _TABLE[people][0 if rules else 1]
    return WeakLabel(probability, _RULES_ALONE if people == "unknown" else 1.0, people)


def modality_label(
    modality: str, order: tuple[str, ...], *, unsure: bool
) -> tuple[list[float], float]:
    """Return the rules' modality as soft probabilities, and its weight.

    Args:
        modality: what the rules said.
        order: of the modalities in the answer.
        unsure: whether they said so by default; such a label counts less and is softer.
    """
    sure = 0.7 if unsure else 0.97
    rest = (1 - sure) / (len(order) - 1)
    return [sure if name == modality else rest for name in order], _RULES_ALONE if unsure else 1.0
