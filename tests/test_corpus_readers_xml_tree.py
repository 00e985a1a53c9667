"""Hostile and broken XML gives one line; well-formed XML gives its words."""

from __future__ import annotations

import pytest

from base import CorpusError
from corpus.readers.xml_tree import MAX_DEPTH, parse, words

BOMB = (
    b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">'
    b'<!ENTITY z "&y;&y;&y;&y;&y;&y;&y;&y;">]><a>&z;</a>'
)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty file"),
        (b"  \n", "empty file"),
        (BOMB, "declares entities"),
        (
            b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname">]><a>&f;</a>',
            "declares entities",
        ),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://localhost/x">%p;]><a/>', "declares entities"),
        (b"<a><b></a>", "line 1, column 8"),
        (b"\x00\x01\x02", "not well-formed"),
        (b"%PDF-1.7", "not well-formed"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "encoding"),
        (b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1), "nested deeper"),
    ],
)
def test_bad_input_is_one_line_that_names_the_file(data: bytes, message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        parse(data, file="law.xml")
    line = str(caught.value)
    assert line.startswith("law.xml: ")
    assert message in line
    assert "\n" not in line


def test_a_bare_doctype_is_accepted_and_never_resolved() -> None:
    root = parse(
        b'<!DOCTYPE html PUBLIC "-//X//Y" "http://localhost:1/none.dtd"><p>x</p>', file="f"
    )
    assert root.tag == "p"


def test_the_greatest_allowed_depth_is_read() -> None:
    assert parse(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH, file="f").tag == "a"


def test_words_keep_blocks_apart_and_inline_pieces_together() -> None:
    root = parse(
        "<d>No\u00a0<i>one</i>, not<note>!</note> <b class='k mark'>9</b>a State<p>Two</p>"
        "<p>three</p>ex\u00adtend</d>".encode(),
        file="f",
    )
    assert words(root, skip=("note", "mark")) == "No one, not a State Two three extend"
