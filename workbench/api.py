"""The Python API: few names, the same answers as the command line (docs/python.md).

>>> from workbench.api import read_design
>>> read_design({"name": "A", "purpose": "other", "site": {"latitude": 1, "longitude": 2}}).name
'A'
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from base import UsageError, read_bytes, sha256_bytes
from base.errors import DesignError

if TYPE_CHECKING:
    from compliance.finding import AuditResult
    from compliance.repair import Repair
    from compliance.waiver import Waiver
    from compliance.whatif import Comparison
    from habitat.design import Design
    from jurisdictions.rulebook import RuleBook
    from workbench.register import Register

    #: A design: its file, its plain data, or one that was read before.
    Given: TypeAlias = Path | str | Mapping[str, Any] | Design

__all__ = [
    "audit_design",
    "load_law",
    "open_register",
    "read_design",
    "repair_design",
    "whatif_design",
    "write_report",
]


def read_design(design: Given) -> Design:
    """Return a checked design.

    Args:
        design: path of a YAML or JSON file, plain data as in such a file, or a design.

    Raises:
        DesignError: one line that names the file or key, what was found and what is expected.
    """
    return _read(design)[0]


def load_law(corpus: Path | str | None = None) -> RuleBook:
    """Return the compiled law, to be given to several calls so that it is read once.

    Args:
        corpus: folder of official law texts; the user's own corpus folder when ``None``. The
            embedded digests stand in for what it does not hold.

    Raises:
        CorpusError: the folder is missing, or holds no text that is recognised.
    """
    from workbench.law import rulebook

    return rulebook(None if corpus is None else Path(corpus))


def audit_design(
    design: Given,
    *,
    as_of: date | None = None,
    law: RuleBook | None = None,
    jurisdictions: Iterable[str] = (),
    readings: Sequence[str] = (),
    waivers: Sequence[Waiver] = (),
    custom: bool = True,
) -> AuditResult:
    """Judge a design against the law that binds at its site.

    Args:
        design: as :func:`read_design`.
        as_of: the date whose law is applied; today when ``None``.
        law: what :func:`load_law` gave; loaded when ``None``.
        jurisdictions: judge only these; all when empty.
        readings: ids of readings of disputed provisions.
        waivers: releases from provisions (``compliance.waivers.load_waivers`` reads a file).
        custom: whether to judge what binds a State that is no party only as custom.

    Raises:
        DesignError, CorpusError, WaiverError, UsageError: one line each.
    """
    from compliance.audit import audit
    from jurisdictions.readings import with_readings

    checked, sha256 = _read(design)
    return audit(
        checked,
        with_readings(load_law() if law is None else law, tuple(readings)),
        as_of=as_of or date.today(),
        design_hash=sha256,
        jurisdictions=_known(jurisdictions),
        custom=custom,
        waivers=waivers,
    )


def whatif_design(
    design: Given,
    *,
    sites: Sequence[tuple[float, float]] = (),
    dates: Sequence[date] = (),
    changes: Sequence[Mapping[str, str]] = (),
    readings: Sequence[str] = (),
    each: bool = False,
    as_of: date | None = None,
    law: RuleBook | None = None,
) -> Comparison:
    """Compare variants of a design with the design as it is.

    Args:
        design: as :func:`read_design`.
        sites: other positions, latitude and longitude in degrees.
        dates: other dates of the law.
        changes: values by dotted key; the keys of one mapping change together.
        readings: ids of other readings, each an alternative.
        each: vary one thing at a time in place of all combinations.
        as_of: as :func:`audit_design`, for the design as it is.
        law: as :func:`audit_design`.

    Raises:
        DesignError, UsageError: a variant that cannot be; too many variants.
    """
    from compliance.whatif import Options, Place, expand, whatif

    checked, sha256 = _read(design)
    options = Options(
        sites=tuple(Place(latitude, longitude) for latitude, longitude in sites),
        dates=tuple(dates),
        sets=tuple(tuple(item.items()) for item in changes),
        readings=tuple((name,) for name in readings),
        each=each,
    )
    return whatif(
        checked,
        load_law() if law is None else law,
        expand(options),
        as_of=as_of or date.today(),
        design_hash=sha256,
    )


def repair_design(
    design: Given,
    *,
    keep: Sequence[str] = (),
    move: bool = False,
    complete: bool = False,
    alternatives: int = 5,
    as_of: date | None = None,
    law: RuleBook | None = None,
    waivers: Sequence[Waiver] = (),
) -> Repair:
    """Find the cheapest change that makes a design lawful, with proof.

    Args:
        design: as :func:`read_design`.
        keep: keys or sections of the design file that stay as they are.
        move: whether the habitat may move a little.
        complete: whether to settle open questions too.
        alternatives: how many other repairs to look for.
        as_of: as :func:`audit_design`.
        law: as :func:`audit_design`.
        waivers: as :func:`audit_design`.

    Raises:
        DesignError, SolverError: one line each.
    """
    from compliance.repair import Terms, Wanted, load_catalogue, repair

    checked, sha256 = _read(design)
    return repair(
        checked,
        load_law() if law is None else law,
        load_catalogue(None),
        Terms(as_of or date.today(), waivers=tuple(waivers)),
        wanted=Wanted(tuple(keep), move, complete, alternatives),
        design_hash=sha256,
    )


def write_report(result: AuditResult, path: Path | str) -> Path:
    """Write an audit as a report, whole or not at all; the ending of the name says which.

    Args:
        result: of :func:`audit_design`.
        path: a file that ends in ``.json``, ``.html``, ``.pdf``, ``.docx``, ``.xlsx``, ``.sarif``
            or ``.oscal.json``.

    Raises:
        UsageError: another ending, or what the format needs is not installed.
    """
    from base import write_whole
    from compliance.report.formats import FORMATS, render

    file = Path(path)
    endings = {ending: name for name, (ending, _) in FORMATS.items()}
    longest = sorted(endings, key=len, reverse=True)
    chosen = next((ending for ending in longest if file.name.lower().endswith(ending)), None)
    if chosen is None:
        raise UsageError(
            "no report is written as such a file", where=str(file), hint=f"use {', '.join(endings)}"
        )
    write_whole(file, render(endings[chosen], result))
    return file


def open_register(url: str | None = None) -> Register:
    """Open the register of designs, audits, waivers and sign-offs (docs/register.md).

    Args:
        url: of its database; else ``BATHYLEX_DATABASE_URL``, else a file of the user's own.

    Raises:
        RegisterError: it cannot be opened, or is no register.
    """
    from workbench.register import open_register as opened

    return opened(url)


def _read(design: Given) -> tuple[Design, str]:
    """Return a design and the SHA-256 of what it was read from."""
    from habitat.design import Design as Model
    from habitat.load import MAX_DESIGN_BYTES, load_design, validate

    if isinstance(design, Model):
        return design, sha256_bytes(design.model_dump_json().encode())
    if isinstance(design, Path | str):
        data = read_bytes(Path(design), limit=MAX_DESIGN_BYTES, error=DesignError)
        return load_design(design), sha256_bytes(data)
    checked = validate(Model, dict(design), where="design")
    told = json.dumps(design, sort_keys=True, separators=(",", ":"), default=str)
    return checked, sha256_bytes(told.encode())


def _known(names: Iterable[str]) -> frozenset[str] | None:
    from workbench.options import jurisdictions_of

    return jurisdictions_of(tuple(names))
