"""An audit in a register as the one that a later audit is compared with."""

from __future__ import annotations

from base import RegisterError
from compliance.baseline import Earlier, earlier_of
from compliance.finding import State
from compliance.life import Key
from workbench.register.records import AuditRecord
from workbench.register.register import Register


def last_of(register: Register, name: str) -> Earlier:
    """Return the last audit of the design of a name, with the states of its findings.

    Raises:
        RegisterError: no such design, or no audit of it.
    """
    found = register.design_named(name)
    last = [] if found is None else register.audits(found.id, limit=1)
    if not last:
        raise RegisterError(
            f"no audit of design '{name}'",
            where=register.where,
            hint="record one with bathylex register add DESIGN",
        )
    return earlier(register, last[0])


def earlier(register: Register, audit: AuditRecord) -> Earlier:
    """Return an audit of a register as one to compare with."""
    states: dict[Key, State] = {
        (item.provision, item.rule or ""): item.state
        for item in register.findings(audit.id)
        if item.state is not None
    }
    source = {"entry": audit.id, "hash": audit.hash}
    return earlier_of(register.result_data(audit.id), source=source, states=states)
