"""The error tree: every error a user can cause, each with what is wrong, where, and what to do.

BathylexError
├── CorpusError       a law text that cannot be found, read, trusted or written
├── DesignError       a design file that is malformed or physically impossible
├── SurveyError       a raw survey (sonar, sensor series) that cannot be read
├── ExtractionError   text from which norms cannot be extracted
├── BindingError      a binding file that contradicts its schema or the law it binds
├── WaiverError       a waivers file that is malformed, or waives what cannot be waived
├── SolverError       an optimisation model that cannot be built or solved
├── DistillError      data, weights or a checkpoint that a learner cannot use
├── RegisterError     a register of audits that cannot be opened, read, written or trusted
└── UsageError        a command line that asks for something impossible

The command line prints ``str(error)`` as one line and exits with status 2.
"""

from __future__ import annotations

from base.text import one_line

#: Length at which each part of a message is cut: words of a hostile file may be in it.
MOST_CHARACTERS = 600


class BathylexError(Exception):
    """Root of all errors caused by input; its message is one line.

    Args:
        what: what is wrong, in words.
        where: file, key, provision or argument it concerns.
        hint: what to do about it.
    """

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        self.what = what
        self.where = where
        self.hint = hint
        super().__init__(what)

    def __str__(self) -> str:
        what = _short(self.what)
        line = f"{_short(self.where)}: {what}" if self.where else what
        if self.hint:
            line = f"{line}; {_short(self.hint)}"
        return line


def _short(text: str) -> str:
    """Return one visible line of at most :data:`MOST_CHARACTERS`, its middle left out."""
    line = one_line(text)
    if len(line) <= MOST_CHARACTERS:
        return line
    half = MOST_CHARACTERS // 2 - 3
    return f"{line[:half]} ... {line[-half:]}"


class CorpusError(BathylexError):
    """A law text cannot be found, read, trusted or written."""


class DesignError(BathylexError):
    """A design file is malformed, or states something physically impossible."""


class SurveyError(BathylexError):
    """A raw survey cannot be read."""


class ExtractionError(BathylexError):
    """Norms cannot be extracted from the given text."""


class BindingError(BathylexError):
    """A binding file contradicts its schema or the law that it binds."""


class WaiverError(BathylexError):
    """A waivers file is malformed, names nothing in the law, or waives what cannot be waived."""


class SolverError(BathylexError):
    """An optimisation model cannot be built or solved."""


class DistillError(BathylexError):
    """Data, weights or a checkpoint cannot be used by a learner."""


class RegisterError(BathylexError):
    """A register of audits cannot be opened, read, written or trusted."""


class UsageError(BathylexError):
    """The command line asks for something impossible."""
