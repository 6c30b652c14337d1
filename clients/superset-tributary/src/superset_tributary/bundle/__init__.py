"""Superset's import format: databases, datasets, charts and dashboards as YAML.

A report (`superset_tributary.reports`) takes its sources from a `Shop`, makes charts of them, and
lays them out in a `Dashboard`; `files` writes all that. The same server gives the same bytes: ids
are derived from names.
"""
