"""Proofs: for a verdict its tree, and the fewest facts that decide it."""

from compliance.proof.tree import LawSpan, Proof, ProofFact, ProofNode

__all__ = ["LawSpan", "Proof", "ProofFact", "ProofNode"]
