"""Which States are bound by which treaty, and from when.

The tables name the States that are *not* party to UNCLOS or came late, because almost all are:
membership of a treaty is a dated fact, and a wrong "party" would turn custom into treaty law.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class PartyStatus:
    """Whether a State is party to a treaty at a date, with the words a report shows."""

    party: bool
    reason: str


# Those not party to UNCLOS: 27 members of the United Nations, the Holy See, and two that the
# depositary's list does not hold. Source: UN Treaty Collection, chapter XXI.6, status of 2025.
# Signature alone does not bind. States neither here nor below are parties from the first day.
_UNCLOS_NON_PARTIES = frozenset(
    {"USA", "ISR", "TUR", "VEN", "COL", "PER", "SYR", "ERI", "IRN", "ARE", "PRK", "LBY", "KHM"}
    | {"SLV", "AFG", "BTN", "BDI", "CAF", "ETH", "LIE", "AND", "VAT", "KAZ", "KGZ", "TKM"}
    | {"UZB", "TJK", "SSD", "TWN", "XKX"}
)

# Ratifications, accessions and successions deposited after 17 October 1994, too late for the first
# day. Same source; the days are recalled, not read from it, so that a date near one needs a look.
_UNCLOS_DEPOSITED_LATE = {
    "SGP": date(1994, 11, 17), "SLE": date(1994, 12, 12), "LBN": date(1995, 1, 5),
    "ITA": date(1995, 1, 13), "COK": date(1995, 2, 15), "HRV": date(1995, 4, 5),
    "MUS": date(1994, 11, 4), "BOL": date(1995, 4, 28), "SVN": date(1995, 6, 16),
    "IND": date(1995, 6, 29), "AUT": date(1995, 7, 14), "GRC": date(1995, 7, 21),
    "TON": date(1995, 8, 2), "WSM": date(1995, 8, 14), "JOR": date(1995, 11, 27),
    "ARG": date(1995, 12, 1), "NRU": date(1996, 1, 23), "KOR": date(1996, 1, 29),
    "MCO": date(1996, 3, 20), "GEO": date(1996, 3, 21), "FRA": date(1996, 4, 11),
    "SAU": date(1996, 4, 24), "SVK": date(1996, 5, 8), "BGR": date(1996, 5, 15),
    "MMR": date(1996, 5, 21), "CHN": date(1996, 6, 7), "DZA": date(1996, 6, 11),
    "JPN": date(1996, 6, 20), "CZE": date(1996, 6, 21), "FIN": date(1996, 6, 21),
    "IRL": date(1996, 6, 21), "NOR": date(1996, 6, 24), "SWE": date(1996, 6, 25),
    "NLD": date(1996, 6, 28), "PAN": date(1996, 7, 1), "MRT": date(1996, 7, 17),
    "NZL": date(1996, 7, 19), "HTI": date(1996, 7, 31), "MNG": date(1996, 8, 13),
    "PLW": date(1996, 9, 30), "MYS": date(1996, 10, 14), "BRN": date(1996, 11, 5),
    "ROU": date(1996, 12, 17), "PNG": date(1997, 1, 14), "ESP": date(1997, 1, 15),
    "GTM": date(1997, 2, 11), "PAK": date(1997, 2, 26), "RUS": date(1997, 3, 12),
    "MOZ": date(1997, 3, 13), "SLB": date(1997, 6, 23), "GNQ": date(1997, 7, 21),
    "GBR": date(1997, 7, 25), "CHL": date(1997, 8, 25), "BEN": date(1997, 10, 16),
    "PRT": date(1997, 11, 3), "ZAF": date(1997, 12, 23), "GAB": date(1998, 3, 11),
    "LAO": date(1998, 6, 5), "SUR": date(1998, 7, 9), "NPL": date(1998, 11, 2),
    "BEL": date(1998, 11, 13), "POL": date(1998, 11, 13), "UKR": date(1999, 7, 26),
    "VUT": date(1999, 8, 10), "NIC": date(2000, 5, 3), "MDV": date(2000, 9, 7),
    "LUX": date(2000, 10, 5), "SRB": date(2001, 3, 12), "BGD": date(2001, 7, 27),
    "MDG": date(2001, 8, 22), "HUN": date(2002, 2, 5), "ARM": date(2002, 12, 9),
    "QAT": date(2002, 12, 9), "TUV": date(2002, 12, 9), "KIR": date(2003, 2, 24),
    "ALB": date(2003, 6, 23), "CAN": date(2003, 11, 7), "LTU": date(2003, 11, 12),
    "DNK": date(2004, 11, 16), "LVA": date(2004, 12, 23), "BFA": date(2005, 1, 25),
    "EST": date(2005, 8, 26), "BLR": date(2006, 8, 30), "NIU": date(2006, 10, 11),
    "MNE": date(2006, 10, 23), "MDA": date(2007, 2, 6), "MAR": date(2007, 5, 31),
    "LSO": date(2007, 5, 31), "COG": date(2008, 7, 9), "LBR": date(2008, 9, 25),
    "CHE": date(2009, 5, 1), "DOM": date(2009, 7, 10), "TCD": date(2009, 8, 14),
    "MWI": date(2010, 9, 28), "THA": date(2011, 5, 15), "ECU": date(2012, 9, 24),
    "SWZ": date(2012, 9, 24), "TLS": date(2013, 1, 8), "NER": date(2013, 8, 7),
    "PSE": date(2015, 1, 2), "AZE": date(2016, 6, 16), "RWA": date(2023, 5, 18),
    "SMR": date(2024, 7, 19),
}  # fmt: skip

# Art. 308(2): in force for a State on the thirtieth day after its deposit.
_AFTER_DEPOSIT = timedelta(days=30)

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


def unclos_party(state: str, as_of: date) -> PartyStatus:
    """Say whether a State (ISO 3166-1 alpha-3) is bound by UNCLOS as a party on a date."""
    deposited = _UNCLOS_DEPOSITED_LATE.get(state)
    since = None if deposited is None else deposited + _AFTER_DEPOSIT
    if state in _UNCLOS_NON_PARTIES:
        lacking = f"{state} is not a party to UNCLOS"
    elif since is not None and as_of < since:
        lacking = f"{state} is not a party to UNCLOS on {as_of} (from {since})"
    else:
        return PartyStatus(True, f"{state} is a party to UNCLOS")
    return PartyStatus(
        False, f"{lacking}: provisions that are invoked as custom are shown and labelled so"
    )


def eu_member(state: str, as_of: date) -> bool:
    """Say whether Union law applies to a State (ISO 3166-1 alpha-3) on a date."""
    joined = _EU_JOINED.get(state)
    left = _EU_LEFT.get(state)
    return joined is not None and joined <= as_of and (left is None or as_of <= left)
