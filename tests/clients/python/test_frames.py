"""pandas and polars, as notebooks use them."""

import unittest

import pandas
import polars

from server import connect

BY_ORDER = "SELECT order_id, total FROM orders ORDER BY order_id"


class Frames(unittest.TestCase):
    def setUp(self):
        self.connection = connect()
        self.addCleanup(self.connection.close)

    def test_07_pandas(self):
        frame = pandas.read_sql(BY_ORDER, self.connection)
        self.assertEqual(list(frame.columns), ["order_id", "total"])
        self.assertEqual(list(frame["order_id"]), ["o1", "o2", "o3"])
        self.assertEqual(float(frame["total"].sum()), 737.70)

    def test_03_pandas_reads_a_whole_table(self):
        frame = pandas.read_sql_table("orders", self.connection)
        self.assertEqual(len(frame), 3)

    def test_09_pandas_with_parameters(self):
        # pandas refuses `params` for every ADBC driver; the driver's own cursor is the way.
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT order_id FROM orders WHERE total > ?", (15,))
            self.assertEqual(len(cursor.fetch_df()), 2)

    def test_15_pandas_cannot_write(self):
        with self.assertRaises(pandas.errors.DatabaseError) as caught:
            pandas.DataFrame({"order_id": ["o9"]}).to_sql("orders", self.connection, if_exists="append")
        self.assertIn("not allowed", str(caught.exception.__cause__))

    def test_07_26_polars(self):
        frame = polars.read_database(BY_ORDER, connection=self.connection)
        self.assertEqual(frame["order_id"].to_list(), ["o1", "o2", "o3"])
        self.assertEqual(frame.schema["total"], polars.Decimal(18, 2))

    def test_09_polars_with_parameters(self):
        frame = polars.read_database(
            "SELECT order_id FROM orders WHERE total > ? ORDER BY 1",
            connection=self.connection,
            execute_options={"parameters": [15]},
        )
        self.assertEqual(frame["order_id"].to_list(), ["o2", "o3"])


if __name__ == "__main__":
    unittest.main()
