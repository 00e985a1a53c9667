"""One input to one reader, within bounds of time and memory; anything but an answer is a crash."""

from __future__ import annotations

import hashlib
import resource
import signal
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from base import BathylexError
from tests.fuzz.targets import Target

#: Seconds of processor time that one input of at most 256 KiB may take.
MOST_SECONDS = 10.0
#: Bytes of address space that a reader may add to those of the libraries.
MOST_BYTES = 2 << 30


class TooSlowError(BaseException):
    """Time is up; no reader may swallow it."""


@dataclass(frozen=True)
class Crash:
    """An input that a reader did not stand.

    Attributes:
        target, place: the reader, and where in the code it ended.
        told: the traceback.
        data: the input.
    """

    target: str
    place: str
    told: str
    data: bytes


@contextmanager
def bounded_memory(most: int = MOST_BYTES) -> Iterator[None]:
    """Let this process grow by at most ``most`` bytes of address space."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _up(*_: object) -> None:
    raise TooSlowError


def attempt(target: Target, data: bytes, folder: Path) -> Crash | None:
    """Give ``data`` to a reader; ``None`` where it reads or refuses in one line."""
    path = folder / f"input{target.suffix}"
    path.write_bytes(data)
    before = signal.signal(signal.SIGPROF, _up)
    start = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            target.read(path)
    except BathylexError as error:
        line = str(error)
        if "\n" in line or not line or len(line) > 2000:
            return Crash(target.name, f"message of {len(line)} characters", line[:3000], data)
    except (Exception, TooSlowError) as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} {Path(frame.filename).name}:{frame.lineno}"
        told = "".join(traceback.format_exception(error, limit=-12))
        return Crash(target.name, place, told, data)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    if time.process_time() - start > MOST_SECONDS:
        return Crash(target.name, "slow", f"{time.process_time() - start:.1f} s", data)
    return None


def keep(crash: Crash, folder: Path) -> Path:
    """Write a crash's input and traceback, one of each place; return the file of the input."""
    mark = hashlib.sha256(f"{crash.target} {crash.place}".encode()).hexdigest()[:10]
    path = folder / f"{crash.target}-{mark}.bin"
    if not path.exists() or len(crash.data) < path.stat().st_size:
        path.write_bytes(crash.data)
        path.with_suffix(".txt").write_text(f"{crash.place}\n{crash.told}", encoding="utf-8")
    return path
