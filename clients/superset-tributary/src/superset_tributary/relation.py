"""The columns of a relation, with what the server says of each."""

from dataclasses import dataclass

import pyarrow

ROLE = b"tributary.role"
FORMAT = b"tributary.format"
DESCRIPTION = b"tributary.description"
REMARKS = b"ARROW:FLIGHT:SQL:REMARKS"


@dataclass(frozen=True)
class Column:
    """A column of a table or view, or a dimension or measure of a metric view."""

    name: str
    arrow_type: pyarrow.DataType
    is_measure: bool = False
    format: str | None = None
    """How to print a measure: `money`, `percent`, `count`, `ratio`."""
    description: str | None = None


def columns(schema):
    """The columns of an Arrow schema that came over Flight SQL."""
    return [column(field) for field in schema]


def column(field):
    metadata = field.metadata or {}

    def text(key):
        value = metadata.get(key)
        return value.decode() if value else None

    return Column(
        name=field.name,
        arrow_type=field.type,
        is_measure=text(ROLE) == "measure",
        format=text(FORMAT),
        description=text(DESCRIPTION) or text(REMARKS),
    )
