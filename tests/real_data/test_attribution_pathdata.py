"""Heuristic models on the example paths of ChannelAttribution, against the results it publishes."""

import json
import tempfile
import unittest
from pathlib import Path

import duckdb
from program import DATA, save, tributary

FILES = DATA / "attribution_pathdata"
MODELS = {
    "first_touch": "first_touch",
    "last_touch": "last_touch",
    "linear": "linear",
    "position_based": "position_based_40_20_40",
}
# The reference has six decimals.
ROUNDED = 5.1e-7
RELATIVE = 1e-9


class PathData(unittest.TestCase):
    def test_heuristic_models(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        text = (Path(__file__).parent / "attribution_pathdata.sql").read_bytes()
        sql = ["sql", "--file", "-", "--format", "parquet"]
        done = tributary(*sql, warehouse=folder / "none", cwd=FILES, text=text)
        printed = save(folder / "credited.parquet", done)
        rows = duckdb.sql(f"select model, channel, conversions, value from '{printed}'").fetchall()

        reference = json.loads((FILES / "reference.json").read_text())
        expected = {
            (model, channel, measure): amount
            for model, name in MODELS.items()
            for measure in ("conversions", "value")
            for channel, amount in reference[name][measure].items()
        }
        credited = {
            (model, channel, measure): amount
            for model, channel, *amounts in rows
            for measure, amount in zip(("conversions", "value"), amounts)
        }
        self.assertEqual(credited.keys(), expected.keys())
        self.assertEqual(len(rows), len(MODELS) * 12)
        for key, amount in expected.items():
            tolerance = max(RELATIVE * abs(amount), ROUNDED)
            self.assertAlmostEqual(credited[key], amount, delta=tolerance, msg=key)


if __name__ == "__main__":
    unittest.main()
