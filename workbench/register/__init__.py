"""The register of designs, audits, findings, waivers and sign-offs (docs/register.md)."""

from workbench.register.jobs import Jobs
from workbench.register.records import (
    AuditRecord,
    DesignRecord,
    FindingHistory,
    FindingRecord,
    JobRecord,
    SignOffRecord,
    Verification,
    VersionRecord,
    WaiverRecord,
)
from workbench.register.register import Register, open_register

__all__ = [
    "AuditRecord",
    "DesignRecord",
    "FindingHistory",
    "FindingRecord",
    "JobRecord",
    "Jobs",
    "Register",
    "SignOffRecord",
    "Verification",
    "VersionRecord",
    "WaiverRecord",
    "open_register",
]
