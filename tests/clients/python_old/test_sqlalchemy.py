"""SQLAlchemy 1.4 with flightsql-dbapi, as Superset uses it, over the Arrow library of 2023.

That library knows neither view types nor much else that is new: what it reads, old tools read.
"""

import json
import os
import pathlib
import time
import unittest

import flightsql
import flightsql.sqlalchemy  # Registers the dialect.
import pyarrow
import sqlalchemy
from sqlalchemy import func, select, text

ADDRESS = os.environ["TRIBUTARY_TEST_URL"].removeprefix("grpc://")
TYPES = json.loads((pathlib.Path(__file__).parent.parent / "types.json").read_text())
PREPARED = "&feature-sqlalchemy-prepared-statements=on"


def engine(options="", login=""):
    return sqlalchemy.create_engine(
        f"datafusion+flightsql://{login}{ADDRESS}?insecure=True{options}"
    )


class Connecting(unittest.TestCase):
    def test_01_22_with_a_password_that_is_percent_encoded(self):
        for login in ("", "user:ad%40min@"):
            with engine(login=login).connect() as connection:
                self.assertEqual(connection.execute(text("SELECT 1")).scalar(), 1)

    def test_01_without_a_token_it_sends_bearer_none(self):
        host, port = ADDRESS.split(":")
        client = flightsql.FlightSQLClient(host=host, port=int(port), insecure=True)
        self.assertIn((b"authorization", b"Bearer None"), client.headers)
        cursor = flightsql.connect(client).cursor()
        cursor.execute("SELECT 1 AS one")
        self.assertEqual(cursor.fetchall(), [[1]])

    def test_02_the_information_that_it_does_not_guard(self):
        with engine().connect() as connection:
            info = connection.dialect.sql_info
            self.assertEqual(info[0], "Tributary")
            self.assertEqual(info[504], '"')
            self.assertIs(info[3], True)

    def test_21_other_parameters_of_the_url_are_headers(self):
        options = "&catalog=tributary&schema=small&x-tenant=acme&x-tributary-timezone=Asia/Tokyo"
        with engine(options).connect() as connection:
            self.assertEqual(connection.execute(text("SELECT current_schema()")).scalar(), "small")
            shown = connection.execute(text("SHOW tributary.timezone")).fetchone()
            self.assertEqual(shown[1], "Asia/Tokyo")


class Browsing(unittest.TestCase):
    def setUp(self):
        self.inspector = sqlalchemy.inspect(engine())

    def test_03_25_one_catalog_so_schema_names_are_unique(self):
        names = self.inspector.get_schema_names()
        self.assertEqual(len(names), len(set(names)))
        self.assertIn("small", names)

    def test_04_25_views_appear_as_tables(self):
        names = self.inspector.get_table_names("small")
        self.assertIn("values", names)
        self.assertIn("metrics", names)
        self.assertEqual(self.inspector.get_view_names("small"), [])

    def test_03_the_first_match_is_the_table_that_was_named(self):
        # An underscore is a wildcard, which this client does not escape; it reads the first row.
        names = [it["name"] for it in self.inspector.get_columns("orders", "public")]
        self.assertEqual(names[:2], ["order_id", "customer_id"])

    def test_03_a_reflected_table(self):
        with engine().connect() as connection:
            orders = sqlalchemy.Table(
                "orders", sqlalchemy.MetaData(), autoload_with=connection, schema="public"
            )
            rows = connection.execute(select(orders.c.order_id).where(orders.c.total > 15))
            self.assertEqual(rows.fetchall(), [("o2",), ("o3",)])


class Querying(unittest.TestCase):
    def rows(self, sql, options=""):
        with engine(options).connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql)).fetchall()]

    def test_09_10_parameters_are_unions_and_the_new_handle_is_ignored(self):
        with engine(PREPARED).connect() as connection:
            orders = sqlalchemy.Table(
                "orders", sqlalchemy.MetaData(), autoload_with=connection, schema="public"
            )
            for order in ("o2", "o3"):
                query = select(orders.c.order_id).where(orders.c.order_id == order)
                self.assertEqual(connection.execute(query).fetchall(), [(order,)])
            counted = select(func.count()).where(orders.c.total > 10.5, orders.c.currency == "EUR")
            self.assertEqual(connection.execute(counted).scalar(), 2)

    def test_08_an_empty_result_has_columns(self):
        with engine().connect() as connection:
            result = connection.execute(text("SELECT order_id, total FROM orders WHERE 1 = 0"))
            self.assertEqual(list(result.keys()), ["order_id", "total"])
            self.assertEqual(result.fetchall(), [])

    def test_11_rows_of_the_only_endpoint_are_in_order(self):
        rows = self.rows("SELECT value FROM generate_series(1, 100000) ORDER BY value DESC")
        self.assertEqual(rows, [(value,) for value in range(100000, 0, -1)])

    def test_12_a_large_result(self):
        sql = "SELECT value, repeat('x', 100) AS text FROM generate_series(1, 100000)"
        self.assertEqual(len(self.rows(sql)), 100000)

    def test_13_compressed_batches(self):
        def read(codec):
            sql = f"SELECT value, value % 7 AS with_{codec} FROM generate_series(1, 100000) ORDER BY 1"
            header = f"&x-tributary-compression={codec}" if codec else ""
            with engine(header).connect() as connection:
                return [tuple(row) for row in connection.execute(text(sql))], self.sent_bytes(sql)

        plain, many = read(None)
        self.assertEqual(len(plain), 100000)
        for codec in ("lz4", "zstd"):
            with self.subTest(codec):
                rows, few = read(codec)
                self.assertTrue(rows == plain, "a difference of this many rows cannot be shown")
                self.assertLess(few, many * 0.7)

    def sent_bytes(self, sql):
        # The server notes the end of a query after its client has read it.
        for _ in range(100):
            rows = self.rows(
                f"SELECT sent_bytes FROM system.queries WHERE statement = '{sql}' AND state = 'finished'"
            )
            if rows:
                return rows[0][0]
            time.sleep(0.05)
        self.fail(f"not finished after five seconds: {sql}")

    def test_14_a_long_error_arrives(self):
        columns = ", ".join(f"1 AS a_column_with_a_name_{number}" for number in range(800))
        with self.assertRaises(Exception) as caught:
            self.rows(f"SELECT nothing FROM (SELECT {columns})")
        self.assertIn("No field named nothing", str(caught.exception))

    def test_15_nothing_can_be_changed(self):
        with self.assertRaises(Exception) as caught:
            self.rows("DROP TABLE orders")
        self.assertIn("not allowed", str(caught.exception))

    def test_24_table_functions_in_capitals(self):
        self.assertEqual(self.rows("SELECT COUNT(*) FROM GENERATE_SERIES(1, 3)"), [(3,)])

    def test_25_shapes_that_superset_sends(self):
        for sql, expected in [
            ("SELECT 1", [(1,)]),
            ("SELECT order_id FROM orders ORDER BY order_id\nLIMIT 101", [("o1",), ("o2",), ("o3",)]),
            (
                "SELECT DATE_TRUNC('MONTH', ordered_at) AS ordered_at, COUNT(*) AS count FROM public.orders"
                " GROUP BY DATE_TRUNC('MONTH', ordered_at) LIMIT 10000",
                None,
            ),
            ("SELECT COUNT(*) FROM orders WHERE ordered_at >= '1970-01-02 00:00:00.000000'", [(2,)]),
            (
                'SELECT currency AS currency, SUM(total) AS "SUM(total)" FROM public.orders'
                ' GROUP BY currency ORDER BY "SUM(total)" DESC LIMIT 1000',
                None,
            ),
            (
                "SELECT n AS n FROM (SELECT 2 AS n UNION ALL SELECT 1) AS virtual_table ORDER BY n ASC LIMIT 1000",
                [(1,), (2,)],
            ),
            ("SELECT DISTINCT currency AS currency FROM orders LIMIT 10000", [("EUR",)]),
            (
                "SELECT customer, revenue FROM (SELECT customer, MEASURE(revenue) AS revenue"
                " FROM small.metrics GROUP BY customer) AS virtual_table WHERE customer = 'c1' LIMIT 10000",
                None,
            ),
        ]:
            with self.subTest(sql):
                rows = self.rows(sql)
                if expected is None:
                    self.assertEqual(len(rows), 1)
                else:
                    self.assertEqual(rows, expected)

    def test_26_columns_without_a_name(self):
        with engine().connect() as connection:
            result = connection.execute(text("SELECT COUNT(*), 2 FROM orders"))
            self.assertEqual(list(result.keys()), ["count(*)", "Int64(2)"])


class Types(unittest.TestCase):
    def test_26_what_superset_takes_each_type_for(self):
        self.assertEqual(pyarrow.__version__, "14.0.2")
        host, port = ADDRESS.split(":")
        client = flightsql.FlightSQLClient(host=host, port=int(port), insecure=True)
        cursor = flightsql.connect(client).cursor()
        self.assertEqual(TYPES.keys(), EXPECTED.keys())
        for name, sql in TYPES.items():
            with self.subTest(name):
                cursor.execute(f"SELECT {sql} AS value")
                [[value]] = cursor.fetchall()
                self.assertEqual((cursor.description[0][1].__name__, str(value)), EXPECTED[name])


# The SQLAlchemy type, and the value as text. Superset shows a BLOB as text and cannot filter it.
EXPECTED = {
    "text": ("TEXT", "long enough not to be inlined"),
    "large_text": ("TEXT", "a"),
    "dictionary": ("TEXT", "a"),
    "binary": ("BINARY", "b'a'"),
    "large_binary": ("BINARY", "b'a'"),
    "decimal": ("DECIMAL", "7072.02"),
    "wide_decimal": ("DECIMAL", "7072.02"),
    "instant": ("TIMESTAMP", "2026-01-02 03:04:05.123456+00:00"),
    "timestamp": ("TIMESTAMP", "2026-01-02 03:04:05.123456"),
    "last_timestamp": ("TIMESTAMP", "9999-12-31 23:59:59"),
    "first_date": ("DATE", "0001-01-01 00:00:00"),
    "last_date": ("DATE", "9999-12-31 00:00:00"),
    "time": ("TIME", "12:34:56.500000"),
    "largest_integer": ("BIGINT", "18446744073709551615"),
    "long_integer": ("BIGINT", "9007199254740993"),
    "list": ("BLOB", "['a']"),
    "fixed_list": ("BLOB", "[1 2]"),
    "list_view": ("BLOB", "[1 2]"),
    "struct": ("BLOB", "{'word': 'a'}"),
    "map": ("BLOB", "[('a', 1)]"),
    "interval": ("TEXT", "1 mons 2 days"),
    "duration": ("TEXT", "PT3600S"),
    "null": ("TEXT", "None"),
    "run_end": ("TEXT", "a"),
    "half": ("FLOAT", "1.5"),
    "boolean": ("BOOLEAN", "True"),
    "double": ("FLOAT", "1.5"),
}


if __name__ == "__main__":
    unittest.main()
