"""What DuckDB does in the benchmark of the import: the files to import, and the same load.

duck.py make FOLDER ROWS     writes orders.csv and orders.parquet
duck.py copy CSV PARQUET     reads the one with the contract's types and writes the other;
                             prints the seconds that took
duck.py read PARQUET         reads every column, and prints the seconds that took
"""

import sys
import time

import duckdb

TYPES = {
    "order_id": "varchar",
    "customer_id": "varchar",
    "ordered_at": "timestamptz",
    "currency": "varchar",
    "total": "decimal(18, 2)",
    "channel": "varchar",
    "status": "varchar",
    "is_test": "boolean",
}

ORDERS = """
    select
        format('order-{:09d}', i * 7919 % 1000000007) as order_id,
        format('customer-{:07d}', hash(i) % 1000000) as customer_id,
        timestamptz '2024-01-01 00:00:00Z' + to_microseconds(i * 11000000) as ordered_at,
        'EUR' as currency,
        (hash(i + 1) % 100000 / 100)::decimal(18, 2) as total,
        ['web', 'whatsapp', 'store', 'instagram'][(hash(i + 2) % 4)::bigint + 1] as channel,
        'paid' as status,
        false as is_test
    from range($rows) as t (i)
"""


def main(command, *args):
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    if command == "make":
        folder, rows = args
        query = ORDERS.replace("$rows", rows)
        connection.execute(f"copy ({query}) to '{folder}/orders.parquet' (compression zstd)")
        connection.execute(f"copy ({query}) to '{folder}/orders.csv' (header)")
        return
    connection.execute("set threads = 2")
    if command == "copy":
        csv, parquet = args
        query = (
            f"copy (from read_csv('{csv}', columns = {TYPES})) to '{parquet}' (compression zstd)"
        )
    else:
        (parquet,) = args
        largest = ", ".join(f"max({name}) as {name}" for name in TYPES)
        query = f"create table largest as select {largest} from '{parquet}'"
    begin = time.monotonic()
    connection.execute(query)
    print(time.monotonic() - begin)


main(*sys.argv[1:])
