"""``bathylex serve``: the workbench in the browser and its REST API."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.options import corpus_option
from workbench.output import progress


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8008, show_default=True)
@click.option(
    "--token",
    envvar="BATHYLEX_TOKEN",
    show_envvar=True,
    help="What opens the workbench; a random one is made when none is given.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    help="A further host name by which browsers call it (repeatable).",
)
@corpus_option("to judge by instead of the embedded digests")
@click.option(
    "--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Audits at once."
)
def command(
    host: str,
    port: int,
    token: str | None,
    names: tuple[str, ...],
    corpus: Path | None,
    workers: int,
) -> int:
    """Serve the workbench and its REST API until interrupted.

    It listens on this machine only, and whoever opens it needs the link with its token. Designs,
    audits and jobs are kept in the register (BATHYLEX_DATABASE_URL).
    """
    from dataclasses import replace

    from workbench.register import open_register
    from workbench.serve.law import Law
    from workbench.serve.run import bind, run
    from workbench.serve.settings import Settings, token_of

    chosen = token_of(token, host)
    open_register().close()
    # Read here, with a bar, and kept: the workers find it ready.
    law = Law(corpus)
    law.book  # noqa: B018
    settings = Settings(
        token=chosen, host=host, port=port, names=names, corpus=corpus, workers=workers
    )
    with bind(settings) as listening:
        settings = replace(settings, port=listening.getsockname()[1])
        if not settings.loopback:
            progress(
                f"Warning: other machines reach {settings.address}. What they send is not "
                "encrypted: put it behind a proxy with TLS."
            )
        link = f"{settings.address}/login?token={chosen}" if token is None else settings.address
        progress(f"Open {link}")
        progress("Stop with Ctrl-C.")
        run(settings, listening, law)
    return 0
