"""The HTML report: one self-contained page that opens offline, prints well and reads aloud well."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from base import visible
from compliance.finding import WORST_FIRST, AuditResult, Finding
from compliance.proof.text import step_lines
from compliance.proof.tree import Proof
from compliance.report import changes
from compliance.report.graphics.heat import heat_map
from compliance.report.graphics.hull_chart import hull_chart, hull_margins
from compliance.report.graphics.intervals import intervals_chart
from compliance.report.graphics.law_graph import law_graph
from compliance.report.graphics.proof_drawing import proof_drawing
from compliance.report.stamp import default_issue, zulu
from compliance.report.tables import accounts, matrix, missing_facts, proposals
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
from jurisdictions.relations import Relation

if TYPE_CHECKING:
    import jinja2


def to_html(
    result: AuditResult,
    *,
    site_map: str | None = None,
    prove: Callable[[Finding], Proof] | None = None,
    relations: Sequence[Relation] = (),
    issued: datetime | None = None,
    printed: bool = False,
) -> str:
    """Return the report as one HTML document without any outside reference.

    Args:
        result: the audit.
        site_map: an SVG of the site; drawn from the result's position when ``None``.
        prove: gives a finding its proof; without it the report shows none. Of provisions that ask
            nothing the reason in the account is proof enough.
        relations: relations between laws that hold at the site, for the graphs of violations.
        issued: when the report is issued; midnight of the law's date when ``None``.
        printed: lay it out in pages, with a title page and numbered contents.
    """
    drawn = draw_map(result) if site_map is None else site_map
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
            matrix=matrix(result.findings),
            accounts=accounts(result.findings),
            missing_facts=missing_facts(result.findings),
            proposals=proposals(result),
            zone_words=zone_words,
            changes_title=changes.CHANGES_TITLE,
            changes_source=changes.source_words,
            change_rows=[] if result.baseline is None else changes.rows(result.baseline),
            nothing_owed=changes.NOTHING_OWED,
            state_meanings=changes.STATE_MEANINGS,
            estimates_title=ESTIMATES_TITLE,
            estimates_notes=estimates_notes,
            estimate_words=estimate_words,
            met_words=met_words,
            prove=None if prove is None else _once(prove),
            relations=relations,
            hull=hull_margins(result),
            heat_map=heat_map,
            hull_chart=hull_chart,
            intervals_chart=intervals_chart,
            law_graph=law_graph,
            proof_drawing=proof_drawing,
            printed=printed,
            issued=zulu(issued or default_issue(result)),
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
                for name in ("audit.html", "whatif.html", "report.css", "print.css")
            }
        ),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
    )
    made.filters["number"] = _number
    made.filters["visible"] = _visible
    made.filters["breakable"] = _breakable
    made.filters["fact_value"] = _fact_value
    return made


def _once(prove: Callable[[Finding], Proof]) -> Callable[[Finding], Proof]:
    """Prove each finding once: a report shows some proofs as a drawing and as text."""
    held: dict[int, Proof] = {}

    def proved(finding: Finding) -> Proof:
        found = held.get(id(finding))
        if found is None:
            found = held[id(finding)] = prove(finding)
        return found

    return proved


def draw_map(result: AuditResult) -> str:
    """Return a map of the site; what the design asserts about its zones is not drawn."""
    from jurisdictions.zones import SiteZones, resolve
    from jurisdictions.zones.map import site_map

    site = result.site
    if site["asserted"]:
        return site_map(resolve(site["latitude"], site["longitude"]))
    return site_map(SiteZones.from_json(site))


def _shown(value: Any) -> Any:
    """Spell out what acts in any text that reaches a page; markup stays as it is."""
    return visible(value) if type(value) is str else value


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
