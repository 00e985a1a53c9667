"""Conflicts: rules that no design can meet together, found exactly and resolved by a stated order.

A conflict is joint unsatisfiability in the design space at a site (:mod:`.space`, :mod:`.encode`,
:mod:`.checker`), reported as minimal conflicting sets (:mod:`.cores`). What gives way follows from
preferred subtheories (:mod:`.resolve`) of a strict partial order (:mod:`.order`): the graph's
relations, then priority classes, then strictness. Permissions against duties are deontic conflicts
(:mod:`.permissions`). A cheap search (:mod:`.witness`) shows most rule sets free of conflicts
without a solver.
"""

from compliance.conflicts.cores import Limits
from compliance.conflicts.find import SIZE, Clash, Settlement, find_conflicts
from compliance.conflicts.order import InForce

__all__ = ["SIZE", "Clash", "InForce", "Limits", "Settlement", "find_conflicts"]
