"""Words and signs shared by the reports: the same verdict is called the same everywhere."""

from __future__ import annotations

from compliance.finding import AuditResult, Verdict

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


def headline(result: AuditResult) -> str:
    """Return the verdict in one sentence, voluntary standards told apart from law."""
    missing = result.totals["undetermined"]
    # Also those that count under a worse verdict of another rule.
    waived = len({item.provision for item in result.by_verdict("waived")})
    released = f"; {_provisions(waived)} waived" if waived else ""
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


def _provisions(count: int) -> str:
    return f"{count} provision{'s' if count != 1 else ''}"


def zone_words(names: list[str]) -> str:
    """Return zone names for people."""
    return ", ".join(name.replace("_", " ") for name in names)
