"""An S3 server in memory on 127.0.0.1, on the port of the first argument.

One request at a time: a PUT on the condition that the object is absent then checks and writes in
one step, as S3 does.
"""

import sys

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

run_simple("127.0.0.1", int(sys.argv[1]), DomainDispatcherApplication(create_backend_app))
