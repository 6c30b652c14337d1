"""What Superset asks of a database: time grains, literals, columns, metrics, errors."""

from superset.db_engine_specs.base import BaseEngineSpec
from superset.errors import SupersetErrorType
from superset.sql import parse

from . import errors, measures, time_grains
from .relation import columns
from .sqlglot_dialect import Tributary

ERROR_TYPES = {
    errors.LOGIN: SupersetErrorType.CONNECTION_ACCESS_DENIED_ERROR,
    errors.HOST: SupersetErrorType.CONNECTION_HOST_DOWN_ERROR,
    errors.SQL: SupersetErrorType.SYNTAX_ERROR,
}


class TributaryEngineSpec(BaseEngineSpec):
    engine = "tributary"
    engine_name = "Tributary"
    drivers = {"flightsql": "Arrow Flight SQL"}
    default_driver = "flightsql"
    sqlalchemy_uri_placeholder = "tributary://user:password@host:50051"
    metadata = {
        "description": "SQL that shows which conversation earned which sale.",
        "pypi_packages": ["superset-tributary"],
        "connection_string": "tributary://{username}:{password}@{host}:{port}",
        "default_port": 50051,
    }

    supports_file_upload = False
    supports_dynamic_schema = False
    allows_hidden_cc_in_orderby = True
    # A metric view answers a probe without rows, and refuses its measures in any other.
    type_probe_needs_row = False

    _time_grain_expressions = time_grains.expressions()
    custom_errors = {
        pattern: (message, ERROR_TYPES[kind], {}) for pattern, message, kind in errors.READABLE
    }

    @classmethod
    def convert_dttm(cls, target_type, dttm, db_extra=None):
        return time_grains.literal(target_type, dttm)

    @classmethod
    def epoch_to_dttm(cls):
        return "to_timestamp_seconds({col})"

    @classmethod
    def epoch_ms_to_dttm(cls):
        return "to_timestamp_millis({col})"

    @classmethod
    def get_columns(cls, inspector, table, options=None):
        """The columns of a relation; of a metric view its dimensions only."""
        found = super().get_columns(inspector, table, options)
        return [column for column in found if not column.get("is_measure")]

    @classmethod
    def get_metrics(cls, database, inspector, table):
        """The metrics of a new dataset: the measures of a metric view, or COUNT(*)."""
        found, currency = described(inspector, table)
        return measures.saved_metrics(found, currency) or super().get_metrics(
            database, inspector, table
        )

    @classmethod
    def select_star(cls, database, table, dialect, limit=100, **options):
        """What SQL Lab previews: all columns, or the measures of a metric view by day."""
        with database.get_inspector(catalog=table.catalog, schema=table.schema) as inspector:
            found, _currency = described(inspector, table)
        if any(column.is_measure for column in found):
            return measures.preview(cls.quote_table(table, dialect), found, limit)
        return super().select_star(database, table, dialect, limit, **options)


def described(inspector, table):
    """The columns of a relation, and the currency that reports are in."""
    with inspector.bind.connect() as connection:
        raw = connection.connection.dbapi_connection
        schema = raw.table_schema(table.table, table.schema)
        [currency] = raw.cursor().execute("SELECT report_currency()").fetchone()
    return columns(schema) if schema else [], currency


# Superset looks for a dialect by the name of the engine, and configuration is the other way in.
parse.SQLGLOT_DIALECTS.setdefault(TributaryEngineSpec.engine, Tributary)
