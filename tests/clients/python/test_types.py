"""What ADBC and Polars show for each type of the engine."""

import datetime
import decimal
import unittest

import polars
import pyarrow

from server import TYPES, connect

LIST = pyarrow.list_(pyarrow.int64())
# The type on the wire, and the value in Python.
EXPECTED = {
    "text": (pyarrow.string(), "long enough not to be inlined"),
    "large_text": (pyarrow.string(), "a"),
    "dictionary": (pyarrow.string(), "a"),
    "binary": (pyarrow.binary(), b"a"),
    "large_binary": (pyarrow.binary(), b"a"),
    "decimal": (pyarrow.decimal128(18, 2), decimal.Decimal("7072.02")),
    "wide_decimal": (pyarrow.decimal128(38, 2), decimal.Decimal("7072.02")),
    "instant": (
        pyarrow.timestamp("us", "UTC"),
        datetime.datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=datetime.timezone.utc),
    ),
    "timestamp": (pyarrow.timestamp("us"), datetime.datetime(2026, 1, 2, 3, 4, 5, 123456)),
    "last_timestamp": (pyarrow.timestamp("us"), datetime.datetime(9999, 12, 31, 23, 59, 59)),
    "first_date": (pyarrow.date32(), datetime.date(1, 1, 1)),
    "last_date": (pyarrow.date32(), datetime.date(9999, 12, 31)),
    "time": (pyarrow.time64("us"), datetime.time(12, 34, 56, 500000)),
    "largest_integer": (pyarrow.uint64(), 18446744073709551615),
    "long_integer": (pyarrow.int64(), 9007199254740993),
    "list": (pyarrow.list_(pyarrow.string()), ["a"]),
    "fixed_list": (LIST, [1, 2]),
    "list_view": (LIST, [1, 2]),
    "struct": (pyarrow.struct([("word", pyarrow.string())]), {"word": "a"}),
    "map": (pyarrow.map_(pyarrow.string(), pyarrow.int64()), [("a", 1)]),
    "interval": (pyarrow.string(), "1 mons 2 days"),
    "duration": (pyarrow.string(), "PT3600S"),
    "null": (pyarrow.string(), None),
    "run_end": (pyarrow.string(), "a"),
    "half": (pyarrow.float32(), 1.5),
    "boolean": (pyarrow.bool_(), True),
    "double": (pyarrow.float64(), 1.5),
}


class Types(unittest.TestCase):
    def setUp(self):
        self.connection = connect()
        self.addCleanup(self.connection.close)

    def test_26_every_type_is_looked_at(self):
        self.assertEqual(TYPES.keys(), EXPECTED.keys())

    def test_26_33_adbc(self):
        for name, sql in TYPES.items():
            with self.subTest(name), self.connection.cursor() as cursor:
                cursor.execute(f"SELECT {sql} AS value")
                table = cursor.fetch_arrow_table()
                self.assertEqual((table.schema.field(0).type, table["value"].to_pylist()[0]), EXPECTED[name])

    def test_26_whole_numbers_beside_null_stay_exact(self):
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT * FROM (VALUES (9007199254740993), (NULL)) AS t(n) ORDER BY n")
            self.assertEqual(cursor.fetchall(), [(9007199254740993,), (None,)])

    def test_26_polars(self):
        for name, sql in TYPES.items():
            expected = {"a": 1} if name == "map" else EXPECTED[name][1]
            with self.subTest(name):
                frame = polars.read_database(f"SELECT {sql} AS value", connection=self.connection)
                [value] = frame["value"].to_list()
                self.assertEqual(value, expected)


if __name__ == "__main__":
    unittest.main()
