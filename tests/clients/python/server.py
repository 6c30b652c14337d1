"""Connections to the server under test, whose URL the Rust test sets."""

import json
import os
import pathlib

from adbc_driver_flightsql import dbapi

URL = os.environ["TRIBUTARY_TEST_URL"]
TYPES = json.loads((pathlib.Path(__file__).parent.parent / "types.json").read_text())


def connect(**options):
    return dbapi.connect(URL, autocommit=True, **options)
