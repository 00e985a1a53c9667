"""Downloads: kept when whole, right and readable; else refused, and nothing is left behind."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import CorpusError, sha256_text
from corpus.fetch import Limits, download, fetch, take_member
from corpus.sources import Source, load_sources
from tests.test_corpus_library import SLA

DATA = SLA.encode()


def packed(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


class Publisher(BaseHTTPRequestHandler):
    """Serves one right file, and every way of getting it wrong."""

    def do_GET(self) -> None:
        if self.path == "/moved":
            self._answer(302, b"", {"Location": "/right.txt"})
        elif self.path.startswith("/loop"):
            self._answer(302, b"", {"Location": "/loop" + self.path[-1:] * 2})
        elif self.path == "/circle":
            self._answer(302, b"", {"Location": "/circle"})
        elif self.path == "/local":
            self._answer(302, b"", {"Location": "file:///etc/hostname"})
        elif self.path == "/ftp":
            self._answer(302, b"", {"Location": "ftp://127.0.0.1/x"})
        elif self.path == "/right.txt":
            self._answer(200, DATA)
        elif self.path == "/cut.txt":
            self._answer(200, DATA[:-9], {"Content-Length": str(len(DATA))})
        elif self.path == "/endless.txt":
            self._answer(200, DATA * 4, {})
        elif self.path == "/sorry.txt":
            self._answer(200, b"<html>We moved.</html>")
        elif self.path == "/empty.txt":
            self._answer(200, b"")
        elif self.path == "/zip":
            self._answer(200, packed("law.txt", DATA))
        else:
            self._answer(404, b"gone")

    def _answer(self, code: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(code)
        sent = {"Content-Length": str(len(body))} if headers is None else headers
        for key, value in sent.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


def offered(url: str, **more: str) -> dict[str, Source]:
    """Return the known instruments, one of them with this download."""
    table = load_sources()["sla"].model_dump(by_alias=True)
    table["download"] = [{"url": url, "file": "sla.txt", **more}]
    return {"sla": Source.model_validate(table)}


def test_the_right_file_is_kept(server: str, tmp_path: Path) -> None:
    heard: list[tuple[str, int, int | None]] = []
    (done,) = fetch(
        ["sla"],
        home=tmp_path,
        sources=offered(f"{server}/right.txt", sha256=sha256_text(SLA)),
        progress=lambda *news: heard.append(news),
    )
    assert (done.file, done.instruments, done.state) == ("sla/sla.txt", ("sla",), "unverified")
    assert (tmp_path / "corpus/sla/sla.txt").read_bytes() == DATA
    assert heard[-1] == ("sla.txt", len(DATA), len(DATA))


def test_a_redirect_and_an_archive_are_followed(server: str, tmp_path: Path) -> None:
    assert fetch(["sla"], home=tmp_path / "a", sources=offered(f"{server}/moved"))
    assert fetch(["sla"], home=tmp_path / "b", sources=offered(f"{server}/zip", member="law.txt"))
    assert (tmp_path / "b/corpus/sla/sla.txt").read_bytes() == DATA


@pytest.mark.parametrize(
    ("path", "more", "message"),
    [
        ("/right.txt", {"sha256": "0" * 64}, "wrong hash"),
        ("/cut.txt", {}, "cut short"),
        ("/endless.txt", {}, "larger than"),
        ("/none.txt", {}, "the server answered 404"),
        ("/circle", {}, "redirected in a circle"),
        ("/loop1", {}, "too often"),
        ("/local", {}, "unsafe address"),
        ("/ftp", {}, "unsafe address"),
        ("/sorry.txt", {}, "does not read as sla"),
        ("/empty.txt", {}, "empty file"),
        ("/zip", {"member": "other.txt"}, "holds no 'other.txt'"),
        ("/right.txt", {"member": "law.txt"}, "not a ZIP archive"),
    ],
)
def test_what_is_wrong_is_refused_in_one_line_and_nothing_is_kept(
    server: str, tmp_path: Path, path: str, more: dict[str, str], message: str
) -> None:
    limits = Limits(size_bytes=3 * len(DATA))
    with pytest.raises(CorpusError) as caught:
        fetch(["sla"], home=tmp_path, sources=offered(server + path, **more), limits=limits)
    line = str(caught.value)
    assert message in line
    assert server in line
    assert "\n" not in line
    assert list(tmp_path.rglob("*")) == []


def test_a_failed_download_leaves_the_older_copy_alone(server: str, tmp_path: Path) -> None:
    fetch(["sla"], home=tmp_path, sources=offered(f"{server}/right.txt"))
    with pytest.raises(CorpusError):
        fetch(["sla"], home=tmp_path, sources=offered(f"{server}/cut.txt"))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [(path.name, path.read_bytes()) for path in files] == [("sla.txt", DATA)]


def test_a_large_announcement_is_refused_before_it_comes(server: str) -> None:
    with pytest.raises(CorpusError, match="larger than 10 bytes"):
        download(f"{server}/right.txt", name="x", limits=Limits(size_bytes=10))


def test_a_slow_server_is_given_up(server: str) -> None:
    with pytest.raises(CorpusError, match="took longer than 0 s"):
        download(f"{server}/right.txt", name="x", limits=Limits(total_s=0))


def test_no_server_and_other_schemes(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be reached"):
        download("http://127.0.0.1:1/x", name="x")
    with pytest.raises(CorpusError, match="not an http or https address"):
        download((tmp_path / "x").as_uri(), name="x")


def test_what_cannot_be_fetched_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"iso14001: .*iso\.org"):
        fetch(["iso14001"], home=tmp_path)
    with pytest.raises(CorpusError, match="did you mean 'msfd'"):
        fetch(["msdf"], home=tmp_path)


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    bomb = packed("law.txt", b"0" * 1_000_000)
    with pytest.raises(CorpusError, match="unpacks to more than 1000 bytes"):
        take_member(bomb, "law.txt", where="x", limit=1000)


@given(at=st.integers(0, 400), byte=st.integers(0, 255))
def test_a_damaged_archive_gives_the_file_or_one_line(at: int, byte: int) -> None:
    archive = bytearray(packed("law.txt", DATA))
    archive[at % len(archive)] = byte
    try:
        assert take_member(bytes(archive), "law.txt", where="x") == DATA
    except CorpusError as problem:
        assert "\n" not in str(problem)


def test_a_damaged_stream_is_no_archive() -> None:
    archive = bytearray(packed("law.txt", DATA))
    archive[40:60] = b"\xff" * 20
    with pytest.raises(CorpusError, match="not a ZIP archive"):
        take_member(bytes(archive), "law.txt", where="x")
