"""Words and signs shared by the reports: the same verdict is called the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compliance.finding import AuditResult, Conflict, EstimatedFinding, Verdict

#: A word, a sign that does not rest on colour, and what it means.
VERDICTS: dict[Verdict, tuple[str, str, str]] = {
    "violated": ("violated", "✗", "the design fails what the provision asks"),
    "undetermined": ("undetermined", "?", "a fact is missing"),
    "open_norm": ("for judgement", "◇", "a standard that a person must judge"),
    "overridden": ("overridden", "↯", "gave way to another rule"),
    "waived": ("waived", "w", "waived, with reason and date"),
    "satisfied": ("satisfied", "✓", "the design meets what the provision asks"),
    "inapplicable": ("inapplicable", "–", "asks nothing of this design"),
}

JURISDICTION_NAMES = {
    "UNCLOS": "UN Convention on the Law of the Sea",
    "ISA": "International Seabed Authority",
    "US_OCSLA": "US shelf and submerged lands (43 U.S.C. ch. 29)",
    "EU_MSFD": "EU Marine Strategy Framework Directive",
    "ISO_14001": "ISO 14001 (voluntary)",
    "ENGINEERING": "Engineering code for pressure hulls and life support",
    "OTHER": "Other instruments, by rules accepted from proposals",
}

SOURCES = {
    "official": "official wording",
    "restated": "restated in our own words",
    "engineering": "engineering code",
}

EFFECTS = {
    "direct": "binds the operator",
    "through_state": "through a State",
    "voluntary": "voluntary",
}

NO_ADVICE = (
    "This is no legal advice. Lawful means: no violation was found in the law that is modelled."
)

#: What a scored design is answered, by jurisdiction.
ANSWERS = {
    "compliant": "compliant",
    "violated": "violated",
    "abstain": "no answer",
    "not_binding": "does not bind",
}

PARAMETER_NAMES = {
    "hull.thickness": "Hull thickness",
    "waste.storage_capacity": "Waste capacity",
    "buoyancy.emergency": "Emergency buoyancy",
}

#: Why a student gives no answer.
ABSTAINED = {
    "thin": (
        "the specification states fewer facts than any on which the answers were calibrated; "
        "state more of the design"
    ),
    "unread": (
        "a rule of it is not carried by the student, since it is new or its text states no number "
        "where the rule looks for one: nothing is called compliant without it"
    ),
    "between": (
        "the probability {probability:.2f} lies between {violated_to:.2f}, up to which a design is "
        "called violating, and {compliant_from:.2f}, from which it is called compliant"
    ),
}

ESTIMATES_TITLE = "Estimates, not verdicts"
THIN_NOTE = (
    "The design states fewer facts than any on which the student was calibrated: take these "
    "figures as hints."
)
ESTIMATES_NOTE = (
    "A student that read the surveys estimates the facts that are missing. No verdict rests on "
    "these figures: state the facts to settle them."
)


def estimates_notes(result: AuditResult) -> tuple[str, ...]:
    """Say what the estimates beside an audit are worth."""
    surveys = result.inputs.get("surveys", {})
    notes = [ESTIMATES_NOTE]
    if not result.estimates:
        notes.append("No rule is undetermined: there is nothing to estimate.")
    if surveys.get("thin"):
        notes.append(THIN_NOTE)
    if surveys.get("stale"):
        notes.append(stale_words(len(surveys["stale"])))
    return tuple(notes)


def estimate_words(fact: Mapping[str, Any]) -> str:
    """Say what is believed of one fact: ``safety_zone.radius about 480 m (420 to 560)``."""
    name = fact["fact"]
    if "value" in fact:
        value = str(fact["value"]).replace("_", " ")
        return f"{name} is {value} with a probability of {fact['probability']:.2f}"
    if "probability" in fact:
        return f"{name} holds with a probability of {fact['probability']:.2f}"
    if "estimate" in fact:
        unit = f" {fact['unit']}" if fact["unit"] else ""
        middle, low, high = (
            "unbounded" if fact[end] is None else f"{fact[end]:g}"
            for end in ("estimate", "low", "high")
        )
        return f"{name} about {middle}{unit} ({fact['level']:.0%} interval {low} to {high})"
    return f"{name}: no estimate"


def met_words(finding: EstimatedFinding) -> str:
    """Say how likely a rule is met."""
    if finding.met is None or finding.applies is None:
        return "how likely it is met is not estimated"
    return (
        f"applies with a probability of {finding.applies:.2f}, and is then met with one of "
        f"{finding.met:.2f}"
    )


def stale_words(count: int) -> str:
    """Say what it means that rules changed since a student was trained."""
    if not count:
        return "The law is the one that the student was trained on."
    rules = "1 rule says" if count == 1 else f"{count} rules say"
    return (
        f"{rules} other than when the student was trained, or joined or left since. Their bounds "
        "are applied as they stand now, save for rules that are new or lost their number, but what "
        "abstention and conformal sets promise was not measured on them."
    )


def headline(result: AuditResult) -> str:
    """Return the verdict in one sentence, voluntary standards told apart from law."""
    missing = result.totals["undetermined"]
    # Also those that count under a worse verdict of another rule.
    waived = len({item.provision for item in result.by_verdict("waived")})
    released = f"; {_provisions(waived)} waived" if waived else ""
    owed = _still_owed(result)
    if owed:
        released += f"; {_provisions(owed)} set aside by our priorities, still owed"
    tail = f"; {_provisions(missing)} undetermined{released}" if missing else released
    if result.totals["violated"]:
        found = result.by_verdict("violated")
        binding = {item.provision for item in found if item.effect != "voluntary"}
        voluntary = {item.provision for item in found} - binding
        critical = {item.provision for item in found if item.severity == "critical"}
        parts = []
        if binding:
            grave = f" ({len(critical)} critical)" if critical else ""
            parts.append(f"{_provisions(len(binding))} violated{grave}")
        if voluntary:
            parts.append(f"{_provisions(len(voluntary))} of a voluntary standard not met")
        return f"{', '.join(parts)}{tail}."
    if missing:
        return (
            f"No violation found, but {_provisions(missing)} undetermined for want of "
            f"facts{released}."
        )
    return f"No violation found in the modelled law{released}."


def _still_owed(result: AuditResult) -> int:
    """Count provisions with a duty that gave way by policy only, which does not end it."""
    owed = {rule for conflict in result.conflicts for rule in conflict.still_owed}
    return len({item.provision for item in result.by_verdict("overridden") if item.rule in owed})


def _provisions(count: int) -> str:
    return f"{count} provision{'s' if count != 1 else ''}"


CONFLICT_KINDS = {
    "bounds": "Two bounds that no value meets",
    "joint": "Rules that no design can meet together",
    "deontic": "A permission that other rules leave no room for",
}


def conflict_headline(conflict: Conflict) -> str:
    """Say what kind of conflict it is, and over which facts."""
    facts = f" (over {', '.join(conflict.facts)})" if conflict.facts else ""
    return f"{CONFLICT_KINDS[conflict.kind]}{facts}: {' / '.join(conflict.rules)}"


def conflict_lines(conflict: Conflict) -> tuple[str, ...]:
    """Say what is done about a conflict, one sentence a line."""
    if conflict.resolution == "open":
        lines = [f"Open: {conflict.reason}."]
    else:
        give = "gives" if len(conflict.overridden) == 1 else "give"
        sides = f"{_listed(conflict.overridden)} {give} way to {_listed(conflict.winners)}"
        lines = [f"{conflict.resolution.capitalize()}: {sides}; {conflict.reason}."]
    if conflict.still_owed:
        lines.append(
            f"Still owed, since this is a choice of policy: {_listed(conflict.still_owed)}."
        )
    if conflict.permission is not None:
        lines.append("A design that does not use the permission meets the duties.")
    if conflict.claims:
        lines.append(f"Resolved where one proves: {_listed(conflict.claims, 'or')}.")
    if conflict.applies is False:
        lines.append("Not every one of these rules applies to this design.")
    return tuple(lines)


def _listed(names: tuple[str, ...], joint: str = "and") -> str:
    return f" {joint} ".join(names)


def zone_words(names: list[str]) -> str:
    """Return zone names for people."""
    return ", ".join(name.replace("_", " ") for name in names)
