"""A Superset of its own for the test: a fresh SQLite database, the imported bundle, a web server."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

USER = PASSWORD = "admin"
BIN = Path(sys.executable).parent
START_SECS = 120

CONFIG = """
SECRET_KEY = "of a test on loopback"
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
# The server is a debug build here, and shares its cores with Superset and Chromium.
SUPERSET_WEBSERVER_TIMEOUT = 600
"""


class Superset:
    """
    # Arguments
    `folder`: an empty one, for the configuration and the database.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        config = self.folder / "superset_config.py"
        config.write_text(CONFIG.format(folder=folder))
        self.environment = {
            **os.environ, "SUPERSET_CONFIG_PATH": str(config), "FLASK_APP": "superset",
        }
        self.command("superset", "db", "upgrade")
        self.command(
            "superset", "fab", "create-admin", "--username", USER, "--password", PASSWORD,
            "--firstname", "Ada", "--lastname", "Merchant", "--email", "ada@shop.example",
        )
        self.command("superset", "init")

    def command(self, program, *arguments):
        done = subprocess.run(
            [BIN / program, *arguments], env=self.environment, cwd=self.folder,
            capture_output=True, text=True,
        )
        if done.returncode:
            written = (done.stdout + done.stderr)[-4000:]
            raise AssertionError(f"{program} {' '.join(arguments)} failed\n{written}")

    def import_bundle(self, uri):
        """What the page on Superset tells people to do."""
        bundle = str(self.folder / "tributary.zip")
        self.command("superset-tributary", "bundle", "--uri", uri, "--out", bundle)
        self.command("superset", "import-dashboards", "--path", bundle, "--username", USER)

    def start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = open(self.folder / "superset.log", "w")
        self.process = subprocess.Popen(
            [BIN / "superset", "run", "--port", str(port), "--with-threads"],
            env=self.environment, cwd=self.folder, stdout=self.log, stderr=self.log,
        )
        deadline = time.time() + START_SECS
        while time.time() < deadline and self.process.poll() is None:
            try:
                if requests.get(f"{self.url}/health", timeout=5).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.5)
        raise AssertionError(f"Superset did not start; see {self.log.name}")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def cookies(self):
        """Those of a person who has logged in."""
        session = requests.Session()
        login = {"username": USER, "password": PASSWORD}
        session.post(f"{self.url}/login/", data=login, allow_redirects=False)
        if not session.get(f"{self.url}/api/v1/me/").ok:
            raise AssertionError(f"the login at {self.url} failed")
        return session.cookies.get_dict()

    def api(self):
        return Api(self.url)


class Api:
    """Superset's REST API, as an administrator."""

    def __init__(self, url):
        self.url = f"{url}/api/v1"
        self.session = requests.Session()
        login = {"username": USER, "password": PASSWORD, "provider": "db"}
        answer = self.session.post(f"{self.url}/security/login", json=login)
        token = answer.json()["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path):
        return self._answer(self.session.get(f"{self.url}/{path}"))

    def post(self, path, body):
        return self._answer(self.session.post(f"{self.url}/{path}", json=body))

    def refusal(self, path, body):
        """The message of a request that must fail."""
        answer = self.session.post(f"{self.url}/{path}", json=body)
        if answer.ok:
            raise AssertionError(f"{path} should have failed: {answer.text}")
        return answer.json()["errors"][0]["message"]

    def _answer(self, answer):
        if not answer.ok:
            said = f"{answer.status_code} {answer.text[:2000]}"
            raise AssertionError(f"{answer.request.url}: {said}")
        return answer.json()
