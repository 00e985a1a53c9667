"""Templates: escaped text, the same filters as the reports, and what every page shows."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request
from markupsafe import Markup
from starlette.responses import HTMLResponse

from compliance.report.html import environment as report_environment
from compliance.report.words import EFFECTS, JURISDICTION_NAMES, NO_ADVICE, SOURCES, VERDICTS
from habitat.facts import show_value
from workbench.serve.bench import Bench
from workbench.serve.guard.sessions import Session

#: What a page says after something was done, by the word in its address.
SAID = {
    "saved": "Saved as a new version.",
    "same": "Nothing changed: this is the last version.",
    "made": "The design is in the register.",
    "granted": "The waiver is in the register; the next audit applies it.",
    "withdrawn": "The waiver is withdrawn; the next audit leaves it out.",
    "signed": "The sign-off is in the register.",
    "named": "Your name is kept for this session.",
    "cancelled": "The job is cancelled.",
}
STATES = {
    "new": ("new", "●"),
    "open": ("open", "○"),
    "waived": ("waived", "w"),
    "fixed": ("fixed", "✓"),
    "regressed": ("regressed", "↺"),
}


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return the templates; a name that is not given is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters.update(
        {
            name: report_environment().filters[name]
            for name in ("number", "visible", "breakable", "fact_value")
        }
    )
    made.filters["moment"] = _moment
    made.filters["shown"] = show_value
    made.filters["words"] = lambda name: str(name).replace("_", " ")
    made.globals.update(
        verdict_words=VERDICTS,
        jurisdiction_names=JURISDICTION_NAMES,
        effects=EFFECTS,
        sources=SOURCES,
        state_words=STATES,
        no_advice=NO_ADVICE,
    )
    return made


def bench_of(request: Request) -> Bench:
    """Return what the pages work on."""
    bench: Bench = request.app.state.bench
    return bench


def session_of(request: Request) -> Session | None:
    """Return the session of a request, where it has one."""
    session: Session | None = getattr(request.state, "session", None)
    return session


def user_of(request: Request) -> str:
    """Return the name by which the register knows who did something."""
    session = session_of(request)
    return session.name if session is not None and session.name else "workbench"


def render(
    request: Request, template: str, *, status: int = 200, headers: Any = None, **context: Any
) -> HTMLResponse:
    """Return a page.

    Args:
        template: its file.
        status, headers: of the response.
        context: what the template shows.
    """
    session = session_of(request)
    form_token = "" if session is None else bench_of(request).sessions.form_token(session.id)
    shared = {
        "session": session,
        "form_token": form_token,
        "token": partial(_hidden, form_token),
        "said": SAID.get(request.query_params.get("said", "")),
        "path": request.url.path,
    }
    page = environment().get_template(template).render({**shared, **context})
    return HTMLResponse(page, status, headers=headers)


def _hidden(token: str) -> Markup:
    return Markup('<input type="hidden" name="form_token" value="{}">').format(token)


def _moment(value: datetime | None) -> str:
    return "–" if value is None else value.strftime("%Y-%m-%d %H:%M UTC")
