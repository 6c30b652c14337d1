"""Apache Superset for Tributary.

`dialect` connects, `engine_spec` says what Superset must know of the SQL, `sqlglot_dialect` keeps
Superset from rewriting it, `reports` describes the dashboards, and `bundle` makes Superset's files
of them.
"""
