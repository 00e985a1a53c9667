"""The ground floor: the error tree, whole-file writes and hashing."""

from base.errors import (
    BathylexError,
    BindingError,
    CorpusError,
    DesignError,
    ExtractionError,
    SolverError,
    SurveyError,
    UsageError,
)
from base.files import read_bytes, read_text, sha256_bytes, sha256_text, write_whole

__all__ = [
    "BathylexError",
    "BindingError",
    "CorpusError",
    "DesignError",
    "ExtractionError",
    "SolverError",
    "SurveyError",
    "UsageError",
    "read_bytes",
    "read_text",
    "sha256_bytes",
    "sha256_text",
    "write_whole",
]
