"""The ground floor: the error tree, whole-file writes, hashing and visible text."""

from base.errors import (
    BathylexError,
    BindingError,
    CorpusError,
    DesignError,
    DistillError,
    ExtractionError,
    RegisterError,
    SolverError,
    SurveyError,
    UsageError,
    WaiverError,
)
from base.files import (
    csv_problems,
    is_folder,
    is_there,
    read_bytes,
    read_text,
    real_path,
    sha256_bytes,
    sha256_text,
    write_whole,
)
from base.text import one_line, visible

__all__ = [
    "BathylexError",
    "BindingError",
    "CorpusError",
    "DesignError",
    "DistillError",
    "ExtractionError",
    "RegisterError",
    "SolverError",
    "SurveyError",
    "UsageError",
    "WaiverError",
    "csv_problems",
    "is_folder",
    "is_there",
    "one_line",
    "read_bytes",
    "read_text",
    "real_path",
    "sha256_bytes",
    "sha256_text",
    "visible",
    "write_whole",
]
