"""Logins and certificates, as the drivers know them."""

import os
import pathlib
import unittest

import adbc_driver_manager
from adbc_driver_flightsql import DatabaseOptions, dbapi
from pyarrow import flight

LOGIN_URL = os.environ["TRIBUTARY_TEST_LOGIN_URL"]
TLS_URL = os.environ["TRIBUTARY_TEST_TLS_URL"]
MUTUAL_TLS_URL = os.environ["TRIBUTARY_TEST_MUTUAL_TLS_URL"]
CERTIFICATES = pathlib.Path(os.environ["TRIBUTARY_TEST_CERTIFICATES"])
USER = os.environ["TRIBUTARY_TEST_USER"]
PASSWORD = os.environ["TRIBUTARY_TEST_PASSWORD"]
TOKEN = os.environ["TRIBUTARY_TEST_TOKEN"]

LOGIN = {"username": USER, "password": PASSWORD}


def pem(name):
    return (CERTIFICATES / name).read_text()


def count(url, options):
    with dbapi.connect(url, db_kwargs=options, autocommit=True) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM orders WHERE total > ?", (15,))
            return cursor.fetchone()[0]


class Login(unittest.TestCase):
    def refused(self, words, url, options):
        with self.assertRaises(adbc_driver_manager.Error) as caught:
            count(url, options)
        self.assertIn(words, str(caught.exception))
        self.assertNotIn(PASSWORD, str(caught.exception))

    def test_01_user_and_password(self):
        self.assertEqual(count(LOGIN_URL, LOGIN), 2)

    def test_01_token_as_header_and_as_password(self):
        header = {DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {TOKEN}"}
        self.assertEqual(count(LOGIN_URL, header), 2)
        self.assertEqual(count(LOGIN_URL, {"username": "token", "password": TOKEN}), 2)

    def test_01_14_wrong_logins(self):
        wrong = {"username": USER, "password": "wrong"}
        self.refused("the user or the password is wrong", LOGIN_URL, wrong)
        header = {DatabaseOptions.AUTHORIZATION_HEADER.value: "Bearer wrong"}
        self.refused("the token is not valid", LOGIN_URL, header)
        self.refused("log in first", LOGIN_URL, {})

    def test_01_handshake_of_plain_flight(self):
        class Handler(flight.ClientAuthHandler):
            def authenticate(self, outgoing, incoming):
                outgoing.write(flight.BasicAuth(USER, PASSWORD).serialize())
                self.token = incoming.read()

            def get_token(self):
                return self.token

        with flight.connect(LOGIN_URL) as client:
            with self.assertRaises(flight.FlightUnauthenticatedError):
                list(client.list_actions())
            client.authenticate(Handler())
            self.assertIn("CancelFlightInfo", [action.type for action in client.list_actions()])

    def test_01_basic_token_of_plain_flight(self):
        with flight.connect(LOGIN_URL) as client:
            header = client.authenticate_basic_token(USER, PASSWORD)
            options = flight.FlightCallOptions(headers=[header])
            self.assertIn(
                "CancelFlightInfo", [action.type for action in client.list_actions(options)]
            )


class Tls(unittest.TestCase):
    def options(self, authority, certificate=None):
        options = {**LOGIN, DatabaseOptions.TLS_ROOT_CERTS.value: pem(authority)}
        if certificate:
            options[DatabaseOptions.MTLS_CERT_CHAIN.value] = pem(f"{certificate}.pem")
            options[DatabaseOptions.MTLS_PRIVATE_KEY.value] = pem(f"{certificate}.key")
        return options

    def test_20_private_authority(self):
        self.assertEqual(count(TLS_URL, self.options("ca.pem")), 2)

    def test_20_unknown_authority(self):
        for options in (self.options("other.pem"), LOGIN):
            with self.assertRaises(adbc_driver_manager.Error) as caught:
                count(TLS_URL, options)
            self.assertIn("certificate signed by unknown authority", str(caught.exception))

    def test_20_plain_text_to_a_server_with_tls(self):
        with self.assertRaises(adbc_driver_manager.Error):
            count(TLS_URL.replace("grpc+tls://", "grpc://"), LOGIN)

    def test_20_certificate_of_the_client(self):
        self.assertEqual(count(MUTUAL_TLS_URL, self.options("ca.pem", "client")), 2)
        for certificate in (None, "stranger"):
            with self.assertRaises(adbc_driver_manager.Error):
                count(MUTUAL_TLS_URL, self.options("ca.pem", certificate))


if __name__ == "__main__":
    unittest.main()
