"""Superset prints every query again before it runs: it must still ask the same."""

import unittest
from pathlib import Path

import sqlglot
from server import connect, rows
from superset_tributary.sqlglot_dialect import Tributary

QUERIES = Path(__file__).with_name("queries.sql").read_text().splitlines()


def printed(sql):
    [statement] = sqlglot.parse(sql, dialect=Tributary)
    return statement.sql(dialect=Tributary, pretty=True)


class Printing(unittest.TestCase):
    def test_24_queries_answer_the_same_when_printed_again(self):
        with connect() as connection:
            for sql in QUERIES:
                with self.subTest(sql):
                    self.assertEqual(rows(connection, printed(sql)), rows(connection, sql))

    def test_24_functions_stay_as_they_were_written(self):
        for sql in (
            "SELECT MEASURE(cx_total_revenue)",
            "SELECT measure(revenue) FILTER(WHERE channel = 'web')",
            "SELECT to_char(at, '%Y-%m')",
            "SELECT round(x, 2), date_trunc('week', at)",
        ):
            self.assertEqual(sqlglot.transpile(sql, read=Tributary, write=Tributary), [sql])

    def test_24_tables_are_found(self):
        sql = "SELECT MEASURE(revenue) FROM business_performance.metrics"
        found = sqlglot.parse_one(sql, read=Tributary).find_all(sqlglot.exp.Table)
        self.assertEqual([table.sql() for table in found], ["business_performance.metrics"])


if __name__ == "__main__":
    unittest.main()
