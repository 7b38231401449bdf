"""An export as a file: one JSON document, and a table of each kind of row for who would rather read those."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from backoffice.contracts.privacy import PersonalRecord

DOCUMENT = "data.json"
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Found = Mapping[str, Sequence[PersonalRecord]]
"""What each service has."""


def pack(found: Found, *, driver_id: str, made_at: datetime) -> bytes:
    """A ZIP of `data.json` and of `<service>/<kind>.csv`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(DOCUMENT, _document(found, driver_id=driver_id, made_at=made_at))
        for service, records in found.items():
            for kind, rows in _by_kind(records).items():
                archive.writestr(f"{service}/{kind}.csv", _table(rows))
    return packed.getvalue()


def document_of(packed: bytes) -> bytes:
    """The JSON document of a packed export."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return archive.read(DOCUMENT)


def _document(found: Found, *, driver_id: str, made_at: datetime) -> bytes:
    content = {
        "driver_id": driver_id,
        "made_at": made_at,
        "services": {service: _by_kind(records) for service, records in found.items()},
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2)


def _by_kind(records: Iterable[PersonalRecord]) -> dict[str, list[dict[str, Any]]]:  # Any: as in PersonalRecord
    kinds: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        kinds.setdefault(record.kind, []).append(record.values)
    return kinds


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    """A line each; what is no text or number stands as JSON in its field."""
    written = io.StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([[_field(row.get(name)) for name in columns] for row in rows])
    return written.getvalue()


def _field(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return msgspec.json.encode(value).decode()
    # A spreadsheet runs what looks like a formula; with an apostrophe before it is a text.
    return f"'{value}" if value.startswith(_BEGINS_A_FORMULA) else value
