"""The audit as PDF: title page, contents with page numbers, bookmarks, all of it laid out offline.

WeasyPrint lays out the print form of the HTML report; it may load nothing, from the network or from
files.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NoReturn

from base import UsageError
from compliance.finding import AuditResult, Finding
from compliance.proof.tree import Proof
from compliance.report.stamp import audit_id
from jurisdictions.relations import Relation

#: Debian packages with the native libraries that WeasyPrint loads.
PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")

_BREAK, _LETTERS = 40, 400
#: A word longer than a hash; entities of HTML end it.
_ENDLESS = re.compile(r"[^\s<>&;]{80,}")


def to_pdf(
    result: AuditResult,
    *,
    prove: Callable[[Finding], Proof] | None = None,
    relations: Sequence[Relation] = (),
    issued: datetime | None = None,
) -> bytes:
    """Return the audit as a tagged PDF.

    Args:
        result: the audit.
        prove: gives a finding its proof; without it the document has none.
        relations: relations between laws that hold at the site, for the graphs of violations.
        issued: when the report is issued; midnight of the law's date when ``None``.

    Raises:
        UsageError: the native libraries of WeasyPrint are not installed.
    """
    from compliance.report.html import to_html

    weasyprint = load_weasyprint()
    page = to_html(result, prove=prove, relations=relations, issued=issued, printed=True)
    return html_to_pdf(weasyprint, with_breaks(page), identifier=str(audit_id(result)))


def load_weasyprint() -> Any:
    """Import WeasyPrint.

    Raises:
        UsageError: a native library is missing; the line names Debian's packages.
    """
    try:
        import weasyprint
    except OSError as problem:
        raise UsageError(
            "PDF needs native libraries that are not installed",
            where="--format pdf",
            hint=f"install them (on Debian: apt-get install {' '.join(PACKAGES)}) or leave pdf out",
        ) from problem
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    return weasyprint


def with_breaks(page: str) -> str:
    """Return a page in which endless words may break, and are cut after 400 characters.

    The time to lay out a text without spaces grows with the square of its length: a word of ten
    thousand characters takes minutes.

    Args:
        page: an HTML document; its head stays as it is.
    """
    head, end, body = page.partition("</head>")

    def broken(word: re.Match[str]) -> str:
        letters = word.group()
        shown = letters if len(letters) <= _LETTERS else f"{letters[:_LETTERS]} …"
        return "\u200b".join(shown[i : i + _BREAK] for i in range(0, len(shown), _BREAK))

    def text(between: re.Match[str]) -> str:
        return _ENDLESS.sub(broken, between.group())

    return head + end + re.sub(r">[^<]+<", text, body)


def html_to_pdf(weasyprint: Any, page: str, *, identifier: str) -> bytes:
    """Lay out a page that refers to nothing outside itself.

    Args:
        weasyprint: the module.
        page: an HTML document.
        identifier: of the PDF, so that the same page gives the same bytes.
    """
    document = weasyprint.HTML(string=page, url_fetcher=NoFetcher())
    made: bytes = document.write_pdf(pdf_identifier=identifier.encode(), pdf_tags=True)
    return made


class NoFetcher:
    """What WeasyPrint asks for images and style sheets: a report has none outside itself."""

    #: Go on without what was refused; WeasyPrint reads this from its fetchers.
    _fail_on_errors = False

    def __call__(self, url: str, *_: object, **__: object) -> NoReturn:
        """Refuse to load anything.

        Raises:
            ValueError: always.
        """
        raise ValueError(f"reports load nothing: {url}")
