"""Connections of users who log in, as whom the Rust test says."""

import os

from adbc_driver_flightsql import dbapi

URL = os.environ["TRIBUTARY_TEST_LOGIN_URL"]
WRITER = {
    "username": os.environ["TRIBUTARY_TEST_USER"],
    "password": os.environ["TRIBUTARY_TEST_PASSWORD"],
}
READER = {"username": "token", "password": os.environ["TRIBUTARY_TEST_TOKEN"]}


def connect(user):
    return dbapi.connect(URL, db_kwargs=user, autocommit=True)
