"""What Superset shows in place of gRPC's messages, by what is in them."""

import re

LOGIN = "login"
HOST = "host"
SQL = "sql"

READABLE = [
    (
        re.compile(r"Wrong version number|wrong_version_number|Ssl handshake failed|"
                   r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|SSL_ERROR", re.I),
        "The server and Superset do not agree on TLS. A server without TLS needs ?insecure=true "
        "at the end of the URI, one with a private certificate authority ?ca=/path/to/ca.pem.",
        HOST,
    ),
    (
        re.compile(r"returned unauthenticated error|Detail: Unauthenticated", re.I),
        "The login failed: check user and password, and write special characters "
        "percent-encoded (@ is %%40).",
        LOGIN,
    ),
    (
        re.compile(r"Name or service not known|DNS resolution failed|Domain name not found", re.I),
        "The host of the URI is not known from where Superset runs.",
        HOST,
    ),
    (
        re.compile(r"returned unavailable error|Detail: Unavailable|failed to connect|"
                   r"Connection refused|Socket closed", re.I),
        "The server cannot be reached: check host and port, that it runs, and that it listens on "
        "more than 127.0.0.1 if Superset is on another machine. A server with TLS closes "
        "connections with ?insecure=true.",
        HOST,
    ),
    (
        re.compile(r"metric view (?P<view>\S+): (?P<why>.*is a measure.*)", re.S),
        "%(view)s is a metric view: %(why)s. In Superset, use its saved metrics.",
        SQL,
    ),
]
