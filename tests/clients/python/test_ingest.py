"""Rows that a driver writes: bulk loads, and INSERT."""

import decimal
import unittest

import adbc_driver_manager
import pandas
import pyarrow

from users import READER, WRITER, connect


def stores(names):
    ids = [f"s-{number}" for number in range(len(names))]
    return pyarrow.table({"store_id": ids, "name": names})


class Loads(unittest.TestCase):
    def setUp(self):
        self.connection = connect(WRITER)
        self.addCleanup(self.connection.close)

    # A cursor of the driver stays what it was first: one for loads runs no statement.
    def load(self, table, rows, **options):
        with self.connection.cursor() as cursor:
            return cursor.adbc_ingest(table, rows, **options)

    def run_update(self, sql):
        with self.connection.cursor() as cursor:
            cursor.executescript(sql)

    def rows(self, sql):
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def refused(self, text, run):
        with self.assertRaises(adbc_driver_manager.Error) as caught:
            run()
        self.assertIn(text, str(caught.exception))

    def test_a_table_of_the_contract(self):
        load = self.load
        self.assertEqual(load("stores", stores(["Mitte", "Soho"]), mode="replace"), 2)
        self.refused(
            "it is there already", lambda: load("stores", stores(["Mitte"]), mode="create")
        )
        # Rows with a known key replace those that are stored: nothing is there twice.
        self.assertEqual(load("stores", stores(["Mitte", "Camden", "Gion"]), mode="append"), 3)
        names = "SELECT name FROM stores ORDER BY store_id"
        self.assertEqual(self.rows(names), [("Mitte",), ("Camden",), ("Gion",)])
        self.assertEqual(load("stores", stores(["Mitte"]), mode="replace"), 1)
        self.assertEqual(self.rows(names), [("Mitte",)])
        nowhere = pyarrow.table({"store_id": ["s-1", None], "name": ["x", "y"]})
        self.refused("row 2, store_id: required", lambda: load("stores", nowhere, mode="append"))
        self.assertEqual(self.rows(names), [("Mitte",)])

    def test_a_table_of_ones_own(self):
        load = self.load
        quotas = pyarrow.table(
            {
                "team": pyarrow.array(["north", "south"]).dictionary_encode(),
                "quota": pyarrow.array([decimal.Decimal("10.50"), None], pyarrow.decimal128(9, 2)),
                "at": pyarrow.array([0, 1], pyarrow.timestamp("ns", "UTC")),
                "local": pyarrow.array([0, 1], pyarrow.timestamp("us")),
                "tags": [["a"], []],
            }
        )
        self.assertEqual(load("quotas", quotas, mode="replace"), 2)
        self.assertEqual(load("quotas", quotas, mode="create_append"), 2)
        self.assertEqual(
            self.rows("SELECT team, count(*), sum(quota) FROM quotas GROUP BY team ORDER BY team"),
            [("north", 2, decimal.Decimal("21.00")), ("south", 2, None)],
        )
        with connect(READER) as other, other.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM quotas")
            self.assertEqual(cursor.fetchone(), (4,))

    def test_many_rows_in_many_batches(self):
        count, size = 200_000, 20_000
        schema = pyarrow.schema([("store_id", pyarrow.string()), ("name", pyarrow.string())])
        batches = (
            pyarrow.record_batch(
                [
                    [f"s-{number}" for number in range(first, first + size)],
                    [f"store number {number}" for number in range(first, first + size)],
                ],
                schema=schema,
            )
            for first in range(0, count, size)
        )
        reader = pyarrow.RecordBatchReader.from_batches(schema, batches)
        self.assertEqual(self.load("stores", reader, mode="replace"), count)
        self.assertEqual(
            self.rows("SELECT count(*), count(DISTINCT store_id) FROM stores"), [(count, count)]
        )

    def test_pandas(self):
        frame = pandas.DataFrame({"team": ["east"], "quota": [7.0]})
        self.load("quotas", pyarrow.Table.from_pandas(frame, preserve_index=False), mode="replace")
        self.assertEqual(self.rows("SELECT team, quota FROM quotas"), [("east", 7.0)])
        self.assertEqual(
            frame.to_sql("quotas", self.connection, if_exists="append", index=False), 1
        )
        self.assertEqual(self.rows("SELECT count(*) FROM quotas"), [(2,)])
        with self.assertRaises(ValueError):
            frame.to_sql("quotas", self.connection, if_exists="fail", index=False)

    def test_insert(self):
        self.load("stores", stores(["Mitte", "Soho"]), mode="replace")
        copied = "INSERT INTO stores (store_id, name) SELECT 'x-' || store_id, name FROM stores"
        self.run_update(copied)
        self.assertEqual(self.rows("SELECT count(*) FROM stores"), [(4,)])
        with self.connection.cursor() as cursor:
            cursor.execute("INSERT INTO stores (store_id, name) VALUES (?, ?)", ("s-9", "Gion"))
        self.assertEqual(
            self.rows("SELECT name FROM stores WHERE store_id = 's-9'"), [("Gion",)]
        )

    def test_insert_of_many_parameters(self):
        self.load("stores", stores(["Mitte"]), mode="replace")
        insert = "INSERT INTO stores (store_id, name) VALUES (?, upper(?))"
        with self.connection.cursor() as cursor:
            cursor.executemany(insert, [(f"m-{number}", f"name {number}") for number in range(500)])
        self.assertEqual(self.rows("SELECT count(*) FROM stores"), [(501,)])
        self.assertEqual(
            self.rows("SELECT name FROM stores WHERE store_id = 'm-499'"), [("NAME 499",)]
        )

    def test_who_may_not_write_loads_nothing(self):
        with connect(READER) as reader, reader.cursor() as cursor:
            for run in (
                lambda: cursor.adbc_ingest("quotas", stores(["x"]), mode="replace"),
                lambda: cursor.execute("INSERT INTO stores (store_id) VALUES ('s-1')"),
            ):
                self.refused("none of your roles may write there", run)
        self.refused(
            "none of your roles may write there",
            lambda: self.load("orders", stores(["x"]), mode="append"),
        )

    def test_what_a_load_cannot_be(self):
        load = self.load
        self.refused(
            "no temporary tables", lambda: load("quotas", stores(["x"]), temporary=True)
        )
        self.refused(
            "expected the catalog tributary",
            lambda: load("quotas", stores(["x"]), catalog_name="other"),
        )
        self.refused(
            "none of your roles may write there",
            lambda: load("quotas", stores(["x"]), db_schema_name="revenue"),
        )


if __name__ == "__main__":
    unittest.main()
