"""The servers under test, whose URLs the Rust test sets, and questions to them."""

import os
from urllib.parse import urlsplit

from superset_tributary import dbapi

URL = urlsplit(os.environ["TRIBUTARY_TEST_URL"])
# The same shop for who logs in; with user and password, percent-encoded.
LOGIN_URL = urlsplit(os.environ["TRIBUTARY_TEST_LOGIN_URL"])


def connect():
    return dbapi.connect(host=URL.hostname, port=URL.port, insecure=True)


def rows(connection, sql):
    return connection.cursor().execute(sql).fetchall()
