"""The dialect with which Superset reads and prints our SQL.

Superset parses every statement and prints it again, with a LIMIT or filters added. sqlglot knows
many functions and translates them: `to_char(at, '%Y')` becomes `TO_CHAR(at, 'YYYY')`. Here it knows
none, so every function is printed as it was written.
"""

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres

# What has syntax of its own between the parentheses; the rest are names and arguments.
WITH_SYNTAX = {"CAST", "TRY_CAST", "EXTRACT", "POSITION", "SUBSTRING", "TRIM", "OVERLAY"}


class Tributary(Postgres):
    NORMALIZE_FUNCTIONS = False

    class Parser(Postgres.Parser):
        FUNCTIONS = {}
        FUNCTION_PARSERS = {
            name: parser
            for name, parser in Postgres.Parser.FUNCTION_PARSERS.items()
            if name in WITH_SYNTAX
        }

    class Generator(Postgres.Generator):
        # What Postgres lacks and we have: `QUALIFY` and the like, `TRY_CAST`.
        TRY_SUPPORTED = True
        TRANSFORMS = {
            kind: printed
            for kind, printed in Postgres.Generator.TRANSFORMS.items()
            if kind not in (exp.Select, exp.TryCast)
        }
