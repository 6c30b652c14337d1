"""Purchases and mailings of The Complete Journey: the clienteling report against DuckDB."""

import json
import os
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

import duckdb
from program import DATA, MAPPINGS, PROGRAM, run, save, tributary

FILES = DATA / "complete_journey"
YEAR = ("2017-01-01", "2017-12-31")
# All there is, and the days around a change of the clock.
PERIODS = [YEAR, ("2017-03-11", "2017-03-13")]
ROWS = {
    "stores": 308,
    "products": 92331,
    "customers": 2406,
    "orders": 56625,
    "order_lines": 100000,
    "activities": 6589 + 2102,
}


class CompleteJourney(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.warehouse = cls.folder / "warehouse"
        cls.first = load(cls.warehouse)
        cls.duckdb = duckdb.connect()
        cls.duckdb.execute("set TimeZone = 'UTC'")
        sql = (Path(__file__).parent / "complete_journey.sql").read_text()
        cls.duckdb.execute(sql.replace("$data", str(FILES)))
        cls.duckdb.execute("create view anything as from touch union all from redemption")

    def report(self, view, first_day=YEAR[0], last_day=YEAR[1], format="csv"):
        days = ["--from", first_day, "--to", last_day, "--format", format]
        return tributary("report", f"clienteling.{view}", *days, warehouse=self.warehouse)

    def printed(self, view, *days):
        """The name of the file with what a report printed, as a text in SQL."""
        return f"'{save(self.folder / f'{view}.csv', self.report(view, *days))}'"

    def same(self, expected, printed):
        """Both queries give the same rows, and there are some."""
        for one, other in [(expected, printed), (printed, expected)]:
            rows = self.duckdb.sql(f"({one}) except all ({other}) limit 5").fetchall()
            self.assertEqual(rows, [], f"in\n{one}\nand not in\n{other}")
        count = self.duckdb.sql(f"select count(*) from ({expected})").fetchall()[0][0]
        self.assertGreater(count, 0)

    def overview(self, text):
        """The amounts as they are printed, and the share."""
        path = self.folder / "overview.csv"
        path.write_text(text)
        row = self.duckdb.sql(
            "select sales_amount::decimal(18, 2), sales_count, related_activities, activity_types, "
            f"attributed_share from read_csv('{path}', types = {{'sales_amount': 'decimal(18, 2)'}})"
        ).fetchall()
        self.assertEqual(len(row), 1)
        return row[0]

    def same_overview(self, touches, days, text):
        *facts, share = self.overview(text)
        first_day, last_day = days
        *expected, expected_share = self.duckdb.sql(
            f"from overview({touches}, date '{first_day}', date '{last_day}')"
        ).fetchall()[0]
        self.assertEqual(facts, expected)
        self.assertAlmostEqual(share, expected_share, delta=1e-12)
        return facts

    def test_the_first_import_took_every_row(self):
        self.assertEqual(self.first, {name: f"imported {n}, unchanged 0" for name, n in ROWS.items()})

    def test_a_second_import_changes_nothing(self):
        second = load(self.warehouse)
        self.assertEqual(second, {name: f"imported 0, unchanged {n}" for name, n in ROWS.items()})

    def test_overview(self):
        for days in PERIODS:
            with self.subTest(days=days):
                self.same_overview("'touch'", days, self.report("overview", *days).stdout.decode())

    def test_overview_with_what_clients_did(self):
        statements = [
            "set tributary.param.clienteling.include_inbound = true",
            "set tributary.period = '2017-01-01/2018-01-01'",
            "select * from clienteling.overview where period = 'custom'",
        ]
        sql = ["sql", "; ".join(statements), "--format", "csv"]
        text = tributary(*sql, warehouse=self.warehouse).stdout.decode()
        with_clients = self.same_overview("'anything'", YEAR, text)
        self.assertEqual(with_clients[-1], 2)

    def test_daily(self):
        columns = "date, sales_amount::decimal(18, 2), sales_count, related_activities"
        self.same(
            f"select {columns} from daily('touch')",
            f"select {columns} from read_csv({self.printed('daily')}, all_varchar = false)",
        )

    def test_every_sale_and_its_reason(self):
        columns = (
            "order_id::varchar, purchased_at::timestamp, customer_id::varchar, "
            "ticket_amount::decimal(18, 2), sale_amount::decimal(18, 2), related_activities, "
            "automated_only, reason"
        )
        self.same(
            f"select {columns} from ledger('touch')",
            f"select {columns} from read_csv({self.printed('sales')})",
        )

    def test_every_related_activity(self):
        sql = ["sql", "select * from clienteling.timeline", "--format", "parquet"]
        path = save(self.folder / "timeline.parquet", tributary(*sql, warehouse=self.warehouse))
        columns = (
            "order_id, activity_id, activity_type, occurred_at::timestamp, purchased_at::timestamp"
        )
        self.same(
            f"select {columns} from timeline('touch')", f"select {columns} from '{path}'"
        )

    def test_purchases_come_newest_first_with_their_activities(self):
        printed = json.loads(self.report("purchases", format="json").stdout, parse_float=Decimal)
        printed = [
            (row["order_id"], row["amount"], [touch["activity_id"] for touch in row["activities"]])
            for row in printed
        ]
        expected = self.duckdb.sql(
            "select order_id, any_value(amount), list(activity_id order by touched_at, activity_id) "
            "from related('touch') group by order_id order by any_value(sold_at) desc, order_id"
        ).fetchall()
        self.assertEqual(printed, expected)


def load(warehouse):
    """What the documented script said of each table."""
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    script = MAPPINGS / "complete_journey.sh"
    done = run([script, FILES, warehouse], env={**os.environ, "PATH": path})
    lines = [line for line in done.stderr.decode().splitlines() if not line.startswith("warning")]
    pairs = zip(lines[::2], lines[1::2])
    return {
        table.removesuffix(":"): counts.removesuffix(", quarantined 0") for table, counts in pairs
    }


if __name__ == "__main__":
    unittest.main()
