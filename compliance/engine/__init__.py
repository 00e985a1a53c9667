"""The tensor engine: rules compiled to arrays, for tables of many designs.

It gives the verdicts and margins of the interpreter (:func:`compliance.verdicts.judge_rule`, and of
a whole audit :func:`compliance.audit`) for every design of a table at once.
"""

from compliance.engine.kinds import Constant, Kind, Levels, Number
from compliance.engine.program import CODES, Program, Verdicts

__all__ = ["CODES", "Constant", "Kind", "Levels", "Number", "Program", "Verdicts"]
