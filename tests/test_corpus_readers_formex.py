"""Formex 4: articles, nested lists, text after lists, quotations, annexes."""

from __future__ import annotations

import pytest

from base import CorpusError
from corpus.model import LawText
from corpus.readers import formex
from corpus.sources import source

INSTRUMENT = source("offshore-safety").instrument(sha256="", verified=False)

ACT = b"""<ACT><PREAMBLE><GR.CONSID><CONSID><NP><NO.P>(1)</NO.P><TXT>Lamps matter.</TXT></NP>
</CONSID></GR.CONSID></PREAMBLE><ENACTING.TERMS><DIVISION><TITLE><TI><P>CHAPTER II</P></TI>
<STI><P>LAMPS</P></STI></TITLE><ARTICLE IDENTIFIER="903"><TI.ART>Article 93</TI.ART>
<STI.ART>Keepers</STI.ART><PARAG IDENTIFIER="903.1"><NO.PARAG>1.</NO.PARAG><ALINEA><P>A
<QUOT.START CODE="2018"/>keeper<QUOT.END CODE="2019"/><NOTE><P>Footnote.</P></NOTE> is:</P>
<LIST><ITEM><NP><NO.P>(a)</NO.P><TXT>one who:</TXT><P><LIST><ITEM><NP><NO.P>(i)</NO.P><TXT>lights;
</TXT></NP></ITEM></LIST></P><P>and is paid;</P></NP></ITEM></LIST></ALINEA>
<ALINEA>Others are not.</ALINEA></PARAG><PARAG><NO.PARAG>2.</NO.PARAG><ALINEA><P>Read thus:</P>
<QUOT.S LEVEL="1"><LIST><ITEM><NP><NO.P>(b)</NO.P><TXT>bells.</TXT></NP></ITEM></LIST></QUOT.S>
</ALINEA></PARAG></ARTICLE></DIVISION></ENACTING.TERMS><ANNEX><TITLE><TI><P>ANNEX</P></TI></TITLE>
<CONTENTS><GR.SEQ><TITLE><TI><P>Oils</P></TI></TITLE><NP><NO.P>1.</NO.P><TXT>Whale oil.</TXT></NP>
</GR.SEQ></CONTENTS></ANNEX></ACT>"""


def read(data: bytes = ACT) -> LawText:
    return formex.read(data, instrument=INSTRUMENT, file="act.fmx4.xml")


def test_parts_words_and_headings() -> None:
    found = [(item.id.partition(":")[2], item.text, item.heading) for item in read().provisions]
    assert found == [
        ("recital-1", "Lamps matter.", ""),
        ("chapter-ii", "", "LAMPS"),
        ("93", "", "Keepers"),
        ("93.1", "A ‘keeper’ is:", ""),
        ("93.1.a", "one who:", ""),
        ("93.1.a.i", "lights;", ""),
        ("93.1.a.flush", "and is paid;", ""),
        ("93.1.flush", "Others are not.", ""),
        ("93.2", "Read thus:\n(b) bells.", ""),
        ("annex", "", "Oils"),
        ("annex.1", "Whale oil.", ""),
    ]


def test_spans_and_locators() -> None:
    text = read()
    assert text.broken_spans() == []
    assert text.by_id["offshore-safety:93.1"].locator == "903.1"
    assert text.by_id["offshore-safety:annex.1"].citation == "Directive 2013/30/EU Annex(1)"


def test_an_article_without_number_is_refused() -> None:
    with pytest.raises(CorpusError, match="article titled 'Artikel drei'"):
        read(ACT.replace(b"Article 93", b"Artikel drei"))
