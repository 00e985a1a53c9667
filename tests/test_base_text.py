"""Visible text: nothing that a terminal acts on passes, everything else passes unchanged."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from base import BathylexError, one_line, visible


@given(st.text())
def test_visible_text_holds_no_control_and_can_be_encoded(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    kept = [char for char in shown if unicodedata.category(char) == "Cc"]
    assert set(kept) <= {"\n", "\t"}
    assert visible(shown) == shown


def test_lone_surrogates_and_turning_marks_are_spelled_out() -> None:
    assert visible("a\ud800b\u202ec") == "a[U+D800]b[U+202E]c"


def test_what_is_spelled_out_over_all_of_unicode() -> None:
    """Control characters save tab and line end, surrogates, turning marks, and no characters."""
    turning = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F, 0xFEFF}
    expected = {
        code
        for code in range(0x110000)
        if code not in (9, 10)
        and (
            code in turning
            or code & 0xFFFE == 0xFFFE
            or unicodedata.category(chr(code)) in ("Cc", "Cs")
        )
    }
    assert {code for code in range(0x110000) if visible(chr(code)) != chr(code)} == expected


def test_words_of_any_script_pass() -> None:
    text = "Größe – 海底 – محطة – станция\tend\n"
    assert visible(text) == text


def test_an_error_is_one_line_without_escapes() -> None:
    problem = BathylexError("bad \x1b[2J\nname", where="a\r\nb")
    assert str(problem) == one_line("a b: bad \x1b[2J name") == "a b: bad [U+001B][2J name"
