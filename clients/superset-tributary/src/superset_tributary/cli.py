"""The command `superset-tributary`."""

import argparse
import sys

from sqlalchemy.engine import make_url

from . import dbapi
from .bundle.files import files, write_folder, write_zip
from .bundle.source import Shop
from .dialect import connection_options
from .reports import dashboards

LOCAL = "tributary://127.0.0.1:50051?insecure=true"


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="superset-tributary", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    bundle = commands.add_parser(
        "bundle",
        help="make the dashboards of the five reports, for `superset import-dashboards`",
    )
    bundle.add_argument(
        "--uri", default=LOCAL, help="the server, as Superset connects to it (default: %(default)s)"
    )
    bundle.add_argument(
        "--out", default="tributary.zip", help="a .zip file, or a folder (default: %(default)s)"
    )
    written = parser.parse_args(arguments)
    try:
        make_bundle(written.uri, written.out)
    except dbapi.Error as error:
        sys.exit(f"superset-tributary: {error}")


def make_bundle(uri, out):
    with dbapi.connect(**connection_options(make_url(uri))) as connection:
        contents = bundle_of(connection, uri)
    write = write_zip if out.endswith(".zip") else write_folder
    write(contents, out)
    print(f"{out}: {len(contents)} files")


def bundle_of(connection, uri):
    shop = Shop(connection)
    return files(shop, dashboards(shop), uri)


if __name__ == "__main__":
    main()
