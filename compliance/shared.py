"""What audits against one rule book have in common, worked out once and kept.

An audit reads the same three thousand provisions whatever the design. Comparing two hundred sites
would build the same quotes, accounts and hashes two hundred times: a :class:`Shared` keeps them for
as long as its caller does. It changes no result: everything kept is a function of its key and of
the rule book.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from base import sha256_text
from compliance.accounting import Account, Accountant, units_of_account
from compliance.finding import Finding, SpanRef
from jurisdictions.regimes import Scope
from jurisdictions.rulebook import ProvisionEntry, RuleBook

if TYPE_CHECKING:
    from habitat.design import Design
    from habitat.facts import Fact
    from jurisdictions.zones import SiteZones


class Shared:
    """The parts of an audit that depend on the rule book, the site or the design alone.

    Args:
        book: the compiled law that every audit of this group applies.
        sites: answers of the zone resolver by position, to share with another group.
    """

    def __init__(
        self, book: RuleBook, *, sites: dict[tuple[float, float], SiteZones] | None = None
    ) -> None:
        self.book = book
        self.sites: dict[tuple[float, float], SiteZones] = {} if sites is None else sites
        self._findings: dict[Hashable, Finding] = {}
        self._places: dict[str, dict[str, Any]] = {}
        self._accounts: dict[tuple[str, Scope], tuple[Account, bool]] = {}
        self._derived: dict[int, tuple[Design, dict[str, Fact]]] = {}

    @cached_property
    def accountant(self) -> Accountant:
        """Gives provisions without a rule their verdict."""
        return Accountant(self.book)

    @cached_property
    def unruled(self) -> tuple[ProvisionEntry, ...]:
        """The provisions that a report accounts for and no rule stands on."""
        bound = self.book.rules_by_provision
        return tuple(item for item in units_of_account(self.book) if item.id not in bound)

    @cached_property
    def position(self) -> dict[str, int]:
        """The place of each provision in document order."""
        return {provision.id: index for index, provision in enumerate(self.book.provisions)}

    @cached_property
    def rules_sha256(self) -> str:
        """The hash of every binding in force in this book."""
        return sha256_text("\n".join(rule.binding.model_dump_json() for rule in self.book.rules))

    def zones_at(self, latitude: float, longitude: float) -> SiteZones:
        """Resolve a position once."""
        from jurisdictions.zones import resolve

        at = (latitude, longitude)
        if at not in self.sites:
            self.sites[at] = resolve(latitude, longitude)
        return self.sites[at]

    def derived(self, design: Design) -> dict[str, Fact]:
        """Work out the engineering facts of a design object once."""
        from habitat.derived import derived_facts

        # By identity, and the design is kept, so that no other object can take its number.
        if id(design) not in self._derived:
            self._derived[id(design)] = (design, derived_facts(design))
        return self._derived[id(design)][1]

    def place(self, provision: ProvisionEntry) -> dict[str, Any]:
        """Return the provision's identity, its quote and where the quote stands."""
        known = self._places.get(provision.id)
        if known is None:
            known = self._places[provision.id] = _place(provision, self.book)
        return known

    def account(self, provision: ProvisionEntry, scope: Scope) -> tuple[Account, bool]:
        """Account for a provision without a rule; say too whether its scope decides."""
        key = (provision.id, scope)
        if key not in self._accounts:
            account = self.accountant.account(provision, scope)
            hangs = self.accountant.hangs_on_scope(provision, scope, account)
            self._accounts[key] = (account, hangs)
        return self._accounts[key]

    def finding(self, key: Hashable, build: Callable[[], Finding]) -> Finding:
        """Return the finding that a key stands for; the key names everything that it rests on."""
        found = self._findings.get(key)
        if found is None:
            found = self._findings[key] = build()
        return found


def _place(provision: ProvisionEntry, book: RuleBook) -> dict[str, Any]:
    entry = book.instrument_by_id[provision.instrument]
    quoted = provision
    while not quoted.text.strip() and quoted.id in book.children:
        quoted = book.children[quoted.id][0]
    return {
        "provision": provision.id,
        "citation": provision.citation,
        "instrument": provision.instrument,
        "lead_in": quoted.lead_in,
        "quote": quoted.text,
        "span": SpanRef(file=entry.file, start=quoted.start, end=quoted.end, page=quoted.page),
        "text_source": entry.text_source,
    }
