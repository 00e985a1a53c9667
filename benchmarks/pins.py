"""Write the review of every pin: licence, kind of code, what it is needed for, who asks for it.

``python -m benchmarks.pins [FILE]``, where every extra is installed. Nothing is looked up
elsewhere: what is told comes from ``constraints.txt``, ``pyproject.toml`` and the metadata of what
is installed. A licence that was not looked at yet is an error.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from benchmarks.sbom import PROJECT, below, constraints, licence, normal

#: Day of the review: move it when licences and the findings in docs/dependencies.md are gone
#: through again.
REVIEWED = "2026-11-30"

PERMISSIVE, WEAK, STRONG = "permissive", "weak copyleft", "strong copyleft"
#: Licences as packages state them, by what they ask of those who pass the package on.
LICENCES = {
    PERMISSIVE: {
        "3-Clause BSD License", "Apache 2.0", "Apache 2.0 License", "Apache License",
        "Apache Software License", "Apache-2.0", "Apache-2.0 AND CNRI-Python",
        "Apache-2.0 OR BSD-2-Clause", "Apache-2.0 OR BSD-3-Clause", "BSD", "BSD License",
        "BSD License; Apache Software License", "BSD-2-Clause", "BSD-3-Clause",
        "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0",
        "BSD-3-Clause, Apache-2.0, dependency licenses", "ISC", "ISC License (ISCL)", "MIT",
        "MIT AND PSF-2.0", "MIT License", "MIT-0", "MIT-CMU", "PSF-2.0",
        "Python Software Foundation License",
        "Apache-2.0 AND Apache-2.0 WITH LLVM-exception AND BSD-2-Clause AND BSD-3-Clause AND "
        "BSL-1.0 AND MIT",
    },
    WEAK: {
        "GNU General Public License v2 or later (GPLv2+); GNU Lesser General Public License v2 or "
        "later (LGPLv2+); Mozilla Public License 1.1 (MPL 1.1)",  # the choice is ours
        "GNU Library or Lesser General Public License (LGPL)", "LGPL-3.0-only", "MPL-2.0",
        "MPL-2.0 AND (Apache-2.0 OR MIT)", "MPL-2.0 AND MIT",
        "Mozilla Public License 2.0 (MPL 2.0)",
    },
    STRONG: {"AGPL-3.0-or-later"},
}  # fmt: skip

OWN = "bathylex"
#: Said of a pin that no requirement leads to on the machine where the review was written.
IDLE = "nothing here"


def kind_of(stated: str) -> str:
    """Return what a licence asks for.

    Raises:
        SystemExit: it was not looked at yet.
    """
    for kind, names in LICENCES.items():
        if stated in names:
            return kind
    raise SystemExit(f"benchmarks.pins: look at the licence '{stated}', then add it to LICENCES")


def needs(settings: Mapping[str, Any]) -> tuple[dict[str, list[str]], dict[str, set[str]]]:
    """Return for each package what needs it (base, extras), and which packages ask for it."""
    project = settings["project"]
    groups = {"base": project["dependencies"], **project["optional-dependencies"]}
    wanted: dict[str, list[str]] = {}
    asking: dict[str, set[str]] = {}
    for group, items in groups.items():
        graph = below(map(Requirement, items))
        for name, below_it in graph.items():
            wanted.setdefault(name, []).append(group)
            for one in below_it:
                asking.setdefault(one, set()).add(name)
        for item in items:
            asking.setdefault(normal(Requirement(item).name), set()).add(OWN)
    return wanted, asking


def rows(settings: Mapping[str, Any], pinned: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return package, version, licence, what that asks for, code, needed for, asked for by."""
    wanted, asking = needs(settings)
    made = []
    for name in sorted(pinned):
        try:
            stated = licence(name)
            kind, code = kind_of(stated), _code(name)
        except PackageNotFoundError:
            stated = kind = code = "not installed"
        groups = wanted.get(name, [])
        used = "base" if "base" in groups else ", ".join(groups) or IDLE
        callers = sorted(asking.get(name, ()), key=lambda one: (one != OWN, one))
        shown = ", ".join(callers[:3]) + (f" and {len(callers) - 3} more" if callers[3:] else "")
        made.append((name, pinned[name], stated, kind, code, used, shown or "-"))
    return made


def _code(name: str) -> str:
    """Say whether a package brings compiled code."""
    native = any(path.suffix in (".so", ".pyd", ".dylib") for path in files(name) or ())
    return "compiled" if native else "Python"


def page(settings: Mapping[str, Any], pinned: Mapping[str, str]) -> str:
    """Return the review as a page."""
    made = rows(settings, pinned)
    base = [row for row in made if row[5] == "base"]
    head = [
        "# Every pin",
        "",
        f"Reviewed {REVIEWED}; written by `python -m benchmarks.pins` from `constraints.txt` and "
        "the metadata of what was installed then, without a network and without a database of "
        "advisories. [Dependencies](dependencies.md) says what the review found.",
        "",
        f"{len(made)} pins: {len(base)} of the base, {sum(row[5] == IDLE for row in made)} that "
        f"nothing asks for on the machine of the review, the others of extras. Of the base "
        f"{sum(row[4] == 'compiled' for row in base)} bring compiled code.",
        "",
        "| Package | Version | Licence as stated | Which is | Code | Needed for | Asked for by |",
        "|---|---|---|---|---|---|---|",
    ]
    lines = [f"| {' | '.join(row)} |" for row in made]
    return "\n".join([*head, *lines]) + "\n"


def main(arguments: list[str]) -> int:
    """Write the review to the file that is named, or print it."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = constraints((PROJECT / "constraints.txt").read_text(encoding="utf-8"))
    text = page(settings, pinned)
    if arguments:
        Path(arguments[0]).write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
