"""Which jurisdictions and instruments bind at a site, and why: in force, in zone, party, in scope.

Every answer is three-valued: ``None`` where a fact that decides it is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from corpus.model import Instrument, Version
from jurisdictions.parties import eu_member, party_status, reservation, unclos_party

#: The jurisdictions that the engine models, in report order.
JURISDICTIONS = ("UNCLOS", "ISA", "US_OCSLA", "EU_MSFD", "ISO_14001", "ENGINEERING")
#: Every other instrument: judged only by rules that the user accepted.
OTHER = "OTHER"
#: How the reason begins where an audit leaves out what is invoked only as custom.
CUSTOM_LEFT_OUT = "invoked only as custom, which this audit leaves out"

MINERAL_PURPOSES = frozenset({"mineral_exploration", "mineral_exploitation"})

#: Zones of a coastal State, whose party status counts there.
NATIONAL_ZONES = frozenset(
    {"internal_waters", "archipelagic_waters", "territorial_sea", "contiguous_zone", "eez"}
    | {"continental_shelf"}
)

# Parts of UNCLOS that create institutions and procedures by consent: they bind parties only and are
# not invoked as custom (deep seabed, dispute settlement, final clauses, annexes). The general
# provisions, Art. 300 to 304, are.
_TREATY_ONLY_ARTICLES = ((133, 191), (279, 299), (305, 320))

# What non-parties too accept of Part XI: nobody owns the deep seabed (General Assembly resolution
# 2749 (XXV), adopted without opposition; for the United States 30 U.S.C. 1402), and it is used in
# peace.
_CUSTOM_IN_PART_XI = ("137.1", "141")

Basis = Literal["law", "custom", "voluntary", "engineering"]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides which law binds. Unknown facts are ``None``.

    ``seabed_open`` is true where an extended continental shelf may reach the site, so that the
    seabed is the Area or that shelf.
    """

    as_of: date
    zones: frozenset[str] | None
    purpose: str
    coastal_state: str | None
    operator_state: str | None
    sponsoring_state: str | None
    eu_marine_waters: bool | None
    us_ocs: bool | None
    us_state_waters: bool | None
    resource: str | None
    seabed_open: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Whether something binds (``None`` unknown), why, on what basis, and what is missing."""

    binding: bool | None
    reason: str
    basis: Basis = "law"
    missing: tuple[str, ...] = ()


def jurisdiction_scope(
    jurisdiction: str, at: Circumstances, *, assumed: frozenset[str] = frozenset()
) -> Scope:
    """Say whether a jurisdiction binds in these circumstances, or is ``assumed`` to."""
    scope = _jurisdiction_scope(jurisdiction, at)
    if jurisdiction in assumed and scope.binding is not True:
        return Scope(True, f"assumed to bind; as things are: {scope.reason}")
    return scope


def _jurisdiction_scope(jurisdiction: str, at: Circumstances) -> Scope:
    match jurisdiction:
        case "UNCLOS":
            return _unclos(at)
        case "ISA":
            return _isa(at)
        case "US_OCSLA":
            return _ocsla(at)
        case "EU_MSFD":
            return _msfd(at)
        case "ISO_14001":
            return Scope(
                True, "voluntary standard, judged as a benchmark; it binds by adoption", "voluntary"
            )
        case "ENGINEERING":
            return Scope(True, "the engineering code holds for every pressure hull", "engineering")
        case "OTHER":
            return Scope(
                True,
                "rules on it were accepted by a reviewer, who answers for whether its parties and "
                "its field include this site",
            )
    return Scope(False, "not one of the modelled jurisdictions")


def instrument_scope(
    instrument: Instrument, at: Circumstances, *, assumed: frozenset[str] = frozenset()
) -> Scope:
    """Say whether an instrument binds: first in time, then by its own field of application.

    Args:
        instrument: the law text.
        at: what decides.
        assumed: jurisdictions taken to bind although nothing makes them; a text that is a draft,
            out of force or for another resource does not bind on an assumption.
    """
    timing = timing_scope(instrument, at.as_of)
    if timing is not None:
        return timing
    scope = jurisdiction_scope(instrument.jurisdiction, at, assumed=assumed)
    if scope.binding and _jurisdiction_scope(instrument.jurisdiction, at).binding is not True:
        return _assumed(instrument, at, scope)
    if scope.binding is not True:
        return scope
    match instrument.id:
        case "isa-nodules" | "isa-sulphides" | "isa-crusts":
            return _exploration_regulations(instrument, at)
        case "ocsla" if at.us_ocs is False:
            return Scope(False, "the site is landward of the outer Continental Shelf")
        case "sla" if at.us_state_waters is False:
            return Scope(False, "the site is seaward of the State boundaries that the Act fixes")
        case "part-xi-agreement":
            return _area_only(at, scope)
    return scope


def provision_scope(
    provision_id: str, instrument: Instrument, at: Circumstances, scope: Scope
) -> Scope:
    """Narrow an instrument's scope to one provision: superseded parts, custom, parties only."""
    for part in instrument.superseded:
        if at.as_of >= part.since and part.covers(provision_id):
            return Scope(False, f"superseded from {part.since} by {part.by}")
    for version in instrument.versions:
        if version.covers(provision_id) and not version.holds(at.as_of):
            return Scope(False, _out_of_time(version, at.as_of))
    state = at.coastal_state or at.sponsoring_state or at.operator_state
    shut_out = reservation(provision_id, state, at.as_of) if state else None
    if shut_out is not None and shut_out.kind == "reservation" and scope.binding is not False:
        return Scope(False, f"{state} has made a reservation to it since {shut_out.since}")
    path = provision_id.partition(":")[2]
    if instrument.id != "unclos" or scope.binding is not True or scope.basis != "custom":
        return scope
    head = path.split(".")[0]
    treaty_only = head.startswith("annex") or (
        head.isdigit()
        and path not in _CUSTOM_IN_PART_XI
        and any(low <= int(head) <= high for low, high in _TREATY_ONLY_ARTICLES)
    )
    return _parties_only(scope) if treaty_only else scope


def _out_of_time(version: Version, as_of: date) -> str:
    if version.in_force_from is not None and as_of < version.in_force_from:
        return (
            f"not yet in force on {as_of}: brought in from {version.in_force_from} by {version.by}"
        )
    return f"an earlier edition, in force until {version.in_force_until}; replaced by {version.by}"


def _assumed(instrument: Instrument, at: Circumstances, scope: Scope) -> Scope:
    """Narrow an assumption by what the text is about, where the site cannot."""
    if instrument.id in ("isa-nodules", "isa-sulphides", "isa-crusts"):
        return _exploration_regulations(instrument, at)
    if instrument.id == "sla":
        return Scope(False, "the assumption is that of the shelf beyond State waters")
    return scope


def party_of(at: Circumstances) -> bool | None:
    """Say whether the State whose status counts at a site is party to UNCLOS, if one is known."""
    state = at.coastal_state or at.sponsoring_state or at.operator_state
    return None if state is None else unclos_party(state, at.as_of).party


def _parties_only(scope: Scope) -> Scope:
    """What binds parties only is open while no State is given, and out for one known to be none."""
    binding = None if scope.missing else False
    return Scope(binding, f"binds parties only; {scope.reason}", missing=scope.missing)


def timing_scope(instrument: Instrument, as_of: date) -> Scope | None:
    """Return why an instrument is not in force on a date, or ``None`` where it is."""
    if instrument.status == "draft":
        return Scope(False, "a draft: it never bound anyone")
    if instrument.in_force_from is not None and as_of < instrument.in_force_from:
        return Scope(False, f"not in force on {as_of} (in force from {instrument.in_force_from})")
    if instrument.in_force_until is not None and as_of > instrument.in_force_until:
        return Scope(False, f"no longer in force on {as_of} (until {instrument.in_force_until})")
    return None


def _unclos(at: Circumstances) -> Scope:
    if at.zones is None:
        return Scope(None, "the maritime zone is unknown", missing=("zone.zones",))
    if at.zones == {"land"}:
        return Scope(False, "the site is on land")
    state = at.coastal_state or at.sponsoring_state or at.operator_state
    if state is None:
        return Scope(
            True,
            "beyond national jurisdiction the operator's State decides whether the Convention "
            "binds as treaty or as custom; no State is given",
            "custom",
            ("operator_state",),
        )
    status = unclos_party(state, at.as_of)
    return Scope(True, status.reason, "law" if status.party else "custom")


def _isa(at: Circumstances) -> Scope:
    if at.zones is None:
        return Scope(None, "the maritime zone is unknown", missing=("zone.zones",))
    if "area" not in at.zones:
        return Scope(False, "the seabed at the site is not the Area")
    if at.purpose not in MINERAL_PURPOSES:
        return Scope(
            False,
            f"{at.purpose.replace('_', ' ')} is not an activity in the Area (UNCLOS Art. 1(1)(3)): "
            "it is exercised under high-seas freedoms and Part XIII",
        )
    if at.seabed_open:
        return _open_seabed()
    state = at.sponsoring_state or at.operator_state
    if state is None:
        return Scope(
            None,
            "the Authority's rules bind parties and those whom they sponsor; no State is given",
            missing=("operator_state",),
        )
    if not unclos_party(state, at.as_of).party:
        return Scope(
            False,
            f"the Authority's rules bind parties and those whom they sponsor; {state} is no party "
            "to UNCLOS",
        )
    return Scope(True, "mineral activities in the Area are controlled by the Authority")


def _open_seabed() -> Scope:
    return Scope(
        None,
        "the seabed is the Area unless an extended continental shelf reaches the site; only the "
        "coastal State's limits beyond 200 nautical miles tell (UNCLOS Art. 76(8))",
        missing=("site.zone",),
    )


def _exploration_regulations(instrument: Instrument, at: Circumstances) -> Scope:
    covered = instrument.id.removeprefix("isa-")
    if at.purpose == "mineral_exploitation":
        return Scope(
            False,
            "these regulations govern prospecting and exploration; no exploitation regulations "
            "are in force",
        )
    if at.resource is None:
        return Scope(
            None,
            "which mineral resource is explored is unknown",
            missing=("contract.resource",),
        )
    if at.resource != covered:
        return Scope(False, f"governs {covered}; the contract is for {at.resource}")
    return Scope(True, f"governs exploration for {covered} in the Area")


def _ocsla(at: Circumstances) -> Scope:
    if at.us_ocs is None and at.us_state_waters is None:
        return Scope(None, "the maritime zone is unknown", missing=("zone.us_ocs",))
    if at.us_ocs:
        return Scope(True, "the site is on the outer Continental Shelf of the United States")
    if at.us_state_waters:
        return Scope(
            True,
            "the seabed belongs to a State of the United States: the Submerged Lands Act holds, "
            "the outer Continental Shelf begins seaward of it",
        )
    return Scope(False, "the site is not on the continental shelf of the United States")


def _msfd(at: Circumstances) -> Scope:
    if at.eu_marine_waters is None:
        return Scope(None, "the maritime zone is unknown", missing=("zone.eu_marine_waters",))
    if at.coastal_state is not None and not eu_member(at.coastal_state, at.as_of):
        return Scope(False, f"{at.coastal_state} is no EU Member State on {at.as_of}")
    if not at.eu_marine_waters:
        return Scope(False, "the site is not in marine waters of an EU Member State")
    if at.purpose == "military":
        return Scope(False, "activities whose sole purpose is defence are outside (Art. 2(2))")
    return Scope(
        True,
        "marine waters of a Member State: the Directive binds the State, which must see to it "
        "that activities respect it",
    )


def _area_only(at: Circumstances, scope: Scope) -> Scope:
    if at.zones is not None and "area" not in at.zones:
        return Scope(False, "the seabed at the site is not the Area")
    if at.seabed_open:
        return _open_seabed()
    if scope.basis == "custom":
        return _parties_only(scope)
    state = at.coastal_state or at.sponsoring_state or at.operator_state
    status = party_status("part-xi-agreement", state, at.as_of) if state else None
    if status is not None and status.party is False:
        return Scope(False, f"binds its parties only; {status.reason}, though to UNCLOS")
    return scope


def without_custom(scope: Scope) -> Scope:
    """Leave out what is invoked only as custom; open while the State that decides is not given."""
    if scope.basis != "custom" or scope.binding is False:
        return scope
    if scope.missing:
        return Scope(None, scope.reason, missing=scope.missing)
    reason = scope.reason.partition(":")[0]
    return Scope(False, f"{CUSTOM_LEFT_OUT}; {reason}")
