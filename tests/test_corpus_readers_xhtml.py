"""EUR-Lex XHTML: recitals, articles, lists in tables, annexes, footnotes left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from base import CorpusError
from corpus.model import LawText
from corpus.readers import formex, xhtml
from corpus.sources import source

INSTRUMENT = source("offshore-safety").instrument(sha256="", verified=False)


def row(label: str, words: str) -> str:
    return (
        f'<table><tbody><tr><td><p class="oj-normal">{label}</p></td><td>'
        f'<p class="oj-normal">{words}</p></td></tr></tbody></table>'
    )


ACT = f"""<?xml version="1.0"?>
<!DOCTYPE html PUBLIC "-//Lamps//EN" "none.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body>
<p class="oj-doc-ti">DIRECTIVE ON LAMPS</p>
{row("(1)", "Lamps matter.")}{row("(2)", "So do bells.")}
<p class="oj-normal">HAVE ADOPTED THIS DIRECTIVE:</p>
<p class="oj-ti-section-1">CHAPTER I</p><p class="oj-ti-section-2">GENERAL</p>
<p class="oj-ti-art">Article 1</p><p class="oj-sti-art">Scope</p>
<p class="oj-normal">1.&#160;&#160; Keepers&nbsp;shall light
<a href="#n">(<span class="oj-super oj-note-tag">7</span>)</a> lamps that are:</p>
{row("(a)", "bright; or")}{row("(b)", "loud,")}
<p class="oj-normal">and shall watch them.</p>
<p class="oj-normal">2.   Nobody else shall.</p>
<p class="oj-ti-art">Article 2</p><p class="oj-sti-art">Entry into force</p>
<p class="oj-normal">It enters into force tomorrow.</p>
<div class="oj-final"><p class="oj-normal">Done at Sea.</p></div>
<p class="oj-note">(7) A footnote.</p>
<p class="oj-doc-ti">ANNEX II</p><p class="oj-ti-grseq-1">Colours</p>
<p class="oj-ti-grseq-1">1.   RED LAMPS</p>{row("(1)", "port.")}
</body></html>"""


def read(text: str) -> LawText:
    return xhtml.read(text.encode(), instrument=INSTRUMENT, file="act.xhtml")


def test_parts_of_an_act() -> None:
    text = read(ACT)
    assert [item.id.partition(":")[2] for item in text.provisions] == [
        "recital-1", "recital-2", "chapter-i", "1", "1.1", "1.1.a", "1.1.b", "1.1.flush", "1.2",
        "2", "annex-ii", "annex-ii.1", "annex-ii.1.1",
    ]  # fmt: skip
    assert text.broken_spans() == []


@pytest.mark.parametrize(
    ("path", "citation", "words"),
    [
        ("recital-2", "Directive 2013/30/EU recital 2", "So do bells."),
        ("1.1", "Directive 2013/30/EU Art. 1(1)", "Keepers shall light lamps that are:"),
        ("1.1.b", "Directive 2013/30/EU Art. 1(1)(b)", "loud,"),
        ("1.1.flush", "Directive 2013/30/EU Art. 1(1), closing words", "and shall watch them."),
        ("2", "Directive 2013/30/EU Art. 2", "It enters into force tomorrow."),
        ("annex-ii.1.1", "Directive 2013/30/EU Annex II(1)(1)", "port."),
    ],
)
def test_words_and_citations(path: str, citation: str, words: str) -> None:
    provision = read(ACT).by_id[f"offshore-safety:{path}"]
    assert (provision.citation, provision.text) == (citation, words)


def test_headings() -> None:
    text = read(ACT)
    found = {item.id.partition(":")[2]: item.heading for item in text.provisions if item.heading}
    assert found == {
        "chapter-i": "GENERAL",
        "1": "Scope",
        "2": "Entry into force",
        "annex-ii": "Colours",
        "annex-ii.1": "RED LAMPS",
    }


def test_files_without_the_newer_prefix_read_alike() -> None:
    older = read(ACT.replace('"oj-', '"').replace("oj-note-tag", "note-tag"))
    assert [(item.id, item.text) for item in older.provisions] == [
        (item.id, item.text) for item in read(ACT).provisions
    ]


def test_a_page_without_articles_is_refused() -> None:
    with pytest.raises(CorpusError, match=r"page\.html: no article found"):
        xhtml.read(b"<html><p>Not found</p></html>", instrument=INSTRUMENT, file="page.html")


@pytest.mark.official
def test_the_directive_and_its_consolidation_have_the_same_parts(corpora: Path) -> None:
    folder = corpora / "other/eu"
    printed = xhtml.read(
        (folder / "dir_2013_30_eu_oj_en.xhtml.xml").read_bytes(), instrument=INSTRUMENT, file="x"
    )
    consolidated = formex.read(
        (folder / "dir_2013_30_eu_consolidated_2021_en.fmx4.xml").read_bytes(),
        instrument=INSTRUMENT,
        file="f",
    )
    kinds = [item.kind for item in printed.provisions]
    assert [kinds.count(kind) for kind in ("recital", "chapter", "article", "annex")] == [
        65, 9, 44, 9,
    ]  # fmt: skip
    enacting = [item for item in printed.provisions if item.kind != "recital"]
    assert [item.id for item in enacting] == [item.id for item in consolidated.provisions]
    changed = [item.id for item in enacting if item.text != consolidated.by_id[item.id].text]
    # Regulation (EU) 2018/1999 put new words into this one paragraph, and only there.
    assert changed == ["offshore-safety:25.1"]
    assert printed.broken_spans() == consolidated.broken_spans() == []
