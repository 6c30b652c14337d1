"""SQLAlchemy 2 over ADBC (`adbc+flightsql://`): queries, parameters and reflection.

Its lists of tables are empty with every server, because it looks for the type `table` in small
letters; a table is reflected by its name.
"""

import unittest

import sqlalchemy

from server import URL


class SqlAlchemy2(unittest.TestCase):
    def setUp(self):
        address = URL.removeprefix("grpc://")
        self.engine = sqlalchemy.create_engine(f"adbc+flightsql://{address}?tls=false")
        self.addCleanup(self.engine.dispose)

    def test_07_a_query(self):
        with self.engine.connect() as connection:
            rows = connection.execute(sqlalchemy.text("SELECT order_id FROM orders ORDER BY 1"))
            self.assertEqual([row[0] for row in rows], ["o1", "o2", "o3"])

    def test_09_a_bound_parameter(self):
        with self.engine.connect() as connection:
            sql = sqlalchemy.text("SELECT order_id FROM orders WHERE order_id = :id")
            self.assertEqual(connection.execute(sql, {"id": "o2"}).fetchall(), [("o2",)])

    def test_03_schemas_and_columns(self):
        inspector = sqlalchemy.inspect(self.engine)
        self.assertIn("small", inspector.get_schema_names())
        columns = inspector.get_columns("orders", schema="public")
        self.assertEqual(columns[0]["name"], "order_id")

    def test_03_a_reflected_table(self):
        with self.engine.connect() as connection:
            orders = sqlalchemy.Table(
                "orders", sqlalchemy.MetaData(), autoload_with=connection, schema="public"
            )
            query = sqlalchemy.select(orders.c.order_id).where(orders.c.total > 15)
            rows = connection.execute(query.order_by(orders.c.order_id)).fetchall()
            self.assertEqual(rows, [("o2",), ("o3",)])


if __name__ == "__main__":
    unittest.main()
