"""A year of a shop, and the last hours of it in files of their own.

year.py SAMPLE OUT HOURS

The year is the sample three times, one after the other: the same customers and staff, and new
orders, conversations and events. Each table becomes OUT/past/TABLE.parquet with what happened
before the last HOURS, and OUT/1 to OUT/HOURS each hold one hour. Names of tables are printed.
"""

import pathlib
import sys

import duckdb

# The days of a sample, its clock, and how often it is repeated.
DAYS = 120
NOW = "timestamptz '2026-11-20 15:30:00Z'"
YEAR = range(3)

# What happens in a shop is new each time; who takes part is not.
NEW = [
    "activity_id",
    "adjustment_id",
    "click_id",
    "conversation_id",
    "event_id",
    "link_id",
    "message_id",
    "order_group_id",
    "order_id",
    "original_order_id",
    "session_id",
]
LASTING = ["agents", "associates", "customers", "identities", "products", "stores", "teams"]

# When a row happened, where that is not its first time.
HAPPENED = {
    "order_lines": "(select min(ordered_at) from orders where orders.order_id = rows.order_id)",
    "fx_rates": "date",
}


def main(sample, out, hours):
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    folders = [out / "past"] + [out / str(hour) for hour in range(1, hours + 1)]
    for folder in folders:
        folder.mkdir(parents=True)
    tables = sorted(it.name for it in sample.iterdir() if not it.name.startswith("_"))
    for table in tables:
        make(connection, sample, table)
    for table in tables:
        happened = time_of(connection, table)
        for hour, folder in enumerate(folders):
            write(connection, table, between(happened, hour, hours), folder)
        print(table)


def columns(connection, table):
    """Names of columns and their types."""
    return [row[:2] for row in connection.execute(f"describe {table}").fetchall()]


def make(connection, sample, table):
    """Makes a table of the whole year."""
    files = f"'{sample}/{table}/*.parquet'"
    connection.execute(f"create view sample_{table} as from {files}")
    if table in LASTING:
        connection.execute(f"create table {table} as from sample_{table}")
        return
    named = columns(connection, f"sample_{table}")
    parts = []
    for part in YEAR:
        expressions = ", ".join(later(name, kind, part) for name, kind in named)
        parts.append(f"select {expressions} from sample_{table}")
    connection.execute(f"create table {table} as {' union all '.join(parts)}")


def later(name, kind, part):
    """A column in an earlier part of the year; part 0 is the sample as it is."""
    if part and name in NEW:
        return f"{name} || '-{part}' as {name}"
    if part and kind.startswith("TIMESTAMP"):
        return f"{name} - interval {part * DAYS} days as {name}"
    if part and kind == "DATE":
        return f"{name} - {part * DAYS} as {name}"
    return name


def time_of(connection, table):
    if table in LASTING:
        return None
    if table in HAPPENED:
        return HAPPENED[table]
    named = columns(connection, table)
    known = [name for name, kind in named if name == "ingested_at"]
    times = [name for name, kind in named if kind.startswith("TIMESTAMP")]
    return f"coalesce({known[0]}, {times[0]})" if known else times[0]


def between(happened, hour, hours):
    """The condition for the rows of one folder; 0 is all that was before the hours."""
    if happened is None:
        return "true" if hour == 0 else None
    begins = f"{NOW} - interval {hours - hour + 1} hours"
    ends = f"{NOW} - interval {hours - hour} hours"
    if hour == 0:
        return f"{happened} < {ends}"
    above = f"{happened} >= {begins}"
    return above if hour == hours else f"{above} and {happened} < {ends}"


def write(connection, table, condition, folder):
    if condition is None:
        return
    target = folder / f"{table}.parquet"
    query = f"from {table} as rows where {condition}"
    connection.execute(f"copy ({query}) to '{target}' (compression zstd)")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3]))
