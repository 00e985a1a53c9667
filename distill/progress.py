"""A progress bar on standard error, shown where a person watches and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Called with the epoch, the batches of it that are done, and the best validation loss so far.
Show = Callable[[int, int, float], None]


@contextmanager
def training_bar(title: str | None, *, epochs: int) -> Iterator[Show]:
    """Give what shows how far a training is; nothing is shown without a terminal or a title.

    Args:
        title: in front of the bar.
        epochs: at most so many.
    """
    if title is None or not sys.stderr.isatty():
        yield lambda epoch, done, best: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TextColumn("{task.fields[note]}"), console=Console(stderr=True), transient=True
    ) as progress:
        bar = progress.add_task(title, total=epochs, note="")

        def show(epoch: int, done: int, best: float) -> None:
            progress.update(bar, completed=epoch, note=f"batch {done}, best loss {best:.4g}")

        yield show
