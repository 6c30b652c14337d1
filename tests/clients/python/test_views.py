"""Views that a driver makes and drops."""

import unittest

import adbc_driver_manager

from users import READER, WRITER, connect


def run(options, sql):
    """As most programs do: execute, and look at nothing."""
    with connect(options) as connection, connection.cursor() as cursor:
        cursor.execute(sql)


def rows(options, sql):
    with connect(options) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


class Views(unittest.TestCase):
    def test_a_view_is_made_without_fetching_anything(self):
        run(WRITER, "CREATE OR REPLACE VIEW scratch.big AS SELECT * FROM orders WHERE total > 15")
        self.assertEqual(rows(READER, "SELECT count(*) FROM scratch.big"), [(2,)])
        run(WRITER, "DROP VIEW scratch.big")
        with self.assertRaises(adbc_driver_manager.Error):
            rows(READER, "SELECT count(*) FROM scratch.big")

    def test_a_script_of_updates(self):
        with connect(WRITER) as connection, connection.cursor() as cursor:
            cursor.executescript("CREATE OR REPLACE VIEW scratch.one AS SELECT 1 AS n")
            cursor.execute("SELECT n FROM scratch.one")
            self.assertEqual(cursor.fetchall(), [(1,)])
            cursor.executescript("DROP VIEW scratch.one")

    def test_the_empty_result_can_be_fetched(self):
        with connect(WRITER) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE OR REPLACE VIEW scratch.two AS SELECT 2 AS n")
            self.assertEqual(cursor.fetch_arrow_table().num_rows, 0)
            cursor.execute("DROP VIEW scratch.two")
            self.assertEqual(cursor.fetch_arrow_table().num_columns, 0)

    def test_who_only_reads_makes_none(self):
        with self.assertRaises(adbc_driver_manager.Error) as caught:
            run(READER, "CREATE VIEW scratch.mine AS SELECT 1 AS n")
        self.assertIn("none of your roles may write there", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
