"""Do the embedded digests and the official texts give the same verdicts, provision by provision?

    python benchmarks/parity.py CORPUS_FOLDER [DESIGN ...]

Compares every rule and every provision that both have, on all examples unless designs are named,
and prints each difference with both reasons. Exit status 1 when a rule's verdict differs.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from compliance import AuditResult, audit
from compliance.finding import worst
from corpus.digests import load_digests
from corpus.library import load_folder
from examples import examples
from habitat.load import load_design
from jurisdictions.compiler import rulebook_for

AS_OF = date(2026, 1, 1)


def by_provision(result: AuditResult) -> dict[str, tuple[str, str]]:
    """Return the verdict under which each provision counts, with a reason for it."""
    table: dict[str, dict[str, str]] = {}
    for finding in result.findings:
        table.setdefault(finding.provision, {})[finding.verdict] = finding.reason
    return {
        provision: (worst(set(reasons)), reasons[worst(set(reasons))])  # type: ignore[arg-type]
        for provision, reasons in table.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("designs", nargs="*", type=Path)
    given = parser.parse_args()
    if not given.folder.is_dir():
        parser.error(f"{given.folder}: no such folder")
    digests = load_digests()
    restated = rulebook_for(digests)
    official = rulebook_for({**digests, **load_folder(given.folder)})
    designs = given.designs or list(examples())
    rules_differ = False
    for path in designs:
        design = load_design(path)
        results = [audit(design, book, as_of=AS_OF) for book in (restated, official)]
        verdicts = [
            {finding.rule: finding for finding in result.findings if finding.rule is not None}
            for result in results
        ]
        different = [
            name for name in verdicts[0] if verdicts[0][name].verdict != verdicts[1][name].verdict
        ]
        rules_differ = rules_differ or bool(different)
        print(f"{path.stem}: {len(verdicts[0])} rules, {len(different)} differ")
        for name in different:
            first, second = verdicts[0][name], verdicts[1][name]
            print(f"  {name}: restated {first.verdict} ({first.reason})")
            print(f"  {' ' * len(name)}  official {second.verdict} ({second.reason})")
        tables = [by_provision(result) for result in results]
        common = [name for name in tables[0] if name in tables[1]]
        unlike = [name for name in common if tables[0][name][0] != tables[1][name][0]]
        print(f"  {len(common)} provisions in both, {len(unlike)} with another verdict")
        for name in unlike:
            print(f"  {name}: restated {tables[0][name]}, official {tables[1][name]}")
    raise SystemExit(1 if rules_differ else 0)


if __name__ == "__main__":
    main()
