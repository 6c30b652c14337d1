"""Every view of the report TRIBUTARY_TEST_REPORT says what DuckDB says.

`<report>/<view>.sql` is the view as a query for DuckDB, written from the definition of the report
and not from its views. `_<name>.sql` is run before them, and may add rows to `$warehouse`. Where
`<name>.ask.sql` stands beside `<name>.sql` it is asked instead of the whole view: a metric view at
some grain, or other parameters.
"""

import os
import tempfile
import unittest

from report import HERE, Shop

REPORT = os.environ["TRIBUTARY_TEST_REPORT"]


class Report(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.shop = Shop(cls.enterClassContext(tempfile.TemporaryDirectory()))
        for prepared in sorted((HERE / REPORT).glob("_*.sql")):
            text = prepared.read_text().replace("$warehouse", str(cls.shop.warehouse))
            cls.shop.duckdb.execute(text)

    def test_every_view(self):
        for path in sorted((HERE / REPORT).glob("[a-z]*.sql")):
            name = path.stem
            if name.endswith(".ask"):
                continue
            with self.subTest(view=name):
                ask = path.with_name(f"{name}.ask.sql")
                asked = ask.read_text() if ask.exists() else f"select * from {REPORT}.{name}"
                only_ours, only_theirs, rows = self.shop.compare(path.read_text(), asked)
                self.assertEqual((only_ours[:5], only_theirs[:5]), ([], []))
                self.assertGreater(rows, 0)


if __name__ == "__main__":
    unittest.main()
