"""Footnotes of a Word document, which python-docx does not write: a part, styles, references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compliance.report.ooxml import legal

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_XML = "http://www.w3.org/XML/1998/namespace"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
#: Notes that are no notes: the line above footnotes, and its continuation.
_SEPARATORS = ((-1, "separator"), (0, "continuationSeparator"))


class Footnotes:
    """The footnotes of one document; ``finish`` adds them to its package.

    Args:
        document: the document, with the styles of python-docx's default template.
    """

    def __init__(self, document: Document) -> None:
        from docx.enum.style import WD_STYLE_TYPE
        from docx.shared import Pt
        from lxml import etree

        self._document = document
        self._etree = etree
        self._root = etree.Element(f"{{{_W}}}footnotes", nsmap={"w": _W})
        for number, kind in _SEPARATORS:
            self._separator(number, kind)
        self._next = 1
        styles = document.styles
        text = styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH)
        text.base_style = styles["Normal"]
        text.font.size = Pt(8.5)
        text.paragraph_format.space_after = Pt(0)
        mark = styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER)
        mark.font.superscript = True
        self._text_style, self._mark_style = text.style_id, mark.style_id

    def cite(self, paragraph: Paragraph, words: str) -> None:
        """Put a reference at the end of a paragraph, and its words at the foot of the page."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        run = paragraph.add_run()
        run.style = "footnote reference"
        reference = OxmlElement("w:footnoteReference")
        reference.set(qn("w:id"), str(self._next))
        run._r.append(reference)
        self._note(self._next, legal(words, 2_000))
        self._next += 1

    def finish(self) -> None:
        """Add the part with all notes to the document's package."""
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part

        blob = self._etree.tostring(
            self._root, xml_declaration=True, encoding="UTF-8", standalone=True
        )
        package = self._document.part.package
        part = Part(PackURI("/word/footnotes.xml"), _TYPE, blob, package)
        self._document.part.relate_to(part, _RELATION)

    def _separator(self, number: int, kind: str) -> None:
        note = self._element(self._root, "footnote", id=str(number), type=kind)
        self._element(self._element(self._element(note, "p"), "r"), kind)

    def _note(self, number: int, words: str) -> None:
        note = self._element(self._root, "footnote", id=str(number))
        paragraph = self._element(note, "p")
        self._element(self._element(paragraph, "pPr"), "pStyle", val=self._text_style)
        mark = self._element(paragraph, "r")
        self._element(self._element(mark, "rPr"), "rStyle", val=self._mark_style)
        self._element(mark, "footnoteRef")
        text = self._element(self._element(paragraph, "r"), "t")
        text.set(f"{{{_XML}}}space", "preserve")
        text.text = f" {words}"

    def _element(self, parent: Any, name: str, **attributes: str) -> Any:
        made = self._etree.SubElement(parent, f"{{{_W}}}{name}")
        for key, value in attributes.items():
            made.set(f"{{{_W}}}{key}", value)
        return made
