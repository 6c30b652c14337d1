"""A bundle as files: a folder to read and keep, or the ZIP that Superset imports."""

import json
import shutil
import zipfile
from pathlib import Path

import yaml

from .ids import uuid_of
from .source import DATABASE

TIMESTAMP = "2026-01-01T00:00:00+00:00"
ZIP_TIME = (2026, 1, 1, 0, 0, 0)
FOLDER = "tributary"


def files(shop, dashboards, uri):
    """The text of each file by its path.

    # Arguments
    `uri`: the SQLAlchemy URI that the imported database gets, if Superset has none yet.
    """
    contents = {
        "metadata.yaml": {"version": "1.0.0", "type": "Dashboard", "timestamp": TIMESTAMP},
        f"databases/{DATABASE}.yaml": database(uri),
    }
    for source in shop.sources.values():
        contents[f"datasets/{DATABASE}/{source.name.replace('.', '_')}.yaml"] = source.dataset()
    for dashboard in dashboards:
        contents[f"dashboards/{dashboard.schema}.yaml"] = dashboard.written()
        for it in dashboard.charts():
            path = f"charts/{dashboard.schema}/{file_name(it)}.yaml"
            assert path not in contents, f"{path}: another chart has this title and source"
            contents[path] = chart_file(dashboard, it)
    return {path: printed(value) for path, value in sorted(contents.items())}


def database(uri):
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": uri,
        "cache_timeout": None,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {"allows_virtual_table_explore": True},
        "uuid": uuid_of("database", DATABASE),
        "version": "1.0.0",
    }


def chart_file(dashboard, it):
    return {
        "slice_name": it.title,
        "description": it.description,
        "certified_by": None,
        "certification_details": None,
        "viz_type": it.viz_type,
        "params": it.params,
        "query_context": query_context(it),
        "cache_timeout": None,
        "uuid": dashboard.chart_uuid(it),
        "version": "1.0.0",
        "dataset_uuid": it.source.uuid,
    }


def query_context(it):
    """What asks for the data of a chart outside of a browser: reports by mail, the API."""
    query = {
        "columns": [],
        "metrics": [],
        "filters": [],
        "orderby": [],
        "extras": {},
        "row_limit": it.params.get("row_limit", 1000),
        **it.query,
    }
    if it.params.get("query_mode") == "raw":
        # Without metrics Superset groups by the columns; None asks for the rows.
        query["metrics"] = None
    return json.dumps(
        {
            "datasource": {"id": 0, "type": "table"},
            "force": False,
            "queries": [query],
            "result_format": "json",
            "result_type": "full",
        },
        sort_keys=True,
    )


def file_name(it):
    title = "".join(letter if letter.isalnum() else "_" for letter in it.title)
    return f"{title}_of_{it.source.name.split('.')[1]}"


class Plain(yaml.SafeDumper):
    """YAML without anchors, whatever is shared in memory, and with long text in blocks."""

    def ignore_aliases(self, data):
        return True


def printed(value):
    return yaml.dump(value, Dumper=Plain, sort_keys=False, allow_unicode=True, width=100)


def write_folder(contents, folder):
    """Writes a bundle as a folder, which then holds nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in contents.items():
        target = Path(folder) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def write_zip(contents, path):
    """Writes a bundle as a ZIP file, the same bytes for the same bundle."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in contents.items():
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
