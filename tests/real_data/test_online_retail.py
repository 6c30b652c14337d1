"""Sales and cancellations of Online Retail: sales_insights and its neighbours against DuckDB."""

import json
import shutil
import unittest
from collections import Counter
from decimal import Decimal

from loaded import Loaded
from program import DATA, tributary

FILES = DATA / "online_retail"
EVERYTHING = ("2010-12-01", "2011-12-10")
# The clocks went forward on 2011-03-27.
PERIODS = [
    (*EVERYTHING, "month"),
    ("2011-03-01", "2011-04-01", "day"),
    ("2011-03-27", "2011-03-29", "hour"),
]
ROWS = {
    "messages": 0,
    "web_events": 0,
    "products": 4070,
    "customers": 4372,
    "orders": 22061 + 3836,
    "order_adjustments": 3,
    "order_lines": 541909 - 3,
}
ONLY_WEB = "param.{}.channels = 'web'"


def dates(days):
    return ", ".join(f"date '{day}'" for day in days)


def period(days):
    return f"period = '{'/'.join(days)}'"


def pennies(amount):
    """The source has a tenth of a penny here and there."""
    return round(Decimal(str(amount)), 2)


class OnlineRetail(Loaded):
    NAME = "online_retail"
    SCHEMA = "retail"
    TABLES = ROWS
    ZONE = "Europe/London"
    CURRENCY = "GBP"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reference = json.loads((FILES / "reference.json").read_text())

    def report(self, view, days, *settings):
        query = f"select * from {view} where period = 'custom'"
        return self.printed(query, period(days), *settings)

    def test_import_took_every_row_and_changes_nothing_again(self):
        self.assertEqual(
            self.first, {name: f"imported {n}, unchanged 0" for name, n in ROWS.items()}
        )
        again = {name: n for name, n in ROWS.items() if name != "order_lines"}
        self.assertEqual(
            self.load(*again), {name: f"imported 0, unchanged {n}" for name, n in again.items()}
        )

    def test_totals_of_the_reference(self):
        totals = self.reference["totals"]
        kinds = self.printed(
            "select kind, count(distinct order_id) as orders, count(*) as lines, sum(net_amount) "
            "from base.restated_orders join order_lines using (order_id) group by kind "
            "union all select 'adjustment', count(distinct order_id), count(*), sum(amount) "
            "from order_adjustments"
        )
        expected = [
            (name, totals[kind]["invoices"], totals[kind]["lines"], pennies(totals[kind]["amount"]))
            for name, kind in [
                ("sale", "sale"),
                ("unlinked_return", "cancellation"),
                ("adjustment", "bad_debt_adjustment"),
            ]
        ]
        self.assertEqual(Counter(self.rows(f"from {kinds}")), Counter(expected))
        self.assertEqual(
            sum(amount for *_, amount in expected), pennies(self.reference["net_amount"])
        )

    def test_countries_of_the_reference(self):
        countries = self.printed(
            "select country, count(*), sum(amount), count(*) - count(customer_id) from ("
            "select country, customer_id, net_amount as amount "
            "from orders join order_lines using (order_id) "
            "union all select country, null, amount from order_adjustments) group by country"
        )
        rows = self.rows(f"from {countries}")
        printed = {country: (lines, amount) for country, lines, amount, _ in rows}
        top = self.reference["top_countries"]
        self.assertEqual(len(top), 10)
        for row in top:
            expected = (row["lines"], pennies(row["amount"]))
            self.assertEqual(printed[row["country"]], expected, row["country"])
        self.assertEqual(len(rows), 38)
        self.assertEqual(
            sum(guests for *_, guests in rows), self.reference["lines_without_customer"]
        )

    def test_months_of_the_reference(self):
        sales = self.report("sales_insights.periodic_sales", EVERYTHING)
        cancelled = self.printed(
            "select date_trunc('month', local_date(ordered_at)) as month, count(*), sum(total) "
            "from base.restated_orders where kind = 'unlinked_return' group by month"
        )
        for source, count, amount in [
            (
                "select strftime(local_time(bucket_start::timestamptz::timestamp), '%Y-%m'), "
                f"total_orders, revenue_generated from {sales}",
                "sales_invoices",
                "sales",
            ),
            (
                f"select strftime(month, '%Y-%m'), columns(* exclude month) from {cancelled}",
                "cancel_invoices",
                "cancelled",
            ),
        ]:
            expected = Counter(
                (month["month"], month[count], pennies(month[amount]))
                for month in self.reference["monthly"]
            )
            self.assertEqual(len(expected), 13)
            self.assertEqual(Counter(self.rows(source)), expected)

    def test_every_order_and_its_reason(self):
        columns = (
            "order_id, customer_id, ordered_at::timestamp, currency, order_total, channel, scope, "
            "reason, amount"
        )
        for channel, settings in [("null", []), ("'web'", [ONLY_WEB.format("sales_insights")])]:
            ledger = self.printed("select * from sales_insights.scoped_orders", *settings)
            self.same(
                f"select {columns} from scoped_orders({channel})",
                f"select {columns} from {ledger}",
            )

    def test_periodic_sales(self):
        for *days, grain in PERIODS:
            with self.subTest(days=days):
                sales = self.report("sales_insights.periodic_sales", days)
                self.same(
                    f"from periodic_sales({dates(days)}, '{grain}')",
                    "select bucket_start::timestamptz::timestamp, total_orders, revenue_generated "
                    f"from {sales}",
                )

    def test_overview_knows_orders_and_no_chat(self):
        overview = self.report("sales_insights.overview", EVERYTHING)
        sold = self.reference["totals"]["sale"]
        self.assertEqual(
            self.rows(f"from {overview}"),
            [("custom", None, sold["invoices"], pennies(sold["amount"]), None, None, None)],
        )

    def test_new_and_existing_users(self):
        for days in [EVERYTHING, ("2011-11-01", "2011-12-01"), ("2011-03-27", "2011-03-28")]:
            with self.subTest(days=days):
                users = self.report("sales_insights.new_vs_existing", days)
                self.same(
                    f"from new_vs_existing({dates(days)})",
                    f"select * exclude period from {users}",
                )

    def test_buyers_of_every_month(self):
        buyers = self.printed(
            "select date_trunc('month', date) as month, buyer_class, measure(total_orders), "
            "measure(revenue_generated) from sales_insights.metrics "
            "group by rollup (month, buyer_class)"
        )
        self.same(
            "from buyer_classes()",
            f"select month::date, columns(* exclude month) from {buyers}",
        )

    def test_every_product_of_six_months(self):
        # Of every month it is right too, but takes a debug build twice as long.
        days = ("2011-07-01", "2011-12-10")
        products = self.printed(
            "select date_trunc('month', date) as month, product_id, product, measure(units_sold), "
            f"measure(sales) from sales_insights.metrics where date >= date '{days[0]}' "
            "group by month, product_id, product"
        )
        count = self.same(
            f"from sold_products({dates(days)})",
            f"select month::date, columns(* exclude month) from {products}",
        )
        self.assertGreater(count, 15_000)

    def test_every_product_of_a_period(self):
        days = ("2011-03-01", "2011-04-01")
        products = self.report("sales_insights.products", days)
        self.same(
            "select product_id, product, null, null, units_sold, sales "
            f"from sold_products({dates(days)})",
            f"select * exclude period from {products}",
        )

    def test_every_captured_order(self):
        ledger = self.printed(
            "select * from conversational_commerce.captured_orders",
            ONLY_WEB.format("conversational_commerce"),
        )
        columns = (
            "order_id, captured_at::timestamp, order_total, items, reason, revenue, item_revenue"
        )
        self.same(f"select {columns} from captured", f"select {columns} from {ledger}")

    def test_sales_performance_and_the_month_before(self):
        days = ("2011-11-01", "2011-12-01")
        performance = self.report(
            "conversational_commerce.sales_performance",
            days,
            ONLY_WEB.format("conversational_commerce"),
        )
        # The 30 days before have one of the day on which the clocks went back.
        expected = self.rows(
            "select key, now.value, before.value, (now.value - before.value) / before.value, null "
            f"from sales_performance({dates(days)}) as now "
            f"join sales_performance({dates(('2011-10-02', '2011-11-01'))}) as before using (key)"
        )
        printed = self.rows(f"select * exclude period from {performance}")
        self.assertEqual(len(printed), 5)
        for row, truth in zip(sorted(printed), sorted(expected), strict=True):
            self.assertEqual(row[0], truth[0])
            for value, exact in zip(row[1:4], truth[1:4], strict=True):
                self.assertAlmostEqual(value, exact, delta=abs(exact) * 1e-12, msg=row[0])

    def test_returns_that_name_their_sale_lower_it(self):
        linked = self.folder / "linked"
        for table in ["_tributary", "orders", "messages", "web_events"]:
            shutil.copytree(self.warehouse / table, linked / table)
        path = self.folder / "linked_returns.parquet"
        self.duckdb.sql(
            "select return_id as order_id, customer_id, ordered_at::timestamptz as ordered_at, "
            "'GBP' as currency, total, original_id as original_order_id "
            "from guess join invoice on order_id = return_id"
        ).write_parquet(str(path))
        guesses = self.rows("select count(*) from guess")[0][0]
        self.assertGreater(guesses, 3000)
        done = tributary("import", "--strict", "orders", path, warehouse=linked)
        self.assertIn(f"imported {guesses}, unchanged 0", done.stderr.decode())

        orders = self.printed("select * from base.restated_orders", warehouse=linked)
        columns = "order_id, total, kind, adjusted_by, last_changed_at::timestamp"
        self.same(
            f"select {columns} from restated_orders()", f"select {columns} from {orders}"
        )
        for basis, amount in [("gross", "total"), ("net", "total + adjusted_by")]:
            ledger = self.printed(
                "select order_id, amount, reason from sales_insights.scoped_orders",
                f"param.sales_insights.amount_basis = '{basis}'",
                warehouse=linked,
            )
            self.same(
                f"select order_id, case when kind = 'sale' then {amount} end, "
                "case when kind = 'sale' then 'in_scope' else kind end from restated_orders()",
                f"from {ledger}",
            )


if __name__ == "__main__":
    unittest.main()
