"""What charts read: a view, a metric view or a query, as a dataset of Superset.

Each is a dataset with SQL of its own, also where that is `SELECT * FROM revenue.overview`: in
SQLite, where Superset keeps its own tables unless told otherwise, no two datasets may have one
name, and every report has a view `metrics`.
"""

from dataclasses import replace

import pyarrow

from ..dbapi import sql_type
from ..measures import kind_of, label, saved_metric
from ..relation import columns
from . import formats
from .ids import uuid_of

DATABASE = "Tributary"


class Shop:
    """The server for which a bundle is made, and the sources that its charts have named."""

    def __init__(self, connection):
        self.connection = connection
        [self.currency] = connection.cursor().execute("SELECT report_currency()").fetchone()
        self.sources = {}
        self._metrics = {}

    def view(self, schema, name):
        return self._source(schema, name, f"SELECT * FROM {schema}.{name}")

    def by_day(self, schema, dimensions, measures):
        """Measures by day and period.

        # Arguments
        `measures`: of which the sum over days and these dimensions is right.
        """
        groups = ", ".join(["date", *dimensions])
        values = ", ".join(f"MEASURE({name}) AS {name}" for name in measures)
        rows = f"SELECT {groups}, {values} FROM {schema}.metrics GROUP BY {groups}"
        listed = ", ".join(["period", groups, *measures])
        return self._source(
            schema, "by_day", f"SELECT {listed} FROM in_periods(rows => ({rows}), at => 'date')"
        )

    def periods(self):
        """The names of the periods, without the literal readings of one page."""
        return self._source(
            "system",
            "periods",
            "SELECT period FROM periods() WHERE period NOT LIKE '%_vtex_literal'",
        )

    def metrics(self, schema):
        """The metric view of a report; it refuses `*`, so its columns are listed."""
        found = self._metric_columns(schema)
        names = ", ".join(column.name for column in found)
        return self._source(schema, "metrics", f"SELECT {names} FROM {schema}.metrics", found)

    def query(self, schema, name, sql):
        """A query that is of use to one report only."""
        return self._source(schema, name, sql)

    def _source(self, schema, name, sql, found=None):
        key = f"{schema}.{name}"
        if key not in self.sources:
            # A column of a view that has the name of a measure is printed like it.
            kinds = {it.name: kind_of(it) for it in self._metric_columns(schema) if it.is_measure}
            if found is None:
                probed = columns(self.connection.query_schema(sql))
                # A number computed from a measure is a number.
                found = [replace(column, is_measure=False) for column in probed]
            self.sources[key] = Source(key, schema, sql, found, kinds, self.currency)
        return self.sources[key]

    def _metric_columns(self, schema):
        if schema not in self._metrics:
            found = self.connection.table_schema("metrics", schema)
            self._metrics[schema] = columns(found) if found else []
        return self._metrics[schema]


class Source:
    def __init__(self, name, schema, sql, found, measure_kinds, currency):
        self.name = name
        self.schema = schema
        self.sql = sql
        self.currency = currency
        self.uuid = uuid_of("dataset", name)
        self.columns = {column.name: column for column in found}
        self.kinds = {it.name: measure_kinds.get(it.name) or kind_of(it) for it in found}

    def metric(self, name, shown=None, where=None):
        """A number of this source as a chart asks for it: a saved metric of a metric view, or an
        aggregate of a column. A view has one row per period and group, so that of a ratio is its
        only value.

        # Arguments
        `shown`: what it is called, if not by its name.
        `where`: a condition on rows, in SQL.
        """
        if self.columns[name].is_measure:
            return name
        function = "SUM" if self.kinds[name] in ("money", "count") else "MAX"
        condition = f" FILTER (WHERE {where})" if where else ""
        return {
            "expressionType": "SQL",
            "sqlExpression": f"{function}({name}){condition}",
            "label": shown or label(name),
            "hasCustomLabel": True,
            "optionName": f"metric_{uuid_of('metric', f'{self.name}/{name}/{where}')[:8]}",
        }

    def axis(self, name):
        """The parameters with which a chart prints the numbers of a column: totals without cents,
        averages with them."""
        kind = self.kinds[name]
        if kind == "money" and pyarrow.types.is_floating(self.columns[name].arrow_type):
            kind = "price"
        return formats.axis(kind, self.currency)

    def labels(self, name):
        """The same for charts that print numbers beside their parts."""
        written = self.axis(name)
        written["number_format"] = written.pop("y_axis_format")
        return written

    def dataset(self):
        """The dataset as Superset imports it."""
        found = list(self.columns.values())
        return {
            "table_name": self.name,
            "main_dttm_col": next((it.name for it in found if is_temporal(it)), None),
            "description": None,
            "offset": 0,
            "schema": self.schema,
            "sql": self.sql,
            "source_db_engine": "tributary",
            "filter_select_enabled": True,
            "extra": None,
            "uuid": self.uuid,
            "metrics": [saved_metric(it, self.currency) for it in found if it.is_measure]
            or [{"metric_name": "count", "verbose_name": "Rows", "expression": "COUNT(*)"}],
            "columns": [dataset_column(it) for it in found if not it.is_measure],
            "version": "1.0.0",
            "database_uuid": uuid_of("database", DATABASE),
        }


def dataset_column(column):
    return {
        "column_name": column.name,
        "verbose_name": label(column.name),
        "is_dttm": is_temporal(column),
        "is_active": True,
        "type": sql_type(column.arrow_type).__visit_name__,
        "groupby": True,
        "filterable": True,
        "description": column.description,
    }


def is_temporal(column):
    return pyarrow.types.is_temporal(column.arrow_type)
