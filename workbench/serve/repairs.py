"""A repair as a job: the cheapest lawful change, and the design with it, ready to be kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from base import UsageError
from compliance.waiver import Waiver
from habitat.design import Design
from habitat.kinds import kind_of
from habitat.load import known_keys
from jurisdictions.rulebook import RuleBook
from workbench.serve.forms import yaml_of

#: Other repairs that are looked for.
ALTERNATIVES = 3


def checked_keep(names: Sequence[str]) -> list[str]:
    """Return keys or sections of the design file that stay as they are.

    Raises:
        UsageError: there is none of a name.
    """
    for name in names:
        if kind_of(name) is None and name not in known_keys(Design):
            raise UsageError(
                f"no key '{name[:60]}' in a design file",
                where="keep",
                hint="use a key such as safety_zone.radius, or a section such as hull",
            )
    return sorted(set(names))


def repaired(
    design: Design,
    book: RuleBook,
    asked: dict[str, Any],
    *,
    sha256: str,
    waivers: Sequence[Waiver],
    tell: Callable[[float, str], None],
) -> dict[str, Any]:
    """Find a repair.

    Args:
        design: as given.
        book: the law.
        asked: ``as_of``, ``keep``, ``move`` and ``complete``.
        sha256: of the design file.
        waivers: of the design.
        tell: told how far it is.

    Returns:
        ``data``, as the command line's JSON without the findings that ask nothing, and ``yaml``,
        the repaired design, or ``None`` where nothing lawful exists.
    """
    from compliance.repair import Terms, Wanted, load_catalogue, repair

    steps = 0

    def progress(line: str) -> None:
        nonlocal steps
        steps += 1
        tell(0.9 - 0.8 * 0.8**steps, line)

    answer = repair(
        design,
        book,
        load_catalogue(None),
        Terms(date.fromisoformat(asked["as_of"]), waivers=tuple(waivers)),
        wanted=Wanted(
            keep=tuple(asked["keep"]),
            move=asked["move"],
            complete=asked["complete"],
            alternatives=ALTERNATIVES,
        ),
        design_hash=sha256,
        progress=progress,
    )
    data = answer.to_json()
    findings = data["audit"]["findings"]
    data["audit"]["findings"] = [item for item in findings if item["verdict"] != "inapplicable"]
    changed = answer.cost is not None and answer.steps
    told = answer.design.model_dump(mode="json", exclude_none=True)
    return {"data": data, "yaml": yaml_of(told) if changed else None}
