"""Account for every provision: those without a rule get a verdict too, with the reason for it."""

from __future__ import annotations

from dataclasses import dataclass

from compliance.finding import Verdict
from jurisdictions.bearers_of_law import addressee_of
from jurisdictions.binding import Addressee
from jurisdictions.regimes import Scope
from jurisdictions.rulebook import ProvisionEntry, RuleBook


@dataclass(frozen=True, slots=True)
class Account:
    """The verdict on a provision that no rule stands on."""

    verdict: Verdict
    reason: str
    addressee: Addressee | None


_SHOWN = {"state": "States", "organ": "public bodies", "operator": "operators"}


def units_of_account(book: RuleBook) -> tuple[ProvisionEntry, ...]:
    """Return the provisions that a report accounts for, each exactly once, in document order.

    They are the provisions that a rule stands on, and every leaf that is not part of one.
    """
    bound = book.rules_by_provision
    return tuple(
        provision
        for provision in book.provisions
        if provision.id in bound
        or (
            provision.leaf
            and provision.kind != "recital"
            and not any(ancestor in bound for ancestor in book.lineage(provision.id)[1:])
        )
    )


class Accountant:
    """Gives provisions without a rule their verdict.

    The order of its reasons: what does not bind cannot ask anything; what reviewers settled stands;
    then the extracted norms speak; and a duty that may fall on an installation is left to a person.
    """

    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self._reviewed = {
            provision: Account(entry.verdict, entry.reason, entry.addressee)
            for entries in book.reviewed.values()
            for entry in entries
            for provision in entry.provisions
        }

    def account(self, provision: ProvisionEntry, scope: Scope) -> Account:
        """Return the verdict on a provision that no rule stands on."""
        if scope.binding is False:
            return Account("inapplicable", scope.reason, None)
        reviewed = self.reviewed_at(provision)
        if reviewed is not None:
            return self._reviewed[reviewed]
        return _by_its_words(provision, scope)

    def reviewed_at(self, provision: ProvisionEntry) -> str | None:
        """Return the provision, itself or around this one, that reviewers settled."""
        lineage = self._book.lineage(provision.id)
        return next((ancestor for ancestor in lineage if ancestor in self._reviewed), None)

    def hangs_on_scope(self, provision: ProvisionEntry, scope: Scope, account: Account) -> bool:
        """Say whether the verdict would be another one if the provision did or did not bind."""
        if account.verdict == "undetermined":
            return False
        other = Scope(True, "") if scope.binding is False else Scope(False, "")
        return self.account(provision, other).verdict != account.verdict


def _by_its_words(provision: ProvisionEntry, scope: Scope) -> Account:
    duties = [norm for norm in provision.norms if norm.modality in ("obligation", "prohibition")]
    if not duties:
        return Account("inapplicable", _without_duty(provision), None)
    bearers = {addressee_of(norm.bearer) for norm in duties}
    if bearers <= {"state", "organ"}:
        addressee: Addressee = "state" if "state" in bearers else "organ"
        named = ", ".join(dict.fromkeys(norm.bearer for norm in duties if norm.bearer))
        return Account(
            "inapplicable",
            f"addressed to {_SHOWN[addressee]} ({named}), not a duty of the operator",
            addressee,
        )
    if not provision.binds_installation and "operator" not in bearers:
        return Account("inapplicable", "does not bear on an installation at sea", None)
    if scope.binding is None:
        return Account("undetermined", f"whether it binds is open: {scope.reason}", None)
    return Account(
        "open_norm",
        "states a duty that may fall on the operator and has no reviewed binding: a person must "
        "read it",
        "operator" if "operator" in bearers else None,
    )


def _without_duty(provision: ProvisionEntry) -> str:
    kinds = {norm.modality for norm in provision.norms}
    if not kinds:
        return "states no norm of its own"
    if kinds == {"constitutive"}:
        return "defines a term, a status or an effect: nothing to comply with"
    return "confers a right or a power: nothing to comply with"
