"""Counts of provisions, and the share of spans that verify, over every law text of a folder.

    python benchmarks/spans.py CORPUS_FOLDER

Every file in a format of law is read on its own. A span verifies where ``source[start:end]`` is the
provision's text; for text and Markdown the source must also be the file's own characters. Exit
status 1 when a span does not verify.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from pathlib import Path

from base import CorpusError
from corpus.library import law_files, load_folder, recognise, text_for
from corpus.model import LawText


def kinds(text: LawText) -> str:
    """Return the counts of the larger kinds of provision."""
    counted = Counter(provision.kind for provision in text.provisions)
    shown = {
        "article": "articles",
        "regulation": "regulations",
        "rule": "rules",
        "section": "sections",
    }
    shown |= {"annex": "annexes", "appendix": "appendices", "recital": "recitals"}
    return ", ".join(f"{counted[kind]} {many}" for kind, many in shown.items() if counted[kind])


def figures(texts: dict[str, LawText]) -> None:
    """Print the counts that people check first."""
    unclos = texts["unclos"]
    articles = [
        provision.id for provision in unclos.provisions if re.fullmatch(r"unclos:\d+", provision.id)
    ]
    in_order = articles == [f"unclos:{number}" for number in range(1, 321)]
    annexes = [item for item in unclos.provisions if re.fullmatch(r"unclos:annex-\w+", item.id)]
    print(f"UNCLOS: {len(articles)} articles, 1-320 once each and in order: {in_order};")
    print(f"  {len(annexes)} annexes, {len(unclos.provisions)} provisions")
    for name in ("isa-nodules", "isa-sulphides", "isa-crusts"):
        ids = [item.id for item in texts[name].provisions]
        regulations = [item for item in ids if re.fullmatch(rf"{name}:\d+", item)]
        clauses = [item for item in ids if re.fullmatch(rf"{name}:annex-iv\.\d+", item)]
        print(f"{name}: {len(regulations)} regulations, {len(clauses)} standard clauses")
    for name in ("sla", "ocsla"):
        top = [item for item in texts[name].provisions if item.kind == "section"]
        deepest = max(item.id.count(".") for item in texts[name].provisions)
        print(f"{name}: {len(top)} sections, {len(texts[name].provisions)} provisions, "
              f"{deepest} levels below the section")  # fmt: skip
    msfd = [item.id for item in texts["msfd"].provisions]
    counts = [
        sum(bool(re.fullmatch(pattern, item)) for item in msfd)
        for pattern in (r"msfd:\d+", r"msfd:annex-\w+", r"msfd:annex-i\.\d+")
    ]
    print(f"msfd: {counts[0]} articles, {counts[1]} annexes, {counts[2]} descriptors")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    if not folder.is_dir():
        parser.error(f"{folder}: no such folder")
    files = provisions = broken = 0
    unread: list[str] = []
    started = time.perf_counter()
    for path in law_files(folder, []):
        if not recognise(path):
            continue
        try:
            text = text_for(path)
        except CorpusError as problem:
            unread.append(str(problem))
            continue
        bad = set(text.broken_spans())
        if path.suffix in (".txt", ".md"):
            own = path.read_bytes().decode("utf-8")
            bad |= {item.id for item in text.provisions if own[item.start : item.end] != item.text}
        files += 1
        provisions += len(text.provisions)
        broken += len(bad)
        if "uslm" not in path.parts:
            print(f"{path.relative_to(folder)}: {len(text.provisions)} ({kinds(text)})")
    print()
    figures(load_folder(folder))
    share = 100 * (provisions - broken) / provisions
    seconds = time.perf_counter() - started
    print(
        f"{files} files, {provisions} provisions, {share:.2f} % of spans verify ({seconds:.0f} s)"
    )
    for line in unread:
        print(f"not read: {line}")
    raise SystemExit(1 if broken else 0)


if __name__ == "__main__":
    main()
