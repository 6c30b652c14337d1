"""How Superset's time grains are written in our SQL, and dates and instants as literals."""

TRUNCATED = {
    "PT1S": "second",
    "PT1M": "minute",
    "PT1H": "hour",
    "P1D": "day",
    "P1W": "week",
    "P1M": "month",
    "P3M": "quarter",
    "P1Y": "year",
}

BINNED = {
    "PT5S": "5 seconds",
    "PT30S": "30 seconds",
    "PT5M": "5 minutes",
    "PT10M": "10 minutes",
    "PT15M": "15 minutes",
    "PT30M": "30 minutes",
    "PT6H": "6 hours",
}

STARTS_SUNDAY = "1969-12-28T00:00:00Z/P1W"
STARTS_MONDAY = "1969-12-29T00:00:00Z/P1W"
ENDS_SATURDAY = "P1W/1970-01-03T00:00:00Z"
ENDS_SUNDAY = "P1W/1970-01-04T00:00:00Z"

MONDAY = "DATE_TRUNC('week', {col})"
SUNDAY = "DATE_TRUNC('week', {col} + INTERVAL '1 day') - INTERVAL '1 day'"


def expressions():
    """SQL by Superset's name of the grain; None is the column as it is."""
    return {
        None: "{col}",
        **{grain: f"DATE_TRUNC('{unit}', {{col}})" for grain, unit in TRUNCATED.items()},
        **{
            grain: f"DATE_BIN(INTERVAL '{width}', {{col}})" for grain, width in BINNED.items()
        },
        STARTS_MONDAY: MONDAY,
        STARTS_SUNDAY: SUNDAY,
        ENDS_SUNDAY: f"{MONDAY} + INTERVAL '6 days'",
        ENDS_SATURDAY: f"{SUNDAY} + INTERVAL '6 days'",
    }


def literal(type_name, instant):
    """The literal of an instant for a column of this type, or None if the type has none.

    # Arguments
    `type_name`: a SQL type such as `DATE` or `TIMESTAMP`.
    """
    kind = type_name.upper()
    if kind == "DATE":
        return f"DATE '{instant.date().isoformat()}'"
    if kind.startswith(("TIMESTAMP", "DATETIME")):
        written = instant.isoformat(sep="T", timespec="microseconds")
        return f"TIMESTAMP '{written}'"
    return None
