"""What an impact-assessment report says of a design, in simulated sentences of our own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

#: Names of facts whose key does not read well.
_NAMES = {
    "consents.coastal_state": "consent of the coastal State",
    "consents.research": "consent to the research project",
    "consents.isa_contract": "contract with the Authority",
    "consents.ocs_lease": "lease on the outer shelf",
    "consents.army_corps_permit": "permit of the Corps of Engineers",
    "consents.sponsorship": "certificate of sponsorship",
    "consents.protected_area": "consent of the protected area",
    "conformity.registered": "entry in the register",
    "conformity.inspected_yearly": "yearly inspection",
    "conformity.inspectors_admitted": "access for inspectors",
    "conformity.crew_nationality": "manning by nationals",
    "discharges.dumping": "dumping of waste",
    "environment.management_system": "environmental management system",
    "safety.management_system": "safety management system",
    "management.policy": "environmental policy",
    "management.objectives": "set of environmental objectives",
    "research.peaceful_purpose": "commitment to peaceful purposes",
    "research.results_shared": "sharing of results",
    "research.results_published": "publication of results",
    "research.project_described": "description of the project",
    "research.resource_evaluation": "evaluation of resources",
    "pressures.non_indigenous_species": "introduction of alien species",
    "pressures.wild_stocks_protected": "protection of wild stocks",
    "pressures.seafood_monitored": "monitoring of seafood",
    "pressures.targets_addressed": "plan for the environmental targets",
    "safety_zone.notice_given": "notice of the safety zone",
    "safety_zone.markings_and_warnings": "set of markings and warnings",
    "hull.weld_procedure_qualified": "qualified weld procedure",
    "hull.load_cases_verified": "verification of the load cases",
}
_YES = (
    "There is a {name}.",
    "The {name} is in place and documented.",
    "We confirm the {name} for this project.",
    "A {name} has been established, see the annex.",
    "The operator has the {name}.",
)
_NO = (
    "There is no {name}.",
    "The {name} is not in place.",
    "No {name} has been established.",
    "A {name} is lacking at the time of writing.",
    "The operator does not have the {name}.",
)
_WORD = ("The {name} is {word}.", "For the {name} we found: {word}.", "Regarding {name}: {word}.")
_FILLER = (
    "The site was visited twice during the planning phase.",
    "This chapter summarises the findings of the field campaign.",
    "Further details can be requested from the project office.",
    "The weather during the survey was calm.",
    "All drawings follow the usual scale.",
    "The team thanks the crew of the vessel.",
    "Figures are given to three digits.",
    "The schedule foresees installation in the coming summer.",
)


def name_of(fact: str) -> str:
    """Return how a report calls a fact: the words of its key, or a better name."""
    return _NAMES.get(fact) or fact.split(".")[-1].replace("_", " ")


def write_report(
    rng: np.random.Generator, facts: Mapping[str, Any], *, mentioned: float
) -> list[str]:
    """Return the sentences of a report, in random order.

    Args:
        rng: the only source of chance.
        facts: true yes-no facts and words by path; others are passed over.
        mentioned: chance of each fact to be told.
    """
    told = [
        _sentence(rng, fact, value)
        for fact, value in facts.items()
        if isinstance(value, bool | str) and rng.random() < mentioned
    ]
    filler = rng.choice(len(_FILLER), size=int(rng.integers(0, 6)), replace=False)
    told += [_FILLER[at] for at in filler]
    return [told[at] for at in rng.permutation(len(told))]


def _sentence(rng: np.random.Generator, fact: str, value: bool | str) -> str:
    name = name_of(fact)
    if isinstance(value, bool):
        forms = _YES if value else _NO
        return forms[int(rng.integers(len(forms)))].format(name=name)
    return _WORD[int(rng.integers(len(_WORD)))].format(name=name, word=value.replace("_", " "))


def all_sentences(flags: Iterable[str], words: Mapping[str, Iterable[str]]) -> dict[str, list[Any]]:
    """Return every sentence that a report can hold on a fact, with the fact and its value."""
    found: dict[str, list[Any]] = {}
    for fact in flags:
        for value, forms in ((True, _YES), (False, _NO)):
            for form in forms:
                found[form.format(name=name_of(fact))] = [fact, value]
    for fact, values in words.items():
        for word in values:
            for form in _WORD:
                text = form.format(name=name_of(fact), word=word.replace("_", " "))
                found[text] = [fact, word]
    return found
