"""The SQLAlchemy dialect: `tributary://user:password@host:50051`.

It is flightsql-dbapi's DataFusion dialect with options that mean what they say, comments on
columns, views apart from tables, and one round trip less per connection: Superset connects anew
for every call.
"""

from flightsql.sqlalchemy import DataFusionDialect, LiteralBindCompiler
from sqlalchemy import pool
from sqlalchemy.engine import default, reflection
from sqlalchemy.exc import ArgumentError, NoSuchTableError

from . import dbapi as tributary_dbapi
from .relation import columns

DEFAULT_PORT = 50051
DEFAULT_SCHEMA = "public"
YES = {"true", "1", "yes", "on"}
NO = {"false", "0", "no", "off"}


class TributaryDialect(DataFusionDialect):
    name = "tributary"
    driver = "flightsql"
    poolclass = pool.QueuePool
    supports_statement_cache = True
    statement_compiler = LiteralBindCompiler

    @classmethod
    def dbapi(cls):
        return tributary_dbapi

    def create_connect_args(self, url):
        return [], connection_options(url)

    def initialize(self, connection):
        # Past the parents, which ask the server for its quote character: it is known.
        default.DefaultDialect.initialize(self, connection)

    def _get_default_schema_name(self, connection):
        return DEFAULT_SCHEMA

    @reflection.cache
    def get_schema_names(self, connection, **kwargs):
        return flight_connection(connection).schema_names()

    @reflection.cache
    def get_table_names(self, connection, schema=None, **kwargs):
        return flight_connection(connection).table_names(schema or DEFAULT_SCHEMA, "TABLE")

    @reflection.cache
    def get_view_names(self, connection, schema=None, **kwargs):
        return flight_connection(connection).table_names(schema or DEFAULT_SCHEMA, "VIEW")

    def has_table(self, connection, table_name, schema=None, **kwargs):
        return relation_schema(connection, table_name, schema) is not None

    @reflection.cache
    def get_columns(self, connection, table_name, schema=None, **kwargs):
        found = relation_schema(connection, table_name, schema)
        if found is None:
            raise NoSuchTableError(table_name)
        return [
            {
                "name": column.name,
                "type": tributary_dbapi.sql_type(column.arrow_type)(),
                "default": None,
                "comment": column.description,
                "nullable": True,
                "is_measure": column.is_measure,
                "format": column.format,
            }
            for column in columns(found)
        ]

    def get_pk_constraint(self, connection, table_name, schema=None, **kwargs):
        return {"constrained_columns": [], "name": None}

    def get_table_comment(self, connection, table_name, schema=None, **kwargs):
        """The question that a view answers."""
        cursor = flight_connection(connection).cursor()
        cursor.execute(
            "SELECT question FROM system.reports "
            f"WHERE schema = {literal(schema)} AND view_name = {literal(table_name)}"
        )
        row = cursor.fetchone()
        return {"text": row[0] if row else None}


def connection_options(url):
    """The options of `dbapi.connect` for a URL.

    # Errors
    An option that is yes or no and is neither.
    """
    query = {name.lower(): value for name, value in url.query.items()}
    options = {
        "host": url.host or "localhost",
        "port": url.port or DEFAULT_PORT,
        "user": url.username,
        "password": url.password,
        "token": query.pop("token", None),
        "insecure": flag(query, "insecure"),
        "disable_server_verification": flag(query, "disable_server_verification"),
    }
    if "ca" in query:
        with open(query.pop("ca"), "rb") as certificates:
            options["tls_root_certs"] = certificates.read()
    # Whatever else is there goes along as headers.
    options["metadata"] = query
    return options


def flag(query, name):
    written = query.pop(name, "false")
    if written.lower() in YES | NO:
        return written.lower() in YES
    raise ArgumentError(f"{name} must be true or false, got {written}")


def flight_connection(connection):
    """The connection of `dbapi` under one of SQLAlchemy's."""
    return connection.connection.dbapi_connection


def relation_schema(connection, table, schema):
    return flight_connection(connection).table_schema(table, schema or DEFAULT_SCHEMA)


def literal(text):
    return "'" + (text or "").replace("'", "''") + "'"
