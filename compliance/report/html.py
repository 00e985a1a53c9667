"""The HTML report: one self-contained page that opens offline, prints well and reads aloud well."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from base import visible
from compliance.finding import WORST_FIRST, AuditResult, Finding, ProposedFinding
from compliance.proof.text import step_lines
from compliance.proof.tree import Proof
from compliance.report.words import (
    EFFECTS,
    ESTIMATES_TITLE,
    JURISDICTION_NAMES,
    NO_ADVICE,
    SOURCES,
    VERDICTS,
    conflict_headline,
    conflict_lines,
    estimate_words,
    estimates_notes,
    headline,
    met_words,
    zone_words,
)
from compliance.verdicts import in_words, measure

if TYPE_CHECKING:
    import jinja2


@dataclass(frozen=True, slots=True)
class Account:
    """The provisions of one instrument that end in one verdict for one reason."""

    instrument: str
    verdict: str
    reason: str
    provisions: tuple[tuple[str, str], ...]


def to_html(
    result: AuditResult,
    *,
    site_map: str | None = None,
    prove: Callable[[Finding], Proof] | None = None,
) -> str:
    """Return the report as one HTML document without any outside reference.

    Args:
        result: the audit.
        site_map: an SVG of the site; drawn from the result's position when ``None``.
        prove: gives a finding its proof; without it the report shows none. Of provisions that ask
            nothing the reason in the account is proof enough.
    """
    drawn = _draw_map(result) if site_map is None else site_map
    return (
        environment()
        .get_template("audit.html")
        .render(
            result=result,
            headline=headline(result),
            conflict_headline=conflict_headline,
            conflict_lines=conflict_lines,
            site_map=drawn,
            verdict_words=VERDICTS,
            verdict_order=[verdict for verdict in WORST_FIRST if result.totals[verdict]],
            jurisdiction_names=JURISDICTION_NAMES,
            sources=SOURCES,
            effects=EFFECTS,
            no_advice=NO_ADVICE,
            matrix=_matrix(result.findings),
            accounts=_accounts(result.findings),
            missing_facts=_missing(result.findings),
            proposals=_proposals(result),
            zone_words=zone_words,
            estimates_title=ESTIMATES_TITLE,
            estimates_notes=estimates_notes,
            estimate_words=estimate_words,
            met_words=met_words,
            prove=prove,
            steps=step_lines,
        )
    )


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return the templates of the HTML reports, with their filters; text is escaped."""
    import jinja2

    folder = files("compliance.report")
    made = jinja2.Environment(
        loader=jinja2.DictLoader(
            {
                name: (folder / name).read_text(encoding="utf-8")
                for name in ("audit.html", "whatif.html", "report.css")
            }
        ),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters["number"] = _number
    made.filters["visible"] = _visible
    made.filters["breakable"] = _breakable
    made.filters["fact_value"] = _fact_value
    return made


def _draw_map(result: AuditResult) -> str:
    from jurisdictions.zones import resolve
    from jurisdictions.zones.map import site_map

    return site_map(resolve(result.site["latitude"], result.site["longitude"]))


def _natural(text: str) -> list[tuple[int, str]]:
    """Sort key by which Art. 60(10) follows Art. 60(9)."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text)]


def _matrix(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Rules that bear on this design, by jurisdiction, in the order of the law."""
    rows: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.rule is not None and finding.verdict != "inapplicable":
            rows.setdefault(finding.jurisdiction, []).append(finding)
    return {
        name: sorted(rows[name], key=lambda finding: _natural(finding.citation))
        for name in JURISDICTION_NAMES
        if name in rows
    }


@dataclass(frozen=True, slots=True)
class Proposed:
    """A duty without a binding: its likeliest fact, and the others that were proposed."""

    first: ProposedFinding
    others: tuple[ProposedFinding, ...]


def _proposals(result: AuditResult) -> dict[str, list[Proposed]]:
    """Group proposals by instrument and duty, the most confident duty of each instrument first."""
    duties: dict[tuple[str, str, int], list[ProposedFinding]] = {}
    for item in result.proposals:
        duties.setdefault((item.instrument, item.provision, item.span.start), []).append(item)
    table: dict[str, list[Proposed]] = {}
    for (instrument, _, _), group in duties.items():
        first, *others = sorted(group, key=lambda item: -item.confidence)
        table.setdefault(instrument, []).append(Proposed(first, tuple(others)))
    for rows in table.values():
        rows.sort(key=lambda row: -row.first.confidence)
    return table


def _missing(findings: Iterable[Finding]) -> list[tuple[str, int]]:
    """The facts that would settle most, the most wanted first."""
    wanted = Counter(name for finding in findings for name in finding.missing)
    return wanted.most_common(8)


def _accounts(findings: Iterable[Finding]) -> dict[str, list[Account]]:
    """Every provision once more, grouped so that three thousand of them can be read."""
    groups: dict[str, dict[tuple[str, str, str], dict[str, str]]] = {}
    for finding in findings:
        table = groups.setdefault(finding.jurisdiction, {})
        place = (finding.instrument, finding.verdict, finding.reason)
        table.setdefault(place, {})[finding.provision] = finding.citation
    return {
        name: [
            Account(instrument, verdict, reason, tuple(provisions.items()))
            for (instrument, verdict, reason), provisions in groups[name].items()
        ]
        for name in JURISDICTION_NAMES
        if name in groups
    }


def _number(value: float | None, unit: str | None = None) -> str:
    if value is None:
        return "–"
    return measure(value, unit or "", digits=4).replace("-", "−")


def _fact_value(value: Any) -> str:
    shown = _LONG_NUMBER.sub(_rounded, in_words(value))
    return shown.replace("**2", "²").replace("**3", "³").replace("**4", "⁴")


def _breakable(name: str) -> Any:
    """A dotted key that may break after its dots and underscores in a narrow column."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"([._])", r"\1<wbr>", str(escape(name))))


#: A number with more digits than anyone reads; the JSON report keeps them all.
_LONG_NUMBER = re.compile(r"\d+\.\d{5,}")


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number.group()):.5g}"


def _visible(text: str, limit: int = 400) -> str:
    """Show text from a design as text: no reordering characters, no endless names."""
    shown = visible(text)
    return shown if len(shown) <= limit else shown[:limit] + " …"
