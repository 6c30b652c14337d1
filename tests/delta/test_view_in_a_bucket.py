"""What other programs read of a stored view in a bucket: the rows that an import log adds up to."""

import os
import unittest

import deltalake
import duckdb
import polars


class ViewInABucket(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.table = os.environ["TRIBUTARY_TEST_TABLE"]
        names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"]
        names += ["AWS_ALLOW_HTTP", "AWS_REGION"]
        cls.options = {name: os.environ[name] for name in names}
        ours = polars.read_csv(os.environ["TRIBUTARY_TEST_ANSWER"], try_parse_dates=True)
        cls.ours = ours.sort("date")

    def same(self, theirs):
        ours = self.ours
        theirs = theirs.select(ours.columns).cast(ours.schema).sort("date")
        self.assertGreater(len(ours), 0)
        self.assertEqual(theirs.rows(), ours.rows())

    def test_polars(self):
        self.same(polars.read_delta(self.table, storage_options=self.options))

    def test_duckdb(self):
        table = deltalake.DeltaTable(self.table, storage_options=self.options)
        days = table.to_pyarrow_dataset()
        self.same(duckdb.sql("select * from days").pl())


if __name__ == "__main__":
    unittest.main()
