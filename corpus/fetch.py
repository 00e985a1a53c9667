"""Download official texts from their publishers, when the user asks for it and only then."""

from __future__ import annotations

import io
import lzma
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from base import CorpusError, sha256_bytes
from corpus.home import Checked, check_file, corpus_folder, store
from corpus.library import MAX_FILE_BYTES, text_for
from corpus.sources import Download, Source, load_sources, source

#: Called while a file comes in: its name, bytes received, bytes announced (``None`` if not told).
Progress = Callable[[str, int, int | None], None]

MAX_REDIRECTS = 5
CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a download may take.

    Attributes:
        size_bytes: largest file accepted, also once unpacked.
        silence_s: longest wait for the server's next bytes, in seconds.
        total_s: longest time for the whole file, in seconds.
    """

    size_bytes: int = MAX_FILE_BYTES
    silence_s: float = 30.0
    total_s: float = 600.0


def fetch(
    ids: Iterable[str] = (),
    *,
    home: Path,
    progress: Progress | None = None,
    sources: Mapping[str, Source] | None = None,
    limits: Limits | None = None,
) -> list[Checked]:
    """Download instruments into the user's corpus folder.

    A file is kept only when it came whole, has the hash that ``sources.toml`` pins (where it pins
    one) and reads as the instrument that it should be.

    Args:
        ids: instruments to fetch; all that can be and are read by default when empty.
        home: the user's home folder of bathylex.
        progress: told how far each file is.
        sources: known instruments; those of ``sources.toml`` by default.
        limits: bounds on size and time.

    Returns:
        The files written, in order.

    Raises:
        CorpusError: naming the address and what is wrong with what it gave.
    """
    known = load_sources() if sources is None else sources
    wanted = list(ids)
    chosen = (
        [known[name] if name in known else source(name) for name in wanted]
        if wanted
        else [item for item in known.values() if item.by_default and item.download]
    )
    done: dict[str, Checked] = {}
    for item in chosen:
        if not item.download:
            place = item.urls[0] if item.urls else "its publisher"
            raise CorpusError(
                "cannot be downloaded by this program",
                where=item.id,
                hint=f"get it from {place}, then: bathylex corpus add FILE",
            )
        for offer in item.download:
            if offer.url not in done:
                done[offer.url] = _fetch_one(item, offer, home, progress, limits or Limits())
    return list(done.values())


def _fetch_one(
    item: Source, offer: Download, home: Path, progress: Progress | None, limits: Limits
) -> Checked:
    data = download(offer.url, name=offer.file, progress=progress, limits=limits)
    if offer.sha256 and sha256_bytes(data) != offer.sha256:
        raise CorpusError(
            f"wrong hash: expected {offer.sha256[:12]}…, got {sha256_bytes(data)[:12]}…",
            where=offer.url,
            hint="the publisher may have replaced the file; nothing was kept",
        )
    if offer.member:
        data = take_member(data, offer.member, where=offer.url, limit=limits.size_bytes)
    target = corpus_folder(home) / item.id / offer.file
    with tempfile.TemporaryDirectory(prefix="bathylex-") as place:
        trial = Path(place, offer.file)
        store(trial, data)
        try:
            text_for(trial, sources=[item], whole=True)
        except CorpusError as problem:
            raise CorpusError(
                f"what came does not read as {item.id} ({problem.what})",
                where=offer.url,
                hint="nothing was kept; download it by hand and use bathylex corpus add",
            ) from problem
    store(target, data)
    return check_file(target, root=corpus_folder(home))


def download(
    url: str,
    *,
    name: str,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> bytes:
    """Return what an address gives, whole.

    Args:
        url: an http or https address.
        name: name of the file, for progress.
        progress: told how far it is.
        limits: bounds on size and time.

    Raises:
        CorpusError: where the server refuses, redirects in circles, sends less or more than it
            announced, sends too much or takes too long.
    """
    bounds = limits or Limits()
    if urlsplit(url).scheme not in ("http", "https"):
        raise CorpusError("not an http or https address", where=url)
    request = urllib.request.Request(
        url, headers={"User-Agent": "bathylex", "Accept-Encoding": "identity"}
    )
    opener = urllib.request.build_opener(_Redirects)
    try:
        with opener.open(request, timeout=bounds.silence_s) as response:
            return _receive(response, url, name, progress, bounds)
    except urllib.error.HTTPError as problem:
        problem.close()
        raise CorpusError(
            "redirected in a circle, too often or to an unsafe address"
            if 300 <= problem.code < 400
            else f"the server answered {problem.code} ({problem.reason})",
            where=url,
            hint="see the publisher's site for where the text is now",
        ) from problem
    except urllib.error.URLError as problem:
        raise CorpusError(
            f"cannot be reached ({problem.reason})", where=url, hint="check the connection"
        ) from problem
    except (TimeoutError, OSError, HTTPException) as problem:
        raise CorpusError(
            f"the connection broke ({type(problem).__name__})", where=url, hint="try again"
        ) from problem


def _receive(
    response: IO[bytes], url: str, name: str, progress: Progress | None, bounds: Limits
) -> bytes:
    announced = _announced(response)
    if announced is not None and announced > bounds.size_bytes:
        raise CorpusError(f"larger than {bounds.size_bytes} bytes", where=url)
    deadline = time.monotonic() + bounds.total_s
    parts: list[bytes] = []
    received = 0
    while part := response.read(CHUNK_BYTES):
        parts.append(part)
        received += len(part)
        if received > bounds.size_bytes:
            raise CorpusError(f"larger than {bounds.size_bytes} bytes", where=url)
        if time.monotonic() > deadline:
            raise CorpusError(f"took longer than {bounds.total_s:g} s", where=url, hint="try again")
        if progress is not None:
            progress(name, received, announced)
    if announced is not None and received != announced:
        raise CorpusError(
            f"cut short: {received} of {announced} bytes", where=url, hint="try again"
        )
    if received == 0:
        raise CorpusError("the server sent an empty file", where=url)
    return b"".join(parts)


def _announced(response: IO[bytes]) -> int | None:
    headers = getattr(response, "headers", {})
    length = headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdigit() else None


#: What zipfile raises on damaged data, unknown methods, passwords and names in no encoding.
_BROKEN_ARCHIVE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError,
    OSError, ValueError,
)  # fmt: skip


def take_member(archive: bytes, member: str, *, where: str, limit: int = MAX_FILE_BYTES) -> bytes:
    """Return one file of a ZIP archive.

    Raises:
        CorpusError: where the archive is broken, lacks the file, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened, opened.open(member) as stream:
            data = stream.read(limit + 1)
    except KeyError as problem:
        raise CorpusError(f"the archive holds no '{member}'", where=where) from problem
    except _BROKEN_ARCHIVE as problem:
        raise CorpusError("not a ZIP archive that can be read", where=where) from problem
    if len(data) > limit:
        raise CorpusError(f"'{member}' unpacks to more than {limit} bytes", where=where)
    return data


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects, to http and https only and never from https back to http."""

    max_redirections = MAX_REDIRECTS
    max_repeats = 2

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        scheme = urlsplit(newurl).scheme
        if scheme not in ("http", "https") or (
            urlsplit(req.full_url).scheme == "https" and scheme == "http"
        ):
            fp.close()
            raise CorpusError(f"redirected to an unsafe address ({scheme})", where=req.full_url)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
