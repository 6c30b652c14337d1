"""What other programs read of a stored view: the same rows as Tributary answers."""

import json
import os
import unittest

import deltalake
import duckdb
import polars


class StoredView(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = os.environ["TRIBUTARY_TEST_TABLE"]
        cls.ours = polars.read_parquet(os.environ["TRIBUTARY_TEST_ANSWER"])
        cls.key = ["order_id", "ordered_at"]

    def same(self, theirs):
        columns = self.ours.columns
        ours = self.ours.sort(self.key)
        theirs = theirs.select(columns).sort(self.key).cast(ours.schema)
        self.assertGreater(len(ours), 0)
        self.assertTrue(ours.equals(theirs))

    def test_polars(self):
        self.same(polars.read_delta(self.folder))

    def test_duckdb_on_the_files_of_the_table(self):
        files = deltalake.DeltaTable(self.folder).file_uris()
        names = ", ".join(f'"{name}"' for name in self.ours.columns)
        # hive_types: the day is a date, as the table says.
        sql = f"select {names} from read_parquet(?, hive_partitioning = true)"
        self.same(duckdb.execute(sql, [files]).pl())

    def test_days_are_partitions(self):
        table = deltalake.DeltaTable(self.folder)
        self.assertEqual(table.metadata().partition_columns, ["date"])
        days = polars.read_delta(self.folder)["date"].unique()
        self.assertEqual(days.dtype, polars.Date)
        self.assertEqual(len(days.drop_nulls()), len(table.partitions()))

    def test_the_commit_says_what_the_rows_were_made_from(self):
        run = deltalake.DeltaTable(self.folder).history(1)[0]["tributary"]
        run = json.loads(run) if isinstance(run, str) else run
        self.assertEqual(run["replaced"], "all")
        self.assertEqual([it["name"] for it in run["columns"]], self.ours.columns)


if __name__ == "__main__":
    unittest.main()
