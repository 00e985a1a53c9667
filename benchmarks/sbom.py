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
from importlib.metadata import PackageNotFoundError, files, metadata, requires
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


def below(wanted: Iterable[Requirement]) -> dict[str, set[str]]:
    """Return what these requirements, and all that they ask for, depend on; extras count.

    A package that is not installed has no metadata: it stands there without dependencies.
    """
    found: dict[str, set[str]] = {}
    seen: set[tuple[str, str]] = set()
    queue = list(wanted)
    while queue:
        item = queue.pop()
        name = normal(item.name)
        found.setdefault(name, set())
        for extra in ("", *sorted(item.extras)):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            needed = _asked(name, extra)
            found[name] |= {normal(one.name) for one in needed}
            queue += needed
    return {name: found[name] for name in sorted(found)}


def _asked(name: str, extra: str) -> list[Requirement]:
    """Return what a package asks for on this machine, with one of its extras or with none."""
    try:
        told = [Requirement(item) for item in requires(name) or ()]
    except PackageNotFoundError:
        return []
    return [one for one in told if one.marker is None or one.marker.evaluate({"extra": extra})]


def licence(name: str) -> str:
    """Return the licence that a package states.

    Its expression, else its classifiers, else the first words of its field, else the title of its
    licence file.
    """
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
    first = (told.get("License") or "").strip().splitlines()
    return first[0][:80] if first else _title(name)


def _title(name: str) -> str:
    """Return the first line of the licence file at the top of a package's metadata."""
    for path in sorted(files(name) or ()):
        top = path.parent.suffix == ".dist-info" or path.parent.name == "licenses"
        if top and path.name.upper().startswith(("LICENSE", "LICENCE")):
            return path.read_text(encoding="utf-8").strip().splitlines()[0].strip()
    return "not stated"


def bill(settings: dict[str, Any], pinned: dict[str, str]) -> dict[str, Any]:
    """Return the bill of materials as plain data."""
    tops = direct(settings)
    found = below(map(Requirement, settings["project"]["dependencies"]))
    graph = {name: sorted(needs & pinned.keys()) for name, needs in found.items() if name in pinned}
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
                    "dependsOn": [reference(one) for one in needs],
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
