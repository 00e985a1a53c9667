"""Who a bearer is: operator, State or public body, by the head words that instruments use."""

from __future__ import annotations

from jurisdictions.binding import Addressee

# Order matters: the first hit wins.
_BEARERS: tuple[tuple[Addressee, frozenset[str]], ...] = (
    (
        "operator",
        frozenset(
            {
                "contractor", "applicant", "lessee", "operator", "licensee", "permittee", "holder",
                "prospector", "owner", "person", "organization", "company", "habitat", "design",
                "grantee", "assignee", "hull", "installation", "builder",
            }
        ),
    ),
    (
        "state",
        frozenset({"state", "states", "party", "parties", "government", "governments", "nation"}),
    ),
    (
        "organ",
        frozenset(
            {
                "authority", "council", "assembly", "commission", "secretary", "general",
                "secretary-general", "tribunal", "chamber", "court", "enterprise", "board",
                "committee", "president", "congress", "governor", "administrator", "depositary",
                "conference", "member", "members", "inspector", "inspectors", "agency", "officer",
                "director", "department", "staff", "registrar", "arbitrator", "arbitrators",
                "conciliators", "secretariat", "parliament", "union", "community", "attorney",
            }
        ),
    ),
)  # fmt: skip


#: Head words of operators, for a quick look at a text.
OPERATOR_HEADS = _BEARERS[0][1]


def addressee_of(bearer: str | None) -> Addressee | None:
    """Say whether a bearer's head words name an operator, a State or an organ.

    Treaties write "the Organization" with a capital for the international one that they set up or
    rely on; in a management standard the organization is whoever adopts it.
    """
    if bearer is None:
        return None
    if "Organization" in bearer.split():
        return "organ"
    words = bearer.lower().replace(",", " ").split()
    for addressee, heads in _BEARERS:
        if any(word.rstrip("s") in heads or word in heads for word in words):
            return addressee
    return None
