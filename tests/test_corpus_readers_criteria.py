"""The criteria of Decision (EU) 2017/848 as encoded for reporting."""

from __future__ import annotations

from pathlib import Path

import pytest

from base import CorpusError
from corpus.readers import criteria
from corpus.sources import source

INSTRUMENT = source("msfd-criteria").instrument(sha256="", verified=False)
NOISE = b"""<descriptor-definition id='D11'><criteria id='D11C1' title='Loud  sound'><definition>
<![CDATA[<p>Levels do not exceed <b>those</b><br/>that harm &amp; scare.</p>]]></definition>
<uses-element href="#el-1"/></criteria><criteria-element id="el-1"><![CDATA[<p>Sound.</p>]]>
</criteria-element></descriptor-definition>"""


def test_criteria_and_elements() -> None:
    text = criteria.read(NOISE, instrument=INSTRUMENT, file="d11.xml")
    first = text.by_id["msfd-criteria:d11.D11C1"]
    assert (first.heading, first.text) == (
        "Loud sound",
        "Levels do not exceed those\nthat harm & scare.",
    )
    assert first.citation == "Decision (EU) 2017/848 descriptor 11 D11C1"
    assert text.by_id["msfd-criteria:d11.el-1"].text == "Sound."
    assert text.broken_spans() == []


@pytest.mark.parametrize("data", [b"<a/>", NOISE.replace(b"D11'", b"X'", 1)])
def test_other_xml_is_refused(data: bytes) -> None:
    with pytest.raises(CorpusError, match="no descriptor in this XML"):
        criteria.read(data, instrument=INSTRUMENT, file="d11.xml")


@pytest.mark.official
def test_eleven_descriptors(corpora: Path) -> None:
    folder = corpora / "msfd/decision_2017_848_criteria_eea_wise"
    parts = [(path.read_bytes(), path.name) for path in sorted(folder.glob("*.xml"))]
    text = criteria.read_many(parts, instrument=INSTRUMENT, file="criteria")
    kinds = [item.id for item in text.provisions if item.kind == "descriptor"]
    assert kinds == [f"msfd-criteria:d{number}" for number in range(1, 12)]
    assert text.by_id["msfd-criteria:d11.D11C2"].heading
    assert text.broken_spans() == []
