"""The design file: one frozen model per section, every amount with its unit.

A key that is absent or null is *unknown* (``None``), never zero or false; only ``claims`` differ:
a claim that is not made is known to be not made. Keys may be added, never renamed. Each key is a
fact under its dotted path (``safety_zone.radius``), see :mod:`habitat.facts`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from habitat.fields import (
    Area,
    Concentration,
    Count,
    Depth,
    Flag,
    Force,
    Fraction,
    Latitude,
    Length,
    Longitude,
    Mass,
    PositiveLength,
    PositivePressure,
    Pressure,
    Ratio,
    SecondMoment,
    SoundLevel,
    State,
    Text,
    Time,
    Volume,
)

Purpose = Literal[
    "scientific_research",
    "mineral_exploration",
    "mineral_exploitation",
    "energy",
    "tourism",
    "aquaculture",
    "military",
    "other",
]
Zone = Literal[
    "land",
    "internal_waters",
    "archipelagic_waters",
    "territorial_sea",
    "contiguous_zone",
    "eez",
    "continental_shelf",
    "high_seas",
    "area",
    "antarctic_treaty_area",
]


class Section(BaseModel):
    """A section of the design file: frozen, with known keys only."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Site(Section):
    """Where the habitat stands, and what is known of the place.

    ``us_protected_unit`` is a National Park, Wildlife Refuge, Marine Sanctuary or Monument;
    ``defense_restricted_area`` one that the United States designated for national defence.
    """

    latitude: Latitude
    longitude: Longitude
    depth: Depth | None = None
    zone: Zone | None = None
    coastal_state: State | None = None
    recognized_sea_lane: Flag | None = None
    marine_protected_area: Flag | None = None
    us_protected_unit: Flag | None = None
    defense_restricted_area: Flag | None = None
    fishing_intensity: Literal["none", "low", "moderate", "intense"] | None = None
    vulnerable_ecosystem: (
        Literal["none", "hydrothermal_vent", "cold_water_coral", "seamount", "sponge_field"] | None
    ) = None


class Crew(Section):
    """Who lives there, and for how long before relief."""

    persons: Count | None = None
    mission_duration: Time | None = None


class Hull(Section):
    """The pressure hull.

    ``yield_strength`` and ``youngs_modulus`` are certified values of the plates at hand; they take
    the place of the material table's. ``frame_second_moment`` is that of one ring frame with its
    effective plating about the combined neutral axis; ``bulkhead_spacing`` the length between
    heavy frames, bulkheads or heads. ``decompression_in_place`` says whether an ambient habitat
    lowers its inside pressure while submerged, so that its shell carries the sea.
    """

    form: Literal["sphere", "cylinder"] | None = None
    material: Text | None = None
    inner_diameter: PositiveLength | None = None
    thickness: PositiveLength | None = None
    length: PositiveLength | None = None
    frame_spacing: PositiveLength | None = None
    frame_second_moment: SecondMoment | None = None
    bulkhead_spacing: PositiveLength | None = None
    internal_pressure: PositivePressure | None = None
    decompression_in_place: Flag | None = None
    load_cases_verified: Flag | None = None
    proof_test_factor: Ratio | None = None
    weld_procedure_qualified: Flag | None = None
    yield_strength: PositivePressure | None = None
    youngs_modulus: PositivePressure | None = None


class Buoyancy(Section):
    """Reserve of lift: ``emergency`` is what dropping all releasable mass gains."""

    emergency: Force | None = None
    floodable_volume: Volume | None = None


class LifeSupport(Section):
    """Stores and limits of the breathing gas.

    ``oxygen_reserve`` is the time the emergency oxygen lasts for the whole crew; ``co2_limit`` a
    partial pressure; ``scrubber_capacity`` the carbon dioxide it can take up before a change.
    """

    oxygen_capacity: Mass | None = None
    oxygen_reserve: Time | None = None
    co2_limit: Pressure | None = None
    scrubber: Literal["none", "lithium_hydroxide", "soda_lime", "regenerative"] | None = None
    scrubber_capacity: Mass | None = None
    free_volume: Volume | None = None
    decompression_plan: Flag | None = None


class Waste(Section):
    """Sewage and garbage: what is stored, treated and let go."""

    storage_capacity: Volume | None = None
    treatment: Literal["none", "primary", "secondary", "tertiary"] | None = None
    sewage_discharge: Literal["none", "treated", "comminuted_disinfected", "untreated"] | None = (
        None
    )
    garbage_discharge: Literal["none", "ground_food_waste", "food_waste", "other"] | None = None
    distance_to_land: Length | None = None


class Discharges(Section):
    """Oily water and dumping."""

    oil_in_water: Concentration | None = None
    gas_flaring: Flag | None = None
    dumping: Flag | None = None
    dumping_permit: Flag | None = None


class Noise(Section):
    """Underwater noise: levels in dB re 1 µPa."""

    kind: Literal["continuous", "impulsive"] | None = None
    received_level: SoundLevel | None = None


class SafetyZone(Section):
    """The zone around the installation, measured from its outer edge."""

    radius: Length | None = None
    notice_given: Flag | None = None
    markings_and_warnings: Flag | None = None


class Consents(Section):
    """Consents, permits, leases and contracts that are held.

    ``ocs_lease`` is a federal lease, easement or right-of-way; ``submerged_lands_lease`` one of a
    State of the United States; plans are meant as approved.
    """

    coastal_state: Flag | None = None
    research: Flag | None = None
    research_request_lead_time: Time | None = None
    isa_contract: Flag | None = None
    ocs_lease: Flag | None = None
    army_corps_permit: Flag | None = None
    sponsorship: Flag | None = None
    submerged_lands_lease: Flag | None = None
    geological_permit: Flag | None = None
    exploration_plan: Flag | None = None
    development_plan: Flag | None = None
    coastal_zone_consistency: Flag | None = None
    protected_area: Flag | None = None
    contractor_coordination: Flag | None = None


class Environment(Section):
    """Environmental assessment, monitoring and preparedness.

    ``reference_zones_required`` says whether the Council of the Authority has asked for them.
    """

    impact_assessment: Flag | None = None
    baseline_study: Flag | None = None
    monitoring_programme: Flag | None = None
    contingency_plan: Flag | None = None
    pollution_prevention: Flag | None = None
    best_practices: Flag | None = None
    ecosystem_safeguards: Flag | None = None
    emergency_exercises: Flag | None = None
    archaeological_survey: Flag | None = None
    reference_zones_required: Flag | None = None
    reference_zones_proposed: Flag | None = None
    management_system: Flag | None = None


class Reporting(Section):
    """Reports owed to an authority.

    ``..._within`` is the time after the end of the calendar year; flags say that the procedure,
    the books or the plan exist.
    """

    annual_report_within: Time | None = None
    monitoring_report_within: Time | None = None
    incident_reporting: Flag | None = None
    finds_reporting: Flag | None = None
    books_and_records: Flag | None = None
    expenditure_certified: Flag | None = None
    data_transfer_plan: Flag | None = None


class EndOfLife(Section):
    """What happens when the habitat is abandoned or disused."""

    removal_plan: Flag | None = None
    financial_security: Flag | None = None


class Conformity(Section):
    """Registration, inspection, and standards met.

    ``crew_nationality`` says that the crew meets the manning rule of the law that applies.
    """

    registered: Flag | None = None
    inspection_interval: Time | None = None
    inspected_yearly: Flag | None = None
    inspectors_admitted: Flag | None = None
    design_standards: Flag | None = None
    crew_nationality: Flag | None = None


class Safety(Section):
    """Safety of people and of operations: what the operator has in place."""

    health_and_safety_plan: Flag | None = None
    maritime_safety_rules: Flag | None = None
    labour_standards: Flag | None = None
    management_system: Flag | None = None
    best_available_technology: Flag | None = None
    workers_compensation: Flag | None = None
    investigation_cooperation: Flag | None = None


class Research(Section):
    """What a research project offers the coastal State and the public."""

    peaceful_purpose: Flag | None = None
    participation_offered: Flag | None = None
    results_shared: Flag | None = None
    results_published: Flag | None = None
    project_described: Flag | None = None
    resource_evaluation: Flag | None = None


class Contract(Section):
    """A contract with the Authority, or a lease: what it covers and how far it was performed.

    ``year`` counts contract years from 1. ``area`` is what is allocated now, ``relinquished`` the
    share of the original area given back so far; ``relinquished_second`` and ``_third`` are the
    further instalments where the law counts them one by one. ``longest_side`` is that of the
    rectangle around all blocks. ``renewal_lead_time`` is how long before expiry an extension is
    asked for. ``application_fee_usd`` is in United States dollars.
    """

    resource: Literal["nodules", "sulphides", "crusts", "oil_gas", "sulphur", "other"] | None = None
    year: Count | None = None
    area: Area | None = None
    blocks: Count | None = None
    block_area: Area | None = None
    longest_side: Length | None = None
    relinquished: Fraction | None = None
    relinquished_second: Fraction | None = None
    relinquished_third: Fraction | None = None
    retained_area_nominated: Flag | None = None
    term: Time | None = None
    extension: Time | None = None
    renewal_lead_time: Time | None = None
    review_interval: Time | None = None
    application_fee_usd: Count | None = None
    undertakings_given: Flag | None = None
    training_programme: Flag | None = None
    collector_tests: Flag | None = None
    emergency_guarantee: Flag | None = None
    samples_kept: Flag | None = None
    insurance: Flag | None = None
    site_in_contract_area: Flag | None = None


class Pressures(Section):
    """Pressures on the marine environment that the project causes."""

    non_indigenous_species: Flag | None = None
    nutrient_input: Flag | None = None
    contaminant_input: Flag | None = None
    litter_input: Flag | None = None
    seabed_disturbed: Area | None = None
    seabed_disturbance_minimised: Flag | None = None
    permanent_hydrographical_change: Flag | None = None
    biofouling_management: Flag | None = None
    contaminant_effects_excluded: Flag | None = None
    cumulative_effects_assessed: Flag | None = None
    transboundary_effects_assessed: Flag | None = None
    noise_impact_assessed: Flag | None = None
    mitigation_measures: Flag | None = None
    targets_addressed: Flag | None = None
    wild_stocks_protected: Flag | None = None
    seafood_monitored: Flag | None = None


class Management(Section):
    """The environmental management system."""

    policy: Flag | None = None
    objectives: Flag | None = None
    internal_audit_interval: Time | None = None
    internal_audit: Flag | None = None
    management_review: Flag | None = None
    aspects_register: Flag | None = None
    compliance_register: Flag | None = None
    compliance_evaluated: Flag | None = None
    public_consultation: Flag | None = None


class Claims(Section):
    """Exceptions that the applicant invokes and must prove; absent means not made."""

    safety_zone_exception_authorised: Flag | None = None
    exempt_from_coastal_jurisdiction: Flag | None = None
    own_maritime_zone: Flag | None = None
    seabed_title: Flag | None = None
    peaceful_use: Flag | None = None
    research_by_coastal_state: Flag | None = None
    implied_consent: Flag | None = None
    authorised_through_organization: Flag | None = None
    publication_restricted_by_coastal_state: Flag | None = None
    removal_otherwise_agreed: Flag | None = None
    hull_direct_verification: Flag | None = None
    overriding_public_interest: Flag | None = None
    contractor_is_state: Flag | None = None
    relinquishment_deferred: Flag | None = None
    reserved_area_contributed: Flag | None = None
    army_corps_permit_not_required: Flag | None = None
    larger_tract_approved: Flag | None = None
    gulf_of_mexico_lease: Flag | None = None
    technology_exemption: Flag | None = None
    manning_exemption: Flag | None = None
    built_before_1978: Flag | None = None
    defense_concurrence: Flag | None = None
    flaring_approved: Flag | None = None


def _empty_for_null(value: object) -> object:
    """A section written as null is one without keys: all of it unknown."""
    return {} if value is None else value


_Null = BeforeValidator(_empty_for_null)


class Design(Section):
    """A seabed habitat as proposed."""

    name: Text
    purpose: Purpose
    operator_state: State | None = None
    sponsoring_state: State | None = None
    site: Site
    crew: Annotated[Crew, _Null] = Crew()
    hull: Annotated[Hull, _Null] = Hull()
    buoyancy: Annotated[Buoyancy, _Null] = Buoyancy()
    life_support: Annotated[LifeSupport, _Null] = LifeSupport()
    waste: Annotated[Waste, _Null] = Waste()
    discharges: Annotated[Discharges, _Null] = Discharges()
    noise: Annotated[Noise, _Null] = Noise()
    safety_zone: Annotated[SafetyZone, _Null] = SafetyZone()
    consents: Annotated[Consents, _Null] = Consents()
    environment: Annotated[Environment, _Null] = Environment()
    reporting: Annotated[Reporting, _Null] = Reporting()
    end_of_life: Annotated[EndOfLife, _Null] = EndOfLife()
    conformity: Annotated[Conformity, _Null] = Conformity()
    safety: Annotated[Safety, _Null] = Safety()
    research: Annotated[Research, _Null] = Research()
    contract: Annotated[Contract, _Null] = Contract()
    pressures: Annotated[Pressures, _Null] = Pressures()
    management: Annotated[Management, _Null] = Management()
    claims: Annotated[Claims, _Null] = Claims()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as plain text, so that another process reads quantities in its own registry."""
        return (type(self).model_validate, (self.model_dump(mode="json"),))
