"""Time grains and literals, run by the server as Superset prints them."""

import datetime
import unittest

import sqlglot
from server import connect, rows
from superset_tributary import time_grains
from superset_tributary.sqlglot_dialect import Tributary

# A Wednesday.
AT = "TIMESTAMP '2026-11-18T13:47:38.5'"
STARTS = {
    "PT1S": "2026-11-18 13:47:38",
    "PT5S": "2026-11-18 13:47:35",
    "PT30S": "2026-11-18 13:47:30",
    "PT1M": "2026-11-18 13:47:00",
    "PT5M": "2026-11-18 13:45:00",
    "PT10M": "2026-11-18 13:40:00",
    "PT15M": "2026-11-18 13:45:00",
    "PT30M": "2026-11-18 13:30:00",
    "PT1H": "2026-11-18 13:00:00",
    "PT6H": "2026-11-18 12:00:00",
    "P1D": "2026-11-18 00:00:00",
    "P1W": "2026-11-16 00:00:00",
    "P1M": "2026-11-01 00:00:00",
    "P3M": "2026-10-01 00:00:00",
    "P1Y": "2026-01-01 00:00:00",
    time_grains.STARTS_MONDAY: "2026-11-16 00:00:00",
    time_grains.STARTS_SUNDAY: "2026-11-15 00:00:00",
    time_grains.ENDS_SUNDAY: "2026-11-22 00:00:00",
    time_grains.ENDS_SATURDAY: "2026-11-21 00:00:00",
}


class Grains(unittest.TestCase):
    def setUp(self):
        self.connection = connect()
        self.addCleanup(self.connection.close)

    def value(self, expression, operand):
        sql = f"SELECT {expression.format(col='at')} AS at FROM (SELECT {operand} AS at) AS t"
        printed = sqlglot.transpile(sql, read=Tributary, write=Tributary)[0]
        [(value,)] = rows(self.connection, printed)
        return value

    def test_23_every_grain_starts_where_it_should(self):
        expressions = time_grains.expressions()
        self.assertEqual(set(expressions) - {None}, set(STARTS))
        for grain, start in STARTS.items():
            with self.subTest(grain):
                expected = datetime.datetime.fromisoformat(start)
                self.assertEqual(self.value(expressions[grain], AT), expected)

    def test_23_dates_have_grains_of_a_day_and_more(self):
        expressions = time_grains.expressions()
        for grain in STARTS:
            if grain.startswith("PT"):
                continue
            with self.subTest(grain):
                value = self.value(expressions[grain], "DATE '2026-11-18'")
                self.assertEqual(value, datetime.datetime.fromisoformat(STARTS[grain]))

    def test_23_sunday_begins_and_ends_its_weeks(self):
        expressions = time_grains.expressions()
        for grain, expected in [
            (time_grains.STARTS_SUNDAY, "2026-11-22"),
            (time_grains.STARTS_MONDAY, "2026-11-16"),
            (time_grains.ENDS_SUNDAY, "2026-11-22"),
            (time_grains.ENDS_SATURDAY, "2026-11-28"),
        ]:
            with self.subTest(grain):
                value = self.value(expressions[grain], "DATE '2026-11-22'")
                self.assertEqual(value, datetime.datetime.fromisoformat(expected))

    def test_23_literals(self):
        instant = datetime.datetime(2026, 1, 2, 3, 4, 5, 600000)
        for kind, expected in [
            ("DATE", instant.date()),
            ("TIMESTAMP", instant),
            ("TIMESTAMP WITHOUT TIME ZONE", instant),
        ]:
            self.assertEqual(self.value("{col}", time_grains.literal(kind, instant)), expected)
        self.assertIsNone(time_grains.literal("TEXT", instant))


if __name__ == "__main__":
    unittest.main()
