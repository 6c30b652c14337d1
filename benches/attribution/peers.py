"""DuckDB and ClickHouse as processes that answer statements, one JSON string per line.

peers.py ENGINE THREADS
"""

import json
import sys
import time


def duckdb(threads):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"set threads = {threads}; set TimeZone = 'UTC'")
    return lambda sql: connection.execute(sql).fetchall()


def clickhouse(threads):
    from chdb import session

    connection = session.Session()
    settings = f"settings max_threads = {threads}"

    def rows(sql):
        printed = connection.query(f"{sql} {settings}", "JSONCompactEachRow").bytes()
        return [json.loads(line) for line in printed.splitlines()]

    return rows


def peak_bytes():
    with open("/proc/self/status") as status:
        peak = next(line for line in status if line.startswith("VmHWM:"))
    return int(peak.split()[1]) * 1024


def forget_peak():
    with open("/proc/self/clear_refs", "w") as references:
        references.write("5")


def main(engine, threads):
    rows_of = {"duckdb": duckdb, "clickhouse": clickhouse}[engine](threads)
    for line in sys.stdin:
        forget_peak()
        begin = time.monotonic()
        rows = rows_of(json.loads(line))
        seconds = time.monotonic() - begin
        rows = [[str(value) for value in row] for row in rows]
        print(json.dumps({"seconds": seconds, "peak_bytes": peak_bytes(), "rows": rows}), flush=True)


main(*sys.argv[1:])
