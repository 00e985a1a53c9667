"""A variant: the design, its site, the law's date and its readings, each as given or changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from habitat.load import apply_settings

if TYPE_CHECKING:
    from habitat.design import Design

Kind = Literal["site", "as_of", "jurisdictions", "set", "reading"]

#: Facts of a design that were true of its own place and are carried along when it moves.
PLACE_FACTS = (
    "site.depth",
    "site.recognized_sea_lane",
    "site.marine_protected_area",
    "site.us_protected_unit",
    "site.defense_restricted_area",
    "site.fishing_intensity",
    "site.vulnerable_ecosystem",
    "waste.distance_to_land",
)
#: Assertions in place of the zone resolver: they hold for the place they were made for only.
PLACE_ASSERTIONS = ("site.zone", "site.coastal_state")


@dataclass(frozen=True, slots=True)
class Place:
    """A position in decimal degrees, and a name for people."""

    latitude: float
    longitude: float
    label: str = ""

    def __str__(self) -> str:
        where = f"{_degrees(self.latitude)}, {_degrees(self.longitude)}"
        return f"{self.label} ({where})" if self.label else where


@dataclass(frozen=True, slots=True)
class Choice:
    """Which jurisdictions are judged.

    Attributes:
        only: the only ones; all that are modelled when empty.
        added: taken to bind although nothing at the site makes them.
        dropped: left out.
    """

    only: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def wanted(self, modelled: Iterable[str]) -> frozenset[str] | None:
        """Return the ids to judge, or ``None`` for all."""
        if not self.only and not self.dropped:
            return None
        return frozenset((*(self.only or modelled), *self.added)) - set(self.dropped)

    def __str__(self) -> str:
        parts = [f"only {', '.join(self.only)}"] if self.only else []
        parts += [f"{name} assumed to bind" for name in self.added]
        parts += [f"without {name}" for name in self.dropped]
        return "; ".join(parts) or "all jurisdictions"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that a variant has otherwise than the base: what ``without`` can take back."""

    kind: Kind
    name: str
    value: str

    def __str__(self) -> str:
        match self.kind:
            case "set":
                return f"{self.name} = {self.value}"
            case "as_of":
                return f"as of {self.value}"
            case "site":
                return f"site {self.value}"
            case "reading":
                return f"reading {self.name}"
        return self.value

    def to_json(self) -> dict[str, str]:
        """Return plain values."""
        return {"kind": self.kind, "name": self.name, "value": self.value}


@dataclass(frozen=True, slots=True)
class Variant:
    """What differs from the base; nothing does in ``Variant()``, which is the base.

    Attributes:
        site: another place for the design.
        forget_place: whether what the design says of its own place becomes unknown there.
        as_of: another date of the law.
        jurisdictions: another choice of jurisdictions.
        changes: values of the design by dotted key, sorted by key.
        readings: ids of readings, sorted.
    """

    site: Place | None = None
    forget_place: bool = False
    as_of: date | None = None
    jurisdictions: Choice | None = None
    changes: tuple[tuple[str, str], ...] = ()
    readings: tuple[str, ...] = ()

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Everything that differs, each to be taken back on its own."""
        found: list[Setting] = []
        if self.site is not None:
            found.append(Setting("site", "site", str(self.site)))
        if self.as_of is not None:
            found.append(Setting("as_of", "as_of", self.as_of.isoformat()))
        if self.jurisdictions is not None:
            found.append(Setting("jurisdictions", "jurisdictions", str(self.jurisdictions)))
        found.extend(Setting("set", key, value) for key, value in self.changes)
        found.extend(Setting("reading", name, name) for name in self.readings)
        return tuple(found)

    @property
    def label(self) -> str:
        """All settings in one line."""
        return "; ".join(map(str, self.settings)) or "as designed"

    def without(self, reverted: Iterable[Setting]) -> Variant:
        """Return the variant with some settings as they are in the base."""
        gone = set(reverted)
        kinds = {item.kind for item in gone}
        return replace(
            self,
            site=None if "site" in kinds else self.site,
            forget_place=self.forget_place and "site" not in kinds,
            as_of=None if "as_of" in kinds else self.as_of,
            jurisdictions=None if "jurisdictions" in kinds else self.jurisdictions,
            changes=tuple(
                (key, value)
                for key, value in self.changes
                if Setting("set", key, value) not in gone
            ),
            readings=tuple(
                name for name in self.readings if Setting("reading", name, name) not in gone
            ),
        )

    def design(self, base: Design) -> Design:
        """Return the design of this variant, checked like a file.

        Raises:
            DesignError: an unknown key, or a value that the key does not take.
        """
        moved = base if self.site is None else _moved(base, self.site, forget=self.forget_place)
        return apply_settings(moved, dict(self.changes)) if self.changes else moved

    def carried(self, base: Design) -> tuple[str, ...]:
        """Return the facts that were given for the base's place and are taken to hold here."""
        if self.site is None or self.forget_place:
            return ()
        own = {key for key, _ in self.changes}
        return tuple(key for key in PLACE_FACTS if key not in own and _value(base, key) is not None)

    def to_json(self, as_of: date) -> dict[str, Any]:
        """Return the settings as plain values; ``as_of`` is the date of the base."""
        choice = self.jurisdictions or Choice()
        return {
            "site": None
            if self.site is None
            else {
                "latitude": self.site.latitude,
                "longitude": self.site.longitude,
                "label": self.site.label,
            },
            "as_of": (self.as_of or as_of).isoformat(),
            "jurisdictions": {
                "only": list(choice.only),
                "added": list(choice.added),
                "dropped": list(choice.dropped),
            },
            "set": dict(self.changes),
            "readings": list(self.readings),
            "forget_place": self.forget_place,
        }


def _degrees(value: float) -> str:
    """Write degrees to a decimetre, without trailing zeros."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _moved(design: Design, place: Place, *, forget: bool) -> Design:
    gone = PLACE_ASSERTIONS + (PLACE_FACTS if forget else ())
    site: dict[str, Any] = {"latitude": place.latitude, "longitude": place.longitude}
    waste: dict[str, Any] = {}
    for section, key in (name.split(".") for name in gone):
        (site if section == "site" else waste)[key] = None
    # Copied, not read again, so that quantities stay exactly as the file gives them.
    return design.model_copy(
        update={
            "site": design.site.model_copy(update=site),
            "waste": design.waste.model_copy(update=waste),
        }
    )


def _value(design: Design, key: str) -> Any:
    section, name = key.split(".")
    return getattr(getattr(design, section), name)
