"""Small law texts in every format that is read, in our own words."""

from __future__ import annotations

import zlib

USLM = (
    b'<title xmlns="http://xml.house.gov/schemas/uslm/1.0"><section '
    b'identifier="/us/usc/t43/s1333"><num value="1333">\xc2\xa7 1333.</num><heading> Lamps</heading>'
    b'<subsection identifier="/us/usc/t43/s1333/a"><num value="a">(a)</num><heading>Duty.</heading>'
    b"<chapeau>A keeper shall carry</chapeau><paragraph><num value='1'>(1)</num><content> a lamp"
    b"<note type='footnote'><num>1</num> So.</note> and</content></paragraph><paragraph>"
    b"<num value='2'>(2)</num><content> a bell,</content></paragraph><continuation>and ring it."
    b"</continuation></subsection></section></title>"
)
FORMEX = (
    b"<ACT><PREAMBLE><GR.CONSID><CONSID><NP><NO.P>(1)</NO.P><TXT>Lamps matter.</TXT></NP></CONSID>"
    b"</GR.CONSID></PREAMBLE><ENACTING.TERMS><DIVISION><TITLE><TI><P>CHAPTER II</P></TI><STI><P>L"
    b'</P></STI></TITLE><ARTICLE IDENTIFIER="003"><TI.ART>Article 3</TI.ART><STI.ART>Keepers'
    b'</STI.ART><PARAG IDENTIFIER="003.1"><NO.PARAG>1.</NO.PARAG><ALINEA><P>A keeper is:</P><LIST>'
    b"<ITEM><NP><NO.P>(a)</NO.P><TXT>one who:</TXT><P><LIST><ITEM><NP><NO.P>(i)</NO.P><TXT>lights."
    b"</TXT></NP></ITEM></LIST></P></NP></ITEM></LIST></ALINEA></PARAG></ARTICLE></DIVISION>"
    b"</ENACTING.TERMS><ANNEX><TITLE><TI><P>ANNEX</P></TI></TITLE><CONTENTS><GR.SEQ><TITLE><TI>"
    b"<P>Oils</P></TI></TITLE><NP><NO.P>1.</NO.P><TXT>Whale oil.</TXT></NP></GR.SEQ></CONTENTS>"
    b"</ANNEX></ACT>"
)
XHTML = (
    b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//Lamps//EN" "none.dtd">\n<html '
    b'xmlns="http://www.w3.org/1999/xhtml"><body><p class="oj-doc-ti">ON LAMPS</p><table><tbody>'
    b'<tr><td><p class="oj-normal">(1)</p></td><td><p class="oj-normal">Lamps matter.</p></td></tr>'
    b'</tbody></table><p class="oj-ti-section-1">CHAPTER I</p><p class="oj-ti-section-2">ALL</p>'
    b'<p class="oj-ti-art">Article 1</p><p class="oj-sti-art">Scope</p><p class="oj-normal">1.'
    b'&#160;&#160; Keepers&nbsp;light lamps that are:</p><table><tbody><tr><td><p class="oj-normal">'
    b'(a)</p></td><td><p class="oj-normal">bright.</p></td></tr></tbody></table><p class="oj-doc-ti">'
    b'ANNEX II</p><p class="oj-ti-grseq-1">1.   RED LAMPS</p></body></html>'
)
CRITERIA = (
    b"<descriptor-definition id='D11'><criteria id='D11C1' title='Loud'><definition><![CDATA[<p>Do "
    b"<b>not</b> exceed<br/> it &amp; more.</p>]]></definition></criteria><criteria-element id='el-1'>"
    b"<![CDATA[<p>Sound.</p>]]></criteria-element></descriptor-definition>"
)
TREATY = (
    b"#### Convention on Lamps\n\nThe Parties,\n\nHave agreed as follows:\n\n**PART I. LAMPS**\n\n"
    b"***Article 1***\n\n***Use of terms***\n\n1. For the purposes of this Convention:\n\n(1) lamp "
    b"means:\n\n(a) a light;\n\n(b) a fire.\n\nArticle 2\n\nDuties\n\n1. Keepers shall light lamps.\n"
    b"\n2. Others may.\n\nANNEX I. OILS\n\n1. Whale.\n"
)
JOURNAL = (
    b"DIRECTIVE ON LAMPS\n\nWhereas:\n\n(1) Lamps matter.\n\n(2) So do bells.\n\nHAVE ADOPTED THIS "
    b"DIRECTIVE:\n\nCHAPTER I\n\nGENERAL\n\nArticle 1\n\nScope\n\n1.   Keepers shall light lamps:\n\n"
    b"(a) bright;\n\n(b) loud.\n\nArticle 2\n\nForce\n\nIt enters into force.\n\nANNEX I\n\nOils\n"
)
CODE = (
    "§ 7. Definitions\nIn this chapter—\n(1) lamp; and\n(2) mast.\n(May 1, 1901, ch. 1, 1 Stat. 1.)"
    "\n\n§ 8. Duties\n(a) Lighting; hours\n(1) Hours.—\n(A) In general.—\nA keeper shall light—\n"
    "(i) the lamp;\n(ii) the lantern;\nand watch.\n(Pub. L. 1–1.)\nA note.\n"
).encode()
REGULATIONS = (
    b"Part I\nGeneral\nRegulation 1\nUse of lamps\n1. Each keeper shall:\n(a) light the lamp;\n(b) ring."
    b"\n2. Oil is free.\nRegulation 2\nBells\nNo keeper shall ring a bell.\nAnnex I\nOils\n1. Whale.\n"
)
NUMBERED = (
    b"Authority: 99 U.S.C. 7.\n\n\xc2\xa7 101.1 Purpose.\n\n(a) Lamps shall:\n\n(1) Burn; and\n\n(2) Be"
    b" red.\n\n\xc2\xa7 101.2 Oil.\n\nOil is free.\n\nSubpart B\n\n1. A court is of the opinion\n\n2. so.\n"
)
PARAGRAPHS = b"# Lamps\n\nA keeper shall light a lamp of 5 m.\n\n- and\n- or\n\n## Bells\n\nNone.\n"
ROWS = b'term,meaning\nlamp,"a light, or\na fire"\nbell,rings\n'
HTML = (
    b"<html><head><style>p{}</style></head><body><h1>Lamps</h1><p>A keeper shall light the lamp.<p>And "
    b"<b>ring</b> the bell at night<script>x</script><table><tr><td>a<td>b</table></body></html>"
)


def pdf(*pages: bytes) -> bytes:
    """Return a PDF of deflated pages; each is the operators that draw it."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for at, page in enumerate(pages):
        body = zlib.compress(page)
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 3 0 R>>>>"
            + f"/Contents {5 + 2 * at} 0 R>>".encode(),
            f"<</Filter/FlateDecode/Length {len(body)}>>\nstream\n".encode()
            + body
            + b"\nendstream",
        ]
    out, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + item + b"\nendobj\n"
    table = b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    count = len(objects) + 1
    head = f"xref\n0 {count}\n0000000000 65535 f \n".encode() + table
    return (
        out + head + f"trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF".encode()
    )


def _page(*lines: str) -> bytes:
    return "\n".join(
        f"BT /F1 10 Tf 1 0 0 1 50 {760 - 14 * row} Tm ({line}) Tj ET"
        for row, line in enumerate(lines)
    ).encode()


PDF = pdf(
    _page(
        "LAMPS/1", "Regulation 1", "Use of lamps", "1. Each keeper shall light the lamp", "1 of 2"
    ),
    _page("LAMPS/1", "that is given.", "Regulation 2", "Bells", "No keeper shall ring.", "2 of 2"),
)
