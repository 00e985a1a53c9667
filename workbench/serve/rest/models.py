"""What the API takes and gives: plain records with their fields documented."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Format = Literal["yaml", "json"]
Line = str


class _Given(BaseModel):
    """What a caller sends: known fields only."""

    model_config = ConfigDict(extra="forbid")


class _Shown(BaseModel):
    """What the API gives, read from a record of the register."""

    model_config = ConfigDict(from_attributes=True)


class DesignText(_Given):
    """A design file."""

    content: str = Field(description="The file, as YAML or JSON.", max_length=1_048_576)
    format: Format = Field("yaml", description="How it is written.")
    by: str = Field("", max_length=80, description="Who saves it.")


class NewVersion(DesignText):
    """A design file that takes the place of another."""

    after: int | None = Field(
        None, ge=1, le=2**31 - 1, description="Id of the version that was changed; 409 if not last."
    )


class AuditAsked(_Given):
    """How to audit."""

    as_of: date | None = Field(None, description="Date of the law; today when left out.")
    version: int | None = Field(
        None, ge=1, le=2**31 - 1, description="Id of a version; the newest when left out."
    )
    jurisdictions: list[str] = Field(
        [], max_length=20, description="Judge only these; all when empty."
    )
    custom: bool = Field(True, description="Judge also what binds only as custom.")
    by: str = Field("", max_length=80, description="Who asks.")


class ComparisonAsked(_Given):
    """What to vary; each list holds alternatives, different lists multiply."""

    sites: list[str] = Field([], max_length=100, description="LAT,LON, or LAT,LON and a name.")
    dates: list[str] = Field([], max_length=100, description="YYYY-MM-DD.")
    jurisdictions: list[str] = Field(
        [], max_length=100, description="ID: only it; +ID: taken to bind; -ID: left out."
    )
    sets: list[str] = Field([], max_length=100, description="key=value, joined by semicolons.")
    readings: list[str] = Field([], max_length=100, description="Ids of readings.")
    forget_place: bool = Field(False, description="Elsewhere, facts of the place are unknown.")
    each: bool = Field(False, description="Vary one list at a time.")
    as_of: date | None = Field(None, description="Date of the base; today when left out.")
    by: str = Field("", max_length=80, description="Who asks.")


class RepairAsked(_Given):
    """What kind of repair."""

    keep: list[str] = Field([], max_length=100, description="Keys or sections that stay.")
    move: bool = Field(False, description="Whether the habitat may move a little.")
    complete: bool = Field(False, description="Whether to settle open questions too.")
    as_of: date | None = Field(None, description="Date of the law; today when left out.")
    by: str = Field("", max_length=80, description="Who asks.")


class WaiverGiven(_Given):
    """A release from a provision."""

    provision: str = Field(max_length=200, description="Id of a provision or a rule.")
    who: str = Field(max_length=300, description="The authority that granted it.")
    reason: str = Field(max_length=2000, description="Why.")
    until: date | None = Field(None, description="Its last day; none: no end.")
    start: date | None = Field(None, description="Its first day; none: from ever.")
    reference: str | None = Field(None, max_length=300, description="The document.")
    by: str = Field("", max_length=80, description="Who records it.")


class Withdrawal(_Given):
    """Why a waiver holds no longer."""

    reason: str = Field(max_length=2000)
    by: str = Field("", max_length=80, description="Who records it.")


class SignOffGiven(_Given):
    """What a person declares of an audit."""

    who: str = Field(max_length=200)
    statement: str = Field(max_length=4000)


class DesignShown(_Shown):
    """A design of the register."""

    id: int
    name: str
    versions: int = Field(description="How many are kept.")
    audits: int = Field(description="How many are kept.")
    saved: datetime


class VersionShown(_Shown):
    """A version of a design."""

    id: int
    design: int
    number: int
    name: str
    format: Format
    sha256: str
    by: str
    recorded: datetime
    hash: str = Field(description="Of its entry in the chain.")


class ContentShown(VersionShown):
    """A version with its file."""

    content: str


class Checked(BaseModel):
    """What is wrong with a design file."""

    valid: bool
    problem: str | None = Field(description="The first problem, in one line.")
    problems: dict[str, str] = Field(description="Every problem by key of the design file.")


class JobShown(BaseModel):
    """A job."""

    id: int
    kind: Literal["audit", "compare", "repair"]
    state: Literal["queued", "running", "done", "failed"]
    progress: float = Field(ge=0, le=1)
    message: str
    attempts: int
    error: str | None = Field(description="One line, where it failed.")
    answer: str | None = Field(description="Path of its answer, once done.")
    created: datetime
    finished: datetime | None


class AuditShown(_Shown):
    """An audit without its findings."""

    id: int
    design: int
    version: int
    as_of: date
    verdict: Literal["lawful", "violated", "undetermined"]
    totals: dict[str, int] = Field(description="Provisions by verdict.")
    states: dict[str, int] = Field(description="Findings by state of their life.")
    by: str
    recorded: datetime
    hash: str = Field(description="Of its entry in the chain.")
    previous: str = Field(description="The hash before.")


class StepShown(_Shown):
    """A finding in one audit."""

    audit: int
    verdict: str | None
    state: str | None
    reason: str


class LifeShown(BaseModel):
    """The life of a finding over the audits of a design."""

    provision: str
    rule: str | None
    citation: str
    title: str
    severity: str
    state: str
    steps: list[StepShown]


class WaiverShown(_Shown):
    """A waiver of a design."""

    id: int
    design: int
    provision: str
    who: str
    reason: str
    start: date | None
    until: date | None
    reference: str | None
    by: str
    recorded: datetime
    ended: datetime | None
    ended_by: str | None
    end_reason: str | None


class SignOffShown(_Shown):
    """A sign-off of an audit."""

    id: int
    audit: int
    audit_hash: str
    who: str
    statement: str
    recorded: datetime


class VerificationShown(_Shown):
    """Whether the chain of the register holds."""

    sound: bool
    entries: int
    head: str
    broken: int | None
    problem: str


class InstrumentShown(BaseModel):
    """A law text."""

    id: str
    title: str
    jurisdiction: str
    edition: str
    status: str
    text_source: str
    provisions: int
    sha256: str


class MarkShown(BaseModel):
    """Characters of a provision and what they were read as."""

    start: int = Field(description="Offset in the source of the instrument.")
    end: int
    kind: str
    note: str


class ProvisionShown(BaseModel):
    """A provision with its own words and what was read out of them."""

    id: str
    citation: str
    heading: str
    text: str
    start: int
    end: int
    page: int | None
    parent: str | None
    marks: list[MarkShown]
    rules: list[str] = Field(description="Rules of the audit that stand on it.")


Anything = dict[str, Any]
