"""Times one statement over ADBC, and prints a line of seconds for each time it ran.

    select_one.py grpc://HOST:PORT COUNT
"""

import sys
import time

import adbc_driver_flightsql.dbapi as flight_sql

WARM_UP = 200


def main():
    url, count = sys.argv[1], int(sys.argv[2])
    with flight_sql.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        for run in range(-WARM_UP, count):
            began = time.perf_counter()
            cursor.execute("SELECT 1")
            rows = cursor.fetchall()
            took = time.perf_counter() - began
            if rows != [(1,)]:
                sys.exit(f"expected one row of 1, got {rows}")
            if run >= 0:
                print(took)


main()
