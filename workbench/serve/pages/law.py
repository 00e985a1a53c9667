"""The law: instruments, their contents, and each unit with what was read out of it in place."""

from __future__ import annotations

import re

from fastapi import Request
from starlette.responses import Response

from corpus.model import LawText, Provision
from workbench.serve.bench import Bench, NotFound
from workbench.serve.lawtext import KINDS, Mark, is_unit, unit_of, units, within
from workbench.serve.pages.common import go
from workbench.serve.pages.common import router as pages_router
from workbench.serve.render import bench_of, render

router = pages_router()

#: Provisions that a search lists.
MOST_FOUND = 100
#: Characters that a search shows before and after the words, at most.
BEFORE, AFTER = 60, 140


@router.get("/law")
def instruments(request: Request, q: str = "") -> Response:
    """List the instruments, and the provisions that hold some words."""
    bench = bench_of(request)
    texts = bench.law.texts
    rules = {name: sum(rule.instrument == name for rule in bench.law.book.rules) for name in texts}
    words = q.strip()[:80]
    return render(
        request,
        "law.html",
        texts=texts,
        rules=rules,
        words=words,
        found=_search(bench, words) if len(words) > 2 else [],
        most=MOST_FOUND,
    )


@router.get("/law/{instrument}")
def contents(request: Request, instrument: str) -> Response:
    """List the units of an instrument."""
    text = text_of(bench_of(request), instrument)
    rows = [(piece, depth, is_unit(text, piece)) for piece, depth in units(text)]
    return render(request, "contents.html", text=text, rows=rows)


@router.get("/law/{instrument}/{path}")
def unit(request: Request, instrument: str, path: str) -> Response:
    """Show a unit with its marks."""
    bench = bench_of(request)
    text = text_of(bench, instrument)
    provision = provision_of(text, path)
    chosen = unit_of(text, provision.id)
    if chosen.id != provision.id:
        here = chosen.id.partition(":")[2]
        return go(f"/law/{instrument}/{here}#{anchor(provision)}")
    if not is_unit(text, chosen):
        return go(f"/law/{instrument}#{anchor(provision)}")
    inside = {piece.id for piece, _ in within(text, chosen)}
    rules = [rule for rule in bench.law.book.rules if rule.binding.provision in inside]
    every = [piece for piece, _ in units(text) if is_unit(text, piece)]
    place = every.index(chosen)
    return render(
        request,
        "unit.html",
        text=text,
        unit=chosen,
        read=bench.reader.read(text, chosen, bounds_in(bench, text, chosen)),
        kinds=KINDS,
        rules=rules,
        before=every[place - 1] if place else None,
        after=every[place + 1] if place + 1 < len(every) else None,
        anchor=anchor,
        path_of=path_of,
    )


def text_of(bench: Bench, instrument: str) -> LawText:
    """Return an instrument's text.

    Raises:
        NotFound: there is none.
    """
    if instrument not in bench.law.texts:
        raise NotFound(f"no law text '{instrument[:40]}'")
    return bench.law.texts[instrument]


def provision_of(text: LawText, path: str) -> Provision:
    """Return a provision by its id path below the instrument.

    Raises:
        NotFound: there is none.
    """
    name = f"{text.instrument.id}:{path}"
    if name not in text.by_id:
        raise NotFound(f"no provision '{name[:80]}'")
    return text.by_id[name]


def bounds_in(bench: Bench, text: LawText, unit: Provision) -> tuple[Mark, ...]:
    """Return the numbers of a unit that rules compare with."""
    found = []
    for rule in bench.law.book.rules:
        for number in rule.numbers:
            value = number.value
            if value is None or value.provision not in text.by_id:
                continue
            if unit.extent_start <= value.start and value.end <= unit.extent_end:
                found.append(Mark(value.start, value.end, "bound", f"bound of rule {rule.id}"))
    return tuple(dict.fromkeys(found))


def anchor(provision: Provision) -> str:
    """Return the anchor of a provision on its page."""
    return "p-" + path_of(provision).replace(".", "-").replace("~", "-")


def path_of(provision: Provision) -> str:
    """Return the id path of a provision below its instrument."""
    return provision.id.partition(":")[2]


def _search(bench: Bench, words: str) -> list[tuple[LawText, Provision, str, str, str]]:
    """Return the provisions that hold some words, or bear them as id, with what stands around."""
    wanted = re.compile(re.escape(words), re.IGNORECASE)
    found = []
    for text in bench.law.texts.values():
        for provision in text.provisions:
            held = wanted.search(provision.text)
            if held:
                found.append((text, provision, *_around(provision.text, *held.span())))
            elif provision.id.casefold() == words.casefold():
                found.append((text, provision, *_around(provision.text, 0, 0)))
            if len(found) == MOST_FOUND:
                return found
    return found


def _around(text: str, start: int, end: int) -> tuple[str, str, str]:
    """Cut a text at whole words around a span: what stands before, in and after it."""
    before, after = text[:start], text[end:]
    if len(before) > BEFORE:
        before = "… " + before[-BEFORE:].partition(" ")[2]
    if len(after) > AFTER:
        after = after[:AFTER].rpartition(" ")[0] + " …"
    return before, text[start:end], after
