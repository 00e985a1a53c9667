"""Whole-file writes and bounded reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from base import (
    BathylexError,
    CorpusError,
    is_folder,
    read_bytes,
    read_text,
    real_path,
    sha256_text,
    write_whole,
)


def test_write_replaces_the_whole_file(tmp_path: Path) -> None:
    target = tmp_path / "new" / "report.json"
    write_whole(target, "first, and longer")
    write_whole(target, "second")
    assert target.read_text() == "second"
    assert [path.name for path in target.parent.iterdir()] == ["report.json"]


def test_parts_are_written_as_they_come_and_none_when_one_fails(tmp_path: Path) -> None:
    target = tmp_path / "lines.txt"
    write_whole(target, (f"{number}\n" for number in range(3)))
    assert target.read_text() == "0\n1\n2\n"

    def breaks() -> Iterator[str]:
        yield "lost"
        raise CorpusError("ends here")

    with pytest.raises(CorpusError, match="ends here"):
        write_whole(target, breaks())
    assert target.read_text() == "0\n1\n2\n"
    assert list(tmp_path.iterdir()) == [target]


def test_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.json"
    write_whole(target, "kept")

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("base.files.os.replace", broken)
    with pytest.raises(BathylexError, match="No space left"):
        write_whole(target, "lost")
    assert target.read_text() == "kept"
    assert list(tmp_path.iterdir()) == [target]


def test_write_below_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BathylexError) as caught:
        write_whole(tmp_path / "file" / "report.json", "x")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "not a regular file"),
        (lambda path: path.write_bytes(b"x" * 11), "larger than 10 bytes"),
    ],
)
def test_reads_are_bounded(tmp_path: Path, make, words: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "input"
    make(path)
    with pytest.raises(CorpusError, match=words):
        read_bytes(path, limit=10, error=CorpusError)


def test_binary_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_bytes(b"abc\xff\xfe")
    with pytest.raises(BathylexError, match=r"not UTF-8 text \(byte 3\)"):
        read_text(path)


def test_text_keeps_its_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_bytes(b"a\r\nb\x0cc\n")
    assert read_text(path) == "a\r\nb\x0cc\n"


def test_error_is_one_line() -> None:
    error = CorpusError("two\nlines", where="file.txt", hint="do this")
    assert str(error) == "file.txt: two lines; do this"


def test_hash_is_of_utf8() -> None:
    assert sha256_text("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_name_too_long_is_one_line() -> None:
    with pytest.raises(CorpusError, match="File name too long"):
        read_bytes(Path("a" * 5000), error=CorpusError)
    assert not is_folder(Path("a" * 5000))


def test_a_link_to_itself_is_no_file_and_no_folder(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert real_path(loop).name == "loop"
    assert not is_folder(loop)
    with pytest.raises(BathylexError, match="no such file"):
        read_bytes(loop)
