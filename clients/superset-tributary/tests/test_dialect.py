"""The SQLAlchemy dialect: URLs, what it lists, and the values it returns."""

import datetime
import decimal
import tempfile
import unittest

import sqlalchemy
from server import LOGIN_URL, URL
from sqlalchemy.dialects import registry
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchTableError, OperationalError, ProgrammingError
from superset_tributary import errors, measures, relation
from superset_tributary.dialect import connection_options

registry.register("tributary", "superset_tributary.dialect", "TributaryDialect")


def engine(address=None, options="insecure=true"):
    return sqlalchemy.create_engine(f"tributary://{address or URL.netloc}?{options}")


class Urls(unittest.TestCase):
    def options(self, url):
        return connection_options(make_url(url))

    def test_20_22_tls_unless_said_otherwise(self):
        self.assertFalse(self.options("tributary://shop.example")["insecure"])
        for written, insecure in [("true", True), ("1", True), ("False", False), ("off", False)]:
            options = self.options(f"tributary://shop.example?insecure={written}")
            self.assertEqual(options["insecure"], insecure, written)
        with self.assertRaisesRegex(ArgumentError, "insecure must be true or false, got maybe"):
            self.options("tributary://shop.example?insecure=maybe")

    def test_22_host_port_and_login(self):
        options = self.options("tributary://ada:p%40ss@shop.example:1234")
        expected = ("shop.example", 1234, "ada", "p@ss")
        names = ("host", "port", "user", "password")
        self.assertEqual(tuple(options[name] for name in names), expected)
        self.assertEqual(self.options("tributary://shop.example")["port"], 50051)

    def test_20_22_certificates_and_headers(self):
        with tempfile.NamedTemporaryFile() as certificates:
            certificates.write(b"PEM")
            certificates.flush()
            options = self.options(f"tributary://shop.example?ca={certificates.name}&x-tenant=acme")
        self.assertEqual(options["tls_root_certs"], b"PEM")
        self.assertEqual(options["metadata"], {"x-tenant": "acme"})


class Listing(unittest.TestCase):
    address = URL.netloc

    @classmethod
    def setUpClass(cls):
        cls.inspector = sqlalchemy.inspect(engine(cls.address))

    def test_03_04_25_schemas_tables_and_views(self):
        self.assertIn("revenue", self.inspector.get_schema_names())
        self.assertIn("orders", self.inspector.get_table_names())
        self.assertNotIn("orders", self.inspector.get_view_names())
        self.assertIn("metrics", self.inspector.get_view_names("revenue"))
        self.assertEqual(self.inspector.get_table_names("revenue"), [])
        self.assertTrue(self.inspector.has_table("overview", "revenue"))
        self.assertFalse(self.inspector.has_table("overvie_", "revenue"))

    def test_06_26_columns_with_comments(self):
        columns = {it["name"]: it for it in self.inspector.get_columns("orders")}
        self.assertEqual(str(columns["total"]["type"]), "DECIMAL")
        self.assertEqual(columns["order_id"]["comment"], "identifies the order")
        with self.assertRaises(NoSuchTableError):
            self.inspector.get_columns("nothing")

    def test_what_a_view_is_about(self):
        comment = self.inspector.get_table_comment("overview", "revenue")
        self.assertEqual(comment["text"], "How much did support conversations earn?")

    def test_measures_become_saved_metrics(self):
        with engine(self.address).connect() as connection:
            raw = connection.connection.dbapi_connection
            columns = relation.columns(raw.table_schema("metrics", "revenue"))
        metrics = {it["metric_name"]: it for it in measures.saved_metrics(columns, "EUR")}
        revenue = metrics["cx_total_revenue"]
        self.assertEqual(revenue["expression"], "MEASURE(cx_total_revenue)")
        self.assertEqual(revenue["verbose_name"], "CX total revenue")
        self.assertEqual(revenue["currency"], {"symbol": "EUR", "symbolPosition": "prefix"})
        self.assertEqual(metrics["cx_conversion_rate"]["d3format"], ",.1%")
        self.assertEqual(metrics["cx_total_orders"]["d3format"], ",d")
        self.assertNotIn("channel", metrics)


class ListingWithLogin(Listing):
    address = LOGIN_URL.netloc


class Values(unittest.TestCase):
    address = URL.netloc

    def test_values_are_those_of_python(self):
        sql = """SELECT CAST(NULL AS DOUBLE) AS a, CAST(NULL AS BIGINT) AS b, DATE '9999-12-31',
                 TIMESTAMP '2026-01-02T03:04:05', 1.50, true, make_array(1),
                 DATE_TRUNC('day', DATE '2026-01-02')"""
        with engine(self.address).connect() as connection:
            [row] = connection.execute(sqlalchemy.text(sql)).fetchall()
        at = datetime.datetime(2026, 1, 2, 3, 4, 5)
        day = datetime.datetime(2026, 1, 2)
        self.assertEqual(row[:4], (None, None, datetime.date(9999, 12, 31), at))
        self.assertEqual(row[4:], (1.5, True, [1], day))

    def test_money_is_decimal(self):
        with engine(self.address).connect() as connection:
            value = connection.execute(sqlalchemy.text("SELECT sum(total) FROM orders")).scalar()
        self.assertIsInstance(value, decimal.Decimal)

    def test_parameters(self):
        orders = sqlalchemy.table("orders", sqlalchemy.column("channel"))
        wanted = sqlalchemy.select(orders.c.channel).where(orders.c.channel == "o'ne %")
        with engine(self.address).connect() as connection:
            self.assertEqual(connection.execute(wanted).fetchall(), [])


class ValuesWithLogin(Values):
    address = LOGIN_URL.netloc

    def test_01_22_the_server_knows_who_asks(self):
        with engine(self.address).connect() as connection:
            user = connection.execute(sqlalchemy.text("SELECT current_user")).scalar()
        self.assertEqual(user, LOGIN_URL.username)


class Errors(unittest.TestCase):
    def readable(self, raised, action):
        with self.assertRaises(raised) as caught:
            action()
        for pattern, message, _kind in errors.READABLE:
            if match := pattern.search(str(caught.exception)):
                return message % match.groupdict()
        self.fail(f"no readable message for {caught.exception}")

    def test_what_went_wrong_is_said(self):
        def asks(*address, sql="SELECT 1"):
            return lambda: engine(*address).connect().execute(sqlalchemy.text(sql))

        guarded = f"{LOGIN_URL.hostname}:{LOGIN_URL.port}"
        for expected, raised, action in [
            ("login failed", ProgrammingError, asks(f"{LOGIN_URL.username}:wrong@{guarded}")),
            ("login failed", ProgrammingError, asks(guarded)),
            ("do not agree on TLS", OperationalError, asks(None, "insecure=false")),
            ("cannot be reached", OperationalError, asks("127.0.0.1:1")),
            ("is not known", OperationalError, asks("nowhere.invalid:1")),
            (
                "In Superset, use its saved metrics",
                ProgrammingError,
                asks(sql="SELECT cx_total_revenue FROM revenue.metrics"),
            ),
        ]:
            self.assertIn(expected, self.readable(raised, action))


if __name__ == "__main__":
    unittest.main()
