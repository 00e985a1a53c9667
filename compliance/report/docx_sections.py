"""The sections of the Word report, in its order: headings, tables, quotes with footnotes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from base import visible
from compliance.finding import WORST_FIRST, AuditResult, Finding
from compliance.proof.text import step_lines
from compliance.proof.tree import Proof
from compliance.report import changes
from compliance.report import docx_parts as parts
from compliance.report.footnotes import Footnotes
from compliance.report.ooxml import legal
from compliance.report.tables import accounts, matrix, missing_facts
from compliance.report.words import (
    EFFECTS,
    ESTIMATES_TITLE,
    JURISDICTION_NAMES,
    SOURCES,
    conflict_headline,
    conflict_lines,
    estimate_words,
    estimates_notes,
    met_words,
    zone_words,
)
from compliance.verdicts import in_words, measure

if TYPE_CHECKING:
    from docx.document import Document

Prove = Callable[[Finding], Proof]


def add_site(document: Document, result: AuditResult) -> None:
    """Add the site, which jurisdictions bind, and the totals."""
    site = result.site
    parts.heading(document, "Site and law that binds there", 1)
    rows = [
        ("Position", f"{site['latitude']}°, {site['longitude']}°"),
        ("Zones", zone_words(site["zones"])),
        ("Seabed", in_words(site["seabed"])),
        ("Water column", in_words(site["water_column"])),
        ("Coastal State", site.get("coastal_state") or "none"),
        ("Nearest coast", _miles(site.get("distance_nmi"))),
        ("Next boundary", _miles(site.get("margin_nmi"))),
        ("Second State", site.get("second_state") or "none"),
        ("Certain", "yes" if site.get("certain") else "no: see the notes"),
    ]
    parts.pairs(document, rows)
    for note in site.get("notes", ()):
        parts.say(document, note, "List Bullet")
    parts.heading(document, "Jurisdictions", 2)
    parts.table(
        document,
        ("Jurisdiction", "Binds", "Why"),
        (
            (
                JURISDICTION_NAMES[item.id],
                {True: "yes", False: "no", None: "open"}[item.binding],
                item.reason,
            )
            for item in result.jurisdictions
        ),
        (5.0, 1.6, 10.0),
    )
    parts.heading(document, "Provisions by verdict", 2)
    names = list(result.totals_by_jurisdiction)
    parts.table(
        document,
        ("Verdict", *names, "All"),
        (
            (
                parts.verdict_words(verdict),
                *(str(result.totals_by_jurisdiction[name][verdict]) for name in names),
                str(result.totals[verdict]),
            )
            for verdict in WORST_FIRST
        ),
        (3.4, *([13.2 / (len(names) + 1)] * (len(names) + 1))),
        verdict_column=0,
        verdicts=WORST_FIRST,
    )


def add_changes(document: Document, result: AuditResult) -> None:
    """Add what changed since an earlier audit, where there was one to compare with."""
    baseline = result.baseline
    if baseline is None:
        return
    parts.heading(document, changes.CHANGES_TITLE, 1)
    parts.say(document, f"Compared with {changes.source_words(baseline)}.")
    for note in baseline.notes:
        parts.say(document, note, "List Bullet")
    rows = changes.rows(baseline)
    if not rows:
        parts.say(document, changes.NOTHING_OWED)
        return
    parts.table(
        document,
        ("State", "Provision", "Requirement", "Severity", "Verdict then and now"),
        rows,
        (2.0, 3.4, 5.4, 2.2, 3.6),
    )


def add_violations(document: Document, result: AuditResult, notes: Footnotes) -> None:
    """Add each violation with its words, facts and remedy."""
    parts.heading(document, "Violations", 1)
    found = result.by_verdict("violated")
    if not found:
        parts.say(document, "None found.")
    for finding in found:
        parts.heading(document, f"{finding.citation}: {finding.title}", 2)
        parts.say(document, _tags(finding))
        parts.say(document, f"{finding.reason}.")
        _quote(document, finding, notes)
        _decided(document, finding)
        parts.say(document, finding.wording)
        line = parts.say(document, "")
        line.add_run("Remedy: ").bold = True
        line.add_run(legal(finding.remedy))


def add_undetermined(document: Document, result: AuditResult, notes: Footnotes) -> None:
    """Add what is undetermined, and the evidence that would settle it."""
    parts.heading(document, "Undetermined: which evidence would settle it", 1)
    found = result.by_verdict("undetermined")
    if not found:
        parts.say(document, "None: every fact that a rule asked for was given.")
        return
    wanted = ", ".join(f"{name} ({count})" for name, count in missing_facts(result.findings))
    line = parts.say(document, f"Facts to give first, with how many rules ask for them: {wanted}.")
    notes.cite(line, "A missing fact is never taken as a pass or a fail.")
    parts.table(
        document,
        ("Provision", "What is asked", "Missing", "Evidence", "Severity if not met"),
        (
            (
                finding.citation,
                finding.title or finding.reason,
                ", ".join(finding.missing),
                finding.evidence,
                finding.severity,
            )
            for finding in found
        ),
        (3.1, 4.2, 3.6, 3.8, 1.9),
    )


def add_estimates(document: Document, result: AuditResult) -> None:
    """Add what a student believes of missing facts, where it was asked."""
    if result.estimates is None:
        return
    parts.heading(document, ESTIMATES_TITLE, 1)
    for line in estimates_notes(result):
        parts.say(document, line)
    if result.estimates:
        parts.table(
            document,
            ("Provision", "What is asked", "Estimate of the missing facts", "How likely it is met"),
            (
                (
                    item.citation,
                    item.title,
                    "; ".join(estimate_words(fact) for fact in item.facts),
                    met_words(item),
                )
                for item in result.estimates
            ),
            (3.0, 4.0, 5.6, 4.0),
        )


def add_matrix(document: Document, result: AuditResult) -> None:
    """Add the rules that bear on the design, by jurisdiction."""
    parts.heading(document, "Compliance matrix", 1)
    for name, rows in matrix(result.findings).items():
        parts.heading(document, JURISDICTION_NAMES[name], 2)
        parts.table(
            document,
            ("Provision", "Requirement", "Verdict", "Facts", "Margin", "Class, severity"),
            (
                (
                    finding.citation,
                    finding.title,
                    parts.verdict_words(finding.verdict),
                    _facts(finding),
                    "–"
                    if finding.margin is None
                    else measure(finding.margin, finding.margin_unit or "", digits=4),
                    f"{finding.priority}, {finding.severity}",
                )
                for finding in rows
            ),
            (2.9, 4.0, 2.5, 3.6, 1.7, 1.9),
            verdict_column=2,
            verdicts=[finding.verdict for finding in rows],
        )


def add_judgement(document: Document, result: AuditResult, notes: Footnotes) -> None:
    """Add the standards that a person must judge."""
    parts.heading(document, "For human judgement", 1)
    found = result.by_verdict("open_norm")
    if not found:
        parts.say(document, "None.")
    for finding in found:
        title = f": {finding.title}" if finding.title else ""
        parts.heading(document, f"{finding.citation}{title}", 2)
        parts.say(document, _tags(finding))
        parts.say(document, finding.reason)
        _quote(document, finding, notes)
        _decided(document, finding)
        if finding.evidence:
            parts.say(document, f"Evidence: {finding.evidence}")


def add_waivers(document: Document, result: AuditResult) -> None:
    """Add what became of the waivers, where any were given."""
    if not result.waivers:
        return
    parts.heading(document, "Waivers", 1)
    parts.table(
        document,
        ("Provision or rule", "Status", "By", "Until", "Reason and reference", "Effect"),
        (
            (
                use.provision,
                use.status,
                use.who,
                use.until,
                f"{use.reason} {use.reference or ''}".strip(),
                use.explanation,
            )
            for use in result.waivers
        ),
        (3.0, 1.8, 2.4, 2.0, 3.8, 3.6),
    )


def add_conflicts(document: Document, result: AuditResult) -> None:
    """Add the conflicts between rules, where there are any."""
    if not result.conflicts:
        return
    parts.heading(document, "Conflicts", 1)
    for conflict in result.conflicts:
        parts.heading(document, conflict_headline(conflict), 2)
        for line in conflict_lines(conflict):
            parts.say(document, line)
        for citation, words in zip(conflict.citations, conflict.quotes, strict=True):
            parts.say(document, f"{citation}: {words}", "Quote")


def add_figures(document: Document, result: AuditResult) -> None:
    """Add the engineering figures, where there are any."""
    if not result.derived:
        return
    parts.heading(document, "Engineering figures", 1)
    parts.table(
        document,
        ("Figure", "Value", "Basis"),
        (
            (name.removeprefix("derived."), in_words(figure["value"]), figure["basis"])
            for name, figure in result.derived.items()
        ),
        (5.4, 3.2, 8.0),
    )


def add_limits(document: Document, result: AuditResult) -> None:
    """Add the regimes that are not modelled."""
    parts.heading(document, "Regimes that bear on this site and are not modelled", 1)
    for limit in result.limits:
        parts.say(document, f"{limit.name}: {limit.reason}", "List Bullet")


def add_accounting(document: Document, result: AuditResult) -> None:
    """Add every provision, once."""
    parts.heading(document, "Accounting: every provision, once", 1)
    parts.say(
        document,
        "Each provision of each instrument ends in exactly one verdict; one with several rules "
        "counts under the worst.",
    )
    for name, groups in accounts(result.findings).items():
        parts.heading(document, JURISDICTION_NAMES[name], 2)
        parts.table(
            document,
            ("Verdict", "Reason", "Provisions"),
            (
                (
                    parts.verdict_words(group.verdict),
                    group.reason,
                    ", ".join(citation for _, citation in group.provisions),
                )
                for group in groups
            ),
            (2.8, 4.8, 9.0),
            verdict_column=0,
            verdicts=[group.verdict for group in groups],
        )


def add_proofs(document: Document, result: AuditResult, prove: Prove) -> None:
    """Add the proof of each verdict on the design."""
    parts.heading(document, "Proofs", 1)
    for finding in result.findings:
        if finding.verdict == "inapplicable":
            continue
        parts.heading(document, f"{finding.citation}: {finding.title or finding.reason}", 2)
        for line in step_lines(prove(finding)).splitlines():
            paragraph = parts.say(document, line.strip(), "No Spacing")
            depth = (len(line) - len(line.lstrip())) // 3
            paragraph.paragraph_format.left_indent = _indent(depth)


def _indent(depth: int) -> int:
    from docx.shared import Cm

    return int(Cm(0.45 * min(depth, 12)))


def add_inputs(document: Document, result: AuditResult) -> None:
    """Add versions, hashes and the design's facts."""
    inputs = result.inputs
    parts.heading(document, "Inputs, versions and hashes", 1)
    parts.pairs(
        document,
        (
            ("bathylex", f"{inputs.get('bathylex', '')}, Python {inputs.get('python', '')}"),
            ("Rules, SHA-256", inputs.get("rules_sha256", "")),
            ("Rule book", inputs.get("rulebook", "")),
        ),
    )
    parts.table(
        document,
        ("Instrument", "Edition", "Text", "SHA-256"),
        (
            (text["id"], text["edition"], SOURCES[text["text_source"]], text["sha256"])
            for text in inputs.get("texts", ())
        ),
        (3.0, 4.4, 3.2, 6.0),
    )
    parts.heading(document, "The design's facts as given", 2)
    parts.pairs(document, ((name, in_words(v)) for name, v in result.design["facts"].items()))


def _quote(document: Document, finding: Finding, notes: Footnotes) -> None:
    words = f"{finding.lead_in} {finding.quote}".strip()
    if not words:
        return
    span = finding.span
    page = f", page {span.page}" if span.page else ""
    notes.cite(
        parts.say(document, words, "Intense Quote"),
        f"{finding.citation}, {SOURCES[finding.text_source]}: {span.file}{page}, characters "
        f"{span.start}–{span.end}.",
    )


def _decided(document: Document, finding: Finding) -> None:
    if finding.facts:
        parts.say(document, f"Decided by {_facts(finding)}.")
    if finding.bound is not None:
        parts.say(document, f"The number comes from the words “{finding.bound.text}”.")


def _facts(finding: Finding) -> str:
    shown = [f"{name} = {visible(in_words(value))[:400]}" for name, value in finding.facts.items()]
    return "; ".join([*shown, *(f"{name} unknown" for name in finding.missing)])


def _tags(finding: Finding) -> str:
    tags = [finding.severity, finding.priority, JURISDICTION_NAMES[finding.jurisdiction]]
    if finding.effect:
        tags.append(EFFECTS[finding.effect])
    if finding.basis == "custom":
        tags.append("invoked as custom")
    return " · ".join(tags)


def _miles(value: float | None) -> str:
    return "unknown" if value is None else measure(value, "nmi", digits=4)
