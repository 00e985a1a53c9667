"""Acceptance criteria of the hull rules: each constant with its source, recalled ones labelled."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


def _constant(value: float, source: str, *, recalled: bool) -> Any:
    return field(default=value, metadata={"source": source, "recalled": recalled})


@dataclass(frozen=True, slots=True)
class Criteria:
    """Constants of the assessment; make another instance to use other values.

    Attributes:
        collapse_factor: least ratio of a sphere's Krenzke-Kiernan collapse pressure to the load.
        yield_factor: least ratio of yield strength to mean wall stress.
        interframe_usage: greatest ratio of load to inter-frame collapse pressure, and to yield.
        general_usage: greatest ratio of load to general (overall) buckling pressure.
        proof_test_factor: test pressure over the pressure at design depth.
        krenzke_kiernan: coefficient of the Krenzke-Kiernan formula.
        proof_strain: plastic strain at which the yield strength is read.
        shallow_pressure_mpa: load below which class tables ask for a larger collapse factor.
        weld_shown_mm: thickest welded wall seen in a deep hull.
        thick_wall_ratio: wall over outer radius above which the formulas are extrapolated.
    """

    collapse_factor: float = _constant(
        1.73, "DNV/GL underwater technology: collapse over nominal from 60 bar", recalled=True
    )
    yield_factor: float = _constant(1.5, "engineering code 1.3: yield over 1.5", recalled=False)
    interframe_usage: float = _constant(
        0.8, "ABS underwater vehicles: usage factor between frames", recalled=False
    )
    general_usage: float = _constant(
        0.5, "ABS underwater vehicles: usage factor for overall buckling", recalled=False
    )
    proof_test_factor: float = _constant(
        1.25, "ABS underwater vehicles: hydrostatic test, two cycles", recalled=False
    )
    krenzke_kiernan: float = _constant(
        0.84, "Krenzke and Kiernan, near-perfect spheres, Poisson's ratio 0.3", recalled=True
    )
    proof_strain: float = _constant(
        0.002, "offset of the 0.2 % proof stress (ISO 6892-1)", recalled=False
    )
    shallow_pressure_mpa: float = _constant(
        6.0, "DNV/GL: factor 2.00 at 20 bar, 3.20 at 5 bar", recalled=True
    )
    weld_shown_mm: float = _constant(
        102.0, "ISRO: electron-beam welded titanium, 80 to 102 mm", recalled=False
    )
    thick_wall_ratio: float = _constant(
        0.2, "judgement: outside the range of the hulls compared", recalled=False
    )

    def labels(self) -> dict[str, dict[str, Any]]:
        """Return each constant's value, source and whether it is recalled (not read)."""
        return {
            item.name: {
                "value": getattr(self, item.name),
                "source": item.metadata["source"],
                "recalled": item.metadata["recalled"],
            }
            for item in fields(self)
        }


STANDARD = Criteria()
