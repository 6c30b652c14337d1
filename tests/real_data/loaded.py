"""A data set in a warehouse, mapped and loaded as documented, and its reports beside DuckDB."""

import os
import tempfile
import unittest
from pathlib import Path

import duckdb
from program import DATA, MAPPINGS, PROGRAM, run, save, tributary


class Loaded(unittest.TestCase):
    """What the sets have in common: NAME, SCHEMA of the mapping, TABLES, ZONE and CURRENCY."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.warehouse = cls.folder / "warehouse"
        settings = cls.warehouse / "_tributary" / "warehouse.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text(f'timezone = "{cls.ZONE}"\ncurrency = "{cls.CURRENCY}"\n')
        cls.first = cls.load(*cls.TABLES)

        cls.duckdb = duckdb.connect()
        cls.duckdb.execute("set TimeZone = 'UTC'")
        sql = (Path(__file__).parent / f"{cls.NAME}.sql").read_text()
        cls.duckdb.execute(sql.replace("$data", str(DATA / cls.NAME)))

    @classmethod
    def load(cls, *tables):
        """What the documented script said of each table."""
        script = [MAPPINGS / "load.sh", cls.NAME, cls.SCHEMA, DATA / cls.NAME, cls.warehouse]
        path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
        done = run([*script, *tables], env={**os.environ, "PATH": path})
        lines = done.stderr.decode().splitlines()
        pairs = zip(lines[::2], lines[1::2], strict=True)
        return {
            table.removesuffix(":"): said.removesuffix(", quarantined 0") for table, said in pairs
        }

    def printed(self, query, *settings, warehouse=None):
        """The name of the file with what a query printed, as a text in DuckDB's SQL."""
        sql = "; ".join([f"set tributary.{setting}" for setting in settings] + [query])
        done = tributary(
            "sql", sql, "--format", "parquet", warehouse=warehouse or self.warehouse
        )
        number = len(list(self.folder.iterdir()))
        return f"'{save(self.folder / f'{number}.parquet', done)}'"

    def same(self, expected, printed):
        """Both queries give the same rows, as often; returns how many there are."""
        for one, other in [(expected, printed), (printed, expected)]:
            rows = self.duckdb.sql(f"({one}) except all ({other}) limit 5").fetchall()
            self.assertEqual(rows, [], f"in\n{one}\nand not in\n{other}")
        count = self.duckdb.sql(f"select count(*) from ({expected})").fetchall()[0][0]
        self.assertGreater(count, 0)
        return count

    def rows(self, sql):
        return self.duckdb.sql(sql).fetchall()
