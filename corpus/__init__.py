"""Law texts: readers of official formats, provisions, own-words digests, and the user's library.

The words are here; ``corpus.library`` finds and reads texts, ``corpus.home`` and ``corpus.fetch``
keep the user's copies, ``corpus.sources`` knows the instruments.
"""

from corpus.model import Instrument, LawText, Provision

__all__ = ["Instrument", "LawText", "Provision"]
