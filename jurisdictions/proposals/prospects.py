"""Prospects: instruments without a binding file, and what a rule book proposes for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import groupby

from corpus.digests import load_digests
from corpus.model import LawText
from jurisdictions.binding import BindingFile
from jurisdictions.norm import Extraction
from jurisdictions.predicate import law_numbers
from jurisdictions.proposals.model import Proposal
from jurisdictions.proposals.proposer import Proposer, worth_reading

#: An audit shows duties whose first choice is more likely right than not; the command that lists
#: proposals shows them all.
SHOWN_FROM = 0.5


class Prospects:
    """Collects proposals while a rule book is compiled.

    Drafts and superseded editions get none here: an audit judges law in force.

    Args:
        texts: law texts by instrument id.
        bindings: the embedded binding files.
        own: the user's own.
    """

    def __init__(
        self,
        texts: Mapping[str, LawText],
        bindings: Mapping[str, BindingFile],
        own: Mapping[str, BindingFile],
    ) -> None:
        self._texts = texts
        self._bindings = bindings
        self._own = own
        self.found: list[Proposal] = []

    @cached_property
    def _proposer(self) -> Proposer:
        # Always the embedded restatements, so that a proposal does not change with the wording of
        # other instruments that happen to be read beside.
        return Proposer(load_digests(), self._bindings)

    @property
    def instruments(self) -> frozenset[str]:
        """Ids of the instruments that got proposals."""
        return frozenset(proposal.instrument for proposal in self.found)

    def to_read(self, name: str) -> frozenset[str]:
        """Return the provisions of an instrument beyond the modelled ones that must be read."""
        bound = self.bound_pieces(name)
        return bound | worth_reading(self._texts[name]) if self._open(name) else bound

    def bound_pieces(self, name: str) -> frozenset[str]:
        """Return the provisions that the user's rules stand on, with all above and below them."""
        text = self._texts[name]
        wanted = {rule.provision for rule in self._file(name).rules}
        wanted |= {
            pointed.provision
            for rule in self._file(name).rules
            for pointed in law_numbers(rule.require)
            if pointed.provision is not None
        }
        wanted &= set(text.by_id)
        above = {up.id for provision in wanted for up in text.ancestors(provision)}
        below = {
            provision.id
            for provision in text.provisions
            if any(up.id in wanted for up in text.ancestors(provision.id))
        }
        return frozenset(wanted | above | below)

    def read(self, name: str, extractions: Mapping[str, Extraction]) -> None:
        """Take in what was read of an instrument, and propose where it has no binding file."""
        if not self._open(name):
            return
        made = self._proposer.proposals(self._texts[name], extractions)
        self.found += [
            proposal
            for group in by_duty(unsettled(made, self._file(name)))
            if group[0].confidence >= SHOWN_FROM
            for proposal in group
        ]

    def _open(self, name: str) -> bool:
        in_force = self._texts[name].instrument.status == "in_force"
        return in_force and name not in self._bindings

    def _file(self, name: str) -> BindingFile:
        return self._own.get(name, BindingFile(instrument=name))


def by_duty(proposals: Iterable[Proposal]) -> Iterator[list[Proposal]]:
    """Yield the proposals for each duty, the most confident first."""
    for _, group in groupby(proposals, key=lambda item: (item.rule.provision, item.start)):
        yield sorted(group, key=lambda item: (-item.confidence, item.rank))


def unsettled(proposals: Iterable[Proposal], own: BindingFile) -> Iterator[Proposal]:
    """Yield proposals on duties for which the user accepted nothing, without those refused.

    A rule of the user's on a fact that was not proposed for its provision settles all of it.
    """
    accepted = {rule.id for rule in own.rules}
    rejected = {item.rule for item in own.rejected}
    made = list(proposals)
    known = {proposal.id for proposal in made}
    settled = {rule.provision for rule in own.rules if rule.id not in known}
    for group in by_duty(made):
        if group[0].rule.provision in settled or any(item.id in accepted for item in group):
            continue
        yield from (item for item in group if item.id not in rejected)
