"""Harlequin, a SQL editor for the terminal, through the class that it gives its adapter."""

import unittest

from harlequin.exception import HarlequinQueryError
from harlequin_adbc.adapter import HarlequinAdbcAdapter

from server import URL


class Harlequin(unittest.TestCase):
    def setUp(self):
        self.connection = HarlequinAdbcAdapter((URL,), driver_type="flightsql").connect()
        self.addCleanup(self.connection.conn.close)

    def test_03_06_the_tree_has_every_level(self):
        [catalog] = self.connection.get_catalog().items
        self.assertEqual((catalog.label, catalog.type_label), ("tributary", "db"))
        schemas = {it.label: it for it in catalog.children}
        tables = {it.label: it for it in schemas["public"].children}
        self.assertEqual(tables["orders"].type_label, "t")
        columns = {it.label: it for it in tables["orders"].children}
        self.assertEqual(columns["total"].query_name, '"total"')
        views = {it.label: it.type_label for it in schemas["small"].children}
        self.assertEqual(views["metrics"], "v")

    def test_25_a_result_and_its_limit(self):
        cursor = self.connection.execute("SELECT order_id, total FROM orders ORDER BY order_id")
        self.assertEqual(cursor.columns(), [("order_id", "s"), ("total", "#.##")])
        self.assertEqual(cursor.set_limit(2).fetchall()[0][0], "o1")

    def test_14_an_error_has_its_text(self):
        with self.assertRaises(HarlequinQueryError) as caught:
            self.connection.execute("SELECT nothing FROM orders")
        self.assertIn("No field named nothing", caught.exception.msg)


if __name__ == "__main__":
    unittest.main()
