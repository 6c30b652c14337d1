"""The dashboards in `dashboards/` are those that the package makes of this server."""

import os
import tempfile
import unittest
import zipfile
from pathlib import Path

import yaml
from server import connect
from superset_tributary.bundle.files import write_folder, write_zip
from superset_tributary.cli import LOCAL, bundle_of

FOLDER = Path(__file__).parents[1] / "dashboards"
WRITE = "TRIBUTARY_WRITE_DOCS"
STALE = f"run `{WRITE}=1 cargo test --test it superset` to write dashboards/"


class Bundle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Every column and measure that a chart names is asked of the server here.
        with connect() as connection:
            cls.contents = bundle_of(connection, LOCAL)

    def test_the_kept_bundle_is_current(self):
        if WRITE in os.environ:
            write_folder(self.contents, FOLDER)
        kept = {
            str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8")
            for path in FOLDER.rglob("*.yaml")
        }
        self.assertEqual(sorted(kept), sorted(self.contents), STALE)
        for path, text in self.contents.items():
            self.assertEqual(kept[path], text, f"{path} is not current: {STALE}")

    def test_what_charts_name_is_in_their_dataset(self):
        datasets = {it["uuid"]: it for it in self.read("datasets/")}
        charts = self.read("charts/")
        self.assertGreater(len(charts), 50)
        for chart in charts:
            dataset = datasets[chart["dataset_uuid"]]
            columns = {it["column_name"] for it in dataset["columns"]}
            metrics = {it["metric_name"] for it in dataset["metrics"]}
            with self.subTest(f"{chart['slice_name']} of {dataset['table_name']}"):
                self.assertLessEqual(set(named(chart["params"], columns_of)), columns)
                self.assertLessEqual(set(named(chart["params"], metrics_of)), metrics)

    def test_filters_offer_columns_of_their_dataset(self):
        datasets = {it["uuid"]: it for it in self.read("datasets/")}
        for dashboard in self.read("dashboards/"):
            for it in dashboard["metadata"]["native_filter_configuration"]:
                for target in filter(None, it["targets"]):
                    columns = datasets[target["datasetUuid"]]["columns"]
                    names = [it["column_name"] for it in columns]
                    self.assertIn(target["column"]["name"], names)

    def test_ids_are_unique(self):
        ids = [it["uuid"] for it in self.read("") if "uuid" in it]
        self.assertEqual(len(ids), len(set(ids)))

    def test_rows_fill_the_grid(self):
        for dashboard in self.read("dashboards/"):
            position = dashboard["position"]
            for row in (it for it in position.values() if it_is(it, "ROW")):
                widths = [position[child]["meta"]["width"] for child in row["children"]]
                self.assertEqual(sum(widths), 12, dashboard["dashboard_title"])

    def test_the_same_bundle_is_the_same_file(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / name for name in ("a.zip", "b.zip")]
            for path in paths:
                write_zip(self.contents, path)
            self.assertEqual(paths[0].read_bytes(), paths[1].read_bytes())
            names = zipfile.ZipFile(paths[0]).namelist()
            self.assertIn("tributary/metadata.yaml", names)
            write_folder(self.contents, Path(folder) / "tree")
            written = list((Path(folder) / "tree").rglob("*.yaml"))
            self.assertEqual(len(written), len(names))

    def read(self, prefix):
        return [yaml.safe_load(it) for path, it in self.contents.items() if path.startswith(prefix)]


def it_is(node, kind):
    return isinstance(node, dict) and node.get("type") == kind


def columns_of(params):
    yield params.get("x_axis")
    yield from params.get("groupby", [])
    yield from params.get("all_columns", [])
    yield from (it["subject"] for it in params["adhoc_filters"])


def metrics_of(params):
    yield params.get("metric")
    yield from params.get("metrics", [])


def named(params, kind):
    """The names among these; an expression was run when the bundle was drawn."""
    return [it for it in kind(params) if isinstance(it, str)]


if __name__ == "__main__":
    unittest.main()
