"""A report's views against SQL written for DuckDB, over one sample shop."""

import os
import subprocess
import tomllib
from pathlib import Path

import duckdb

PROGRAM = os.environ["TRIBUTARY_TEST_PROGRAM"]
HERE = Path(__file__).parent
SCALE = "0.1"


class Shop:
    """A sample shop, open in DuckDB as well."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.warehouse = self.folder / "shop"
        self.run("sample", "--out", self.warehouse, "--scale", SCALE)
        self.duckdb = duckdb.connect()
        self.duckdb.execute("set threads = 2")
        for table in self.warehouse.glob("[a-z]*"):
            self.duckdb.execute(f"create view {table.name} as from '{table}/*.parquet'")
        settings = tomllib.loads((self.warehouse / "_tributary/warehouse.toml").read_text())
        text = (HERE / "shop.sql").read_text()
        for name, value in [("zone", "timezone"), ("currency", "currency"), ("as_of", "as_of")]:
            text = text.replace(f"${name}", settings[value])
        self.duckdb.execute(text)

    def compare(self, expected, ask):
        """Rows that only one side has, and how many rows there are.

        `expected` is a query for DuckDB, `ask` statements for the program.
        """
        answer = self.folder / "answer.parquet"
        sql = ["sql", "--file", "-", "--format", "parquet", "--warehouse", self.warehouse]
        answer.write_bytes(self.run(*sql, text=ask))
        self.duckdb.execute(f"create or replace table ours as from '{answer}'")
        self.duckdb.execute(f"create or replace table theirs as {expected}")
        ours, theirs = self.columns("ours"), self.columns("theirs")
        if list(ours) != list(theirs):
            raise AssertionError(f"columns {list(ours)}, expected {list(theirs)}")
        listed = ", ".join(
            f"round({name}::double, 9) as {name}" if kind == "DOUBLE" else f"{name}::{kind} as {name}"
            for name, kind in ours.items()
        )
        one, other = f"select {listed} from ours", f"select {listed} from theirs"
        only_ours = self.rows(f"{one} except all {other}")
        only_theirs = self.rows(f"{other} except all {one}")
        rows = self.duckdb.sql("select count(*) from ours").fetchall()[0][0]
        return only_ours, only_theirs, rows

    def rows(self, query):
        # As text, because an instant as an object needs a library of time zones.
        return self.duckdb.sql(f"select columns(*)::varchar from ({query})").fetchall()

    def columns(self, table):
        described = self.duckdb.sql(f"describe {table}").fetchall()
        return {name: kind for name, kind, *_ in described}

    def run(self, *arguments, text=None):
        done = subprocess.run(
            [PROGRAM, *arguments], input=text and text.encode(), capture_output=True
        )
        if done.returncode != 0:
            raise AssertionError(f"{text or arguments}\n{done.stderr.decode()}")
        return done.stdout
