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
    r"\b(?:(?<!\bport )installations?|artificial islands?|platforms?|rigs?|fixed structures?|"
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
    r"|\b(?:exploration|operations?|drilling)\b.{0,60}\b(?:harmful|pollution|unsafe)\b"
    r"|\binterfere with or endanger\b"
    r"|\bplan\b.{0,40}\boil and gas lease\b"
    r"|\bactivities authorized (?:under|by) this (?:sub)?(?:chapter|section)\b.{0,80}\baffect"
    r"|\binspect(?:ors?|ions?)?\b.{0,120}\bactivities in the Area\b"
    r"|\b(?:exploration|production) plan\b.{0,60}\bshall (?:include|contain|set forth)\b"
    r"|\b(?:prevent|contain|minimi[sz]e)\b.{0,60}\bserious harm\b"
    r"|\bimpacts?\b.{0,40}\bexploration activities\b"
    r"|\benvironmental monitoring programmes?\b"
    r"|\b(?:contractors?|prospectors?)\b.{0,120}\bmonitoring\b"
    r"|\binspection\b.{0,60}\boperator\b",
    re.IGNORECASE | re.DOTALL,
)
#: What an operator pays, teaches or keeps secret bears on its affairs, not on the installation.
_AFFAIRS = re.compile(
    r"\b(?:financial|payments?|royalt(?:y|ies)|fees?|production charge|net proceeds|bids?|"
    r"confidential(?:ity)?|training programmes?|trainees?|force majeure|nationality|tenure|"
    r"good faith|accept as enforceable|participants?|relinquish(?:ed|ment)?|renounce|"
    r"plan of work for exploitation|obligations created|terms and conditions of this contract)\b",
    re.IGNORECASE,
)
#: Words of clauses on courts and powers, which mention installations in passing.
_PASSING = re.compile(
    r"\bit is alleged\b|^\W*(?:\w\W+)?nothing in\b[^.;]{0,160}\bauthority\b[^.;]*[.;]?\s*$",
    re.IGNORECASE,
)
_OPERATORS = re.compile(
    r"\b(?:contractor|operator|lessee|permittee|licensee|leaseholder|leasee)s?$", re.IGNORECASE
)


#: What the judge may find, strongest first; the first four mean "yes".
Evidence = Literal["thing", "research", "activity", "operator", "passing", "affairs", "none"]
_YES = ("thing", "research", "activity", "operator")


def concerns_affairs(text: str) -> bool:
    """Tell duties on an operator's money, papers or standing from those on what it runs."""
    return _AFFAIRS.search(text) is not None


def names_thing(text: str) -> bool:
    """Tell whether an installation, or what surrounds it, is named."""
    return _THING.search(text) is not None


def may_bear_on_installations(text: str) -> bool:
    """Say whether the words alone may make a text bear on an installation; norms not asked."""
    return any(pattern.search(text) for pattern in (_THING, _RESEARCH, _ACTIVITY))


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
    directs = not norms or any(norm.modality != "constitutive" for norm in norms)
    if directs and _ACTIVITY.search(text):
        return "activity"
    if operators and _binds_operator(norms):
        return "affairs" if concerns_affairs(text) else "operator"
    return "passing" if thing else "none"


def _binds_operator(norms: list[Norm]) -> bool:
    return any(
        norm.modality in ("obligation", "prohibition")
        and norm.bearer is not None
        and _OPERATORS.search(norm.bearer) is not None
        for norm in norms
    )
