"""Which facts of the site and of States decide whether a provision binds.

A regime answers from circumstances that are mostly known. To say what an answer rests on, the other
circumstances are let go and take every value that could matter: an answer that stays the same in
all those worlds is decided by the facts that were kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, cast

from compliance.proof.shrink import shrink
from corpus.model import Instrument
from jurisdictions.regimes import Circumstances, Scope, provision_scope

#: The fact behind each circumstance. The date of the audit is given, and that the seabed may be an
#: extended shelf is a want of knowledge: neither is a fact that can be let go.
FACT_OF: dict[str, str] = {
    "zones": "zone.zones",
    "coastal_state": "zone.coastal_state",
    "eu_marine_waters": "zone.eu_marine_waters",
    "us_ocs": "zone.us_ocs",
    "us_state_waters": "zone.us_state_waters",
    "purpose": "purpose",
    "operator_state": "operator_state",
    "sponsoring_state": "sponsoring_state",
    "resource": "contract.resource",
}
_CIRCUMSTANCE_OF = {fact: name for name, fact in FACT_OF.items()}

_FLAGS = (True, False)
#: A party inside the Union, a party outside it, and a State that is neither.
_STATES = ("FRA", "BRA", "USA")
#: What a circumstance may be where it is let go: enough to take every branch of the regimes.
_POSSIBLE: dict[str, tuple[Any, ...]] = {
    "zones": tuple(
        frozenset(zones)
        for zones in (
            ("land",),
            ("internal_waters",),
            ("archipelagic_waters",),
            ("territorial_sea",),
            ("contiguous_zone", "eez", "continental_shelf"),
            ("eez", "continental_shelf"),
            ("continental_shelf", "high_seas"),
            ("high_seas", "area"),
            ("antarctic_treaty_area", "high_seas"),
        )
    ),
    "coastal_state": (None, *_STATES),
    "eu_marine_waters": _FLAGS,
    "us_ocs": _FLAGS,
    "us_state_waters": _FLAGS,
    "purpose": ("other", "military", "mineral_exploration", "mineral_exploitation"),
    "operator_state": _STATES,
    "sponsoring_state": (None, *_STATES),
    "resource": ("nodules", "sulphides", "crusts"),
}

Ask = Callable[[Circumstances], Scope]


class _Asked:
    """Circumstances that remember which of them were asked for."""

    def __init__(self, at: Circumstances, instead: Mapping[str, Any]) -> None:
        self._at, self._instead = at, instead
        self.read: dict[str, None] = {}

    def __getattr__(self, name: str) -> Any:
        self.read[name] = None
        return self._instead[name] if name in self._instead else getattr(self._at, name)


class ScopeFacts:
    """What the answer of a regime rests on.

    Args:
        ask: the regime's question about one provision.
        at: the circumstances of the audit.
    """

    def __init__(self, ask: Ask, at: Circumstances) -> None:
        self._ask, self._at = ask, at
        self._known: dict[frozenset[str], bool | None] = {}
        self.scope = ask(at)
        self.read = self._read_facts()
        self.facts: tuple[str, ...] = ()
        if self.scope.binding is not None:
            self.facts = shrink(
                self.read, lambda kept: self.binding(kept) is self.scope.binding, again=False
            )

    def binding(self, kept: Collection[str]) -> bool | None:
        """Say whether it binds where only these facts are known; ``None`` where that is open."""
        if self.scope.binding is None:
            return None
        circumstances = frozenset(
            _CIRCUMSTANCE_OF[fact] for fact in kept if fact in _CIRCUMSTANCE_OF
        )
        if circumstances not in self._known:
            self._known[circumstances] = self._common(circumstances)
        return self._known[circumstances]

    def _common(self, kept: frozenset[str]) -> bool | None:
        # What is unknown to the audit as well stays unknown.
        fixed = {
            name: value
            for name in FACT_OF
            if (value := getattr(self._at, name)) is None or name in kept
        }
        return (
            self.scope.binding
            if all(binding is self.scope.binding for binding in self._worlds(fixed))
            else None
        )

    def _worlds(self, fixed: Mapping[str, Any]) -> Iterator[bool | None]:
        """Yield the answer in every world, branching only on what the regime asks for."""
        asked = _Asked(self._at, fixed)
        binding = self._ask(cast(Circumstances, asked)).binding
        free = next((name for name in asked.read if name in FACT_OF and name not in fixed), None)
        if free is None:
            yield binding
            return
        # The actual value comes last: most often another one shows sooner that it matters.
        for value in dict.fromkeys((*_POSSIBLE[free], getattr(self._at, free))):
            yield from self._worlds({**fixed, free: value})

    def _read_facts(self) -> tuple[str, ...]:
        asked = _Asked(self._at, {})
        self._ask(cast(Circumstances, asked))
        return tuple(
            FACT_OF[name]
            for name in asked.read
            if name in FACT_OF and getattr(self._at, name) is not None
        )


class Grounds:
    """What makes provisions bind, worked out once for all provisions that bind alike.

    Args:
        binds: the question whether an instrument binds.
        at: the circumstances of the audit.
    """

    def __init__(
        self, binds: Callable[[Instrument, Circumstances], Scope], at: Circumstances
    ) -> None:
        self._binds, self._at = binds, at
        self._found: dict[tuple[object, ...], ScopeFacts] = {}

    def of(self, provision: str, instrument: Instrument, scope: Scope) -> ScopeFacts:
        """Return what the scope of a provision rests on."""
        # Provisions of one instrument differ in whether they are superseded and in whether they
        # hold for those who are no party: the answer under custom tells both.
        custom = provision_scope(provision, instrument, self._at, _CUSTOM)
        key = (instrument.id, scope.binding, scope.reason, custom.binding, custom.reason)
        if key not in self._found:
            self._found[key] = ScopeFacts(
                lambda at: provision_scope(provision, instrument, at, self._binds(instrument, at)),
                self._at,
            )
        return self._found[key]


_CUSTOM = Scope(True, "", "custom")
