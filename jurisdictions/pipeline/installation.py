"""The component that tells whether a text bears on whoever runs an installation at sea."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from jurisdictions.norm import Norm
from jurisdictions.pipeline.state import rows

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: The thing itself, or what surrounds it.
_THING = re.compile(
    r"\b(?:installations?|artificial islands?|platforms?|rigs?|fixed structures?|"
    r"offshore (?:units?|facilit(?:y|ies)|structures?)|safety zones?|pipelines?|habitats? at sea|"
    r"deepwater ports?|drilling units?|drill cuttings|drilling muds?|drilling fluids?)\b",
    re.IGNORECASE,
)
#: Research at sea needs consent: its conduct, its consent, its projects.
_RESEARCH = re.compile(
    r"\b(?:scientific research|research) (?:projects?|activities|installations?|equipment)\b"
    r"|\bresearch\b.{0,80}\bconsent\b|\bconsent\b.{0,80}\bresearch\b",
    re.IGNORECASE | re.DOTALL,
)
#: Harm that an activity under someone's control does to the sea.
_ACTIVITY = re.compile(
    r"\bactivities under (?:their|its) jurisdiction\b|\bany activity under this (?:sub)?section\b"
    r"|\b(?:contractor|operator|lessee)\b.{0,80}"
    r"\b(?:serious harm|pollution|damage|emergency|incidents?)\b"
    r"|\bplan\b.{0,80}\b(?:proposed|submitted) by the lessee\b"
    r"|\b(?:lessee|permittee|operator|contractor)\b.{0,160}\b(?:plan|operations?)\b.{0,40}\bsafe"
    r"|\b(?:operator|lessee|permittee|contractor|holder)s? to comply\b"
    r"|\brequir(?:e|es|ing) (?:the|an?|any|each|every) (?:holder|lessee|permittee|operator)\b"
    r"|\bactivit(?:y|ies)\b.{0,60}\b(?:exploration|development|production) plan\b"
    r"|\b(?:pollution|hazardous|harm)\b.{0,120}\bactivities in the Area\b"
    r"|\b(?:exploration|operations?|drilling)\b.{0,60}\b(?:harmful|pollution|unsafe)\b",
    re.IGNORECASE | re.DOTALL,
)
#: What an operator pays, teaches or keeps secret bears on its affairs, not on the installation.
_AFFAIRS = re.compile(
    r"\b(?:financial|payments?|royalt(?:y|ies)|fees?|production charge|net proceeds|bids?|"
    r"confidential(?:ity)?|training programmes?|trainees?)\b",
    re.IGNORECASE,
)
#: Words of clauses on courts and powers, which mention installations in passing.
_PASSING = re.compile(
    r"\bit is alleged\b|^\W*(?:\w\W+)?nothing in\b[^.;]{0,160}\bauthority\b[^.;]*[.;]?\s*$",
    re.IGNORECASE,
)
_OPERATORS = re.compile(
    r"\b(?:contractor|operator|lessee|permittee|licensee|leaseholder)s?$", re.IGNORECASE
)


#: What the judge may find, strongest first; the first four mean "yes".
Evidence = Literal["thing", "research", "activity", "operator", "passing", "affairs", "none"]
_YES = ("thing", "research", "activity", "operator")


class InstallationJudge:
    """Set ``doc._.binds_installation``.

    Args:
        operators: whether a duty of a contractor, lessee or operator suffices.
    """

    def __init__(self, *, operators: bool = True) -> None:
        self.operators = operators

    def __call__(self, doc: Doc) -> Doc:
        """Needs ``doc._.norms``."""
        found = installation_evidence(doc.text, rows(doc, "norms", Norm), operators=self.operators)
        doc._.binds_installation = found in _YES
        return doc


def installation_evidence(text: str, norms: list[Norm], *, operators: bool = True) -> Evidence:
    """Return what in a text speaks for or against an installation, the strongest first.

    Args:
        text: the words that were read.
        norms: what they state.
        operators: as in :class:`InstallationJudge`.
    """
    thing = _THING.search(text) is not None
    if thing and not _PASSING.search(text):
        return "thing"
    if _RESEARCH.search(text):
        return "research"
    if _ACTIVITY.search(text):
        return "activity"
    if operators and _binds_operator(norms):
        return "affairs" if _AFFAIRS.search(text) else "operator"
    return "passing" if thing else "none"


def _binds_operator(norms: list[Norm]) -> bool:
    return any(
        norm.modality in ("obligation", "prohibition")
        and norm.bearer is not None
        and _OPERATORS.search(norm.bearer) is not None
        for norm in norms
    )
