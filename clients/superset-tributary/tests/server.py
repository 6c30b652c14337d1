"""The server under test, whose URL the Rust test sets, and questions to it."""

import os
from urllib.parse import urlsplit

from superset_tributary import dbapi

URL = urlsplit(os.environ["TRIBUTARY_TEST_URL"])


def connect():
    return dbapi.connect(host=URL.hostname, port=URL.port, insecure=True)


def rows(connection, sql):
    return connection.cursor().execute(sql).fetchall()
