"""Binding proposals: which fact of a design an unbound provision may constrain, ranked."""

from jurisdictions.proposals.model import Proposal, first_choices

__all__ = ["Proposal", "first_choices"]
