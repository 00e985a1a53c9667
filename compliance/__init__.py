"""Audit: evaluate rules on a design at its site, resolve conflicts, account for every provision."""

from compliance.audit import audit
from compliance.finding import AuditResult, Finding, Verdict

__all__ = ["AuditResult", "Finding", "Verdict", "audit"]
