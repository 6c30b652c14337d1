"""Connections to the server under test, whose URL the Rust test sets."""

import os

from adbc_driver_flightsql import dbapi

URL = os.environ["TRIBUTARY_TEST_URL"]


def connect(**options):
    return dbapi.connect(URL, autocommit=True, **options)
