"""A real Superset: connection, datasets, the numbers of every chart, and every dashboard drawn.

It takes minutes, and needs Chromium with its driver (Debian: chromium chromium-driver).
"""

import json
import os
import tempfile
import unittest
from pathlib import Path
from urllib.parse import urlsplit

import browser
import yaml
from expected import Question, period_filter, rows
from superset_server import Superset
from superset_tributary import dbapi

SERVER = urlsplit(os.environ["TRIBUTARY_TEST_URL"])
URI = f"tributary://{SERVER.netloc}?insecure=true"
PICTURES = os.environ.get("TRIBUTARY_TEST_PICTURES")
BUNDLE = Path(__file__).parents[2] / "dashboards"
PICTURE_BYTES = 200_000


def read(folder):
    return [yaml.safe_load(path.read_text()) for path in sorted((BUNDLE / folder).rglob("*.yaml"))]


class InSuperset(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.superset = Superset(folder.name)
        cls.superset.import_bundle(URI)
        cls.superset.start()
        cls.addClassCleanup(cls.superset.stop)

    def setUp(self):
        # A login of its own: one lasts 15 minutes.
        self.api = self.superset.api()

    def test_22_27_superset_knows_the_engine(self):
        names = {it["name"]: it for it in self.api.get("database/available/")["databases"]}
        self.assertEqual(names["Tributary"]["available_drivers"], ["flightsql"])

    def test_22_27_a_connection_is_tested_and_its_errors_are_readable(self):
        def written(uri):
            return {"database_name": "another", "sqlalchemy_uri": uri}

        path = "database/test_connection/"
        self.assertEqual(self.api.post(path, written(URI))["message"], "OK")
        for uri, expected in [
            (f"tributary://{SERVER.netloc}", "do not agree on TLS"),
            ("tributary://127.0.0.1:1?insecure=true", "cannot be reached"),
        ]:
            self.assertIn(expected, self.api.refusal(path, written(uri)))

    def test_a_dataset_on_a_metric_view_has_its_measures(self):
        metrics = {"schema": "clienteling", "table_name": "metrics"}
        made = self.api.post("dataset/", {"database": self.database(), **metrics})
        dataset = self.api.get(f"dataset/{made['id']}")["result"]
        metrics = {it["metric_name"]: it["expression"] for it in dataset["metrics"]}
        self.assertEqual(metrics["attributed_share"], "MEASURE(attributed_share)")
        columns = {it["column_name"] for it in dataset["columns"]}
        self.assertEqual(
            columns, {"date", "store_id", "store", "associate_id", "associate", "activity_type"}
        )

    def test_24_sql_lab_leaves_functions_alone(self):
        [row] = self.sql_lab("select to_char(date '2026-03-01', '%Y-%m') as month")
        self.assertEqual(row["month"], "2026-03")

    def test_25_sql_lab_previews_tables_and_metric_views(self):
        for view, column in [("metrics", "cx_total_revenue"), ("by_agent", "agent")]:
            path = f"database/{self.database()}/select_star/{view}/revenue/"
            rows = self.sql_lab(self.api.get(path)["result"])
            self.assertIn(column, rows[0])

    def sql_lab(self, sql):
        body = {"database_id": self.database(), "sql": sql, "runAsync": False}
        return self.api.post("sqllab/execute/", body)["data"]

    def test_23_25_27_every_chart_has_the_numbers_of_the_server(self):
        datasets = {it["uuid"]: it for it in read("datasets")}
        charts = read("charts")
        self.assertGreater(len(charts), 50)
        with dbapi.connect(host=SERVER.hostname, port=SERVER.port, insecure=True) as server:
            for chart in charts:
                with self.subTest(chart["slice_name"], dataset=chart["dataset_uuid"]):
                    self.compare(chart, datasets[chart["dataset_uuid"]], server)

    def compare(self, chart, dataset, server):
        imported = self.api.get(f"chart/{chart['uuid']}")["result"]
        context = json.loads(imported["query_context"])
        [query] = context["queries"]
        question = Question(query, dataset)
        if question.has_period():
            query["filters"].append(period_filter())
        [result] = self.api.post("chart/data", context)["result"]
        shown = rows(result["data"])

        cursor = server.cursor().execute(question.sql())
        names = [it[0] for it in cursor.description]
        answered = rows([dict(zip(names, row)) for row in cursor.fetchall()])
        self.assertTrue(answered, "a chart without data")
        if len(answered) <= question.limit:
            self.assertEqual(shown, answered)
        else:
            self.assertEqual(len(shown), question.limit)
            self.assertLessEqual(set(shown), set(answered))

    def test_27_every_dashboard_is_drawn(self):
        folder = Path(PICTURES or self.superset.folder)
        dashboards = read("dashboards")
        self.assertEqual(len(dashboards), 5)
        with browser.chromium() as chromium:
            browser.log_in(chromium, self.superset.url, self.superset.cookies())
            for dashboard in dashboards:
                for tab in tabs(dashboard):
                    name = tab["meta"]["text"].lower()
                    with self.subTest(dashboard["dashboard_title"], tab=name):
                        slug = dashboard["slug"].removeprefix("tributary-")
                        self.draw(chromium, dashboard, tab, folder / f"{slug}-{name}.png")

    def draw(self, chromium, dashboard, tab, picture):
        browser.open_tab(chromium, self.superset.url, dashboard["slug"], tab["id"])
        browser.picture(chromium, picture)
        self.assertEqual(browser.troubles(chromium), [])
        self.assertEqual(sorted(browser.charts(chromium)), titles(dashboard, tab))
        self.assertLess(picture.stat().st_size, PICTURE_BYTES)

    def database(self):
        [database] = self.api.get("database/")["result"]
        return database["id"]


def tabs(dashboard):
    position = dashboard["position"]
    [tabs] = position["ROOT_ID"]["children"]
    return [position[it] for it in position[tabs]["children"]]


def titles(dashboard, tab):
    """The titles of the charts of a tab, sorted."""
    position = dashboard["position"]
    charts = (position[it] for row in tab["children"] for it in position[row]["children"])
    return sorted(it["meta"]["sliceName"] for it in charts)


if __name__ == "__main__":
    unittest.main()
