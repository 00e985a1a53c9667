"""The user's own binding files: rules accepted from proposals, and proposals refused.

They stand in a folder of the user's, one file for each instrument, in the format of the embedded
files. Audits read both: an accepted rule adds to what an embedded file says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from base import BindingError, is_folder, one_line, read_text, write_whole
from corpus.home import bindings_folder
from jurisdictions.binding import Acceptance, BindingFile, Rejection, ReviewedBinding, RuleBinding
from jurisdictions.binding_files import load_own_bindings, read_binding_file
from jurisdictions.proposals.model import Proposal

_HEAD = """\
# Rules on {instrument} that were accepted from proposals, and proposals that were refused.
# Written by `bathylex bind`; audits read it beside the bindings that are part of the program.
"""


def own_file(home: Path, instrument: str) -> BindingFile:
    """Return what the user has settled on an instrument; empty where nothing is.

    Raises:
        BindingError: a file of the folder breaks the schema.
    """
    found = load_own_bindings(bindings_folder(home))
    return found.get(instrument, BindingFile(instrument=instrument))


def accept(
    own: BindingFile,
    proposals: Iterable[Proposal],
    *,
    by: str,
    on: date,
    taken: Mapping[str, str] | None = None,
) -> BindingFile:
    """Return the file with the rules of some proposals added.

    Args:
        own: the user's file.
        proposals: what is accepted.
        by: the reviewer.
        on: the day.
        taken: ids of rules that stand elsewhere, with the file.

    Raises:
        BindingError: no reviewer is named, or a rule of this id is there already.
    """
    _check_reviewer(by)
    rules = list(own.rules)
    there = {**(taken or {}), **{rule.id: "your bindings" for rule in own.rules}}
    for proposal in proposals:
        if proposal.id in there:
            raise BindingError(
                f"rule {proposal.id} is already in {there[proposal.id]}", where=own.instrument
            )
        there[proposal.id] = "your bindings"
        accepted = Acceptance(
            by=by,
            on=on,
            proposed_with=proposal.confidence or None,
            reason=proposal.reason,
        )
        rules.append(proposal.rule.model_copy(update={"accepted": accepted}))
    named = {rule.id for rule in rules}
    rejected = tuple(item for item in own.rejected if item.rule not in named)
    return own.model_copy(update={"rules": tuple(rules), "rejected": rejected})


def reject(own: BindingFile, proposals: Iterable[Proposal], *, by: str, on: date) -> BindingFile:
    """Return the file with some proposals refused; they are not proposed again.

    Raises:
        BindingError: no reviewer is named.
    """
    _check_reviewer(by)
    there = {item.rule for item in own.rejected}
    added = [
        Rejection(rule=proposal.id, provision=proposal.rule.provision, by=by, on=on)
        for proposal in proposals
        if proposal.id not in there
    ]
    return own.model_copy(update={"rejected": (*own.rejected, *added)})


def remove(own: BindingFile, rule: str) -> BindingFile:
    """Return the file without an accepted rule or a refusal.

    Raises:
        BindingError: the file has neither.
    """
    known = [*(item.id for item in own.rules), *(item.rule for item in own.rejected)]
    if rule not in known:
        from difflib import get_close_matches

        near = get_close_matches(rule, known, n=1)
        raise BindingError(
            f"your bindings have no rule {rule}",
            where=own.instrument,
            hint=f"did you mean '{near[0]}'?" if near else "see bathylex bind INSTRUMENT",
        )
    return own.model_copy(
        update={
            "rules": tuple(item for item in own.rules if item.id != rule),
            "rejected": tuple(item for item in own.rejected if item.rule != rule),
        }
    )


def save(home: Path, own: BindingFile) -> Path:
    """Write the user's file of an instrument, whole, or take it away where it is empty.

    Returns:
        The path of the file.
    """
    import yaml

    path = _path_of(home, own.instrument)
    if not own.rules and not own.rejected:
        path.unlink(missing_ok=True)
        return path
    data: dict[str, Any] = {"instrument": own.instrument}
    if own.rules:
        data["rules"] = [_plain(rule) for rule in own.rules]
    if own.reviewed:
        data["reviewed"] = [_plain(item) for item in own.reviewed]
    if own.rejected:
        data["rejected"] = [_plain(item) for item in own.rejected]
    body = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=96)
    write_whole(path, _HEAD.format(instrument=own.instrument) + body)
    return path


def _path_of(home: Path, instrument: str) -> Path:
    """Return the file that holds an instrument's rules now, whatever its name."""
    folder = bindings_folder(home)
    if is_folder(folder):
        for path in sorted(folder.glob("*.yaml")):
            text = read_text(path, error=BindingError)
            if read_binding_file(text, where=str(path)).instrument == instrument:
                return path
    return folder / f"{instrument}.yaml"


def _plain(item: RuleBinding | ReviewedBinding | Rejection) -> dict[str, Any]:
    """Write a model as a person would: no empty keys, a comparison under its own sign."""
    written: dict[str, Any] = _tidy(item.model_dump(mode="json", by_alias=True, exclude_none=True))
    return written


def _tidy(value: Any) -> Any:
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _tidy(item) for key, item in value.items() if item not in ("", [])}
    if "unit" in kept and kept.get("nth") == 0:
        del kept["nth"]
    if "order" in kept and "bound" in kept:
        kept[kept.pop("order")] = kept.pop("bound")
    return kept


def _check_reviewer(by: str) -> None:
    if not by.strip() or len(by) > 120:
        raise BindingError(
            "a reviewer's name of 1 to 120 characters is needed",
            where="--reviewer",
            hint="say who has read the provision beside the rule",
        )
    if one_line(by) != by.strip():
        raise BindingError("a name is one line of plain text", where="--reviewer")
