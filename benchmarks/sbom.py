"""Write the bill of materials: CycloneDX JSON of what the base installation pulls in.

``python -m benchmarks.sbom [FILE]``. Versions come from ``constraints.txt``; names, licences and
the graph of dependencies from the metadata of what is installed. Nothing is looked up elsewhere,
and no time stands in the file, so that it changes only where a dependency does.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parent.parent


def normal(name: str) -> str:
    """Return the normalised name of a package (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def constraints(text: str) -> dict[str, str]:
    """Return version by normalised name."""
    pinned = (line.split("#")[0].strip().partition("==") for line in text.splitlines())
    return {normal(name): version.split(";")[0].strip() for name, _, version in pinned if version}


def direct(settings: dict[str, Any]) -> list[str]:
    """Return the normalised names of the base dependencies."""
    return sorted(normal(Requirement(item).name) for item in settings["project"]["dependencies"])


def below(names: Iterable[str]) -> dict[str, list[str]]:
    """Return what each of these packages, and all that they need, depends on itself."""
    found: dict[str, list[str]] = {}
    queue = [(name, frozenset[str]()) for name in names]
    while queue:
        name, extras = queue.pop()
        if name in found:
            continue
        try:
            wanted = [Requirement(item) for item in requires(name) or ()]
        except PackageNotFoundError:
            continue
        needed = [
            item
            for item in wanted
            if item.marker is None
            or any(item.marker.evaluate({"extra": extra}) for extra in extras | {""})
        ]
        found[name] = sorted({normal(item.name) for item in needed})
        queue += [(normal(item.name), frozenset(item.extras)) for item in needed]
    return {name: [one for one in found[name] if one in found] for name in sorted(found)}


def licence(name: str) -> str:
    """Return the licence that a package states: expression, else classifier, else first words."""
    told = metadata(name)
    if told.get("License-Expression"):
        return str(told["License-Expression"])
    classes = [
        one.rpartition(" :: ")[2]
        for one in told.get_all("Classifier") or ()
        if one.startswith("License ::")
    ]
    if classes:
        return "; ".join(classes)
    first = (told.get("License") or "not stated").strip().splitlines()
    return first[0][:80] if first else "not stated"


def bill(settings: dict[str, Any], pinned: dict[str, str]) -> dict[str, Any]:
    """Return the bill of materials as plain data."""
    tops = direct(settings)
    graph = {name: needs for name, needs in below(tops).items() if name in pinned}
    project = settings["project"]
    root = f"pkg:pypi/{project['name']}@{project['version']}"

    def reference(name: str) -> str:
        return f"pkg:pypi/{name}@{pinned[name]}"

    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": root, "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": [
            {
                "type": "library", "bom-ref": reference(name), "name": name,
                "version": pinned[name], "purl": reference(name),
                "licenses": [{"license": {"name": licence(name)}}],
            }
            for name in graph
        ],
        "dependencies": [
            {"ref": root, "dependsOn": [reference(name) for name in tops if name in pinned]},
            *(
                {
                    "ref": reference(name),
                    "dependsOn": [reference(one) for one in needs if one in pinned],
                }
                for name, needs in graph.items()
            ),
        ],
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    """Write the bill to the file that is named, or print it."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = constraints((PROJECT / "constraints.txt").read_text(encoding="utf-8"))
    text = json.dumps(bill(settings, pinned), indent=1) + "\n"
    if arguments:
        Path(arguments[0]).write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
