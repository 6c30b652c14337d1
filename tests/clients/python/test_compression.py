"""Compressed batches: the same rows in fewer bytes, for who asks."""

import time
import unittest

import adbc_driver_manager

from adbc_driver_flightsql import DatabaseOptions

from server import connect

CODEC = DatabaseOptions.RPC_CALL_HEADER_PREFIX.value + "x-tributary-compression"


class Compression(unittest.TestCase):
    def fetch(self, name, options):
        sql = f"SELECT value, value % 7 AS {name} FROM generate_series(1, 100000) ORDER BY 1"
        with connect(db_kwargs=options) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            columns = cursor.fetch_arrow_table().columns
            return columns, self.sent_bytes(cursor, sql)

    def sent_bytes(self, cursor, sql):
        # The server notes the end of a query after its client has read it.
        for _ in range(100):
            cursor.execute(
                "SELECT sent_bytes FROM system.queries WHERE statement = ? AND state = 'finished'",
                (sql,),
            )
            if row := cursor.fetchone():
                return row[0]
            time.sleep(0.05)
        self.fail(f"not finished after five seconds: {sql}")

    def test_13_both_codecs_are_read_and_send_less(self):
        plain, many = self.fetch("plain", {})
        self.assertGreater(many, 1_600_000)
        for codec in ("lz4", "zstd"):
            with self.subTest(codec):
                columns, few = self.fetch(codec, {CODEC: codec})
                self.assertEqual(columns, plain)
                self.assertLess(few, many * 0.7)

    def test_13_14_an_unknown_codec_is_refused(self):
        with self.assertRaisesRegex(adbc_driver_manager.Error, "expected lz4 or zstd, got gzip"):
            self.fetch("gzip", {CODEC: "gzip"})


if __name__ == "__main__":
    unittest.main()
