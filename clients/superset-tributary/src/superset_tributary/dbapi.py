"""A DB-API over flightsql-dbapi whose rows are plain Python values.

flightsql-dbapi makes its rows with pandas, where NULL in a column of numbers is NaN and a date is
a timestamp. Superset then cannot tell "no value" from a number.
"""

from contextlib import contextmanager

import pyarrow
from flightsql.client import FlightSQLClient
from flightsql.dbapi import Connection as FlightConnection
from flightsql.dbapi import Cursor as FlightCursor
from flightsql.dbapi import resolve_sql_type
from flightsql.exceptions import (  # noqa: F401: what SQLAlchemy looks up in a DB-API
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    Warning,
)
from pyarrow import flight, ipc
from sqlalchemy import types

apilevel = "2.0"
paramstyle = "qmark"
threadsafety = 1

AUTHORIZATION = b"authorization"


def connect(**options):
    """Opens a connection; with a user it logs in here.

    # Arguments
    `options`: those of flightsql-dbapi's `FlightSQLClient`.
    """
    with readable_errors():
        client = FlightSQLClient(**options)
    if not (options.get("token") or options.get("user") or options.get("password")):
        # flightsql-dbapi sends "Bearer None" for nobody, which no server with a login can read.
        client.headers = [it for it in client.headers if it[0] != AUTHORIZATION]
    return Connection(client)


@contextmanager
def readable_errors():
    """Raises what the server said as an error of the DB-API, without gRPC's debug context."""
    try:
        yield
    except (flight.FlightUnavailableError, flight.FlightTimedOutError) as error:
        raise OperationalError(message_of(error)) from error
    except pyarrow.ArrowException as error:
        raise ProgrammingError(message_of(error)) from error


def message_of(error):
    return str(error).split(". gRPC client debug context:")[0].split(". Client context:")[0]


def sql_type(arrow_type):
    """The SQLAlchemy type of an Arrow type; what SQL has no type for is shown as text."""
    if pyarrow.types.is_nested(arrow_type) or pyarrow.types.is_large_string(arrow_type):
        return types.TEXT
    return resolve_sql_type(arrow_type)


class Cursor(FlightCursor):
    def execute(self, query, params=None):
        if params:
            return super().execute(query, params)
        with readable_errors():
            info = self.client.execute(query)
            table = self.client.do_get(info.endpoints[0].ticket).read_all()
        self.description = [
            (field.name, sql_type(field.type).__visit_name__, None, None, None, None, True)
            for field in table.schema
        ]
        columns = [column.to_pylist() for column in microseconds(table).columns]
        self._results = list(zip(*columns)) if columns else []
        return self


def microseconds(table):
    """The table with instants in microseconds: Python's have no more, and PyArrow refuses to cut
    nanoseconds off without pandas."""
    for position, field in enumerate(table.schema):
        if pyarrow.types.is_timestamp(field.type) and field.type.unit == "ns":
            target = pyarrow.timestamp("us", tz=field.type.tz)
            column = table.column(position).cast(target, safe=False)
            table = table.set_column(position, field.name, column)
    return table


class Connection(FlightConnection):
    def cursor(self):
        cursor = Cursor(self.client)
        self.cursors.append(cursor)
        return cursor

    def close(self):
        if not self.closed:
            super().close()
            self.client.close()

    def schema_names(self):
        schemas = self._read(self.client.get_db_schemas)
        return schemas.column("db_schema_name").to_pylist()

    def table_names(self, schema, table_type):
        """The names of the relations of one schema that are of one type, `TABLE` or `VIEW`."""
        tables = self._read(
            self.client.get_tables,
            db_schema_filter_pattern=literal_pattern(schema),
            table_types=[table_type],
        )
        return tables.column("table_name").to_pylist()

    def table_schema(self, table, schema):
        """The Arrow schema of a relation, or None if there is no such relation."""
        found = self._read(
            self.client.get_tables,
            table_name_filter_pattern=literal_pattern(table),
            db_schema_filter_pattern=literal_pattern(schema),
            include_schema=True,
        )
        if not found.num_rows:
            return None
        return ipc.open_stream(found.column("table_schema")[0].as_py()).schema

    def query_schema(self, query):
        """The Arrow schema of what a query returns; the query is not run."""
        probe = f"SELECT * FROM ({query}) AS probe LIMIT 0"
        return self._read(self.client.execute, probe).schema

    def _read(self, command, *arguments, **filters):
        with readable_errors():
            info = command(*arguments, **filters)
            return self.client.do_get(info.endpoints[0].ticket).read_all()


def literal_pattern(name):
    """A LIKE pattern that matches only this name: `a_b` must not find `aXb`."""
    if name is None:
        return None
    return name.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")

