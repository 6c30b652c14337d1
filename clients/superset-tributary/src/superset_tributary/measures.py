"""Dimensions and measures as Superset calls them: columns and saved metrics."""

import pyarrow

D3_FORMATS = {"money": ",.2f", "percent": ",.1%", "count": ",d", "ratio": ",.2f"}

PERCENT_ENDINGS = ("_rate", "share", "_points")

# Written as they are spoken; everything else is its name with spaces.
SPOKEN = {"cx": "CX", "id": "ID", "pdp": "product page"}
HYPHENATED = {"click through": "click-through", "pre purchased": "pre-purchase"}


def saved_metrics(columns, currency):
    """A saved metric `MEASURE(m)` for each measure.

    # Arguments
    `columns`: those of a metric view.
    `currency`: that of the reports, an ISO 4217 code.
    """
    return [saved_metric(column, currency) for column in columns if column.is_measure]


def saved_metric(column, currency):
    metric = {
        "metric_name": column.name,
        "verbose_name": label(column.name),
        "expression": f"MEASURE({column.name})",
        "description": column.description,
        "d3format": D3_FORMATS.get(kind_of(column)),
    }
    if kind_of(column) == "money":
        metric["currency"] = currency_of(currency)
    return metric


def preview(table, columns, limit):
    """SQL that shows a metric view: its measures by its first dimension, which is that of time.

    # Arguments
    `table`: the view as SQL names it.
    """
    first = next(column.name for column in columns if not column.is_measure)
    measures = [f"MEASURE({it.name}) AS {it.name}" for it in columns if it.is_measure]
    listed = ",\n  ".join([first, *measures])
    return (
        f"SELECT\n  {listed}\nFROM {table}\n"
        f"GROUP BY\n  {first}\nORDER BY\n  {first} DESC\nLIMIT {limit}"
    )


def kind_of(column):
    """Whether a number is money, percent, count or ratio: as the server says, or by its type."""
    if column.format:
        return column.format
    if pyarrow.types.is_decimal(column.arrow_type):
        return "money"
    if pyarrow.types.is_integer(column.arrow_type):
        return "count"
    if pyarrow.types.is_floating(column.arrow_type):
        return "percent" if column.name.endswith(PERCENT_ENDINGS) else "ratio"
    return None


def currency_of(code):
    return {"symbol": code, "symbolPosition": "prefix"}


def label(name):
    """`cx_total_revenue` as people read it: `CX total revenue`."""
    text = " ".join(SPOKEN.get(word, word) for word in name.split("_"))
    for apart, together in HYPHENATED.items():
        text = text.replace(apart, together)
    return text[:1].upper() + text[1:]


def spoken_sql(column):
    """SQL that says the values of a column as people do: `bounce_rate` is `Bounce rate`."""
    return f"concat(upper(left({column}, 1)), replace(substr({column}, 2), '_', ' '))"
