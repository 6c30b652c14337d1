"""Times one statement over ADBC, and prints a line of seconds for each time it ran.

    select_one.py grpc://HOST:PORT COUNT same|new

One cursor prepares the statement once; a new cursor for each run prepares it each time.
"""

import sys
import time

import adbc_driver_flightsql.dbapi as flight_sql

WARM_UP = 200


def main():
    url, count, cursors = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    with flight_sql.connect(url, autocommit=True) as connection, connection.cursor() as only:
        for run in range(-WARM_UP, count):
            began = time.perf_counter()
            cursor = connection.cursor() if cursors == "new" else only
            cursor.execute("SELECT 1")
            rows = cursor.fetchall()
            if cursor is not only:
                cursor.close()
            took = time.perf_counter() - began
            if rows != [(1,)]:
                sys.exit(f"expected one row of 1, got {rows}")
            if run >= 0:
                print(took)


main()
