"""``bathylex bind``: proposals of rules on a law text, and what a reviewer makes of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from base import BindingError, UsageError, is_there, one_line
from workbench.options import corpus_option, day
from workbench.output import echo_json, json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jurisdictions.binding import BindingFile
    from jurisdictions.proposals import Proposal
    from jurisdictions.proposals.desk import Desk


@click.command()
@click.argument("target", metavar="FILE_OR_INSTRUMENT")
@corpus_option("")
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="The N most confident duties.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    metavar="X",
    help="Only duties whose first fact has at least this confidence, 0 to 1.",
)
@click.option("--accept", multiple=True, metavar="RULE", help="Make this proposal a rule.")
@click.option("--accept-all", is_flag=True, help="Accept every first fact (--min-confidence).")
@click.option("--attribute", metavar="FACT", help="With --accept: bind this fact instead.")
@click.option("--reject", multiple=True, metavar="RULE", help="Never propose this again.")
@click.option("--remove", multiple=True, metavar="RULE", help="Take back a rule or a refusal.")
@click.option("--reviewer", metavar="NAME", help="Who has read the provision beside the rule.")
@click.option("--on", metavar="DATE", help="Day of the review (YYYY-MM-DD); today by default.")
@json_option
def command(
    target: str,
    corpus: Path | None,
    top: int | None,
    min_confidence: float | None,
    accept: tuple[str, ...],
    accept_all: bool,
    attribute: str | None,
    reject: tuple[str, ...],
    remove: tuple[str, ...],
    reviewer: str | None,
    on: str | None,
    as_json: bool,
) -> int:
    """Propose which facts of a design the duties of FILE_OR_INSTRUMENT constrain.

    Proposals are unreviewed. Accepting one writes it into your own binding file, which audits read
    beside the embedded ones.
    """
    from corpus.home import home_folder
    from jurisdictions.own_bindings import own_file, save
    from jurisdictions.proposals.desk import Desk
    from workbench.law import law_text

    _check(accept, accept_all, attribute, min_confidence)
    today = day(on, option="--on")
    changes = bool(accept or accept_all or reject)
    if changes and not (reviewer or "").strip():
        raise UsageError(
            "--reviewer: accepting or rejecting needs a name", hint="add --reviewer NAME"
        )
    home = home_folder()
    text = law_text(target, corpus)
    own = own_file(home, text.instrument.id)
    if not changes and not remove:
        desk = Desk(text, own)
        _show(desk, _chosen(desk.open(), top, min_confidence), as_json)
        return 0
    settled = _settle(
        Desk(text, _without(own, remove)),
        accept=accept,
        accept_from=min_confidence if accept_all else None,
        attribute=attribute,
        reject=reject,
        by=reviewer or "",
        on=today,
    )
    path = save(home, settled)
    _report(own, settled, path, as_json)
    return 0


def _check(
    accept: tuple[str, ...],
    accept_all: bool,
    attribute: str | None,
    min_confidence: float | None,
) -> None:
    if min_confidence is not None and not 0 <= min_confidence <= 1:
        raise UsageError("--min-confidence: give a number from 0 to 1")
    if accept_all and min_confidence is None:
        raise UsageError("--accept-all: say from which confidence", hint="add --min-confidence X")
    if accept_all and accept:
        raise UsageError("give --accept or --accept-all, not both")
    if attribute is not None and len(accept) != 1:
        raise UsageError("--attribute: goes with exactly one --accept")


def _without(own: BindingFile, names: Sequence[str]) -> BindingFile:
    from jurisdictions.own_bindings import remove

    for name in names:
        own = remove(own, name)
    return own


def _settle(
    desk: Desk,
    *,
    accept: Sequence[str],
    accept_from: float | None,
    attribute: str | None,
    reject: Sequence[str],
    by: str,
    on: date,
) -> BindingFile:
    from jurisdictions import own_bindings

    own = desk.own
    if attribute is not None:
        return own_bindings.accept(
            own, [desk.draft(accept[0], attribute)], by=by, on=on, taken=desk.taken
        )
    proposals = desk.open() if accept or reject or accept_from is not None else []
    chosen = desk.find(accept, proposals)
    if accept_from is not None:
        chosen = [group[0] for group in _chosen(proposals, None, accept_from)]
        if not chosen:
            raise BindingError(
                f"nothing is proposed with a confidence of at least {accept_from:g}",
                where=desk.text.instrument.id,
                hint="lower --min-confidence, or see what is proposed",
            )
    refused = desk.find(reject, proposals)
    own = own_bindings.accept(own, chosen, by=by, on=on, taken=desk.taken) if chosen else own
    return own_bindings.reject(own, refused, by=by, on=on) if refused else own


def _chosen(
    proposals: Sequence[Proposal], top: int | None, min_confidence: float | None
) -> list[list[Proposal]]:
    """Group proposals by duty, the most confident duty first."""
    from jurisdictions.proposals.prospects import by_duty

    groups = [
        group
        for group in by_duty(proposals)
        if min_confidence is None or group[0].confidence >= min_confidence
    ]
    groups.sort(key=lambda group: -group[0].confidence)
    return groups[:top]


def _show(desk: Desk, groups: list[list[Proposal]], as_json: bool) -> None:
    instrument = desk.text.instrument
    if as_json:
        echo_json(
            {
                "instrument": instrument.id,
                "file": desk.text.file,
                "status": instrument.status,
                "proposals": [_plain(item) for group in groups for item in group],
                "accepted": [
                    rule.model_dump(mode="json", by_alias=True, exclude_none=True)
                    for rule in desk.own.rules
                ],
                "rejected": [item.rule for item in desk.own.rejected],
            }
        )
        return
    draft = "" if instrument.status == "in_force" else f", {instrument.status}"
    click.echo(f"{instrument.title} ({desk.text.file}{draft})")
    click.echo(f"{len(groups)} duties with proposals, none reviewed; most confident first")
    for group in groups:
        first = group[0]
        duty = first.duty if len(first.duty) <= 240 else f"{first.duty[:240]} …"
        click.echo(f"\n{first.citation}: “{one_line(duty)}”")
        for item in group:
            click.echo(f"  {item.confidence:.2f} {item.attribute}  [{item.id}]")
            click.echo(f"       {one_line(item.reason)}")
        click.echo(f"       {one_line(first.suggested)}")
    for rule in desk.own.rules:
        who = rule.accepted
        by = f" by {one_line(who.by)} on {who.on}" if who else ""
        click.echo(f"\nAccepted: {rule.id}{by}")
    if groups:
        click.echo(f"\nAccept with: bathylex bind … --accept {groups[0][0].id} --reviewer NAME")


def _plain(item: Proposal) -> dict[str, Any]:
    written = item.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {
        "id": item.id,
        "provision": item.rule.provision,
        "requirement": written["rule"]["require"],
        **written,
    }


def _report(before: BindingFile, after: BindingFile, path: Path, as_json: bool) -> None:
    old = {rule.id for rule in before.rules}
    new = {rule.id for rule in after.rules}
    refused = {item.rule for item in after.rejected} - {item.rule for item in before.rejected}
    names = {
        "accepted": [rule.id for rule in after.rules if rule.id not in old],
        "removed": sorted(old - new),
        "rejected": sorted(refused),
    }
    if as_json:
        echo_json({"file": str(path), **names, "rules": len(after.rules)})
        return
    for word, rules in names.items():
        for name in rules:
            click.echo(f"{word}: {name}")
    if is_there(path):
        click.echo(f"{path}: {len(after.rules)} rules; audits read them from now on")
    else:
        click.echo(f"{path}: empty now, taken away")
