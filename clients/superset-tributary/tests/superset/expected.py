"""What a chart must show: its question written plainly, and answered by the server directly."""

import datetime
import decimal

from superset_tributary.time_grains import expressions

PERIOD = "last_30_days"


class Question:
    """
    # Arguments
    `query`: the first query of a chart's query context.
    `dataset`: its dataset, as imported.
    """

    def __init__(self, query, dataset):
        self.query = query
        self.dataset = dataset
        self.limit = query["row_limit"]

    def sql(self):
        metrics = {it["metric_name"]: it["expression"] for it in self.dataset["metrics"]}
        columns = [column(it) for it in self.query["columns"]]
        values = [
            (metrics[it], it) if isinstance(it, str) else (it["sqlExpression"], it["label"])
            for it in self.query["metrics"] or []
        ]
        listed = ", ".join(f'{expression} AS "{name}"' for expression, name in columns + values)
        sql = f"SELECT {listed} FROM ({self.dataset['sql']}) AS asked"
        if conditions := [*map(condition, self.query["filters"])]:
            sql += " WHERE " + " AND ".join(conditions)
        if columns and values:
            sql += " GROUP BY " + ", ".join(expression for expression, _ in columns)
        return sql

    def has_period(self):
        return any(it["column_name"] == "period" for it in self.dataset["columns"])


def column(asked):
    if isinstance(asked, str):
        return asked, asked
    expression = asked["sqlExpression"]
    return expressions()[asked.get("timeGrain")].format(col=expression), asked["label"]


def condition(asked):
    values = asked["val"] if isinstance(asked["val"], list) else [asked["val"]]
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{asked['col']} IN ({listed})"


def period_filter():
    return {"col": "period", "op": "IN", "val": [PERIOD]}


def plain(value):
    """A value as Superset's JSON has it, instants in milliseconds. Numbers have 13 digits: enough for
    instants, and so few that the order of additions does not matter."""
    if isinstance(value, datetime.datetime):
        value = value.replace(tzinfo=datetime.timezone.utc)
        return round(value.timestamp() * 1000)
    if isinstance(value, datetime.date):
        return plain(datetime.datetime.combine(value, datetime.time()))
    if isinstance(value, (decimal.Decimal, float)):
        return float(f"{float(value):.13g}")
    return value


def rows(answer):
    """Rows as sorted tuples, in the order of their column names."""
    return sorted(
        (tuple(plain(row[name]) for name in sorted(row)) for row in answer), key=repr
    )
