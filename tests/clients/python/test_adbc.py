"""The ADBC Flight SQL driver: the strictest client, and the one below pandas and polars."""

import datetime
import decimal
import unittest

import adbc_driver_manager
import pyarrow

from adbc_driver_flightsql import DatabaseOptions

from server import connect

COOKIES = DatabaseOptions.WITH_COOKIE_MIDDLEWARE.value
HEADER = DatabaseOptions.RPC_CALL_HEADER_PREFIX.value
UTC = datetime.timezone.utc


class Connecting(unittest.TestCase):
    def test_01_with_and_without_credentials(self):
        for options in ({}, {"username": "user", "password": "secret"}):
            with connect(db_kwargs=options) as connection, connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                self.assertEqual(cursor.fetchone(), (1,))

    def test_02_16_info_names_the_server(self):
        with connect() as connection:
            info = connection.adbc_get_info()
            self.assertEqual(info["vendor_name"], "Tributary")
            self.assertEqual(connection.adbc_current_catalog, "tributary")
            self.assertEqual(connection.adbc_current_db_schema, "public")

    def test_15_a_connection_without_autocommit_queries_too(self):
        from adbc_driver_flightsql import dbapi
        from server import URL

        import warnings

        with warnings.catch_warnings():
            # The driver warns that the server has no transactions, which is true.
            warnings.simplefilter("ignore")
            with dbapi.connect(URL) as connection, connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM orders")
                self.assertEqual(cursor.fetchone(), (3,))


class Browsing(unittest.TestCase):
    def setUp(self):
        self.connection = connect()
        self.addCleanup(self.connection.close)

    def objects(self, **options):
        return self.connection.adbc_get_objects(**options).read_all().to_pylist()

    def test_03_catalogs(self):
        catalogs = self.objects(depth="catalogs")
        self.assertEqual([it["catalog_name"] for it in catalogs], ["tributary"])

    def test_03_schemas(self):
        [catalog] = self.objects(depth="db_schemas")
        names = [it["db_schema_name"] for it in catalog["catalog_db_schemas"]]
        self.assertIn("public", names)
        self.assertIn("small", names)

    def test_03_04_tables(self):
        [catalog] = self.objects(depth="tables", db_schema_filter="public")
        [schema] = catalog["catalog_db_schemas"]
        tables = {it["table_name"]: it["table_type"] for it in schema["db_schema_tables"]}
        self.assertEqual(tables["orders"], "TABLE")
        [catalog] = self.objects(depth="tables", table_types_filter=["VIEW"], db_schema_filter="small")
        [schema] = catalog["catalog_db_schemas"]
        self.assertEqual([it["table_name"] for it in schema["db_schema_tables"]], ["metrics", "values"])

    def test_03_06_columns(self):
        [catalog] = self.objects(depth="all", table_name_filter="orders")
        schemas = {it["db_schema_name"]: it for it in catalog["catalog_db_schemas"]}
        [orders] = schemas["public"]["db_schema_tables"]
        columns = {it["column_name"]: it for it in orders["table_columns"]}
        self.assertEqual(columns["order_id"]["xdbc_type_name"], "VARCHAR")
        self.assertEqual(columns["total"]["xdbc_type_name"], "DECIMAL")

    def test_03_06_table_schema(self):
        schema = self.connection.adbc_get_table_schema("orders", db_schema_filter="public")
        self.assertEqual(schema.field("total").type, pyarrow.decimal128(18, 2))
        self.assertEqual(schema.field("order_id").type, pyarrow.string())
        remarks = schema.field("order_id").metadata[b"ARROW:FLIGHT:SQL:REMARKS"]
        self.assertEqual(remarks, b"identifies the order")
        # An underscore is a wildcard, and a table has a sibling that it matches.
        sibling = self.connection.adbc_get_table_schema("a_b")
        self.assertEqual(sibling.names, ["a_b"])

    def test_03_names_with_other_characters(self):
        for schema, name in [("public", "two words"), ("public", "MiXed"), ("odd", "per%cent"), ("odd", "quo\"te")]:
            with self.subTest(name):
                self.assertEqual(
                    self.connection.adbc_get_table_schema(name, db_schema_filter=schema).names, ["n"]
                )
                quoted = name.replace('"', '""')
                with self.connection.cursor() as cursor:
                    cursor.execute(f'SELECT n FROM {schema}."{quoted}"')
                    self.assertEqual(cursor.fetchall(), [(1,)])

    def test_06_a_measure_says_how_to_ask_for_it(self):
        schema = self.connection.adbc_get_table_schema("metrics", db_schema_filter="small")
        remarks = schema.field("revenue").metadata[b"ARROW:FLIGHT:SQL:REMARKS"]
        self.assertEqual(remarks, b"measure: ask for MEASURE(revenue); with tax")
        remarks = schema.field("customer").metadata[b"ARROW:FLIGHT:SQL:REMARKS"]
        self.assertEqual(remarks, b"who bought")

    def test_06_columns_of_reports_say_what_they_mean(self):
        schema = self.connection.adbc_get_table_schema("order_changes", db_schema_filter="base")
        remarks = schema.field("changed_at").metadata[b"ARROW:FLIGHT:SQL:REMARKS"]
        self.assertEqual(remarks, b"when the change happened")

    def test_04_table_types(self):
        self.assertEqual(sorted(self.connection.adbc_get_table_types()), ["TABLE", "VIEW"])


class Querying(unittest.TestCase):
    def setUp(self):
        self.connection = connect()
        self.addCleanup(self.connection.close)
        self.cursor = self.connection.cursor()
        self.addCleanup(self.cursor.close)

    def rows(self, sql, parameters=None):
        self.cursor.execute(sql, parameters)
        return self.cursor.fetchall()

    def test_26_values_arrive_as_they_are(self):
        rows = self.rows("SELECT order_id, customer_id, ordered_at, total FROM orders ORDER BY 1")
        first = ("o1", "c1", datetime.datetime(1970, 1, 1, tzinfo=UTC), decimal.Decimal("10.50"))
        self.assertEqual(rows[0], first)
        self.assertIsNone(rows[1][1])

    def test_07_coerced_types_lose_nothing(self):
        self.assertEqual(
            self.rows("SELECT CASE WHEN order_id = 'o1' THEN 1 ELSE 2.5 END FROM orders ORDER BY order_id"),
            [(1.0,), (2.5,), (2.5,)],
        )
        self.assertEqual(
            self.rows("SELECT * FROM (SELECT 1 AS n UNION ALL SELECT 2.5) ORDER BY n"),
            [(1.0,), (2.5,)],
        )

    def test_07_arrow_tables(self):
        self.cursor.execute("SELECT word FROM words")
        table = self.cursor.fetch_arrow_table()
        self.assertEqual(table.schema.field("word").type, pyarrow.string())
        self.assertEqual(table["word"].to_pylist(), ["a", "b", "a"])

    def test_08_empty_results_have_columns(self):
        self.cursor.execute("SELECT order_id, total FROM orders WHERE false")
        table = self.cursor.fetch_arrow_table()
        self.assertEqual((table.num_rows, table.column_names), (0, ["order_id", "total"]))

    def test_07_the_announced_schema_is_that_of_the_rows(self):
        for sql in [
            "SELECT CASE WHEN true THEN 1 ELSE 2.5 END AS n",
            "SELECT 1 AS n UNION ALL SELECT 2.5",
            "SELECT count(*), sum(total), avg(total) FROM orders",
            "SELECT word FROM words",
            "SELECT order_id, total FROM orders WHERE 1 = 0",
            "SELECT NULL",
            "EXPLAIN SELECT * FROM orders",
            "SELECT * FROM orders AS a JOIN orders AS b ON a.order_id = b.order_id",
            "SELECT customer, MEASURE(revenue) FROM small.metrics GROUP BY customer",
            "SHOW TABLES",
            "SELECT now(), current_time, current_user",
        ]:
            with self.subTest(sql):
                announced = self.cursor.adbc_execute_schema(sql)
                self.cursor.execute(sql)
                rows = self.cursor.fetch_arrow_table()
                self.assertTrue(rows.schema.equals(announced, check_metadata=True), (rows.schema, announced))

    def test_12_texts_that_are_views_in_the_engine(self):
        # Sorted and joined views carry the buffers of all their neighbours, unless they are copied.
        many = "(SELECT value, arrow_cast(repeat('x', 45), 'Utf8View') AS txt FROM generate_series(1, 100000))"
        for sql, count in [
            (f"SELECT * FROM {many} ORDER BY value DESC LIMIT 50000", 50_000),
            (f"SELECT a.txt, b.txt AS other FROM {many} AS a JOIN {many} AS b ON a.value = b.value", 100_000),
            (f"SELECT repeat(txt, 100) AS long FROM {many} LIMIT 10000", 10_000),
        ]:
            with self.subTest(sql):
                self.cursor.execute(sql)
                self.assertEqual(sum(batch.num_rows for batch in self.cursor.fetch_record_batch()), count)

    def test_12_large_results_fit_small_messages(self):
        option = "adbc.flight.sql.client_option.with_max_msg_size"
        with connect(db_kwargs={option: str(4 << 20)}) as connection:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT value, repeat('x', 100) AS text FROM generate_series(1, 200000)"
                )
                self.assertEqual(cursor.fetch_arrow_table().num_rows, 200_000)

    def test_09_parameters_of_every_type(self):
        for condition, parameters, expected in [
            ("order_id = ?", ("o2",), ["o2"]),
            ("order_id = $1", ("o2",), ["o2"]),
            ("total > $2 AND order_id <> $1", ("o3", 15), ["o2"]),
            ("total >= ?", (decimal.Decimal("20.00"),), ["o2", "o3"]),
            ("total < ?", (10.51,), ["o1"]),
            ("ordered_at > ?", (datetime.date(1970, 1, 2),), ["o3"]),
            ("ordered_at >= ?", (datetime.datetime(1970, 1, 2, tzinfo=UTC),), ["o2", "o3"]),
            ("customer_id IS NOT DISTINCT FROM ?", (None,), ["o2"]),
        ]:
            sql = f"SELECT order_id FROM orders WHERE {condition} ORDER BY order_id"
            with self.subTest(condition):
                self.assertEqual([row[0] for row in self.rows(sql, parameters)], expected)

    def test_09_parameters_of_no_type(self):
        for value in (1, 1.5, "text", True, None, datetime.date(2026, 8, 31)):
            with self.subTest(value):
                self.assertEqual(self.rows("SELECT ?", (value,)), [(value,)])
        self.assertEqual(self.rows("SELECT ?, $2", (1, "a")), [(1, "a")])
        self.assertEqual(len(self.rows("SELECT * FROM orders LIMIT ?", (2,))), 2)

    def test_10_a_statement_runs_again_with_other_values(self):
        for order in ("o1", "o2"):
            rows = self.rows("SELECT order_id FROM orders WHERE order_id = ?", (order,))
            self.assertEqual(rows, [(order,)])


class Settings(unittest.TestCase):
    def value(self, connection, sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[-1]

    def test_16_21_a_connection_with_cookies_keeps_what_it_sets(self):
        with connect(db_kwargs={COOKIES: "true"}) as connection:
            self.assertEqual(connection.adbc_current_db_schema, "public")
            connection.adbc_current_db_schema = "small"
            self.assertEqual(connection.adbc_current_db_schema, "small")
            self.assertEqual(self.value(connection, "SELECT current_schema()"), "small")
            self.assertEqual(self.value(connection, "SELECT count(*) FROM \"values\""), 3)
            self.value(connection, "SET tributary.timezone = 'Europe/Berlin'")
            self.assertEqual(self.value(connection, "SHOW tributary.timezone"), "Europe/Berlin")
            self.value(connection, "USE public")
            self.assertEqual(self.value(connection, "SELECT current_schema"), "public")
            self.value(connection, "RESET tributary.timezone")
            self.assertEqual(self.value(connection, "SHOW tributary.timezone"), "UTC")
            with self.assertRaises(adbc_driver_manager.Error):
                connection.adbc_current_db_schema = "nowhere"

    def test_16_21_what_a_connection_sets_first_is_kept(self):
        login = {"username": "user", "password": "secret"}
        zone = {"adbc.flight.sql.session.option.tributary.timezone": "Asia/Tokyo"}
        for db_kwargs in ({COOKIES: "true"}, {COOKIES: "true", **login}):
            with self.subTest(login="username" in db_kwargs):
                with connect(db_kwargs=db_kwargs, conn_kwargs=zone) as connection:
                    self.assertEqual(self.value(connection, "SHOW tributary.timezone"), "Asia/Tokyo")
                with connect(db_kwargs=db_kwargs) as connection:
                    connection.adbc_current_db_schema = "small"
                    self.assertEqual(connection.adbc_current_db_schema, "small")
                with connect(db_kwargs=db_kwargs) as connection:
                    self.value(connection, "SET tributary.timezone = 'Asia/Tokyo'")
                    self.assertEqual(self.value(connection, "SHOW tributary.timezone"), "Asia/Tokyo")

    def test_16_a_connection_without_cookies_is_told_so(self):
        with connect() as connection:
            with self.assertRaisesRegex(adbc_driver_manager.Error, "turn on cookies"):
                self.value(connection, "SET tributary.timezone = 'Europe/Berlin'")
            with self.assertRaises(adbc_driver_manager.Error):
                connection.adbc_current_db_schema = "small"

    def test_21_headers(self):
        headers = {HEADER + "schema": "small", HEADER + "x-tributary-timezone": "Asia/Tokyo"}
        with connect(db_kwargs=headers) as connection:
            self.assertEqual(self.value(connection, "SELECT current_schema()"), "small")
            self.assertEqual(self.value(connection, "SHOW tributary.timezone"), "Asia/Tokyo")


class Refusing(unittest.TestCase):
    def setUp(self):
        self.connection = connect()
        self.addCleanup(self.connection.close)
        self.cursor = self.connection.cursor()
        self.addCleanup(self.cursor.close)

    def refused(self, error, words, action):
        with self.assertRaises(error) as caught:
            action()
        self.assertIn(words, str(caught.exception))
        self.assertLess(len(str(caught.exception)), 4096)

    def test_14_errors_name_what_is_wrong(self):
        wrong = "SELECT nothing FROM orders"
        error = adbc_driver_manager.ProgrammingError
        self.refused(error, "No field named nothing", lambda: self.cursor.execute(wrong))

    def test_14_long_errors_are_cut(self):
        columns = ", ".join(f"1 AS a_column_with_a_name_{number}" for number in range(800))
        sql = f"SELECT nothing FROM (SELECT {columns})"
        error = adbc_driver_manager.ProgrammingError
        self.refused(error, "No field named nothing", lambda: self.cursor.execute(sql))

    def test_14_errors_while_rows_are_read(self):
        def read():
            self.cursor.execute("SELECT CAST(order_id AS INT) FROM orders")
            self.cursor.fetchall()

        self.refused(adbc_driver_manager.Error, "Cannot cast", read)

    def test_15_nothing_can_be_changed(self):
        for sql in ("CREATE TABLE t AS SELECT 1", "DROP TABLE orders", "SET a.b = 'c'"):
            with self.subTest(sql):
                self.refused(
                    adbc_driver_manager.Error,
                    "a server takes queries",
                    lambda: self.cursor.execute(sql),
                )

    def test_15_updates_are_refused(self):
        statement = self.cursor.adbc_statement
        statement.set_sql_query("DELETE FROM orders")
        self.refused(adbc_driver_manager.Error, "not allowed", statement.execute_update)

    def test_15_ingest_and_many_rows_are_refused(self):
        rows = pyarrow.table({"order_id": ["o9"]})
        error = adbc_driver_manager.Error
        self.refused(error, "not allowed", lambda: self.cursor.adbc_ingest("orders", rows))
        self.refused(
            error,
            "",
            lambda: self.cursor.executemany("SELECT ?", [(1,), (2,)]),
        )


if __name__ == "__main__":
    unittest.main()
