"""Factories of the components, each with its settings, as spaCy is told of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jurisdictions.pipeline.assembly import NormAssembler
from jurisdictions.pipeline.bearers import BearerFinder
from jurisdictions.pipeline.conditions import ConditionFinder
from jurisdictions.pipeline.exceptions import ExceptionFinder
from jurisdictions.pipeline.installation import InstallationJudge
from jurisdictions.pipeline.modality import CueFinder
from jurisdictions.pipeline.ordinals import OrdinalFinder
from jurisdictions.pipeline.quantities import QuantityFinder
from jurisdictions.pipeline.sentences import SentenceSplitter
from jurisdictions.pipeline.status import StatusJudge
from jurisdictions.pipeline.zones import ZoneFinder

if TYPE_CHECKING:
    from spacy.language import Language

    from jurisdictions.pipeline.learned import LearnedInstallation, LearnedModality


def add_factories() -> None:
    """Make every factory known to spaCy, once in a process."""
    from spacy.language import Language

    factory = Language.factory
    factory("law_sentences", func=_sentences, default_config={"semicolons": True, "longest": 600})
    factory("law_ordinals", func=_ordinals, default_config={"counted": True})
    factory("law_quantities", func=_quantities, default_config={"dates": True})
    factory("law_exceptions", func=_exceptions, default_config={"words": 2})
    factory(
        "law_conditions",
        func=_conditions,
        default_config={"openers": ["if", "where", "when", "whenever", "wherever"]},
    )
    factory("law_zones", func=_zones, default_config={"exclude": []})
    factory("law_cues", func=_cues, default_config={"present": True, "forms": True})
    factory("law_status", func=_status, default_config={"bars": True})
    factory("law_bearers", func=_bearers, default_config={"antecedents": True})
    factory("law_norms", func=_norms, default_config={"longest_action": 400})
    factory("law_installation", func=_installation, default_config={"operators": True})
    # Not part of COMPONENTS: each needs the file of a trained student.
    factory("law_learned_modality", func=_learned_modality, default_config={"confidence": 0.5})
    factory(
        "law_learned_installation",
        func=_learned_installation,
        default_config={"yes": 0.5, "no": 0.5},
    )


def _sentences(nlp: Language, name: str, semicolons: bool, longest: int) -> SentenceSplitter:
    return SentenceSplitter(semicolons=semicolons, longest=longest)


def _ordinals(nlp: Language, name: str, counted: bool) -> OrdinalFinder:
    return OrdinalFinder(counted=counted)


def _quantities(nlp: Language, name: str, dates: bool) -> QuantityFinder:
    return QuantityFinder(dates=dates)


def _exceptions(nlp: Language, name: str, words: int) -> ExceptionFinder:
    return ExceptionFinder(nlp.vocab, words=words)


def _conditions(nlp: Language, name: str, openers: list[str]) -> ConditionFinder:
    return ConditionFinder(openers=openers)


def _zones(nlp: Language, name: str, exclude: list[str]) -> ZoneFinder:
    return ZoneFinder(nlp.vocab, exclude=exclude)


def _cues(nlp: Language, name: str, present: bool, forms: bool) -> CueFinder:
    return CueFinder(present=present, forms=forms)


def _status(nlp: Language, name: str, bars: bool) -> StatusJudge:
    return StatusJudge(bars=bars)


def _bearers(nlp: Language, name: str, antecedents: bool) -> BearerFinder:
    return BearerFinder(antecedents=antecedents)


def _norms(nlp: Language, name: str, longest_action: int) -> NormAssembler:
    return NormAssembler(longest_action=longest_action)


def _installation(nlp: Language, name: str, operators: bool) -> InstallationJudge:
    return InstallationJudge(operators=operators)


def _learned_modality(nlp: Language, name: str, student: str, confidence: float) -> LearnedModality:
    from distill.hashed import load_student
    from jurisdictions.pipeline.learned import LearnedModality

    return LearnedModality(load_student(Path(student)).logits, confidence=confidence)


def _learned_installation(
    nlp: Language, name: str, student: str, yes: float, no: float
) -> LearnedInstallation:
    from distill.hashed import load_student
    from jurisdictions.pipeline.learned import LearnedInstallation

    return LearnedInstallation(load_student(Path(student)).logits, yes=yes, no=no)
