"""The events on the bus as an AsyncAPI 3.0 document: each with its stream, its subject and the schema of what it says.

The message log (FRAMES) is not in it: it holds frames as stations sent them, and is read by REST.
"""

from typing import Any

import msgspec

from protocol.bus.catalogue import Catalogue, EventRow
from protocol.bus.envelope import Envelope
from protocol.bus.subjects import Kind

MEDIA_TYPE = "application/cloudevents+json"
_SCHEMAS = "#/components/schemas/{name}"
_PARTS_OF_ADDRESS = {
    "tenant": "The tenant, escaped: anything but letters, digits, _ and - is =XX.",
    "h1": "The first hex digit of crc32(key).",
    "h2": "The second one.",
    "key": "The station; of a domain event its session, reservation, station or account. Escaped.",
}


def describe_events(catalogue: Catalogue) -> dict[str, Any]:  # Any: JSON
    """The document. Consumers read it; nobody but the service that owns an event publishes it."""
    rows = sorted((row for row in catalogue.rows if row.kind is not Kind.FRAME), key=lambda row: row.type)
    envelopes = [Envelope[row.struct] for row in rows]  # type: ignore[name-defined] # the row says it at run time
    references, schemas = msgspec.json.schema_components(envelopes, ref_template=_SCHEMAS)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Chargeyard events",
            "version": "1",
            "description": "CloudEvents 1.0, structured, on NATS JetStream. Requests between services are no events.",
        },
        "defaultContentType": MEDIA_TYPE,
        "servers": {
            "nats": {"host": "{host}", "protocol": "nats", "variables": {"host": {"default": "localhost:4222"}}}
        },
        "channels": {row.type: _channel_of(row) for row in rows},
        "operations": {
            row.type: {"action": "receive", "channel": {"$ref": f"#/channels/{_escaped(row.type)}"}} for row in rows
        },
        "components": {
            "messages": {
                row.type: {
                    "name": row.type,
                    "summary": _first_line(row.struct.__doc__),
                    "payload": reference,
                }
                for row, reference in zip(rows, references, strict=True)
            },
            "schemas": schemas,
        },
    }


def _channel_of(row: EventRow) -> dict[str, Any]:  # Any: JSON
    key = "key" if row.kind is Kind.DOMAIN else "station"
    names = {
        "station" if name == "key" and key == "station" else name: text for name, text in _PARTS_OF_ADDRESS.items()
    }
    return {
        "address": f"ev.v1.{{tenant}}.{row.kind}.{{h1}}.{{h2}}.{{{key}}}.{row.suffix}",
        "description": f"Stream {row.stream}.",
        "messages": {row.name: {"$ref": f"#/components/messages/{_escaped(row.type)}"}},
        "parameters": {name: {"description": text} for name, text in names.items()},
    }


def _escaped(name: str) -> str:
    """As a part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]
