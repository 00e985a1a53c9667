"""The extraction pipeline: small spaCy components, each with a named factory and a typed config.

Importing this package loads none of them; :func:`register` imports spaCy and makes the factories
known, which must happen before a saved pipeline is loaded with ``spacy.load``.
"""

from __future__ import annotations

__all__ = ["COMPONENTS", "register"]

#: The components in the order in which they run; the first goes before the parser.
COMPONENTS = (
    "law_sentences",
    "law_ordinals",
    "law_quantities",
    "law_exceptions",
    "law_conditions",
    "law_zones",
    "law_cues",
    "law_status",
    "law_bearers",
    "law_norms",
    "law_installation",
)


def register() -> None:
    """Make the factories and the ``Doc`` extensions known to spaCy; harmless when repeated."""
    from spacy.language import Language

    from jurisdictions.pipeline.factories import add_factories
    from jurisdictions.pipeline.state import add_extensions

    add_extensions()
    if not Language.has_factory(COMPONENTS[0]):
        add_factories()
