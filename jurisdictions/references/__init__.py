"""Cross-references: which provisions a text names, in what manner, and which it names in vain.

A citation is a formal notation: ``notation`` cuts a text into words and labels, ``grammar`` reads
citations from them, ``connectives`` tells in what manner, ``names`` knows the instruments that are
called by a name, ``atlas`` knows the places, and ``resolve`` brings the two together.
"""

from jurisdictions.references.atlas import Atlas, Place
from jurisdictions.references.model import REFERENCE_KINDS, Reference, ReferenceKind, Unresolved
from jurisdictions.references.resolve import references

__all__ = [
    "REFERENCE_KINDS",
    "Atlas",
    "Place",
    "Reference",
    "ReferenceKind",
    "Unresolved",
    "references",
]
