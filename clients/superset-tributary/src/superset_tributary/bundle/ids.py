"""Ids that are the same in every bundle, derived from what they name."""

import uuid

NAMESPACE = uuid.UUID("5f1e8a52-6d0b-4d1c-9a59-0d8f3f0a7c11")


def uuid_of(kind, name):
    return str(uuid.uuid5(NAMESPACE, f"{kind}/{name}"))


def node_id(kind, *path):
    """The id of a part of a layout, such as `ROW-1f0c9a2b`."""
    return f"{kind}-{uuid_of(kind, '/'.join(path))[:8]}"
