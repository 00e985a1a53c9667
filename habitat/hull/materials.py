"""Hull materials: nominal properties with their source, and which ones the metal rules refuse."""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal

from base import DesignError

Kind = Literal["metal", "acrylic", "composite", "brittle"]

#: Why the formulas for metal shells are not applied to a kind of material.
REFUSALS: dict[str, str] = {
    "acrylic": "acrylic creeps and ages, so it needs the window tables of ASME PVHO-1, "
    "not a metal factor",
    "composite": "fibre composites weaken under repeated pressure in ways that formulas for metal "
    "shells do not see: a composite hull rated for 4000 m was lost at about 3363 m in 2023",
    "brittle": "brittle materials fail from flaws without yielding, which formulas for metal "
    "shells do not see",
}

#: Words that give the kind of a material away, whatever else its name says.
_TELLTALES: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("composite", frozenset({"composite", "fibre", "fiber", "laminate", "cfrp", "grp", "gfrp"})),
    ("acrylic", frozenset({"acrylic", "pmma", "plexiglas", "plexiglass", "perspex"})),
    ("brittle", frozenset({"glass", "concrete", "ceramic", "alumina"})),
)


@dataclass(frozen=True, slots=True)
class Material:
    """A metal with the properties that the shell formulas need.

    Attributes:
        name: as in the table.
        yield_mpa: minimum (0.2 % proof) yield strength, MPa.
        youngs_mpa: Young's modulus, MPa.
        poisson: Poisson's ratio.
        density_kg_m3: density.
        ramberg_osgood_n: exponent of the Ramberg-Osgood stress-strain curve.
        certainty: ``medium``, ``low`` or ``certified`` (given by the user).
        source: the standard or literature; all values of the table are recalled nominal ones.
    """

    name: str
    yield_mpa: float
    youngs_mpa: float
    poisson: float
    density_kg_m3: float
    ramberg_osgood_n: float
    certainty: str
    source: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A known material that the metal rules do not judge, and why."""

    name: str
    kind: Kind
    reason: str


@lru_cache(maxsize=1)
def _table() -> dict[str, Material | Refused]:
    text = resources.files("habitat.hull").joinpath("materials.csv").read_text(encoding="utf-8")
    table: dict[str, Material | Refused] = {}
    for row in csv.DictReader(text.splitlines()):
        entry: Material | Refused
        if row["kind"] == "metal":
            entry = Material(
                name=row["name"],
                yield_mpa=float(row["yield_mpa"]),
                youngs_mpa=float(row["youngs_gpa"]) * 1000.0,
                poisson=float(row["poisson"]),
                density_kg_m3=float(row["density_kg_m3"]),
                ramberg_osgood_n=float(row["ramberg_osgood_n"]),
                certainty=row["certainty"],
                source=f"{row['source']} (recalled)",
            )
        else:
            kind: Kind = row["kind"]  # type: ignore[assignment]
            entry = Refused(row["name"], kind, REFUSALS[kind])
        for name in (row["name"], *filter(None, row["aliases"].split("|"))):
            table[_key(name)] = entry
    return table


def _key(name: str) -> str:
    return " ".join(name.lower().replace("‑", "-").replace("–", "-").replace("-", " ").split())


def find_material(name: str, *, where: str) -> Material | Refused:
    """Look a material up by name or alias, whatever the case, spaces and hyphens.

    Raises:
        DesignError: for a material that is not in the table, with the nearest names.

    >>> find_material("ti-6al-4v eli", where="hull.material").name
    'Ti-6Al-4V ELI'
    """
    table, key = _table(), _key(name)
    if key in table:
        return table[key]
    words = set(key.split())
    for kind, telltales in _TELLTALES:
        if words & telltales:
            return Refused(" ".join(name.split()), kind, REFUSALS[kind])
    close = difflib.get_close_matches(key, table, n=3, cutoff=0.55)
    close = close or [other for other in table if key and (key in other or other in key)][:3]
    names = list(dict.fromkeys(table[other].name for other in close))
    hint = f"did you mean {' or '.join(repr(item) for item in names)}?" if names else None
    raise DesignError(
        f"unknown material '{' '.join(name.split())[:40]}'",
        where=where,
        hint=hint or f"known: {', '.join(material_names())}",
    )


def material_names() -> tuple[str, ...]:
    """Return the names of all materials in the table, metals first as listed."""
    return tuple(dict.fromkeys(entry.name for entry in _table().values()))
