"""The desk where a person reads proposals on one law text and settles them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from base import BindingError
from corpus.digests import load_digests
from corpus.model import LawText
from jurisdictions.binding import BindingFile
from jurisdictions.binding_files import load_bindings
from jurisdictions.norm import Extraction
from jurisdictions.proposals.drafting import draft, provision_slug
from jurisdictions.proposals.lexicon import attribute
from jurisdictions.proposals.model import Proposal
from jurisdictions.proposals.proposer import Proposer, worth_reading
from jurisdictions.proposals.prospects import unsettled
from jurisdictions.proposals.subject import subjects


class Desk:
    """Proposals on one law text, beside what is settled.

    Args:
        text: the law text.
        own: the user's own binding file on it.
    """

    def __init__(self, text: LawText, own: BindingFile) -> None:
        self.text = text
        self.own = own
        self._bindings = load_bindings()

    @property
    def taken(self) -> dict[str, str]:
        """Ids of the embedded rules, with the instrument they stand in."""
        return {
            rule.id: f"the embedded bindings of {name}"
            for name, found in self._bindings.items()
            for rule in found.rules
        }

    def open(self) -> list[Proposal]:
        """Return the proposals that nobody has settled, in document order."""
        return list(unsettled(self._made(worth_reading(self.text)), self.own))

    def find(self, names: Sequence[str], proposals: Sequence[Proposal]) -> list[Proposal]:
        """Return the proposals with these ids.

        Raises:
            BindingError: one of them is not proposed; the message suggests the nearest.
        """
        by_id = {proposal.id: proposal for proposal in proposals}
        settled = {rule.id for rule in self.own.rules}
        found = {}
        for name in names:
            if name in settled:
                raise BindingError(
                    f"rule {name} is accepted already", where=self.text.instrument.id
                )
            if name not in by_id:
                near = get_close_matches(name, by_id, n=1)
                raise BindingError(
                    f"no rule '{name}' is proposed",
                    where=self.text.instrument.id,
                    hint=f"did you mean '{near[0]}'?"
                    if near
                    else "see bathylex bind INSTRUMENT; for another fact give a provision and "
                    "--attribute",
                )
            found[name] = by_id[name]
        return list(found.values())

    def draft(self, name: str, fact: str) -> Proposal:
        """Return a rule on a fact that a person names, whether it was proposed or not.

        Args:
            name: a provision's id, or the id of a proposal on it.
            fact: the fact of the design.

        Raises:
            BindingError: no such provision or fact, or no rule can be made.
        """
        wanted = attribute(fact)
        provision = self._provision(name)
        read = self._read(frozenset({provision}))
        (subject,) = subjects(self.text, read, only=[provision])
        return draft(subject, wanted)

    def _provision(self, name: str) -> str:
        if name in self.text.by_id:
            return name
        slugs = {provision_slug(identifier): identifier for identifier in self.text.by_id}
        fits = [slug for slug in slugs if name == slug or name.startswith(f"{slug}-")]
        if not fits:
            near = get_close_matches(name, self.text.by_id, n=1)
            raise BindingError(
                f"{self.text.file} has no provision '{name}'",
                where=self.text.instrument.id,
                hint=f"did you mean '{near[0]}'?" if near else "give an id such as unclos:60.5",
            )
        return slugs[max(fits, key=len)]

    def _made(self, only: frozenset[str]) -> list[Proposal]:
        embedded = self._bindings.get(self.text.instrument.id)
        settled: set[str] = set()
        if embedded is not None:
            settled = {rule.provision for rule in embedded.rules}
            settled |= {name for item in embedded.reviewed for name in item.provisions}
        proposer = Proposer(load_digests(), self._bindings)
        return list(proposer.proposals(self.text, self._read(only), settled=settled))

    def _read(self, only: frozenset[str]) -> dict[str, Extraction]:
        from jurisdictions.compiler import extract_provisions

        return extract_provisions(self.text, only=only)
