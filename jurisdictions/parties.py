"""Which States are bound by which treaty, and from when.

The table names the States that are *not* party, because almost all are: membership of a treaty is
a dated fact, and a wrong "party" would turn custom into treaty law.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PartyStatus:
    """Whether a State is party to a treaty at a date, with the words a report shows."""

    party: bool
    reason: str


# UN member States with a sea coast (and landlocked ones often used as operators) that had not
# ratified UNCLOS; source: UN Treaty Collection, chapter XXI.6, status list. Signature alone does
# not bind. States not listed are treated as parties.
_UNCLOS_NON_PARTIES = frozenset(
    {"USA", "ISR", "TUR", "VEN", "COL", "PER", "SYR", "ERI", "IRN", "ARE", "PRK", "LBY", "KHM"}
    | {"SLV", "AFG", "BTN", "BDI", "CAF", "ETH", "LIE", "AND", "VAT", "SMR", "KAZ", "TKM"}
    | {"UZB", "TJK", "SSD"}
)

# Members of the European Union; Croatia joined on 1 July 2013, the United Kingdom left on
# 31 January 2020 with Union law applying to 31 December 2020 (Withdrawal Agreement art. 126).
_EU_JOINED = {
    **dict.fromkeys(("BEL", "DEU", "FRA", "ITA", "LUX", "NLD"), date(1958, 1, 1)),
    **dict.fromkeys(("DNK", "IRL"), date(1973, 1, 1)),
    "GRC": date(1981, 1, 1),
    **dict.fromkeys(("ESP", "PRT"), date(1986, 1, 1)),
    **dict.fromkeys(("AUT", "FIN", "SWE"), date(1995, 1, 1)),
    **dict.fromkeys(
        ("CYP", "CZE", "EST", "HUN", "LVA", "LTU", "MLT", "POL", "SVK", "SVN"), date(2004, 5, 1)
    ),
    **dict.fromkeys(("BGR", "ROU"), date(2007, 1, 1)),
    "HRV": date(2013, 7, 1),
    "GBR": date(1973, 1, 1),
}
_EU_LEFT = {"GBR": date(2020, 12, 31)}


def unclos_party(state: str) -> PartyStatus:
    """Say whether a State (ISO 3166-1 alpha-3) is party to UNCLOS."""
    if state in _UNCLOS_NON_PARTIES:
        return PartyStatus(
            False,
            f"{state} is not a party to UNCLOS: provisions that are invoked as custom are shown "
            "and labelled so",
        )
    return PartyStatus(True, f"{state} is a party to UNCLOS")


def eu_member(state: str, as_of: date) -> bool:
    """Say whether Union law applies to a State (ISO 3166-1 alpha-3) on a date."""
    joined = _EU_JOINED.get(state)
    left = _EU_LEFT.get(state)
    return joined is not None and joined <= as_of and (left is None or as_of <= left)
