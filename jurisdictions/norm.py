"""What a provision says: norms, quantities, exceptions and zones, each with its character span."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Modality = Literal["obligation", "prohibition", "permission", "constitutive"]
Comparator = Literal["<=", "<", ">=", ">", "=", "range"]

#: The cue of a list item whose modality stands in the words that introduce the list.
LEAD_IN = "<lead_in>"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measured bound or amount, verbatim and as a number.

    Attributes:
        span: the words, number and unit only.
        start, end: character offsets of ``span`` in the text that was read.
        value: the number (the first one of a range).
        value_max: the second number of a range, else ``None``.
        unit: one of the unit words of the annotation guidelines (``nmi``, ``m``, ``day``, ...).
        comparator: what the text asks of the measured thing, by meaning.
        measures: head noun of the thing measured ("breadth", "report"), where one was found.
    """

    span: str
    start: int
    end: int
    value: float
    unit: str
    comparator: Comparator
    value_max: float | None = None
    measures: str | None = None


@dataclass(frozen=True, slots=True)
class Ordinal:
    """An ordinal of time such as "third year": not a quantity, yet a number of the law.

    Attributes:
        span: the words ("third year").
        start, end: character offsets.
        value: 3 for "third".
        unit: ``day``, ``month`` or ``year``.
    """

    span: str
    start: int
    end: int
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Some words and where they stand."""

    span: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Norm:
    """One rule that a provision states.

    Attributes:
        modality: obligation, prohibition, permission or constitutive.
        cue: the words that carry the modality, or :data:`LEAD_IN`.
        start, end: offsets of the cue; both 0 when the cue is :data:`LEAD_IN`.
        bearer: head words of who is bound or empowered (or of what is defined); ``None`` unnamed.
        action: the verb phrase that is required, barred or allowed, as written.
        clause_start, clause_end: offsets of the clause that the cue governs.
    """

    modality: Modality
    cue: str
    start: int
    end: int
    bearer: str | None
    action: str
    clause_start: int
    clause_end: int


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything that was read out of one stretch of text (a provision or a gold segment).

    All offsets count characters of that text, so that ``text[start:end] == span``.
    """

    norms: tuple[Norm, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    ordinals: tuple[Ordinal, ...] = ()
    exceptions: tuple[TextSpan, ...] = ()
    conditions: tuple[TextSpan, ...] = ()
    zones: tuple[str, ...] = ()
    binds_installation: bool = False
